//! What the daemon answers to a hello.

use bytes::{BufMut, Bytes};
use imlink_model::Code;

use super::layout::{Fields, begin, kind, put_text};
use super::{GreetingError, Label};
use crate::{Codec, Protocol, ProtocolRange, frame};

/// The first frame of the daemon.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Greeting {
    /// The app is attached.
    Welcome(Welcome),
    /// The app is not attached, and the daemon closes the connection.
    Refused(Refused),
}

/// The app is attached, and may send requests.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Welcome {
    /// The version to speak from here on.
    pub protocol: Protocol,
    /// The codec to speak from here on.
    pub codec: Codec,
    /// Drawn at random when the daemon starts: another number is another daemon.
    pub instance: u64,
    /// Largest frame body either side may send, in bytes.
    pub max_frame: u32,
    /// The daemon's version, for people to read.
    pub daemon: Label,
}

/// The app is not attached.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// Why.
    pub code: Code,
    /// The protocol versions the daemon speaks.
    pub supported: ProtocolRange,
    /// Why, in words; cut at [`Refused::MAX_TEXT`] when written.
    pub text: String,
}

impl Greeting {
    /// The whole frame, length prefix included.
    #[must_use]
    pub fn encode(&self) -> Bytes {
        match self {
            Self::Welcome(welcome) => welcome.encode(),
            Self::Refused(refused) => refused.encode(),
        }
    }

    /// Reads the body of the first frame from the daemon.
    ///
    /// # Errors
    /// [`GreetingError`] if it is none, or chooses what this build does not know.
    pub fn decode(body: &[u8]) -> Result<Self, GreetingError> {
        let (kind, fields) = Fields::begin(body)?;
        match kind {
            kind::WELCOME => Welcome::decode(fields).map(Self::Welcome),
            kind::REFUSED => Refused::decode(fields).map(Self::Refused),
            other => Err(GreetingError::Kind(other)),
        }
    }
}

impl Welcome {
    fn encode(&self) -> Bytes {
        let mut body = begin(kind::WELCOME);
        body.put_u16_le(self.protocol.number());
        body.put_u8(self.codec.number());
        body.put_u64_le(self.instance);
        body.put_u32_le(self.max_frame);
        put_text(&mut body, self.daemon.as_str());
        frame(&body).expect("a welcome is far below the limit")
    }

    fn decode(mut fields: Fields<'_>) -> Result<Self, GreetingError> {
        let protocol = fields.u16("protocol version")?;
        let codec = fields.u8("codec")?;
        Ok(Self {
            protocol: Protocol::from_number(protocol).ok_or(GreetingError::Protocol(protocol))?,
            codec: Codec::from_number(codec).ok_or(GreetingError::Codec(codec))?,
            instance: fields.array("instance").map(u64::from_le_bytes)?,
            max_frame: fields.array("frame limit").map(u32::from_le_bytes)?,
            daemon: fields.label("daemon version")?,
        })
    }
}

impl Refused {
    /// Longest text that is written, in bytes.
    pub const MAX_TEXT: usize = 512;

    fn encode(&self) -> Bytes {
        let text = &self.text[..self.text.floor_char_boundary(Self::MAX_TEXT)];
        let length = u16::try_from(text.len()).expect("512 fits in 16 bits");

        let mut body = begin(kind::REFUSED);
        body.put_i32_le(self.code.number());
        body.put_u16_le(self.supported.lowest);
        body.put_u16_le(self.supported.highest);
        body.put_u16_le(length);
        body.put_slice(text.as_bytes());
        frame(&body).expect("a refusal is far below the limit")
    }

    fn decode(mut fields: Fields<'_>) -> Result<Self, GreetingError> {
        let code = fields.array("code").map(i32::from_le_bytes)?;
        let lowest = fields.u16("lowest protocol version")?;
        let highest = fields.u16("highest protocol version")?;
        let bytes = fields.u16("text")?;
        let text = fields.text("text", bytes.into())?;
        Ok(Self {
            code: Code::new(code),
            supported: ProtocolRange { lowest, highest },
            text: text.to_owned(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limits::{MAX_FRAME, MAX_GREETING};

    #[test]
    fn a_greeting_cut_anywhere_is_none_and_one_with_more_behind_it_is_the_same() {
        for greeting in [welcome(), refused("no".to_owned())] {
            let mut body = greeting.encode()[4..].to_vec();
            for cut in 0..body.len() {
                assert!(Greeting::decode(&body[..cut]).is_err(), "cut at {cut}");
            }
            body.push(0);
            assert_eq!(Greeting::decode(&body), Ok(greeting));
        }
    }

    #[test]
    fn a_long_refusal_is_cut_between_characters_and_fits_a_greeting() {
        let framed = refused("é".repeat(MAX_GREETING) + "x").encode();

        assert!(framed.len() <= MAX_GREETING);
        assert_eq!(Greeting::decode(&framed[4..]), Ok(refused("é".repeat(256))));
        let framed = refused("x".to_owned() + &"é".repeat(MAX_GREETING)).encode();
        assert_eq!(
            Greeting::decode(&framed[4..]),
            Ok(refused("x".to_owned() + &"é".repeat(255)))
        );
    }

    // F-I15
    #[test]
    fn a_welcome_to_a_version_or_codec_unknown_here_is_an_error() {
        let mut body = welcome().encode()[4..].to_vec();
        body[6] = 2;
        assert_eq!(Greeting::decode(&body), Err(GreetingError::Protocol(2)));

        body[6] = 1;
        body[8] = 9;
        assert_eq!(Greeting::decode(&body), Err(GreetingError::Codec(9)));

        body[5] = 1;
        assert_eq!(Greeting::decode(&body), Err(GreetingError::Kind(1)));
    }

    fn welcome() -> Greeting {
        Greeting::Welcome(Welcome {
            protocol: Protocol::V1,
            codec: Codec::Json,
            instance: 7,
            max_frame: u32::try_from(MAX_FRAME).unwrap(),
            daemon: Label::new("0.1.0").unwrap(),
        })
    }

    fn refused(text: String) -> Greeting {
        Greeting::Refused(Refused {
            code: Code::LOCAL_VERSION,
            supported: ProtocolRange::SUPPORTED,
            text,
        })
    }
}
