//! Unknown host keys in commands without a screen: which key the server presented, and the command line that accepts it. No key
//! is trusted automatically.

use crate::domain::problem::Problem;
use crate::domain::profile::CommandLine;
use crate::domain::protocol::{Answer, Question};

/// A host key that was not known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownHostKey {
    /// The hop as the user names it.
    pub host: String,
    pub algorithm: String,
    /// The fingerprint as `SHA256:…`.
    pub fingerprint: String,
    /// The picture that OpenSSH draws of the key.
    pub randomart: Vec<String>,
    /// The file that records the key when it is accepted.
    pub recorded_in: String,
    pub is_accepted: bool,
}

impl UnknownHostKey {
    /// Reads a question about a host key. The key is accepted only if `accept` contains exactly its fingerprint.
    #[must_use]
    pub fn from_question(question: &Question, accept: &[String]) -> Option<Self> {
        let Question::HostKey { host, algorithm, fingerprint, art, recorded_in } = question else { return None };
        Some(Self {
            host: host.clone(),
            algorithm: algorithm.clone(),
            fingerprint: fingerprint.clone(),
            randomart: art.clone(),
            recorded_in: recorded_in.display().to_string(),
            is_accepted: accept.contains(fingerprint),
        })
    }

    /// Returns the answer for the tunnel.
    #[must_use]
    pub fn answer(&self) -> Answer {
        if self.is_accepted { Answer::Accept } else { Answer::Decline }
    }

    /// Adds to a refusal the fingerprints that were compared, and the command line that accepts the key.
    #[must_use]
    pub fn explain(&self, mut problem: Problem, profile: &str, accept: &[String], rrx: &CommandLine) -> Problem {
        if self.is_accepted {
            return problem;
        }
        for other in accept {
            problem = problem.because(format!("--accept-host-key names {other}, which is another key"));
        }
        problem.hint(format!(
            "nothing was sent. Ask the owner of {} whether {} is its key; only then run: {}",
            self.host,
            self.fingerprint,
            rrx.with(&format!("doctor {profile} --accept-host-key {}", self.fingerprint))
        ))
    }
}

/// Parses a fingerprint of the command line: `SHA256:` and 43 characters; padding is removed.
///
/// # Errors
/// Returns a description of a valid fingerprint.
pub fn parse_fingerprint(text: &str) -> Result<String, String> {
    let usage = "write it as SHA256:… with the 43 characters that `ssh-keygen -lf` prints";
    let hash = text.trim().strip_prefix("SHA256:").ok_or(usage)?.trim_end_matches('=');
    let is_base64 = |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '/');
    if hash.len() != 43 || !hash.chars().all(is_base64) {
        return Err(usage.into());
    }
    Ok(format!("SHA256:{hash}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_complete_fingerprint_is_accepted() {
        let complete = "SHA256:uTDvzFQX7oAgHpNLYeRIh+tUGDAuSJCBc5o0q/AnMe4";
        assert_eq!(parse_fingerprint(complete).as_deref(), Ok(complete));
        assert_eq!(parse_fingerprint(&format!(" {complete}=")).as_deref(), Ok(complete));
        for wrong in ["", "SHA256:", "MD5:aa:bb", &complete[..20], "uTDvzFQX7oAgHpNLYeRIh+tUGDAuSJCBc5o0q/AnMe4"] {
            assert!(parse_fingerprint(wrong).is_err(), "{wrong}");
        }
    }
}
