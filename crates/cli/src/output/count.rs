//! Numbers of things.

use std::fmt;

/// So many of something whose name takes an `s`, for example `1 message` or `2 messages`.
#[derive(Clone, Copy, Debug)]
pub struct Count(pub u64, pub &'static str);

impl fmt::Display for Count {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(number, name) = self;
        let ending = if *number == 1 { "" } else { "s" };
        write!(f, "{number} {name}{ending}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_one_is_singular() {
        let shown = [0, 1, 2, 11].map(|number| Count(number, "message").to_string());

        assert_eq!(
            shown,
            ["0 messages", "1 message", "2 messages", "11 messages"]
        );
    }
}
