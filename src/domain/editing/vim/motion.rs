//! The motions: where a key moves the cursor.

use crate::domain::editing::find::FindPattern;
use crate::domain::editing::position::TextPosition;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Direction {
    Forward,
    Backward,
}

impl Direction {
    pub(super) fn reversed(self) -> Self {
        match self {
            Self::Forward => Self::Backward,
            Self::Backward => Self::Forward,
        }
    }
}

/// What separates words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum WordSize {
    /// A word is letters, digits and `_`, or other signs.
    Short,
    /// A word is everything up to a space.
    Long,
}

/// Where a search for a character ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum FindStop {
    /// `f`, `F`
    On,
    /// `t`, `T`
    Before,
}

/// `f`, `F`, `t` or `T`, without the character.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct FindChar {
    pub direction: Direction,
    pub stop: FindStop,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct CharFind {
    pub find: FindChar,
    pub character: char,
}

/// A search: what and in which direction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct SearchMotion {
    pub pattern: FindPattern,
    pub direction: Direction,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ScreenRow {
    Top,
    Middle,
    Bottom,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Motion {
    /// `h`
    Left,
    /// `l`
    Right,
    /// Backspace and Space go over line ends.
    Character(Direction),
    Up,
    Down,
    LineStart,
    FirstText,
    LineEnd,
    /// `g_`
    LastText,
    /// `|`
    Column,
    /// `+`, Enter
    NextLineText,
    /// `-`
    PreviousLineText,
    /// `_`
    ThisLineText,
    Word(WordSize, Direction),
    WordEnd(WordSize, Direction),
    /// `gg`, `G`: the line of the count, or else the first or the last line.
    ToLine(Direction),
    Find(CharFind),
    /// `;` goes forward, `,` goes the other way.
    FindAgain(Direction),
    MatchingBracket,
    Paragraph(Direction),
    Statement(Direction),
    Screen(ScreenRow),
    Search(SearchMotion),
    /// `n` goes in the direction of the search, `N` the other way.
    SearchAgain(Direction),
    WordAtCursor(Direction),
    HalfPage(Direction),
    Page(Direction),
}

/// Which text a motion covers, from the cursor to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Span {
    /// Without the character at the later end.
    Exclusive,
    Inclusive,
    Linewise,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Reached {
    pub to: TextPosition,
    pub span: Span,
}
