//! A line of typed text with a cursor, for fields, filters, names and row numbers. For secrets see `secret_input`.

use super::line_actions::LineAction;
use super::line_edit::edit;

/// A line of typed text.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LineInput {
    text: String,
    /// Byte offset.
    cursor: usize,
}

impl LineInput {
    /// Makes a line with this text and the cursor at its end.
    #[must_use]
    pub fn with(text: impl Into<String>) -> Self {
        let text = text.into();
        Self { cursor: text.len(), text }
    }

    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Returns the text before and after the cursor.
    #[must_use]
    pub fn parts(&self) -> (&str, &str) {
        self.text.split_at_checked(self.cursor).unwrap_or((&self.text, ""))
    }

    /// Inserts one character at the cursor. Ignores control characters.
    pub fn push(&mut self, character: char) {
        if !character.is_control() {
            self.text.insert(self.cursor, character);
            self.cursor += character.len_utf8();
        }
    }

    /// Inserts pasted text at the cursor. Line breaks become spaces, except those at its ends.
    pub fn paste(&mut self, text: &str) {
        let lines = text.trim_matches(['\r', '\n']).split(['\r', '\n']).filter(|line| !line.is_empty());
        for (number, line) in lines.enumerate() {
            if number > 0 {
                self.push(' ');
            }
            line.chars().for_each(|character| self.push(character));
        }
    }

    /// Moves the cursor or deletes text.
    pub fn act(&mut self, action: LineAction) {
        edit(&mut self.text, &mut self.cursor, action);
    }

    pub fn clear(&mut self) {
        *self = Self::default();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_paste_of_several_lines_is_one_line_with_spaces() {
        let mut line = LineInput::default();
        line.paste("status = 'Active'\r\nand id > 3\rand x is\nnull\n");
        assert_eq!(line.text(), "status = 'Active' and id > 3 and x is null");
    }
}
