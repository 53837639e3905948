//! Sign-in: the greeting, the client's response, and the proof of its password.
//!
//! Source: protocol pages "handshake v10", "handshake response 41", "`mysql_native_password`".

use ring::digest::{SHA1_FOR_LEGACY_USE_ONLY, digest};

use super::capability;
use super::encode::Reader;

/// The one sign-in method.
pub(super) const METHOD: &str = "mysql_native_password";
/// `utf8mb4_general_ci`.
const CHARSET: u8 = 45;

/// What the client says of itself.
#[derive(Debug, Default)]
pub(super) struct SignIn {
    /// Its capability flags.
    pub capabilities: u32,
    /// The account.
    pub user: String,
    /// The proof of the password.
    pub proof: Vec<u8>,
    /// The database to start in.
    pub database: Option<String>,
    /// The sign-in method that made the proof.
    pub method: Option<String>,
}

/// The greeting.
pub(super) fn greeting(version: &str, connection: u32, nonce: &[u8; 20], status: u16) -> Vec<u8> {
    let mut out = vec![10];
    out.extend_from_slice(version.as_bytes());
    out.push(0);
    out.extend_from_slice(&connection.to_le_bytes());
    out.extend_from_slice(&nonce[..8]);
    out.push(0);
    let flags = capability::OFFERED.to_le_bytes();
    out.extend_from_slice(&flags[..2]);
    out.push(CHARSET);
    out.extend_from_slice(&status.to_le_bytes());
    out.extend_from_slice(&flags[2..]);
    out.push(21);
    out.extend_from_slice(&[0; 10]);
    out.extend_from_slice(&nonce[8..]);
    out.push(0);
    out.extend_from_slice(METHOD.as_bytes());
    out.push(0);
    out
}

/// Reads the response; `None` when it is broken or asks for TLS, which is not offered.
pub(super) fn response(packet: &[u8]) -> Option<SignIn> {
    let mut reader = Reader::new(packet);
    let capabilities = u32::try_from(reader.number(4)?).ok()?;
    if capabilities & capability::PROTOCOL_41 == 0 || capabilities & capability::SSL != 0 {
        return None;
    }
    let has = |flag: u32| capabilities & flag != 0;
    reader.take(4 + 1 + 23)?;
    let user = text(reader.zero_ended()?);
    let proof = if has(capability::PLUGIN_AUTH_LENENC) {
        reader.bytes()?.to_vec()
    } else if has(capability::SECURE_CONNECTION) {
        let length = reader.byte()?;
        reader.take(length.into())?.to_vec()
    } else {
        reader.zero_ended()?.to_vec()
    };
    let database = if has(capability::CONNECT_WITH_DB) { reader.zero_ended().map(text) } else { None };
    let method = if has(capability::PLUGIN_AUTH) { reader.zero_ended().map(text) } else { None };
    // The client's attributes follow; nothing here tells them on, as `MariaDB`'s process list does not.
    let database = database.filter(|name| !name.is_empty());
    Some(SignIn { capabilities, user, proof, database, method })
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// Asks the client to prove its password by our method.
pub(super) fn switch_method(nonce: &[u8; 20]) -> Vec<u8> {
    let mut out = vec![0xfe];
    out.extend_from_slice(METHOD.as_bytes());
    out.push(0);
    out.extend_from_slice(nonce);
    out.push(0);
    out
}

/// Whether the proof is `SHA1(password) XOR SHA1(nonce, SHA1(SHA1(password)))`.
pub(super) fn is_proven(password: &str, nonce: &[u8; 20], proof: &[u8]) -> bool {
    let sha1 = |bytes: &[u8]| digest(&SHA1_FOR_LEGACY_USE_ONLY, bytes);
    let once = sha1(password.as_bytes());
    let mut salted = nonce.to_vec();
    salted.extend_from_slice(sha1(once.as_ref()).as_ref());
    let mask = sha1(&salted);
    let expected = once.as_ref().iter().zip(mask.as_ref()).map(|(a, b)| a ^ b);
    proof.len() == once.as_ref().len() && expected.zip(proof).fold(0, |wrong, (a, b)| wrong | (a ^ b)) == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_right_password_is_proven() {
        let nonce = *b"abcdefghijklmnopqrst";
        let driver = mysql_common_proof(b"s3cret", &nonce);
        assert!(is_proven("s3cret", &nonce, &driver));
        assert!(!is_proven("s3crets", &nonce, &driver));
        assert!(!is_proven("s3cret", &nonce, &[]));
    }

    /// The proof, computed the way the client's manual writes it.
    fn mysql_common_proof(password: &[u8], nonce: &[u8; 20]) -> Vec<u8> {
        let sha1 = |bytes: &[u8]| digest(&SHA1_FOR_LEGACY_USE_ONLY, bytes).as_ref().to_vec();
        let once = sha1(password);
        let mask = sha1(&[nonce.to_vec(), sha1(&once)].concat());
        once.iter().zip(mask).map(|(a, b)| a ^ b).collect()
    }

    #[test]
    fn a_short_response_is_refused() {
        assert!(response(&[0; 3]).is_none());
        assert!(response(&[0xff; 32]).is_none());
    }
}
