//! What a typed line means.

/// An order of the person at the terminal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Order {
    /// Nothing was typed.
    Nothing,
    /// To be sent.
    Say(String),
    /// Takes the last own message back.
    Recall,
    /// Says who talks with whom, and how the link is.
    Who,
    /// Says what can be typed.
    Help,
    /// Leaves.
    Quit,
    /// No order of ours.
    Unknown(String),
}

/// What `/help` says.
pub const HELP: &str = "\
What is typed is sent. Lines that begin with a slash are orders:
  /recall  take your last message back, at everybody
  /who     who talks with whom, and how the link is
  /quit    leave, as Ctrl-D does; what the daemon has taken is sent all the same
  /help    this
  //…      sends a text that begins with a slash";

impl Order {
    /// Reads a line typed at a terminal.
    pub fn of(line: &str) -> Self {
        let Some(order) = line.strip_prefix('/') else {
            return Self::text(line);
        };
        if order.starts_with('/') {
            return Self::Say(order.to_owned());
        }
        match order.trim() {
            "recall" => Self::Recall,
            "who" => Self::Who,
            "help" | "?" => Self::Help,
            "quit" | "exit" | "q" => Self::Quit,
            _ => Self::Unknown(line.trim().to_owned()),
        }
    }

    /// Takes a line of a pipe as it is: whatever it begins with, it is a text.
    pub fn text(line: &str) -> Self {
        if line.trim().is_empty() {
            return Self::Nothing;
        }
        Self::Say(line.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_a_text_an_order_or_nothing() {
        let table = [
            ("", Order::Nothing),
            ("  ", Order::Nothing),
            ("hi", Order::Say("hi".into())),
            (" /who", Order::Say(" /who".into())),
            ("/recall ", Order::Recall),
            ("/who", Order::Who),
            ("/help", Order::Help),
            ("/quit", Order::Quit),
            ("/etc/passwd", Order::Unknown("/etc/passwd".into())),
            ("//etc/passwd", Order::Say("/etc/passwd".into())),
            ("/", Order::Unknown("/".into())),
        ];

        for (line, order) in table {
            assert_eq!(Order::of(line), order, "{line}");
        }
    }

    #[test]
    fn a_pipe_has_no_orders() {
        assert_eq!(Order::text("/quit"), Order::Say("/quit".into()));
        assert_eq!(Order::text("\t"), Order::Nothing);
    }

    #[test]
    fn every_order_is_in_the_help() {
        for word in ["recall", "who", "help", "quit"] {
            assert!(HELP.contains(&format!("  /{word} ")), "{word}");
            let order = Order::of(&format!("/{word}"));
            assert!(!matches!(order, Order::Unknown(_) | Order::Say(_)));
        }
    }
}
