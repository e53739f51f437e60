//! Messages that look like a chat: some hundred conversations, Chinese and English in turn, words as
//! frequent as words are.

use imlink_model::{
    Body, Conversation, Direction, Flags, IncomingMessage, MessageUid, Millis, ObjectName, UserId,
};
use rand::rngs::SmallRng;
use rand::{Rng, SeedableRng};

/// Conversations; message n is of conversation n modulo this.
const CONVERSATIONS: u64 = 200;

/// Every so many messages one has the [`RARE`] word.
const RARE_EVERY: u64 = 20_000;

/// A word that few messages have.
pub(crate) const RARE: &str = "连接失败";

/// A word that many messages have.
pub(crate) const FREQUENT: &str = "word1";

/// Bytes of a body, about.
const BODY_BYTES: usize = 300;

/// Characters and words that a text is drawn from.
const VOCABULARY: u32 = 3_000;

/// Draws messages; the same every time.
pub(crate) struct Rows {
    random: SmallRng,
    next: u64,
}

impl Rows {
    pub(crate) fn new() -> Self {
        Self {
            random: SmallRng::seed_from_u64(7),
            next: 0,
        }
    }

    /// The next messages.
    pub(crate) fn take(&mut self, count: usize) -> Vec<IncomingMessage> {
        (0..count).map(|_| self.message()).collect()
    }

    fn message(&mut self) -> IncomingMessage {
        let n = self.next;
        self.next += 1;
        let mut text = String::new();
        while text.len() < BODY_BYTES - 20 {
            if n.is_multiple_of(2) {
                text.extend(char::from_u32(0x4e00 + self.rank()));
            } else {
                text.push_str(&format!("word{} ", self.rank()));
            }
        }
        if n % RARE_EVERY == RARE_EVERY / 2 {
            text.push_str(RARE);
        }
        IncomingMessage {
            uid: Some(MessageUid::new(format!("C{n:09}-{:08X}", n * 7)).expect("a uid")),
            conversation: conversation(n),
            direction: Direction::Received,
            sender: user(n),
            object_name: ObjectName::text(),
            body: Body::new(format!(r#"{{"content":"{text}"}}"#)),
            sent_at: Millis(1_700_000_000_000 + i64::try_from(n).expect("a small number")),
            flags: Flags {
                persisted: true,
                counted: true,
                ..Flags::default()
            },
            wire_ref: None,
            expansion: None,
            offline: false,
            retrieved: false,
        }
    }

    /// The rank of a word: low ones are frequent, as words are.
    fn rank(&mut self) -> u32 {
        let uniform: f64 = self.random.random_range(0.0..1.0);
        let rank = f64::from(VOCABULARY).powf(uniform);
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "between 1 and the size of the vocabulary"
        )]
        let rank = rank as u32;
        rank
    }
}

/// The conversation of message number n.
pub(crate) fn conversation(n: u64) -> Conversation {
    Conversation::private(user(n))
}

fn user(n: u64) -> UserId {
    UserId::new(format!("user-{:03}", n % CONVERSATIONS)).expect("a user id")
}
