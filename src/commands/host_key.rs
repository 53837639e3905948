//! An unknown host key where there is no screen: which one was met, and the command line that would accept it. It trusts
//! nothing by itself.

use crate::domain::problem::Problem;
use crate::domain::profile::CommandLine;
use crate::domain::protocol::{Answer, Question};

/// A host key that was not known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Met {
    /// The hop as the user names it.
    pub host: String,
    /// The key's algorithm.
    pub algorithm: String,
    /// `SHA256:…`.
    pub fingerprint: String,
    /// The picture that OpenSSH draws of it.
    pub art: Vec<String>,
    /// Where it is recorded once it is accepted.
    pub recorded_in: String,
    /// Whether it was accepted.
    pub is_accepted: bool,
}

/// Reads a question about a host key; it is accepted only where its fingerprint is one of these, to the letter.
#[must_use]
pub fn meet(question: &Question, accept: &[String]) -> Option<Met> {
    let Question::HostKey { host, algorithm, fingerprint, art, recorded_in } = question else { return None };
    Some(Met {
        host: host.clone(),
        algorithm: algorithm.clone(),
        fingerprint: fingerprint.clone(),
        art: art.clone(),
        recorded_in: recorded_in.display().to_string(),
        is_accepted: accept.contains(fingerprint),
    })
}

impl Met {
    /// What the tunnel is answered.
    #[must_use]
    pub fn answer(&self) -> Answer {
        if self.is_accepted { Answer::Accept } else { Answer::Decline }
    }

    /// The refusal with the fingerprints that were compared, and the command line for the one presented.
    #[must_use]
    pub fn explain(&self, mut problem: Problem, profile: &str, accept: &[String], rrx: &CommandLine) -> Problem {
        if self.is_accepted {
            return problem;
        }
        for wanted in accept {
            problem = problem.because(format!("--accept-host-key names {wanted}, which is another key"));
        }
        problem.hint(format!(
            "nothing was sent. Ask the owner of {} whether {} is its key; only then run: {}",
            self.host,
            self.fingerprint,
            rrx.with(&format!("doctor {profile} --accept-host-key {}", self.fingerprint))
        ))
    }
}

/// Reads a fingerprint as a command line names it: `SHA256:` and 43 characters; padding is left out.
///
/// # Errors
/// What is wrong with it.
pub fn fingerprint(text: &str) -> Result<String, String> {
    let form = "write it as SHA256:… with the 43 characters that `ssh-keygen -lf` prints";
    let hash = text.trim().strip_prefix("SHA256:").ok_or(form)?.trim_end_matches('=');
    let is_base64 = |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '/');
    if hash.len() != 43 || !hash.chars().all(is_base64) {
        return Err(form.into());
    }
    Ok(format!("SHA256:{hash}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fingerprint_is_taken_only_whole() {
        let whole = "SHA256:uTDvzFQX7oAgHpNLYeRIh+tUGDAuSJCBc5o0q/AnMe4";
        assert_eq!(fingerprint(whole).as_deref(), Ok(whole));
        assert_eq!(fingerprint(&format!(" {whole}=")).as_deref(), Ok(whole));
        for wrong in ["", "SHA256:", "MD5:aa:bb", &whole[..20], "uTDvzFQX7oAgHpNLYeRIh+tUGDAuSJCBc5o0q/AnMe4"] {
            assert!(fingerprint(wrong).is_err(), "{wrong}");
        }
    }
}
