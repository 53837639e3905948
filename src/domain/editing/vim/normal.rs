//! Runs the commands of normal and visual mode.

use super::command::{Command, Extent, InsertAt, Operator, Pending, PutSide, ReplaceWith, Target};
use super::effect::{Handled, VimEffect};
use super::engine::Engine;
use super::ex::{ExCommand, Unsaved};
use super::keys::{Place, Spelled};
use super::mode::PromptKind;
use super::motion::Motion;
use super::motion_run::Purpose;
use super::operator::{Operated, Run};
use super::region::RegionKind;
use super::state::{LastChange, Mode, OpensLines, Replay};
use crate::domain::editing::change::TextChange;
use crate::domain::editing::grapheme::graphemes;
use crate::domain::editing::indent::indent_width;
use crate::domain::editing::position::{TextPosition, between_columns};
use crate::domain::keys::Chord;

/// Commands of Vim that this machine does not have.
const UNSUPPORTED: &str = "=!@'`QRUmq";
/// Those of them that take a character.
const WITH_ARGUMENT: &str = "@'`mq";

impl Engine<'_> {
    /// Reads a key of normal or visual mode.
    pub(super) fn command_key(&mut self, chord: Chord, place: Place) -> Handled {
        if std::mem::take(&mut self.state.skips_argument) {
            return Handled::Yes;
        }
        let mut pending = std::mem::take(&mut self.state.pending);
        let is_first_key = pending.is_empty();
        match pending.read(chord, place) {
            Spelled::More => self.state.pending = pending,
            Spelled::Command(command) => self.run(command, pending),
            Spelled::LineCommand(command) => {
                if let Mode::Visual { anchor, .. } = self.state.mode {
                    self.state.mode = Mode::Visual { kind: super::effect::VisualKind::Line, anchor };
                }
                self.run(command, pending);
            }
            Spelled::Unknown => {
                if let Some(key) = chord.typed().filter(|key| is_first_key && UNSUPPORTED.contains(*key)) {
                    self.notice(format!("the vim command {key} is not supported"));
                    // The next key is its argument, not a command.
                    self.state.skips_argument = WITH_ARGUMENT.contains(key);
                }
            }
            Spelled::NotOurs => return Handled::No,
        }
        Handled::Yes
    }

    /// Runs a command that was read from keys.
    pub(super) fn run(&mut self, command: Command, pending: Pending) {
        if let Command::Prompt(kind) = command {
            return self.open_prompt(kind, pending);
        }
        self.execute(command, pending.total_count(), pending.register);
    }

    /// Runs a command and remembers it for `.`.
    pub(super) fn execute(&mut self, command: Command, count: Option<usize>, register: Option<char>) {
        let again = repeatable(&command, self.selection_extent()).filter(|_| self.state.replay == Replay::Off);
        let keeps_goal = matches!(command, Command::Move(_) | Command::StartVisual(_) | Command::Scroll(_));
        let needs_change = matches!(command, Command::Join(_) | Command::ReplaceCharacters(_));
        let changes = self.changes_made();
        let operated = self.perform(command, count, register);
        let again = again.filter(|_| !needs_change || self.changes_made() > changes);
        if !keeps_goal {
            // The motion of an operator leaves no column to aim at.
            self.state.goal = None;
        }
        if let (Some(command), Operated::Text) = (again, operated) {
            self.state.last_change = Some(LastChange { command, count, register, inserted: Vec::new() });
        }
    }

    /// Runs a command. Returns whether it had a text to work on.
    fn perform(&mut self, command: Command, count: Option<usize>, register: Option<char>) -> Operated {
        let n = count.unwrap_or(1);
        match command {
            Command::Move(motion) => self.move_by(&motion, count),
            Command::Operate(operator, target) => {
                return self.operate(Run { operator, count, register }, &target);
            }
            Command::SelectObject(object, part) => self.select_object(object, part, n),
            Command::Insert(at) => self.insert_at(at, n),
            Command::Put(side, cursor) => self.put((side, cursor), n, register),
            Command::PutOverSelection(side, target) => self.put_over_selection((side, &target), n, register),
            Command::ReplaceCharacters(with) => self.replace_characters(with, n),
            Command::ReplaceSelection(with, target) => self.replace_selection(with, &target),
            Command::ToggleCaseAndMove => self.toggle_case_and_move(n),
            Command::Join(space) => self.join((self.cursor.line, n.max(2)), space),
            Command::JoinSelection(space, target) => {
                if let Some((first, last)) = self.selected_lines(&target) {
                    self.join((first, (last - first + 1).max(2)), space);
                }
            }
            Command::Undo => {
                self.effect(VimEffect::Undo(n));
                self.leave_cursor_to_app();
            }
            Command::Redo => {
                self.effect(VimEffect::Redo(n));
                self.leave_cursor_to_app();
            }
            Command::Repeat => self.repeat(count),
            Command::RepeatSubstitution => self.repeat_substitution(),
            Command::StartVisual(kind) => self.start_visual(kind),
            Command::SelectLast => self.select_last(),
            Command::SwapEnds => self.swap_ends(),
            Command::EndVisual => self.end_visual(),
            // Opened before, with the keys that are pending.
            Command::Prompt(PromptKind::Command | PromptKind::SearchForward | PromptKind::SearchBackward) => {}
            Command::Scroll(scroll) => self.effect(VimEffect::Scroll(scroll)),
            Command::ShowDocs => self.effect(VimEffect::ShowDocs),
            Command::WriteAndQuit => self.effect(VimEffect::Command(ExCommand::WriteAndQuit { path: None })),
            Command::QuitDiscarding => self.effect(VimEffect::Command(ExCommand::Quit(Unsaved::Discard))),
        }
        Operated::Text
    }

    fn move_by(&mut self, motion: &Motion, count: Option<usize>) {
        let purpose = match self.state.mode {
            Mode::Visual { .. } => Purpose::Select,
            Mode::Normal | Mode::Insert => Purpose::Move,
        };
        if let Some(reached) = self.reach(motion, count, purpose) {
            self.cursor = reached.to;
        }
    }

    /// Repeats the last change.
    fn repeat(&mut self, count: Option<usize>) {
        let Some(mut last) = self.state.last_change.clone() else { return };
        last.count = count.or(last.count);
        self.state.last_change = Some(last.clone());
        self.state.replay = Replay::Running;
        self.begin_undo_group();
        self.execute(last.command, last.count, last.register);
        if self.state.mode == Mode::Insert {
            self.replay_insert(&last.inserted);
            self.leave_insert();
        }
        self.state.replay = Replay::Off;
        self.end_undo_group();
    }

    fn insert_at(&mut self, at: InsertAt, count: usize) {
        self.begin_undo_group();
        let line = self.cursor.line;
        match at {
            InsertAt::Cursor => {}
            InsertAt::AfterCursor => self.cursor = self.after_character(self.cursor),
            InsertAt::FirstText => self.cursor = TextPosition::new(line, indent_width(self.line(line))),
            InsertAt::LineEnd => self.cursor = TextPosition::new(line, self.text.length(line)),
            InsertAt::LastInsert => self.cursor = self.text.clamped(self.state.last_insert.unwrap_or(self.cursor)),
            InsertAt::NewLineBelow => self.open_line_below(line),
            InsertAt::NewLineAbove => {
                let indent = self.indent_of(line);
                let column = indent.chars().count();
                self.change(vec![TextChange::insert(TextPosition::new(line, 0), format!("{indent}\n"))]);
                self.cursor = TextPosition::new(line, column);
            }
        }
        self.start_insert(count);
        if matches!(at, InsertAt::NewLineBelow | InsertAt::NewLineAbove) {
            self.state.insert.only_indent = Some(self.cursor.line);
            self.state.insert.opens_lines = OpensLines::Yes;
        }
    }

    pub(super) fn open_line_below(&mut self, line: usize) {
        let indent = self.indent_of(line);
        let end = TextPosition::new(line, self.text.length(line));
        self.cursor = TextPosition::new(line + 1, indent.chars().count());
        self.change(vec![TextChange::insert(end, format!("\n{indent}"))]);
    }

    pub(super) fn indent_of(&self, line: usize) -> String {
        let line = self.line(line);
        between_columns(line, 0, indent_width(line)).to_owned()
    }

    /// Replaces characters from the cursor on. There must be enough of them in the line.
    fn replace_characters(&mut self, with: ReplaceWith, count: usize) {
        let from = self.cursor;
        let mut columns: Vec<usize> = graphemes(self.line(from.line))
            .into_iter()
            .map(|(column, _)| column)
            .filter(|c| *c >= from.column)
            .collect();
        columns.push(self.text.length(from.line));
        let Some(end) = columns.get(count) else { return };
        let to = TextPosition::new(from.line, *end);
        match with {
            ReplaceWith::Character(character) => {
                let text: String = std::iter::repeat_n(character, count).collect();
                self.change(vec![TextChange { from, to, text }]);
                self.cursor = TextPosition::new(from.line, from.column + count - 1);
            }
            ReplaceWith::LineEnd => {
                // As Enter in insert mode: the line after it gets the indent, if it has a text.
                let rest = between_columns(self.line(from.line), to.column, usize::MAX).trim_start_matches([' ', '\t']);
                let indent = if rest.is_empty() { String::new() } else { self.indent_of(from.line) };
                let to = TextPosition::new(from.line, self.text.length(from.line) - rest.chars().count());
                self.cursor = TextPosition::new(from.line + 1, indent.chars().count());
                self.change(vec![TextChange { from, to, text: format!("\n{indent}") }]);
            }
        }
    }

    fn replace_selection(&mut self, with: ReplaceWith, target: &Target) {
        let ReplaceWith::Character(character) = with else { return };
        let Some(region) = self.take_region(Operator::Change, target, None) else { return };
        let (text, _) = self.text_of(region);
        let new: Vec<String> =
            text.split('\n').map(|line| graphemes(line).iter().map(|_| character).collect()).collect();
        let (from, to) = match region.kind {
            RegionKind::Characters => (region.from, region.to),
            RegionKind::Lines => {
                let end = TextPosition::new(region.to.line, self.text.length(region.to.line));
                (TextPosition::new(region.from.line, 0), end)
            }
        };
        self.change(vec![TextChange { from, to, text: new.join("\n") }]);
        self.cursor = from;
    }

    /// Returns the first and the last selected line, and ends visual mode.
    pub(super) fn selected_lines(&mut self, target: &Target) -> Option<(usize, usize)> {
        let region = self.take_region(Operator::Delete, target, None)?;
        // A selection that includes a line end does not include the line after it.
        let is_line_end = region.kind == RegionKind::Characters && region.to.column == 0;
        let last = if is_line_end && region.is_over_lines() { region.to.line - 1 } else { region.to.line };
        Some((region.from.line, last))
    }
}

/// Returns the command as `.` repeats it, if it changes the text.
fn repeatable(command: &Command, extent: Option<Extent>) -> Option<Command> {
    let again = |target: &Target| match (target, extent) {
        (Target::Selection, Some(extent)) => Target::Extent(extent),
        (target, _) => target.clone(),
    };
    match command {
        Command::Operate(operator, target) if *operator != Operator::Yank => {
            Some(Command::Operate(*operator, again(target)))
        }
        Command::ReplaceSelection(with, target) => Some(Command::ReplaceSelection(*with, again(target))),
        // `p` has put the selected text into the register, so there is nothing to put again.
        Command::PutOverSelection(PutSide::Before, target) => {
            Some(Command::PutOverSelection(PutSide::Before, again(target)))
        }
        Command::JoinSelection(space, target) => Some(Command::JoinSelection(*space, again(target))),
        Command::Insert(_)
        | Command::Put(..)
        | Command::ReplaceCharacters(_)
        | Command::ToggleCaseAndMove
        | Command::Join(_)
        | Command::RepeatSubstitution => Some(command.clone()),
        Command::Operate(..)
        | Command::PutOverSelection(PutSide::After, _)
        | Command::Move(_)
        | Command::SelectObject(..)
        | Command::Undo
        | Command::Redo
        | Command::Repeat
        | Command::StartVisual(_)
        | Command::SelectLast
        | Command::SwapEnds
        | Command::EndVisual
        | Command::Prompt(_)
        | Command::Scroll(_)
        | Command::ShowDocs
        | Command::WriteAndQuit
        | Command::QuitDiscarding => None,
    }
}
