//! A line of typed text that is a secret. Its memory is wiped, even when it grows, and `Debug` does not show the text.

use zeroize::Zeroizing;

use crate::domain::profile::Secret;

/// The capacity at the start, in bytes. Most secrets fit, so that nothing has to be moved.
const CAPACITY: usize = 256;

/// A secret that is being typed.
#[derive(Default)]
pub struct SecretInput {
    text: Zeroizing<String>,
}

impl SecretInput {
    /// Returns the text, for its length and for prompts that show what is typed.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Adds one character. Ignores control characters.
    pub fn push(&mut self, character: char) {
        if character.is_control() {
            return;
        }
        if self.text.len() + character.len_utf8() > self.text.capacity() {
            // A string that grows by itself does not wipe its old memory.
            let mut wider = Zeroizing::new(String::with_capacity((self.text.capacity() * 2).max(CAPACITY)));
            wider.push_str(&self.text);
            self.text = wider;
        }
        self.text.push(character);
    }

    /// Adds the first line of pasted text.
    pub fn paste(&mut self, text: &str) {
        for character in text.lines().next().unwrap_or_default().chars() {
            self.push(character);
        }
    }

    /// Removes the last character.
    pub fn delete_back(&mut self) {
        self.text.pop();
    }

    pub fn clear(&mut self) {
        self.text = Zeroizing::default();
    }

    /// Returns the secret and empties the line.
    pub fn take(&mut self) -> Secret {
        Secret::new(std::mem::take(&mut *self.text))
    }
}

impl std::fmt::Debug for SecretInput {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("…")
    }
}
