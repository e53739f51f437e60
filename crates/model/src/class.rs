//! How a message is treated by its object name.

/// What the vendor's own object names begin with; those of apps must not (behaviour.md 13.1).
pub const RESERVED_PREFIX: &str = "RC:";

/// What an object name implies (behaviour.md 13.2, `protocol/cloud-wire.md` 5.6).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Class {
    /// Stored and counted as unread: what people say.
    Counted,
    /// Stored, not counted: notices.
    Persisted,
    /// For whoever is online: delivered directly, never stored.
    Status,
    /// Neither stored nor counted, yet kept for those who are offline: signals.
    Plain,
}

/// The object names that the vendor gave a class, by class.
///
/// The recall command `RC:RcCmd` is stored in the vendor's table and not in its documentation; the
/// table is what its SDKs send by. `RC:IW…Msg` are the names under which its Flutter SDK sends
/// custom messages of each class.
pub const CLASSES: &[(&str, Class)] = &[
    ("RC:TxtMsg", Class::Counted),
    ("RC:ImgMsg", Class::Counted),
    ("RC:GIFMsg", Class::Counted),
    ("RC:VcMsg", Class::Counted),
    ("RC:HQVCMsg", Class::Counted),
    ("RC:FileMsg", Class::Counted),
    ("RC:SightMsg", Class::Counted),
    ("RC:LBSMsg", Class::Counted),
    ("RC:ImgTextMsg", Class::Counted),
    ("RC:ReferenceMsg", Class::Counted),
    ("RC:CombineMsg", Class::Counted),
    ("RC:CombineV2Msg", Class::Counted),
    ("RC:StreamMsg", Class::Counted),
    ("RC:PSImgTxtMsg", Class::Counted),
    ("RC:PSMultiImgTxtMsg", Class::Counted),
    ("RC:RLStart", Class::Counted),
    ("RC:RLEnd", Class::Counted),
    ("RCJrmf:RpMsg", Class::Counted),
    ("RCJrmf:RpOpendMsg", Class::Counted),
    ("RC:IWNormalMsg", Class::Counted),
    ("RC:InfoNtf", Class::Persisted),
    ("RC:ContactNtf", Class::Persisted),
    ("RC:ProfileNtf", Class::Persisted),
    ("RC:CmdNtf", Class::Persisted),
    ("RC:GrpNtf", Class::Persisted),
    ("RC:RcNtf", Class::Persisted),
    ("RC:RcCmd", Class::Persisted),
    ("RC:IWStorageMsg", Class::Persisted),
    ("RC:TypSts", Class::Status),
    ("RC:InterceptMsg", Class::Status),
    ("RC:RL", Class::Status),
    ("RC:IWStatusMsg", Class::Status),
    ("RC:CmdMsg", Class::Plain),
    ("RC:ReadNtf", Class::Plain),
    ("RC:RRReqMsg", Class::Plain),
    ("RC:RRRspMsg", Class::Plain),
    ("RC:RRMsg", Class::Plain),
    ("RC:SRSMsg", Class::Plain),
    ("RC:RSMsg", Class::Plain),
    ("RC:Delivered", Class::Plain),
    ("RC:MsgExMsg", Class::Plain),
    ("RC:LogCmdMsg", Class::Plain),
    ("RC:chrmKVNotiMsg", Class::Plain),
    ("RC:PSCmd", Class::Plain),
    ("RC:RLJoin", Class::Plain),
    ("RC:RLQuit", Class::Plain),
    ("RC:CCConfigChangeRequestMsg", Class::Plain),
    ("RC:IWCmdMsg", Class::Plain),
];

impl Class {
    /// The class that the vendor gave an object name such as `RC:TxtMsg`; `None` for one it gave
    /// none.
    #[must_use]
    pub fn of_vendor(object_name: &str) -> Option<Self> {
        let known = CLASSES.iter().find(|(name, _)| *name == object_name);
        known.map(|(_, class)| *class)
    }

    /// The class of an object name such as `RC:TxtMsg`.
    ///
    /// Another name of the vendor's is [`Plain`](Self::Plain): calls (`RC:VC…`), customer service
    /// (`RC:Cs…`), and what is newer than this table. A name of an app's own is
    /// [`Counted`](Self::Counted), as the vendor's server API treats it.
    #[must_use]
    pub fn of(object_name: &str) -> Self {
        match Self::of_vendor(object_name) {
            Some(class) => class,
            None if object_name.starts_with(RESERVED_PREFIX) => Self::Plain,
            None => Self::Counted,
        }
    }

    /// Kept in history, here and in the cloud.
    #[must_use]
    pub const fn is_stored(self) -> bool {
        match self {
            Self::Counted | Self::Persisted => true,
            Self::Status | Self::Plain => false,
        }
    }

    /// Raises the unread count of those who receive it.
    #[must_use]
    pub const fn is_counted(self) -> bool {
        match self {
            Self::Counted => true,
            Self::Persisted | Self::Status | Self::Plain => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_object_name_is_listed_twice() {
        let mut names: Vec<_> = CLASSES.iter().map(|(name, _)| name).collect();
        names.sort_unstable();
        names.dedup();

        assert_eq!(names.len(), CLASSES.len());
    }

    // behaviour.md 13.2, row by row.
    #[test]
    fn the_vendors_names_have_the_flags_of_its_table() {
        let flags = |class: Class| (class.is_counted(), class.is_stored());
        let counted = "TxtMsg ImgMsg GIFMsg VcMsg HQVCMsg FileMsg SightMsg LBSMsg ImgTextMsg \
                       ReferenceMsg CombineMsg CombineV2Msg StreamMsg PSImgTxtMsg \
                       PSMultiImgTxtMsg RLStart RLEnd IWNormalMsg";
        let persisted = "InfoNtf ContactNtf ProfileNtf CmdNtf GrpNtf RcNtf RcCmd IWStorageMsg";
        let status = "TypSts InterceptMsg RL IWStatusMsg";
        let signals = "CmdMsg ReadNtf RRReqMsg RRRspMsg RRMsg SRSMsg Delivered MsgExMsg \
                       LogCmdMsg chrmKVNotiMsg PSCmd VCInvite VCHangup CsChaR CsEnd RLJoin RLQuit \
                       CCConfigChangeRequestMsg IWCmdMsg";

        for (names, class, expected) in [
            (counted, Class::Counted, (true, true)),
            (persisted, Class::Persisted, (false, true)),
            (status, Class::Status, (false, false)),
            (signals, Class::Plain, (false, false)),
        ] {
            for name in names.split_whitespace() {
                assert_eq!(Class::of(&format!("RC:{name}")), class, "{name}");
            }
            assert_eq!(flags(class), expected);
        }
        assert_eq!(Class::of("RCJrmf:RpMsg"), Class::Counted);
        assert_eq!(Class::of("RCJrmf:RpOpendMsg"), Class::Counted);
    }

    #[test]
    fn an_apps_own_names_are_like_texts_and_new_ones_of_the_vendor_are_signals() {
        assert_eq!(Class::of("app:Poke"), Class::Counted);
        assert_eq!(Class::of("RC:Brand"), Class::Plain);
    }
}
