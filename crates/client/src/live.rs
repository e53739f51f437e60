//! What an app does with the cloud itself: it takes a link, and nothing of it waits for one.

use std::sync::Arc;

use imlink_ipc_proto::Request;
use imlink_model::{Body, Conversation, MessageUid, ObjectName, TargetId, Typing};

use crate::attachment::Call;
use crate::outgoing::check_body;
use crate::{Client, Error};

/// Every call of this block ends with 30001 without a link to the cloud, 30002 if the machine has no
/// network, and what any call may end with; "Errors" name what else to expect.
impl Client {
    /// Says something to those who are online now; nobody stores it, and nobody says that it
    /// arrived. Returns once it is handed to the link.
    ///
    /// The type is a status message of the vendor's, or one of the app's own. The apps of the other
    /// side get it as [`Event::Transient`](crate::Event::Transient).
    ///
    /// # Errors
    /// 30016 for a body that is too long, 90008 for a type that is kept, 20109 for a system
    /// conversation, 33003 for another conversation that is neither private nor a group's, 90004
    /// beyond 64 at once and 20 a second by the apps of the account.
    pub async fn signal(
        &self,
        conversation: Conversation,
        object_name: ObjectName,
        body: impl Into<Arc<str>>,
    ) -> Result<(), Error> {
        let body = Body::new(body);
        check_body(&body)?;
        let request = Request::Signal {
            conversation: conversation.into(),
            object_name,
            body,
        };
        self.rows(request).await.map(drop)
    }

    /// Tells the other side that the user is writing a message of this type, for example
    /// `RC:TxtMsg`. It is for the app to say so every few seconds while that lasts, and for the
    /// other side to forget it some seconds after the last time; it reads the notice with
    /// [`Typing::read`].
    ///
    /// # Errors
    /// As for [`signal`](Self::signal).
    pub async fn typing(
        &self,
        conversation: Conversation,
        object_name: &ObjectName,
    ) -> Result<(), Error> {
        let name = ObjectName::new(Typing::OBJECT_NAME)?;
        let of = object_name.clone();
        let body = Typing { of }.to_body();
        self.signal(conversation, name, body.as_str()).await
    }

    /// Takes a message back at everybody who got it: a notice (`RC:RcNtf`) stands in its place. When
    /// this returns the cloud did it, and the notice is in the place here; every app of the account
    /// has an [`Event::Changed`](crate::Event::Changed). Recalling it again does nothing.
    ///
    /// # Errors
    /// 25101 for a message that is not stored here; 20109 for one of a system conversation, 23406 for
    /// one of a chatroom the user is not in; 25107 for one of somebody else if the cloud does
    /// not let users do that; 30003 if the cloud does not answer: it may have happened, and calling
    /// again is safe; 90004 while 32 are under way.
    pub async fn recall(&self, uid: MessageUid) -> Result<(), Error> {
        let delete = false;
        self.rows(Request::Recall { uid, delete }).await.map(drop)
    }

    /// Takes a message back as [`recall`](Self::recall) does, and nothing stands in its place
    /// anywhere: every app of the account has an [`Event::Deleted`](crate::Event::Deleted).
    ///
    /// # Errors
    /// As for [`recall`](Self::recall).
    pub async fn recall_without_trace(&self, uid: MessageUid) -> Result<(), Error> {
        let delete = true;
        self.rows(Request::Recall { uid, delete }).await.map(drop)
    }

    /// Enters a chatroom, which is made if there is none. When this returns the user is in it; its
    /// `recent` last messages, at most 50, and whatever is said from then on come as
    /// [`Event::Transient`](crate::Event::Transient), also what the apps of this account say there.
    /// Nothing of it is stored.
    ///
    /// The app is in the room until it leaves, disconnects or is dropped, or until
    /// [`Event::Chatroom`](crate::Event::Chatroom) says that it is out. Over breaks of the link, and
    /// if the daemon is replaced, the room is entered again by itself, and the same event says so.
    ///
    /// # Errors
    /// 23409 if the user was thrown out, 23411 if the room is full, 90004 beyond 64 rooms, 23412 for
    /// more than 50 messages, 30003 if the cloud does not answer.
    pub async fn join_chatroom(&self, room: TargetId, recent: u16) -> Result<(), Error> {
        self.enter_room(room, true, recent).await
    }

    /// Enters a chatroom as [`join_chatroom`](Self::join_chatroom) does, if there is one.
    ///
    /// # Errors
    /// 23410 if there is none; else as there.
    pub async fn join_existing_chatroom(&self, room: TargetId, recent: u16) -> Result<(), Error> {
        self.enter_room(room, false, recent).await
    }

    /// Leaves a chatroom; the user stays in it as long as another app of the account does. Does
    /// nothing if this app is not in it.
    ///
    /// # Errors
    /// What any call may end with. It never takes a link.
    pub async fn leave_chatroom(&self, room: TargetId) -> Result<(), Error> {
        self.call(Call::LeaveRoom { room }).await.map(drop)
    }

    async fn enter_room(&self, room: TargetId, create: bool, recent: u16) -> Result<(), Error> {
        let call = Call::EnterRoom {
            room,
            create,
            recent,
        };
        self.call(call).await.map(drop)
    }
}
