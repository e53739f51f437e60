//! The form of a page.
//!
//! ```text
//! row:  shared | rest | length | rest of the key | value
//! ```
//!
//! `shared` is how many bytes a row's key has in common with that of the page, `rest` how many
//! follow, `length` how many the value has; each is a number of seven bits a byte, smallest first.
//! Rows are in the order of their keys.

use std::cmp::Ordering;
use std::ops::Range;

use super::{PAGE_BYTES, Write};
use crate::engine::{EngineError, Order, Pair};

/// Rows that lie together.
#[derive(Clone)]
pub(super) struct Page {
    key: Vec<u8>,
    bytes: Vec<u8>,
    spans: Vec<Span>,
}

/// Where a row is among the bytes: what is left of its key from `start`, its value from `middle`.
#[derive(Clone, Copy)]
struct Span {
    shared: u16,
    start: u16,
    middle: u16,
    end: u16,
}

/// A row of a page, or one that comes into it; its key is in two pieces.
#[derive(Clone, Copy)]
struct Row<'a> {
    key: [&'a [u8]; 2],
    value: &'a [u8],
}

impl Page {
    /// A page without rows.
    pub(super) fn empty(key: &[u8]) -> Self {
        Self {
            key: key.to_vec(),
            bytes: Vec::new(),
            spans: Vec::new(),
        }
    }

    /// Reads a pair of the engine.
    pub(super) fn read((key, bytes): Pair) -> Result<Self, EngineError> {
        match spans(&key, &bytes) {
            Some(spans) => Ok(Self { key, bytes, spans }),
            None => Err(EngineError::Damaged("a page has other bytes".into())),
        }
    }

    pub(super) fn key(&self) -> &[u8] {
        &self.key
    }

    pub(super) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    pub(super) fn is_empty(&self) -> bool {
        self.spans.is_empty()
    }

    /// How many rows it has.
    pub(super) fn rows(&self) -> usize {
        self.spans.len()
    }

    /// The value of a key.
    pub(super) fn get(&self, key: &[u8]) -> Option<&[u8]> {
        let at = self
            .spans
            .binary_search_by(|span| self.row(*span).compare(key));
        at.ok().map(|at| self.row(self.spans[at]).value)
    }

    /// Whether a key is not behind that of the last row.
    pub(super) fn ends_with_or_behind(&self, key: &[u8]) -> bool {
        let last = self.spans.last().map(|span| self.row(*span));
        last.is_some_and(|last| last.compare(key) != Ordering::Less)
    }

    /// The pages that these rows make with some writes, whose keys are in order. The first of them
    /// has the same key; there are none if no row is left.
    pub(super) fn with(&self, writes: &[Write<'_>]) -> Vec<Self> {
        let grows_at_its_end = writes
            .first()
            .is_none_or(|(first, _)| !self.ends_with_or_behind(first));
        let rows = self.merged(writes);
        let bytes: usize = rows.iter().map(|row| row.bytes_beside(&self.key)).sum();
        // Rows that are appended leave full pages behind. Others come in any order, so each part
        // gets room.
        let target = match bytes.div_ceil(PAGE_BYTES) {
            0 | 1 => PAGE_BYTES,
            _ if grows_at_its_end => PAGE_BYTES,
            parts => bytes.div_ceil(parts),
        };
        let mut pages: Vec<Self> = Vec::new();
        for row in rows {
            match pages.last_mut() {
                Some(page) if page.has_room_for(&row, target) => page.push(&row),
                Some(_) => pages.push(Self::beginning_with(row.key.concat(), &row, target)),
                None => pages.push(Self::beginning_with(
                    self.key.clone(),
                    &row,
                    bytes.min(target),
                )),
            }
        }
        pages
    }

    /// The rows of a range, to be read in that order.
    pub(super) fn into_rows(self, range: &Range<Vec<u8>>, order: Order) -> Rows {
        let place = |key: &[u8]| {
            self.spans
                .partition_point(|span| self.row(*span).compare(key) == Ordering::Less)
        };
        let first = place(&range.start);
        Rows {
            left: first..place(&range.end).max(first),
            page: self,
            order,
        }
    }

    fn merged<'a>(&'a self, writes: &[Write<'a>]) -> Vec<Row<'a>> {
        let mut rows = Vec::with_capacity(self.spans.len() + writes.len());
        let mut own = self.spans.iter().map(|span| self.row(*span)).peekable();
        for (key, value) in writes {
            while let Some(row) = own.next_if(|row| row.compare(key) == Ordering::Less) {
                rows.push(row);
            }
            own.next_if(|row| row.compare(key) == Ordering::Equal);
            rows.extend(value.as_ref().map(|value| Row {
                key: [key, &[]],
                value,
            }));
        }
        rows.extend(own);
        rows
    }

    fn beginning_with(key: Vec<u8>, row: &Row<'_>, bytes: usize) -> Self {
        let mut page = Self {
            key,
            bytes: Vec::with_capacity(bytes.max(row.value.len())),
            spans: Vec::new(),
        };
        page.push(row);
        page
    }

    fn has_room_for(&self, row: &Row<'_>, target: usize) -> bool {
        let bytes = self.bytes.len();
        bytes < target && bytes + row.bytes_beside(&self.key) <= PAGE_BYTES
    }

    fn push(&mut self, row: &Row<'_>) {
        let (shared, rest) = row.beside(&self.key);
        for number in [shared, rest, row.value.len()] {
            push_number(&mut self.bytes, number);
        }
        let start = self.bytes.len();
        let [first, second] = row.key;
        let (first_left, second_left) = match shared.checked_sub(first.len()) {
            Some(of_second) => (&[][..], &second[of_second..]),
            None => (&first[shared..], second),
        };
        self.bytes.extend_from_slice(first_left);
        self.bytes.extend_from_slice(second_left);
        let middle = self.bytes.len();
        self.bytes.extend_from_slice(row.value);
        self.spans.push(
            Span::new(shared, start, middle, self.bytes.len())
                .expect("values of an engine are below 64 KiB"),
        );
    }

    fn row(&self, span: Span) -> Row<'_> {
        let [shared, start, middle, end] =
            [span.shared, span.start, span.middle, span.end].map(usize::from);
        Row {
            key: [&self.key[..shared], &self.bytes[start..middle]],
            value: &self.bytes[middle..end],
        }
    }
}

impl Span {
    fn new(shared: usize, start: usize, middle: usize, end: usize) -> Option<Self> {
        Some(Self {
            shared: shared.try_into().ok()?,
            start: start.try_into().ok()?,
            middle: middle.try_into().ok()?,
            end: end.try_into().ok()?,
        })
    }
}

impl Row<'_> {
    fn compare(&self, other: &[u8]) -> Ordering {
        let [first, second] = self.key;
        let (other_first, other_second) = other.split_at(first.len().min(other.len()));
        first
            .cmp(other_first)
            .then_with(|| second.cmp(other_second))
    }

    /// How many bytes the key has in common with that of a page, and how many follow.
    fn beside(&self, page: &[u8]) -> (usize, usize) {
        let [first, second] = self.key;
        let mut shared = common(first, page);
        if shared == first.len() {
            shared += common(second, &page[shared..]);
        }
        (shared, first.len() + second.len() - shared)
    }

    /// How many bytes it takes in a page.
    fn bytes_beside(&self, page: &[u8]) -> usize {
        let (shared, rest) = self.beside(page);
        let numbers: usize = [shared, rest, self.value.len()]
            .into_iter()
            .map(length_of_number)
            .sum();
        numbers + rest + self.value.len()
    }
}

/// Rows of a page on their way out.
pub(super) struct Rows {
    page: Page,
    left: Range<usize>,
    order: Order,
}

impl Rows {
    pub(super) fn page(&self) -> &Page {
        &self.page
    }
}

impl Iterator for Rows {
    type Item = Pair;

    fn next(&mut self) -> Option<Pair> {
        let at = match self.order {
            Order::Forward => self.left.next(),
            Order::Backward => self.left.next_back(),
        }?;
        let row = self.page.row(self.page.spans[at]);
        Some((row.key.concat(), row.value.to_vec()))
    }
}

/// Where the rows are; `None` for bytes that are no page.
fn spans(key: &[u8], bytes: &[u8]) -> Option<Vec<Span>> {
    let mut spans = Vec::new();
    let mut left = bytes;
    while !left.is_empty() {
        let mut numbers = [0; 3];
        for number in &mut numbers {
            (*number, left) = take_number(left)?;
        }
        let [shared, rest, length] = numbers;
        let start = bytes.len() - left.len();
        left = left.get(rest..)?.get(length..)?;
        let middle = start + rest;
        key.get(..shared)?;
        spans.push(Span::new(shared, start, middle, middle + length)?);
    }
    Some(spans)
}

fn push_number(bytes: &mut Vec<u8>, mut number: usize) {
    while number >= 0x80 {
        bytes.push((number & 0x7f) as u8 | 0x80);
        number >>= 7;
    }
    bytes.push(number as u8);
}

fn length_of_number(number: usize) -> usize {
    match number {
        0..0x80 => 1,
        0x80..0x4000 => 2,
        _ => 3,
    }
}

/// A number of at most two bytes and a half, and what follows it.
fn take_number(bytes: &[u8]) -> Option<(usize, &[u8])> {
    let mut number = 0;
    for (at, byte) in bytes.iter().enumerate().take(3) {
        number |= usize::from(byte & 0x7f) << (7 * at);
        if byte & 0x80 == 0 {
            return Some((number, &bytes[at + 1..]));
        }
    }
    None
}

fn common(one: &[u8], other: &[u8]) -> usize {
    one.iter().zip(other).take_while(|(a, b)| a == b).count()
}
