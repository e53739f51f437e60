//! A list of groups or chatrooms.

use imlink::UserId;
use imlink_sandbox::control::Gathering;

use crate::output::{Escaped, Table};

/// The most members that are named in a row.
const NAMED: usize = 5;

/// For people.
pub fn shown(gatherings: &[Gathering], nothing: &str) -> String {
    if gatherings.is_empty() {
        return nothing.to_owned();
    }
    let mut table = Table::new(&["ID", "NAME", "MEMBERS"]);
    for Gathering {
        id,
        name,
        members,
        frozen: _,
    } in gatherings
    {
        let id = Escaped(id.as_str()).to_string();
        table.row([id, Escaped(name).to_string(), names(members)]);
    }
    table.to_string()
}

fn names(members: &[UserId]) -> String {
    let named: Vec<String> = members
        .iter()
        .take(NAMED)
        .map(|user| Escaped(user.as_str()).to_string())
        .collect();
    match members.len().saturating_sub(NAMED) {
        0 => named.join(", "),
        more => format!("{} and {more} more", named.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_many_members_the_first_are_named_and_the_rest_counted() {
        let members: Vec<UserId> = ["a", "b", "c", "d", "e", "f", "g"]
            .map(|name| UserId::new(name).unwrap())
            .into();

        assert_eq!(names(&members[..5]), "a, b, c, d, e");
        assert_eq!(names(&members), "a, b, c, d, e and 2 more");
    }
}
