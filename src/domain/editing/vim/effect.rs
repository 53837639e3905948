//! What goes into the machine with a key, and what comes out.

use super::ex::ExCommand;
use super::register::Register;
use crate::domain::editing::change::TextChange;
use crate::domain::editing::find::FindPattern;
use crate::domain::editing::grapheme::graphemes;
use crate::domain::editing::position::TextPosition;
use crate::domain::sql::Dialect;

/// The text at the time of a key.
#[derive(Debug, Clone, Copy)]
pub struct VimText<'a> {
    pub lines: &'a [String],
    pub cursor: TextPosition,
    /// Where the selection on the screen began. In normal mode it starts visual mode; without it, visual mode ends.
    pub anchor: Option<TextPosition>,
    /// The first line on the screen.
    pub top_line: usize,
    /// Rows of the text on the screen.
    pub page_rows: usize,
    /// The text of the registers `+` and `*`.
    pub paste_register: Option<&'a Register>,
    pub dialect: Dialect,
}

/// Which text a selection covers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum VisualKind {
    /// From one character to another one, both included.
    Character,
    /// Whole lines.
    Line,
}

/// How the view of the text moves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scroll {
    /// So many lines towards the end of the text, or with a negative number towards its start.
    Lines(isize),
    /// The cursor's line becomes the first row.
    CursorToTop,
    CursorToMiddle,
    CursorToBottom,
}

/// What the app does after a key, in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum VimEffect {
    /// Changes that apply in their order, each to the text that the one before has left. Outside of an undo group they are one undo step.
    Change(Vec<TextChange>),
    MoveTo(TextPosition),
    /// Selects the text; see [`selected_range`]. The cursor is at `cursor`.
    Select {
        anchor: TextPosition,
        cursor: TextPosition,
        kind: VisualKind,
    },
    Deselect,
    /// Takes back so many undo steps. The app puts the cursor to the first change.
    Undo(usize),
    Redo(usize),
    /// All changes up to [`VimEffect::EndUndoGroup`] are one undo step. Groups are not nested.
    BeginUndoGroup,
    EndUndoGroup,
    SetPasteRegister(Register),
    Command(ExCommand),
    /// Marks all matches on the screen, or none.
    Highlight(Option<FindPattern>),
    Scroll(Scroll),
    /// Shows the documentation of the name at the cursor.
    ShowDocs,
    /// A message for the user.
    Notice(String),
}

/// Whether the machine has used a key. Other keys go on to the keymap.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Handled {
    Yes,
    No,
}

/// The result of a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VimOutcome {
    pub effects: Vec<VimEffect>,
    pub handled: Handled,
}

/// Returns start and end of the text that a selection covers. For lines, the end is the end of the last line, without its line end.
#[must_use]
pub fn selected_range(
    lines: &[String],
    (anchor, cursor): (TextPosition, TextPosition),
    kind: VisualKind,
) -> (TextPosition, TextPosition) {
    let (from, to) = (anchor.min(cursor), anchor.max(cursor));
    let line = |line: usize| lines.get(line).map_or("", String::as_str);
    match kind {
        VisualKind::Line => {
            (TextPosition::new(from.line, 0), TextPosition::new(to.line, line(to.line).chars().count()))
        }
        VisualKind::Character => {
            let next =
                graphemes(line(to.line)).into_iter().map(|(column, _)| column).find(|column| *column > to.column);
            let end = next.unwrap_or_else(|| line(to.line).chars().count());
            (from, TextPosition::new(to.line, end))
        }
    }
}
