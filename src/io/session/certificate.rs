//! Why TLS did not come about, told by what is wrong with the certificate. It decides nothing: the handshake has.

use mysql_async::IoError;
use rustls::CertificateError as Wrong;

use crate::domain::problem::{Problem, ProblemKind, Remedy};

/// Where the CA certificates of Amazon's databases are: people meet this first there.
const RDS: &str = "https://truststore.pki.rds.amazonaws.com/global/global-bundle.pem";

/// Whether all about the certificate holds but the name that it is for: a name is looked at last.
pub(super) fn is_for_another_name(error: &IoError) -> bool {
    let error = match error {
        IoError::Tls(mysql_async::TlsError::Tls(error)) => Some(error),
        IoError::Tls(_) => None,
        IoError::Io(io) => io.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>()),
    };
    let named = |wrong: &Wrong| matches!(wrong, Wrong::NotValidForName | Wrong::NotValidForNameContext { .. });
    matches!(error, Some(rustls::Error::InvalidCertificate(wrong)) if named(wrong))
}

/// Adds what TLS said no to, where it was TLS.
pub(super) fn told(error: &IoError, kind: ProblemKind, what: &str) -> Option<Problem> {
    let problem = |because: String| Problem::new(kind, what).because(format!("TLS: {because}"));
    let error = match error {
        IoError::Tls(mysql_async::TlsError::Tls(error)) => error,
        IoError::Tls(mysql_async::TlsError::InvalidDnsName(_)) => {
            let problem =
                problem("the host of the profile is neither a name nor an address that a certificate holds".into());
            let hint = "write `host` in the profile as the replica's certificate names it";
            return Some(problem.hint(hint).then(Remedy::Settings));
        }
        IoError::Tls(other) => {
            return Some(problem(other.to_string()).hint("look at the file of `ca`").then(Remedy::Settings));
        }
        // During the handshake it hides inside an error of the stream.
        IoError::Io(io) => io.get_ref()?.downcast_ref::<rustls::Error>()?,
    };
    let rustls::Error::InvalidCertificate(wrong) = error else {
        return Some(problem(error.to_string()).hint("the server must speak TLS 1.2 or 1.3").then(Remedy::Doctor));
    };
    let problem = match wrong {
        Wrong::UnknownIssuer => problem(
            "the server's certificate is not signed by the CA that the profile trusts".into(),
        )
        .hint(format!(
            "name the file with the CA of the server in the profile: ca = \"…\". For Amazon RDS and Aurora it is {RDS}"
        )),
        Wrong::NotValidForNameContext { expected, presented } => problem(format!(
            "the server's certificate is not for {} but for {}",
            expected.to_str(),
            presented.iter().map(|name| plain_name(name)).collect::<Vec<_>>().join(", ")
        ))
        .hint("write `host` in the profile as the certificate has it; otherwise this may be another server"),
        Wrong::NotValidForName => problem("the server's certificate is for another name".into())
            .hint("write `host` in the profile as the certificate has it; otherwise this may be another server"),
        Wrong::ExpiredContext { time, not_after } => {
            let days = time.as_secs().saturating_sub(not_after.as_secs()) / 86_400;
            problem(format!("the server's certificate has expired, {days} days ago"))
                .hint("ask the owner of the replica to renew it; look whether this machine's clock is right")
        }
        Wrong::Expired => problem("the server's certificate has expired".into())
            .hint("ask the owner of the replica to renew it; look whether this machine's clock is right"),
        Wrong::NotValidYet | Wrong::NotValidYetContext { .. } => {
            problem("the server's certificate is not valid yet".into())
                .hint("look whether this machine's clock is right")
        }
        other => problem(format!("the server's certificate does not hold: {other}"))
            .hint("ask the owner of the replica for a certificate that is signed by the CA of `ca` and names its host"),
    };
    Some(problem.then(Remedy::Settings))
}

/// A name of a certificate as people write it: the library gives it as `DnsName("replica.example.com")`.
fn plain_name(told: &str) -> &str {
    told.split_once('(').and_then(|(_, name)| name.strip_suffix(')')).map_or(told, |name| name.trim_matches('"'))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use rustls::pki_types::UnixTime;

    use super::*;

    fn problem(wrong: Wrong) -> Problem {
        let hidden = std::io::Error::new(std::io::ErrorKind::InvalidData, rustls::Error::InvalidCertificate(wrong));
        told(&IoError::Io(hidden), ProblemKind::Route, "No session").unwrap()
    }

    #[test]
    fn an_unknown_ca_names_the_setting_and_the_bundle_of_rds() {
        let problem = problem(Wrong::UnknownIssuer);
        let hint = problem.hint.unwrap();
        assert!(hint.contains("ca = ") && hint.contains(RDS), "{hint}");
        assert!(!problem.passes);
    }

    #[test]
    fn an_expired_certificate_says_since_when() {
        let at = |days: u64| UnixTime::since_unix_epoch(Duration::from_secs(days * 86_400));
        let problem = problem(Wrong::ExpiredContext { time: at(20_010), not_after: at(20_000) });
        assert_eq!(problem.because, ["TLS: the server's certificate has expired, 10 days ago"]);
    }

    #[test]
    fn another_name_is_told_with_both_names() {
        let expected = "replica.example.com".try_into().unwrap();
        let presented = vec!["DnsName(\"other.example.com\")".into(), "IpAddress(10.0.0.7)".into()];
        let problem = problem(Wrong::NotValidForNameContext { expected, presented });
        let why = "TLS: the server's certificate is not for replica.example.com but for other.example.com, 10.0.0.7";
        assert_eq!(problem.because, [why]);
    }

    #[test]
    fn a_stream_that_ends_is_no_matter_of_tls() {
        assert_eq!(told(&IoError::Io(std::io::ErrorKind::UnexpectedEof.into()), ProblemKind::Route, "w"), None);
    }
}
