//! The demo's credentials: two SSH keys and the replica's password, which it keeps between runs in its own directory. It
//! does not touch `~/.ssh` or the user's settings.

use std::fs;
use std::io::{self, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use ring::rand::{SecureRandom as _, SystemRandom};
use russh::keys::PrivateKey;
use russh::keys::ssh_key::LineEnding;
use russh::keys::ssh_key::private::Ed25519Keypair;
use zeroize::Zeroizing;

use super::error::DemoError;
use crate::domain::profile::Secret;

/// Keys and password, created at the first start.
pub(super) struct DemoCredentials {
    pub host: PrivateKey,
    pub user: PrivateKey,
    /// The file of the user's key.
    pub identity: PathBuf,
    /// The password of the replica's account.
    pub password: Secret,
    pub password_file: PathBuf,
}

/// Reads the credentials from a directory, and creates those that do not exist.
///
/// # Errors
/// Names the file that cannot be read, created or parsed.
pub(super) fn load(directory: &Path) -> Result<DemoCredentials, DemoError> {
    fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(directory)
        .map_err(|error| file_error(directory, &error))?;
    let (identity, password_file) = file_paths(directory);
    let password = read_or_create(&password_file, new_password)?;
    Ok(DemoCredentials {
        host: load_key(&directory.join("host_ed25519"))?,
        user: load_key(&identity)?,
        identity,
        password: Secret::new(password.lines().next().unwrap_or_default().to_owned()),
        password_file,
    })
}

/// Returns the paths of the user's key and of the password. The files need not exist.
pub(super) fn file_paths(directory: &Path) -> (PathBuf, PathBuf) {
    (directory.join("id_ed25519"), directory.join("password"))
}

fn file_error(path: &Path, why: &dyn std::fmt::Display) -> DemoError {
    DemoError::Directory { path: path.to_owned(), why: why.to_string() }
}

fn load_key(path: &Path) -> Result<PrivateKey, DemoError> {
    let text = read_or_create(path, || {
        let seed = random_bytes::<32>()?;
        let key = PrivateKey::from(Ed25519Keypair::from_seed(&seed));
        key.to_openssh(LineEnding::LF).map_err(io::Error::other)
    })?;
    PrivateKey::from_openssh(text.as_bytes()).map_err(|error| file_error(path, &error))
}

/// Creates a password of 48 random hexadecimal digits.
fn new_password() -> io::Result<Zeroizing<String>> {
    let bytes = random_bytes::<24>()?;
    let digits =
        bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]).filter_map(|digit| char::from_digit(digit.into(), 16));
    Ok(Zeroizing::new(digits.chain(['\n']).collect()))
}

fn random_bytes<const N: usize>() -> io::Result<Zeroizing<[u8; N]>> {
    let mut bytes = Zeroizing::new([0; N]);
    SystemRandom::new().fill(bytes.as_mut()).map_err(|_| io::Error::other("the system has no random bytes"))?;
    Ok(bytes)
}

/// Reads a file. If it does not exist, it is created with mode 0600.
///
/// The content is written to a draft that is linked to the final name, so two processes that start at the same time read the
/// same complete file: the first link wins.
fn read_or_create(
    path: &Path,
    create: impl FnOnce() -> io::Result<Zeroizing<String>>,
) -> Result<Zeroizing<String>, DemoError> {
    let read = || fs::read_to_string(path).map(Zeroizing::new);
    match read() {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        read => return read.map_err(|error| file_error(path, &error)),
    }
    let created = (|| {
        let draft = path.with_extension(format!("draft-{}", std::process::id()));
        let mut options = fs::OpenOptions::new();
        let mut opened = options.write(true).create(true).truncate(true).mode(0o600).open(&draft)?;
        opened.write_all(create()?.as_bytes())?;
        opened.sync_all()?;
        let linked = match fs::hard_link(&draft, path) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
            linked => linked,
        };
        fs::remove_file(&draft)?;
        linked?;
        read()
    })();
    created.map_err(|error| file_error(path, &error))
}
