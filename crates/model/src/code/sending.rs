//! Codes of sending and changing messages (behaviour.md 12.2). 30001, 30002, 30003 and 30014 also
//! end a send; they are with the link's.

use super::table::codes;

codes! { Sending:

    405 REJECTED_BY_BLACKLIST Never;
    "The recipient has blocked this user, so the message was not delivered."
    "Tell the user; only the recipient can lift the block."

    407 NOT_IN_WHITELIST Never;
    "The recipient only accepts messages from a list that this user is not on."
    "Tell the user; only the recipient can change the list."

    20106 FORBIDDEN_IN_PRIVATE Never;
    "The user is muted in direct chats."
    "Tell the user; the app's server can lift the mute."

    20109 SYS_CONVERSATION_NOT_SUPPORT_MESSAGE Never;
    "This message type is not allowed in a system conversation."
    "Send another type, or to another conversation."

    20112 DANGEROUS_CONTENT Never;
    "The edit was refused because the new content holds a forbidden word."
    "Tell the user to change the wording."

    20113 CONTENT_REVIEW_REJECTED Never;
    "The edit was refused because the new content did not pass review."
    "Tell the user to change the content."

    20114 MESSAGE_OVER_MODIFY_TIME_FAIL Never;
    "The message is too old to be edited."
    "Tell the user; send a new message instead."

    20115 MESSAGE_SIZE_EXCEEDED Never;
    "The edited message is too large."
    "Shorten it."

    20116 MESSAGE_UNSUPPORTED_MODIFY Never;
    "Messages of this kind cannot be edited."
    "Send a new message instead."

    20604 SEND_FREQUENCY_TOO_FAST Automatic;
    "More messages were sent than the cloud allows, which is five a second by default."
    "Send more slowly; imlink keeps the message queued and paces what it sends."

    20605 OPERATION_BLOCKED Never;
    "The cloud forbids this operation (the code is deprecated)."
    "Do without it, or ask the operator."

    20606 OPERATION_NOT_SUPPORT Never;
    "The private cloud has this operation switched off."
    "Ask the operator to switch it on."

    20607 REQUEST_OVER_FREQUENCY ByApp;
    "More requests were made than the cloud allows."
    "Wait a little longer each time, then repeat the call."

    21501 SENSITIVE_SHIELD Never;
    "The message holds a forbidden word and was not delivered."
    "Tell the user to change the wording."

    21502 SENSITIVE_REPLACE NotApplicable;
    "The message was delivered, with forbidden words replaced."
    "Treat the message as sent; do not send it again."

    22406 NOT_IN_GROUP Never;
    "The user is not a member of the group."
    "Have the app's server add the user to the group first."

    22408 FORBIDDEN_IN_GROUP Never;
    "The user is muted in the group."
    "Tell the user; the app's server can lift the mute."

    23406 NOT_IN_CHATROOM Never;
    "The user is not in the chatroom."
    "Join the chatroom, then repeat the call."

    23408 FORBIDDEN_IN_CHATROOM Never;
    "The user is muted in the chatroom."
    "Tell the user; the app's server can lift the mute."

    23409 RC_CHATROOM_USER_KICKED Never;
    "The user was removed from the chatroom and may not join for a time the app's server chose."
    "Tell the user; join again when that time is over."

    23410 RC_CHATROOM_NOT_EXIST Never;
    "There is no chatroom with this id."
    "Correct the id, or have the chatroom created first."

    23411 RC_CHATROOM_IS_FULL Never;
    "The chatroom has as many members as it may have."
    "Tell the user; the operator can have the limit raised."

    23412 RC_CHATROOM_PATAMETER_INVALID Never;
    "An argument of the chatroom call is missing or wrong."
    "Correct the argument, then repeat the call."

    24406 NOT_IN_ULTRA_GROUP Never;
    "The user is not a member of the ultra group."
    "Have the app's server add the user first."

    24408 FORBIDDEN_IN_ULTRA_GROUP Never;
    "The user is muted in the ultra group."
    "Tell the user; the app's server can lift the mute."

    24410 ULTRA_GROUP_NOT_EXIST Never;
    "There is no ultra group with this id."
    "Correct the id, or have the ultra group created first."

    24414 ULTRA_GROUP_CHANNEL_ID_NOT_EXIST Never;
    "The ultra group has no channel with this id."
    "Correct the channel id, or have the channel created first."

    24415 ULTRA_GROUP_MESSAGE_SENT_OVER_FREQUENCY ByApp;
    "More messages were sent to the channel than the cloud allows for all its members together."
    "Send again later."

    24416 ULTRA_GROUP_USER_NOT_IN_PRIVATE_CHANNEL Never;
    "The user is not a member of the private channel."
    "Have the app's server add the user to the channel first."

    30016 RC_MSG_CONTENT_EXCEED_LIMIT Never;
    "The message's body is larger than 128 KB once serialised."
    "Shorten the body, or send the content as a file."

    30017 MESSAGE_NOT_SUPPORT_SENDING Never;
    "Clients may not send messages of this type."
    "Send another type, or send it from the app's server."

    33000 PROTOCOL_MESSAGE_SAVED_ERROR Never;
    "The message could not be stored on this machine, so it was not sent."
    "Check the disk and the state directory, then send again."

    33008 MSG_INSERT_ERROR Never;
    "The message could not be inserted into the store on this machine."
    "Check the disk and the state directory, then repeat the call."

    34002 SIGHT_MSG_DURATION_LIMIT Never;
    "The video is longer than two minutes."
    "Cut it, or send it as a file."

    34003 GIF_MESSAGE_SIZE_OUT_OF_LIMIT Never;
    "The GIF is too large."
    "Shrink it, or send it as a file."

    34008 MESSAGE_KV_NOT_SUPPORT Never;
    "The message was not sent as expandable, or is not in a direct or group conversation."
    "Mark messages as expandable when sending them."

    34009 MESSAGE_EXPANDED_ERROR ByApp;
    "The message could not be expanded, mostly because of the network."
    "Repeat the call once connected."

    34010 EXPANSION_LIMIT_EXCEET Never;
    "The expansion is too large: keys have 32 characters, values 4096, and a message 300 pairs."
    "Store less in the message."

    34011 UPLOAD_FAIL ByApp;
    "The file of a media message could not be uploaded."
    "Send it again once connected."

    34017 MESSAGE_INTERCEPTION_PRODUCED_NULL_MESSAGE Never;
    "The app's own interceptor returned no message, so nothing was sent."
    "Look at the interceptor if that was not intended."

    34021 MESSAGE_NOT_REGISTERED Never;
    "The custom message type was not registered."
    "Register the type before using it."

    34025 INCONSISTENT_CONVERSATION_TYPE Never;
    "The message is in a type of conversation that this expansion call does not serve."
    "Use the call made for that type of conversation."

    34205 INVALID_PARAMETER_MESSAGE_CONTENT Never;
    "The message or its content is missing or malformed."
    "Correct the content, then send again."

    34209 INVALID_PARAMETER_CONVERSATION_TYPE Never;
    "The type of conversation is wrong for this call."
    "Give a type the call supports."

    34210 INVALID_PARAMETER_TARGET_ID Never;
    "The target id is empty, too long, or has characters that are not allowed."
    "Give the id of a user, group or chatroom."

    34211 INVALID_PARAMETER_CHANNEL_ID Never;
    "The channel id is too long or has characters that are not allowed."
    "Give a channel id of at most 20 characters."

    34280 INVALID_MESSAGE_DIRECTION Never;
    "The direction of the message is wrong for this call."
    "Say whether the message was sent or received."

    34296 RC_DIRECTIONAL_MESSAGE_INVALID_CONVERSATION_TYPE Never;
    "A message to chosen members cannot be sent in this type of conversation."
    "Use it in groups only, or send to everyone."

    35066 MSG_BLOCK_SEND Never;
    "The app's own interceptor stopped the message."
    "Look at the interceptor if that was not intended."
}
