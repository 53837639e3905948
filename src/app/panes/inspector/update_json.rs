//! The inspector on a JSON document: the cursor moves by lines, parts fold, and a search unfolds what it finds.

use std::ops::Range;
use std::sync::Arc;

use crate::app::context::Context;
use crate::app::focus::Focus;
use crate::app::panes::PaneContext;
use crate::app::request::Request;

use super::{Inspector, InspectorAction};

impl Inspector {
    /// Returns whether a document is shown that folds.
    #[must_use]
    pub fn has_folds(&self) -> bool {
        self.tree.is_some() && !self.rows.is_empty()
    }

    /// Returns the inspector's lines of the row under the cursor.
    #[must_use]
    pub fn cursor_lines(&self) -> Option<Range<usize>> {
        let (at, _) = self.cursor_row().or_else(|| self.field_row())?;
        let first = self.rows.get(at)?.0;
        Some(first..self.rows.get(at + 1).map_or(self.lines.len(), |row| row.0))
    }

    /// Returns the row under the cursor: its number among the rows shown, and its number in the document.
    fn cursor_row(&self) -> Option<(usize, usize)> {
        let cursor = self.tree.as_ref().filter(|_| self.has_folds())?.cursor();
        self.rows.binary_search_by_key(&cursor, |row| row.1).ok().map(|at| (at, cursor))
    }

    /// Does an action on a document that folds. Returns whether it was such an action.
    pub(super) fn act_in_tree(&mut self, action: InspectorAction, cx: &mut PaneContext<'_>) -> bool {
        use InspectorAction as A;
        let page = usize::from(cx.context.layout.rows(Focus::Inspector)).max(1);
        let at = self.cursor_row().map_or(0, |(at, _)| at);
        let line = |at: usize| self.rows.get(at).map_or(0, |row| row.0);
        // The row that contains a line.
        let row = |line: usize| self.rows.partition_point(|row| row.0 <= line).saturating_sub(1);
        let number = |at: usize| self.rows.get(at).map(|row| row.1);
        let Some(tree) = self.tree.as_mut().filter(|_| !self.rows.is_empty()) else { return false };
        let to = match action {
            A::Down => number(at + 1).or_else(|| tree.after()),
            A::Up => at.checked_sub(1).and_then(number).or_else(|| tree.before()),
            A::PageDown => number(row(line(at).saturating_add(page)).max(at + 1)).or_else(|| tree.after()),
            A::PageUp => at
                .checked_sub(1)
                .and_then(|up| number(row(line(at).saturating_sub(page)).min(up)))
                .or_else(|| tree.before()),
            A::Top => Some(0),
            A::End => tree.last(),
            A::Unfold if !tree.unfold() => number(at + 1).or_else(|| tree.after()),
            A::Toggle | A::Fold | A::Unfold | A::FoldAll | A::UnfoldAll => {
                match action {
                    A::Toggle => tree.toggle(),
                    A::Fold => tree.fold(),
                    A::FoldAll => tree.fold_all(),
                    A::UnfoldAll => tree.unfold_all(),
                    // The guard above has unfolded it.
                    _ => {}
                }
                self.refresh(cx.context);
                None
            }
            _ => return false,
        };
        if let (Some(number), Some(tree)) = (to, &mut self.tree) {
            tree.go(number);
        }
        self.follow_cursor(cx.context);
        true
    }

    /// Searches the document. Returns whether there is one.
    pub(super) fn find_in_tree(&mut self, forward: bool, is_first: bool, cx: &mut PaneContext<'_>) -> bool {
        if !self.has_folds() {
            return false;
        }
        let (Some(pattern), Some(tree)) = (self.search.as_ref().map(Arc::clone), &mut self.tree) else { return false };
        self.matches = tree.find(&pattern, forward, is_first);
        if self.matches.is_some() {
            self.refresh(cx.context);
            self.follow_cursor(cx.context);
        } else {
            let text = if tree.is_cut() {
                "No matches in the part of the document that is shown."
            } else {
                "No matches in the document."
            };
            cx.request(Request::Notice(text.into()));
        }
        true
    }

    /// Scrolls the cursor into view. At the first row, the lines above it are visible, too.
    fn follow_cursor(&mut self, context: &Context) {
        let rows = usize::from(context.layout.rows(Focus::Inspector));
        if self.cursor_row().is_none() {
            // The cursor has left the rows that are shown.
            self.refresh(context);
        }
        let Some(lines) = self.cursor_lines() else { return };
        if self.cursor_row().is_some_and(|(at, _)| at == 0) {
            self.top = 0;
        }
        self.top = self.top.max(lines.end.saturating_sub(rows)).min(lines.start);
        self.settle(context);
    }
}
