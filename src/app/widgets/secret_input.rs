//! One line of typed text that is a secret: its memory is wiped, also when it grows, and `Debug` does not show it.

use zeroize::Zeroizing;

use crate::domain::profile::Secret;

/// Room from the start: most secrets fit, and nothing has to be moved.
const ROOM: usize = 256;

/// A secret being typed.
#[derive(Default)]
pub struct SecretInput {
    text: Zeroizing<String>,
}

impl SecretInput {
    /// What is there, for its length and for what may be shown.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Takes one character; control characters are not text.
    pub fn push(&mut self, character: char) {
        if character.is_control() {
            return;
        }
        if self.text.len() + character.len_utf8() > self.text.capacity() {
            // A string that grows by itself leaves its old memory as it was.
            let mut wider = Zeroizing::new(String::with_capacity((self.text.capacity() * 2).max(ROOM)));
            wider.push_str(&self.text);
            self.text = wider;
        }
        self.text.push(character);
    }

    /// Takes pasted text: its first line.
    pub fn paste(&mut self, text: &str) {
        for character in text.lines().next().unwrap_or_default().chars() {
            self.push(character);
        }
    }

    /// Takes the last character away.
    pub fn delete_back(&mut self) {
        self.text.pop();
    }

    /// Empties the line.
    pub fn clear(&mut self) {
        self.text = Zeroizing::default();
    }

    /// Hands the secret over and empties the line.
    pub fn take(&mut self) -> Secret {
        Secret::new(std::mem::take(&mut *self.text))
    }
}

impl std::fmt::Debug for SecretInput {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("…")
    }
}
