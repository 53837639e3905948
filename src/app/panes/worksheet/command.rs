//! The commands that change the text of a worksheet.

use std::time::Duration;

use crate::domain::editing::{self, INDENT, TextPosition};

use super::editor::Editor;
use super::undo::StepKind;

/// A command that changes the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Command {
    /// Breaks the line. The new line has the indent of the one before.
    NewLine,
    /// Inserts two spaces, or indents the lines of the selection.
    Indent,
    Dedent,
    DeleteBack,
    DeleteForward,
    DeleteWordBack,
    DeleteWordForward,
    /// Deletes the text between the start of the line and the cursor.
    DeleteToStart,
    /// Deletes the rest of the line, or at its end the line break.
    DeleteToEnd,
    DeleteLine,
    ToggleComment,
    Duplicate,
    MoveLinesUp,
    MoveLinesDown,
    JoinLines,
}

impl Editor {
    /// Does a command. Returns whether the text changed.
    pub fn run(&mut self, command: Command, now: Duration) -> bool {
        let state = self.state();
        let has_selection = state.selection().is_some();
        // A deleted selection is a step of its own.
        let deleting = if has_selection { StepKind::Whole } else { StepKind::Deleting };
        let (result, kind) = match command {
            Command::NewLine => (editing::new_line(&state), StepKind::Typing),
            Command::Indent if has_selection => (editing::indent(&state), StepKind::Whole),
            Command::Indent => return self.insert(INDENT, StepKind::Whole, now),
            Command::Dedent => (editing::dedent(&state), StepKind::Whole),
            Command::DeleteBack => return self.delete_to(self.before(state.cursor), deleting, now),
            Command::DeleteForward => return self.delete_to(self.after(state.cursor), deleting, now),
            Command::DeleteWordBack => (editing::delete_word_back(&state), StepKind::Whole),
            Command::DeleteWordForward => (editing::delete_word_forward(&state), StepKind::Whole),
            Command::DeleteToStart => (editing::delete_to_line_start(&state), StepKind::Whole),
            Command::DeleteToEnd => return self.delete_to(self.rest_of_line(state.cursor), StepKind::Whole, now),
            Command::DeleteLine => (editing::delete_lines(&state), StepKind::Whole),
            Command::ToggleComment => (editing::toggle_comment(&state), StepKind::Whole),
            Command::Duplicate => (editing::duplicate(&state), StepKind::Whole),
            Command::MoveLinesUp => (editing::move_lines_up(&state), StepKind::Whole),
            Command::MoveLinesDown => (editing::move_lines_down(&state), StepKind::Whole),
            Command::JoinLines => (editing::join_lines(&state), StepKind::Whole),
        };
        self.apply(&result, kind, now)
    }

    /// Returns the end of the line, or at the end of a line the start of the next one.
    fn rest_of_line(&self, at: TextPosition) -> TextPosition {
        let end = self.line_end(at.line);
        if at < end { end } else { self.after(at) }
    }
}
