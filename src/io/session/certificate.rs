//! Turns TLS errors into problems that explain what is wrong with the certificate.

use mysql_async::IoError;
use rustls::CertificateError;

use crate::domain::problem::{Problem, ProblemKind, Remedy};

/// The CA certificates of Amazon's databases, whose users meet this error most often.
const RDS: &str = "https://truststore.pki.rds.amazonaws.com/global/global-bundle.pem";

/// Returns whether only the name in the certificate is wrong. The library checks the name last, so the rest is valid.
pub(super) fn is_for_another_name(error: &IoError) -> bool {
    let error = match error {
        IoError::Tls(mysql_async::TlsError::Tls(error)) => Some(error),
        IoError::Tls(_) => None,
        IoError::Io(io) => io.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>()),
    };
    let is_name_wrong = |defect: &CertificateError| {
        matches!(defect, CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. })
    };
    matches!(error, Some(rustls::Error::InvalidCertificate(defect)) if is_name_wrong(defect))
}

/// Returns the problem for a TLS error; `None` for other errors.
pub(super) fn tls_problem(error: &IoError, kind: ProblemKind, what: &str) -> Option<Problem> {
    let problem = |because: String| Problem::new(kind, what).because(format!("TLS: {because}"));
    let error = match error {
        IoError::Tls(mysql_async::TlsError::Tls(error)) => error,
        IoError::Tls(mysql_async::TlsError::InvalidDnsName(_)) => {
            let problem =
                problem("host in the profile is neither a name nor an address that a certificate can contain".into());
            let hint = "set `host` in the profile to the name in the replica's certificate";
            return Some(problem.hint(hint).then(Remedy::Settings));
        }
        IoError::Tls(other) => {
            return Some(
                problem(other.to_string()).hint("check the file that `ca` in the profile names").then(Remedy::Settings),
            );
        }
        // During the handshake the error is inside an error of the stream.
        IoError::Io(io) => io.get_ref()?.downcast_ref::<rustls::Error>()?,
    };
    let rustls::Error::InvalidCertificate(defect) = error else {
        return Some(problem(error.to_string()).hint("the server must support TLS 1.2 or 1.3").then(Remedy::Doctor));
    };
    let problem = match defect {
        CertificateError::UnknownIssuer => problem(
            "the server's certificate is not signed by the CA that the profile trusts".into(),
        )
        .hint(format!(
            "set ca = \"…\" in the profile to the file with the CA of the server; for Amazon RDS and Aurora it is {RDS}"
        )),
        CertificateError::NotValidForNameContext { expected, presented } => problem(format!(
            "the server's certificate is not for {} but for {}",
            expected.to_str(),
            presented.iter().map(|name| plain_name(name)).collect::<Vec<_>>().join(", ")
        ))
        .hint("set `host` in the profile to the name in the certificate; if that name is wrong, this may be another server"),
        CertificateError::NotValidForName => problem("the server's certificate is for another name".into())
            .hint("set `host` in the profile to the name in the certificate; if that name is wrong, this may be another server"),
        CertificateError::ExpiredContext { time, not_after } => {
            let days = time.as_secs().saturating_sub(not_after.as_secs()) / 86_400;
            problem(format!("the server's certificate expired {days} days ago"))
                .hint("ask the administrator of the replica to renew it; check the clock of this machine")
        }
        CertificateError::Expired => problem("the server's certificate has expired".into())
            .hint("ask the administrator of the replica to renew it; check the clock of this machine"),
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
            problem("the server's certificate is not valid yet".into())
                .hint("check the clock of this machine")
        }
        other => problem(format!("the server's certificate is not valid: {other}"))
            .hint("ask the administrator of the replica for a certificate that the CA in `ca` signed and that names its host"),
    };
    Some(problem.then(Remedy::Settings))
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
