//! The users and groups of this machine: names, numbers, and who is in what.

use std::ffi::CString;
use std::io;

use nix::unistd::{Gid, Group, Uid, User, getgrouplist};

/// The number of the user of that name; `None` if there is no such user.
///
/// # Errors
/// If the user database cannot be read.
pub fn user_named(name: &str) -> io::Result<Option<u32>> {
    Ok(User::from_name(name)?.map(|user| user.uid.as_raw()))
}

/// The number of the group of that name; `None` if there is no such group.
///
/// # Errors
/// If the group database cannot be read.
pub fn group_named(name: &str) -> io::Result<Option<u32>> {
    Ok(Group::from_name(name)?.map(|group| group.gid.as_raw()))
}

/// The groups that the group database puts a user in; none for a user it does not know. Where
/// users are kept on a server this may take a while.
///
/// # Errors
/// If the databases cannot be read.
pub fn groups_of(uid: u32) -> io::Result<Vec<u32>> {
    let Some(user) = User::from_uid(Uid::from_raw(uid))? else {
        return Ok(Vec::new());
    };
    let name = CString::new(user.name)?;
    let groups = getgrouplist(&name, user.gid)?;
    Ok(groups.into_iter().map(Gid::as_raw).collect())
}

/// The number the kernel shows for users it cannot name here, such as those of another user
/// namespace (F-I24).
#[must_use]
pub fn overflow_uid() -> u32 {
    const USUAL: u32 = 65_534;
    std::fs::read_to_string("/proc/sys/kernel/overflowuid")
        .ok()
        .and_then(|text| text.trim().parse().ok())
        .unwrap_or(USUAL)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn root_has_the_number_0_and_is_in_its_own_group() {
        assert_eq!(user_named("root").unwrap(), Some(0));
        assert_eq!(group_named("root").unwrap(), Some(0));
        assert!(groups_of(0).unwrap().contains(&0));
    }

    #[test]
    fn who_is_in_no_database_is_in_no_group() {
        assert!(groups_of(64_321).unwrap().is_empty());
    }

    #[test]
    fn names_nobody_has_are_none() {
        assert_eq!(user_named("nobody-has-this-name").unwrap(), None);
        assert_eq!(group_named("nobody-has-this-name").unwrap(), None);
    }
}
