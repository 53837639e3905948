//! The operators: delete, change, copy, shift, letter case, comments.

use super::command::{Operator, Target};
use super::engine::Engine;
use super::motion::Motion;
use super::region::{Region, RegionKind};
use super::register::{RegisterKind, Taken};
use crate::domain::editing::change::TextChange;
use crate::domain::editing::comment::toggle_edits;
use crate::domain::editing::grapheme::graphemes;
use crate::domain::editing::indent::{dedent_edit, indent_edit, indent_width};
use crate::domain::editing::line_edit::LineEdit;
use crate::domain::editing::position::{TextPosition, between_columns, split_at_column};
use crate::domain::editing::whole_lines::deleted_lines;

/// Steps of indentation that one command adds at most.
const MAX_SHIFTS: usize = 100;

/// How an operator is run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Run {
    pub operator: Operator,
    pub count: Option<usize>,
    pub register: Option<char>,
}

impl Engine<'_> {
    /// Runs an operator. Returns whether there was a text to work on.
    pub(super) fn operate(&mut self, run: Run, target: &Target) -> Operated {
        let before = self.cursor;
        let is_selection = matches!(target, Target::Selection | Target::Extent(_));
        let count = if is_selection { None } else { run.count };
        let Some(region) = self.take_region(run.operator, target, count) else { return Operated::Nothing };
        let steps = if is_selection { run.count.unwrap_or(1).min(MAX_SHIFTS) } else { 1 };
        match run.operator {
            Operator::Delete => self.delete(self.delete_region(region, target), run.register, taken_by(region, target)),
            Operator::Change => self.start_change(region, run.register, taken_by(region, target)),
            Operator::Yank => self.copy_region(region, run.register, (target, before)),
            Operator::Indent => self.shift(region, steps, indent_edit),
            Operator::Dedent => self.shift(region, steps, dedent_edit),
            Operator::ToggleCase => self.change_case(region, (target, before), toggled),
            Operator::LowerCase => self.change_case(region, (target, before), |c| c.to_lowercase().collect()),
            Operator::UpperCase => self.change_case(region, (target, before), |c| c.to_uppercase().collect()),
            Operator::ToggleComment => self.toggle_comments(region),
        }
        Operated::Text
    }

    /// Returns whole lines for a deletion over several lines that leaves only spaces.
    fn delete_region(&self, region: Region, target: &Target) -> Region {
        let is_motion = matches!(target, Target::Motion(_) | Target::Object(..));
        let rest = split_at_column(self.line(region.to.line), region.to.column).1;
        let leaves_spaces = rest.chars().all(|c| matches!(c, ' ' | '\t')) && self.is_in_indent(region.from);
        if is_motion && region.kind == RegionKind::Characters && region.is_over_lines() && leaves_spaces {
            return Region::lines(region.from.line, region.to.line);
        }
        region
    }

    /// Returns the text of a region.
    pub(super) fn text_of(&self, region: Region) -> (String, RegisterKind) {
        match region.kind {
            RegionKind::Characters => (self.text.between(region.from, region.to), RegisterKind::Characterwise),
            RegionKind::Lines => {
                let end = TextPosition::new(region.to.line, self.text.length(region.to.line));
                (self.text.between(TextPosition::new(region.from.line, 0), end), RegisterKind::Linewise)
            }
        }
    }

    pub(super) fn delete(&mut self, region: Region, register: Option<char>, taken: Taken) {
        let (text, kind) = self.text_of(region);
        let taken = if kind == RegisterKind::Linewise { Taken::Large } else { taken };
        if text.is_empty() && kind == RegisterKind::Characterwise {
            return;
        }
        self.keep(register, text, (kind, taken));
        match region.kind {
            RegionKind::Characters => {
                self.change(vec![TextChange::delete(region.from, region.to)]);
                self.cursor = region.from;
            }
            RegionKind::Lines => {
                let lines = (region.from.line, region.to.line);
                let change = deleted_lines(self.text.count(), |line| self.text.length(line), lines);
                self.change(vec![change]);
                self.cursor = self.first_text(region.from.line.min(self.text.last_line()));
            }
        }
    }

    fn start_change(&mut self, region: Region, register: Option<char>, taken: Taken) {
        self.begin_undo_group();
        match region.kind {
            RegionKind::Characters => {
                self.delete(region, register, taken);
                self.cursor = region.from;
                self.start_insert(1);
            }
            RegionKind::Lines => {
                let (text, kind) = self.text_of(region);
                self.keep(register, text, (kind, Taken::Large));
                let (first, last) = (region.from.line, region.to.line);
                let start = TextPosition::new(first, indent_width(self.line(first)));
                self.change(vec![TextChange::delete(start, TextPosition::new(last, self.text.length(last)))]);
                self.cursor = start;
                self.start_insert(1);
                self.state.insert.only_indent = Some(first);
            }
        }
    }

    fn copy_region(&mut self, region: Region, register: Option<char>, (target, before): (&Target, TextPosition)) {
        let (text, kind) = self.text_of(region);
        if !text.is_empty() || kind == RegisterKind::Linewise {
            self.keep(register, text, (kind, Taken::Copied));
        }
        if matches!(target, Target::Lines) {
            self.cursor = before;
        }
    }

    pub(super) fn shift(&mut self, region: Region, steps: usize, edit: fn(&str) -> Option<LineEdit>) {
        let (first, last) = (region.from.line, region.to.line);
        let shifted = |line: &str| {
            let mut line = line.to_owned();
            for _ in 0..steps {
                let Some(edit) = edit(&line) else { break };
                line = edit.apply(&line);
            }
            line
        };
        let new: Vec<String> = self.text.lines(first, last).map(shifted).collect();
        self.replace_lines(first, &new);
        self.cursor = self.first_text(first);
    }

    fn toggle_comments(&mut self, region: Region) {
        let (first, last) = (region.from.line, region.to.line);
        let lines: Vec<&str> = self.text.lines(first, last).collect();
        let edits = toggle_edits(&lines);
        let apply =
            |(line, edit): (&&str, &Option<LineEdit>)| edit.map_or_else(|| (*line).to_owned(), |edit| edit.apply(line));
        let new: Vec<String> = lines.iter().zip(&edits).map(apply).collect();
        let at = self.cursor.line.saturating_sub(first);
        let column = edits.get(at).copied().flatten().map_or(self.cursor.column, |edit| edit.moved(self.cursor.column));
        self.replace_lines(first, &new);
        self.cursor = TextPosition::new(self.cursor.line, column);
    }

    /// Replaces as many lines as there are new ones.
    pub(super) fn replace_lines(&mut self, first: usize, new: &[String]) {
        let last = (first + new.len()).saturating_sub(1);
        if self.text.lines(first, last).eq(new.iter().map(String::as_str)) {
            return;
        }
        let to = TextPosition::new(last, self.text.length(last));
        self.change(vec![TextChange { from: TextPosition::new(first, 0), to, text: new.join("\n") }]);
    }

    fn change_case(&mut self, region: Region, (target, before): (&Target, TextPosition), changed: fn(char) -> String) {
        let (text, kind) = self.text_of(region);
        let (from, to) = match kind {
            RegisterKind::Characterwise => (region.from, region.to),
            RegisterKind::Linewise => {
                let end = TextPosition::new(region.to.line, self.text.length(region.to.line));
                (TextPosition::new(region.from.line, 0), end)
            }
        };
        let new: String = text.chars().map(changed).collect();
        if new != text {
            self.change(vec![TextChange { from, to, text: new }]);
        }
        if matches!(target, Target::Lines) {
            self.cursor = before.min(self.first_text(region.to.line));
        }
    }

    /// Changes the letter case of characters and moves after them (`~`).
    pub(super) fn toggle_case_and_move(&mut self, count: usize) {
        let TextPosition { line, column } = self.cursor;
        let mut after = graphemes(self.line(line)).into_iter().map(|(start, _)| start).filter(|start| *start > column);
        let after = after.nth(count.saturating_sub(1)).unwrap_or_else(|| self.text.length(line));
        let end = TextPosition::new(line, after);
        let text = between_columns(self.line(line), column, end.column).to_owned();
        let new: String = text.chars().map(toggled).collect();
        let length = new.chars().count();
        if new != text {
            self.change(vec![TextChange { from: self.cursor, to: end, text: new }]);
        }
        self.cursor = TextPosition::new(line, column + length);
    }
}

/// Whether an operator found a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Operated {
    Text,
    Nothing,
}

/// Returns the registers that keep a deleted text: some motions count as long even inside of a line.
fn taken_by(region: Region, target: &Target) -> Taken {
    let is_long = matches!(
        target,
        Target::Motion(
            Motion::MatchingBracket
                | Motion::Statement(_)
                | Motion::Paragraph(_)
                | Motion::Search(_)
                | Motion::SearchAgain(_)
        )
    );
    if is_long || region.is_over_lines() { Taken::Large } else { Taken::Small }
}

fn toggled(character: char) -> String {
    if character.is_uppercase() { character.to_lowercase().collect() } else { character.to_uppercase().collect() }
}
