//! `rrx ssh-key`: the public half of a key and its fingerprint as a text to send to whoever runs the bastion; with `--new` a
//! pair is made first. It overwrites nothing, shows no private half, and asks nobody on the network.

use std::fmt::Write as _;
use std::io::Write;
use std::path::{Path, PathBuf};

use ring::rand::{SecureRandom as _, SystemRandom};
use zeroize::Zeroizing;

use super::print;
use crate::cli::SshKeyCommand;
use crate::domain::problem::{Problem, ProblemKind};
use crate::domain::profile::{Secret, resolve};
use crate::io::storage::atomic;
use crate::io::tunnel::key_pair::{KeyPair, KeyPairError, PublicHalf, Randomness};

/// OpenSSH's default key files, the best first.
const USUAL: [&str; 3] = ["id_ed25519.pub", "id_ecdsa.pub", "id_rsa.pub"];
/// How often a passphrase and its repetition may differ.
const TRIES: usize = 3;

/// Who and where.
#[derive(Debug, Clone)]
pub struct Here {
    /// The user's home folder.
    pub home: PathBuf,
    /// The comment of a new key: `user@machine`.
    pub comment: String,
}

/// Serves it. `ask` brings a secret that the user types.
///
/// # Errors
/// A key that is not there or is none, a file that is there already, a passphrase that is not repeated.
pub fn run(
    command: &SshKeyCommand,
    here: &Here,
    ask: impl FnMut(&str) -> Result<Secret, Problem>,
    out: &mut dyn Write,
    err: &mut dyn Write,
) -> Result<(), Problem> {
    let keys = match &command.new {
        Some(file) => {
            let file = resolve(file.as_deref().unwrap_or(Path::new("~/.ssh/id_ed25519")), &here.home, Path::new(""));
            let public = make(&file, command, here, ask)?;
            print::text(
                err,
                &format!(
                    "Made {} (keep it to yourself) and {}.\n\n",
                    print::line(&file.display().to_string()),
                    print::line(&with_pub(&file).display().to_string())
                ),
            )?;
            vec![public]
        }
        None if command.files.is_empty() => vec![usual(&here.home)?],
        None => command
            .files
            .iter()
            .map(|file| read(&resolve(file, &here.home, Path::new(""))))
            .collect::<Result<Vec<_>, _>>()?,
    };
    print::text(out, &ticket(&keys))
}

/// The text to send.
fn ticket(keys: &[PublicHalf]) -> String {
    let several = if keys.len() == 1 { "this SSH key" } else { "these SSH keys" };
    let mut text = format!("Please admit {several} at the bastion of the read replica.\n\n");
    for key in keys {
        let (line, algorithm) = (print::line(&key.line), print::line(&key.algorithm));
        // Writing to a string cannot fail.
        let _ = write!(text, "{line}\n\n  Type         {algorithm}\n  Fingerprint  {}\n\n", key.fingerprint);
    }
    text.push_str(
        "  Public address to be allow-listed   ______________________ (from which my connections come)\n  \
         Please tell me: the bastion's name, my account there, and its host key's fingerprint.\n",
    );
    text
}

fn usual(home: &Path) -> Result<PublicHalf, Problem> {
    let folder = home.join(".ssh");
    let there = |name: &&str| folder.join(name).is_file();
    let private = || USUAL.iter().filter_map(|name| name.strip_suffix(".pub")).find(there);
    match USUAL.iter().copied().find(there).or_else(private) {
        // A private half alone is refused with what makes its public one.
        Some(name) => read(&folder.join(name)),
        None => Err(Problem::new(ProblemKind::Settings, format!("There is no SSH key in {}", folder.display()))
            .because(format!("none of {} is there", USUAL.join(", ")))
            .hint("`rrx ssh-key --new` makes a pair; `rrx ssh-key FILE` shows one that lies elsewhere")),
    }
}

/// Reads the public half that this path means, with or without `.pub`.
fn read(path: &Path) -> Result<PublicHalf, Problem> {
    let public = with_pub(path);
    let path = if public.is_file() { &public } else { path };
    let wrong = |why: String| {
        Problem::new(ProblemKind::Settings, format!("{} shows no public key", path.display())).because(why)
    };
    let text = atomic::read_text(path).map(Zeroizing::new).map_err(|error| {
        wrong(error.to_string()).hint("name the file that ends in .pub, or make a pair with `rrx ssh-key --new`")
    })?;
    PublicHalf::read(&text).map_err(|error| {
        let problem = wrong(error.to_string());
        match error {
            KeyPairError::Private => {
                let file = path.display();
                problem.hint(format!("`ssh-keygen -y -f {file} > {file}.pub` writes its public half"))
            }
            KeyPairError::NotPublic | KeyPairError::Made(_) => problem.hint("name the file that ends in .pub"),
        }
    })
}

fn with_pub(path: &Path) -> PathBuf {
    if path.extension().is_some_and(|ending| ending == "pub") {
        return path.to_owned();
    }
    let mut name = path.as_os_str().to_owned();
    name.push(".pub");
    name.into()
}

/// Makes a pair in files that are not there yet.
fn make(
    file: &Path,
    command: &SshKeyCommand,
    here: &Here,
    ask: impl FnMut(&str) -> Result<Secret, Problem>,
) -> Result<PublicHalf, Problem> {
    let failed = |path: &Path, why: &str| {
        Problem::new(ProblemKind::Local, format!("The key cannot be put into {}", path.display())).because(why)
    };
    let taken = |path: &Path| {
        failed(path, "there is a file of that name already, and it is not overwritten")
            .hint("`rrx ssh-key` shows the key that is there; `rrx ssh-key --new FILE` makes one of another name")
    };
    let public_file = with_pub(file);
    if public_file == file {
        return Err(failed(file, "the private half does not end in .pub").hint("name the file without .pub"));
    }
    if let Some(path) = [file, &public_file].into_iter().find(|path| path.symlink_metadata().is_ok()) {
        return Err(taken(path));
    }
    let passphrase = if command.no_passphrase { None } else { passphrase(ask)? };
    let comment = command.comment.as_deref().unwrap_or(&here.comment);
    if comment.chars().any(char::is_control) {
        return Err(
            Problem::new(ProblemKind::Settings, "The comment holds a control character").hint("write it on one line")
        );
    }
    let pair = random()
        .and_then(|random| KeyPair::new(&random, comment, passphrase.as_ref()).map_err(|error| error.to_string()))
        .map_err(|why| failed(file, &why))?;
    if let Some(folder) = file.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        atomic::make_folder(folder).map_err(|error| failed(folder, &error.to_string()))?;
    }
    for (path, text) in [(file, pair.private.as_str()), (&public_file, &format!("{}\n", pair.public.line))] {
        atomic::create(path, text.as_bytes()).map_err(|error| match error.kind() {
            std::io::ErrorKind::AlreadyExists => taken(path),
            _ => failed(path, &error.to_string()),
        })?;
    }
    Ok(pair.public)
}

/// The passphrase, typed twice alike; none where it is empty.
fn passphrase(mut ask: impl FnMut(&str) -> Result<Secret, Problem>) -> Result<Option<Secret>, Problem> {
    let mut prompt = "Passphrase of the new key (empty: none)";
    for _ in 0..TRIES {
        let first = ask(prompt).map_err(|problem| problem.hint("--no-passphrase makes the key without one"))?;
        if first.reveal().is_empty() {
            return Ok(None);
        }
        if ask("The same again")?.reveal() == first.reveal() {
            return Ok(Some(first));
        }
        prompt = "They differ. Passphrase of the new key (empty: none)";
    }
    Err(Problem::new(ProblemKind::Settings, "No key was made")
        .because("the passphrase and its repetition differed each time"))
}

fn random() -> Result<Randomness, String> {
    let mut random = Randomness { seed: Zeroizing::new([0; 32]), salt: [0; 16], check: [0; 4] };
    let source = SystemRandom::new();
    for bytes in [random.seed.as_mut_slice(), &mut random.salt, &mut random.check] {
        source.fill(bytes).map_err(|_| "the system gives no random bytes".to_owned())?;
    }
    Ok(random)
}
