//! What the machine remembers from one key to the next.

use super::command::{Command, InsertKey, Pending};
use super::effect::VisualKind;
use super::ex::Substitution;
use super::mode::{PromptKind, VimPrompt};
use super::motion::{CharFind, SearchMotion};
use super::register::Registers;
use crate::domain::editing::position::TextPosition;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Mode {
    #[default]
    Normal,
    Insert,
    Visual {
        kind: VisualKind,
        anchor: TextPosition,
    },
}

/// The column that moves up and down aim at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Goal {
    Cells(usize),
    LineEnd,
}

/// The text that is being inserted.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct InsertSession {
    /// The keys since the start, or since the cursor was moved.
    pub keys: Vec<InsertKey>,
    /// Where the text since then begins.
    pub start: TextPosition,
    /// How often the text is inserted.
    pub count: usize,
    /// Whether each repetition begins on a new line (`o`, `O`).
    pub opens_lines: OpensLines,
    /// The line whose indent was inserted and nothing else: Esc removes it.
    pub only_indent: Option<usize>,
    /// Set while `Ctrl-R` waits for a register.
    pub waits_for_register: Waits,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum OpensLines {
    Yes,
    #[default]
    No,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Waits {
    Yes,
    #[default]
    No,
}

/// A command that `.` repeats.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct LastChange {
    pub command: Command,
    pub count: Option<usize>,
    pub register: Option<char>,
    /// The keys of the text that was inserted after it.
    pub inserted: Vec<InsertKey>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct LastVisual {
    pub anchor: TextPosition,
    pub cursor: TextPosition,
    pub kind: VisualKind,
}

/// Whether an undo group is open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum UndoGroup {
    Open,
    #[default]
    Closed,
}

/// Whether `.` is replaying a command.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Replay {
    Running,
    #[default]
    Off,
}

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct VimState {
    pub mode: Mode,
    pub pending: Pending,
    pub prompt: Option<VimPrompt>,
    pub insert: InsertSession,
    pub registers: Registers,
    pub goal: Option<Goal>,
    pub last_change: Option<LastChange>,
    pub last_find: Option<CharFind>,
    pub last_search: Option<SearchMotion>,
    pub last_substitution: Option<Substitution>,
    pub last_visual: Option<LastVisual>,
    pub last_insert: Option<TextPosition>,
    /// Where the machine has put the cursor with the last key.
    pub last_cursor: Option<TextPosition>,
    pub undo_group: UndoGroup,
    pub replay: Replay,
    /// The command lines and searches that were typed, the newest last.
    pub history: Vec<(PromptKind, String)>,
    /// Steps back in the history.
    pub history_back: usize,
    /// Whether the next key is the argument of a command that is not supported.
    pub skips_argument: bool,
}
