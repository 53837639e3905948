//! Finds where a motion ends.

use unicode_segmentation::UnicodeSegmentation;

use super::engine::Engine;
use super::motion::{CharFind, Direction, FindStop, Motion, Reached, ScreenRow, Span};
use super::state::Goal;
use super::words::{AtWordEnd, Step, Walk, word_ends_back, word_ends_forward, words};
use crate::domain::editing::brackets::{bracket_pairs, partner};
use crate::domain::editing::grapheme::graphemes;
use crate::domain::editing::position::{TextPosition, between_columns};
use crate::domain::screen_width::ScreenWidth;

/// For which purpose a motion is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Purpose {
    Move,
    Select,
    Operate,
}

fn reached(to: TextPosition, span: Span) -> Reached {
    Reached { to, span }
}

/// Returns the cells of a text, as the editor draws it: a mark of one cell for what has no width, such as a tab.
fn cells_of(text: &str) -> usize {
    text.graphemes(true).map(|grapheme| grapheme.cells().max(1)).sum()
}

impl Engine<'_> {
    /// Returns where a motion ends. `None` if it cannot be made.
    pub(super) fn reach(&mut self, motion: &Motion, count: Option<usize>, purpose: Purpose) -> Option<Reached> {
        let keeps_goal = matches!(motion, Motion::Up | Motion::Down | Motion::HalfPage(_) | Motion::Page(_));
        let goal = self.state.goal.take().filter(|_| keeps_goal);
        let n = count.unwrap_or(1);
        let TextPosition { line, .. } = self.cursor;
        let words_to = |to: Option<TextPosition>, span| to.map(|to| Reached { to, span });
        match *motion {
            Motion::Left => self.sideways(n, Direction::Backward, purpose),
            Motion::Right => self.sideways(n, Direction::Forward, purpose),
            Motion::Character(direction) => self.characters(n, direction),
            Motion::Up => self.vertical(line.checked_sub(1).map(|_| line.saturating_sub(n)), (goal, purpose)),
            Motion::Down => self.vertical((line < self.text.last_line()).then_some(line + n), (goal, purpose)),
            Motion::HalfPage(direction) => {
                let rows = count.unwrap_or_else(|| (self.page_rows / 2).max(1));
                self.pages(rows, direction, (goal, purpose))
            }
            Motion::Page(direction) => {
                let rows = self.page_rows.saturating_sub(2).max(1).saturating_mul(n);
                self.pages(rows, direction, (goal, purpose))
            }
            Motion::LineStart => Some(reached(TextPosition::new(line, 0), Span::Exclusive)),
            Motion::FirstText => Some(reached(self.first_text(line), Span::Exclusive)),
            Motion::LineEnd => self.line_end(n, purpose),
            Motion::LastText => Some(reached(self.last_text(n), Span::Inclusive)),
            Motion::Column => {
                let to = self.column_of_cells(line, n.saturating_sub(1));
                Some(reached(TextPosition::new(line, to), Span::Exclusive))
            }
            Motion::NextLineText => self.line_text((line < self.text.last_line()).then_some(line + n)),
            Motion::PreviousLineText => self.line_text(line.checked_sub(1).map(|_| line.saturating_sub(n))),
            Motion::ThisLineText => self.line_text(Some(line + n.saturating_sub(1))),
            Motion::Word(size, direction) => {
                words_to(words(&self.text, self.cursor, (size, n), direction), Span::Exclusive)
            }
            Motion::WordEnd(size, Direction::Forward) => {
                words_to(word_ends_forward(&self.text, self.cursor, (size, n), AtWordEnd::Move), Span::Inclusive)
            }
            Motion::WordEnd(size, Direction::Backward) => {
                words_to(word_ends_back(&self.text, self.cursor, (size, n)), Span::Inclusive)
            }
            Motion::ToLine(direction) => {
                let without_count = if direction == Direction::Forward { self.text.last_line() } else { 0 };
                self.line_text(Some(count.map_or(without_count, |count| count.saturating_sub(1))))
            }
            Motion::Find(find) => {
                self.state.last_find = Some(find);
                self.find_character(find, n, AtWordEnd::Stay)
            }
            Motion::FindAgain(direction) => self.find_again(n, direction),
            Motion::MatchingBracket => self.matching_bracket(),
            Motion::Paragraph(direction) => Some(reached(self.paragraph(n, direction), Span::Exclusive)),
            Motion::Statement(direction) => self.statement_start(n, direction),
            Motion::Screen(row) => self.screen_row(n, row),
            Motion::Search(ref search) => self.search(search, n),
            Motion::SearchAgain(direction) => self.search_again(n, direction),
            Motion::WordAtCursor(direction) => self.search_word(n, direction),
        }
    }

    fn sideways(&self, count: usize, direction: Direction, purpose: Purpose) -> Option<Reached> {
        let TextPosition { line, column } = self.cursor;
        let mut columns: Vec<usize> = graphemes(self.line(line)).into_iter().map(|(column, _)| column).collect();
        if purpose != Purpose::Move {
            columns.push(self.text.length(line));
        }
        let at = columns.partition_point(|start| *start < column);
        let to = match direction {
            Direction::Forward => (at + count).min(columns.len().saturating_sub(1)),
            Direction::Backward => at.saturating_sub(count),
        };
        // An operator works on an empty text, too: `s` in an empty line begins to insert.
        let to = columns.get(to).copied().filter(|to| *to != column || purpose == Purpose::Operate)?;
        Some(reached(TextPosition::new(line, to), Span::Exclusive))
    }

    fn characters(&self, count: usize, direction: Direction) -> Option<Reached> {
        let mut walk = Walk::new(&self.text, self.cursor);
        for _ in 0..count {
            let step = match direction {
                Direction::Forward => walk.forward_over_end(),
                Direction::Backward => walk.back_over_end(),
            };
            if step == Step::None {
                break;
            }
        }
        let to = walk.position();
        if to == self.cursor { None } else { Some(reached(to, Span::Exclusive)) }
    }

    fn vertical(&mut self, line: Option<usize>, (goal, purpose): (Option<Goal>, Purpose)) -> Option<Reached> {
        let line = line?.min(self.text.last_line());
        let goal = goal.unwrap_or_else(|| {
            Goal::Cells(cells_of(between_columns(self.line(self.cursor.line), 0, self.cursor.column)))
        });
        self.state.goal = Some(goal);
        let column = match goal {
            Goal::Cells(cells) if purpose == Purpose::Select && cells >= cells_of(self.line(line)) => {
                self.text.length(line)
            }
            Goal::Cells(cells) => self.column_of_cells(line, cells),
            Goal::LineEnd if purpose == Purpose::Select => self.text.length(line),
            Goal::LineEnd => self.last_column(line),
        };
        Some(reached(TextPosition::new(line, column), Span::Linewise))
    }

    /// Returns the column of the character at a cell of a line.
    fn column_of_cells(&self, line: usize, cells: usize) -> usize {
        let (mut used, mut column) = (0, 0);
        for grapheme in self.line(line).graphemes(true) {
            used += cells_of(grapheme);
            if used > cells {
                return column;
            }
            column += grapheme.chars().count();
        }
        self.last_column(line)
    }

    fn pages(&mut self, rows: usize, direction: Direction, goal: (Option<Goal>, Purpose)) -> Option<Reached> {
        let (line, last) = (self.cursor.line, self.text.last_line());
        match direction {
            Direction::Forward => self.vertical((line < last).then_some(line + rows), goal),
            Direction::Backward => self.vertical(line.checked_sub(1).map(|_| line.saturating_sub(rows)), goal),
        }
    }

    fn line_end(&mut self, count: usize, purpose: Purpose) -> Option<Reached> {
        let line = self.cursor.line + count.saturating_sub(1);
        if line > self.text.last_line() {
            return None;
        }
        self.state.goal = Some(Goal::LineEnd);
        let column = if purpose == Purpose::Select { self.text.length(line) } else { self.last_column(line) };
        Some(reached(TextPosition::new(line, column), Span::Inclusive))
    }

    fn last_text(&self, count: usize) -> TextPosition {
        let line = (self.cursor.line + count.saturating_sub(1)).min(self.text.last_line());
        let column = self.line(line).trim_end_matches([' ', '\t']).chars().count().saturating_sub(1);
        self.on_character(TextPosition::new(line, column))
    }

    /// Returns the first text of a line, as a motion over lines.
    fn line_text(&self, line: Option<usize>) -> Option<Reached> {
        Some(reached(self.first_text(line?.min(self.text.last_line())), Span::Linewise))
    }

    /// Finds a character in the cursor's line. A cursor that stands before the character already stays, or goes on to the next one.
    fn find_character(&self, found: CharFind, count: usize, before: AtWordEnd) -> Option<Reached> {
        let CharFind { find, character } = found;
        let TextPosition { line, column } = self.cursor;
        let line_graphemes = graphemes(self.line(line));
        let at = line_graphemes.partition_point(|(start, _)| *start < column);
        let skipped = usize::from(find.stop == FindStop::Before && before == AtWordEnd::Move);
        let is_it = |index: &usize| line_graphemes.get(*index).is_some_and(|(_, c)| *c == character);
        let index = match find.direction {
            Direction::Forward => {
                let index = (at + 1 + skipped..line_graphemes.len()).filter(is_it).nth(count.saturating_sub(1))?;
                index - usize::from(find.stop == FindStop::Before)
            }
            Direction::Backward => {
                let end = at.saturating_sub(skipped);
                let index = (0..end).rev().filter(is_it).nth(count.saturating_sub(1))?;
                index + usize::from(find.stop == FindStop::Before)
            }
        };
        let to = line_graphemes.get(index).map(|(start, _)| *start)?;
        let span = if find.direction == Direction::Forward { Span::Inclusive } else { Span::Exclusive };
        Some(reached(TextPosition::new(line, to), span))
    }

    fn find_again(&mut self, count: usize, direction: Direction) -> Option<Reached> {
        let mut again = self.state.last_find?;
        if direction == Direction::Backward {
            again.find.direction = again.find.direction.reversed();
        }
        // With a count, the character next to the cursor counts.
        let before = if count == 1 { AtWordEnd::Move } else { AtWordEnd::Stay };
        self.find_character(again, count, before)
    }

    fn matching_bracket(&self) -> Option<Reached> {
        let TextPosition { line, column } = self.cursor;
        let pairs = bracket_pairs(&self.text.to_lines(), self.dialect);
        let brackets = self.line(line).chars().enumerate().skip(column).filter(|(_, c)| "()[]{}".contains(*c));
        let mut partners = brackets.map(|(column, _)| partner(&pairs, TextPosition::new(line, column)));
        Some(reached(partners.next().flatten()?, Span::Inclusive))
    }

    fn paragraph(&self, count: usize, direction: Direction) -> TextPosition {
        let is_empty = |line: usize| self.line(line).is_empty();
        let last = self.text.last_line();
        let mut line = self.cursor.line;
        for _ in 0..count {
            match direction {
                Direction::Forward => {
                    let text = (line..=last).find(|line| !is_empty(*line));
                    match text.and_then(|text| (text..=last).find(|line| is_empty(*line))) {
                        Some(found) => line = found,
                        None => return self.text.end(),
                    }
                }
                Direction::Backward => {
                    let text = (0..=line).rev().find(|line| !is_empty(*line));
                    match text.and_then(|text| (0..text).rev().find(|line| is_empty(*line))) {
                        Some(found) => line = found,
                        None => return TextPosition::default(),
                    }
                }
            }
        }
        TextPosition::new(line, 0)
    }

    fn if_moved(&self, to: TextPosition) -> Option<Reached> {
        if to == self.cursor { None } else { Some(reached(to, Span::Exclusive)) }
    }

    fn statement_start(&self, count: usize, direction: Direction) -> Option<Reached> {
        let statements = self.statements();
        let to = match direction {
            Direction::Forward => {
                let mut after = statements.iter().filter(|statement| statement.from > self.cursor);
                after.nth(count.saturating_sub(1)).map_or_else(|| self.text.end(), |statement| statement.from)
            }
            Direction::Backward => {
                let mut before = statements.iter().rev().filter(|statement| statement.from < self.cursor);
                before.nth(count.saturating_sub(1)).map_or_else(TextPosition::default, |statement| statement.from)
            }
        };
        self.if_moved(to)
    }

    fn screen_row(&self, count: usize, row: ScreenRow) -> Option<Reached> {
        let last = self.text.last_line();
        let top = self.top_line.min(last);
        let bottom = (top + self.page_rows.saturating_sub(1)).min(last);
        let line = match row {
            ScreenRow::Top => (top + count.saturating_sub(1)).min(bottom),
            ScreenRow::Middle => top + (bottom - top) / 2,
            ScreenRow::Bottom => bottom.saturating_sub(count.saturating_sub(1)).max(top),
        };
        self.line_text(Some(line))
    }
}
