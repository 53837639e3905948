//! Checks host certificates. Source: PROTOCOL.certkeys of OpenSSH.

use russh::keys::ssh_key::certificate::CertType;
use russh::keys::ssh_key::public::KeyData;
use russh::keys::{Algorithm, Certificate, PublicKey};

use super::library_errors::remote_text;
use crate::domain::ssh::host_key::HostKey;
use crate::domain::ssh::pattern;

/// Returns why a certificate of a known authority is not valid for this host at this time (seconds since 1970).
pub(super) fn certificate_defect(certificate: &Certificate, host: &str, now: u64) -> Option<String> {
    let host = host.to_ascii_lowercase();
    if certificate.cert_type() != CertType::Host {
        return Some("it is a user certificate, not a host certificate".into());
    }
    if certificate.verify_signature().is_err() {
        return Some("its signature is wrong".into());
    }
    if now < certificate.valid_after() {
        return Some("it is not valid yet: check this machine's clock".into());
    }
    if now >= certificate.valid_before() {
        return Some("it has expired".into());
    }
    let names = certificate.valid_principals();
    if !names.iter().any(|name| pattern::matches(name.to_ascii_lowercase().as_bytes(), host.as_bytes())) {
        let names = if names.is_empty() { "no host".to_owned() } else { remote_text(&names.join(", ")) };
        return Some(format!("it is for {names}, not for {host}"));
    }
    if certificate.critical_options().iter().next().is_some() {
        return Some("it has critical options that rrx does not support".into());
    }
    None
}

/// Converts a key of the SSH library.
pub(super) fn to_host_key(key: &KeyData) -> Result<HostKey, russh::keys::ssh_key::Error> {
    let key = PublicKey::new(key.clone(), "");
    Ok(HostKey { algorithm: recorded_type(&key.algorithm()).to_owned(), blob: key.to_bytes()? })
}

/// Returns the key type that is recorded for a key of this algorithm: every RSA signature belongs to an `ssh-rsa` key.
pub(super) fn recorded_type(algorithm: &Algorithm) -> &str {
    match algorithm {
        Algorithm::Rsa { .. } => "ssh-rsa",
        other => other.as_str(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;

    /// Created by `ssh-keygen -s authority -h -n 127.0.0.1 -V always:forever`.
    const CERTIFICATE: &str = "AAAAIHNzaC1lZDI1NTE5LWNlcnQtdjAxQG9wZW5zc2guY29tAAAAIFwmDsXjceWXFbgJms17zUK1HlApBZPvbrX/i2CCEeQZAAAA\
         INlywvA4InvjEX1T9SfbVmfyW7OXZhp41KghhJDpguHLAAAAAAAAAAAAAAACAAAABGhvc3QAAAANAAAACTEyNy4wLjAuMQAAAAAA\
         AAAA//////////8AAAAAAAAAAAAAAAAAAAAzAAAAC3NzaC1lZDI1NTE5AAAAIPvlBYpOHHpxyNMkBHlRivaddkCi6JAMA4WhbFC4\
         yHChAAAAUwAAAAtzc2gtZWQyNTUxOQAAAEAb4OGaO2xEEfcW9a55djHkpmsh1PCREAHwMh2+xGNQZ5IdKrze9TQ5YBRWuf7pCaQc\
         unjEPk+F4ZG/bBn/lXQE";

    fn certificate(bytes: &[u8]) -> Certificate {
        let text = format!("ssh-ed25519-cert-v01@openssh.com {}", STANDARD.encode(bytes));
        Certificate::from_openssh(&text).unwrap()
    }

    #[test]
    fn a_certificate_with_a_wrong_signature_is_not_valid() {
        let mut bytes = STANDARD.decode(CERTIFICATE).unwrap();
        assert_eq!(certificate_defect(&certificate(&bytes), "127.0.0.1", 1), None);
        *bytes.last_mut().unwrap() ^= 1;
        assert_eq!(certificate_defect(&certificate(&bytes), "127.0.0.1", 1), Some("its signature is wrong".into()));
    }
}
