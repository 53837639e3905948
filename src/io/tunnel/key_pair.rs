//! SSH key pairs as OpenSSH writes them: makes one from random bytes that are given, and reads a public half. Knows no file and
//! no terminal.

use russh::keys::ssh_key::private::Ed25519Keypair;
use russh::keys::ssh_key::{Cipher, HashAlg, Kdf, LineEnding};
use russh::keys::{PrivateKey, PublicKey};
use zeroize::Zeroizing;

use crate::domain::profile::Secret;

/// Rounds of the passphrase's derivation: OpenSSH's own number.
const ROUNDS: u32 = 24;

/// The random bytes of one pair.
pub struct Randomness {
    /// The key itself.
    pub seed: Zeroizing<[u8; 32]>,
    /// The salt of the passphrase.
    pub salt: [u8; 16],
    /// The number by which a wrong passphrase is known.
    pub check: [u8; 4],
}

/// A new pair.
pub struct KeyPair {
    /// The private half as its file holds it.
    pub private: Zeroizing<String>,
    /// The public half.
    pub public: PublicHalf,
}

/// The public half of a key, for whoever is to admit it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicHalf {
    /// The line of an `authorized_keys` file.
    pub line: String,
    /// The key type, such as `ssh-ed25519`.
    pub algorithm: String,
    /// `SHA256:…` in OpenSSH's form.
    pub fingerprint: String,
}

/// Why there is no key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeyPairError {
    /// The text is a private key.
    #[error("it is a private key, and those are not shown")]
    Private,
    /// The text is no public key.
    #[error("it is not a public key in OpenSSH's form")]
    NotPublic,
    /// The library could not make it.
    #[error("the key cannot be made: {0}")]
    Made(String),
}

impl KeyPair {
    /// Makes an ed25519 pair, locked with the passphrase where there is one.
    ///
    /// # Errors
    /// What the library says.
    pub fn new(random: &Randomness, comment: &str, passphrase: Option<&Secret>) -> Result<Self, KeyPairError> {
        let made = |error: russh::keys::ssh_key::Error| KeyPairError::Made(error.to_string());
        let mut key = PrivateKey::from(Ed25519Keypair::from_seed(&random.seed));
        key.set_comment(comment);
        let public = key.public_key().to_openssh().map_err(made)?;
        if let Some(passphrase) = passphrase {
            let kdf = Kdf::Bcrypt { salt: random.salt.to_vec(), rounds: ROUNDS };
            let check = u32::from_ne_bytes(random.check);
            key = key.encrypt_with(Cipher::Aes256Ctr, kdf, check, passphrase.reveal()).map_err(made)?;
        }
        let private = key.to_openssh(LineEnding::LF).map_err(made)?;
        Ok(Self { private, public: PublicHalf::read(&public)? })
    }
}

impl PublicHalf {
    /// Reads the text of a `.pub` file.
    ///
    /// # Errors
    /// Where it is none.
    pub fn read(text: &str) -> Result<Self, KeyPairError> {
        if text.contains("PRIVATE KEY") {
            return Err(KeyPairError::Private);
        }
        let line = text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default().trim();
        let key = PublicKey::from_openssh(line).map_err(|_| KeyPairError::NotPublic)?;
        Ok(Self {
            line: line.to_owned(),
            algorithm: key.algorithm().to_string(),
            fingerprint: key.fingerprint(HashAlg::Sha256).to_string(),
        })
    }
}
