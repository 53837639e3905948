//! A line of typed text that is a secret. Its memory is wiped, even when it grows, and `Debug` does not show the text.

use zeroize::Zeroizing;

use super::line_actions::LineAction;
use super::line_edit::edit;
use crate::domain::profile::Secret;

/// The capacity at the start, in bytes. Most secrets fit, so that nothing has to be moved.
const CAPACITY: usize = 256;

/// A secret that is being typed.
#[derive(Default)]
pub struct SecretInput {
    text: Zeroizing<String>,
    /// Byte offset.
    cursor: usize,
}

impl SecretInput {
    /// Returns the text before and after the cursor, for its length and for prompts that show what is typed.
    #[must_use]
    pub fn parts(&self) -> (&str, &str) {
        self.text.split_at_checked(self.cursor).unwrap_or((&self.text, ""))
    }

    /// Inserts one character at the cursor. Ignores control characters.
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
        self.text.insert(self.cursor, character);
        self.cursor += character.len_utf8();
    }

    /// Inserts the first line of pasted text at the cursor.
    pub fn paste(&mut self, text: &str) {
        for character in text.lines().next().unwrap_or_default().chars() {
            self.push(character);
        }
    }

    /// Moves the cursor or deletes text.
    pub fn act(&mut self, action: LineAction) {
        edit(&mut self.text, &mut self.cursor, action);
    }

    pub fn clear(&mut self) {
        *self = Self::default();
    }

    /// Returns the secret and empties the line.
    pub fn take(&mut self) -> Secret {
        self.cursor = 0;
        Secret::new(std::mem::take(&mut *self.text))
    }
}

impl std::fmt::Debug for SecretInput {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("…")
    }
}
