//! A JSON document as a tree of lines that fold, with a cursor and a search. It is made once for a value and does not
//! depend on the screen.

use std::collections::BTreeSet;

use crate::domain::quantity::counted;
use crate::domain::results::{JsonLine, Pattern, pretty_json};

/// A document with more lines than this starts folded, except for its outermost value.
const OPEN_LINES: usize = 1_000;
/// Lines around the cursor that are shown at most.
pub(super) const SHOWN_LINES: usize = 5_000;

/// A document, its folds and the cursor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JsonTree {
    lines: Vec<JsonLine>,
    /// For each line its last line: the closing bracket of an opening bracket, or the line itself.
    ends: Vec<usize>,
    /// For each line the number of values in its brackets.
    values: Vec<u64>,
    folded: BTreeSet<usize>,
    cursor: usize,
    /// Whether the document has more lines than `lines`.
    is_cut: bool,
}

/// A visible line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct TreeLine<'a> {
    /// Its number in the document.
    pub(super) number: usize,
    /// The number of objects and arrays around it.
    pub(super) depth: usize,
    /// Whether it is folded; `None` if it cannot fold.
    pub(super) folds: Option<bool>,
    /// The key before the value; empty if there is none.
    pub(super) key: &'a str,
    /// The value, the bracket, or a summary of a folded value.
    pub(super) text: String,
}

impl JsonTree {
    /// Parses a document. Returns `None` if the text is not JSON. A long document starts folded.
    pub(super) fn new(text: &str) -> Option<Self> {
        let lines = pretty_json(text)?;
        let mut ends: Vec<usize> = (0..lines.len()).collect();
        let mut values = vec![0_u64; lines.len()];
        let mut open: Vec<usize> = Vec::new();
        for (number, line) in lines.iter().enumerate() {
            let closes = line.text.starts_with(['}', ']']);
            if closes {
                if let Some(end) = open.pop().and_then(|opening| ends.get_mut(opening)) {
                    *end = number;
                }
            } else if let Some(count) = open.last().and_then(|parent| values.get_mut(*parent)) {
                *count += 1;
            }
            if opens(line) {
                open.push(number);
            }
        }
        // In a document that is cut, open brackets end with the last line.
        let is_cut = !open.is_empty();
        for opening in open {
            if let Some(end) = ends.get_mut(opening) {
                *end = lines.len().saturating_sub(1);
            }
        }
        let mut tree = Self { lines, ends, values, folded: BTreeSet::new(), cursor: 0, is_cut };
        if tree.lines.len() > OPEN_LINES {
            tree.fold_all();
        }
        Some(tree)
    }

    /// Returns the numbers of the visible lines: those that are not in a folded value.
    fn visible(&self) -> impl Iterator<Item = usize> {
        let mut next = 0;
        std::iter::from_fn(move || {
            let number = next;
            let end = *self.ends.get(number)?;
            next = if self.folded.contains(&number) { end + 1 } else { number + 1 };
            Some(number)
        })
    }

    /// Returns at most [`SHOWN_LINES`] visible lines, including the one under the cursor, and the number of visible
    /// lines before and after them.
    pub(super) fn shown(&self) -> (usize, Vec<TreeLine<'_>>, usize) {
        let position = self.visible().position(|number| number == self.cursor).unwrap_or(0);
        let before = if position < SHOWN_LINES { 0 } else { position - SHOWN_LINES / 2 };
        let mut numbers = self.visible().skip(before);
        let lines = numbers.by_ref().take(SHOWN_LINES).filter_map(|number| self.line(number)).collect();
        (before, lines, numbers.count())
    }

    fn line(&self, number: usize) -> Option<TreeLine<'_>> {
        let line = self.lines.get(number)?;
        let is_folded = self.folded.contains(&number);
        let text = if is_folded {
            let unit = if line.text == "{" { "key" } else { "value" };
            let end = self.ends.get(number).and_then(|end| self.lines.get(*end));
            let closing = end.map_or("", |line| line.text.as_str());
            let count = self.values.get(number).copied().unwrap_or_default();
            format!("{} … {} {closing}", line.text, counted(count, unit))
        } else {
            line.text.clone()
        };
        Some(TreeLine { number, depth: line.depth, folds: opens(line).then_some(is_folded), key: &line.key, text })
    }

    /// Returns the visible line after the cursor.
    pub(super) fn after(&self) -> Option<usize> {
        self.visible().find(|number| *number > self.cursor)
    }

    /// Returns the visible line before the cursor.
    pub(super) fn before(&self) -> Option<usize> {
        self.visible().take_while(|number| *number < self.cursor).last()
    }

    /// Returns the last visible line.
    pub(super) fn last(&self) -> Option<usize> {
        self.visible().last()
    }

    /// Returns whether the document continues after the last line.
    pub(super) fn is_cut(&self) -> bool {
        self.is_cut
    }

    /// Returns the number of the line under the cursor.
    pub(super) fn cursor(&self) -> usize {
        self.cursor
    }

    /// Puts the cursor on a visible line.
    pub(super) fn go(&mut self, number: usize) {
        self.cursor = number.min(self.lines.len().saturating_sub(1));
    }

    /// Unfolds the line under the cursor, or folds it as [`Self::fold`] does.
    pub(super) fn toggle(&mut self) {
        if self.folded.remove(&self.cursor) {
            return;
        }
        self.fold();
    }

    /// Unfolds the line under the cursor. Returns whether it was folded.
    pub(super) fn unfold(&mut self) -> bool {
        self.folded.remove(&self.cursor)
    }

    /// Folds the line under the cursor. If it is folded already, the cursor goes to its parent. If it cannot fold, the
    /// cursor goes to its parent, which is folded.
    pub(super) fn fold(&mut self) {
        let here = self.cursor;
        let can_fold = self.lines.get(here).is_some_and(opens);
        if can_fold && !self.folded.contains(&here) {
            self.folded.insert(here);
            return;
        }
        if let Some(parent) = self.parent(here) {
            self.cursor = parent;
            if !can_fold {
                self.folded.insert(parent);
            }
        }
    }

    /// Folds all values except the outermost.
    pub(super) fn fold_all(&mut self) {
        let all = self.lines.iter().enumerate().filter(|(number, line)| *number > 0 && opens(line));
        self.folded = all.map(|(number, _)| number).collect();
        self.show_cursor();
    }

    pub(super) fn unfold_all(&mut self) {
        self.folded.clear();
    }

    /// Goes to the next line that matches, with a wrap at the end, and unfolds what is around it. With `is_first` the
    /// line under the cursor counts, too. Returns the number of the match, from 1, and how many there are.
    pub(super) fn find(&mut self, pattern: &Pattern, forward: bool, is_first: bool) -> Option<(usize, usize)> {
        let text = |line: &JsonLine| match line.key.as_str() {
            "" => line.text.clone(),
            key => format!("{key}: {}", line.text),
        };
        let matches = |number: &usize| self.lines.get(*number).is_some_and(|line| pattern.is_in(text(line).as_bytes()));
        let matching: Vec<usize> = (0..self.lines.len()).filter(matches).collect();
        let count = matching.len();
        let at = if forward {
            let from = if is_first { self.cursor } else { self.cursor + 1 };
            matching.partition_point(|number| *number < from) % count.max(1)
        } else {
            let before = matching.partition_point(|number| *number < self.cursor);
            before.checked_sub(1).unwrap_or(count.saturating_sub(1))
        };
        let number = *matching.get(at)?;
        let ends = &self.ends;
        self.folded.retain(|opening| *opening >= number || ends.get(*opening).is_none_or(|end| *end < number));
        self.cursor = number;
        Some((at + 1, count))
    }

    /// Returns the line of the object or array around a line.
    fn parent(&self, number: usize) -> Option<usize> {
        (0..number).rev().find(|before| {
            self.lines.get(*before).is_some_and(opens) && self.ends.get(*before).is_some_and(|end| *end >= number)
        })
    }

    /// Moves a hidden cursor to the outermost folded value around it.
    fn show_cursor(&mut self) {
        let here = self.cursor;
        let over = |opening: &&usize| **opening < here && self.ends.get(**opening).is_some_and(|end| *end >= here);
        if let Some(opening) = self.folded.iter().find(over) {
            self.cursor = *opening;
        }
    }
}

/// Returns whether a line is an opening bracket on a line of its own.
fn opens(line: &JsonLine) -> bool {
    matches!(line.text.as_str(), "{" | "[")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::results::{CaseSensitivity, PatternKind};

    const TEXT: &str = r#"{"a": 1, "b": [1, {"deep": true}, []], "c": {"x": null}}"#;

    fn shown(tree: &JsonTree) -> Vec<String> {
        tree.shown().1.iter().map(|line| format!("{}{}{}", " ".repeat(line.depth), line.key, line.text)).collect()
    }

    #[test]
    fn a_value_folds_to_one_line_with_its_size() {
        let mut tree = JsonTree::new(TEXT).unwrap();
        assert_eq!(shown(&tree).len(), 13);
        tree.go(2);
        tree.toggle();
        assert_eq!(shown(&tree), ["{", r#" "a"1,"#, r#" "b"[ … 3 values ],"#, r#" "c"{"#, r#"  "x"null"#, " }", "}"]);
        tree.toggle();
        assert_eq!(shown(&tree).len(), 13);
        // On a value that cannot fold, the parent is folded and gets the cursor. The next fold goes one level up.
        tree.go(5);
        tree.fold();
        assert_eq!((tree.cursor(), shown(&tree)[4].as_str()), (4, "  { … 1 key },"));
        tree.fold();
        assert_eq!((tree.cursor(), shown(&tree).len()), (2, 11));
        assert!(!tree.unfold());
    }

    #[test]
    fn all_fold_but_the_outermost_and_the_cursor_stays_on_a_visible_line() {
        let mut tree = JsonTree::new(TEXT).unwrap();
        tree.go(5);
        tree.fold_all();
        assert_eq!(shown(&tree), ["{", r#" "a"1,"#, r#" "b"[ … 3 values ],"#, r#" "c"{ … 1 key }"#, "}"]);
        assert_eq!(tree.cursor(), 2);
        tree.unfold_all();
        assert_eq!(shown(&tree).len(), 13);
    }

    #[test]
    fn a_search_unfolds_what_it_finds_and_wraps() {
        let mut tree = JsonTree::new(TEXT).unwrap();
        tree.fold_all();
        let pattern = Pattern::new("deep", PatternKind::Text, CaseSensitivity::Insensitive).unwrap();
        assert_eq!(tree.find(&pattern, true, true), Some((1, 1)));
        assert_eq!((tree.cursor(), tree.lines[tree.cursor()].key.as_str()), (5, "\"deep\""));
        // Other values stay folded.
        assert!(shown(&tree).contains(&r#" "c"{ … 1 key }"#.to_owned()));
        tree.fold_all();
        assert_eq!(tree.find(&pattern, false, false), Some((1, 1)), "the same match, after a wrap");
        let nowhere = Pattern::new("nowhere", PatternKind::Text, CaseSensitivity::Insensitive).unwrap();
        assert!(tree.find(&nowhere, true, false).is_none() && tree.cursor() == 5);
    }

    #[test]
    fn a_long_document_starts_folded_and_a_cut_one_folds_too() {
        let inner = vec!["[1,2]"; OPEN_LINES].join(",");
        let tree = JsonTree::new(&format!("[{inner}]")).unwrap();
        assert_eq!(shown(&tree).len(), OPEN_LINES + 2);
        let many = vec!["1"; 200_000].join(",");
        let mut tree = JsonTree::new(&format!("[[{many}]]")).unwrap();
        assert_eq!(shown(&tree).len(), 2);
        tree.go(1);
        assert!(tree.unfold());
        let (before, lines, after) = tree.shown();
        assert_eq!((before, lines.len()), (0, SHOWN_LINES));
        assert!(after > SHOWN_LINES && tree.is_cut());
        // A cursor far down is shown with the lines around it.
        tree.go(tree.last().unwrap());
        let (before, lines, after) = tree.shown();
        assert!(before > SHOWN_LINES && after == 0 && lines.last().unwrap().number == tree.cursor());
        tree.go(tree.before().unwrap());
        assert_eq!(tree.after(), tree.last());
    }
}
