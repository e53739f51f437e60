//! Puts the tables of all areas into one, sorted while compiling.

use super::connection::{client, link, refusal};
use super::{CodeInfo, local, sending, storage};

/// Every known code, sorted by number; no number occurs twice.
pub static CODES: &[CodeInfo] = &sorted();

const TABLES: [&[CodeInfo]; 6] = [
    client::ROWS,
    link::ROWS,
    refusal::ROWS,
    sending::ROWS,
    storage::ROWS,
    local::ROWS,
];

const LENGTH: usize = {
    let mut length = 0;
    let mut table = 0;
    while table < TABLES.len() {
        length += TABLES[table].len();
        table += 1;
    }
    length
};

/// Insertion sort, since a `const fn` has neither iterators nor `sort`. A number that is in the
/// tables twice stops the build.
const fn sorted() -> [CodeInfo; LENGTH] {
    let mut rows = [client::ROWS[0]; LENGTH];
    let mut filled = 0;
    let mut table = 0;
    while table < TABLES.len() {
        let mut next = 0;
        while next < TABLES[table].len() {
            let row = TABLES[table][next];
            let mut place = filled;
            while place > 0 && rows[place - 1].number >= row.number {
                assert!(
                    rows[place - 1].number != row.number,
                    "a code is in the tables twice"
                );
                rows[place] = rows[place - 1];
                place -= 1;
            }
            rows[place] = row;
            filled += 1;
            next += 1;
        }
        table += 1;
    }
    rows
}

/// Writes the rows of one table, and each row's constant in [`Code`](super::Code).
///
/// A row is `number NAME Retry;` or `number NAME Retry, terminal;`, then the cause and the cure.
macro_rules! codes {
    ($area:ident: $(
        $(#[$remark:meta])*
        $number:literal $name:ident $retry:ident $(, $terminal:ident)?;
        $cause:literal
        $cure:literal
    )+) => {
        impl $crate::code::Code {
            $(
                #[doc = concat!("`", stringify!($number), "`: ", $cause)]
                #[doc = ""]
                $(#[$remark])*
                pub const $name: Self = Self::new($number);
            )+
        }

        pub(in crate::code) const ROWS: &[$crate::code::CodeInfo] = &[$(
            $crate::code::CodeInfo {
                number: $number,
                name: stringify!($name),
                area: $crate::code::Area::$area,
                cause: $cause,
                cure: $cure,
                retry: $crate::code::Retry::$retry,
                terminal: $crate::code::table::codes!(@terminal $($terminal)?),
            },
        )+];
    };
    (@terminal) => { false };
    (@terminal terminal) => { true };
}
pub(in crate::code) use codes;
