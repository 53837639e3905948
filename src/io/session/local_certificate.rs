//! A certificate for the connection of the driver to rrx itself, over the loopback port. It is made for each session, and the
//! driver trusts no other one.

use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair as _};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};

/// The name in the certificate.
pub(super) const LOCAL_NAME: &str = "localhost";

/// A self-signed certificate with its key.
pub(super) struct LocalCertificate {
    pub(super) certificate: CertificateDer<'static>,
    pub(super) key: PrivateKeyDer<'static>,
}

/// Parts of the certificate in DER.
mod der {
    pub(super) const SEQUENCE: u8 = 0x30;
    pub(super) const BIT_STRING: u8 = 0x03;
    pub(super) const OCTET_STRING: u8 = 0x04;
    pub(super) const UTC_TIME: u8 = 0x17;
    pub(super) const GENERALIZED_TIME: u8 = 0x18;
    /// The extensions of a certificate.
    pub(super) const EXTENSIONS: u8 = 0xa3;
    /// A DNS name in a subjectAltName.
    pub(super) const DNS_NAME: u8 = 0x82;
    /// Version 3.
    pub(super) const VERSION_3: &[u8] = &[0xa0, 3, 2, 1, 2];
    pub(super) const SERIAL_NUMBER_1: &[u8] = &[2, 1, 1];
    /// ecdsa-with-SHA256.
    pub(super) const SIGNATURE_ALGORITHM: &[u8] = &[0x30, 10, 6, 8, 0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3, 2];
    /// id-ecPublicKey with prime256v1.
    pub(super) const KEY_ALGORITHM: &[u8] =
        &[0x30, 19, 6, 7, 0x2a, 0x86, 0x48, 0xce, 0x3d, 2, 1, 6, 8, 0x2a, 0x86, 0x48, 0xce, 0x3d, 3, 1, 7];
    /// subjectAltName.
    pub(super) const ALTERNATIVE_NAME: &[u8] = &[6, 3, 0x55, 0x1d, 0x11];
    /// The common name "rrx".
    pub(super) const NAME: &[u8] = &[0x30, 14, 0x31, 12, 0x30, 10, 6, 3, 0x55, 4, 3, 0x0c, 3, b'r', b'r', b'x'];

    /// Encodes a value of these parts. Their length must be below 64 KiB.
    pub(super) fn value(tag: u8, parts: &[&[u8]]) -> Vec<u8> {
        let content = parts.concat();
        let mut out = vec![tag];
        match u16::try_from(content.len()).unwrap_or(u16::MAX).to_be_bytes() {
            [0, low] if low < 0x80 => out.push(low),
            [0, low] => out.extend_from_slice(&[0x81, low]),
            [high, low] => out.extend_from_slice(&[0x82, high, low]),
        }
        out.extend_from_slice(&content);
        out
    }
}

impl LocalCertificate {
    /// Makes a key and its certificate. Its dates never end, because it does not outlive the process.
    ///
    /// # Errors
    /// Returns an error if the system has no random numbers.
    pub(super) fn generate() -> Result<Self, ring::error::Unspecified> {
        let random = SystemRandom::new();
        let key = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, &random)?;
        let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, key.as_ref(), &random)
            .map_err(|_| ring::error::Unspecified)?;
        let name = der::value(der::DNS_NAME, &[LOCAL_NAME.as_bytes()]);
        let names = der::value(der::OCTET_STRING, &[&der::value(der::SEQUENCE, &[&name])]);
        let extension = der::value(der::SEQUENCE, &[der::ALTERNATIVE_NAME, &names]);
        let content = der::value(
            der::SEQUENCE,
            &[
                der::VERSION_3,
                der::SERIAL_NUMBER_1,
                der::SIGNATURE_ALGORITHM,
                der::NAME,
                &der::value(
                    der::SEQUENCE,
                    &[
                        &der::value(der::UTC_TIME, &[b"700101000000Z"]),
                        &der::value(der::GENERALIZED_TIME, &[b"99991231235959Z"]),
                    ],
                ),
                der::NAME,
                &der::value(
                    der::SEQUENCE,
                    &[der::KEY_ALGORITHM, &der::value(der::BIT_STRING, &[&[0], pair.public_key().as_ref()])],
                ),
                &der::value(der::EXTENSIONS, &[&der::value(der::SEQUENCE, &[&extension])]),
            ],
        );
        let signature = pair.sign(&random, &content)?;
        let signature = der::value(der::BIT_STRING, &[&[0], signature.as_ref()]);
        let certificate = der::value(der::SEQUENCE, &[&content, der::SIGNATURE_ALGORITHM, &signature]);
        Ok(Self { certificate: certificate.into(), key: PrivatePkcs8KeyDer::from(key.as_ref().to_vec()).into() })
    }
}

#[cfg(test)]
mod tests {
    use rustls::client::{verify_server_cert_signed_by_trust_anchor, verify_server_name};
    use rustls::pki_types::UnixTime;
    use rustls::server::ParsedCertificate;

    use super::*;

    #[test]
    fn the_certificate_is_valid_for_its_name_and_signed_by_itself_alone() {
        let [one, other] = [LocalCertificate::generate().unwrap(), LocalCertificate::generate().unwrap()];
        let algorithms = rustls::crypto::ring::default_provider().signature_verification_algorithms.all;
        let parsed = ParsedCertificate::try_from(&one.certificate).unwrap();
        verify_server_name(&parsed, &LOCAL_NAME.try_into().unwrap()).unwrap();
        let is_signed_by = |issuer: &LocalCertificate| {
            let mut roots = rustls::RootCertStore::empty();
            roots.add(issuer.certificate.clone()).unwrap();
            verify_server_cert_signed_by_trust_anchor(&parsed, &roots, &[], UnixTime::now(), algorithms).is_ok()
        };
        assert!(is_signed_by(&one));
        assert!(!is_signed_by(&other));
    }
}
