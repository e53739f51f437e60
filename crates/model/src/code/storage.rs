//! Codes of history, recall, conversations and storage (behaviour.md 12.3).

use super::table::codes;

codes! { Storage:

    23413 CHATROOM_GET_HISTORYMSG_ERROR ByApp;
    "The chatroom's history could not be read in the cloud."
    "Repeat the call later."

    23414 CHATROOM_NOT_OPEN_HISTORYMSG_STORE Never;
    "The cloud does not keep chatroom messages for this App Key."
    "Enable chatroom cloud storage in the console."

    25101 RECALL_MESSAGE Never;
    "The arguments of the recall are wrong."
    "Pass the message as it was received or as its send returned it."

    25102 MESSAGE_STORAGE_SERVICE_UNAVAILABLE Never;
    "The cloud does not keep messages of direct and group chats for this App Key, so it has no history to give."
    "Enable cloud storage for direct and group chats in the console, or read the local history."

    25104 RC_SERVER_UNKOWN_ERROR ByApp;
    "The cloud failed for a reason it does not name."
    "Repeat the call later."

    25107 RECALL_MESSAGE_USER_INVALID Never;
    "The cloud is set to let users recall their own messages only."
    "Tell the user; the operator can change the setting."

    26001 PUSH_PARAMETER_INVALID Never;
    "An argument of the user's settings is wrong."
    "Correct the argument, then repeat the call."

    26002 USER_SETTING_SYNCED_ERROR ByApp;
    "The settings known here are older than the cloud's."
    "Wait until they are synchronised, then repeat the call."

    26004 CONVERSATION_TAG_OVERSIZE Never;
    "The user has 20 conversation tags already."
    "Remove a tag first."

    26005 RC_READ_RECEIPT_V4_INVALID Never;
    "Read receipts of version 4 are not enabled for the App Key."
    "Ask the operator to enable them."

    26007 RC_SERVER_PARAMETER_MESSAGEUIDS_CONFUSED Never;
    "The message uids are not in order."
    "Pass the uids from the oldest to the newest message."

    26009 RC_SERVER_PARAMETER_MESSAGEUID_INVALID Never;
    "The cloud does not accept the message uid."
    "Pass the uid as it came with the message."

    26010 RC_SERVER_PARAMETER_INVALID Never;
    "The cloud does not accept an argument."
    "Correct the argument, then repeat the call."

    26020 RC_SUBSCRIBE_ONLINE_SERVICE_UNAVAILABLE Never;
    "Watching other users' presence is not enabled for the App Key."
    "Ask the operator to enable presence subscriptions."

    26021 RC_BESUBSCRIBED_USERIDS_COUNT_EXCEED_LIMIT Never;
    "This user's presence is watched by 5000 others already, which is the limit."
    "Do without watching this user."

    26022 RC_SUBSCRIBED_USERIDS_EXCEED_LIMIT Never;
    "This user watches too many others: 200 in one call or 1000 in all."
    "Stop watching some users first."

    26314 SERVICE_RRSV5_UNAVAILABLE Never;
    "Read receipts of version 5 are not enabled for the App Key."
    "Ask the operator to enable them."

    26315 SERVICE_RRSV5_READ_RECEIPT_NOT_SUPPORT Never;
    "This form of read receipt is not supported."
    "Use the form the App Key is set up for."

    26316 SERVICE_RRSV5_PARAM_LENGTH_EXCEED Never;
    "An argument of the read-receipt call is too long."
    "Ask for fewer messages at once."

    26317 SERVICE_RRSV5_CONVERSATION_NOT_SUPPORT Never;
    "This type of conversation has no read receipts."
    "Use read receipts in direct and group conversations only."

    26318 SERVICE_RRSV5_QUERY_NOT_SUPPORT Never;
    "This query of read receipts is not supported."
    "Use another query."

    /// The public sources count it among version 5's codes without naming it.
    26319 SERVICE_RRSV5_MISUSED Never;
    "Read receipts of version 5 are not enabled or were misused."
    "Check the arguments and that version 5 is enabled."

    26320 SERVICE_RRSV5_MESSAGE_SENDER_MISMATCH Never;
    "Only the sender of a message may ask who has read it."
    "Ask for one's own messages only."

    26321 SERVICE_RRSV5_MESSAGE_RECEIPT_NEEDLESS Never;
    "The message was sent without asking for receipts."
    "Ask for receipts when sending."

    26322 SERVICE_RRSV5_MESSAGE_NOT_EXIST Never;
    "The cloud does not have the message."
    "Pass the uid as it came with the message."

    29201 RC_APP_PUBLICSERVICE_ERROR_TYPE Never;
    "There is no such public service account."
    "Check the type and id of the conversation."

    29202 RC_PUBLICSERVICE_DEFFOLLOWED NotApplicable;
    "The public service account is followed by default."
    "Nothing."

    29203 RC_PUBLICSERVICE_FOLLOWED NotApplicable;
    "The public service account is followed already."
    "Nothing."

    29204 RC_PUBLICSERVICE_DEFUNFOLLOWED NotApplicable;
    "The public service account is not followed by default (the code is deprecated)."
    "Nothing."

    29205 RC_PUBLICSERVICE_UNFOLLOWED NotApplicable;
    "The public service account was unfollowed already."
    "Nothing."

    29206 RC_PUBLICSERVICE_UNFOLLOW Never;
    "The public service account is not followed."
    "Follow the account first."

    33002 BIZ_ERROR_DATABASE_ERROR Never;
    "The local database failed."
    "Check the disk and the state directory, then restart the daemon."

    33007 MSG_ROAMING_SERVICE_UNAVAILABLE Never;
    "The cloud does not keep the history of messages for this App Key."
    "Enable cloud storage in the console, or read the local history."

    33100 TAG_NOT_EXIST Never;
    "There is no such tag."
    "Create the tag first."

    33101 TAG_EXISTS Never;
    "The tag exists already."
    "Use it, or choose another name."

    33102 NO_TAG_IN_CONVER Never;
    "The conversation does not carry the tag."
    "Tag the conversation first."

    33302 SDK_PULL_CONVERSATION ByApp;
    "The list of conversations could not be fetched from the cloud."
    "Repeat the call once connected."

    33401 MODIFIED_MESSAGE_IS_NOT_SENT Never;
    "Only messages that this user has sent successfully can be edited."
    "Edit one's own sent messages only."

    33402 MODIFIED_MESSAGE_TIMEOUT Never;
    "The message is too old to be edited."
    "Send a new message instead."

    34012 RC_CONVERSATION_TAG_INVALID_CONVERSATION_TYPE Never;
    "This type of conversation cannot be tagged."
    "Tag direct, group and system conversations only."

    34013 CONVER_OUT_LIMIT_ERROR Never;
    "More than 1000 conversations were to be tagged or untagged."
    "Split them over several calls."

    34014 READ_RECEIPT_ERROR Never;
    "The group's version of read receipts is not supported."
    "Use the version the App Key is set up for."

    34016 PUSH_CONTENT_CONFIG_SERVICE_UNAVAILABLE Never;
    "Settings per user are not enabled for the App Key."
    "Ask the operator to enable them."

    34022 METHOD_NOT_SUPPORT Never;
    "The call does not serve ultra groups."
    "Use the call made for ultra groups."

    34202 INVALID_PARAMETER_TIMESTAMP Never;
    "The time is out of range."
    "Give the time in milliseconds since 1970."

    34203 INVALID_PARAMETER_MESSAGE_UID Never;
    "The message uid is malformed."
    "Pass the uid as it came with the message."

    34204 INVALID_PARAMETER_MESSAGE_ID Never;
    "The message id is malformed, or no such message is stored here."
    "Pass the id as it came with the message."

    34206 MSG_LIMIT_ERROR Never;
    "The list of messages is empty, too long or malformed."
    "Correct the list, then repeat the call."

    34219 INVALID_PARAMETER_RCHISTORYMESSAGEOPTION_COUNT Never;
    "The options of the history call are wrong."
    "Correct the number of messages asked for, then repeat the call."

    34225 INVALID_PARAMETER_CONVERSATION Never;
    "The conversation is missing or malformed."
    "Give a type and a target id."

    34229 INVALID_PARAMETER_MESSAGE_ARRAY Never;
    "The list of message ids is empty."
    "Give at least one message id."

    34232 INVALID_PARAMETER_COUNT Never;
    "The count is out of range."
    "Correct the count, then repeat the call."

    34276 INVALID_PARAMETER_OFFSET Never;
    "The offset is out of range."
    "Give an offset of zero or more."

    34277 INVALID_PARAMETER_START_TIME Never;
    "The start of the time range is wrong."
    "Give the start in milliseconds since 1970."

    34278 INVALID_PARAMETER_END_TIME Never;
    "The end of the time range is wrong."
    "Give an end after the start, in milliseconds since 1970."

    34279 INVALID_PARAMETER_LIMIT Never;
    "The limit is out of range."
    "Correct the limit, then repeat the call."

    34287 INVALID_PARAMETER_CONVERSATION_LIST Never;
    "The list of conversations is empty, too long or malformed."
    "Correct the list, then repeat the call."

    34288 INVALID_PARAMETER_CLEAR_MESSAGE_OPTION_LIST Never;
    "The list of what to clear is empty, too long or malformed."
    "Correct the list, then repeat the call."

    34289 INVALID_PARAMETER_START_MESSAGE_UID Never;
    "The uid of the first message of the range is malformed."
    "Pass the uid as it came with the message."

    34290 INVALID_PARAMETER_END_MESSAGE_UID Never;
    "The uid of the last message of the range is malformed."
    "Pass the uid as it came with the message."

    34291 READ_RECEIPT_V4_NOT_SUPPORT Never;
    "Read receipts of version 4 are not supported here."
    "Use the version the App Key is set up for."

    34292 READ_RECEIPT_V4_UPDATE_NOT_SUPPORT Never;
    "Read receipts of version 4 cannot be updated here."
    "Use the version the App Key is set up for."

    34301 RC_DB_NOT_INIT Never;
    "The local database is not open."
    "Connect, and wait until the database is reported open."

    34302 RC_DB_CORRUPT Never;
    "The local database is damaged or cannot be opened."
    "Connect with the consent to set it aside and begin anew with what the cloud still keeps, or put a good copy in its place."

    34303 RC_DB_SQL_ERROR ByApp;
    "A read or write of the local database failed."
    "Check the disk, then repeat the call."

    34304 RC_DB_DATA_NOT_FOUND Never;
    "The local database has no such row."
    "Check the ids of the call."

    34305 RC_NET_DATA_ERROR ByApp;
    "Data from the cloud could not be read."
    "Repeat the call; update imlink if it does not pass."

    34315 DB_UPGRADE_FAILED Never;
    "The local database could not be brought to this version's form."
    "Keep a copy of the state directory and report it."

    34329 NET_DATA_IS_SYNCHRONIZING ByApp;
    "The data is being synchronised with the cloud."
    "Wait a moment, then repeat the call."

    /// The web SDK's meaning; the universal client uses the number for a bad unique id.
    34435 SERVER_RECORD_UNREAD_COUNT_ENABLED_FORBIDDEN Never;
    "The call is not allowed while the cloud counts unread messages."
    "Use the cloud's own counts."

    /// The web SDK's meaning; the universal client uses the number for a bad unique id.
    34436 SERVER_RECORD_UNREAD_COUNT_DISABLED Never;
    "The call needs the cloud to count unread messages, which is not enabled."
    "Ask the operator to enable it."

    34439 DATABASEDISKFULL ByApp;
    "The disk is full."
    "Free disk space, then repeat the call."

    35015 DRAFT_SAVE_ERROR ByApp;
    "The draft could not be saved."
    "Repeat the call."

    35016 DRAFT_REMOVE_ERROR ByApp;
    "The draft could not be removed."
    "Repeat the call."

    35020 CONVER_REMOVE_ERROR ByApp;
    "The conversation could not be removed."
    "Repeat the call."

    35021 CONVER_GET_ERROR ByApp;
    "The conversations could not be read."
    "Repeat the call."
}
