//! `rrx ssh-key`: prints the public half of an SSH key and its fingerprint, as a text for the administrator of the bastion; with
//! `--new` it creates a key pair first. It overwrites nothing, shows no private key, and uses no network.

use std::fmt::Write as _;
use std::io::Write;
use std::path::{Path, PathBuf};

use ring::rand::{SecureRandom as _, SystemRandom};
use zeroize::Zeroizing;

use super::common::context::CommandContext;
use super::common::print;
use crate::cli::SshKeyCommand;
use crate::domain::problem::{Problem, ProblemKind};
use crate::domain::profile::{Secret, absolute_path};
use crate::io::storage::atomic;
use crate::io::tunnel::key_pair::{KeyPair, KeyPairError, KeyRandomness, PublicHalf};

/// The default key files of OpenSSH, the best one first.
const DEFAULT_FILES: [&str; 3] = ["id_ed25519.pub", "id_ecdsa.pub", "id_rsa.pub"];
/// The number of attempts to enter the same passphrase twice.
const MAX_TRIES: usize = 3;

/// The owner of a key.
#[derive(Debug, Clone)]
pub struct KeyOwner {
    pub home: PathBuf,
    /// The comment of a new key: `user@machine`.
    pub comment: String,
}

/// Runs `rrx ssh-key`.
///
/// # Errors
/// Returns a problem if a key cannot be read or created.
pub fn execute(command: &SshKeyCommand, context: &CommandContext) -> Result<(), Problem> {
    let env = &context.env;
    let comment = format!("{}@{}", env.user, env.host_name.as_deref().unwrap_or("localhost"));
    let owner = KeyOwner { home: env.paths.home.clone(), comment };
    run(command, &owner, env.prompts.hidden, &mut std::io::stdout(), &mut std::io::stderr())
}

/// Prints keys, or creates one. `ask` returns a secret that the user types.
///
/// # Errors
/// Returns a problem if a key cannot be read, if a file exists already, or if the passphrase is not repeated correctly.
pub fn run(
    command: &SshKeyCommand,
    owner: &KeyOwner,
    ask: impl FnMut(&str) -> Result<Secret, Problem>,
    out: &mut dyn Write,
    err: &mut dyn Write,
) -> Result<(), Problem> {
    let keys = match &command.new {
        Some(file) => {
            let file =
                absolute_path(file.as_deref().unwrap_or(Path::new("~/.ssh/id_ed25519")), &owner.home, Path::new(""));
            let public = create(&file, command, owner, ask)?;
            print::text(
                err,
                &format!(
                    "Created {} (private: do not share it) and {}.\n\n",
                    print::one_line(&file.display().to_string()),
                    print::one_line(&with_pub(&file).display().to_string())
                ),
            )?;
            vec![public]
        }
        None if command.files.is_empty() => vec![default_key(&owner.home)?],
        None => command
            .files
            .iter()
            .map(|file| read(&absolute_path(file, &owner.home, Path::new(""))))
            .collect::<Result<Vec<_>, _>>()?,
    };
    print::text(out, &request_text(&keys))
}

/// Returns the text for the administrator of the bastion.
fn request_text(keys: &[PublicHalf]) -> String {
    let which = if keys.len() == 1 { "this SSH key" } else { "these SSH keys" };
    let mut text = format!("Please add {which} to the bastion of the read replica.\n\n");
    for key in keys {
        let (line, algorithm) = (print::one_line(&key.line), print::one_line(&key.algorithm));
        // Writing to a string cannot fail.
        let _ = write!(text, "{line}\n\n  Type         {algorithm}\n  Fingerprint  {}\n\n", key.fingerprint);
    }
    text.push_str(
        "  Public address to be allow-listed   ______________________ (my connections come from it)\n  \
         Please send me: the host name of the bastion, my account there, and the fingerprint of its host key.\n",
    );
    text
}

fn default_key(home: &Path) -> Result<PublicHalf, Problem> {
    let directory = home.join(".ssh");
    let exists = |name: &&str| directory.join(name).is_file();
    let private = || DEFAULT_FILES.iter().filter_map(|name| name.strip_suffix(".pub")).find(exists);
    match DEFAULT_FILES.iter().copied().find(exists).or_else(private) {
        // For a private key without a public half, the error explains how to write the public half.
        Some(name) => read(&directory.join(name)),
        None => Err(Problem::new(ProblemKind::Settings, format!("There is no SSH key in {}", directory.display()))
            .because(format!("rrx looked for {}", DEFAULT_FILES.join(", ")))
            .hint("create a key pair with `rrx ssh-key --new`, or show another file with `rrx ssh-key FILE`")),
    }
}

/// Reads the public half of a key; the path may lack `.pub`.
fn read(path: &Path) -> Result<PublicHalf, Problem> {
    let public = with_pub(path);
    let path = if public.is_file() { &public } else { path };
    let no_key =
        |why: String| Problem::new(ProblemKind::Settings, format!("{} has no public key", path.display())).because(why);
    let text = atomic::read_text(path).map(Zeroizing::new).map_err(|error| {
        no_key(error.to_string()).hint("name the file that ends in .pub, or create a pair with `rrx ssh-key --new`")
    })?;
    PublicHalf::read(&text).map_err(|error| {
        let problem = no_key(error.to_string());
        match error {
            KeyPairError::Private => {
                let file = path.display();
                problem.hint(format!("`ssh-keygen -y -f {file} > {file}.pub` writes its public half"))
            }
            KeyPairError::NotPublic | KeyPairError::NotMade(_) => problem.hint("name the file that ends in .pub"),
        }
    })
}

fn with_pub(path: &Path) -> PathBuf {
    if path.extension().is_some_and(|extension| extension == "pub") {
        return path.to_owned();
    }
    let mut name = path.as_os_str().to_owned();
    name.push(".pub");
    name.into()
}

/// Creates a key pair in two new files.
fn create(
    file: &Path,
    command: &SshKeyCommand,
    owner: &KeyOwner,
    ask: impl FnMut(&str) -> Result<Secret, Problem>,
) -> Result<PublicHalf, Problem> {
    let failed = |path: &Path, why: &str| {
        Problem::new(ProblemKind::Local, format!("The key cannot be written to {}", path.display())).because(why)
    };
    let exists = |path: &Path| {
        failed(path, "the file exists already and is not overwritten")
            .hint("show the existing key with `rrx ssh-key`, or create another one with `rrx ssh-key --new FILE`")
    };
    let public_file = with_pub(file);
    if public_file == file {
        return Err(failed(file, "the name of a private key does not end in .pub").hint("name the file without .pub"));
    }
    if let Some(path) = [file, &public_file].into_iter().find(|path| path.symlink_metadata().is_ok()) {
        return Err(exists(path));
    }
    let passphrase = if command.no_passphrase { None } else { ask_passphrase(ask)? };
    let comment = command.comment.as_deref().unwrap_or(&owner.comment);
    if comment.chars().any(char::is_control) {
        return Err(Problem::new(ProblemKind::Settings, "The comment contains a control character")
            .hint("write it on one line"));
    }
    let pair = randomness()
        .and_then(|random| KeyPair::new(&random, comment, passphrase.as_ref()).map_err(|error| error.to_string()))
        .map_err(|why| failed(file, &why))?;
    if let Some(directory) = file.parent().filter(|directory| !directory.as_os_str().is_empty()) {
        atomic::create_directory(directory).map_err(|error| failed(directory, &error.to_string()))?;
    }
    for (path, text) in [(file, pair.private.as_str()), (&public_file, &format!("{}\n", pair.public.line))] {
        atomic::create(path, text.as_bytes()).map_err(|error| match error.kind() {
            std::io::ErrorKind::AlreadyExists => exists(path),
            _ => failed(path, &error.to_string()),
        })?;
    }
    Ok(pair.public)
}

/// Asks for a passphrase and its repetition. An empty one means no passphrase.
fn ask_passphrase(mut ask: impl FnMut(&str) -> Result<Secret, Problem>) -> Result<Option<Secret>, Problem> {
    let mut prompt = "Passphrase of the new key (empty for none)";
    for _ in 0..MAX_TRIES {
        let first = ask(prompt).map_err(|problem| problem.hint("create the key without one with --no-passphrase"))?;
        if first.reveal().is_empty() {
            return Ok(None);
        }
        if ask("Repeat the passphrase")?.reveal() == first.reveal() {
            return Ok(Some(first));
        }
        prompt = "They differ. Passphrase of the new key (empty for none)";
    }
    Err(Problem::new(ProblemKind::Settings, "No key was created")
        .because("the passphrase and its repetition differed each time"))
}

fn randomness() -> Result<KeyRandomness, String> {
    let mut random = KeyRandomness { seed: Zeroizing::new([0; 32]), salt: [0; 16], check: [0; 4] };
    let source = SystemRandom::new();
    for bytes in [random.seed.as_mut_slice(), &mut random.salt, &mut random.check] {
        source.fill(bytes).map_err(|_| "the system returned no random bytes".to_owned())?;
    }
    Ok(random)
}
