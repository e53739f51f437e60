//! The answer to a pull (`protocol/cloud-wire.md` 5.2).

use bytes::Bytes;
use imlink_wire::proto::{
    BodyError, DownStreamMessage, DownStreamMessages, decode_answer, decode_body,
};
use prost::Message;

use crate::cursors::Cursors;

/// Value of `direction` for what the user sent.
const SENT: i32 = 1;

/// One page of messages, in the order of the cloud.
#[derive(Debug)]
pub(crate) struct Page {
    /// A message that cannot be read costs its neighbours nothing.
    pub(crate) messages: Vec<Result<DownStreamMessage, BodyError>>,
    /// Nothing more waits. Unsaid means that something may (5.1).
    pub(crate) finished: bool,
    /// Time and uid of what the user sent.
    own: Vec<(i64, Option<String>)>,
    inbox: i64,
    broadcast: Option<i64>,
}

/// A page whose messages are not looked into.
#[derive(Clone, PartialEq, Message)]
struct Sealed {
    #[prost(bytes = "bytes", repeated, tag = "1")]
    list: Vec<Bytes>,
    #[prost(int64, optional, tag = "2")]
    sync_time: Option<i64>,
    #[prost(bool, optional, tag = "3")]
    finished: Option<bool>,
    #[prost(int64, optional, tag = "4")]
    broadcast_sync_time: Option<i64>,
}

impl Page {
    /// Reads an answer, also a compressed one, although none is asked for.
    ///
    /// # Errors
    /// An answer without cursor, or that is no answer at all. A single message that lacks something
    /// is no error of the page: the page would come again for ever.
    pub(crate) fn decode(body: Bytes) -> Result<Self, BodyError> {
        match decode_answer::<DownStreamMessages>(body.clone()) {
            Ok(answer) => Ok(Self::of_answer(answer)),
            Err(BodyError::Missing { message, .. }) if message != "DownStreamMessages" => {
                Self::of_sealed(body)
            }
            Err(error) => Err(error),
        }
    }

    /// What the answer says of the cursors. The sendbox cursor is the time of the newest own
    /// message, 0 if there is none here; it stops before a message `is_unsettled` by its uid, so
    /// that the cloud shows that one again.
    pub(crate) fn cursors(&self, is_unsettled: impl Fn(&str) -> bool) -> Cursors {
        let unsettled = |uid: &Option<String>| uid.as_deref().is_some_and(&is_unsettled);
        let times = |own: &(i64, Option<String>)| own.0;
        let first_unsettled = self
            .own
            .iter()
            .filter(|(_, uid)| unsettled(uid))
            .map(times)
            .min();
        let end = first_unsettled.unwrap_or(i64::MAX);
        let settled = self.own.iter().map(times).filter(|time| *time < end);
        Cursors::of_page(
            self.inbox,
            settled.max().unwrap_or_default(),
            self.broadcast.unwrap_or(1),
        )
    }

    fn of_answer(answer: DownStreamMessages) -> Self {
        let messages: Vec<_> = answer.list.into_iter().map(Ok).collect();
        Self {
            own: own(&messages),
            messages,
            finished: answer.finished.unwrap_or_default(),
            inbox: answer.sync_time,
            broadcast: answer.broadcast_sync_time,
        }
    }

    fn of_sealed(body: Bytes) -> Result<Self, BodyError> {
        const NAME: &str = "DownStreamMessages";
        let sealed = Sealed::decode(body).map_err(|_| BodyError::Malformed(NAME))?;
        let missing = BodyError::Missing {
            message: NAME,
            field: "syncTime",
        };
        let messages: Vec<_> = sealed.list.into_iter().map(decode_body).collect();
        Ok(Self {
            own: own(&messages),
            messages,
            finished: sealed.finished.unwrap_or_default(),
            inbox: sealed.sync_time.ok_or(missing)?,
            broadcast: sealed.broadcast_sync_time,
        })
    }
}

fn own(messages: &[Result<DownStreamMessage, BodyError>]) -> Vec<(i64, Option<String>)> {
    let read = messages.iter().flatten();
    let own = read.filter(|message| message.direction == Some(SENT));
    own.map(|message| (message.data_time, message.msg_id.clone()))
        .collect()
}

#[cfg(test)]
mod tests {
    use imlink_wire::proto::encode_body;

    use super::*;

    fn message(time: i64, direction: i32) -> DownStreamMessage {
        DownStreamMessage {
            from_user_id: "bob".to_owned(),
            r#type: 1,
            classname: "RC:TxtMsg".to_owned(),
            data_time: time,
            direction: Some(direction),
            ..DownStreamMessage::default()
        }
    }

    fn answer(list: Vec<DownStreamMessage>) -> DownStreamMessages {
        DownStreamMessages {
            list,
            sync_time: 7,
            ..DownStreamMessages::default()
        }
    }

    #[test]
    fn cursors_come_from_the_answer_and_the_newest_own_message() {
        let list = vec![message(5, 1), message(6, 1), message(7, 2)];

        let page = Page::decode(encode_body(&answer(list))).unwrap();

        assert_eq!(page.cursors(|_| false), Cursors::of_page(7, 6, 1));
        assert!(!page.finished, "unsaid is not finished");
    }

    #[test]
    fn the_sendbox_cursor_stops_before_a_message_whose_fate_is_not_stored_yet() {
        let uid = |uid: &str, time| DownStreamMessage {
            msg_id: Some(uid.to_owned()),
            ..message(time, 1)
        };
        let list = vec![uid("a", 4), uid("b", 5), uid("c", 6)];
        let page = Page::decode(encode_body(&answer(list))).unwrap();

        assert_eq!(page.cursors(|uid| uid == "b").sendbox, 4);
        assert_eq!(page.cursors(|uid| uid == "a").sendbox, 0);
    }

    #[test]
    fn a_message_that_lacks_a_field_costs_its_neighbours_nothing() {
        let mut sealed =
            Sealed::decode(encode_body(&answer(vec![message(5, 2), message(6, 2)]))).unwrap();
        sealed
            .list
            .insert(1, Bytes::from_static(&[0x0a, 0x01, b'x']));
        sealed.finished = Some(true);

        let page = Page::decode(sealed.encode_to_vec().into()).unwrap();

        let readable: Vec<bool> = page.messages.iter().map(Result::is_ok).collect();
        assert_eq!(readable, [true, false, true]);
        assert!(page.finished);
        assert_eq!(page.cursors(|_| false).inbox, 7);
    }

    #[test]
    fn an_answer_without_cursor_is_no_answer() {
        assert!(Page::decode(Bytes::new()).is_err());
        assert!(Page::decode(Bytes::from_static(&[0xff])).is_err());
        let sealed = Sealed {
            list: vec![Bytes::new()],
            ..Sealed::default()
        };
        assert!(Page::decode(sealed.encode_to_vec().into()).is_err());
    }
}
