//! One line of typed text with its cursor at the end: filters, names, row numbers. Secrets have `secret_input`.

/// A line being typed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LineInput {
    text: String,
}

impl LineInput {
    /// A line that begins with this text.
    #[must_use]
    pub fn with(text: impl Into<String>) -> Self {
        Self { text: text.into() }
    }

    /// What is there.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Takes one character; control characters are not text.
    pub fn push(&mut self, character: char) {
        if !character.is_control() {
            self.text.push(character);
        }
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
        self.text.clear();
    }

    /// Hands the text over and empties the line.
    pub fn take(&mut self) -> String {
        std::mem::take(&mut self.text)
    }
}
