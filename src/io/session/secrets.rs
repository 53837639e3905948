//! Reads passwords and passphrases from the sources that the profile names.

use std::path::PathBuf;
use std::sync::Arc;

use super::env::SessionEnv;
use crate::domain::problem::{Problem, ProblemKind, Remedy};
use crate::domain::profile::{Profile, Secret, SecretSource};

/// Reads a secret on a blocking thread. A problem names the purpose of the secret and its source.
pub(super) async fn read_secret(env: &SessionEnv, source: SecretSource, purpose: &str) -> Result<Secret, Problem> {
    let (read, from) = (Arc::clone(&env.secret), source.clone());
    let secret = tokio::task::spawn_blocking(move || read(&from)).await;
    let secret = secret.unwrap_or_else(|_| Err(Problem::new(ProblemKind::Settings, "reading the secret failed")));
    secret.map_err(|problem| {
        let hint = problem.hint.clone().unwrap_or_else(|| source.hint_when_absent(&env.command_line));
        let what = format!("There is no secret for {purpose}");
        let mut named = Problem { what, ..problem.clone() };
        // The reader of secrets has the same message, without a purpose.
        if !problem.what.starts_with("There is no secret") {
            named.because.insert(0, problem.what);
        }
        named.because(format!("the profile takes it from {}", source.describe())).hint(hint).then(Remedy::Settings)
    })
}

/// Returns how messages name the password of the account.
pub(super) fn password_purpose(profile: &Profile) -> String {
    format!("the password of {} at {}", profile.user, profile.host)
}

/// Returns the age of the secret of a source, in days, if it is known.
pub(super) async fn secret_age(env: &SessionEnv, source: SecretSource) -> Option<u64> {
    let age = Arc::clone(&env.secret_age);
    tokio::task::spawn_blocking(move || age(&source)).await.ok().flatten()
}

/// Returns a warning for each file of the profile with a secret or an SSH key that other users can read.
pub(super) async fn exposed_files(profile: &Profile, env: &SessionEnv) -> Vec<String> {
    let sources = [&profile.password, &profile.identity_passphrase];
    let secrets = sources.into_iter().filter_map(|source| match source {
        Some(SecretSource::File(path)) => Some(path),
        None
        | Some(SecretSource::Command(_) | SecretSource::Env(_) | SecretSource::Keyring(_) | SecretSource::Prompt) => {
            None
        }
    });
    let mut files: Vec<PathBuf> = secrets.chain(profile.route.iter().flat_map(|hop| &hop.identity)).cloned().collect();
    files.sort();
    files.dedup();
    let warning = env.exposed_file_warning;
    let check = move || files.iter().filter_map(|file| warning(file)).collect();
    tokio::task::spawn_blocking(check).await.unwrap_or_default()
}
