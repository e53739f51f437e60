//! What an app says first, and what the daemon makes of it.

use bytes::{BufMut, Bytes};
use imlink_model::{AppId, Code};

use super::layout::{Fields, begin, kind, put_text};
use super::{GreetingError, Label, Refused};
use crate::{Codec, Protocol, ProtocolRange, frame};

/// The first frame of an app: who it is and what it speaks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hello {
    /// The protocol versions it speaks. May be any, even upside down: it is the daemon that
    /// answers for it.
    pub protocols: ProtocolRange,
    /// The codec it wants to speak.
    pub codec: Codec,
    /// The name the app gives itself; rights and durable subscriptions belong to it, together
    /// with the user it runs as.
    pub app: AppId,
    /// The client library and its version, for people to read.
    pub client: Label,
}

impl Hello {
    /// The whole frame, length prefix included.
    #[must_use]
    pub fn encode(&self) -> Bytes {
        let mut body = begin(kind::HELLO);
        body.put_u16_le(self.protocols.lowest);
        body.put_u16_le(self.protocols.highest);
        body.put_u8(self.codec.number());
        put_text(&mut body, self.app.as_str());
        put_text(&mut body, self.client.as_str());
        frame(&body).expect("a hello is far below the limit")
    }

    /// Reads the body of the first frame from an app.
    ///
    /// # Errors
    /// [`GreetingError`], which knows [what to answer](GreetingError::refusal).
    pub fn decode(body: &[u8]) -> Result<Self, GreetingError> {
        let (kind, mut fields) = Fields::begin(body)?;
        if kind != kind::HELLO {
            return Err(GreetingError::Kind(kind));
        }
        let lowest = fields.u16("lowest protocol version")?;
        let highest = fields.u16("highest protocol version")?;
        let codec = fields.u8("codec")?;
        let codec = Codec::from_number(codec).ok_or(GreetingError::Codec(codec))?;
        let app = AppId::new(fields.short_text("app id")?).map_err(GreetingError::App)?;
        let client = fields.label("client name")?;
        Ok(Self {
            protocols: ProtocolRange { lowest, highest },
            codec,
            app,
            client,
        })
    }
}

/// Chooses the version to speak with an app: the newest both sides know.
///
/// # Errors
/// [`Refused`] with `LOCAL_VERSION` and both ranges in words, if they have none in common.
pub fn negotiate(hello: &Hello, supported: ProtocolRange) -> Result<Protocol, Refused> {
    let common = supported
        .newest_common(hello.protocols)
        .and_then(Protocol::from_number);
    common.ok_or_else(|| Refused {
        code: Code::LOCAL_VERSION,
        supported,
        text: format!(
            "the app speaks protocol versions {}, this daemon {supported}",
            hello.protocols
        ),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Deframer;

    // F-I15
    #[test]
    fn an_app_of_another_age_is_served_or_told_both_versions() {
        let table = [
            ((1, 1), Some(Protocol::V1)),
            ((1, 9), Some(Protocol::V1)),
            ((0, 1), Some(Protocol::V1)),
            ((0, 0), None),
            ((2, 9), None),
            ((u16::MAX, u16::MAX), None),
            ((9, 1), None),
        ];

        for ((lowest, highest), served) in table {
            let hello = Hello {
                protocols: ProtocolRange { lowest, highest },
                ..hello()
            };
            match (negotiate(&hello, ProtocolRange::SUPPORTED), served) {
                (Ok(protocol), Some(expected)) => assert_eq!(protocol, expected),
                (Err(refused), None) => {
                    assert_eq!(refused.code, Code::LOCAL_VERSION);
                    assert_eq!(refused.supported, ProtocolRange::SUPPORTED);
                    assert_eq!(
                        refused.text,
                        format!(
                            "the app speaks protocol versions {lowest} to {highest}, this daemon 1 to 1"
                        )
                    );
                }
                (answer, expected) => {
                    panic!("{lowest} to {highest}: {answer:?}, expected {expected:?}")
                }
            }
        }
    }

    #[test]
    fn bytes_after_the_last_field_are_ignored() {
        let mut body = body(&hello());
        body.extend_from_slice(b"a later build says more");

        assert_eq!(Hello::decode(&body), Ok(hello()));
    }

    #[test]
    fn a_hello_cut_anywhere_is_no_hello() {
        let body = body(&hello());

        for cut in 0..body.len() {
            assert!(Hello::decode(&body[..cut]).is_err(), "cut at {cut}");
        }
    }

    #[test]
    fn each_wrong_field_is_named() {
        let good = body(&hello());
        let with = |offset: usize, byte: u8| {
            let mut body = good.clone();
            body[offset] = byte;
            Hello::decode(&body).unwrap_err()
        };

        assert_eq!(with(0, b'i'), GreetingError::Magic);
        assert_eq!(with(4, 2), GreetingError::Layout(2));
        assert_eq!(with(5, 2), GreetingError::Kind(2));
        assert_eq!(with(10, 2), GreetingError::Codec(2));
        assert!(matches!(with(11, 0), GreetingError::App(_)));
        assert!(matches!(with(12, b' '), GreetingError::App(_)));
        assert_eq!(with(12, 0xff), GreetingError::NotUtf8 { field: "app id" });
        assert!(matches!(
            with(26, 0x1b),
            GreetingError::Label {
                field: "client name",
                ..
            }
        ));
    }

    #[test]
    fn only_a_stranger_gets_no_answer() {
        let range = ProtocolRange::SUPPORTED;
        let code = |error: GreetingError| error.refusal(range).map(|refused| refused.code);

        assert_eq!(code(GreetingError::Magic), None);
        assert_eq!(code(GreetingError::Layout(2)), Some(Code::LOCAL_VERSION));
        assert_eq!(code(GreetingError::Codec(7)), Some(Code::LOCAL_BAD_REQUEST));
        assert_eq!(
            code(GreetingError::Truncated { field: "app id" }),
            Some(Code::LOCAL_BAD_REQUEST)
        );
    }

    // F-I10
    #[test]
    fn other_protocols_are_found_out_by_their_first_bytes() {
        let strangers: [&[u8]; 6] = [
            b"GET / HTTP/1.1\r\nHost: x\r\n\r\n",
            b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
            b"\x16\x03\x01\x00\xf1\x01\x00\x00\xed\x03\x03",
            b"\0AUTH EXTERNAL 31303030\r\n",
            b"SSH-2.0-OpenSSH_9.9\r\n",
            b"\x10\x2c\x00\x04MQTT\x04\x02\x00\x3c",
        ];

        for stranger in strangers {
            let mut deframer = Deframer::for_greeting();
            deframer.push(stranger);
            assert!(deframer.next_frame().is_err(), "{stranger:?}");
        }
    }

    fn hello() -> Hello {
        Hello {
            protocols: ProtocolRange {
                lowest: 1,
                highest: 1,
            },
            codec: Codec::Json,
            app: AppId::new("org.example.x").unwrap(),
            client: Label::new("example 1.0").unwrap(),
        }
    }

    fn body(hello: &Hello) -> Vec<u8> {
        hello.encode()[4..].to_vec()
    }
}
