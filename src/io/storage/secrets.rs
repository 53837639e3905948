//! Secrets from where the profile says: environment, file, command, or the terminal. A secret's text is in no message,
//! no argument list and no log; its buffers are wiped.

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

use super::bounded::Bounded;
use super::keyring::{self, Keyring};
use super::tty;
use crate::domain::limits;
use crate::domain::problem::{Problem, ProblemKind};
use crate::domain::profile::{CommandLine, Secret, SecretSource};

/// A secret, and what is worth saying about its source.
#[derive(Debug)]
pub struct Found {
    /// The secret.
    pub secret: Secret,
    /// A warning in plain words.
    pub warning: Option<String>,
}

/// Variables that hold secrets by their name alone: clients of MySQL and SSH read them.
const SECRET_VARIABLES: [&str; 3] = ["MYSQL_PWD", "MARIADB_PWD", "SSHPASS"];

/// Variables that some profile names as the source of a secret. The environment is the process's, and so is this.
static NAMED_VARIABLES: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());

/// Keeps this variable from every program that is started: a profile takes a secret from it.
pub fn keep_from_children(variable: &str) {
    NAMED_VARIABLES.lock().unwrap_or_else(PoisonError::into_inner).insert(variable.to_owned());
}

/// The variables that no child may see.
fn not_for_children() -> Vec<String> {
    let named = NAMED_VARIABLES.lock().unwrap_or_else(PoisonError::into_inner);
    SECRET_VARIABLES.iter().map(|name| (*name).to_owned()).chain(named.iter().cloned()).collect()
}

/// Resolves a secret that needs nobody's answer; `None` means that the user must be asked. Blocks: call it on a
/// blocking thread. `purpose` names it in messages ("the password of eu").
///
/// # Errors
/// A problem of kind [`ProblemKind::Settings`] that names the source and never the secret.
pub fn resolve(source: &SecretSource, purpose: &str) -> Result<Option<Found>, Problem> {
    resolve_within(source, purpose, limits::SECRET_COMMAND, keyring::system())
}

/// As [`resolve`], with another time for a command and another keyring.
///
/// # Errors
/// As [`resolve`].
pub fn resolve_within(
    source: &SecretSource,
    purpose: &str,
    time: Duration,
    ring: &dyn Keyring,
) -> Result<Option<Found>, Problem> {
    let found = match source {
        SecretSource::Prompt => return Ok(None),
        SecretSource::Keyring(entry) => {
            return match ring.get(entry) {
                Ok(Some(secret)) => Ok(Some(plain(secret))),
                Ok(None) => Err(failed(purpose, "the keyring has none for this profile")),
                Err(error) => Err(failed(purpose, &error.to_string()).hint(error.hint())),
            };
        }
        SecretSource::Env(name) => from_env(name).map(plain),
        SecretSource::File(path) => from_file(path),
        SecretSource::Command(command) => from_command(command, time).map(plain),
    };
    found.map(Some).map_err(|why| failed(purpose, &why))
}

/// Resolves a secret for a session, which asks its user itself where the source is [`SecretSource::Prompt`]. A warning
/// about the source is dropped: say it beforehand with [`resolve`], where there is a place for words.
///
/// # Errors
/// As [`resolve`]; for a source that only a person can answer, a problem.
pub fn bring(source: &SecretSource) -> Result<Secret, Problem> {
    match resolve(source, "this sign-in")? {
        Some(found) => Ok(found.secret),
        None => Err(failed("this sign-in", "it must be asked for").hint("connect where there is a terminal")),
    }
}

/// The first line of this stream: how a script hands a secret over.
///
/// # Errors
/// Where it holds none, or what is no secret.
pub fn read(source: impl Read, rrx: &CommandLine) -> Result<Secret, Problem> {
    first_line(source).map_err(|why| {
        Problem::new(ProblemKind::Settings, "Standard input gives no secret")
            .because(why)
            .hint(format!("write it as the first line, for example `pass show rr | {}`", rrx.with("secret set NAME")))
    })
}

/// Asks on the controlling terminal, without echo; standard input and output stay untouched.
///
/// # Errors
/// A problem where there is no terminal to ask on.
pub fn ask(prompt: &str) -> Result<Secret, Problem> {
    rpassword::prompt_password(format!("{prompt}: ")).map(Secret::new).map_err(|error| nobody(prompt, &error))
}

/// The same where what is typed may be seen: a hop says so of a question.
///
/// # Errors
/// As [`ask`].
pub fn ask_shown(prompt: &str) -> Result<Secret, Problem> {
    tty::ask(&format!("{prompt}: ")).map(Secret::new).map_err(|error| nobody(prompt, &error))
}

fn nobody(prompt: &str, error: &std::io::Error) -> Problem {
    Problem::new(ProblemKind::Settings, format!("{prompt} is needed, and there is no terminal to ask on"))
        .because(error.to_string())
        .hint("name a source in the profile: { command = \"…\" }, { env = \"…\" } or { file = \"…\" }")
}

fn plain(secret: Secret) -> Found {
    Found { secret, warning: None }
}

fn failed(purpose: &str, why: &str) -> Problem {
    Problem::new(ProblemKind::Settings, format!("There is no secret for {purpose}")).because(why)
}

fn from_env(name: &str) -> Result<Secret, String> {
    let value = std::env::var_os(name).ok_or_else(|| format!("the environment has no {name}"))?;
    let value = value.into_string().map_err(|_| format!("the value of {name} is not UTF-8"))?;
    if value.is_empty() { Err(format!("{name} is empty")) } else { Ok(Secret::new(value)) }
}

fn from_file(path: &Path) -> Result<Found, String> {
    let name = path.display();
    let meta = std::fs::metadata(path).map_err(|error| format!("{name}: {error}"))?;
    if meta.is_dir() {
        return Err(format!("{name} is a folder"));
    }
    let file = Bounded::open(path, limits::SECRET_COMMAND).map_err(|error| format!("{name}: {error}"))?;
    let secret = first_line(file).map_err(|why| format!("{name}: {why}"))?;
    let warning = (meta.permissions().mode() & 0o077 != 0)
        .then(|| format!("{name} can be read by others; `chmod 600 {name}` closes it"));
    Ok(Found { secret, warning })
}

/// The first line, its ending taken off. Blanks belong to the secret.
fn first_line(source: impl Read) -> Result<Secret, String> {
    let most = usize::try_from(limits::SECRET_BYTES).unwrap_or_default() + 1;
    // All of it at once: a buffer that grows leaves what it held behind.
    let mut bytes = Zeroizing::new(Vec::with_capacity(most));
    source.take(limits::SECRET_BYTES + 1).read_to_end(&mut bytes).map_err(|error| error.to_string())?;
    if bytes.len() as u64 > limits::SECRET_BYTES {
        return Err("it is too long for a secret".into());
    }
    let line = bytes.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    let text = std::str::from_utf8(line).map_err(|_| "its first line is not UTF-8".to_owned())?;
    if text.is_empty() { Err("its first line is empty".into()) } else { Ok(Secret::new(text.to_owned())) }
}

/// What the two readers of a command's output answer.
enum Said {
    Secret(Result<Secret, String>),
    /// It has said all that it complained. That is never quoted: under `sh -x`, or in words about the secret, it holds it.
    Complaint,
}

fn from_command(command: &str, time: Duration) -> Result<Secret, String> {
    let mut child = start(command).map_err(|error| format!("sh cannot be started: {error}"))?;
    let (said, answers) = mpsc::sync_channel(2);
    if let Some(stdout) = child.stdout.take() {
        let said = said.clone();
        std::thread::spawn(move || said.send(Said::Secret(first_line(stdout))));
    }
    if let Some(mut stderr) = child.stderr.take() {
        std::thread::spawn(move || {
            let _ = std::io::copy(&mut stderr, &mut std::io::sink());
            said.send(Said::Complaint)
        });
    }
    let mut secret = Err("it printed nothing".to_owned());
    for _ in 0..2 {
        match answers.recv_timeout(time) {
            Ok(Said::Secret(result)) => secret = result,
            Ok(Said::Complaint) => {}
            Err(_) => {
                stop(&mut child);
                return Err(format!("the command did not end within {} s", time.as_secs_f32()));
            }
        }
    }
    let status = child.wait().map_err(|error| error.to_string())?;
    if !status.success() {
        return Err(format!("the command failed ({status}); what it complained is not shown: it may hold the secret"));
    }
    secret.map_err(|why| format!("what the command printed cannot be used: {why}"))
}

#[expect(clippy::disallowed_methods, reason = "the profile names this command as the source of a secret")]
fn start(command: &str) -> std::io::Result<Child> {
    let mut shell = Command::new("sh");
    for name in not_for_children() {
        shell.env_remove(name);
    }
    shell
        .arg("-c")
        .arg(command)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        // A group of its own, so that a time-out ends what the shell has started too.
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
