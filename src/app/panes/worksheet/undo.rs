//! The undo steps of a text. Typing makes a step of each word, and a pause or a move of the cursor begins a new step.

use std::collections::VecDeque;
use std::time::Duration;

use crate::domain::editing::{TextChange, TextPosition};

/// Undo steps that are kept at most.
pub(super) const UNDO_STEPS: usize = 2_000;
/// Bytes of text that all undo steps keep at most. The newest step is always kept.
const UNDO_BYTES: usize = 32 * 1024 * 1024;
/// A pause of so long begins a new step.
const PAUSE: Duration = Duration::from_secs(1);

/// Which steps become one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StepKind {
    /// A typed character. Those of a word, with the spaces after it, become one step.
    Typing,
    /// A deleted character. Those of a word become one step.
    Deleting,
    /// A step of its own.
    Whole,
}

/// Cursor and selection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct CursorState {
    pub cursor: TextPosition,
    /// The other end of the selection.
    pub anchor: Option<TextPosition>,
}

/// A change that was made, with the text that it has removed.
#[derive(Debug, Clone, PartialEq, Eq)]
struct MadeChange {
    change: TextChange,
    removed: String,
}

/// Changes that are undone together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct UndoStep {
    changes: Vec<MadeChange>,
    before: CursorState,
    after: CursorState,
}

/// The undo steps of a text.
#[derive(Debug, Clone, Default)]
pub(super) struct UndoHistory {
    /// The newest step is the last one.
    done: VecDeque<UndoStep>,
    undone: Vec<UndoStep>,
    bytes: usize,
    /// The kind of the last step and its time, if it can go on.
    open: Option<(StepKind, Duration)>,
    group: Group,
}

/// Whether changes are collected to one step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Group {
    #[default]
    None,
    /// A group has begun, without a change yet.
    Empty,
    /// The last step is that of the group.
    Begun,
}

impl UndoStep {
    /// Makes a step of one change. `cursors` are those before and after it.
    #[must_use]
    pub(super) fn new(change: TextChange, removed: String, cursors: (CursorState, CursorState)) -> Self {
        Self { changes: vec![MadeChange { change, removed }], before: cursors.0, after: cursors.1 }
    }

    /// Returns the changes that take it back, in order.
    pub(super) fn inverse(&self) -> impl Iterator<Item = TextChange> {
        self.changes.iter().rev().map(|made| TextChange {
            from: made.change.from,
            to: made.change.end(),
            text: made.removed.clone(),
        })
    }

    /// Returns its changes in order.
    pub(super) fn forward(&self) -> impl Iterator<Item = TextChange> {
        self.changes.iter().map(|made| made.change.clone())
    }

    #[must_use]
    pub(super) fn before(&self) -> CursorState {
        self.before
    }

    #[must_use]
    pub(super) fn after(&self) -> CursorState {
        self.after
    }

    fn bytes(&self) -> usize {
        self.changes.iter().map(|made| made.change.text.len() + made.removed.len()).sum()
    }

    /// Whether a later step belongs to the same word.
    fn goes_on_with(&self, next: &Self, kind: StepKind) -> bool {
        let (Some(last), Some(first)) = (self.changes.last(), next.changes.first()) else { return false };
        let is_space = |character: Option<char>| character.is_some_and(char::is_whitespace);
        let begins_with_space = |text: &str| is_space(text.chars().next());
        let ends_with_space = |text: &str| is_space(text.chars().next_back());
        match kind {
            StepKind::Typing => {
                let begins_word = ends_with_space(&last.change.text) && !begins_with_space(&first.change.text);
                first.removed.is_empty() && !begins_word
            }
            StepKind::Deleting => begins_with_space(&last.removed) == ends_with_space(&first.removed),
            StepKind::Whole => false,
        }
    }

    fn extend(&mut self, next: Self) {
        self.after = next.after;
        for made in next.changes {
            match self.changes.last_mut() {
                Some(last) if made.removed.is_empty() && last.change.end() == made.change.from => {
                    last.change.text.push_str(&made.change.text);
                }
                _ => self.changes.push(made),
            }
        }
    }
}

impl UndoHistory {
    /// Adds a step, or joins it to the last one.
    pub(super) fn push(&mut self, step: UndoStep, kind: StepKind, now: Duration) {
        self.undone.clear();
        self.bytes += step.bytes();
        let is_open = self.open.is_some_and(|(open, at)| open == kind && now.saturating_sub(at) < PAUSE);
        let joins = |last: &UndoStep| match self.group {
            Group::Begun => true,
            Group::Empty => false,
            Group::None => is_open && last.goes_on_with(&step, kind),
        };
        match self.done.back_mut() {
            Some(last) if joins(last) => last.extend(step),
            _ => self.done.push_back(step),
        }
        if self.group == Group::Empty {
            self.group = Group::Begun;
        }
        self.open = Some((kind, now));
        while self.done.len() > UNDO_STEPS || (self.bytes > UNDO_BYTES && self.done.len() > 1) {
            self.bytes -= self.done.pop_front().map_or(0, |step| step.bytes());
        }
    }

    /// Lets the next change begin a new step.
    pub(super) fn close(&mut self) {
        self.open = None;
    }

    pub(super) fn begin_group(&mut self) {
        self.group = Group::Empty;
    }

    pub(super) fn end_group(&mut self) {
        (self.group, self.open) = (Group::None, None);
    }

    /// Takes the newest step, to be undone.
    pub(super) fn undo(&mut self) -> Option<UndoStep> {
        self.end_group();
        let step = self.done.pop_back()?;
        self.bytes -= step.bytes();
        self.undone.push(step.clone());
        Some(step)
    }

    /// Takes the step that was undone last, to be done again.
    pub(super) fn redo(&mut self) -> Option<UndoStep> {
        self.end_group();
        let step = self.undone.pop()?;
        self.bytes += step.bytes();
        self.done.push_back(step.clone());
        Some(step)
    }
}
