//! Columns that line up, also where characters are two columns wide.

use std::fmt;

use anstream::adapter::strip_str;
use unicode_width::UnicodeWidthStr;

use super::Paint;

/// Space between two columns.
const GAP: &str = "  ";

/// Rows of text under headings; the last column is never padded.
#[derive(Clone, Debug, Default)]
pub struct Table {
    headings: Vec<&'static str>,
    rows: Vec<Vec<String>>,
}

impl Table {
    /// A table without rows yet; with no headings at all, none are shown.
    #[must_use]
    pub fn new(headings: &[&'static str]) -> Self {
        Self {
            headings: headings.to_vec(),
            rows: Vec::new(),
        }
    }

    /// Adds a row. The cells are shown as they are, so text from outside comes escaped.
    pub fn row<const N: usize>(&mut self, cells: [String; N]) {
        self.rows.push(cells.into());
    }

    fn widths(&self) -> Vec<usize> {
        let mut widths: Vec<usize> = self.headings.iter().map(|text| text.width()).collect();
        for row in &self.rows {
            widths.resize(widths.len().max(row.len()), 0);
            for (width, cell) in widths.iter_mut().zip(row) {
                *width = width_of(cell).max(*width);
            }
        }
        widths
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let widths = self.widths();
        let headings = (!self.headings.is_empty()).then(|| line(&self.headings, &widths));
        let rows = self.rows.iter().map(|row| line(row, &widths));

        let lines = headings
            .map(|text| Paint::dim(text).to_string())
            .into_iter()
            .chain(rows);
        f.write_str(&lines.collect::<Vec<_>>().join("\n"))
    }
}

fn line<S: AsRef<str>>(cells: &[S], widths: &[usize]) -> String {
    let padded = cells
        .iter()
        .map(AsRef::as_ref)
        .zip(widths)
        .map(|(cell, width)| {
            let padding = width.saturating_sub(width_of(cell));
            format!("{cell}{:padding$}", "")
        });
    padded.collect::<Vec<_>>().join(GAP).trim_end().to_owned()
}

/// Columns on a terminal; colour takes none.
fn width_of(cell: &str) -> usize {
    strip_str(cell).to_string().width()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_line_up_under_wide_and_coloured_text() {
        let mut table = Table::new(&["who", "unread"]);
        table.row(["李雷".to_owned(), "3".to_owned()]);
        table.row([Paint::bad("bob").to_string(), "12".to_owned()]);

        let plain = strip_str(&table.to_string()).to_string();

        assert_eq!(plain, "who   unread\n李雷  3\nbob   12");
    }
}
