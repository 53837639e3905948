//! The picture of a host key that OpenSSH draws beside its fingerprint (`ssh-keygen -lv`): people tell pictures apart
//! sooner than letters. A pure function; it knows no host and no file.

use ring::digest::{SHA256, digest};

use super::known_hosts::HostKey;

/// Columns of the field.
const WIDTH: usize = 17;
/// Rows of the field.
const HEIGHT: usize = 9;
/// How a square looks by the number of visits; the last two are where the walk begins and ends.
const SIGNS: &[u8; 17] = b" .o+=*BOX@%&#/^SE";
/// The most visits that are told apart.
const MOST: usize = SIGNS.len() - 3;

/// The lines of the picture, its frame included: 11 lines of 19 characters, all ASCII.
#[must_use]
pub fn of(key: &HostKey) -> Vec<String> {
    let field = walk(digest(&SHA256, &key.blob).as_ref());
    let mut lines = vec![border(&title(key))];
    for row in field.chunks(WIDTH) {
        let signs = row.iter().map(|visits| char::from(SIGNS.get(*visits).copied().unwrap_or(b' ')));
        lines.push(format!("|{}|", signs.collect::<String>()));
    }
    lines.push(border("[SHA256]"));
    lines
}

/// A bishop on a board without an outside: each two bits of the digest, the lowest first, are one diagonal step.
fn walk(digest: &[u8]) -> Vec<usize> {
    let mut field = vec![0; WIDTH * HEIGHT];
    let (mut x, mut y) = (WIDTH / 2, HEIGHT / 2);
    let start = y * WIDTH + x;
    for step in digest.iter().flat_map(|byte| [0, 2, 4, 6].map(|shift| byte >> shift & 3)) {
        x = moved(x, step & 1 != 0, WIDTH);
        y = moved(y, step & 2 != 0, HEIGHT);
        if let Some(visits) = field.get_mut(y * WIDTH + x) {
            *visits = (*visits + 1).min(MOST);
        }
    }
    for (place, sign) in [(start, MOST + 1), (y * WIDTH + x, MOST + 2)] {
        if let Some(visits) = field.get_mut(place) {
            *visits = sign;
        }
    }
    field
}

fn moved(at: usize, is_up: bool, size: usize) -> usize {
    if is_up { (at + 1).min(size - 1) } else { at.saturating_sub(1) }
}

/// Type and bits as OpenSSH writes them; the bits are left out where they are not known or do not fit.
fn title(key: &HostKey) -> String {
    let name = super::host_key::short(&key.algorithm);
    match bits(key).map(|bits| format!("[{name} {bits}]")).filter(|title| title.len() <= WIDTH) {
        Some(title) => title,
        None => format!("[{}]", name.chars().filter(char::is_ascii_graphic).take(WIDTH - 2).collect::<String>()),
    }
}

fn border(words: &str) -> String {
    let before = (WIDTH - words.len().min(WIDTH)) / 2;
    format!("+{:-<WIDTH$}+", format!("{}{words}", "-".repeat(before)))
}

/// The size of a key, from its type or, for RSA, from its modulus.
fn bits(key: &HostKey) -> Option<usize> {
    match key.algorithm.as_str() {
        "ssh-ed25519" => Some(256),
        "ssh-rsa" => {
            // Type, exponent, modulus: each behind its length.
            let modulus = field(&key.blob, 2)?;
            let lead = modulus.iter().position(|byte| *byte != 0)?;
            let first = modulus.get(lead)?;
            Some((modulus.len() - lead) * 8 - first.leading_zeros() as usize)
        }
        other => other.strip_prefix("ecdsa-sha2-nistp")?.parse().ok(),
    }
}

/// The field of this number in a key's wire form.
fn field(blob: &[u8], number: usize) -> Option<&[u8]> {
    let mut rest = blob;
    for count in 0..=number {
        let (length, after) = rest.split_first_chunk::<4>()?;
        let (content, behind) = after.split_at_checked(u32::from_be_bytes(*length) as usize)?;
        if count == number {
            return Some(content);
        }
        rest = behind;
    }
    None
}
