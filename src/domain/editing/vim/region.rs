//! The text that an operator works on.

use super::command::{Extent, Operator, Target};
use super::effect::VisualKind;
use super::engine::Engine;
use super::motion::{Direction, Motion, Reached, Span};
use super::motion_run::Purpose;
use super::state::Mode;
use super::words::{AtLineEnd, AtWordEnd, CharacterClass, class_of, word_ends_forward, words_forward};
use crate::domain::editing::indent::indent_width;
use crate::domain::editing::position::{TextPosition, split_at_column};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum RegionKind {
    Characters,
    Lines,
}

/// A range of text. The end is after the last character; of lines, only the line numbers count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Region {
    pub from: TextPosition,
    pub to: TextPosition,
    pub kind: RegionKind,
}

impl Region {
    pub(super) fn lines(first: usize, last: usize) -> Self {
        let at = |line| TextPosition::new(line, 0);
        Self { from: at(first), to: at(last), kind: RegionKind::Lines }
    }

    pub(super) fn characters(from: TextPosition, to: TextPosition) -> Self {
        Self { from, to, kind: RegionKind::Characters }
    }

    pub(super) fn is_over_lines(&self) -> bool {
        self.to.line > self.from.line
    }
}

impl Engine<'_> {
    /// Returns the text that an operator works on, and ends visual mode. The cursor moves to the start of the text.
    pub(super) fn take_region(&mut self, operator: Operator, target: &Target, count: Option<usize>) -> Option<Region> {
        let before = self.cursor;
        let region = self.region(operator, target, count);
        let start = self.cursor;
        // The selection is remembered with the cursor that it had.
        self.cursor = before;
        if region.is_some() {
            self.end_visual();
            self.cursor = start;
        }
        region
    }

    fn region(&mut self, operator: Operator, target: &Target, count: Option<usize>) -> Option<Region> {
        match target {
            Target::Motion(motion) => self.motion_region(operator, motion, count),
            Target::Object(object, part) => {
                let region = self.object(*object, *part, count.unwrap_or(1))?;
                self.cursor = region.from;
                Some(self.without_line_end(region))
            }
            Target::Lines => {
                let (line, count) = (self.cursor.line, count.unwrap_or(1));
                if count > 1 && line == self.text.last_line() {
                    return None;
                }
                Some(Region::lines(line, (line + count - 1).min(self.text.last_line())))
            }
            Target::Selection => match self.state.mode {
                Mode::Visual { kind, anchor } => Some(self.selection_region(kind, anchor)),
                Mode::Normal | Mode::Insert => None,
            },
            Target::Extent(extent) => Some(self.extent_region(*extent)),
        }
    }

    /// Returns the selected text. A selection that ends after the last character of a line includes the line end.
    pub(super) fn selection_region(&mut self, kind: VisualKind, anchor: TextPosition) -> Region {
        let (from, to) = (anchor.min(self.cursor), anchor.max(self.cursor));
        let is_downward = anchor <= self.cursor;
        self.cursor = from;
        match kind {
            VisualKind::Line => {
                self.cursor.column = if is_downward { 0 } else { from.column };
                Region::lines(from.line, to.line)
            }
            VisualKind::Character => {
                let is_end = to.column >= self.text.length(to.line);
                let end = if is_end && to.line < self.text.last_line() {
                    TextPosition::new(to.line + 1, 0)
                } else {
                    self.after_character(to)
                };
                Region::characters(from, end)
            }
        }
    }

    /// Returns the size of the selection, so that `.` can do the same elsewhere.
    pub(super) fn selection_extent(&self) -> Option<Extent> {
        let Mode::Visual { kind, anchor } = self.state.mode else { return None };
        let (from, to) = (anchor.min(self.cursor), anchor.max(self.cursor));
        let end = self.after_character(to).column.max(to.column + 1);
        let columns = if from.line == to.line { end.saturating_sub(from.column) } else { end };
        Some(Extent { kind, lines: to.line - from.line, columns })
    }

    fn extent_region(&self, extent: Extent) -> Region {
        let from = self.cursor;
        let line = (from.line + extent.lines).min(self.text.last_line());
        if extent.kind == VisualKind::Line {
            return Region::lines(from.line, line);
        }
        let column = if extent.lines == 0 { from.column + extent.columns } else { extent.columns };
        let last = TextPosition::new(line, column.saturating_sub(1).min(self.text.length(line)));
        Region::characters(from, self.after_character(last))
    }

    fn motion_region(&mut self, operator: Operator, motion: &Motion, count: Option<usize>) -> Option<Region> {
        let reached = match motion {
            Motion::Word(size, Direction::Forward) if operator == Operator::Change && self.is_on_text() => {
                // `cw` keeps the space after the word.
                let words = (*size, count.unwrap_or(1));
                let to = word_ends_forward(&self.text, self.cursor, words, AtWordEnd::Stay)?;
                self.inclusive(to)
            }
            Motion::Word(size, Direction::Forward) => {
                let words = (*size, count.unwrap_or(1));
                // At the end of the text there is no next word: `cw` begins to insert.
                let to = words_forward(&self.text, self.cursor, words, AtLineEnd::Stop).unwrap_or(self.cursor);
                Reached { to, span: Span::Exclusive }
            }
            motion => {
                let mut reached = self.reach(motion, count, Purpose::Operate)?;
                if matches!(motion, Motion::WordEnd(_, Direction::Forward)) {
                    reached = self.inclusive(reached.to);
                }
                reached
            }
        };
        Some(self.covered(reached))
    }

    fn is_on_text(&self) -> bool {
        let character = split_at_column(self.line(self.cursor.line), self.cursor.column).1.chars().next();
        character.is_some_and(|c| class_of(c, super::motion::WordSize::Long) != CharacterClass::Space)
    }

    /// Returns a motion that includes its end; the end of a line has no character to include.
    fn inclusive(&self, to: TextPosition) -> Reached {
        let span = if to.column >= self.text.length(to.line) { Span::Exclusive } else { Span::Inclusive };
        Reached { to, span }
    }

    /// Returns the text between the cursor and the end of a motion. The cursor moves to the earlier one.
    fn covered(&mut self, reached: Reached) -> Region {
        let (from, to) = (self.cursor.min(reached.to), self.cursor.max(reached.to));
        self.cursor = from;
        match reached.span {
            Span::Linewise => Region::lines(from.line, to.line),
            Span::Inclusive => Region::characters(from, self.after_character(to)),
            Span::Exclusive => self.without_line_end(Region::characters(from, to)),
        }
    }

    /// Ends a region before the line end, if it ends at the start of a line. If it also begins at the first text of its line, it is
    /// whole lines.
    fn without_line_end(&self, region: Region) -> Region {
        if region.to.column > 0 || !region.is_over_lines() || region.kind == RegionKind::Lines {
            return region;
        }
        let last = region.to.line - 1;
        if self.is_in_indent(region.from) {
            return Region::lines(region.from.line, last);
        }
        Region::characters(region.from, TextPosition::new(last, self.text.length(last)))
    }

    /// Whether there are only spaces before a position.
    pub(super) fn is_in_indent(&self, position: TextPosition) -> bool {
        position.column <= indent_width(self.line(position.line))
    }
}
