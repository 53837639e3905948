//! SSH key pairs in OpenSSH's format: makes a pair from given random bytes, and reads public keys. Opens no file.

use russh::keys::ssh_key::private::Ed25519Keypair;
use russh::keys::ssh_key::{Cipher, HashAlg, Kdf, LineEnding};
use russh::keys::{PrivateKey, PublicKey};
use zeroize::Zeroizing;

use crate::domain::profile::Secret;

/// Rounds of the key derivation from a passphrase: OpenSSH's default.
const ROUNDS: u32 = 24;

/// The random bytes for one pair.
pub struct KeyRandomness {
    /// Becomes the private key.
    pub seed: Zeroizing<[u8; 32]>,
    /// The salt of the passphrase.
    pub salt: [u8; 16],
    /// The number that reveals a wrong passphrase.
    pub check: [u8; 4],
}

/// A new key pair.
pub struct KeyPair {
    /// The text of the private key file.
    pub private: Zeroizing<String>,
    pub public: PublicHalf,
}

/// The public half of a key, for the administrator of a hop.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicHalf {
    /// The line for an `authorized_keys` file.
    pub line: String,
    /// The key type, such as `ssh-ed25519`.
    pub algorithm: String,
    /// `SHA256:…` in OpenSSH's format.
    pub fingerprint: String,
}

/// The reason why a key cannot be read or made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeyPairError {
    /// The text is a private key.
    #[error("it is a private key, which rrx does not show")]
    Private,
    /// The text is not a public key.
    #[error("it is not a public key in OpenSSH's format")]
    NotPublic,
    #[error("the key cannot be made: {0}")]
    NotMade(String),
}

impl KeyPair {
    /// Makes an ed25519 pair, encrypted with the passphrase if there is one.
    ///
    /// # Errors
    /// Returns the errors of the SSH library.
    pub fn new(random: &KeyRandomness, comment: &str, passphrase: Option<&Secret>) -> Result<Self, KeyPairError> {
        let failed = |error: russh::keys::ssh_key::Error| KeyPairError::NotMade(error.to_string());
        let mut key = PrivateKey::from(Ed25519Keypair::from_seed(&random.seed));
        key.set_comment(comment);
        let public = key.public_key().to_openssh().map_err(failed)?;
        if let Some(passphrase) = passphrase {
            let kdf = Kdf::Bcrypt { salt: random.salt.to_vec(), rounds: ROUNDS };
            let check = u32::from_ne_bytes(random.check);
            key = key.encrypt_with(Cipher::Aes256Ctr, kdf, check, passphrase.reveal()).map_err(failed)?;
        }
        let private = key.to_openssh(LineEnding::LF).map_err(failed)?;
        Ok(Self { private, public: PublicHalf::read(&public)? })
    }
}

impl PublicHalf {
    /// Reads the text of a `.pub` file.
    ///
    /// # Errors
    /// Returns an error if the text is a private key, or not a key at all.
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
