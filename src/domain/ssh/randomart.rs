//! Draws the picture of a host key that OpenSSH prints with its fingerprint (`ssh-keygen -lv`): people tell pictures apart
//! more easily than letters.

use ring::digest::{SHA256, digest};

use super::host_key::{HostKey, short_type};

/// Columns of the field.
const WIDTH: usize = 17;
/// Rows of the field.
const HEIGHT: usize = 9;
/// Characters of a square, by its number of visits; the last two mark where the walk begins and ends.
const SIGNS: &[u8; 17] = b" .o+=*BOX@%&#/^SE";
/// The largest number of visits that has a character of its own.
const MOST_VISITS: usize = SIGNS.len() - 3;

/// Returns the lines of the picture with its frame: 11 lines of 19 ASCII characters.
#[must_use]
pub fn draw(key: &HostKey) -> Vec<String> {
    let field = walk(digest(&SHA256, &key.blob).as_ref());
    let mut lines = vec![border(&title(key))];
    for row in field.chunks(WIDTH) {
        let signs = row.iter().map(|visits| char::from(SIGNS.get(*visits).copied().unwrap_or(b' ')));
        lines.push(format!("|{}|", signs.collect::<String>()));
    }
    lines.push(border("[SHA256]"));
    lines
}

/// Counts the visits of each square. Every two bits of the digest, lowest first, are one diagonal step; the border stops the
/// walk like a wall.
fn walk(digest: &[u8]) -> Vec<usize> {
    let mut field = vec![0; WIDTH * HEIGHT];
    let (mut x, mut y) = (WIDTH / 2, HEIGHT / 2);
    let start = y * WIDTH + x;
    for step in digest.iter().flat_map(|byte| [0, 2, 4, 6].map(|shift| byte >> shift & 3)) {
        x = moved(x, step & 1 != 0, WIDTH);
        y = moved(y, step & 2 != 0, HEIGHT);
        if let Some(visits) = field.get_mut(y * WIDTH + x) {
            *visits = (*visits + 1).min(MOST_VISITS);
        }
    }
    for (place, sign) in [(start, MOST_VISITS + 1), (y * WIDTH + x, MOST_VISITS + 2)] {
        if let Some(visits) = field.get_mut(place) {
            *visits = sign;
        }
    }
    field
}

fn moved(at: usize, is_up: bool, size: usize) -> usize {
    if is_up { (at + 1).min(size - 1) } else { at.saturating_sub(1) }
}

/// Returns type and size as OpenSSH writes them; without the size if it is unknown or does not fit.
fn title(key: &HostKey) -> String {
    let name = short_type(&key.algorithm);
    match bits(key).map(|bits| format!("[{name} {bits}]")).filter(|title| title.len() <= WIDTH) {
        Some(title) => title,
        None => format!("[{}]", name.chars().filter(char::is_ascii_graphic).take(WIDTH - 2).collect::<String>()),
    }
}

fn border(title: &str) -> String {
    let before = (WIDTH - title.len().min(WIDTH)) / 2;
    format!("+{:-<WIDTH$}+", format!("{}{title}", "-".repeat(before)))
}

/// Returns the size of a key in bits, from its type or, for RSA, from its modulus.
fn bits(key: &HostKey) -> Option<usize> {
    match key.algorithm.as_str() {
        "ssh-ed25519" => Some(256),
        "ssh-rsa" => {
            // Type, exponent, modulus: each after its length.
            let modulus = field(&key.blob, 2)?;
            let lead = modulus.iter().position(|byte| *byte != 0)?;
            let first = modulus.get(lead)?;
            Some((modulus.len() - lead) * 8 - first.leading_zeros() as usize)
        }
        other => other.strip_prefix("ecdsa-sha2-nistp")?.parse().ok(),
    }
}

/// Returns the field with this number of an encoded key.
fn field(blob: &[u8], number: usize) -> Option<&[u8]> {
    let mut rest = blob;
    for count in 0..=number {
        let (length, after) = rest.split_first_chunk::<4>()?;
        let (content, remaining) = after.split_at_checked(u32::from_be_bytes(*length) as usize)?;
        if count == number {
            return Some(content);
        }
        rest = remaining;
    }
    None
}
