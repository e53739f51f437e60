//! The same, many times over. Here and not programs of their own: most of it is waiting, which other
//! tests can use.

mod kill_loop;
mod restarts;
