//! What emacs does with the paste register: deletions fill it, deletions one after the other are one text, and a key replaces the text
//! that was just pasted by an older one. Also the mark, from which moves select.

use crate::app::action::Action;
use crate::app::panes::PaneContext;
use crate::app::paste_register::KillJoin;
use crate::app::request::Request;
use crate::domain::editing::{TextChange, TextPosition};
use crate::domain::keys::EditingStyle;
use crate::domain::limits::WORKSHEET_BYTES;

use super::command::Command;
use super::inserted_text::{inserted_text, report_full};
use super::undo::StepKind;
use super::{Worksheet, WorksheetAction, Worksheets};

/// What the last action was, as far as the next one depends on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum LastAction {
    #[default]
    Other,
    /// It deleted a text that the paste register has.
    Killed,
    /// It pasted the text between two positions, which was copied so many steps before the newest one.
    Pasted { from: TextPosition, to: TextPosition, steps: usize },
}

/// Whether moves select, from where the mark was set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Mark {
    #[default]
    None,
    Set,
}

/// Returns how a deletion is joined to one before it; `None` for a command that fills no register.
fn join_of(command: Command) -> Option<KillJoin> {
    match command {
        Command::DeleteToEnd | Command::DeleteWordForward => Some(KillJoin::After),
        Command::DeleteToStart | Command::DeleteWordBack => Some(KillJoin::Before),
        Command::NewLine
        | Command::Indent
        | Command::Dedent
        | Command::DeleteBack
        | Command::DeleteForward
        | Command::DeleteLine
        | Command::ToggleComment
        | Command::Duplicate
        | Command::MoveLinesUp
        | Command::MoveLinesDown
        | Command::JoinLines => None,
    }
}

impl Worksheets {
    /// Changes the text by a command. In the emacs style, what it deletes goes to the paste register.
    pub(super) fn change(&mut self, command: Command, last: LastAction, cx: &mut PaneContext<'_>) {
        let now = cx.context.now;
        let join = join_of(command).filter(|_| cx.context.keymap.editing() == EditingStyle::Emacs);
        let before = join.and_then(|_| self.sheet().map(|sheet| sheet.editor.text()));
        self.edit(|editor| editor.run(command, now));
        let (Some(join), Some(before), Some(sheet)) = (join, before, self.sheet()) else { return };
        // The cursor is where the deleted text was.
        let from = sheet.editor.byte_of(sheet.editor.cursor());
        let length = before.len().saturating_sub(sheet.size().saturating_sub(1));
        let Some(text) = before.get(from..from + length).filter(|text| !text.is_empty()) else { return };
        let join = if last == LastAction::Killed { join } else { KillJoin::New };
        cx.request(Request::Kill { text: text.to_owned(), join });
        self.last_action = LastAction::Killed;
    }

    /// Records what was pasted, for the key that replaces it by an older text.
    pub(super) fn note_paste(&mut self, from: TextPosition) {
        let to = self.sheet().map_or(from, |sheet| sheet.editor.cursor());
        if from < to {
            self.last_action = LastAction::Pasted { from, to, steps: 0 };
        }
    }

    /// Replaces the text that was just pasted by the one that was copied before it.
    pub(super) fn paste_older(&mut self, last: LastAction, cx: &mut PaneContext<'_>) {
        let cursor = self.sheet().map(|sheet| sheet.editor.cursor());
        let (from, to, steps) = match last {
            LastAction::Pasted { from, to, steps } if cursor == Some(to) => (from, to, steps + 1),
            LastAction::Pasted { .. } | LastAction::Killed | LastAction::Other => {
                let (paste, older) = (WorksheetAction::Paste, WorksheetAction::PasteOlder);
                let key = |action| cx.key(Action::Worksheet(action));
                let text = format!("Paste first: {} pastes, then {} takes an older text.", key(paste), key(older));
                return cx.request(Request::Notice(text));
            }
        };
        let Some(text) = cx.context.register.older(steps).map(|text| inserted_text(text)) else { return };
        if self.sheet().map_or(0, Worksheet::size) + text.len() > WORKSHEET_BYTES {
            return report_full(cx);
        }
        let change = TextChange { from, to, text };
        let (to, now) = (change.end(), cx.context.now);
        self.edit(|editor| editor.change(&change, StepKind::Whole, now));
        self.last_action = LastAction::Pasted { from, to, steps };
    }

    /// Sets the mark at the cursor: moves select from there, until another action.
    pub(super) fn set_mark(&mut self, cx: &mut PaneContext<'_>) {
        if let Some(sheet) = self.sheet_mut() {
            let cursor = sheet.editor.cursor();
            sheet.editor.go(cursor);
        }
        self.mark = Mark::Set;
        let key = cx.key(Action::Worksheet(WorksheetAction::Leave));
        cx.request(Request::Notice(format!("The mark is set: moves select from here. {key} ends it.")));
    }
}
