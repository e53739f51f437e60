//! Keys that the cloud's certificates must have, beside an authority that vouches for them.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::{CertificateError, DigitallySignedStruct, Error, OtherError, SignatureScheme};

/// The SHA-256 of a public key as it stands in a certificate (`SubjectPublicKeyInfo`), as in
/// RFC 7469, 2.4. Written in base64, possibly behind `sha256//` as for curl.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Pin([u8; 32]);

/// The text is no pin.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a pin is the SHA-256 of a public key in base64, 44 characters")]
pub struct NoPin;

/// The certificate is good, and its key is none of the pinned ones.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("the certificate's key is not pinned")]
pub(super) struct NotPinned;

/// Believes what the authorities vouch for, if the key of the certificate itself is pinned.
///
/// Keys of authorities are not looked at: which of those in a handshake vouched is not told.
#[derive(Debug)]
pub(super) struct Pinned {
    authorities: Arc<WebPkiServerVerifier>,
    pins: Vec<Pin>,
}

impl Pin {
    fn of(certificate: &CertificateDer<'_>) -> Result<Self, Error> {
        let key = ParsedCertificate::try_from(certificate)?.subject_public_key_info();
        let digest = ring::digest::digest(&ring::digest::SHA256, &key);
        let bytes = digest.as_ref().try_into();
        Ok(Self(bytes.map_err(|_| {
            Error::General("SHA-256 has 32 bytes".to_owned())
        })?))
    }
}

impl Pinned {
    pub(super) fn new(authorities: Arc<WebPkiServerVerifier>, pins: &[Pin]) -> Self {
        let pins = pins.to_vec();
        Self { authorities, pins }
    }
}

impl ServerCertVerifier for Pinned {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let verified = self.authorities.verify_server_cert(
            end_entity,
            intermediates,
            server_name,
            ocsp_response,
            now,
        )?;
        let shown = Pin::of(end_entity)?;
        if self.pins.contains(&shown) {
            return Ok(verified);
        }
        tracing::warn!(%shown, "The key of the certificate is not among `pins`");
        let reason = OtherError(Arc::new(NotPinned));
        Err(Error::InvalidCertificate(CertificateError::Other(reason)))
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.authorities
            .verify_tls12_signature(message, certificate, signature)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.authorities
            .verify_tls13_signature(message, certificate, signature)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.authorities.supported_verify_schemes()
    }
}

impl FromStr for Pin {
    type Err = NoPin;

    fn from_str(text: &str) -> Result<Self, NoPin> {
        let text = text.strip_prefix("sha256//").unwrap_or(text);
        let bytes = STANDARD.decode(text).map_err(|_| NoPin)?;
        bytes.try_into().map(Self).map_err(|_| NoPin)
    }
}

impl fmt::Display for Pin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&STANDARD.encode(self.0))
    }
}

impl fmt::Debug for Pin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Pin({self})")
    }
}

#[cfg(test)]
mod tests {
    use rustls::pki_types::pem::PemObject;

    use super::*;

    /// Made with openssl, as was its pin: `openssl x509 -pubkey -noout`, `openssl pkey -pubin
    /// -outform der`, `openssl dgst -sha256 -binary`, base64.
    const CERTIFICATE: &str = "-----BEGIN CERTIFICATE-----
MIIBezCCASGgAwIBAgIUUVpTirEINj0iP10oK8gS4j0GQgUwCgYIKoZIzj0EAwIw
EjEQMA4GA1UEAwwHZml4dHVyZTAgFw0yNjExMjExOTMwMTNaGA8yMTI2MTAyODE5
MzAxM1owEjEQMA4GA1UEAwwHZml4dHVyZTBZMBMGByqGSM49AgEGCCqGSM49AwEH
A0IABORLBTCfoHBc3r2Sqf9FBPpVPOrmGti/yNZPaKATMS6GPMZ5voT0TBqtmmnD
JFxZldBsHpgWBwz9kXVIbjenvj+jUzBRMB0GA1UdDgQWBBR67ZXxGzzj0W7eRuf4
xQEanAKlMjAfBgNVHSMEGDAWgBR67ZXxGzzj0W7eRuf4xQEanAKlMjAPBgNVHRMB
Af8EBTADAQH/MAoGCCqGSM49BAMCA0gAMEUCIARDxvLAN/zxELpBscidxxzT0f0o
ISm6bjdH0FYCKOrqAiEAqIG5gSWN159TKhkzmxjSt2s7OM1U8iWLDo/N7gvkA3Q=
-----END CERTIFICATE-----";
    const PIN: &str = "Hg2HZk/IPq+BqkESC9NcIg9qSP1YaIZI+V+OTKzNxF8=";

    // F-S29
    #[test]
    fn a_pin_is_the_one_that_openssl_makes_of_the_key() {
        let certificate = CertificateDer::from_pem_slice(CERTIFICATE.as_bytes()).unwrap();

        let pin = Pin::of(&certificate).unwrap();

        assert_eq!(pin.to_string(), PIN);
        assert_eq!(format!("sha256//{PIN}").parse(), Ok(pin));
    }

    #[test]
    fn what_is_no_pin_is_refused() {
        for text in [
            "",
            "abc",
            "sha1//47DEQpj8HBSa",
            &PIN[..40],
            &format!("{PIN}AAAA"),
        ] {
            assert_eq!(text.parse::<Pin>(), Err(NoPin), "{text}");
        }
    }
}
