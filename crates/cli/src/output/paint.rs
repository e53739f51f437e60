//! Colour, which never carries a meaning of its own: what is red also says "failed".

use std::fmt;

use anstyle::{AnsiColor, Style};

/// Something to show in a style. The stream it goes to leaves the style out where it is not
/// wanted.
#[derive(Clone, Copy, Debug)]
pub struct Paint<T>(Style, T);

impl<T> Paint<T> {
    /// The word one looks for.
    pub fn strong(text: T) -> Self {
        Self(Style::new().bold(), text)
    }

    /// What may be overlooked.
    pub fn dim(text: T) -> Self {
        Self(Style::new().dimmed(), text)
    }

    /// What went well.
    pub fn good(text: T) -> Self {
        Self(AnsiColor::Green.on_default(), text)
    }

    /// What is not as it should be, and may become so by itself.
    pub fn uneasy(text: T) -> Self {
        Self(AnsiColor::Yellow.on_default(), text)
    }

    /// What went wrong.
    pub fn bad(text: T) -> Self {
        Self(AnsiColor::Red.on_default().bold(), text)
    }

    /// Whose doing it is.
    pub fn actor(text: T) -> Self {
        Self(AnsiColor::Cyan.on_default(), text)
    }
}

impl<T: fmt::Display> fmt::Display for Paint<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(style, text) = self;
        write!(f, "{style}{text}{style:#}")
    }
}
