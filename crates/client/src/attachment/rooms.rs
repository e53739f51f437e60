//! The chatrooms of a client, over all its attachments.

use std::collections::BTreeMap;
use std::time::Instant;

use imlink_ipc_proto::{ChatroomChange, Request, Response};
use imlink_model::{Code, TargetId};

use super::Attachment;
use super::calls::Purpose;
use crate::{Error, Event};

/// The rooms the app is in, or wants to be.
#[derive(Debug, Default)]
pub(super) struct Rooms(BTreeMap<TargetId, Place>);

/// What the daemon knows of the app in a room.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    /// The app's own call has no answer yet.
    Entering,
    /// It is in.
    In,
    /// Nothing: it has to be told again.
    Lost,
    /// It was told again.
    Repeated,
}

impl Rooms {
    /// The app enters; it may be in already.
    pub(super) fn enter(&mut self, room: TargetId) {
        self.0.entry(room).or_insert(Place::Entering);
    }

    /// The app's call was answered. One that left meanwhile stays out.
    pub(super) fn entered(&mut self, room: &TargetId, is_in: bool) {
        match self.0.get_mut(room) {
            Some(place) if is_in => *place = Place::In,
            Some(Place::Entering) => self.remove(room),
            Some(Place::In | Place::Lost | Place::Repeated) | None => {}
        }
    }

    /// The app is not in this room, or wants to be no more.
    pub(super) fn remove(&mut self, room: &TargetId) {
        self.0.remove(room);
    }

    /// The app is in none.
    pub(super) fn clear(&mut self) {
        self.0.clear();
    }

    /// The daemon is gone. A call that it did not answer came to nothing.
    pub(super) fn lose(&mut self) {
        self.0.retain(|_, place| *place != Place::Entering);
        for place in self.0.values_mut() {
            *place = Place::Lost;
        }
    }

    /// Those the daemon has to be told of again, which from now on it has been.
    fn repeat(&mut self) -> Vec<TargetId> {
        let lost = self
            .0
            .iter_mut()
            .filter(|(_, place)| **place == Place::Lost);
        lost.map(|(room, place)| {
            *place = Place::Repeated;
            room.clone()
        })
        .collect()
    }

    /// The daemon could not take it yet. False if nobody wants it any more.
    fn repeat_again(&mut self, room: &TargetId) -> bool {
        let place = self.0.get_mut(room);
        place.map(|place| *place = Place::Lost).is_some()
    }
}

impl<W> Attachment<W> {
    /// Enters again what the app was in before the daemon was replaced. Only for a client that is
    /// connected again: rooms take a link.
    pub(super) fn repeat_rooms(&mut self, now: Instant) {
        let deadline = Some(now + self.config.request_timeout);
        for room in self.session.rooms.repeat() {
            let request = Request::JoinChatroom {
                room: room.clone(),
                create: false,
                recent: 0,
            };
            self.request(Purpose::Reenter(room), Vec::new(), deadline, request);
        }
    }

    /// A room of an earlier attachment was entered again, or could not be.
    pub(super) fn reentered(
        &mut self,
        room: TargetId,
        result: &Result<Response, Error>,
        now: Instant,
    ) {
        let again = match result {
            Ok(_) => {
                self.session.rooms.entered(&room, true);
                let change = ChatroomChange::Rejoined;
                return self.emit(Event::Chatroom { room, change });
            }
            Err(error) => error.is_retryable() || error.code() == Code::LOCAL_NO_ACCOUNT,
        };
        if !again {
            self.session.rooms.remove(&room);
            let code = result.as_ref().map_or_else(Error::code, |_| Code::SUCCESS);
            let change = ChatroomChange::Left { code };
            self.emit(Event::Chatroom { room, change });
        } else if self.session.rooms.repeat_again(&room) {
            self.repeat_later(now);
        }
    }
}
