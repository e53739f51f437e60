// This file is generated; see tests/generated.rs.

use super::{Kind::{Bytes, Id, Message, Number, Text}, generated::*, schema::bodies};

bodies! {
    UpStreamMessage = "UpStreamMessage" [
        (1, "sessionId", Required, Number),
        (2, "classname", Required, Id),
        (3, "content", Required, Text),
        (4, "pushText", Optional, Text),
        (5, "appData", Optional, Text),
        (6, "toUserIds", Repeated, Id),
        (7, "delMsgTime", Optional, Number),
        (8, "delMsgId", Optional, Text),
        (9, "configFlag", Optional, Number),
        (10, "clientUniqueId", Optional, Number),
        (11, "extraContent", Optional, Text),
        (12, "pushExt", Optional, Message(PushExtra::SCHEMA)),
        (13, "busChannel", Optional, Id),
        (16, "systemId", Optional, Id),
        (21, "senderPortrait", Optional, Text),
        (22, "optionBits", Optional, Number),
        (23, "extMsgData", Optional, Message(ExtMsgData::SCHEMA)),
        (24, "metadata", Optional, Text),
        (25, "refData", Optional, Message(ReferenceData::SCHEMA)),
    ]
    ReferenceData = "ReferenceData" [
        (1, "msgId", Optional, Id),
        (2, "fromUserId", Optional, Id),
        (3, "classname", Optional, Id),
    ]
    PushExtra = "PushExtra" [
        (1, "title", Optional, Text),
        (2, "templateIdNoUse", Optional, Number),
        (3, "pushId", Optional, Text),
        (4, "pushConfigs", Optional, Text),
        (5, "templateId", Optional, Text),
    ]
    ExtMsgData = "ExtMsgData" [
        (1, "seqId", Optional, Number),
        (2, "sendTime", Optional, Number),
    ]
    DownStreamMessage = "DownStreamMessage" [
        (1, "fromUserId", Required, Id),
        (2, "type", Required, Number),
        (3, "groupId", Optional, Id),
        (4, "classname", Required, Id),
        (5, "content", Required, Text),
        (6, "dataTime", Required, Number),
        (7, "status", Required, Number),
        (8, "extra", Optional, Number),
        (9, "msgId", Optional, Id),
        (10, "direction", Optional, Number),
        (11, "plantform", Optional, Number),
        (12, "isRemoved", Optional, Number),
        (13, "source", Optional, Text),
        (14, "clientUniqueId", Optional, Number),
        (15, "extraContent", Optional, Text),
        (16, "pushContent", Optional, Text),
        (17, "configFlag", Optional, Number),
        (18, "pushExt", Optional, Message(PushExtra::SCHEMA)),
        (19, "busChannel", Optional, Id),
        (20, "extStatus", Optional, Number),
        (21, "toUserIds", Repeated, Id),
        (22, "groupUnpush", Optional, Number),
        (23, "optionBits", Optional, Number),
        (24, "convertExt", Optional, Text),
        (25, "extMsgData", Optional, Message(ExtMsgData::SCHEMA)),
        (26, "metadata", Optional, Text),
        (27, "refData", Optional, Message(ReferenceData::SCHEMA)),
    ]
    DownStreamMessages = "DownStreamMessages" [
        (1, "list", Repeated, Message(DownStreamMessage::SCHEMA)),
        (2, "syncTime", Required, Number),
        (3, "finished", Optional, Number),
        (4, "broadcastSyncTime", Optional, Number),
        (5, "systemTime", Optional, Number),
        (6, "credibleStartTime", Optional, Number),
        (7, "credibleEndTime", Optional, Number),
        (8, "compressioEnabled", Optional, Number),
        (9, "compressedData", Optional, Bytes),
    ]
    ChrmDownStreamMessages = "ChrmDownStreamMessages" [
        (1, "list", Repeated, Bytes),
        (2, "syncTime", Required, Number),
        (3, "compressioEnabled", Optional, Number),
        (4, "compressedData", Optional, Bytes),
    ]
    NotifyMsg = "NotifyMsg" [
        (1, "type", Required, Number),
        (2, "time", Optional, Number),
        (3, "chrmId", Optional, Id),
        (4, "destroyType", Optional, Number),
    ]
    UserSettingNotification = "UserSettingNotification" [
        (1, "version", Required, Number),
        (2, "reserve", Required, Number),
    ]
    SyncRequestMsg = "SyncRequestMsg" [
        (1, "syncTime", Required, Number),
        (2, "ispolling", Required, Number),
        (3, "isweb", Optional, Number),
        (4, "isPullSend", Optional, Number),
        (5, "isKeeping", Optional, Number),
        (6, "sendBoxSyncTime", Optional, Number),
        (7, "broadcastSyncTime", Optional, Number),
        (8, "endTime", Optional, Number),
        (9, "compressioEnabled", Optional, Number),
    ]
    ChrmPullMsg = "ChrmPullMsg" [
        (1, "syncTime", Required, Number),
        (2, "count", Required, Number),
        (3, "pullMsgType", Optional, Number),
        (4, "compressioEnabled", Optional, Number),
    ]
    ChrmPullMsgNew = "ChrmPullMsgNew" [
        (1, "count", Required, Number),
        (2, "syncTime", Required, Number),
        (3, "chrmId", Optional, Id),
    ]
    HistoryMsgInput = "HistoryMsgInput" [
        (1, "targetId", Optional, Id),
        (2, "time", Optional, Number),
        (3, "count", Optional, Number),
        (4, "order", Optional, Number),
        (5, "busChannel", Optional, Id),
        (6, "compressioEnabled", Optional, Number),
        (10, "ignoreCmd", Optional, Number),
    ]
    HistoryMsgOuput = "HistoryMsgOuput" [
        (1, "list", Repeated, Message(DownStreamMessage::SCHEMA)),
        (2, "syncTime", Required, Number),
        (3, "hasMsg", Required, Number),
        (4, "credibleStartTime", Optional, Number),
        (5, "credibleEndTime", Optional, Number),
        (6, "compressioEnabled", Optional, Number),
        (7, "compressedData", Optional, Bytes),
    ]
    HistoryMessageInput = "HistoryMessageInput" [
        (1, "targetId", Required, Id),
        (2, "dataTime", Required, Number),
        (3, "size", Required, Number),
    ]
    HistoryMessagesOuput = "HistoryMessagesOuput" [
        (1, "list", Repeated, Message(DownStreamMessage::SCHEMA)),
        (2, "syncTime", Required, Number),
        (3, "hasMsg", Required, Number),
        (4, "credibleStartTime", Optional, Number),
        (5, "credibleEndTime", Optional, Number),
        (6, "compressioEnabled", Optional, Number),
        (7, "compressedData", Optional, Bytes),
    ]
    RelationQryInput = "RelationQryInput" [
        (1, "type", Optional, Number),
        (2, "count", Optional, Number),
        (3, "startTime", Optional, Number),
        (4, "order", Optional, Number),
        (5, "isEraseMsgContent", Optional, Number),
        (6, "endTime", Optional, Number),
        (7, "compressioEnabled", Optional, Number),
        (8, "qryType", Optional, Number),
        (9, "channelType", Repeated, Number),
        (10, "botType", Optional, Number),
    ]
    RelationQryFilter = "RelationQryFilter" [
        (1, "type", Repeated, Number),
        (2, "count", Optional, Number),
        (3, "order", Optional, Number),
        (4, "tags", Repeated, Text),
        (5, "isTagTop", Optional, Number),
        (6, "pageToken", Optional, Text),
        (7, "compress", Optional, Number),
    ]
    RelationsOutput = "RelationsOutput" [
        (1, "info", Repeated, Message(RelationInfo::SCHEMA)),
        (2, "isFinished", Optional, Number),
        (3, "pullTime", Optional, Number),
        (4, "compressioEnabled", Optional, Number),
        (5, "compressedData", Optional, Bytes),
        (6, "pageToken", Optional, Text),
    ]
    RelationInfo = "RelationInfo" [
        (1, "type", Required, Number),
        (2, "userId", Required, Id),
        (3, "msg", Optional, Message(DownStreamMessage::SCHEMA)),
        (4, "readMsgTime", Optional, Number),
        (5, "unreadCount", Optional, Number),
        (6, "busChannel", Optional, Id),
        (7, "versionTime", Optional, Number),
        (8, "remindCount", Optional, Number),
        (9, "busChannelType", Optional, Number),
        (10, "msgInfo", Optional, Message(UnreadMsgInfo::SCHEMA)),
        (11, "remindMeCount", Optional, Number),
        (12, "isBot", Optional, Number),
    ]
    UnreadMsgInfo = "UnreadMsgInfo" [
        (1, "msgId", Required, Id),
        (2, "msgTime", Required, Number),
        (3, "remindType", Optional, Number),
        (4, "className", Optional, Id),
    ]
    RelationDelBatchReq = "RelationDelBatchReq" [
        (1, "relation", Repeated, Message(RelationOpInput::SCHEMA)),
        (2, "cleanMsg", Optional, Number),
    ]
    RelationOpInput = "RelationOpInput" [
        (1, "conversationId", Required, Id),
        (2, "conversationType", Required, Number),
        (3, "busChannel", Optional, Id),
    ]
    RelationDel = "RelationDel" [
        (1, "targetId", Optional, Id),
        (2, "type", Optional, Number),
        (3, "busChannel", Repeated, Id),
        (4, "cleanMsg", Optional, Number),
    ]
    RelationInfoReadTime = "RelationInfoReadTime" [
        (1, "type", Required, Number),
        (2, "readMsgTime", Required, Number),
        (3, "targetId", Required, Id),
    ]
    SessionMsgReadInput = "SessionMsgReadInput" [
        (1, "type", Required, Number),
        (2, "msgTime", Required, Number),
        (3, "channelId", Required, Id),
        (4, "busChannel", Optional, Id),
    ]
    SessionMsgReadOutput = "SessionMsgReadOutput" [
        (1, "nothing", Optional, Number),
    ]
    SessionQryInput = "SessionQryInput" [
        (1, "version", Optional, Number),
        (2, "count", Optional, Number),
        (3, "compress", Optional, Number),
        (4, "pageToken", Optional, Text),
    ]
    SessionsOutput = "SessionsOutput" [
        (1, "session", Repeated, Message(SessionOutput::SCHEMA)),
        (2, "pageToken", Optional, Text),
        (3, "compress", Optional, Number),
        (4, "compressedData", Optional, Bytes),
    ]
    SessionOutput = "SessionOutput" [
        (1, "targetId", Optional, Id),
        (2, "busChannel", Optional, Id),
        (3, "type", Optional, Number),
        (4, "version", Optional, Number),
        (5, "unread", Optional, Message(UnreadInfo::SCHEMA)),
    ]
    UnreadInfo = "UnreadInfo" [
        (1, "cnt", Optional, Number),
        (2, "mentionCnt", Optional, Number),
        (3, "mentionMeCnt", Optional, Number),
        (4, "clearTime", Optional, Number),
        (5, "cutOffTime", Optional, Number),
        (6, "firstUnreadMsg", Optional, Message(UnreadMsgInfo::SCHEMA)),
    ]
    SessionsAttQryInput = "SessionsAttQryInput" [
        (1, "nothing", Required, Number),
    ]
    SessionsAttOutput = "SessionsAttOutput" [
        (1, "inboxTime", Required, Number),
        (2, "sendboxTime", Required, Number),
        (3, "totalUnreadCount", Required, Number),
    ]
    SessionInfo = "SessionInfo" [
        (1, "type", Required, Number),
        (2, "channelId", Required, Id),
        (3, "unreadCount", Optional, Number),
        (4, "busChannel", Optional, Id),
    ]
    QuerySessionsInput = "QuerySessionsInput" [
        (1, "sessions", Repeated, Message(SessionInfo::SCHEMA)),
    ]
    QuerySessionsOutPut = "QuerySessionsOutPut" [
        (1, "sessions", Repeated, Message(SessionInfo::SCHEMA)),
    ]
    DeleteSessionsInput = "DeleteSessionsInput" [
        (1, "sessions", Repeated, Message(SessionInfo::SCHEMA)),
    ]
    DeleteSessionsOutput = "DeleteSessionsOutput" [
        (1, "nothing", Optional, Number),
    ]
    QryRemindListReq = "QryRemindListReq" [
        (1, "groupId", Required, Id),
        (2, "busChannel", Optional, Id),
        (3, "msgTime", Optional, Number),
        (4, "size", Optional, Number),
    ]
    QryRemindListResp = "QryRemindListResp" [
        (1, "msgInfo", Repeated, Message(UnreadMsgInfo::SCHEMA)),
    ]
    SessionReq = "SessionReq" [
        (1, "time", Required, Number),
    ]
    SessionStates = "SessionStates" [
        (1, "version", Required, Number),
        (2, "state", Repeated, Message(SessionState::SCHEMA)),
    ]
    SessionState = "SessionState" [
        (1, "type", Required, Number),
        (2, "channelId", Required, Id),
        (3, "time", Optional, Number),
        (4, "stateItem", Repeated, Message(SessionStateItem::SCHEMA)),
        (5, "busChannel", Optional, Id),
    ]
    SessionStateItem = "SessionStateItem" [
        (1, "sessionStateType", Required, Number),
        (2, "value", Required, Text),
        (3, "tags", Repeated, Message(SessionTagItem::SCHEMA)),
        (4, "time", Optional, Number),
    ]
    SessionTagItem = "SessionTagItem" [
        (1, "tagId", Required, Id),
        (2, "name", Optional, Text),
        (3, "createdTime", Optional, Number),
        (4, "isTop", Optional, Number),
    ]
    SessionStateModifyReq = "SessionStateModifyReq" [
        (1, "version", Required, Number),
        (2, "state", Repeated, Message(SessionState::SCHEMA)),
        (3, "ignoreVersion", Optional, Number),
    ]
    SessionStateModifyResp = "SessionStateModifyResp" [
        (1, "version", Required, Number),
        (2, "updateVersion", Optional, Number),
    ]
    SessionTagAddInput = "SessionTagAddInput" [
        (1, "version", Required, Number),
        (2, "tags", Repeated, Message(SessionTagItem::SCHEMA)),
        (3, "ignoreVersion", Optional, Number),
    ]
    SessionTagDelInput = "SessionTagDelInput" [
        (1, "version", Required, Number),
        (2, "tags", Repeated, Message(SessionTagItem::SCHEMA)),
        (3, "ignoreVersion", Optional, Number),
    ]
    SessionDisTagReq = "SessionDisTagReq" [
        (1, "tagId", Repeated, Id),
    ]
    TypeUnpushInput = "TypeUnpushInput" [
        (1, "type", Required, Number),
        (2, "version", Required, Number),
        (3, "unpushLevel", Required, Number),
        (4, "ignoreVersion", Optional, Number),
    ]
    TypeUnpushOutput = "TypeUnpushOutput" [
        (1, "version", Required, Number),
        (2, "updateVersion", Optional, Number),
    ]
    GroupUnpushQuery = "GroupUnpushQuery" [
        (1, "busChannel", Optional, Id),
    ]
    GroupUnpushSet = "GroupUnpushSet" [
        (1, "busChannel", Optional, Id),
        (2, "unpushLevel", Required, Number),
    ]
    GroupUnpushResult = "GroupUnpushResult" [
        (1, "groupId", Required, Id),
        (2, "busChannel", Optional, Id),
        (3, "unpushLevel", Required, Number),
    ]
    PullUserSettingInput = "PullUserSettingInput" [
        (1, "version", Required, Number),
        (2, "reserve", Optional, Number),
        (3, "ipType", Optional, Number),
    ]
    PullUserSettingOutput = "PullUserSettingOutput" [
        (1, "items", Repeated, Message(UserSettingItem::SCHEMA)),
        (2, "version", Required, Number),
    ]
    UserSettingItem = "UserSettingItem" [
        (1, "targetId", Required, Id),
        (2, "type", Required, Number),
        (4, "key", Required, Text),
        (5, "value", Required, Bytes),
        (6, "version", Required, Number),
        (7, "status", Required, Number),
        (8, "tags", Repeated, Message(SessionTagItem::SCHEMA)),
    ]
    SetUserSettingInput = "SetUserSettingInput" [
        (1, "version", Required, Number),
        (2, "value", Required, Text),
        (3, "ignoreVersion", Optional, Number),
    ]
    SetUserSettingOutput = "SetUserSettingOutput" [
        (1, "version", Required, Number),
        (2, "reserve", Required, Number),
        (3, "updateVersion", Optional, Number),
    ]
    DeleteMsgInput = "DeleteMsgInput" [
        (1, "type", Optional, Number),
        (2, "conversationId", Optional, Id),
        (3, "msgs", Repeated, Message(DeleteMsg::SCHEMA)),
        (4, "busChannel", Optional, Id),
    ]
    DeleteMsg = "DeleteMsg" [
        (1, "msgId", Optional, Id),
        (2, "msgDataTime", Optional, Number),
        (3, "direct", Optional, Number),
    ]
    CleanHisMsgInput = "CleanHisMsgInput" [
        (1, "targetId", Required, Id),
        (2, "dataTime", Required, Number),
        (3, "conversationType", Optional, Number),
        (4, "busChannel", Optional, Id),
    ]
    CleanMsgBatchReq = "CleanMsgBatchReq" [
        (1, "input", Repeated, Message(CleanHisMsgInput::SCHEMA)),
    ]
    GrpReadReceiptMsg = "GrpReadReceiptMsg" [
        (1, "msgId", Repeated, Id),
        (2, "channelId", Optional, Id),
    ]
    GrpReadReceiptQryReq = "GrpReadReceiptQryReq" [
        (1, "msgId", Repeated, Id),
        (2, "channelId", Optional, Id),
    ]
    GrpReadReceiptQryResp = "GrpReadReceiptQryResp" [
        (1, "totalMemberNum", Required, Number),
        (2, "list", Repeated, Message(GrpMsgReadUser::SCHEMA)),
    ]
    GrpMsgReadUser = "GrpMsgReadUser" [
        (1, "readTime", Required, Number),
        (2, "userId", Required, Id),
    ]
    ReadReceiptMsg = "ReadReceiptMsg" [
        (1, "targetId", Required, Id),
        (2, "type", Required, Number),
        (3, "busChannel", Optional, Id),
        (4, "startMsgId", Optional, Id),
        (5, "endMsgId", Optional, Id),
    ]
    ReceiptQryReq = "ReceiptQryReq" [
        (1, "msgId", Required, Id),
        (2, "busChannel", Optional, Id),
        (3, "targetId", Required, Id),
    ]
    QueryReceiptResp = "QueryReceiptResp" [
        (1, "num", Optional, Number),
        (2, "list", Repeated, Message(ReceiptUser::SCHEMA)),
        (3, "readCnt", Optional, Number),
    ]
    ReceiptUser = "ReceiptUser" [
        (1, "receiptTime", Optional, Number),
        (2, "userId", Optional, Id),
        (3, "name", Optional, Text),
        (4, "portrait", Optional, Text),
        (5, "mentioned", Optional, Number),
    ]
    ReceiptCntQryReq = "ReceiptCntQryReq" [
        (1, "type", Optional, Number),
        (2, "channelId", Optional, Id),
        (3, "busChannel", Optional, Id),
        (4, "msgId", Repeated, Id),
    ]
    ReceiptCntQryResp = "ReceiptCntQryResp" [
        (1, "result", Repeated, Message(MsgReadCnt::SCHEMA)),
    ]
    MsgReadCnt = "MsgReadCnt" [
        (1, "msgId", Optional, Id),
        (2, "cnt", Optional, Number),
        (3, "tmn", Optional, Number),
    ]
    ReadReceipt = "ReadReceipt" [
        (1, "targetId", Optional, Id),
        (2, "type", Optional, Number),
        (3, "channelId", Optional, Id),
        (4, "readType", Optional, Number),
        (5, "msgIds", Repeated, Id),
        (6, "fromId", Optional, Id),
    ]
    QueryReceiptReq = "QueryReceiptReq" [
        (1, "targetId", Optional, Id),
        (2, "busChannel", Optional, Id),
        (3, "type", Optional, Number),
        (4, "msgIds", Repeated, Id),
        (5, "qryType", Optional, Number),
        (6, "order", Optional, Number),
        (7, "compress", Optional, Number),
        (8, "readType", Optional, Number),
        (9, "pageType", Optional, Number),
        (10, "pageSize", Optional, Number),
        (11, "pageToken", Optional, Text),
        (12, "users", Repeated, Text),
    ]
    ReceiptResp = "ReceiptResp" [
        (1, "resp", Repeated, Message(QueryReceiptRespItem::SCHEMA)),
        (2, "compress", Optional, Number),
        (3, "compressData", Optional, Bytes),
        (4, "pageToken", Optional, Text),
    ]
    QueryReceiptBatchReq = "QueryReceiptBatchReq" [
        (1, "items", Repeated, Message(QueryReceipt::SCHEMA)),
        (2, "compress", Optional, Number),
    ]
    QueryReceipt = "QueryReceipt" [
        (1, "targetId", Optional, Id),
        (2, "busChannel", Optional, Id),
        (3, "type", Optional, Number),
        (4, "msgIds", Repeated, Id),
    ]
    QueryReceiptBatchResp = "QueryReceiptBatchResp" [
        (1, "item", Repeated, Message(QueryReceiptBatchRespItem::SCHEMA)),
        (2, "compress", Optional, Number),
        (3, "compressData", Optional, Bytes),
    ]
    QueryReceiptBatchRespItem = "QueryReceiptBatchRespItem" [
        (1, "targetId", Optional, Id),
        (2, "busChannel", Optional, Id),
        (3, "type", Optional, Number),
        (4, "msg", Repeated, Message(QueryReceiptRespItem::SCHEMA)),
    ]
    QueryReceiptRespItem = "QueryReceiptRespItem" [
        (1, "msgId", Optional, Id),
        (2, "msgTime", Optional, Number),
        (3, "totalCnt", Optional, Number),
        (4, "readCnt", Optional, Number),
        (5, "readUser", Repeated, Message(ReceiptUser::SCHEMA)),
        (6, "unreadList", Repeated, Text),
        (7, "unreadCnt", Optional, Number),
        (8, "unreadUser", Repeated, Message(ReceiptUser::SCHEMA)),
    ]
    MsgReadEvent = "MsgReadEvent" [
        (1, "msgId", Optional, Id),
        (2, "msgTime", Optional, Number),
        (3, "totalCnt", Optional, Number),
        (4, "readCnt", Optional, Number),
        (5, "unreadCnt", Optional, Number),
        (6, "readList", Repeated, Message(ReceiptUser::SCHEMA)),
    ]
    ChrmInput = "ChrmInput" [
        (1, "nothing", Required, Number),
        (2, "extra", Optional, Text),
    ]
    ChrmOutput = "ChrmOutput" [
        (1, "nothing", Required, Number),
        (2, "sessionId", Optional, Id),
        (3, "joinTime", Optional, Number),
        (4, "createTime", Optional, Number),
        (5, "memberCount", Optional, Number),
        (6, "chatroomBanState", Optional, Number),
        (7, "whiteListState", Optional, Number),
    ]
    QueryChatRoomInfoInput = "QueryChatRoomInfoInput" [
        (1, "count", Required, Number),
        (2, "order", Optional, Number),
    ]
    QueryChatRoomInfoOutput = "QueryChatRoomInfoOutput" [
        (1, "userTotalNums", Optional, Number),
        (2, "userInfos", Repeated, Message(ChrmMember::SCHEMA)),
    ]
    ChrmMember = "ChrmMember" [
        (1, "time", Required, Number),
        (2, "id", Required, Text),
    ]
    ChrmKvEntity = "ChrmKVEntity" [
        (1, "key", Required, Text),
        (2, "value", Required, Text),
        (3, "status", Optional, Number),
        (4, "timestamp", Optional, Number),
        (5, "uid", Optional, Text),
        (6, "version", Optional, Number),
    ]
    SetChrmKv = "SetChrmKV" [
        (1, "entry", Required, Message(ChrmKvEntity::SCHEMA)),
        (2, "bNotify", Optional, Number),
        (3, "notification", Optional, Message(UpStreamMessage::SCHEMA)),
        (4, "type", Optional, Number),
    ]
    SetChrmKvs = "SetChrmKVS" [
        (1, "entry", Repeated, Message(ChrmKvEntity::SCHEMA)),
        (2, "bNotify", Optional, Number),
        (3, "notification", Optional, Message(UpStreamMessage::SCHEMA)),
        (4, "type", Optional, Number),
    ]
    DeleteChrmKvs = "DeleteChrmKVS" [
        (1, "entry", Repeated, Message(ChrmKvEntity::SCHEMA)),
        (2, "bNotify", Optional, Number),
        (3, "notification", Optional, Message(UpStreamMessage::SCHEMA)),
        (4, "type", Optional, Number),
    ]
    QueryChrmKv = "QueryChrmKV" [
        (1, "timestamp", Required, Number),
        (2, "compressioEnabled", Optional, Number),
    ]
    ChrmKvOutput = "ChrmKVOutput" [
        (1, "entries", Repeated, Message(ChrmKvEntity::SCHEMA)),
        (2, "bFullUpdate", Optional, Number),
        (3, "syncTime", Optional, Number),
        (4, "compressioEnabled", Optional, Number),
        (5, "compressedData", Optional, Bytes),
    ]
    ChrmKvsOutput = "ChrmKVSOutput" [
        (1, "errorKeys", Repeated, Message(ChrmKvsOutputEntity::SCHEMA)),
        (2, "keysVersion", Repeated, Message(ChrmKvsVersionEntity::SCHEMA)),
    ]
    ChrmKvsOutputEntity = "ChrmKVSOutputEntity" [
        (1, "key", Optional, Text),
        (2, "errorCode", Optional, Number),
    ]
    ChrmKvsVersionEntity = "ChrmKVSVersionEntity" [
        (1, "version", Optional, Number),
        (2, "key", Optional, Text),
    ]
    MsgChangeReq = "MsgChangeReq" [
        (1, "fromUserId", Required, Id),
        (2, "targetId", Required, Id),
        (3, "type", Required, Number),
        (4, "msgUID", Required, Id),
        (5, "msgTime", Required, Number),
        (6, "busChannel", Optional, Id),
        (7, "content", Optional, Text),
    ]
    ModifyMsgResp = "ModifyMsgResp" [
        (1, "modifyTime", Optional, Number),
        (2, "msg", Optional, Message(DownStreamMessage::SCHEMA)),
    ]
    PullModifyMsgReq = "PullModifyMsgReq" [
        (1, "pullVersion", Optional, Number),
        (2, "compress", Optional, Number),
        (3, "modifyType", Repeated, Number),
    ]
    PullModifyMsgResp = "PullModifyMsgResp" [
        (1, "msg", Repeated, Message(ModifyMsg::SCHEMA)),
        (2, "nextVersion", Optional, Number),
        (3, "finished", Optional, Number),
        (4, "compress", Optional, Number),
        (5, "compressedData", Optional, Bytes),
    ]
    ModifyMsg = "ModifyMsg" [
        (1, "modifyType", Optional, Number),
        (2, "msg", Optional, Message(DownStreamMessage::SCHEMA)),
    ]
    MsgQuery = "MsgQuery" [
        (1, "targetId", Required, Id),
        (2, "type", Required, Number),
        (3, "query", Repeated, Message(MessageQueryInfo::SCHEMA)),
    ]
    MessageQueryInfo = "MessageQueryInfo" [
        (1, "msgTime", Required, Number),
        (2, "msgUID", Required, Id),
        (3, "busChannel", Optional, Id),
    ]
    MsgQueryAck = "MsgQueryAck" [
        (1, "list", Repeated, Message(DownStreamMessage::SCHEMA)),
        (2, "notExistMsgId", Repeated, Text),
    ]
    QueryMsgChange = "QueryMsgChange" [
        (1, "syncTime", Required, Number),
        (2, "needCompress", Optional, Number),
        (3, "onlineTime", Optional, Number),
        (4, "targetId", Optional, Id),
    ]
    EventChangeList = "EventChangeList" [
        (1, "list", Repeated, Message(EventChange::SCHEMA)),
        (2, "syncTime", Required, Number),
        (3, "hasNext", Optional, Number),
        (4, "targetId", Optional, Id),
        (5, "isCompress", Optional, Number),
    ]
    EventChange = "EventChange" [
        (1, "businessId", Optional, Text),
        (2, "channelType", Optional, Number),
        (3, "time", Optional, Number),
        (4, "changeType", Optional, Number),
        (5, "originalId", Optional, Id),
        (6, "originalTime", Optional, Number),
        (7, "secondaryId", Optional, Text),
        (8, "isAdmin", Optional, Number),
        (9, "additionalMark", Optional, Number),
        (10, "operatorId", Optional, Id),
        (11, "subChangeType", Optional, Number),
        (12, "secondaryType", Optional, Number),
        (13, "isRemindMe", Optional, Number),
        (14, "extIds", Repeated, Text),
        (15, "remindType", Optional, Number),
        (16, "eventData", Optional, Bytes),
    ]
    MsgChangeList = "MsgChangeList" [
        (1, "list", Repeated, Message(MsgChange::SCHEMA)),
        (2, "syncTime", Required, Number),
        (3, "hasNext", Optional, Number),
    ]
    MsgChange = "MsgChange" [
        (1, "targetId", Required, Id),
        (2, "type", Required, Number),
        (3, "time", Required, Number),
        (4, "changeType", Required, Number),
        (5, "msgUID", Required, Id),
        (6, "msgTime", Required, Number),
        (7, "busChannel", Optional, Id),
        (8, "isAdmin", Optional, Number),
        (9, "isDel", Optional, Number),
        (10, "operatorId", Optional, Id),
        (11, "subChangeType", Optional, Number),
        (12, "busChannelType", Optional, Number),
        (13, "isRemindMe", Optional, Number),
        (14, "userGroupIds", Repeated, Text),
        (15, "remindType", Optional, Number),
    ]
    UltraGrpPullSes = "UltraGrpPullSes" [
        (1, "syncTime", Required, Number),
        (2, "isEraseMsgContent", Optional, Number),
    ]
    UltraGrpPullMsg = "UltraGrpPullMsg" [
        (1, "syncTime", Required, Number),
        (2, "compressioEnabled", Optional, Number),
    ]
    OperateStatus = "OperateStatus" [
        (1, "targetId", Optional, Id),
        (2, "type", Optional, Number),
        (3, "opType", Optional, Number),
        (4, "busChannel", Optional, Id),
    ]
    OperateStatusNotify = "OperateStatusNotify" [
        (1, "type", Optional, Number),
        (2, "notifyType", Optional, Number),
        (3, "info", Repeated, Message(OperateInfo::SCHEMA)),
        (4, "summary", Repeated, Message(OperateSummary::SCHEMA)),
    ]
    OperateInfo = "OperateInfo" [
        (1, "targetId", Optional, Id),
        (2, "busChannel", Optional, Id),
        (3, "userId", Optional, Id),
        (4, "opType", Optional, Number),
        (5, "optime", Optional, Number),
    ]
    OperateSummary = "OperateSummary" [
        (1, "targetId", Optional, Id),
        (2, "busChannel", Optional, Id),
        (3, "count", Optional, Number),
        (4, "opType", Optional, Number),
    ]
    ReportSdkInput = "ReportSDKInput" [
        (1, "sdkInfo", Required, Text),
    ]
    ReportSdkOutput = "ReportSDKOutput" [
        (1, "nothing", Optional, Number),
    ]
    BotInput = "BotInput" [
        (1, "ids", Repeated, Text),
    ]
    BotOutput = "BotOutput" [
        (1, "bots", Repeated, Message(BotInfo::SCHEMA)),
    ]
    BotInfo = "BotInfo" [
        (1, "id", Optional, Text),
        (2, "name", Optional, Text),
        (3, "portraitUrl", Optional, Text),
        (4, "type", Optional, Text),
        (5, "metadata", Repeated, Message(MetadataInfo::SCHEMA)),
        (6, "createTime", Optional, Number),
        (7, "updateTime", Optional, Number),
    ]
    MetadataInfo = "MetadataInfo" [
        (1, "key", Optional, Text),
        (2, "value", Optional, Text),
    ]
    CallInfoUpStream = "CallInfoUpStream" [
        (1, "key", Required, Text),
        (2, "dataContent", Required, Text),
    ]
    CallInfoDownStream = "CallInfoDownStream" [
        (1, "key", Required, Text),
        (2, "dataContent", Required, Text),
        (3, "maxTime", Required, Number),
    ]
    KvInput = "KvInput" [
        (1, "syncTime", Required, Number),
    ]
    KvOutput = "KvOutput" [
        (1, "maxTime", Required, Number),
        (2, "info", Repeated, Message(KvInfo::SCHEMA)),
    ]
    KvInfo = "KvInfo" [
        (1, "key", Required, Text),
        (2, "value", Required, Text),
    ]
    SetRtcRoomIdInput = "SetRtcRoomIdInput" [
        (1, "rtcRoomId", Required, Text),
    ]
    SetRtcRoomIdOutput = "SetRtcRoomIdOutput" [
        (1, "nothing", Required, Number),
    ]
    UpdateUserSubReq = "UpdateUserSubReq" [
        (1, "subType", Optional, Number),
        (2, "subUsers", Repeated, Message(UserSubDetail::SCHEMA)),
        (3, "opType", Optional, Number),
        (4, "expiry", Optional, Number),
    ]
    UserSubDetail = "UserSubDetail" [
        (1, "subUserId", Optional, Id),
    ]
    UpdateUserSubResp = "UpdateUserSubResp" [
        (1, "subUsers", Repeated, Message(UserSubDetail::SCHEMA)),
        (2, "subTime", Optional, Number),
    ]
    PullUserSubReq = "PullUserSubReq" [
        (1, "version", Optional, Number),
        (2, "pageToken", Optional, Text),
    ]
    PUllUserSubResp = "PUllUserSubResp" [
        (1, "list", Repeated, Message(UserSubList::SCHEMA)),
        (2, "version", Optional, Number),
        (3, "hasNext", Optional, Number),
        (4, "pageToken", Optional, Text),
        (5, "isFull", Optional, Number),
    ]
    UserSubList = "UserSubList" [
        (1, "subUsers", Repeated, Message(UserSubDetail::SCHEMA)),
        (2, "subType", Optional, Number),
        (3, "subTime", Optional, Number),
        (4, "expiry", Optional, Number),
        (5, "opType", Optional, Number),
    ]
    PullSubDataReq = "PullSubDataReq" [
        (1, "versionTime", Optional, Number),
        (2, "needAllData", Optional, Number),
        (3, "pageToken", Optional, Text),
    ]
    PullSubDataResp = "PullSubDataResp" [
        (1, "list", Repeated, Message(SubDataDetail::SCHEMA)),
        (2, "versionTime", Optional, Number),
        (3, "hasNext", Optional, Number),
        (4, "pageToken", Optional, Text),
        (5, "isFull", Optional, Number),
    ]
    SubDataDetail = "SubDataDetail" [
        (1, "statusStr", Optional, Text),
        (2, "subUserId", Optional, Id),
        (3, "data", Repeated, Message(SubData::SCHEMA)),
        (4, "subType", Optional, Number),
    ]
    SubData = "SubData" [
        (1, "platformInfo", Optional, Number),
        (2, "value", Optional, Number),
        (3, "versionTime", Optional, Number),
    ]
    QrySubDataReq = "QrySubDataReq" [
        (1, "subType", Optional, Number),
        (2, "subUsers", Repeated, Message(UserSubDetail::SCHEMA)),
    ]
    UserProfile = "UserProfile" [
        (1, "version", Optional, Number),
        (2, "userId", Optional, Id),
        (3, "userProfile", Repeated, Message(ProfileInfo::SCHEMA)),
        (4, "userExtProfile", Repeated, Message(ProfileInfo::SCHEMA)),
    ]
    ProfileInfo = "ProfileInfo" [
        (1, "key", Optional, Text),
        (2, "value", Optional, Text),
    ]
    SetUserProfileResp = "SetUserProfileResp" [
        (1, "version", Optional, Number),
        (2, "key", Optional, Text),
        (3, "censorFailedFields", Repeated, Text),
    ]
    PullUserProfileReq = "PullUserProfileReq" [
        (1, "userId", Repeated, Id),
    ]
    UserProfiles = "UserProfiles" [
        (1, "UserProfile", Repeated, Message(UserProfile::SCHEMA)),
    ]
    UserProfileInput = "UserProfileInput" [
        (1, "nothing", Required, Number),
    ]
    UserProfileOutput = "UserProfileOutput" [
        (1, "nothing", Required, Number),
    ]
    UserProfilePermission = "UserProfilePermission" [
        (1, "permission", Optional, Number),
    ]
    SearchUserProfile = "SearchUserProfile" [
        (1, "uniqueId", Optional, Text),
    ]
    GetQNupTokenInput = "GetQNupTokenInput" [
        (1, "type", Required, Number),
        (2, "key", Optional, Text),
        (3, "httpMethod", Optional, Text),
        (4, "queryString", Optional, Text),
        (5, "url", Optional, Text),
        (6, "ext", Optional, Text),
        (7, "size", Optional, Number),
        (8, "ipType", Optional, Number),
    ]
    GetQNupTokenOutput = "GetQNupTokenOutput" [
        (1, "deadline", Required, Number),
        (2, "token", Required, Text),
        (3, "bosToken", Optional, Text),
        (4, "bosDate", Optional, Text),
        (5, "path", Optional, Text),
        (6, "osskeyId", Optional, Text),
        (7, "ossPolicy", Optional, Text),
        (8, "ossSign", Optional, Text),
        (9, "ossBucketName", Optional, Text),
        (10, "s3Credential", Optional, Text),
        (11, "s3Algorithm", Optional, Text),
        (12, "s3Date", Optional, Text),
        (13, "s3Policy", Optional, Text),
        (14, "s3Signature", Optional, Text),
        (15, "s3BucketName", Optional, Text),
        (16, "stcAuthorization", Optional, Text),
        (17, "stcContentSha256", Optional, Text),
        (18, "stcDate", Optional, Text),
        (19, "stcBucketName", Optional, Text),
        (20, "minioAuthorization", Optional, Text),
        (21, "minioContentSha256", Optional, Text),
        (22, "minioDate", Optional, Text),
        (23, "minioBucketName", Optional, Text),
        (24, "downloadAuthInfo", Optional, Text),
        (25, "ossConfig", Optional, Text),
    ]
    GetDownloadUrlInput = "GetDownloadUrlInput" [
        (1, "type", Required, Number),
        (2, "key", Required, Text),
        (3, "fileName", Optional, Text),
        (4, "ext", Optional, Text),
        (5, "size", Optional, Number),
        (6, "ipType", Optional, Number),
    ]
    GetDownloadUrlOutput = "GetDownloadUrlOutput" [
        (1, "downloadUrl", Required, Text),
    ]
    AddUnpushPeriodInput = "AddUnpushPeriodInput" [
        (1, "startTime", Required, Text),
        (2, "spanMinutes", Required, Number),
        (3, "level", Optional, Number),
        (4, "timezone", Optional, Text),
    ]
    DeleteUnpushPeriodInput = "DeleteUnpushPeriodInput" [
        (1, "nothing", Required, Number),
    ]
    QueryUnpushPeriodInput = "QueryUnpushPeriodInput" [
        (1, "nothing", Required, Number),
    ]
    QueryUnpushPeriodOutput = "QueryUnpushPeriodOutput" [
        (1, "isUnpush", Required, Number),
        (2, "startTime", Optional, Text),
        (3, "spanMinutes", Optional, Number),
        (4, "level", Optional, Number),
        (5, "timezone", Optional, Text),
    ]
    ChannelBaseInfo = "ChannelBaseInfo" [
        (1, "creatorId", Optional, Text),
        (2, "ownerId", Optional, Text),
        (3, "createTime", Optional, Number),
        (4, "memberCount", Optional, Number),
    ]
    ChannelsInput = "ChannelsInput" [
        (1, "targetId", Optional, Id),
        (2, "type", Optional, Number),
        (3, "settingProfile", Repeated, Message(ProfileInfo::SCHEMA)),
        (4, "extProfile", Repeated, Message(ProfileInfo::SCHEMA)),
        (5, "baseInfo", Optional, Message(ChannelBaseInfo::SCHEMA)),
        (6, "users", Repeated, Text),
    ]
    ChannelsOutput = "ChannelsOutput" [
        (1, "operateTime", Optional, Number),
        (2, "flag", Optional, Number),
        (3, "msg", Optional, Text),
        (4, "processCode", Optional, Number),
        (5, "channelInfo", Optional, Message(ChannelsJoinedInfo::SCHEMA)),
        (6, "userInfos", Repeated, Message(ChannelsUserInfo::SCHEMA)),
        (7, "friendInviteInfo", Optional, Message(FriendInviteInfo::SCHEMA)),
        (8, "friendUserInfo", Optional, Message(FriendUserInfo::SCHEMA)),
        (9, "censorFailedFields", Repeated, Text),
    ]
    MultiChannels = "MultiChannels" [
        (1, "type", Optional, Number),
        (2, "list", Repeated, Message(ChannelsInput::SCHEMA)),
    ]
    ModifyChannelsInput = "ModifyChannelsInput" [
        (1, "targetId", Optional, Id),
        (2, "type", Optional, Number),
        (3, "settingInfo", Optional, Message(QuitChannelsSetting::SCHEMA)),
        (4, "users", Repeated, Text),
        (5, "operateType", Optional, Number),
    ]
    QuitChannelsSetting = "QuitChannelsSetting" [
        (1, "isQuit", Optional, Number),
        (2, "isDelBan", Optional, Number),
        (3, "isDelWhite", Optional, Number),
        (4, "isDelAttention", Optional, Number),
    ]
    ChannelsQueryInput = "ChannelsQueryInput" [
        (1, "targetId", Optional, Id),
        (2, "type", Optional, Number),
        (3, "page", Optional, Message(ChannelsPageParam::SCHEMA)),
        (4, "ids", Repeated, Text),
        (5, "roleType", Optional, Number),
        (6, "botType", Optional, Number),
    ]
    ChannelsPageParam = "ChannelsPageParam" [
        (1, "size", Optional, Number),
        (2, "pageToken", Optional, Text),
        (3, "hasNext", Optional, Number),
        (4, "total", Optional, Number),
        (5, "order", Optional, Number),
    ]
    ChannelsListResult = "ChannelsListResult" [
        (1, "listType", Optional, Number),
        (2, "result", Optional, Bytes),
        (3, "page", Optional, Message(ChannelsPageParam::SCHEMA)),
    ]
    ChannelsInviteStatusInfos = "ChannelsInviteStatusInfos" [
        (1, "list", Repeated, Message(ChannelsInviteStatusInfo::SCHEMA)),
    ]
    ChannelsUserInfos = "ChannelsUserInfos" [
        (1, "list", Repeated, Message(ChannelsUserInfo::SCHEMA)),
    ]
    ChannelsJoinedInfos = "ChannelsJoinedInfos" [
        (1, "list", Repeated, Message(ChannelsJoinedInfo::SCHEMA)),
    ]
    ChannelsUserInfo = "ChannelsUserInfo" [
        (1, "userId", Optional, Id),
        (2, "ext", Optional, Message(ChannelsUserExtInfo::SCHEMA)),
        (3, "opTime", Optional, Number),
        (4, "name", Optional, Text),
        (5, "portraitUrl", Optional, Text),
    ]
    ChannelsUserExtInfo = "ChannelsUserExtInfo" [
        (1, "role", Optional, Number),
        (2, "joinTime", Optional, Number),
        (3, "channelNickName", Optional, Text),
        (4, "additional", Optional, Text),
        (5, "remarkName", Optional, Text),
        (6, "isBan", Optional, Number),
        (7, "banEndTime", Optional, Number),
        (8, "isBot", Optional, Number),
    ]
    ChannelsMemberUpdateInput = "ChannelsMemberUpdateInput" [
        (1, "targetId", Optional, Id),
        (2, "type", Optional, Number),
        (3, "userId", Optional, Id),
        (4, "channelNickName", Optional, Text),
        (5, "additional", Optional, Text),
        (6, "operateType", Optional, Number),
    ]
    ChannelsJoinedInfo = "ChannelsJoinedInfo" [
        (1, "targetId", Optional, Id),
        (2, "settingProfile", Repeated, Message(ProfileInfo::SCHEMA)),
        (3, "extProfile", Repeated, Message(ProfileInfo::SCHEMA)),
        (4, "baseInfo", Optional, Message(ChannelBaseInfo::SCHEMA)),
        (5, "userInfo", Optional, Message(ChannelsUserExtInfo::SCHEMA)),
    ]
    ChannelsInviteStatusInfo = "ChannelsInviteStatusInfo" [
        (1, "targetId", Optional, Id),
        (2, "joinUserInfo", Optional, Message(ChannelsUserInfo::SCHEMA)),
        (3, "inviterInfo", Optional, Message(ChannelsUserInfo::SCHEMA)),
        (4, "status", Optional, Number),
        (5, "directionType", Optional, Number),
        (6, "joinType", Optional, Number),
        (7, "detail", Optional, Text),
        (8, "applyTime", Optional, Number),
        (9, "processInfo", Optional, Message(ChannelsUserInfo::SCHEMA)),
        (10, "processTime", Optional, Number),
    ]
    ChannelsMemberResponseInput = "ChannelsMemberResponseInput" [
        (1, "targetId", Optional, Id),
        (2, "type", Optional, Number),
        (3, "optType", Optional, Number),
        (4, "optResult", Optional, Number),
        (5, "joinUserId", Optional, Text),
        (6, "inviterId", Optional, Text),
        (7, "detail", Optional, Text),
    ]
    ChannelsMembersInput = "ChannelsMembersInput" [
        (1, "targetId", Optional, Id),
        (2, "type", Optional, Number),
        (3, "userIds", Repeated, Text),
    ]
    FriendInput = "FriendInput" [
        (1, "targetId", Optional, Id),
        (2, "type", Optional, Number),
        (3, "info", Optional, Text),
    ]
    FriendsOutput = "FriendsOutput" [
        (1, "list", Repeated, Message(FriendOutput::SCHEMA)),
    ]
    FriendOutput = "FriendOutput" [
        (1, "userId", Optional, Id),
        (2, "operateTime", Optional, Number),
        (3, "flag", Optional, Text),
    ]
    FriendsInput = "FriendsInput" [
        (1, "targetId", Repeated, Id),
        (2, "type", Optional, Number),
    ]
    FriendsCheckOutput = "FriendsCheckOutput" [
        (1, "list", Repeated, Message(FriendCheckOutput::SCHEMA)),
    ]
    FriendCheckOutput = "FriendCheckOutput" [
        (1, "targetId", Optional, Id),
        (2, "status", Optional, Number),
    ]
    FriendProfileInput = "FriendProfileInput" [
        (1, "targetId", Optional, Id),
        (2, "remarkName", Optional, Text),
        (3, "extProfile", Repeated, Message(ProfileInfo::SCHEMA)),
    ]
    FriendProfileOutput = "FriendProfileOutput" [
        (1, "censorFailedFields", Repeated, Text),
    ]
    FriendQueryInput = "FriendQueryInput" [
        (1, "queryType", Optional, Number),
        (2, "page", Optional, Message(ChannelsPageParam::SCHEMA)),
        (3, "friendType", Optional, Number),
    ]
    FriendUserInfo = "FriendUserInfo" [
        (1, "userId", Optional, Id),
        (2, "relationTime", Optional, Number),
        (3, "friendType", Optional, Number),
        (4, "flag", Optional, Number),
        (5, "remarkName", Optional, Text),
        (6, "name", Optional, Text),
        (7, "portraitUrl", Optional, Text),
        (8, "extProfile", Repeated, Message(ProfileInfo::SCHEMA)),
    ]
    FriendInviteInfo = "FriendInviteInfo" [
        (1, "userId", Optional, Id),
        (2, "name", Optional, Text),
        (3, "portraitUrl", Optional, Text),
        (4, "type", Optional, Number),
        (5, "status", Optional, Number),
        (6, "operateTime", Optional, Number),
        (7, "info", Optional, Text),
        (8, "friendType", Optional, Number),
    ]
    FriendsListInput = "FriendsListInput" [
        (1, "targetId", Repeated, Id),
        (2, "type", Optional, Number),
    ]
    FriendLevelSet = "FriendLevelSet" [
        (1, "level", Optional, Number),
    ]
    FriendPageParam = "FriendPageParam" [
        (1, "size", Optional, Number),
        (2, "pageToken", Optional, Text),
    ]
    FriendUserInfos = "FriendUserInfos" [
        (1, "list", Repeated, Message(FriendUserInfo::SCHEMA)),
    ]
    FriendInviteInfos = "FriendInviteInfos" [
        (1, "list", Repeated, Message(FriendInviteInfo::SCHEMA)),
    ]
    FriendApplyEvent = "FriendApplyEvent" [
        (1, "applyType", Optional, Number),
        (2, "friendType", Optional, Number),
        (3, "info", Optional, Text),
        (4, "name", Optional, Text),
        (5, "portraitUrl", Optional, Text),
    ]
    UpdateChannnelInfo = "UpdateChannnelInfo" [
        (1, "channelInfo", Optional, Message(ChannelsJoinedInfo::SCHEMA)),
        (2, "userInfo", Optional, Message(ChannelsUserInfo::SCHEMA)),
    ]
    UpdateUserInfo = "UpdateUserInfo" [
        (1, "updatedUserInfo", Optional, Message(ChannelsUserInfo::SCHEMA)),
        (2, "optUserInfo", Optional, Message(ChannelsUserInfo::SCHEMA)),
    ]
    ChannelApplyInfo = "ChannelApplyInfo" [
        (1, "statusInfo", Repeated, Message(ChannelsInviteStatusInfo::SCHEMA)),
    ]
    ChannelEventData = "ChannelEventData" [
        (1, "optUserInfo", Optional, Message(ChannelsUserInfo::SCHEMA)),
        (2, "channelInfo", Optional, Message(ChannelsJoinedInfo::SCHEMA)),
        (3, "userInfos", Repeated, Message(ChannelsUserInfo::SCHEMA)),
        (4, "channelFullInfo", Optional, Message(ChannelsJoinedInfo::SCHEMA)),
    ]
    FriendTypeChangeEvent = "FriendTypeChangeEvent" [
        (1, "friendId", Optional, Text),
        (2, "friendType", Optional, Number),
    ]
    FriendUpdateEvent = "FriendUpdateEvent" [
        (1, "remarkname", Optional, Text),
        (2, "extProfile", Repeated, Message(ProfileInfo::SCHEMA)),
    ]
    ConvertMsgInput = "ConvertMsgInput" [
        (1, "businessType", Optional, Number),
        (2, "businessInfo", Optional, Bytes),
    ]
    SpeechToTextInfo = "SpeechToTextInfo" [
        (1, "msgId", Optional, Id),
        (2, "objectName", Optional, Id),
        (3, "content", Optional, Text),
        (4, "sampleRate", Optional, Number),
        (5, "channelNumber", Optional, Number),
        (6, "format", Optional, Text),
        (7, "extra", Optional, Text),
    ]
    ConvertMsgOutput = "ConvertMsgOutput" [
        (1, "businessType", Optional, Number),
        (2, "businessResult", Optional, Bytes),
    ]
    SpeechToTextResult = "SpeechToTextResult" [
        (1, "result", Optional, Text),
        (2, "message", Optional, Text),
    ]
    TransReq = "TransReq" [
        (1, "transInfos", Repeated, Message(TransInfo::SCHEMA)),
        (2, "model", Optional, Number),
        (3, "forceTrans", Optional, Number),
    ]
    TransResp = "TransResp" [
        (1, "results", Repeated, Message(TransResult::SCHEMA)),
        (2, "model", Optional, Number),
    ]
    TransInfo = "TransInfo" [
        (1, "messageUID", Optional, Id),
        (2, "transType", Optional, Number),
        (3, "text", Optional, Text),
        (4, "transFileUrl", Optional, Text),
        (5, "sourceLan", Optional, Text),
        (6, "targetLan", Optional, Text),
        (7, "inputSource", Optional, Number),
    ]
    TransResult = "TransResult" [
        (1, "messageUID", Optional, Id),
        (2, "transResult", Optional, Text),
        (3, "sourceLan", Optional, Text),
        (4, "targetLan", Optional, Text),
        (5, "code", Optional, Number),
        (6, "inputSource", Optional, Number),
    ]
}
