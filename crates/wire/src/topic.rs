//! Topics: what a PUBLISH or QUERY is about (protocol/cloud-wire.md 7).
//!
//! Every topic of the section is in a list of its group; those we send or serve have a name.

/// PUBLISH: private message.
pub const PRIVATE: &str = "ppMsgP";
/// PUBLISH: private status message, neither stored nor acknowledged.
pub const PRIVATE_STATUS: &str = "ppMsgS";
/// PUBLISH: group message.
pub const GROUP: &str = "pgMsgP";
/// PUBLISH: group status message, neither stored nor acknowledged.
pub const GROUP_STATUS: &str = "pgMsgS";
/// PUBLISH: chatroom message.
pub const CHATROOM: &str = "chatMsg";
/// PUBLISH: chatroom status message.
pub const CHATROOM_STATUS: &str = "chatMsgS";
/// PUBLISH: customer service message.
pub const CUSTOMER_SERVICE: &str = "pcMsgP";
/// PUBLISH: system message.
pub const SYSTEM: &str = "pbMsgP";
/// PUBLISH: message in a real-time call room.
pub const RTC_ROOM: &str = "prMsgS";
/// PUBLISH: ultra group message.
pub const ULTRA_GROUP: &str = "ugMsg";
/// PUBLISH to oneself: recalls a message.
pub const RECALL: &str = "recallMsg";
/// PUBLISH to oneself: read position of a conversation, [`crate::proto::SessionMsgReadInput`].
pub const READ_POSITION: &str = "updRTime";
/// PUBLISH to oneself: read position of a real-time conversation,
/// [`crate::proto::SessionMsgReadInput`].
pub const LIVE_READ_POSITION: &str = "updRRTime";

/// PUBLISH from the server: something new waits; [`crate::notify`].
pub const NOTIFICATION: &str = "s_ntf";
/// PUBLISH from the server: a message itself, [`crate::proto::DownStreamMessage`].
pub const DIRECT_MESSAGE: &str = "s_msg";
/// PUBLISH from the server: some other state changed; [`crate::notify`].
pub const COMMAND: &str = "s_cmd";
/// PUBLISH from the server: user settings changed, [`crate::proto::UserSettingNotification`].
pub const USER_SETTINGS: &str = "s_us";
/// PUBLISH from the server: status of a subscribed user, [`crate::proto::SubDataDetail`].
pub const SUBSCRIBED_STATUS: &str = "s_stat";
/// PUBLISH from the server: typing in ultra groups, [`crate::proto::OperateStatusNotify`].
pub const OPERATE_STATUS: &str = "s_opNtf";

/// QUERY: messages since the cursors, [`crate::proto::SyncRequestMsg`].
pub const PULL_MESSAGES: &str = "pullMsg";
/// QUERY: edited messages, [`crate::proto::PullModifyMsgReq`].
pub const PULL_MODIFIED: &str = "pullModifyMsg";
/// QUERY: the event log, [`crate::proto::QueryMsgChange`].
pub const PULL_EVENTS: &str = "pullEventChange";
/// QUERY: user settings, [`crate::proto::PullUserSettingInput`].
pub const PULL_USER_SETTINGS: &str = "pullUS";
/// QUERY: unread counts the server keeps, [`crate::proto::SessionQryInput`].
pub const PULL_UNREAD: &str = "pullSe";
/// QUERY: attributes of conversations, [`crate::proto::SessionReq`].
pub const PULL_CONVERSATION_STATES: &str = "pullSeAtts";
/// QUERY: messages of a chatroom, [`crate::proto::ChrmPullMsg`].
pub const PULL_CHATROOM: &str = "chrmPull";
/// QUERY: entries of a chatroom, [`crate::proto::QueryChrmKv`].
pub const PULL_CHATROOM_ENTRIES: &str = "pullKV";

/// QUERY: private history, [`crate::proto::HistoryMsgInput`] as for the other histories.
pub const PRIVATE_HISTORY: &str = "qryPMsg";
/// QUERY: group history.
pub const GROUP_HISTORY: &str = "qryGMsg";
/// QUERY to the room: chatroom history.
pub const CHATROOM_HISTORY: &str = "qryCHMsg";
/// QUERY: customer service history.
pub const CUSTOMER_SERVICE_HISTORY: &str = "qryCMsg";
/// QUERY: system history.
pub const SYSTEM_HISTORY: &str = "qrySMsg";

/// QUERY: conversation list, [`crate::proto::RelationQryInput`].
pub const CONVERSATIONS: &str = "qryRelationR";
/// QUERY: conversation list of older clients, [`crate::proto::RelationQryInput`].
pub const CONVERSATIONS_OLD: &str = "qryRelation";
/// QUERY: conversation list by kinds and tags, [`crate::proto::RelationQryFilter`].
pub const FILTER_CONVERSATIONS: &str = "qryRelationFilter";
/// QUERY: single conversations of the list, [`crate::proto::RelationDelBatchReq`].
pub const LOOK_UP_CONVERSATIONS: &str = "qryRLBatch";
/// QUERY: removes conversations from the list, [`crate::proto::RelationDelBatchReq`].
pub const REMOVE_CONVERSATIONS: &str = "delRelationBatch";
/// QUERY: sets attributes of conversations, [`crate::proto::SessionStateModifyReq`].
pub const SET_CONVERSATION_STATES: &str = "setSeAtt";
/// QUERY: tags conversations, [`crate::proto::SessionStateModifyReq`].
pub const TAG_CONVERSATIONS: &str = "addTag";
/// QUERY: takes tags off conversations, [`crate::proto::SessionStateModifyReq`].
pub const UNTAG_CONVERSATIONS: &str = "delTag";
/// QUERY: how loud a kind of conversations is, [`crate::proto::TypeUnpushInput`].
pub const SET_KIND_SILENT: &str = "setTypeUnpush";
/// QUERY: makes tags, [`crate::proto::SessionTagAddInput`].
pub const MAKE_TAGS: &str = "addSeTag";
/// QUERY: ends tags, [`crate::proto::SessionTagDelInput`].
pub const END_TAGS: &str = "delSeTag";
/// QUERY: language of translations, [`crate::proto::SetUserSettingInput`].
pub const SET_LANGUAGE: &str = "transLan";
/// QUERY: whether to translate unasked, [`crate::proto::SetUserSettingInput`].
pub const SET_AUTOMATIC_TRANSLATION: &str = "autoTrans";
/// QUERY: sets hours without pushes, [`crate::proto::AddUnpushPeriodInput`].
pub const SET_QUIET_HOURS: &str = "addUnpush";
/// QUERY: the hours without pushes, [`crate::proto::QueryUnpushPeriodInput`].
pub const QUIET_HOURS: &str = "qryUnpush";
/// QUERY: ends the hours without pushes, [`crate::proto::DeleteUnpushPeriodInput`].
pub const END_QUIET_HOURS: &str = "delUnpush";
/// QUERY: deletes single messages, [`crate::proto::DeleteMsgInput`].
pub const DELETE_MESSAGES: &str = "delMsg";
/// QUERY: deletes private messages up to a time, [`crate::proto::CleanHisMsgInput`].
pub const CLEAN_PRIVATE: &str = "cleanPMsg";
/// QUERY: deletes group messages up to a time, [`crate::proto::CleanHisMsgInput`].
pub const CLEAN_GROUP: &str = "cleanGMsg";
/// QUERY: deletes system messages up to a time, [`crate::proto::CleanHisMsgInput`].
pub const CLEAN_SYSTEM: &str = "cleanSMsg";
/// QUERY: deletes messages of several conversations, [`crate::proto::CleanMsgBatchReq`].
pub const CLEAN_MANY: &str = "cleanMsgBatch";
/// QUERY: single messages by uid, [`crate::proto::MsgQuery`].
pub const LOOK_UP_MESSAGES: &str = "qryMsg";
/// QUERY: edits a message, [`crate::proto::MsgChangeReq`].
pub const MODIFY_MESSAGE: &str = "modifyMsg";

/// QUERY: attaches values to a message, [`crate::proto::MsgChangeReq`].
pub const UPDATE_EXPANSION: &str = "upMsgEx";

/// QUERY: joins a chatroom, creating it if need be, [`crate::proto::ChrmInput`].
pub const JOIN_CHATROOM: &str = "joinChrm";
/// QUERY: joins a chatroom that must exist, [`crate::proto::ChrmInput`].
pub const REJOIN_CHATROOM: &str = "joinChrmR";
/// QUERY: leaves a chatroom, [`crate::proto::ChrmInput`].
pub const LEAVE_CHATROOM: &str = "exitChrm";
/// QUERY: who is in a chatroom, [`crate::proto::QueryChatRoomInfoInput`].
pub const CHATROOM_INFO: &str = "queryChrmI";

/// QUERY to the room: sets an entry, [`crate::proto::SetChrmKv`].
pub const SET_ENTRY: &str = "setKV";
/// QUERY to the room: removes an entry, [`crate::proto::SetChrmKv`].
pub const REMOVE_ENTRY: &str = "delKV";
/// QUERY to the room: sets several entries, [`crate::proto::SetChrmKvs`].
pub const SET_ENTRIES: &str = "setKVS";
/// QUERY to the room: removes several entries, [`crate::proto::DeleteChrmKvs`].
pub const REMOVE_ENTRIES: &str = "delKVS";

/// QUERY: package versions, [`crate::proto::ReportSdkInput`].
pub const REPORT_SDK: &str = "reportsdk";
/// QUERY: robots of the app, [`crate::proto::BotInput`].
pub const APP_BOTS: &str = "qAppBot";

/// Messages sent by PUBLISH; all of them come as echoes too (3.6), `operate` apart.
pub const SENDS: &[&str] = &[
    "ppMsgP",
    "ppMsgS",
    "pgMsgP",
    "pgMsgS",
    "chatMsg",
    "chatMsgS",
    "pcMsgP",
    "pbMsgP",
    "prMsgS",
    "ugMsg",
    "recallMsg",
    "operate",
];
/// Sends that nobody acknowledges, whatever their qos says (3.6).
pub const UNACKNOWLEDGED: &[&str] = &[PRIVATE_STATUS, GROUP_STATUS];
/// Echoes that are complete without a PUBACK (3.6).
pub const ECHOES_WITHOUT_PUBACK: &[&str] = &[PRIVATE_STATUS, GROUP_STATUS, CHATROOM, RTC_ROOM];
/// What a client accepts as an echo of a message (3.6).
pub const MESSAGE_ECHOES: &[&str] = &[
    "ppMsgP",
    "ppMsgS",
    "pgMsgP",
    "pgMsgS",
    "pcMsgP",
    "pbMsgP",
    "prMsgS",
    "chatMsg",
    "chatMsgS",
    "ugMsg",
    "recallMsg",
];
/// Read positions, sent by PUBLISH.
pub const READ_POSITIONS: &[&str] = &["updRTime", "updRRTime", "updUgRTime", "sendMsgRead"];
/// PUBLISH from the server.
pub const FROM_SERVER: &[&str] = &[
    "s_ntf",
    "s_msg",
    "s_cmd",
    "s_us",
    "s_stat",
    "s_opNtf",
    "s_pubCall",
    "rtc_ntf",
];
/// Pulls.
pub const PULLS: &[&str] = &[
    "pullMsg",
    "pullModifyMsg",
    "pullEventChange",
    "qryMsgChange",
    "pullUS",
    "pullSe",
    "pullSeAtts",
    "pullUgMsg",
    "pullUgSes",
    "pullKvMsg",
    "chrmPull",
    "pullKV",
];
/// Histories.
pub const HISTORIES: &[&str] = &[
    "qryPMsg", "qryGMsg", "qryCMsg", "qrySMsg", "qryMCMsg", "qryMPMsg", "qryUgMsg", "qryMsg",
    "qryUgUal", "qryCHMsg",
];
/// Conversation list and attributes.
pub const CONVERSATION_QUERIES: &[&str] = &[
    "qryRelation",
    "qryRelationR",
    "qryRelationFilter",
    "qryRLBatch",
    "delRelation",
    "delRelationBatch",
    "qrySessions",
    "qrySessionsAtt",
    "qrySessionsUnread",
    "delSessions",
    "setSeAtt",
    "addTag",
    "delTag",
    "addSeTag",
    "delSeTag",
    "setTypeUnpush",
];
/// Deletions.
pub const DELETIONS: &[&str] = &[
    "delMsg",
    "delUgMsg",
    "delUgSe",
    "cleanPMsg",
    "cleanGMsg",
    "cleanCMsg",
    "cleanSMsg",
    "cleanMCMsg",
    "cleanMPMsg",
    "cleanMsgBatch",
];
/// Read receipts.
pub const RECEIPTS: &[&str] = &[
    "rrMsg",
    "rrList",
    "qryMsgRead",
    "qryMsgReadCntBatch",
    "readReceipt",
    "qryReceipt",
    "qryReceiptBatch",
];
/// Changes of messages.
pub const MESSAGE_CHANGES: &[&str] = &["modifyMsg", "upMsgEx", "upConvertMsg"];
/// Chatrooms.
pub const CHATROOMS: &[&str] = &[
    "joinChrm",
    "joinChrmR",
    "exitChrm",
    "queryChrmI",
    "setKV",
    "delKV",
    "setKVS",
    "delKVS",
    "setRtcRoomId",
];
/// User settings.
pub const SETTINGS: &[&str] = &[
    "transLan",
    "autoTrans",
    "addUnpush",
    "qryUnpush",
    "delUnpush",
    "ugUnpushSet",
    "ugUnpushQuery",
];
/// Profiles and online status.
pub const PROFILES: &[&str] = &[
    "updUserSub",
    "pullUserSub",
    "pullSubData",
    "qrySubData",
    "pullUserProfile",
    "pullOwnProfile",
    "updProfilePermiss",
    "qProfilePermiss",
    "searchUserProfile",
    "updUserProfile",
    "qSimpleUserProfile",
];
/// Managed groups.
pub const GROUPS: &[&str] = &[
    "channelCreate",
    "upChannelInfo",
    "qChannelInfo",
    "channelMemKick",
    "channelMemQuit",
    "channelDismiss",
    "channelTransfer",
    "upChannelManager",
    "qChannelMem",
    "qChannelSpeMem",
    "upChannelMem",
    "channelMemJoin",
    "channelMemInvite",
    "channelApplyResp",
    "qChannelApplyList",
    "qChannelMemJoin",
    "qChannelMemSpeJoin",
    "upChannelRemark",
    "qChannelRemark",
    "upChannelFollow",
    "qChannelFollow",
];
/// Friends.
pub const FRIENDS: &[&str] = &[
    "friendAdd",
    "friendDel",
    "friendHandle",
    "friendSetPf",
    "friendCheck",
    "friendsQuery",
    "friendApplyDel",
    "friendsInfoQry",
    "friendAuthSet",
    "friendAuthGet",
];
/// Credentials for media.
pub const MEDIA: &[&str] = &["qnTkn", "qnUrl", "aliUrl", "s3Url", "stcUrl", "minioUrl"];
/// What fits nowhere else.
pub const OTHERS: &[&str] = &["reportsdk", "qAppBot", "qBot", "reqCall"];
/// Real-time calls; their bodies are not in cloud.proto.
pub const CALLS: &[&str] = &[
    "rtcRJoin_data",
    "rtcRExit",
    "rtcPing",
    "rtcUPut",
    "rtcUDel",
    "rtcSetData",
    "rtcSetOutData",
    "rtcQryUserOutData",
    "userSetData",
    "rtcQryData",
    "rtcDelData",
    "rtcToken",
    "rtcUserState",
    "rtcUList",
    "viewerJoinR",
    "viewerExitR",
    "rtcIdentityChange",
    "rtcInvite",
    "rtcCancelInvite",
    "rtcInviteAnswer",
    "rtcEndInvite",
    "rtcQueryJoined",
];

/// The topics a message of a conversation type is sent with: stored, and as a status message
/// (protocol/cloud-wire.md 5.4). `None` where the conversation type, or its status form, has none.
#[must_use]
pub fn of_conversation(conversation_type: i32) -> (Option<&'static str>, Option<&'static str>) {
    match conversation_type {
        1 => (Some(PRIVATE), Some(PRIVATE_STATUS)),
        3 => (Some(GROUP), Some(GROUP_STATUS)),
        4 => (Some(CHATROOM), None),
        5 => (Some(CUSTOMER_SERVICE), None),
        6 => (Some(SYSTEM), None),
        10 => (Some(ULTRA_GROUP), None),
        12 => (Some(RTC_ROOM), None),
        _ => (None, None),
    }
}
