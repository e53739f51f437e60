//! A certificate authority that lives as long as the sandbox, and the one certificate it signs.

use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, Error, ExtendedKeyUsagePurpose,
    IsCa, KeyPair, KeyUsagePurpose, date_time_ymd,
};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};

use super::CertificateKind;

/// A host nobody has (RFC 6761).
const ANOTHER_HOST: &str = "another-host.invalid";

/// What a server shows, and whom its clients must trust.
pub(super) struct Identity {
    pub(super) certificate: CertificateDer<'static>,
    pub(super) key: PrivateKeyDer<'static>,
    pub(super) ca_pem: String,
}

impl Identity {
    /// # Errors
    /// A public host that is neither name nor address.
    pub(super) fn make(kind: CertificateKind, public_host: Option<&str>) -> Result<Self, Error> {
        let authority = authority()?;
        let key = KeyPair::generate()?;
        let params = params(kind, public_host)?;
        let certificate = match kind {
            CertificateKind::Good
            | CertificateKind::Expired
            | CertificateKind::NotYetValid
            | CertificateKind::WrongHost => params.signed_by(&key, &authority)?,
            CertificateKind::SelfSigned => params.self_signed(&key)?,
        };
        Ok(Self {
            certificate: certificate.der().clone(),
            key: PrivatePkcs8KeyDer::from(key.serialize_der()).into(),
            ca_pem: authority.pem(),
        })
    }
}

fn authority() -> Result<CertifiedIssuer<'static, KeyPair>, Error> {
    let mut params = CertificateParams::default();
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign];
    params.distinguished_name = name("imlink sandbox authority");
    CertifiedIssuer::self_signed(params, KeyPair::generate()?)
}

fn params(kind: CertificateKind, public_host: Option<&str>) -> Result<CertificateParams, Error> {
    let hosts: Vec<String> = match kind {
        CertificateKind::WrongHost => vec![ANOTHER_HOST.to_owned()],
        CertificateKind::Good
        | CertificateKind::Expired
        | CertificateKind::NotYetValid
        | CertificateKind::SelfSigned => ["localhost", "127.0.0.1", "::1"]
            .into_iter()
            .chain(public_host)
            .map(str::to_owned)
            .collect(),
    };
    let mut params = CertificateParams::new(hosts)?;
    params.distinguished_name = name("imlink sandbox");
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    let years = match kind {
        CertificateKind::Expired => Some((2019, 2020)),
        CertificateKind::NotYetValid => Some((4000, 4001)),
        CertificateKind::Good | CertificateKind::WrongHost | CertificateKind::SelfSigned => None,
    };
    if let Some((from, until)) = years {
        params.not_before = date_time_ymd(from, 1, 1);
        params.not_after = date_time_ymd(until, 1, 1);
    }
    Ok(params)
}

fn name(common: &str) -> rcgen::DistinguishedName {
    let mut name = rcgen::DistinguishedName::new();
    name.push(DnType::CommonName, common);
    name
}
