//! A life of a few people in which everything that a cloud keeps may happen.

use std::{collections::BTreeMap, time::Duration};

use super::{
    deed::{Act, Deed},
    restart,
};
use crate::bench::{Bench, KEY, ack, text_body, user};
use imlink_model::{Conversation, ConversationKind, Millis, TargetId};
use imlink_sandbox::{
    Audience, ChatroomOptions, DeviceClass, Draft, EntryRules, Expanding, Greeting, LinkId, Policy,
    Rate, SenderCopy, Target,
};
use imlink_wire::{
    ClientPacket, ProtocolVersion, QoS, ServerPacket,
    proto::{
        AddUnpushPeriodInput, ChrmInput, MsgChangeReq, RelationDelBatchReq, RelationOpInput,
        SessionMsgReadInput, SessionState, SessionStateItem, SessionStateModifyReq,
        SessionTagAddInput, SessionTagItem, SetUserSettingInput, UpStreamMessage, encode_body,
    },
    topic,
};

pub const PEOPLE: [&str; 3] = ["alice", "bob", "carol"];
pub const GROUP: &str = "g";
pub const ROOMS: [&str; 2] = ["lobby", "attic"];

pub struct Life {
    pub bench: Bench,
    pub tokens: [String; 3],
    links: [Option<LinkId>; 3],
    last_link: u64,
    /// What was accepted: sender, target, uid.
    said: Vec<(usize, Target, String)>,
}

/// What came of something: packets by link, without what chance makes.
pub type Effects = BTreeMap<LinkId, Vec<ServerPacket>>;

impl Life {
    pub fn new() -> Self {
        let mut bench = Bench::with_policy(Policy {
            unread_kept: true,
            page: 5,
            ..Policy::default()
        });
        let tokens = PEOPLE.map(|name| bench.token(name));
        let now = bench.now;
        let group = TargetId::new(GROUP).unwrap();
        bench
            .app()
            .join_group(&group, Some("The group"), PEOPLE.map(user), now);
        let mut life = Self {
            bench,
            tokens,
            links: [None; 3],
            last_link: 0,
            said: Vec::new(),
        };
        for who in 0..PEOPLE.len() {
            life.open(who);
        }
        life.heard();
        life
    }

    /// The next run, with the same people.
    pub fn restored(&self) -> Self {
        Self {
            bench: restart(&self.bench, 99),
            tokens: self.tokens.clone(),
            links: [None; 3],
            last_link: self.last_link,
            said: self.said.clone(),
        }
    }

    pub fn lose_links(&mut self) {
        for who in 0..PEOPLE.len() {
            self.lose(who);
        }
        self.heard();
    }

    pub fn act(&mut self, deed: &Deed) -> Effects {
        self.carry_out(deed);
        let heard = self.heard();
        self.note_what_was_said(deed, &heard);
        heard
    }

    fn carry_out(&mut self, deed: &Deed) {
        let Deed {
            who, whom, number, ..
        } = *deed;
        let (me, other) = (user(PEOPLE[who]), user(PEOPLE[whom]));
        let room = TargetId::new(ROOMS[usize::from(number) % 2]).unwrap();
        let group = TargetId::new(GROUP).unwrap();
        let time = Duration::from_millis(u64::from(number));
        let now = self.bench.now;
        let (key, value) = (format!("k{}", number % 3), number.to_string());
        let app = self.bench.app();
        match deed.act {
            Act::Say => self.say(who, topic::PRIVATE, PEOPLE[whom], number),
            Act::SayToGroup => self.say(who, topic::GROUP, GROUP, number),
            Act::SayInRoom => self.say(who, topic::CHATROOM, room.as_str(), number),
            Act::SayAsServer => {
                let draft = Draft::new(me, other, "RC:TxtMsg", &value);
                app.publish_as(draft, SenderCopy::Included, now);
            }
            Act::Broadcast => {
                let body = text_body(&value);
                app.publish_broadcast(&me, &body, Audience::Everyone, now);
                app.broadcast_to_chatrooms(&me, &body, now);
            }
            Act::Recall => self.recall(deed),
            Act::Edit => self.edit(deed),
            Act::Expand => {
                if let Some((by, to, uid)) = self.chosen(number) {
                    let expanding = Expanding {
                        by: user(PEOPLE[by]),
                        to,
                        uid,
                        copy: SenderCopy::Included,
                    };
                    let put = BTreeMap::from([(key, value)]);
                    // Not everything may be expanded, which is as good.
                    let _ = self.bench.app().expand_message(&expanding, &put, now);
                }
            }
            Act::TellReading => {
                let position = SessionMsgReadInput {
                    r#type: 1,
                    msg_time: now.0,
                    channel_id: other.to_string(),
                    ..SessionMsgReadInput::default()
                };
                let body = encode_body(&position);
                self.publish(who, topic::READ_POSITION, PEOPLE[whom], body);
            }
            Act::SetState => self.set_state(deed),
            Act::SetTag => {
                let tag = SessionTagItem {
                    tag_id: key,
                    name: Some(value),
                    ..SessionTagItem::default()
                };
                let asked = SessionTagAddInput {
                    tags: vec![tag],
                    ..SessionTagAddInput::default()
                };
                self.query(who, topic::MAKE_TAGS, "", encode_body(&asked));
            }
            Act::SetLanguage => {
                let asked = SetUserSettingInput {
                    value,
                    ..SetUserSettingInput::default()
                };
                self.query(who, topic::SET_LANGUAGE, "", encode_body(&asked));
            }
            Act::SetQuietHours => {
                let asked = AddUnpushPeriodInput {
                    start_time: "22:00:00".to_owned(),
                    span_minutes: number.into(),
                    ..AddUnpushPeriodInput::default()
                };
                self.query(who, topic::SET_QUIET_HOURS, "", encode_body(&asked));
            }
            Act::RemoveConversation => {
                let relation = RelationOpInput {
                    conversation_type: 1,
                    conversation_id: other.to_string(),
                    ..RelationOpInput::default()
                };
                let asked = RelationDelBatchReq {
                    relation: vec![relation],
                    ..RelationDelBatchReq::default()
                };
                self.query(who, topic::REMOVE_CONVERSATIONS, "", encode_body(&asked));
            }
            Act::CleanHistory => {
                let up_to = Millis(now.0 - i64::from(number % 2 == 0));
                app.clean_history(&me, &Conversation::private(other), up_to);
            }
            Act::Enter => self.ask_room(who, topic::JOIN_CHATROOM, &room),
            Act::Leave => self.ask_room(who, topic::LEAVE_CHATROOM, &room),
            Act::SetEntry => {
                let rules = EntryRules {
                    auto_delete: number % 4 == 0,
                    overwrite: number % 3 == 0,
                };
                // Another's may stay.
                let _ = app.set_chatroom_entry(&room, &me, (&key, &value), rules, now);
            }
            Act::RemoveEntry => {
                let rules = EntryRules::default();
                let _ = app.remove_chatroom_entry(&room, &me, &key, rules, now);
            }
            Act::MakeRoom => {
                app.create_chatroom(&room, &value, ChatroomOptions::default(), now);
            }
            Act::EndRoom => {
                app.destroy_chatroom(&room, now);
            }
            Act::Ban => {
                app.ban_from_chatroom(&room, &other, time, now);
            }
            Act::MuteInRoom => {
                app.mute_in_chatroom(&room, &other, Some(time), now);
            }
            Act::FreezeRoom => {
                app.freeze_chatroom(&room, number % 3 > 0);
            }
            Act::ExemptInRoom => {
                app.exempt_in_chatroom(&room, &other, number % 3 > 0);
            }
            Act::Protect => {
                app.protect_in_chatroom(&room, &other, number % 3 > 0);
            }
            Act::JoinGroup => {
                let fourth = user(&format!("u{}", number % 5));
                app.join_group(&group, None, [me, fourth], now);
            }
            Act::LeaveGroup => {
                app.leave_group(&group, [&other]);
            }
            Act::RenameGroup => {
                app.rename_group(&group, &value);
            }
            Act::MuteInGroup => {
                app.mute_in_group(&group, &other, Some(time), now);
            }
            Act::FreezeGroup => {
                app.freeze_group(&group, number % 3 > 0);
            }
            Act::ExemptInGroup => {
                app.exempt_in_group(&group, &other, number % 3 > 0);
            }
            Act::Describe => app.describe_user(&me, Some(&value), Some(&key)),
            Act::Tag => app.set_tags(&me, vec![value]),
            Act::Block => app.block(&other, Duration::from_secs(number.into()), now),
            Act::Unblock => app.unblock(&other),
            Act::Blacklist => app.blacklist(&me, &other),
            Act::Allow => app.allow(&me, &other),
            Act::OnlyAllowed => app.only_allowed(&me, number % 3 > 0),
            Act::Mute => app.mute_in(&me, ConversationKind::Group, Some(time), now),
            Act::Delete => app.delete_user(&other, now),
            Act::Forbid => app.forbid_word(&value, (number % 3 > 0).then_some("*")),
            Act::ExpireTokens => app.expire_tokens(&other, None),
            Act::Shut => app.shut(true),
            Act::Open => app.shut(false),
            Act::LimitRate => {
                app.policy_mut().send_rate = Some(Rate {
                    messages: 3,
                    per: Duration::from_millis(100),
                });
            }
            Act::Lose => self.lose(who),
            Act::Return => self.open(who),
            Act::Pass => self.bench.pass(number.into()),
        }
    }

    pub fn open(&mut self, who: usize) {
        if self.links[who].is_none() {
            self.links[who] = Some(self.greet(self.tokens[who].clone()));
        }
    }

    pub fn greet(&mut self, token: String) -> LinkId {
        self.last_link += 1;
        let link = LinkId(self.last_link);
        let greeting = Greeting {
            app_key: KEY.to_owned(),
            token,
            version: ProtocolVersion::V3,
            class: DeviceClass::Web,
            device: "device".to_owned(),
            reconnect_kick: false,
        };
        self.bench.cloud.open(link, greeting, self.bench.now);
        link
    }

    pub fn lose(&mut self, who: usize) {
        if let Some(link) = self.links[who].take() {
            self.bench.cloud.closed(link, self.bench.now);
        }
    }

    fn say(&mut self, who: usize, topic: &str, target: &str, number: u16) {
        let mut body = text_body(&number.to_string());
        // Some may be expanded.
        body.session_id |= i32::from(number % 2) * 64;
        self.publish(who, topic, target, encode_body(&body));
    }

    fn recall(&mut self, deed: &Deed) {
        let Some((who, to, uid)) = self.chosen(deed.number) else {
            return;
        };
        let body = UpStreamMessage {
            session_id: 1,
            classname: "RC:RcCmd".to_owned(),
            content: format!(
                r#"{{"conversationType":{},"targetId":"{}","messageUId":"{uid}"}}"#,
                to.kind().number(),
                to.id(),
            ),
            ..text_body("")
        };
        self.publish(who, topic::RECALL, PEOPLE[who], encode_body(&body));
    }

    fn edit(&mut self, deed: &Deed) {
        let Some((who, to, uid)) = self.chosen(deed.number) else {
            return;
        };
        let asked = MsgChangeReq {
            r#type: to.kind().number().into(),
            target_id: to.id().to_owned(),
            msg_uid: uid,
            content: Some(format!(r#"{{"content":"edited {}"}}"#, deed.number)),
            ..MsgChangeReq::default()
        };
        self.query(who, topic::MODIFY_MESSAGE, "", encode_body(&asked));
    }

    fn set_state(&mut self, deed: &Deed) {
        let asked = SessionStateModifyReq {
            state: vec![SessionState {
                r#type: 1,
                channel_id: PEOPLE[deed.whom].to_owned(),
                state_item: vec![SessionStateItem {
                    session_state_type: i32::from(deed.number % 2) + 1,
                    value: (deed.number % 4).to_string(),
                    ..SessionStateItem::default()
                }],
                ..SessionState::default()
            }],
            ..SessionStateModifyReq::default()
        };
        let body = encode_body(&asked);
        self.query(deed.who, topic::SET_CONVERSATION_STATES, "", body);
    }

    fn chosen(&self, number: u16) -> Option<(usize, Target, String)> {
        let place = usize::from(number).checked_rem(self.said.len())?;
        self.said.get(place).cloned()
    }

    pub fn ask_room(&mut self, who: usize, topic: &str, room: &TargetId) {
        let asked = ChrmInput {
            nothing: 1,
            extra: None,
        };
        self.query(who, topic, room.as_str(), encode_body(&asked));
    }

    fn publish(&mut self, who: usize, topic: &str, target: &str, body: bytes::Bytes) {
        if let Some(link) = self.links[who] {
            let publish = ClientPacket::Publish {
                qos: QoS::AtLeastOnce,
                topic: topic.to_owned(),
                target: target.to_owned(),
                message_id: 1,
                body,
            };
            self.bench.receive(link, publish);
        }
    }

    pub fn query(&mut self, who: usize, topic: &str, target: &str, body: bytes::Bytes) {
        if let Some(link) = self.links[who] {
            let query = ClientPacket::Query {
                topic: topic.to_owned(),
                target: target.to_owned(),
                message_id: 1,
                body,
            };
            self.bench.receive(link, query);
        }
    }

    pub fn heard(&mut self) -> Effects {
        let mut heard = Effects::new();
        for link in (1..=self.last_link).map(LinkId) {
            let mut packets = self.bench.heard(link);
            for packet in &mut packets {
                if let ServerPacket::ConnAck(connack) = packet
                    && let Some(session) = &mut connack.session
                {
                    session.session_id = None;
                }
            }
            if !packets.is_empty() {
                heard.insert(link, packets);
            }
        }
        heard
    }

    fn note_what_was_said(&mut self, deed: &Deed, heard: &Effects) {
        let room = ROOMS[usize::from(deed.number) % 2];
        let target = match deed.act {
            Act::Say => Target::User(user(PEOPLE[deed.whom])),
            Act::SayToGroup => Target::Group(TargetId::new(GROUP).unwrap()),
            Act::SayInRoom => Target::Chatroom(TargetId::new(room).unwrap()),
            _ => return,
        };
        let Some(packets) = self.links[deed.who].and_then(|link| heard.get(&link)) else {
            return;
        };
        let acks = packets.iter().cloned().filter_map(ack);
        for ack in acks.filter(|ack| !ack.uid.is_empty()) {
            self.said.push((deed.who, target.clone(), ack.uid));
        }
    }
}
