//! Chatrooms.

use imlink_model::TargetId;

use super::Sandbox;
use crate::ChatroomOptions;

impl Sandbox {
    /// Makes a chatroom. One that is there gets the new name and options.
    pub fn create_chatroom(&self, id: &TargetId, name: &str, options: ChatroomOptions) {
        self.shared.act(|world, now| {
            self.app_in(world).create_chatroom(id, name, options, now);
        });
    }

    /// Ends a chatroom; those in it are told. False if there is none.
    pub fn destroy_chatroom(&self, id: &TargetId) -> bool {
        self.shared
            .act(|world, now| self.app_in(world).destroy_chatroom(id, now))
    }
}
