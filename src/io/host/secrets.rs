//! Secrets from the sources that a profile names: environment variable, file, command or keyring. The text of a secret is
//! in no message, no argument list and no log, and its buffers are wiped.

use std::collections::BTreeSet;
use std::io::Read;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::{Mutex, PoisonError, mpsc};
use std::time::Duration;

use nix::sys::signal::{Signal, killpg};
use nix::unistd::Pid;
use zeroize::Zeroizing;

use super::bounded_file::BoundedFile;
use super::keyring::{self, Keyring};
use crate::domain::limits;
use crate::domain::problem::{Problem, ProblemKind};
use crate::domain::profile::{CommandLine, Secret, SecretSource};

/// Variables that are known to contain secrets: clients of MySQL and SSH read them.
const SECRET_VARIABLES: [&str; 3] = ["MYSQL_PWD", "MARIADB_PWD", "SSHPASS"];

/// The variables that a profile names as the source of a secret. Static, because the environment belongs to the process.
static NAMED_VARIABLES: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());

/// Hides a variable from every program that rrx starts, because a profile reads a secret from it.
pub fn hide_from_children(variable: &str) {
    NAMED_VARIABLES.lock().unwrap_or_else(PoisonError::into_inner).insert(variable.to_owned());
}

/// Returns the variables that no child process may see.
pub(super) fn hidden_variables() -> Vec<String> {
    let named = NAMED_VARIABLES.lock().unwrap_or_else(PoisonError::into_inner);
    SECRET_VARIABLES.iter().map(|name| (*name).to_owned()).chain(named.iter().cloned()).collect()
}

/// Resolves a secret without asking the user; `None` means that the user must be asked. Call it on a thread that may block.
/// `purpose` names the secret in messages ("the password of eu").
///
/// # Errors
/// Returns a problem of kind [`ProblemKind::Settings`] that names the source and never the secret.
pub fn resolve(source: &SecretSource, purpose: &str) -> Result<Option<Secret>, Problem> {
    resolve_within(source, purpose, limits::SECRET_COMMAND, keyring::system())
}

/// Does the same as [`resolve`], with another time limit for commands and another keyring.
///
/// # Errors
/// Returns the errors of [`resolve`].
pub fn resolve_within(
    source: &SecretSource,
    purpose: &str,
    time_limit: Duration,
    keyring: &dyn Keyring,
) -> Result<Option<Secret>, Problem> {
    let found = match source {
        SecretSource::Prompt => return Ok(None),
        SecretSource::Keyring(entry) => {
            return match keyring.get(entry) {
                Ok(Some(secret)) => Ok(Some(secret)),
                Ok(None) => Err(failed(purpose, "the keyring has no entry for this profile")),
                Err(error) => Err(failed(purpose, &error.to_string()).hint(error.hint())),
            };
        }
        SecretSource::Env(name) => from_env(name),
        SecretSource::File(path) => from_file(path),
        SecretSource::Command(command) => from_command(command, time_limit),
    };
    found.map(Some).map_err(|why| failed(purpose, &why))
}

/// Resolves a secret for a session. The session itself asks the user if the source is [`SecretSource::Prompt`].
///
/// # Errors
/// Returns the errors of [`resolve`], and a problem for [`SecretSource::Prompt`].
pub fn fetch(source: &SecretSource) -> Result<Secret, Problem> {
    match resolve(source, "this sign-in")? {
        Some(secret) => Ok(secret),
        None => Err(failed("this sign-in", "rrx must ask you for it").hint("connect from a terminal")),
    }
}

/// Reads a secret that a script passes as the first line of a stream.
///
/// # Errors
/// Returns a problem if the line is empty, too long or not UTF-8.
pub fn read_first_line(source: impl Read, rrx: &CommandLine) -> Result<Secret, Problem> {
    first_line(source).map_err(|why| {
        Problem::new(ProblemKind::Settings, "There is no secret on standard input")
            .because(why)
            .hint(format!("write it as the first line, for example `pass show rr | {}`", rrx.with("secret set NAME")))
    })
}

fn failed(purpose: &str, why: &str) -> Problem {
    Problem::new(ProblemKind::Settings, format!("There is no secret for {purpose}")).because(why)
}

fn from_env(name: &str) -> Result<Secret, String> {
    let value = std::env::var_os(name).ok_or_else(|| format!("the environment variable {name} is not set"))?;
    let value = value.into_string().map_err(|_| format!("the value of {name} is not UTF-8"))?;
    if value.is_empty() { Err(format!("{name} is empty")) } else { Ok(Secret::new(value)) }
}

fn from_file(path: &Path) -> Result<Secret, String> {
    let name = path.display();
    let meta = std::fs::metadata(path).map_err(|error| format!("{name}: {error}"))?;
    if meta.is_dir() {
        return Err(format!("{name} is a directory"));
    }
    let file = BoundedFile::open(path, limits::SECRET_COMMAND).map_err(|error| format!("{name}: {error}"))?;
    first_line(file).map_err(|why| format!("{name}: {why}"))
}

/// Returns a warning if other users can read this file, which has a secret or an SSH key. A file that does not exist has none.
#[must_use]
pub fn exposed_file_warning(path: &Path) -> Option<String> {
    let mode = std::fs::metadata(path).ok()?.permissions().mode();
    let name = path.display();
    (mode & 0o077 != 0).then(|| format!("other users can read {name}; mend it with `chmod 600 {name}`"))
}

/// Reads the first line without its line break. Spaces belong to the secret.
fn first_line(source: impl Read) -> Result<Secret, String> {
    let max_bytes = usize::try_from(limits::SECRET_BYTES).unwrap_or_default() + 1;
    // Allocated at once, because a buffer that grows leaves copies in memory.
    let mut bytes = Zeroizing::new(Vec::with_capacity(max_bytes));
    source.take(limits::SECRET_BYTES + 1).read_to_end(&mut bytes).map_err(|error| error.to_string())?;
    if bytes.len() as u64 > limits::SECRET_BYTES {
        return Err("it is too long for a secret".into());
    }
    let line = bytes.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    let text = std::str::from_utf8(line).map_err(|_| "its first line is not UTF-8".to_owned())?;
    if text.is_empty() { Err("its first line is empty".into()) } else { Ok(Secret::new(text.to_owned())) }
}

/// A report of one of the two readers of a command's output.
enum CommandOutput {
    Secret(Result<Secret, String>),
    /// Standard error has ended. Its text is never quoted, because it can contain the secret (`sh -x`, messages about it).
    StderrEnd,
}

fn from_command(command: &str, time_limit: Duration) -> Result<Secret, String> {
    let mut child = start(command).map_err(|error| format!("sh cannot be started: {error}"))?;
    let (sender, outputs) = mpsc::sync_channel(2);
    if let Some(stdout) = child.stdout.take() {
        let sender = sender.clone();
        std::thread::spawn(move || sender.send(CommandOutput::Secret(first_line(stdout))));
    }
    if let Some(mut stderr) = child.stderr.take() {
        std::thread::spawn(move || {
            let _ = std::io::copy(&mut stderr, &mut std::io::sink());
            sender.send(CommandOutput::StderrEnd)
        });
    }
    let mut secret = Err("it printed nothing".to_owned());
    for _ in 0..2 {
        match outputs.recv_timeout(time_limit) {
            Ok(CommandOutput::Secret(result)) => secret = result,
            Ok(CommandOutput::StderrEnd) => {}
            Err(_) => {
                stop(&mut child);
                return Err(format!("the command did not end within {} s", time_limit.as_secs_f32()));
            }
        }
    }
    let status = child.wait().map_err(|error| error.to_string())?;
    if !status.success() {
        return Err(format!(
            "the command failed ({status}); its error output is not shown because it can contain the secret"
        ));
    }
    secret.map_err(|why| format!("the output of the command cannot be used: {why}"))
}

#[expect(clippy::disallowed_methods, reason = "the profile names this command as the source of a secret")]
fn start(command: &str) -> std::io::Result<Child> {
    let mut shell = Command::new("sh");
    for name in hidden_variables() {
        shell.env_remove(name);
    }
    shell
        .arg("-c")
        .arg(command)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        // A separate process group, so that a timeout also ends the programs that the shell has started.
        .process_group(0)
        .spawn()
}

fn stop(child: &mut Child) {
    if let Ok(group) = i32::try_from(child.id()) {
        let _ = killpg(Pid::from_raw(group), Signal::SIGKILL);
    }
    let _ = child.kill();
    let _ = child.wait();
}
