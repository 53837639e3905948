//! Editing in the worksheet in front: typed text, pastes, and the actions of the worksheet's keys.

use crate::app::action::Action;
use crate::app::dialogs::{FindTextDialog, ReplaceTextDialog};
use crate::app::focus::Focus;
use crate::app::panes::PaneContext;
use crate::app::paste_register::{NOTHING_TO_PASTE, Pasted, too_long_to_paste};
use crate::app::request::Request;
use crate::domain::editing::whitespace::replace_misleading;
use crate::domain::editing::{EditResult, TextChange};
use crate::domain::keys::EditingStyle;
use crate::domain::limits::WORKSHEET_BYTES;
use crate::domain::protocol::CopyText;
use crate::domain::quantity::counted;
use crate::domain::sql::format::{KeywordCase, format, moved_offset};

use super::command::Command;
use super::editor::{Editor, Motion, Selecting};
use super::inserted_text::{inserted_text, report_full};
use super::rows::Wrapping;
use super::undo::StepKind;
use super::update::no_statement;
use super::{LastAction, Mark, Worksheet, WorksheetAction, Worksheets};

/// Whether the change that was made last is taken back, or made again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum UndoDirection {
    Undo,
    Redo,
}

/// What happens to a selection that is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Take {
    Copy,
    Cut,
}

/// Where a search or a jump goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Direction {
    Next,
    Previous,
}

/// What an action does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    Move(Motion, Selecting),
    Change(Command),
    SelectAll,
    Undo(UndoDirection),
    Take(Take),
    Paste,
    PasteOlder,
    Mark,
    ToStatement(Direction),
    ToBracket,
    Find,
    FindAgain(Direction),
    Replace,
    Wrap,
    CleanSpaces,
    Format,
    TakeOffer,
    Complete,
    Docs,
    Leave,
}

impl Step {
    /// Returns what an action does. `page` is the number of visible lines.
    fn of(action: WorksheetAction, page: usize) -> Self {
        use WorksheetAction as A;
        let go = |motion| Self::Move(motion, Selecting::No);
        let select = |motion| Self::Move(motion, Selecting::Yes);
        match action {
            A::Left => go(Motion::Left),
            A::Right => go(Motion::Right),
            A::Up => go(Motion::Up(1)),
            A::Down => go(Motion::Down(1)),
            A::WordLeft => go(Motion::WordLeft),
            A::WordRight => go(Motion::WordRight),
            A::LineStart => go(Motion::LineStart),
            A::LineEnd => go(Motion::LineEnd),
            A::PageUp => go(Motion::Up(page)),
            A::PageDown => go(Motion::Down(page)),
            A::Top => go(Motion::Top),
            A::End => go(Motion::End),
            A::SelectLeft => select(Motion::Left),
            A::SelectRight => select(Motion::Right),
            A::SelectUp => select(Motion::Up(1)),
            A::SelectDown => select(Motion::Down(1)),
            A::SelectWordLeft => select(Motion::WordLeft),
            A::SelectWordRight => select(Motion::WordRight),
            A::SelectLineStart => select(Motion::LineStart),
            A::SelectLineEnd => select(Motion::LineEnd),
            A::SelectPageUp => select(Motion::Up(page)),
            A::SelectPageDown => select(Motion::Down(page)),
            A::SelectTop => select(Motion::Top),
            A::SelectEnd => select(Motion::End),
            A::SelectAll => Self::SelectAll,
            A::NewLine => Self::Change(Command::NewLine),
            A::Indent => Self::Change(Command::Indent),
            A::Dedent => Self::Change(Command::Dedent),
            A::DeleteBack => Self::Change(Command::DeleteBack),
            A::DeleteForward => Self::Change(Command::DeleteForward),
            A::DeleteWordBack => Self::Change(Command::DeleteWordBack),
            A::DeleteWordForward => Self::Change(Command::DeleteWordForward),
            A::DeleteToStart => Self::Change(Command::DeleteToStart),
            A::DeleteToEnd => Self::Change(Command::DeleteToEnd),
            A::DeleteLine => Self::Change(Command::DeleteLine),
            A::ToggleComment => Self::Change(Command::ToggleComment),
            A::Duplicate => Self::Change(Command::Duplicate),
            A::MoveLinesUp => Self::Change(Command::MoveLinesUp),
            A::MoveLinesDown => Self::Change(Command::MoveLinesDown),
            A::JoinLines => Self::Change(Command::JoinLines),
            A::Undo => Self::Undo(UndoDirection::Undo),
            A::Redo => Self::Undo(UndoDirection::Redo),
            A::Copy => Self::Take(Take::Copy),
            A::Cut => Self::Take(Take::Cut),
            A::Paste => Self::Paste,
            A::PasteOlder => Self::PasteOlder,
            A::SetMark => Self::Mark,
            A::NextStatement => Self::ToStatement(Direction::Next),
            A::PreviousStatement => Self::ToStatement(Direction::Previous),
            A::ToBracket => Self::ToBracket,
            A::Find => Self::Find,
            A::FindNext => Self::FindAgain(Direction::Next),
            A::FindPrevious => Self::FindAgain(Direction::Previous),
            A::Replace => Self::Replace,
            A::ToggleWrap => Self::Wrap,
            A::CleanSpaces => Self::CleanSpaces,
            A::Format => Self::Format,
            A::TakeOffer => Self::TakeOffer,
            A::Complete => Self::Complete,
            A::Docs => Self::Docs,
            A::Leave => Self::Leave,
        }
    }
}

impl Worksheets {
    /// Takes a typed character.
    pub fn type_char(&mut self, character: char, cx: &mut PaneContext<'_>) {
        self.put(character.encode_utf8(&mut [0; 4]), StepKind::Typing, cx);
    }

    /// Takes text of the terminal's paste key: into the line that is being typed, else into the text.
    pub fn paste_text(&mut self, text: &str, cx: &mut PaneContext<'_>) {
        if !self.paste_into_prompt(text) {
            self.insert(text, cx);
        }
    }

    /// Takes text of the paste register, or of another panel.
    pub fn insert(&mut self, text: &str, cx: &mut PaneContext<'_>) {
        self.put(text, StepKind::Whole, cx);
    }

    fn put(&mut self, text: &str, kind: StepKind, cx: &mut PaneContext<'_>) {
        if self.sheets.is_empty() {
            self.open_untitled("");
        }
        if !self.has_room(text, cx) {
            return;
        }
        let clean = inserted_text(text);
        (self.last_action, self.mark) = (LastAction::Other, Mark::None);
        let now = cx.context.now;
        if kind == StepKind::Whole && cx.context.keymap.editing() == EditingStyle::Vim {
            return self.paste_in_mode(&clean, cx);
        }
        self.edit(|editor| editor.insert(&clean, kind, now));
    }

    /// Returns whether a text fits into the worksheet in front. Reports it if not.
    pub(super) fn has_room(&self, text: &str, cx: &mut PaneContext<'_>) -> bool {
        let has_room = self.sheet().map_or(0, Worksheet::size) + text.len() <= WORKSHEET_BYTES;
        if !has_room {
            report_full(cx);
        }
        has_room
    }

    /// Lets `edit` change the text in front. It returns whether the text has changed.
    pub(super) fn edit(&mut self, edit: impl FnOnce(&mut Editor) -> bool) -> bool {
        let Some(sheet) = self.sheet_mut() else { return false };
        sheet.scroll.follow();
        let before = sheet.size();
        let is_changed = edit(&mut sheet.editor);
        if is_changed && sheet.size() > WORKSHEET_BYTES.max(before) {
            // The text stays as it was; the next settling says why.
            sheet.editor.undo();
            self.is_full = true;
            return false;
        }
        if is_changed {
            sheet.on_changed();
            self.is_dirty = true;
        }
        is_changed
    }

    fn undo(&mut self, direction: UndoDirection, cx: &mut PaneContext<'_>) {
        let is_done = self.edit(|editor| match direction {
            UndoDirection::Undo => editor.undo(),
            UndoDirection::Redo => editor.redo(),
        });
        if is_done {
            return;
        }
        let key = |action| cx.key(Action::Worksheet(action));
        let text = match direction {
            UndoDirection::Undo => {
                format!("There is nothing to undo. {} redoes a change.", key(WorksheetAction::Redo))
            }
            UndoDirection::Redo => {
                format!("There is nothing to redo. {} undoes a change.", key(WorksheetAction::Undo))
            }
        };
        cx.request(Request::Notice(text));
    }

    /// Does an action of the worksheet's keys.
    pub fn act(&mut self, action: WorksheetAction, cx: &mut PaneContext<'_>) {
        self.follow_cursor();
        let page = usize::from(cx.context.layout.rows(Focus::Worksheet)).max(1);
        let (last, mark) = (std::mem::take(&mut self.last_action), std::mem::take(&mut self.mark));
        let step = Step::of(action, page);
        match step {
            Step::Move(motion, selecting) => {
                self.mark = mark;
                let selecting = if mark == Mark::Set { Selecting::Yes } else { selecting };
                if let Some(sheet) = self.sheet_mut() {
                    sheet.editor.move_cursor(motion, selecting);
                }
            }
            Step::Change(command) => self.change(command, last, cx),
            Step::SelectAll => {
                if let Some(sheet) = self.sheet_mut() {
                    sheet.editor.select_all();
                }
            }
            Step::Undo(direction) => self.undo(direction, cx),
            Step::Take(take) => self.take_selection(take, cx),
            Step::Paste => self.paste(cx),
            Step::PasteOlder => self.paste_older(last, cx),
            Step::Mark => self.set_mark(cx),
            Step::ToStatement(direction) => self.go_to_statement(direction),
            Step::ToBracket => {
                if !self.go_to_bracket() {
                    cx.request(Request::Notice("There is no bracket with a partner at the cursor.".into()));
                }
            }
            Step::Find => self.open_find(cx),
            Step::FindAgain(direction) => self.find_again(direction, cx),
            Step::Replace => self.open_replace(cx),
            Step::Wrap => self.toggle_wrap(cx),
            Step::CleanSpaces => self.clean_spaces(cx),
            Step::Format => self.format(cx),
            Step::TakeOffer => self.take_offer(cx),
            Step::Complete => {}
            Step::Docs => self.docs(cx),
            Step::Leave => self.leave(),
        }
        self.on_moved(cx);
        self.settle(cx);
        let is_deletion = matches!(
            step,
            Step::Change(
                Command::DeleteBack | Command::DeleteForward | Command::DeleteWordBack | Command::DeleteWordForward
            )
        );
        if step == Step::Complete {
            self.complete(cx);
        } else if is_deletion {
            self.on_typed(cx);
        } else {
            self.completion.close();
        }
    }

    fn leave(&mut self) {
        if self.completion.has_signature() {
            // Esc takes one step back at a time.
            return;
        }
        match self.sheet_mut() {
            Some(sheet) if sheet.error.is_some() => sheet.error = None,
            Some(sheet) if sheet.editor.selection().is_some() => {
                let position = sheet.editor.cursor();
                sheet.editor.go(position);
            }
            _ => {}
        }
    }

    /// Copies or cuts the selection.
    fn take_selection(&mut self, take: Take, cx: &mut PaneContext<'_>) {
        match self.sheet().and_then(|sheet| sheet.editor.selected()) {
            Some(text) => {
                let what = counted(text.chars().count() as u64, "character");
                cx.request(Request::Copy(CopyText::plain(text, what)));
                if take == Take::Cut {
                    let now = cx.context.now;
                    self.edit(|editor| editor.delete_to(editor.cursor(), StepKind::Whole, now));
                }
            }
            None => cx.request(Request::Notice("Nothing is selected. Shift with an arrow key selects.".into())),
        }
    }

    /// Inserts what was cut or copied last, in any panel.
    fn paste(&mut self, cx: &mut PaneContext<'_>) {
        match cx.context.register.newest() {
            Pasted::Text(text) => {
                let from = self
                    .sheet()
                    .map(|sheet| sheet.editor.state().selection().map_or(sheet.editor.cursor(), |(from, _)| from));
                self.insert(&text, cx);
                self.note_paste(from.unwrap_or_default());
            }
            Pasted::TooLong(bytes) => cx.request(Request::Notice(too_long_to_paste(bytes))),
            Pasted::Nothing => cx.request(Request::Notice(NOTHING_TO_PASTE.into())),
        }
    }

    fn open_find(&mut self, cx: &mut PaneContext<'_>) {
        let initial = self.search_text();
        self.search_from =
            self.sheet().map(|sheet| sheet.editor.selection().map_or(sheet.editor.cursor(), |(from, _)| from));
        let key = |action| cx.key(Action::Worksheet(action));
        let keys = (key(WorksheetAction::FindNext), key(WorksheetAction::FindPrevious));
        cx.open(FindTextDialog { initial, keys });
    }

    fn open_replace(&self, cx: &mut PaneContext<'_>) {
        let lines = self.sheet().map_or_else(Vec::new, |sheet| sheet.editor.lines().to_vec());
        cx.open(ReplaceTextDialog::new(lines, self.search_text()));
    }

    /// Returns the text that a search begins with: the selection within a line.
    fn search_text(&self) -> String {
        let selected = self.sheet().and_then(|sheet| sheet.editor.selected());
        selected.filter(|text| !text.contains('\n')).unwrap_or_default()
    }

    fn toggle_wrap(&mut self, cx: &mut PaneContext<'_>) {
        let (wrapping, text) = match self.wrapping {
            Wrapping::Off => (Wrapping::On, "Long lines are wrapped. The setting wrap in [ui] keeps it."),
            Wrapping::On => (Wrapping::Off, "Long lines are not wrapped."),
        };
        self.wrapping = wrapping;
        cx.request(Request::Notice(text.into()));
    }

    /// Formats the selection, or the statement at the cursor.
    fn format(&mut self, cx: &mut PaneContext<'_>) {
        let (dialect, now) = (cx.context.dialect(), cx.context.now);
        let Some(sheet) = self.sheet() else { return };
        let selection = sheet.editor.selection().map(|(from, to)| sheet.editor.byte_of(from)..sheet.editor.byte_of(to));
        let statement = || self.statement().map(|(start, text)| start..start + text.len());
        let Some(range) = selection.or_else(statement) else {
            return cx.request(Request::Notice(no_statement(cx.context)));
        };
        let text = sheet.parsed.as_ref().and_then(|parsed| parsed.text().get(range.clone())).unwrap_or_default();
        let formatted = match format(text, dialect, KeywordCase::AsTyped) {
            Ok(formatted) if formatted == text => {
                return cx.request(Request::Notice("The statement is formatted already, or it is no query.".into()));
            }
            Ok(formatted) => formatted,
            Err(error) => return cx.request(Request::Notice(format!("Not formatted: {error}."))),
        };
        let cursor = sheet.editor.byte_of(sheet.editor.cursor()).saturating_sub(range.start);
        let cursor = range.start + moved_offset(text, cursor, &formatted);
        self.edit(|editor| {
            let (from, to) = (editor.position_of(range.start), editor.position_of(range.end));
            let is_changed = editor.change(&TextChange { from, to, text: formatted }, StepKind::Whole, now);
            editor.go(editor.position_of(cursor));
            is_changed
        });
    }

    /// Replaces the characters that look like a space, or like nothing, and are none.
    fn clean_spaces(&mut self, cx: &mut PaneContext<'_>) {
        let now = cx.context.now;
        let is_changed = self.edit(|editor| {
            let state = editor.state();
            let range = state.selection().map_or((0, state.last_line()), |_| state.line_range());
            let changes = replace_misleading(state.lines, range);
            editor.apply(&EditResult { changes, cursor: state.cursor, selection: None }, StepKind::Whole, now)
        });
        cx.request(Request::Notice(if is_changed {
            let undo = cx.key(Action::Worksheet(WorksheetAction::Undo));
            format!("The marked characters are plain spaces now, or gone. {undo} takes it back.")
        } else {
            "The text has no characters that look like a space and are none.".into()
        }));
    }

    fn go_to_statement(&mut self, direction: Direction) {
        let Some(sheet) = self.sheet_mut() else { return };
        let Some(parsed) = &sheet.parsed else { return };
        let at = sheet.editor.byte_of(sheet.editor.cursor());
        let mut starts = parsed.statements().iter().map(|statement| statement.span.start);
        let next = match direction {
            Direction::Next => starts.find(|start| *start > at),
            Direction::Previous => starts.rfind(|start| *start < at),
        };
        if let Some(start) = next {
            let position = sheet.editor.position_of(start);
            sheet.editor.go(position);
        }
    }
}
