//! Decides whether the certificate of the replica is accepted: any, or one that the CA of the profile signed or that is in
//! the CA file itself, for the name of the replica or for any name.
//!
//! The driver's own verifier reads only X.509 version 3 and refuses every certificate that may sign others, also one that
//! the user names as trusted. Source: `mysql_async` 0.37.1 `io/tls/rustls_io.rs`.

use std::sync::Arc;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::{verify_server_cert_signed_by_trust_anchor, verify_server_name};
use rustls::crypto::{
    CryptoProvider, WebPkiSupportedAlgorithms, verify_tls12_signature, verify_tls13_signature,
    verify_tls13_signature_with_raw_key,
};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName, SubjectPublicKeyInfoDer, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::{CertificateError, DigitallySignedStruct, Error, OtherError, RootCertStore, SignatureScheme};

use super::certificate_fields::CertificateFields;

/// Why a certificate is refused, where the TLS library has no error for it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum CertificateDefect {
    #[error("it has X.509 version {0}")]
    OldVersion(u8),
    /// It signed itself, and is not one of the trusted certificates.
    #[error("it is self-signed")]
    SelfSigned,
    #[error("it has no name for {expected}")]
    NoNames { expected: String, common_name: Option<String> },
    /// No certificate can have the name that this key of the profile holds.
    #[error("{name:?} is no name of a server")]
    UnusableName { key: &'static str, name: String },
}

impl From<CertificateDefect> for Error {
    fn from(defect: CertificateDefect) -> Self {
        CertificateError::Other(OtherError(Arc::new(defect))).into()
    }
}

/// The name that a trusted certificate must have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum VerifiedName {
    /// The name of the replica.
    Server,
    /// Any name.
    Any,
}

/// The certificates that are accepted.
#[derive(Debug)]
pub(super) enum CertificateTrust {
    Any,
    Verified { trusted: TrustedCertificates, name: VerifiedName },
}

/// The certificates of a CA file, or the built-in root certificates.
#[derive(Debug, Clone)]
pub(super) struct TrustedCertificates {
    /// The certificates that may sign those of servers.
    roots: RootCertStore,
    /// All certificates of the CA file. The server itself may show each of them.
    listed: Vec<CertificateDer<'static>>,
}

impl TrustedCertificates {
    /// Returns the built-in public root certificates.
    pub(super) fn built_in() -> Self {
        Self { roots: webpki_roots::TLS_SERVER_ROOTS.iter().cloned().collect(), listed: Vec::new() }
    }

    /// Reads a CA file: PEM, or one certificate in DER.
    ///
    /// # Errors
    /// Returns the reason if the file has no certificate, or a malformed one.
    pub(super) fn read(file: &[u8]) -> Result<Self, String> {
        let mut listed = Vec::new();
        for certificate in CertificateDer::pem_slice_iter(file) {
            listed.push(certificate.map_err(|_| "its text between BEGIN CERTIFICATE and END CERTIFICATE is damaged")?);
        }
        if listed.is_empty() {
            if CertificateFields::read(file).is_none() {
                return Err("it has no certificate: a CA file begins with -----BEGIN CERTIFICATE-----".into());
            }
            listed.push(CertificateDer::from(file.to_vec()));
        }
        let mut roots = RootCertStore::empty();
        for (number, certificate) in listed.iter().enumerate() {
            let malformed = || format!("its certificate {} is malformed", number + 1);
            let fields = CertificateFields::read(certificate).ok_or_else(malformed)?;
            let mut parsed = RootCertStore::empty();
            parsed.add(certificate.clone()).map_err(|_| malformed())?;
            // With the key of a server's own certificate, its holder must not sign certificates for other servers.
            if fields.is_ca() {
                roots.roots.append(&mut parsed.roots);
            }
        }
        Ok(Self { roots, listed })
    }
}

/// Verifies the certificate of the server.
#[derive(Debug)]
pub(super) struct ServerVerifier {
    trust: CertificateTrust,
    algorithms: WebPkiSupportedAlgorithms,
}

impl ServerVerifier {
    pub(super) fn new(trust: CertificateTrust, provider: &CryptoProvider) -> Self {
        Self { trust, algorithms: provider.signature_verification_algorithms }
    }

    fn verify(
        &self,
        trusted: &TrustedCertificates,
        certificate: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        now: UnixTime,
    ) -> Result<(), Error> {
        let fields = CertificateFields::read(certificate).ok_or(CertificateError::BadEncoding)?;
        if trusted.listed.contains(certificate) {
            // The handshake proves that the server has its key. Nothing but the dates is left to verify.
            return verify_dates(&fields, now);
        }
        let verified = ParsedCertificate::try_from(certificate).and_then(|parsed| {
            verify_server_cert_signed_by_trust_anchor(&parsed, &trusted.roots, intermediates, now, self.algorithms.all)
        });
        verified.map_err(|error| match error {
            Error::InvalidCertificate(
                CertificateError::ExpiredContext { .. } | CertificateError::NotValidYetContext { .. },
            ) => error,
            _ if fields.is_self_issued() => CertificateDefect::SelfSigned.into(),
            _ if fields.version != 3 => CertificateDefect::OldVersion(fields.version).into(),
            error => error,
        })
    }

    /// Verifies a signature of the handshake, by the way for a certificate of version 3 or by that for an old one. If every
    /// certificate is accepted, the signature proves nothing: an attacker on the network path would show a certificate of their
    /// own and sign with its key.
    fn verify_signature(
        &self,
        certificate: &CertificateDer<'_>,
        of_current: impl FnOnce(&WebPkiSupportedAlgorithms) -> Result<HandshakeSignatureValid, Error>,
        of_old: impl FnOnce(&CertificateFields<'_>, &WebPkiSupportedAlgorithms) -> Result<HandshakeSignatureValid, Error>,
    ) -> Result<HandshakeSignatureValid, Error> {
        match self.trust {
            CertificateTrust::Any => Ok(HandshakeSignatureValid::assertion()),
            CertificateTrust::Verified { .. } => match old_certificate(certificate) {
                None => of_current(&self.algorithms),
                Some(fields) => of_old(&fields, &self.algorithms),
            },
        }
    }
}

impl ServerCertVerifier for ServerVerifier {
    fn verify_server_cert(
        &self,
        certificate: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        match &self.trust {
            CertificateTrust::Any => {}
            CertificateTrust::Verified { trusted, name } => {
                self.verify(trusted, certificate, intermediates, now)?;
                match name {
                    VerifiedName::Any => {}
                    VerifiedName::Server => verify_name(certificate, server_name)?,
                }
            }
        }
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.verify_signature(
            certificate,
            |algorithms| verify_tls12_signature(message, certificate, signature, algorithms),
            |fields, algorithms| verify_tls12_signature_of_old(message, fields, signature, algorithms),
        )
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.verify_signature(
            certificate,
            |algorithms| verify_tls13_signature(message, certificate, signature, algorithms),
            |fields, algorithms| {
                let key = SubjectPublicKeyInfoDer::from(fields.public_key().encoded);
                verify_tls13_signature_with_raw_key(message, &key, signature, algorithms)
            },
        )
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.algorithms.supported_schemes()
    }
}

fn verify_dates(fields: &CertificateFields<'_>, now: UnixTime) -> Result<(), Error> {
    let at = |seconds| UnixTime::since_unix_epoch(std::time::Duration::from_secs(seconds));
    if now.as_secs() < fields.not_before {
        return Err(CertificateError::NotValidYetContext { time: now, not_before: at(fields.not_before) }.into());
    }
    if now.as_secs() > fields.not_after {
        return Err(CertificateError::ExpiredContext { time: now, not_after: at(fields.not_after) }.into());
    }
    Ok(())
}

fn verify_name(certificate: &CertificateDer<'_>, expected: &ServerName<'_>) -> Result<(), Error> {
    let no_names = || {
        let common_name = CertificateFields::read(certificate).and_then(|fields| fields.common_name());
        Error::from(CertificateDefect::NoNames { expected: expected.to_str().into_owned(), common_name })
    };
    if old_certificate(certificate).is_some() {
        return Err(no_names());
    }
    verify_server_name(&ParsedCertificate::try_from(certificate)?, expected).map_err(|error| match error {
        Error::InvalidCertificate(CertificateError::NotValidForNameContext { presented, .. })
            if presented.is_empty() =>
        {
            no_names()
        }
        error => error,
    })
}

/// Returns the fields of a certificate of version 1 or 2, which the TLS library cannot read.
fn old_certificate<'a>(certificate: &'a CertificateDer<'_>) -> Option<CertificateFields<'a>> {
    CertificateFields::read(certificate).filter(|fields| fields.version != 3)
}

/// Verifies a signature of TLS 1.2. The library has no function for it that takes the key without a certificate.
fn verify_tls12_signature_of_old(
    message: &[u8],
    fields: &CertificateFields<'_>,
    signature: &DigitallySignedStruct,
    algorithms: &WebPkiSupportedAlgorithms,
) -> Result<HandshakeSignatureValid, Error> {
    let key = fields.public_key();
    let is_valid = algorithms
        .mapping
        .iter()
        .filter(|(scheme, _)| *scheme == signature.scheme)
        .flat_map(|(_, algorithms)| algorithms.iter())
        .filter(|algorithm| algorithm.public_key_alg_id().as_ref() == key.algorithm)
        .any(|algorithm| algorithm.verify_signature(key.bits, message, signature.signature()).is_ok());
    if is_valid { Ok(HandshakeSignatureValid::assertion()) } else { Err(CertificateError::BadSignature.into()) }
}

#[cfg(test)]
mod tests {
    use std::io::{Read as _, Write as _};

    use rustls::server::ResolvesServerCert;
    use rustls::sign::{CertifiedKey, SingleCertAndKey};
    use rustls::{ClientConfig, ClientConnection, ServerConfig, ServerConnection, SupportedProtocolVersion};

    use super::*;
    use crate::io::session::certificate_fields::tests::{VERSION_1, bytes};
    use crate::io::session::local_certificate::LocalCertificate;

    /// Returns the outcome of a handshake with a server that shows a certificate and signs with a key.
    fn handshake(
        shown: CertificateDer<'static>,
        signing: &LocalCertificate,
        trust: CertificateTrust,
        version: &'static SupportedProtocolVersion,
    ) -> Result<(), Error> {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let key = provider.key_provider.load_private_key(signing.key.clone_key()).unwrap();
        let resolver: Arc<dyn ResolvesServerCert> =
            Arc::new(SingleCertAndKey::from(CertifiedKey::new(vec![shown], key)));
        let server = ServerConfig::builder_with_provider(Arc::clone(&provider))
            .with_protocol_versions(&[version])
            .unwrap()
            .with_no_client_auth()
            .with_cert_resolver(resolver);
        let verifier = ServerVerifier::new(trust, &provider);
        let client = ClientConfig::builder_with_provider(provider)
            .with_protocol_versions(&[version])
            .unwrap()
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(verifier))
            .with_no_client_auth();
        let mut client = ClientConnection::new(Arc::new(client), "localhost".try_into().unwrap()).unwrap();
        let mut server = ServerConnection::new(Arc::new(server)).unwrap();
        while client.is_handshaking() {
            let mut sent = Vec::new();
            client.write_tls(&mut sent).unwrap();
            server.read_tls(&mut sent.as_slice()).unwrap();
            server.process_new_packets()?;
            let mut sent = Vec::new();
            server.write_tls(&mut sent).unwrap();
            client.read_tls(&mut sent.as_slice()).unwrap();
            client.process_new_packets()?;
        }
        client.writer().flush().unwrap();
        let _ = server.reader().read(&mut []);
        Ok(())
    }

    fn listed(certificate: &CertificateDer<'static>) -> CertificateTrust {
        let trusted = TrustedCertificates::read(certificate).unwrap();
        CertificateTrust::Verified { trusted, name: VerifiedName::Any }
    }

    /// A certificate for own.rrx.test that signed itself, with `CA:FALSE`.
    const OWN: &str = "MIIBejCCASCgAwIBAgIUEpGqgyMmizMtpjAuRyzu9B2Gpw0wCgYIKoZIzj0EAwIwFzEVMBMGA1UEAwwMb3duLnJyeC50ZXN0MCAX\
        DTI2MTEyOTE3MzI0OFoYDzIxMjYxMTA1MTczMjQ4WjAXMRUwEwYDVQQDDAxvd24ucnJ4LnRlc3QwWTATBgcqhkjOPQIBBggqhkjO\
        PQMBBwNCAAShlCIo+M6Ases34QK+Ud45K4BRdx+U0SH7dQAD94y3orq5C2/p25n3KbAhemhnvTUJJmGeSV6H3nBFNcTA5Wmdo0gw\
        RjAMBgNVHRMBAf8EAjAAMBcGA1UdEQQQMA6CDG93bi5ycngudGVzdDAdBgNVHQ4EFgQUKfgdmV51bcGsfa2WGJL5SRf9nIkwCgYI\
        KoZIzj0EAwIDSAAwRQIgOA0Vmy8hKG232VRAf5ZLyVrIVbPfXUNgNNsKFJlKU4sCIQCk6XuMaY4kXwZi22C159HDFeciQwN6PV3T\
        NpKajFImEQ==";
    /// The same without `basicConstraints`.
    const OWN_WITHOUT_CONSTRAINTS: &str = "MIIBazCCARKgAwIBAgIUOL2IXOEKt2H3x2ODTblZ74z9FL8wCgYIKoZIzj0EAwIwFzEVMBMGA1UEAwwMb3duLnJyeC50ZXN0MCAX\
        DTI2MTEyOTE3MzI0OFoYDzIxMjYxMTA1MTczMjQ4WjAXMRUwEwYDVQQDDAxvd24ucnJ4LnRlc3QwWTATBgcqhkjOPQIBBggqhkjO\
        PQMBBwNCAAShlCIo+M6Ases34QK+Ud45K4BRdx+U0SH7dQAD94y3orq5C2/p25n3KbAhemhnvTUJJmGeSV6H3nBFNcTA5Wmdozow\
        ODAXBgNVHREEEDAOggxvd24ucnJ4LnRlc3QwHQYDVR0OBBYEFCn4HZledW3BrH2tlhiS+UkX/ZyJMAoGCCqGSM49BAMCA0cAMEQC\
        IFUdQ0Vq9FD7XPcu98SV6D0B27685Ft0mHTCtQFq9IPwAiBX/126MlhtwAtRKNbFKs6QxPDb4V/2UU1ULcLZfXpNBw==";
    /// The same with `CA:TRUE`.
    const OWN_CA: &str = "MIIBfTCCASOgAwIBAgIUbgSIom9bHc2P6xXRPW3rJkFHObwwCgYIKoZIzj0EAwIwFzEVMBMGA1UEAwwMb3duLnJyeC50ZXN0MCAX\
        DTI2MTEyOTE3MzI0OFoYDzIxMjYxMTA1MTczMjQ4WjAXMRUwEwYDVQQDDAxvd24ucnJ4LnRlc3QwWTATBgcqhkjOPQIBBggqhkjO\
        PQMBBwNCAAShlCIo+M6Ases34QK+Ud45K4BRdx+U0SH7dQAD94y3orq5C2/p25n3KbAhemhnvTUJJmGeSV6H3nBFNcTA5Wmdo0sw\
        STAPBgNVHRMBAf8EBTADAQH/MBcGA1UdEQQQMA6CDG93bi5ycngudGVzdDAdBgNVHQ4EFgQUKfgdmV51bcGsfa2WGJL5SRf9nIkw\
        CgYIKoZIzj0EAwIDSAAwRQIgJghIxhWmtyicRffbFtn7HF2TXS64DlCxeR2YAX3adF8CIQCOHILzMAjkpP2OlQTkoqVXjJf9YC0+\
        o0Ya6A2PFh/sbA==";
    /// The same of version 1.
    const OWN_VERSION_1: &str = "MIIBKTCB0QIUXyDYzWFzJb2u5p4eBHfju8yEkpAwCgYIKoZIzj0EAwIwFzEVMBMGA1UEAwwMb3duLnJyeC50ZXN0MCAXDTI2MTEy\
        OTE3MzI0OFoYDzIxMjYxMTA1MTczMjQ4WjAXMRUwEwYDVQQDDAxvd24ucnJ4LnRlc3QwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNC\
        AAShlCIo+M6Ases34QK+Ud45K4BRdx+U0SH7dQAD94y3orq5C2/p25n3KbAhemhnvTUJJmGeSV6H3nBFNcTA5WmdMAoGCCqGSM49\
        BAMCA0cAMEQCIGshobPBoNoiXBy5Rp4wEOECG6OOE+Wzcn+KoGFuM80aAiBuIRGKsYM5hpTQPqsewLPrCnhjqLWMAsxRbHtQIqPX\
        og==";
    /// A certificate for other.rrx.test that the key of the certificates above signed.
    const OTHER: &str = "MIIBiDCCAS+gAwIBAgIBAjAKBggqhkjOPQQDAjAXMRUwEwYDVQQDDAxvd24ucnJ4LnRlc3QwIBcNMjYxMTI5MTczMjQ4WhgPMjEy\
        NjExMDUxNzMyNDhaMBkxFzAVBgNVBAMMDm90aGVyLnJyeC50ZXN0MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEmujUdHr4b5Jp\
        Dysv9QzcPPcDfjo/a1D+iHdqHDKDZkCp4n2MtfqX/AGdCwcyVHLwUB91DtBUVdMJWl5w5O5HSaNoMGYwCQYDVR0TBAIwADAZBgNV\
        HREEEjAQgg5vdGhlci5ycngudGVzdDAdBgNVHQ4EFgQUW1U9ej0TN/QBSdZ/yRNHWDrnCmYwHwYDVR0jBBgwFoAUKfgdmV51bcGs\
        fa2WGJL5SRf9nIkwCgYIKoZIzj0EAwIDRwAwRAIgUhVwbnwoh5JSU97t6IWtNWpGYCXmRJ5uivEFCfi8UbwCIHkNdA0MyVsXlha9\
        KF/1ThYqfh/AMrBAjJuK/hV0fyOW";

    const VERSIONS: [&SupportedProtocolVersion; 2] = [&rustls::version::TLS12, &rustls::version::TLS13];

    #[test]
    fn a_trusted_certificate_is_refused_from_a_server_without_its_key() {
        let [own, other] = [LocalCertificate::generate().unwrap(), LocalCertificate::generate().unwrap()];
        let version_1 = CertificateDer::from(bytes(VERSION_1));
        for version in VERSIONS {
            let by = |shown: &CertificateDer<'static>, key| handshake(shown.clone(), key, listed(shown), version);
            assert_eq!(by(&own.certificate, &own), Ok(()));
            let wrong_key = Err(CertificateError::BadSignature.into());
            assert_eq!(by(&own.certificate, &other), wrong_key);
            assert_eq!(by(&version_1, &other), wrong_key);
        }
    }

    #[test]
    fn only_a_listed_ca_may_sign_other_certificates() {
        // In 2033.
        let now = UnixTime::since_unix_epoch(std::time::Duration::from_secs(2_000_000_000));
        let provider = rustls::crypto::ring::default_provider();
        let verifier = ServerVerifier::new(CertificateTrust::Any, &provider);
        let other = CertificateDer::from(bytes(OTHER));
        for (listed, is_ca) in [(OWN, false), (OWN_WITHOUT_CONSTRAINTS, false), (OWN_CA, true), (OWN_VERSION_1, true)] {
            let own = CertificateDer::from(bytes(listed));
            let trusted = TrustedCertificates::read(&own).unwrap();
            assert_eq!(verifier.verify(&trusted, &own, &[], now), Ok(()), "it is trusted itself");
            // The server may also send the listed certificate as its CA.
            for intermediates in [&[][..], &[own]] {
                let verified = verifier.verify(&trusted, &other, intermediates, now);
                assert_eq!(verified.is_ok(), is_ca, "{listed}: {verified:?}");
            }
        }
    }

    #[test]
    fn without_verification_every_certificate_is_accepted() {
        let own = LocalCertificate::generate().unwrap();
        for version in VERSIONS {
            for shown in [own.certificate.clone(), bytes(VERSION_1).into(), b"no certificate".to_vec().into()] {
                assert_eq!(handshake(shown, &own, CertificateTrust::Any, version), Ok(()));
            }
        }
    }

    #[test]
    fn a_listed_certificate_outside_of_its_dates_is_refused() {
        let certificate = bytes(VERSION_1);
        let fields = CertificateFields::read(&certificate).unwrap();
        let at = |seconds| UnixTime::since_unix_epoch(std::time::Duration::from_secs(seconds));
        let defect = |seconds| verify_dates(&fields, at(seconds)).err();
        assert!(matches!(
            defect(fields.not_before - 1),
            Some(Error::InvalidCertificate(CertificateError::NotValidYetContext { .. }))
        ));
        assert_eq!((defect(fields.not_before), defect(fields.not_after)), (None, None));
        assert!(matches!(
            defect(fields.not_after + 1),
            Some(Error::InvalidCertificate(CertificateError::ExpiredContext { .. }))
        ));
    }
}
