//! How a message is treated by its object name.

use super::session;

/// What a message class implies (protocol/cloud-wire.md 5.6).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Class {
    /// Kept and counted as unread: what people say.
    Counted,
    /// Kept, not counted: notices.
    Persisted,
    /// For whoever is online: delivered directly, never kept.
    Status,
    /// Neither kept nor counted, yet pulled. Also every class nobody registered.
    Plain,
}

/// The vendor's own classes. One not in this list is [`Class::Plain`] until an app says otherwise.
pub const CLASSES: &[(&str, Class)] = &[
    ("RC:TxtMsg", Class::Counted),
    ("RC:ImgMsg", Class::Counted),
    ("RC:VcMsg", Class::Counted),
    ("RC:HQVCMsg", Class::Counted),
    ("RC:ImgTextMsg", Class::Counted),
    ("RC:FileMsg", Class::Counted),
    ("RC:LBSMsg", Class::Counted),
    ("RC:PSImgTxtMsg", Class::Counted),
    ("RC:PSMultiImgTxtMsg", Class::Counted),
    ("RC:CombineMsg", Class::Counted),
    ("RC:CombineV2Msg", Class::Counted),
    ("RC:ReferenceMsg", Class::Counted),
    ("RC:SightMsg", Class::Counted),
    ("RC:GIFMsg", Class::Counted),
    ("RC:RLStart", Class::Counted),
    ("RC:RLEnd", Class::Counted),
    ("RC:StreamMsg", Class::Counted),
    ("RCJrmf:RpMsg", Class::Counted),
    ("RCJrmf:RpOpendMsg", Class::Counted),
    ("RC:InfoNtf", Class::Persisted),
    ("RC:ContactNtf", Class::Persisted),
    ("RC:ProfileNtf", Class::Persisted),
    ("RC:CmdNtf", Class::Persisted),
    ("RC:GrpNtf", Class::Persisted),
    ("RC:RcNtf", Class::Persisted),
    ("RC:RcCmd", Class::Persisted),
    ("RC:TypSts", Class::Status),
    ("RC:InterceptMsg", Class::Status),
    ("RC:RL", Class::Status),
    ("RC:CmdMsg", Class::Plain),
    ("RC:ReadNtf", Class::Plain),
    ("RC:SRSMsg", Class::Plain),
    ("RC:RRReqMsg", Class::Plain),
    ("RC:RRRspMsg", Class::Plain),
    ("RC:MsgExMsg", Class::Plain),
    ("RC:RSMsg", Class::Plain),
    ("RC:chrmKVNotiMsg", Class::Plain),
];

impl Class {
    /// The class of an object name such as `RC:TxtMsg`.
    #[must_use]
    pub fn of(object_name: &str) -> Self {
        CLASSES
            .iter()
            .find(|(name, _)| *name == object_name)
            .map_or(Self::Plain, |(_, class)| *class)
    }

    /// The [`session`] bits a message of this class is sent with.
    #[must_use]
    pub const fn session_bits(self) -> i32 {
        match self {
            Self::Counted => session::PERSISTED | session::COUNTED,
            Self::Persisted => session::PERSISTED,
            Self::Status | Self::Plain => 0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_class_is_listed_twice() {
        let mut names: Vec<_> = CLASSES.iter().map(|(name, _)| name).collect();
        names.sort_unstable();
        names.dedup();

        assert_eq!(names.len(), CLASSES.len());
    }

    #[test]
    fn unknown_classes_are_plain() {
        assert_eq!(Class::of("app:Poke"), Class::Plain);
        assert_eq!(Class::of("RC:TypSts").session_bits(), 0);
        assert_eq!(Class::of("RC:RcCmd").session_bits(), 1);
    }
}
