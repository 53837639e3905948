//! The packets of the handshake: the greeting, the client's response, and the password scramble.
//!
//! Source: protocol pages "handshake v10", "handshake response 41", "`mysql_native_password`".

use ring::digest::{SHA1_FOR_LEGACY_USE_ONLY, digest};

use super::capability;
use super::encoding::PacketReader;

/// The only supported authentication plugin.
pub(super) const METHOD: &str = "mysql_native_password";
/// The collation id of `utf8mb4_general_ci`.
const CHARSET: u8 = 45;

/// The client's response to the greeting.
#[derive(Debug, Default)]
pub(super) struct SignInRequest {
    pub capabilities: u32,
    pub user: String,
    /// The password, scrambled with the nonce.
    pub scramble: Vec<u8>,
    pub database: Option<String>,
    /// The authentication plugin that made the scramble.
    pub method: Option<String>,
}

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

/// Reads the response. Returns `None` if it is malformed or asks for TLS, which is not offered.
pub(super) fn read_response(packet: &[u8]) -> Option<SignInRequest> {
    let mut reader = PacketReader::new(packet);
    let capabilities = u32::try_from(reader.number(4)?).ok()?;
    if capabilities & capability::PROTOCOL_41 == 0 || capabilities & capability::SSL != 0 {
        return None;
    }
    let has = |flag: u32| capabilities & flag != 0;
    reader.take(4 + 1 + 23)?;
    let user = text(reader.zero_ended()?);
    let scramble = if has(capability::PLUGIN_AUTH_LENENC) {
        reader.bytes()?.to_vec()
    } else if has(capability::SECURE_CONNECTION) {
        let length = reader.byte()?;
        reader.take(length.into())?.to_vec()
    } else {
        reader.zero_ended()?.to_vec()
    };
    let database = if has(capability::CONNECT_WITH_DB) { reader.zero_ended().map(text) } else { None };
    let method = if has(capability::PLUGIN_AUTH) { reader.zero_ended().map(text) } else { None };
    // The connection attributes that follow are not used.
    let database = database.filter(|name| !name.is_empty());
    Some(SignInRequest { capabilities, user, scramble, database, method })
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// Writes the packet that asks the client to use [`METHOD`].
pub(super) fn switch_method(nonce: &[u8; 20]) -> Vec<u8> {
    let mut out = vec![0xfe];
    out.extend_from_slice(METHOD.as_bytes());
    out.push(0);
    out.extend_from_slice(nonce);
    out.push(0);
    out
}

/// Checks that the scramble is `SHA1(password) XOR SHA1(nonce, SHA1(SHA1(password)))`, in constant time.
pub(super) fn is_correct(password: &str, nonce: &[u8; 20], scramble: &[u8]) -> bool {
    let sha1 = |bytes: &[u8]| digest(&SHA1_FOR_LEGACY_USE_ONLY, bytes);
    let once = sha1(password.as_bytes());
    let mut salted = nonce.to_vec();
    salted.extend_from_slice(sha1(once.as_ref()).as_ref());
    let mask = sha1(&salted);
    let expected = once.as_ref().iter().zip(mask.as_ref()).map(|(a, b)| a ^ b);
    scramble.len() == once.as_ref().len() && expected.zip(scramble).fold(0, |wrong, (a, b)| wrong | (a ^ b)) == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_right_password_is_correct() {
        let nonce = *b"abcdefghijklmnopqrst";
        let scramble = scramble_of(b"s3cret", &nonce);
        assert!(is_correct("s3cret", &nonce, &scramble));
        assert!(!is_correct("s3crets", &nonce, &scramble));
        assert!(!is_correct("s3cret", &nonce, &[]));
    }

    /// The scramble, computed as the client's manual describes it.
    fn scramble_of(password: &[u8], nonce: &[u8; 20]) -> Vec<u8> {
        let sha1 = |bytes: &[u8]| digest(&SHA1_FOR_LEGACY_USE_ONLY, bytes).as_ref().to_vec();
        let once = sha1(password);
        let mask = sha1(&[nonce.to_vec(), sha1(&once)].concat());
        once.iter().zip(mask).map(|(a, b)| a ^ b).collect()
    }

    #[test]
    fn a_short_response_is_refused() {
        assert!(read_response(&[0; 3]).is_none());
        assert!(read_response(&[0xff; 32]).is_none());
    }
}
