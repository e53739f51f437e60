//! What people do.

use proptest::prelude::*;

use super::life::PEOPLE;

macro_rules! acts {
    ($($name:ident),* $(,)?) => {
        /// What can be done.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Act { $($name),* }

        impl Act {
            pub const ALL: &[Self] = &[$(Self::$name),*];
        }
    };
}

acts! {
    Say, SayToGroup, SayInRoom, SayAsServer, Broadcast, Recall, Edit, Expand, TellReading,
    SetState, SetTag, SetLanguage, SetQuietHours, RemoveConversation, CleanHistory,
    Enter, Leave, SetEntry, RemoveEntry, MakeRoom, EndRoom, Ban, MuteInRoom, FreezeRoom,
    ExemptInRoom, Protect,
    JoinGroup, LeaveGroup, RenameGroup, MuteInGroup, FreezeGroup, ExemptInGroup,
    Describe, Tag, Block, Unblock, Blacklist, Allow, OnlyAllowed, Mute, Delete,
    Forbid, ExpireTokens, Shut, Open, LimitRate, Lose, Return, Pass,
}

impl Act {
    /// Those that change nothing if nothing was done before but talking, in a room as well.
    pub const IDLE: [Self; 6] = [
        Self::Enter,
        Self::RemoveEntry,
        Self::Unblock,
        Self::Open,
        Self::Lose,
        Self::Return,
    ];
}

/// Something a person does.
#[derive(Clone, Debug)]
pub struct Deed {
    pub act: Act,
    pub who: usize,
    pub whom: usize,
    pub number: u16,
}

impl Deed {
    pub fn of(act: Act) -> Self {
        Self {
            act,
            who: 0,
            whom: 1,
            number: 1,
        }
    }
}

pub fn deed() -> impl Strategy<Value = Deed> {
    let act = prop_oneof![
        2 => prop::sample::select(&[Act::Say, Act::SayToGroup, Act::SayInRoom, Act::Enter][..]),
        1 => Just(Act::Return),
        6 => prop::sample::select(Act::ALL),
    ];
    let person = 0..PEOPLE.len();
    (act, person.clone(), person, any::<u16>()).prop_map(|(act, who, whom, number)| Deed {
        act,
        who,
        whom,
        number,
    })
}
