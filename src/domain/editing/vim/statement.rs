//! The statements of the text: what vim calls sentences.

use super::engine::Engine;
use crate::domain::editing::change::end_of;
use crate::domain::editing::position::TextPosition;
use crate::domain::sql::split::statements;

/// A statement by its positions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct StatementPlace {
    pub from: TextPosition,
    /// The end without the `;`.
    pub to: TextPosition,
    /// The end with its `;` and the spaces and line ends after it.
    pub next: TextPosition,
    /// Where the text of the next statement begins to belong to it: the end with the `;`.
    pub extent_end: TextPosition,
}

impl Engine<'_> {
    /// Returns the statements of the text, in order.
    pub(super) fn statements(&self) -> Vec<StatementPlace> {
        let text = self.text.all().join("\n");
        let (mut byte, mut position) = (0, TextPosition::default());
        let mut position_of = |to: usize| {
            position = end_of(position, text.get(byte..to).unwrap_or_default());
            byte = to;
            position
        };
        let found = statements(&text, self.dialect).into_iter().map(|statement| {
            let (from, to) = (position_of(statement.span.start), position_of(statement.span.end));
            let after = text.get(statement.extent.end..).unwrap_or_default();
            let spaces = after.len() - after.trim_start().len();
            let extent_end = position_of(statement.extent.end);
            let next = end_of(extent_end, after.get(..spaces).unwrap_or_default());
            StatementPlace { from, to, next, extent_end }
        });
        found.collect()
    }

    /// Returns the statement at a position: the one whose text or space before it the position is in, or else the last one.
    pub(super) fn statement_at(&self, position: TextPosition) -> Option<StatementPlace> {
        let statements = self.statements();
        let found = statements.iter().find(|statement| position < statement.extent_end);
        found.or(statements.last()).copied()
    }
}
