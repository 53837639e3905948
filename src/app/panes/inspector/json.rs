//! A JSON document as a tree of lines that fold: which are open, where the cursor is, where a text is. Made once for a value;
//! a step looks at the lines that show, and a search at all of them. Knows no width and no screen.

use std::collections::BTreeSet;

use crate::domain::quantity::counted;
use crate::domain::results::{JsonLine, Pattern, pretty_json};

/// Lines of a document that opens as a whole; of a longer one only the outermost does.
const OPEN_LINES: usize = 1_000;
/// Lines that are drawn at most: a screen shows a part, and where the cursor goes the drawing follows.
pub(super) const SHOWN_LINES: usize = 5_000;

/// A document, and how it is looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JsonTree {
    lines: Vec<JsonLine>,
    /// Of each line the last one that belongs to it: of a bracket that opens the one that closes it, else itself.
    ends: Vec<usize>,
    /// Of each line how many values its brackets hold.
    values: Vec<u64>,
    folded: BTreeSet<usize>,
    cursor: usize,
    /// Whether the document has more lines than these.
    is_cut: bool,
}

/// A line that shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct TreeLine<'a> {
    /// Its number in the document.
    pub(super) number: usize,
    /// How many objects and arrays it lies in.
    pub(super) depth: usize,
    /// Whether it folds, and whether it is folded.
    pub(super) folds: Option<bool>,
    /// The key before the value; empty where there is none.
    pub(super) key: &'a str,
    /// The value, the bracket, or what a folded one holds.
    pub(super) text: String,
}

impl JsonTree {
    /// The tree of a document; `None` where the text is none. A long one begins folded.
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
            } else if let Some(count) = open.last().and_then(|holder| values.get_mut(*holder)) {
                *count += 1;
            }
            if opens(line) {
                open.push(number);
            }
        }
        // Where a document is cut, what is open ends with it.
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

    /// The numbers of the lines that show.
    fn numbers(&self) -> impl Iterator<Item = usize> {
        let mut next = 0;
        std::iter::from_fn(move || {
            let number = next;
            let end = *self.ends.get(number)?;
            next = if self.folded.contains(&number) { end + 1 } else { number + 1 };
            Some(number)
        })
    }

    /// The lines that are drawn: at most [`SHOWN_LINES`] of those that show, with the one under the cursor among them; and how
    /// many show before and behind them.
    pub(super) fn drawn(&self) -> (usize, Vec<TreeLine<'_>>, usize) {
        let place = self.numbers().position(|number| number == self.cursor).unwrap_or(0);
        let before = if place < SHOWN_LINES { 0 } else { place - SHOWN_LINES / 2 };
        let mut numbers = self.numbers().skip(before);
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

    /// The line that shows behind the one under the cursor.
    pub(super) fn after(&self) -> Option<usize> {
        self.numbers().find(|number| *number > self.cursor)
    }

    /// The line that shows before the one under the cursor.
    pub(super) fn before(&self) -> Option<usize> {
        self.numbers().take_while(|number| *number < self.cursor).last()
    }

    /// The last line that shows.
    pub(super) fn last(&self) -> Option<usize> {
        self.numbers().last()
    }

    /// Whether the document goes on behind the last line.
    pub(super) fn is_cut(&self) -> bool {
        self.is_cut
    }

    /// The number of the line under the cursor.
    pub(super) fn cursor(&self) -> usize {
        self.cursor
    }

    /// Puts the cursor on the line of this number, which shows.
    pub(super) fn go(&mut self, number: usize) {
        self.cursor = number.min(self.lines.len().saturating_sub(1));
    }

    /// Folds or unfolds the line under the cursor; one that does not fold, the one that it lies in.
    pub(super) fn toggle(&mut self) {
        if self.folded.remove(&self.cursor) {
            return;
        }
        self.fold();
    }

    /// Unfolds the line under the cursor; says whether it was folded.
    pub(super) fn unfold(&mut self) -> bool {
        self.folded.remove(&self.cursor)
    }

    /// Folds the line under the cursor; where that does not fold or is folded, goes to the one that it lies in, and folds that
    /// where the line has none of its own.
    pub(super) fn fold(&mut self) {
        let here = self.cursor;
        let can_fold = self.lines.get(here).is_some_and(opens);
        if can_fold && !self.folded.contains(&here) {
            self.folded.insert(here);
            return;
        }
        if let Some(holder) = self.holder(here) {
            self.cursor = holder;
            if !can_fold {
                self.folded.insert(holder);
            }
        }
    }

    /// Folds all but the outermost.
    pub(super) fn fold_all(&mut self) {
        let all = self.lines.iter().enumerate().filter(|(number, line)| *number > 0 && opens(line));
        self.folded = all.map(|(number, _)| number).collect();
        self.surface();
    }

    /// Unfolds all.
    pub(super) fn unfold_all(&mut self) {
        self.folded.clear();
    }

    /// Goes to the next line that holds this, from the one under the cursor on and around the end, and unfolds what it lies in.
    /// Says which of how many it is, from 1; `is_first` takes the line under the cursor too.
    pub(super) fn find(&mut self, pattern: &Pattern, forward: bool, is_first: bool) -> Option<(usize, usize)> {
        let text = |line: &JsonLine| match line.key.as_str() {
            "" => line.text.clone(),
            key => format!("{key}: {}", line.text),
        };
        let holds = |number: &usize| self.lines.get(*number).is_some_and(|line| pattern.is_in(text(line).as_bytes()));
        let matching: Vec<usize> = (0..self.lines.len()).filter(holds).collect();
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

    /// The nearest line before this one that holds it.
    fn holder(&self, number: usize) -> Option<usize> {
        (0..number).rev().find(|before| {
            self.lines.get(*before).is_some_and(opens) && self.ends.get(*before).is_some_and(|end| *end >= number)
        })
    }

    /// Brings the cursor to a line that shows: the outermost folded one that it lies in.
    fn surface(&mut self) {
        let here = self.cursor;
        let over = |opening: &&usize| **opening < here && self.ends.get(**opening).is_some_and(|end| *end >= here);
        if let Some(opening) = self.folded.iter().find(over) {
            self.cursor = *opening;
        }
    }
}

/// Whether more lines belong to this one.
fn opens(line: &JsonLine) -> bool {
    matches!(line.text.as_str(), "{" | "[")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::results::{CaseSensitivity, PatternKind};

    const TEXT: &str = r#"{"a": 1, "b": [1, {"deep": true}, []], "c": {"x": null}}"#;

    fn drawn(tree: &JsonTree) -> Vec<String> {
        tree.drawn().1.iter().map(|line| format!("{}{}{}", " ".repeat(line.depth), line.key, line.text)).collect()
    }

    #[test]
    fn a_node_folds_to_one_line_that_says_how_much_it_holds() {
        let mut tree = JsonTree::new(TEXT).unwrap();
        assert_eq!(drawn(&tree).len(), 13);
        tree.go(2);
        tree.toggle();
        assert_eq!(drawn(&tree), ["{", r#" "a"1,"#, r#" "b"[ … 3 values ],"#, r#" "c"{"#, r#"  "x"null"#, " }", "}"]);
        tree.toggle();
        assert_eq!(drawn(&tree).len(), 13);
        // A value folds what it lies in, and the cursor goes there; once more it goes further out.
        tree.go(5);
        tree.fold();
        assert_eq!((tree.cursor(), drawn(&tree)[4].as_str()), (4, "  { … 1 key },"));
        tree.fold();
        assert_eq!((tree.cursor(), drawn(&tree).len()), (2, 11));
        assert!(!tree.unfold());
    }

    #[test]
    fn all_fold_but_the_outermost_and_the_cursor_stays_on_what_shows() {
        let mut tree = JsonTree::new(TEXT).unwrap();
        tree.go(5);
        tree.fold_all();
        assert_eq!(drawn(&tree), ["{", r#" "a"1,"#, r#" "b"[ … 3 values ],"#, r#" "c"{ … 1 key }"#, "}"]);
        assert_eq!(tree.cursor(), 2);
        tree.unfold_all();
        assert_eq!(drawn(&tree).len(), 13);
    }

    #[test]
    fn a_search_opens_what_it_finds_and_goes_round() {
        let mut tree = JsonTree::new(TEXT).unwrap();
        tree.fold_all();
        let pattern = Pattern::new("deep", PatternKind::Text, CaseSensitivity::Insensitive).unwrap();
        assert_eq!(tree.find(&pattern, true, true), Some((1, 1)));
        assert_eq!((tree.cursor(), tree.lines[tree.cursor()].key.as_str()), (5, "\"deep\""));
        // What it does not lie in stays folded.
        assert!(drawn(&tree).contains(&r#" "c"{ … 1 key }"#.to_owned()));
        tree.fold_all();
        assert_eq!(tree.find(&pattern, false, false), Some((1, 1)), "the same one, round the end");
        let nowhere = Pattern::new("nowhere", PatternKind::Text, CaseSensitivity::Insensitive).unwrap();
        assert!(tree.find(&nowhere, true, false).is_none() && tree.cursor() == 5);
    }

    #[test]
    fn a_long_document_begins_folded_and_one_that_is_cut_folds_too() {
        let inner = vec!["[1,2]"; OPEN_LINES].join(",");
        let tree = JsonTree::new(&format!("[{inner}]")).unwrap();
        assert_eq!(drawn(&tree).len(), OPEN_LINES + 2);
        let many = vec!["1"; 200_000].join(",");
        let mut tree = JsonTree::new(&format!("[[{many}]]")).unwrap();
        assert_eq!(drawn(&tree).len(), 2);
        tree.go(1);
        assert!(tree.unfold());
        let (before, lines, behind) = tree.drawn();
        assert_eq!((before, lines.len()), (0, SHOWN_LINES));
        assert!(behind > SHOWN_LINES && tree.is_cut());
        // What is far behind is drawn with what stands around it.
        tree.go(tree.last().unwrap());
        let (before, lines, behind) = tree.drawn();
        assert!(before > SHOWN_LINES && behind == 0 && lines.last().unwrap().number == tree.cursor());
        tree.go(tree.before().unwrap());
        assert_eq!(tree.after(), tree.last());
    }
}
