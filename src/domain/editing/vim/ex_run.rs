//! Runs command lines on the text.

use super::command::JoinSpace;
use super::effect::VimEffect;
use super::engine::Engine;
use super::ex::{Address, Base, LineCommand, Substitution, Typed, parse};
use super::motion::{Direction, SearchMotion};
use super::region::Region;
use super::register::{RegisterKind, Taken};
use super::search::search_pattern;
use crate::domain::editing::find::{FindKind, FindPattern, Occurrences};
use crate::domain::editing::indent::{dedent_edit, indent_edit};

impl Engine<'_> {
    /// Runs a command line, which stands here without its `:`.
    pub(super) fn run_line(&mut self, line: &str) {
        if line.trim().is_empty() {
            return;
        }
        match parse(line) {
            Ok(line) => match self.lines_of(&line.range) {
                Some(range) => self.run_on_lines(line.command, range),
                None => self.notice("there is no such line"),
            },
            Err(reason) => self.notice(reason),
        }
    }

    fn run_on_lines(&mut self, command: LineCommand, (first, last): (usize, usize)) {
        let region = Region::lines(first, last);
        match command {
            LineCommand::App(command) => self.effect(VimEffect::Command(command)),
            LineCommand::GoTo => self.cursor = self.first_text(last),
            LineCommand::Delete(register) => self.delete(region, register, Taken::Large),
            LineCommand::Yank(register) => {
                let (text, kind): (String, RegisterKind) = self.text_of(region);
                self.keep(register, text, (kind, Taken::Copied));
            }
            LineCommand::Join => {
                self.join((first, (last - first + 1).max(2)), JoinSpace::One);
                self.cursor = self.first_text(first);
            }
            LineCommand::Indent => {
                self.shift(region, 1, indent_edit);
                self.cursor = self.first_text(last);
            }
            LineCommand::Dedent => {
                self.shift(region, 1, dedent_edit);
                self.cursor = self.first_text(last);
            }
            LineCommand::Substitute(typed) => self.substitute(&typed, (first, last)),
            LineCommand::RepeatSubstitution => self.repeat_substitution_in((first, last)),
            LineCommand::NoHighlight => self.effect(VimEffect::Highlight(None)),
            LineCommand::Undo => {
                self.effect(VimEffect::Undo(1));
                self.leave_cursor_to_app();
            }
            LineCommand::Redo => {
                self.effect(VimEffect::Redo(1));
                self.leave_cursor_to_app();
            }
        }
    }

    /// Returns the first and the last line of a range: without addresses the cursor's line, of more than two the last two. `None` if
    /// there is no such line.
    fn lines_of(&self, range: &[Address]) -> Option<(usize, usize)> {
        let here = self.cursor.line;
        match range {
            [] => Some((here, here)),
            [only] => self.line_at(*only).map(|line| (line, line)),
            [.., from, to] => {
                let (from, to) = (self.line_at(*from)?, self.line_at(*to)?);
                Some((from.min(to), from.max(to)))
            }
        }
    }

    fn line_at(&self, address: Address) -> Option<usize> {
        let last = self.text.last_line();
        let ends = self.state.last_visual.map(|visual| (visual.anchor.line, visual.cursor.line));
        let line = match address.base {
            // Line 0 is before the first one; as in Vim it is the first line.
            Base::Line(line) => line.saturating_sub(1),
            Base::Current => self.cursor.line,
            Base::Last => last,
            Base::SelectionStart => ends.map(|(anchor, cursor)| anchor.min(cursor))?,
            Base::SelectionEnd => ends.map(|(anchor, cursor)| anchor.max(cursor))?,
        };
        line.checked_add_signed(address.offset).filter(|line| *line <= last)
    }

    fn substitute(&mut self, typed: &Typed, lines: (usize, usize)) {
        let pattern = match (typed.pattern.as_str(), &self.state.last_search) {
            ("", Some(last)) => Ok(last.pattern.clone()),
            ("", None) => return self.notice("there was no search yet"),
            (text, _) => search_pattern(text, typed.case),
        };
        match pattern {
            Ok(pattern) => {
                let replacement = replacement_of(&typed.replacement, pattern.parts().1);
                self.run_substitution(Substitution { pattern, replacement, which: typed.which }, lines);
            }
            Err(fault) => self.notice(fault.to_string()),
        }
    }

    /// Substitutes again in the cursor's line, the first match only.
    pub(super) fn repeat_substitution(&mut self) {
        self.repeat_substitution_in((self.cursor.line, self.cursor.line));
    }

    fn repeat_substitution_in(&mut self, lines: (usize, usize)) {
        match self.state.last_substitution.clone() {
            Some(last) => self.run_substitution(Substitution { which: Occurrences::First, ..last }, lines),
            None => self.notice("there was no substitution yet"),
        }
    }

    fn run_substitution(&mut self, substitution: Substitution, (first, last): (usize, usize)) {
        let Substitution { pattern, replacement, which } = &substitution;
        let lines: Vec<String> = self.text.lines(first, last).map(ToOwned::to_owned).collect();
        let mut replaced = pattern.replace_in(&lines, (0, last - first), replacement, *which);
        self.remember_pattern(pattern);
        if replaced.matches == 0 {
            self.notice(format!("no match: {}", pattern.parts().0));
        } else {
            for change in &mut replaced.changes {
                change.from.line += first;
                change.to.line += first;
            }
            self.change(replaced.changes);
            let line = (first + replaced.last_line).min(self.text.last_line());
            self.cursor = self.first_text(line);
            if replaced.matches > 1 {
                self.notice(format!("{} replacements on {}", replaced.matches, counted_lines(replaced.lines)));
            }
        }
        self.state.last_substitution = Some(substitution);
    }

    /// Makes a pattern the one of `n` and of an empty search.
    fn remember_pattern(&mut self, pattern: &FindPattern) {
        let search = SearchMotion { pattern: pattern.clone(), direction: Direction::Forward };
        self.state.last_search = Some(search);
    }
}

fn counted_lines(lines: usize) -> String {
    if lines == 1 { "1 line".to_owned() } else { format!("{lines} lines") }
}

/// Reads a replacement as it is typed: `\n` and `\r` are line ends, `\t` is a tab, and `\0` to `\9` are groups like `$0` to `$9`.
fn replacement_of(text: &str, kind: FindKind) -> String {
    let mut out = String::new();
    let mut characters = text.chars();
    while let Some(character) = characters.next() {
        if character != '\\' {
            out.push(character);
            continue;
        }
        match (characters.next(), kind) {
            (Some('n' | 'r'), _) => out.push('\n'),
            (Some('t'), _) => out.push('\t'),
            (Some(digit), FindKind::Regex) if digit.is_ascii_digit() => out.extend(['$', '{', digit, '}']),
            (Some('$'), FindKind::Regex) => out.push_str("$$"),
            (Some(other), _) => out.push(other),
            (None, _) => out.push('\\'),
        }
    }
    out
}
