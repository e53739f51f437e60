//! Where each row is: one ordered map, a byte for the kind of row, then what tells rows apart.
//!
//! ```text
//! kind  rest of the key                     row
//! 00    -                                   head: last position, last outbox id
//! 01    -                                   cursor of the account at the cloud
//! 02    -                                   user the rows belong to
//! 03    -                                   where the rows were begun anew
//! 04    -                                   generation of the positions
//! 05    -                                   the account is to be read again: the newest damaged message
//! 10    seq                                 message
//! 11    uid                                 seq of the message with that uid
//! 12    conversation, seq                   its type, shortened: a conversation's messages in order
//! 13    number of a block of positions      what messages the block has
//! 14    first seq of a gap                  positions whose messages are gone
//! 15    app, client id                      seq of a message an app inserted
//! 16    conversation, uid                   recall of a message that has not come yet
//! 20    conversation                        its summary
//! 22    conversation                        what the user has begun to write in it
//! 30    outbox id                           outgoing message as it was accepted
//! 31    outbox id                           its state while it can change
//! 32    outbox id                           its final state
//! 33    app, client id                      its outbox id
//! 34    wire ref                            its outbox id
//! 40    uid of the process, app, name       subscription
//! 50    hash of a token                     account the token belongs to
//! 60    first seq of a stretch              which words its messages may have
//! ff    key of a row, number                further part of a long row
//! ```
//!
//! Numbers are big-endian, so that they sort; texts with something behind them have their length
//! before them in one byte.

use std::ops::Range;

use imlink_model::{
    ChannelId, ClientMessageId, Conversation, ConversationKind, LocalApp, MessageUid, ObjectName,
    OutboxId, Seq, TargetId,
};

use crate::SubscriptionKey;

/// What a row is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub(crate) enum Kind {
    Head = 0x00,
    Cursor = 0x01,
    Owner = 0x02,
    Anew = 0x03,
    Generation = 0x04,
    Again = 0x05,
    Message = 0x10,
    Uid = 0x11,
    Timeline = 0x12,
    Block = 0x13,
    Gap = 0x14,
    Inserted = 0x15,
    Recall = 0x16,
    Summary = 0x20,
    Draft = 0x22,
    Outgoing = 0x30,
    Open = 0x31,
    Settled = 0x32,
    ClientId = 0x33,
    WireRef = 0x34,
    Subscription = 0x40,
    Token = 0x50,
    Signature = 0x60,
    Part = 0xff,
}

impl Kind {
    const ALL: [Self; 24] = [
        Self::Head,
        Self::Cursor,
        Self::Owner,
        Self::Anew,
        Self::Generation,
        Self::Again,
        Self::Message,
        Self::Uid,
        Self::Timeline,
        Self::Block,
        Self::Gap,
        Self::Inserted,
        Self::Recall,
        Self::Summary,
        Self::Draft,
        Self::Outgoing,
        Self::Open,
        Self::Settled,
        Self::ClientId,
        Self::WireRef,
        Self::Subscription,
        Self::Token,
        Self::Signature,
        Self::Part,
    ];

    /// What a key's row is called in reports; the key itself names people and stays out of them.
    pub(crate) fn name_of(key: &[u8]) -> &'static str {
        match Self::ALL
            .into_iter()
            .find(|kind| key.first() == Some(&kind.tag()))
        {
            Some(Self::Head) => "head",
            Some(Self::Cursor) => "cursor",
            Some(Self::Owner) => "owner",
            Some(Self::Anew) => "beginning",
            Some(Self::Generation) => "generation",
            Some(Self::Again) => "reading again",
            Some(Self::Message) => "message",
            Some(Self::Uid) => "message uid",
            Some(Self::Timeline) => "timeline",
            Some(Self::Block) => "block of messages",
            Some(Self::Gap) => "gap",
            Some(Self::Inserted) => "inserted message id",
            Some(Self::Recall) => "recall",
            Some(Self::Summary) => "conversation",
            Some(Self::Draft) => "draft",
            Some(Self::Outgoing) => "outgoing message",
            Some(Self::Open) => "outbox state",
            Some(Self::Settled) => "final outbox state",
            Some(Self::ClientId) => "client message id",
            Some(Self::WireRef) => "wire reference",
            Some(Self::Subscription) => "subscription",
            Some(Self::Token) => "token",
            Some(Self::Signature) => "signature",
            Some(Self::Part) => "part",
            None => "unknown",
        }
    }

    /// Whether a key is of this kind.
    pub(crate) fn is_of(self, key: &[u8]) -> bool {
        key.first() == Some(&self.tag())
    }

    const fn tag(self) -> u8 {
        self as u8
    }
}

/// Longer than any key: a client id is the longest, with its app and as a part.
pub(crate) const MAX_BYTES: usize = 512;

/// The key of a row there is one of.
pub(crate) fn single(kind: Kind) -> Vec<u8> {
    vec![kind.tag()]
}

pub(crate) fn message(seq: Seq) -> Vec<u8> {
    number(Kind::Message, seq.0)
}

/// The key of what is known of a block of messages.
pub(crate) fn block(number_of_block: u64) -> Vec<u8> {
    number(Kind::Block, number_of_block)
}

/// The key of what may be found in the messages from a position on.
pub(crate) fn signature(first: Seq) -> Vec<u8> {
    number(Kind::Signature, first.0)
}

pub(crate) fn gap(first: Seq) -> Vec<u8> {
    number(Kind::Gap, first.0)
}

/// The conversation whose summary is under that key.
pub(crate) fn summarised(key: &[u8]) -> Option<Conversation> {
    let (_, rest) = key.split_first()?;
    let (kind, rest) = rest.split_first()?;
    let (target, rest) = take_text(rest)?;
    let (channel, rest) = take_text(rest)?;
    if !rest.is_empty() {
        return None;
    }
    Some(Conversation {
        kind: ConversationKind::from_number((*kind).into())?,
        target: TargetId::new(target).ok()?,
        channel: (!channel.is_empty())
            .then(|| ChannelId::new(channel))
            .transpose()
            .ok()?,
    })
}

/// The key of the recall of a message that has not come yet.
pub(crate) fn recall(conversation: &Conversation, uid: &MessageUid) -> Vec<u8> {
    let mut key = about(Kind::Recall, conversation);
    key.extend_from_slice(uid.as_str().as_bytes());
    key
}

/// The key of every recall of a conversation.
pub(crate) fn recalls(conversation: &Conversation) -> Range<Vec<u8>> {
    let first = about(Kind::Recall, conversation);
    let mut end = first.clone();
    // No byte of a text is that high.
    end.push(0xff);
    first..end
}

/// The key of a row of that kind that belongs to an outgoing message.
pub(crate) fn outbox(kind: Kind, id: OutboxId) -> Vec<u8> {
    number(kind, id.0)
}

pub(crate) fn wire_ref(number_at_cloud: u64) -> Vec<u8> {
    number(Kind::WireRef, number_at_cloud)
}

pub(crate) fn uid(uid: &MessageUid) -> Vec<u8> {
    let mut key = single(Kind::Uid);
    key.extend_from_slice(uid.as_str().as_bytes());
    key
}

pub(crate) fn client_id(app: &LocalApp, id: &ClientMessageId) -> Vec<u8> {
    message_of_app(Kind::ClientId, app, id)
}

pub(crate) fn inserted(app: &LocalApp, id: &ClientMessageId) -> Vec<u8> {
    message_of_app(Kind::Inserted, app, id)
}

fn message_of_app(kind: Kind, app: &LocalApp, id: &ClientMessageId) -> Vec<u8> {
    let mut key = single(kind);
    push_text(&mut key, &app.to_string());
    key.extend_from_slice(id.as_str().as_bytes());
    key
}

pub(crate) fn subscription(subscription: &SubscriptionKey) -> Vec<u8> {
    let mut key = single(Kind::Subscription);
    key.extend_from_slice(&subscription.uid.to_be_bytes());
    push_text(&mut key, subscription.app.as_str());
    key.extend_from_slice(subscription.name.as_str().as_bytes());
    key
}

pub(crate) fn token(hash: &[u8; 32]) -> Vec<u8> {
    let mut key = single(Kind::Token);
    key.extend_from_slice(hash);
    key
}

pub(crate) fn summary(conversation: &Conversation) -> Vec<u8> {
    about(Kind::Summary, conversation)
}

pub(crate) fn draft(conversation: &Conversation) -> Vec<u8> {
    about(Kind::Draft, conversation)
}

/// Every message of a conversation before a position.
pub(crate) fn timeline_before(conversation: &Conversation, end: Seq) -> Range<Vec<u8>> {
    timeline(conversation, Seq(0))..timeline(conversation, end)
}

pub(crate) fn timeline(conversation: &Conversation, seq: Seq) -> Vec<u8> {
    let mut key = about(Kind::Timeline, conversation);
    key.extend_from_slice(&seq.0.to_be_bytes());
    key
}

/// What the entry of a timeline tells of the type of its message, so that others need not be read.
/// Types that share it are told apart by the message itself.
pub(crate) fn hint(object_name: &ObjectName) -> [u8; 2] {
    let [_, _, hint @ ..] = crc32fast::hash(object_name.as_str().as_bytes()).to_be_bytes();
    hint
}

/// A further part of the long row under `key`.
pub(crate) fn part(key: &[u8], number: u16) -> Vec<u8> {
    let mut part = single(Kind::Part);
    part.extend_from_slice(key);
    part.extend_from_slice(&number.to_be_bytes());
    part
}

/// Every key of that kind.
pub(crate) fn all(kind: Kind) -> Range<Vec<u8>> {
    vec![kind.tag()]..vec![kind.tag().saturating_add(1)]
}

/// The number a key ends in.
pub(crate) fn tail(key: &[u8]) -> Option<u64> {
    key.last_chunk().copied().map(u64::from_be_bytes)
}

fn number(kind: Kind, number: u64) -> Vec<u8> {
    let mut key = Vec::with_capacity(9);
    key.push(kind.tag());
    key.extend_from_slice(&number.to_be_bytes());
    key
}

fn about(kind: Kind, conversation: &Conversation) -> Vec<u8> {
    let mut key = vec![kind.tag()];
    push_conversation(&mut key, conversation);
    key
}

fn push_conversation(key: &mut Vec<u8>, conversation: &Conversation) {
    key.push(conversation.kind.number());
    push_text(key, conversation.target.as_str());
    push_text(
        key,
        conversation
            .channel
            .as_ref()
            .map_or("", |channel| channel.as_str()),
    );
}

fn take_text(key: &[u8]) -> Option<(&str, &[u8])> {
    let (length, rest) = key.split_first()?;
    let (text, rest) = rest.split_at_checked((*length).into())?;
    Some((std::str::from_utf8(text).ok()?, rest))
}

fn push_text(key: &mut Vec<u8>, text: &str) {
    let length = u8::try_from(text.len()).expect("ids have at most 255 bytes");
    key.push(length);
    key.extend_from_slice(text.as_bytes());
}

#[cfg(test)]
mod tests {
    use imlink_model::UserId;

    use super::*;

    #[test]
    fn messages_sort_by_their_position() {
        assert!(message(Seq(255)) < message(Seq(256)));
        assert!(message(Seq(u64::MAX)) < all(Kind::Message).end);
        assert_eq!(tail(&message(Seq(7))), Some(7));
    }

    #[test]
    fn the_key_of_a_summary_names_its_conversation() {
        let mut conversation = Conversation::group(TargetId::new("群").unwrap());
        for channel in [None, Some(ChannelId::new("news").unwrap())] {
            conversation.channel = channel;

            let key = summary(&conversation);

            assert_eq!(summarised(&key), Some(conversation.clone()));
            for length in 0..key.len() {
                assert_eq!(summarised(&key[..length]), None);
            }
        }
    }

    #[test]
    fn a_conversation_is_not_the_beginning_of_another() {
        let with = |target: &str| Conversation {
            kind: ConversationKind::Group,
            target: TargetId::new(target).unwrap(),
            channel: None,
        };

        let range = timeline(&with("a"), Seq(0))..timeline(&with("a"), Seq(u64::MAX));

        assert!(range.contains(&timeline(&with("a"), Seq(9))));
        assert!(!range.contains(&timeline(&with("ab"), Seq(9))));
        assert!(!range.contains(&timeline(
            &Conversation::private(UserId::new("a").unwrap()),
            Seq(9)
        )));
    }
}
