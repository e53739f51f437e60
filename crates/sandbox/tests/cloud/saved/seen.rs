//! What can be seen of a life.

use imlink_model::{Conversation, ConversationKind, Millis, TargetId};
use imlink_sandbox::HistoryOrder;
use imlink_wire::{
    proto::{
        ChrmPullMsg, HistoryMsgInput, PullModifyMsgReq, PullUserSettingInput, QueryChrmKv,
        QueryUnpushPeriodInput, RelationQryInput, SessionQryInput, SessionReq, SyncRequestMsg,
        encode_body,
    },
    topic,
};

use super::life::{Effects, GROUP, Life, PEOPLE, ROOMS};
use crate::bench::user;

impl Life {
    /// All that clients and app servers can see.
    pub fn everything(&mut self) -> (Vec<Effects>, String) {
        let views = self.views();
        let now = self.bench.now;
        for who in 0..PEOPLE.len() {
            self.lose(who);
            let link = self.greet(self.tokens[who].clone());
            self.bench.cloud.closed(link, now);
        }
        let mut seen = vec![self.heard()];
        // Whatever keeps anybody out has been seen.
        self.bench.app().shut(false);
        for (who, name) in PEOPLE.into_iter().enumerate() {
            self.bench.app().unblock(&user(name));
            self.bench.app().restore_user(&user(name));
            self.tokens[who] = self.bench.token(name);
            self.open(who);
            self.ask_for_everything(who);
            seen.push(self.heard());
        }
        (seen, views)
    }

    fn ask_for_everything(&mut self, who: usize) {
        let pull = SyncRequestMsg {
            is_pull_send: Some(true),
            send_box_sync_time: Some(0),
            ..SyncRequestMsg::default()
        };
        let modified = PullModifyMsgReq {
            pull_version: Some(0),
            ..PullModifyMsgReq::default()
        };
        let quiet = QueryUnpushPeriodInput::default();
        let list = RelationQryInput::default();
        self.query(who, topic::PULL_MESSAGES, "", encode_body(&pull));
        self.query(who, topic::PULL_MODIFIED, "", encode_body(&modified));
        self.query(who, topic::QUIET_HOURS, "", encode_body(&quiet));
        self.query(who, topic::CONVERSATIONS, "", encode_body(&list));
        let unread = encode_body(&SessionQryInput::default());
        self.query(who, topic::PULL_UNREAD, "", unread);
        let states = encode_body(&SessionReq::default());
        self.query(who, topic::PULL_CONVERSATION_STATES, "", states);
        let settings = encode_body(&PullUserSettingInput::default());
        self.query(who, topic::PULL_USER_SETTINGS, "", settings);
        for room in ROOMS {
            let pull = ChrmPullMsg {
                count: 50,
                ..ChrmPullMsg::default()
            };
            let history = HistoryMsgInput {
                target_id: Some(room.to_owned()),
                count: Some(100),
                ..HistoryMsgInput::default()
            };
            self.query(who, topic::CHATROOM_HISTORY, "", encode_body(&history));
            self.ask_room(who, topic::REJOIN_CHATROOM, &TargetId::new(room).unwrap());
            self.query(who, topic::PULL_CHATROOM, room, encode_body(&pull));
            // From the beginning, and from a version on that removals are told for.
            for timestamp in [0, 1] {
                let asked = QueryChrmKv {
                    timestamp,
                    ..QueryChrmKv::default()
                };
                let topic = topic::PULL_CHATROOM_ENTRIES;
                self.query(who, topic, room, encode_body(&asked));
            }
        }
    }

    /// What an app server is shown.
    fn views(&mut self) -> String {
        let now = self.bench.now;
        let names = PEOPLE.map(user);
        let app = self.bench.app();
        let mut seen = vec![
            format!("{:?}", app.policy()),
            format!("{:?}", app.groups().collect::<Vec<_>>()),
            format!("{:?}", app.users().collect::<Vec<_>>()),
            format!("{:?}", app.registered_users().collect::<Vec<_>>()),
            format!("{:?}", app.forbidden_words().collect::<Vec<_>>()),
            format!("{:?}", app.deleted_users().collect::<Vec<_>>()),
        ];
        for room in ROOMS {
            let room = TargetId::new(room).unwrap();
            seen.push(format!("{:?}", app.chatroom(&room)));
        }
        let muted = app.muted_in(ConversationKind::Group, now);
        seen.push(format!("{:?}", muted.collect::<Vec<_>>()));
        for name in &names {
            seen.push(format!("{:?}", app.tags(name)));
            seen.push(format!("{:?}", app.blacklist_of(name).collect::<Vec<_>>()));
            seen.push(format!("{:?}", app.allow_list_of(name).collect::<Vec<_>>()));
            seen.push(format!("{:?}", app.is_only_allowed(name)));
            let mut kept = app.stored(name);
            for other in &names {
                let with = Conversation::private(other.clone());
                kept.extend(app.history(name, &with, Millis(0), HistoryOrder::Newer, 999));
            }
            let with = Conversation::group(TargetId::new(GROUP).unwrap());
            kept.extend(app.history(name, &with, Millis(0), HistoryOrder::Newer, 999));
            for message in kept {
                let expansion = app.expansion_of(&message.uid);
                seen.push(serde_json::to_string(&message).unwrap());
                seen.push(format!("{expansion:?}"));
            }
        }
        seen.join("\n")
    }
}
