//! A line of typed text with its cursor at the end, for filters, names and row numbers. For secrets see `secret_input`.

/// A line of typed text.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LineInput {
    text: String,
}

impl LineInput {
    /// Makes a line with this text.
    #[must_use]
    pub fn with(text: impl Into<String>) -> Self {
        Self { text: text.into() }
    }

    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Adds one character. Ignores control characters.
    pub fn push(&mut self, character: char) {
        if !character.is_control() {
            self.text.push(character);
        }
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
        self.text.clear();
    }

    /// Returns the text and empties the line.
    pub fn take(&mut self) -> String {
        std::mem::take(&mut self.text)
    }
}
