//! The bracket at the cursor and its partner, within the statement at the cursor.

use crate::domain::editing::TextPosition;
use crate::domain::editing::brackets::matching_bracket;

use super::{Editor, Worksheet, Worksheets};

impl Worksheets {
    /// Finds the bracket at the cursor of the worksheet in front and its partner. They are highlighted.
    pub(super) fn find_brackets(&mut self) {
        if let Some(sheet) = self.sheet_mut() {
            sheet.brackets = sheet.bracket_pair();
        }
    }

    /// Moves the cursor to the partner of the bracket at the cursor. Returns whether there is one.
    pub(super) fn go_to_bracket(&mut self) -> bool {
        let Some(sheet) = self.sheet_mut() else { return false };
        let Some([_, other]) = sheet.bracket_pair() else { return false };
        let to = sheet.editor.position_of(other);
        sheet.editor.go(to);
        true
    }
}

impl Worksheet {
    /// Returns the bytes of the bracket at the cursor, or before it, and of its partner.
    fn bracket_pair(&self) -> Option<[usize; 2]> {
        let parsed = self.parsed.as_ref()?;
        let byte = self.editor.byte_of(self.editor.cursor());
        let is_bracket = |byte: usize| parsed.text().as_bytes().get(byte).is_some_and(|c| b"()[]{}".contains(c));
        if !is_bracket(byte) && !byte.checked_sub(1).is_some_and(is_bracket) {
            return None;
        }
        let range = parsed.statement_at(byte).filter(|range| (range.start..=range.end).contains(&byte))?;
        // Positions within the statement.
        let statement = Editor::new(parsed.text().get(range.clone())?);
        let cursor = statement.position_of(byte - range.start);
        let (one, other) = matching_bracket(statement.lines(), cursor, parsed.dialect())?;
        let byte = |at: TextPosition| range.start + statement.byte_of(at);
        Some([byte(one), byte(other)])
    }
}
