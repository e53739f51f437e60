//! Inflates compressed answers, never beyond a bound.

use std::io::Read;

use flate2::read::{GzDecoder, ZlibDecoder};

/// Why data was not inflated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum InflateError {
    Broken,
    TooLarge,
}

/// First byte of every gzip stream; zlib streams begin with another.
const GZIP_MAGIC: u8 = 0x1F;

/// Inflates gzip or zlib data to at most `limit` bytes.
pub(super) fn inflate(data: &[u8], limit: usize) -> Result<Vec<u8>, InflateError> {
    match data.first() {
        Some(&GZIP_MAGIC) => read_bounded(GzDecoder::new(data), limit),
        Some(_) => read_bounded(ZlibDecoder::new(data), limit),
        None => Err(InflateError::Broken),
    }
}

fn read_bounded(reader: impl Read, limit: usize) -> Result<Vec<u8>, InflateError> {
    let one_more = u64::try_from(limit).unwrap_or(u64::MAX).saturating_add(1);
    let mut inflated = Vec::new();
    reader
        .take(one_more)
        .read_to_end(&mut inflated)
        .map_err(|_| InflateError::Broken)?;
    if inflated.len() > limit {
        return Err(InflateError::TooLarge);
    }
    Ok(inflated)
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::{
        Compression,
        write::{GzEncoder, ZlibEncoder},
    };

    use super::*;

    #[test]
    fn gzip_and_zlib_are_told_apart() {
        let mut gzip = GzEncoder::new(Vec::new(), Compression::default());
        gzip.write_all(b"hello").unwrap();
        let mut zlib = ZlibEncoder::new(Vec::new(), Compression::default());
        zlib.write_all(b"hello").unwrap();

        assert_eq!(inflate(&gzip.finish().unwrap(), 5).unwrap(), b"hello");
        assert_eq!(inflate(&zlib.finish().unwrap(), 5).unwrap(), b"hello");
    }

    // F-S11
    #[test]
    fn a_bomb_stops_at_the_limit() {
        let mut gzip = GzEncoder::new(Vec::new(), Compression::best());
        gzip.write_all(&[0; 100_000]).unwrap();
        let bomb = gzip.finish().unwrap();

        assert_eq!(inflate(&bomb, 99_999), Err(InflateError::TooLarge));
        assert_eq!(inflate(&bomb, 100_000).map(|data| data.len()), Ok(100_000));
    }

    #[test]
    fn anything_else_is_broken() {
        for data in [
            &b""[..],
            b"\x1f",
            b"\x1f\x8b\x08",
            b"plain",
            &[0x78, 0x9C, 0xFF],
        ] {
            assert_eq!(inflate(data, 100), Err(InflateError::Broken));
        }
    }
}
