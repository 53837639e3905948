//! Commands of the normal and the visual mode, as keys spell them.

use super::effect::{Scroll, VisualKind};
use super::mode::PromptKind;
use super::motion::{FindChar, Motion};
use crate::domain::keys::Chord;

/// A command that needs a range of text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Operator {
    Delete,
    Change,
    Yank,
    Indent,
    Dedent,
    ToggleCase,
    LowerCase,
    UpperCase,
    ToggleComment,
}

/// A range of text that is found from the cursor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TextObject {
    Word,
    LongWord,
    Quoted(char),
    /// The opening bracket.
    Bracket(char),
    Paragraph,
    Statement,
}

/// Which part of a text object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ObjectPart {
    Inner,
    Around,
}

/// What an operator works on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Target {
    Motion(Motion),
    Object(TextObject, ObjectPart),
    /// The cursor's line and those after it, up to the count.
    Lines,
    /// The selection of the visual mode.
    Selection,
    /// As much text as a selection had.
    Extent(Extent),
}

/// The size of a selection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Extent {
    pub kind: VisualKind,
    /// Lines after the first one.
    pub lines: usize,
    /// Characters on the last line: from the start of the selection if it has one line only, otherwise from the start of the line.
    pub columns: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum InsertAt {
    Cursor,
    AfterCursor,
    FirstText,
    LineEnd,
    NewLineBelow,
    NewLineAbove,
    LastInsert,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum PutSide {
    Before,
    After,
}

/// Where the cursor is after a put.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum PutCursor {
    OnText,
    AfterText,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum JoinSpace {
    One,
    None,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Command {
    Move(Motion),
    Operate(Operator, Target),
    /// A text object in visual mode.
    SelectObject(TextObject, ObjectPart),
    Insert(InsertAt),
    Put(PutSide, PutCursor),
    PutOverSelection(PutSide, Target),
    ReplaceCharacters(ReplaceWith),
    ReplaceSelection(ReplaceWith, Target),
    ToggleCaseAndMove,
    Join(JoinSpace),
    JoinSelection(JoinSpace, Target),
    Undo,
    Redo,
    Repeat,
    RepeatSubstitution,
    StartVisual(VisualKind),
    SelectLast,
    SwapEnds,
    EndVisual,
    Prompt(PromptKind),
    Scroll(Scroll),
    ShowDocs,
    /// `ZZ`
    WriteAndQuit,
    /// `ZQ`
    QuitDiscarding,
}

/// What `r` puts into the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ReplaceWith {
    Character(char),
    LineEnd,
}

/// A key that was typed in insert mode, or a text that came from elsewhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum InsertKey {
    Key(Chord),
    /// The text of a register, or of the app: so many characters before the cursor are replaced by it.
    Text {
        removed: usize,
        text: String,
    },
}

/// A key that the next key completes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Prefix {
    /// `"`
    Register,
    /// `g`
    G,
    /// `z`
    Z,
    /// `Z`
    CapitalZ,
    /// `r`
    Replace,
    /// `f`, `F`, `t`, `T`
    Find(FindChar),
    /// `i` and `a` after an operator or in visual mode.
    Object(ObjectPart),
}

/// The keys of a command that is not complete yet, as they were understood.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Pending {
    pub register: Option<char>,
    pub count: Option<usize>,
    pub operator: Option<Operator>,
    /// The count before the operator.
    pub operator_count: Option<usize>,
    pub prefix: Option<Prefix>,
}

/// The largest count. More digits change nothing.
const MAX_COUNT: usize = 100_000;

impl Pending {
    pub(super) fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    pub(super) fn add_digit(&mut self, digit: usize) {
        self.count = Some((self.count.unwrap_or(0) * 10 + digit).min(MAX_COUNT));
    }

    /// Returns the product of both counts.
    pub(super) fn total_count(&self) -> Option<usize> {
        match (self.operator_count, self.count) {
            (Some(a), Some(b)) => Some((a * b).min(MAX_COUNT)),
            (a, b) => a.or(b),
        }
    }
}
