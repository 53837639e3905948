//! What the demo keeps between runs, in a folder of its own: two SSH keys and the replica's password. It reads and writes
//! nothing else, neither `~/.ssh` nor the user's settings.

use std::fs;
use std::io::{self, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use ring::rand::{SecureRandom as _, SystemRandom};
use russh::keys::PrivateKey;
use russh::keys::ssh_key::LineEnding;
use russh::keys::ssh_key::private::Ed25519Keypair;
use zeroize::Zeroizing;

use super::DemoError;
use crate::domain::profile::Secret;

/// Keys and password, made at the first start.
pub(super) struct Kept {
    /// The jump host's key.
    pub host: PrivateKey,
    /// The user's key.
    pub user: PrivateKey,
    /// The user's key file.
    pub identity: PathBuf,
    /// The replica's password.
    pub password: Secret,
    /// The file that holds it.
    pub password_file: PathBuf,
}

/// Reads what the folder holds, and makes what it does not.
///
/// # Errors
/// Which file cannot be read, made or understood.
pub(super) fn load(folder: &Path) -> Result<Kept, DemoError> {
    fs::DirBuilder::new().recursive(true).mode(0o700).create(folder).map_err(|error| file(folder, &error))?;
    let (identity, password_file) = files(folder);
    let password = text(&password_file, password)?;
    Ok(Kept {
        host: key(&folder.join("host_ed25519"))?,
        user: key(&identity)?,
        identity,
        password: Secret::new(password.lines().next().unwrap_or_default().to_owned()),
        password_file,
    })
}

/// The user's key file and the password's, whether they are there or not.
pub(super) fn files(folder: &Path) -> (PathBuf, PathBuf) {
    (folder.join("id_ed25519"), folder.join("password"))
}

fn file(path: &Path, why: &dyn std::fmt::Display) -> DemoError {
    DemoError::Folder { path: path.to_owned(), why: why.to_string() }
}

fn key(path: &Path) -> Result<PrivateKey, DemoError> {
    let text = text(path, || {
        let seed = random::<32>()?;
        let key = PrivateKey::from(Ed25519Keypair::from_seed(&seed));
        key.to_openssh(LineEnding::LF).map_err(io::Error::other)
    })?;
    PrivateKey::from_openssh(text.as_bytes()).map_err(|error| file(path, &error))
}

/// 48 hexadecimal digits.
fn password() -> io::Result<Zeroizing<String>> {
    let bytes = random::<24>()?;
    let digits =
        bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]).filter_map(|digit| char::from_digit(digit.into(), 16));
    Ok(Zeroizing::new(digits.chain(['\n']).collect()))
}

fn random<const N: usize>() -> io::Result<Zeroizing<[u8; N]>> {
    let mut bytes = Zeroizing::new([0; N]);
    SystemRandom::new().fill(bytes.as_mut()).map_err(|_| io::Error::other("no random bytes"))?;
    Ok(bytes)
}

/// The file's text; the file is made, for its owner alone, when it is not there. Two that start at once agree: the file appears
/// whole, under its name, or not at all, and the first stays.
fn text(path: &Path, make: impl FnOnce() -> io::Result<Zeroizing<String>>) -> Result<Zeroizing<String>, DemoError> {
    let read = || fs::read_to_string(path).map(Zeroizing::new);
    match read() {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        read => return read.map_err(|error| file(path, &error)),
    }
    let made = (|| {
        let draft = path.with_extension(format!("draft-{}", std::process::id()));
        let mut options = fs::OpenOptions::new();
        let mut opened = options.write(true).create(true).truncate(true).mode(0o600).open(&draft)?;
        opened.write_all(make()?.as_bytes())?;
        opened.sync_all()?;
        let linked = match fs::hard_link(&draft, path) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
            linked => linked,
        };
        fs::remove_file(&draft)?;
        linked?;
        read()
    })();
    made.map_err(|error| file(path, &error))
}
