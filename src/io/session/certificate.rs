//! Turns TLS errors into problems that explain what is wrong with the certificate.

use std::path::Path;

use mysql_async::IoError;
use rustls::CertificateError;

use super::server_verifier::CertificateDefect;
use crate::domain::problem::{Problem, ProblemKind, Remedy};
use crate::domain::quantity::counted;

/// The CA certificates of Amazon's databases, whose users meet this error most often.
const RDS: &str = "https://truststore.pki.rds.amazonaws.com/global/global-bundle.pem";

/// What to do if the certificate has another name than the profile.
const OTHER_NAME: &str = "set `tls_server_name` in the profile to the name in the certificate, if that name is the replica's; \
    otherwise this may be another server";

/// Returns the problem of a CA file that cannot be used.
pub(super) fn ca_problem(path: &Path, why: &str) -> Problem {
    Problem::new(ProblemKind::Settings, format!("The CA file {} cannot be read", path.display()))
        .because(why)
        .hint("correct `ca` in the profile")
        .then(Remedy::Settings)
}

/// Returns the problem for a TLS error; `None` for other errors.
pub(super) fn tls_problem(error: &IoError, kind: ProblemKind, what: &str) -> Option<Problem> {
    let problem = |because: String| Problem::new(kind, what).because(format!("TLS: {because}"));
    let error = match error {
        IoError::Tls(other) => return Some(problem(other.to_string()).then(Remedy::Doctor)),
        // During the handshake the error is inside an error of the stream.
        IoError::Io(io) => io.get_ref()?.downcast_ref::<rustls::Error>()?,
    };
    let rustls::Error::InvalidCertificate(defect) = error else {
        return Some(problem(error.to_string()).hint("the server must support TLS 1.2 or 1.3").then(Remedy::Doctor));
    };
    let (because, hint) = defect_text(defect);
    Some(problem(format!("the server's certificate {because}")).hint(hint).then(Remedy::Settings))
}

/// Returns what is wrong with a certificate, as the end of a sentence, and what to do.
fn defect_text(defect: &CertificateError) -> (String, String) {
    const CHECK_CLOCK: &str = "ask the administrator of the replica to renew it; check the clock of this machine";
    match defect {
        CertificateError::UnknownIssuer => (
            "is not signed by the CA that the profile trusts".into(),
            format!(
                "set ca = \"…\" in the profile to the file with the CA of the server; for Amazon RDS and Aurora it is {RDS}"
            ),
        ),
        CertificateError::NotValidForNameContext { expected, presented } => {
            let names: Vec<_> = presented.iter().map(|name| plain_name(name)).collect();
            (format!("is not for {} but for {}", expected.to_str(), names.join(", ")), OTHER_NAME.into())
        }
        CertificateError::NotValidForName => ("is for another name".into(), OTHER_NAME.into()),
        CertificateError::ExpiredContext { time, not_after } => {
            let days = time.as_secs().saturating_sub(not_after.as_secs()) / 86_400;
            (format!("expired {} ago", counted(days, "day")), CHECK_CLOCK.into())
        }
        CertificateError::Expired => ("has expired".into(), CHECK_CLOCK.into()),
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
            ("is not valid yet".into(), "check the clock of this machine".into())
        }
        CertificateError::Other(other) if let Some(defect) = other.0.downcast_ref::<CertificateDefect>() => {
            own_defect_text(defect)
        }
        other => (
            format!("is not valid: {other}"),
            "ask the administrator of the replica for a certificate that the CA in `ca` signed and that names its host"
                .into(),
        ),
    }
}

fn own_defect_text(defect: &CertificateDefect) -> (String, String) {
    match defect {
        CertificateDefect::SelfSigned => (
            "is signed by itself, and not signed by the CA that the profile trusts".into(),
            "ask the administrator of the replica for a copy of this certificate, and set ca = \"…\" in the profile to its file"
                .into(),
        ),
        CertificateDefect::OldVersion(version) => (
            format!("has X.509 version {version}, and rrx verifies the signature of a CA on version 3 only"),
            "ask the administrator of the replica for a certificate of version 3 (openssl x509 -req … -extfile FILE), or for a \
             copy of this one, and set `ca` to its file; tls = \"required\" encrypts without verifying"
                .into(),
        ),
        CertificateDefect::UnusableName { key, name } => (
            format!("cannot be verified for {name:?}: `{key}` in the profile is neither a name nor an address"),
            "set `tls_server_name` in the profile to the name in the replica's certificate".into(),
        ),
        CertificateDefect::NoNames { expected, common_name } => (
            match common_name {
                Some(name) => format!(
                    "has no subjectAltName, so it is not valid for {expected}; its common name {name} does not count as a host \
                     name"
                ),
                None => format!("has no name, so it is not valid for {expected}"),
            },
            "ask the administrator of the replica for a certificate with the host in its subjectAltName; tls = \"verify-ca\" \
             verifies the CA without the name"
                .into(),
        ),
    }
}

/// Returns a name of a certificate without its type: the library formats it as `DnsName("replica.example.com")`.
fn plain_name(name: &str) -> &str {
    let inner = name.split_once('(').and_then(|(_, inner)| inner.strip_suffix(')'));
    inner.map_or(name, |inner| inner.trim_matches('"'))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use rustls::pki_types::UnixTime;

    use super::*;

    fn problem(defect: CertificateError) -> Problem {
        let inner = rustls::Error::InvalidCertificate(defect);
        let error = std::io::Error::new(std::io::ErrorKind::InvalidData, inner);
        tls_problem(&IoError::Io(error), ProblemKind::Route, "Cannot connect").unwrap()
    }

    #[test]
    fn an_unknown_ca_names_the_setting_and_the_bundle_of_rds() {
        let problem = problem(CertificateError::UnknownIssuer);
        let hint = problem.hint.unwrap();
        assert!(hint.contains("ca = ") && hint.contains(RDS), "{hint}");
        assert!(!problem.is_transient);
    }

    #[test]
    fn an_expired_certificate_says_since_when() {
        let at = |days: u64| UnixTime::since_unix_epoch(Duration::from_secs(days * 86_400));
        let problem = problem(CertificateError::ExpiredContext { time: at(20_010), not_after: at(20_000) });
        assert_eq!(problem.because, ["TLS: the server's certificate expired 10 days ago"]);
    }

    #[test]
    fn a_wrong_name_is_reported_with_both_names() {
        let expected = "replica.example.com".try_into().unwrap();
        let presented = vec!["DnsName(\"other.example.com\")".into(), "IpAddress(10.0.0.7)".into()];
        let problem = problem(CertificateError::NotValidForNameContext { expected, presented });
        let why = "TLS: the server's certificate is not for replica.example.com but for other.example.com, 10.0.0.7";
        assert_eq!(problem.because, [why]);
    }

    #[test]
    fn a_stream_that_ends_is_no_tls_error() {
        assert_eq!(tls_problem(&IoError::Io(std::io::ErrorKind::UnexpectedEof.into()), ProblemKind::Route, "w"), None);
    }
}
