//! The words every part of imlink shares, as plain data.
