//! The text objects: words, quoted texts, brackets, paragraphs, statements.

use super::command::{ObjectPart, TextObject};
use super::engine::Engine;
use super::motion::WordSize;
use super::region::Region;
use super::words::{CharacterClass, class_of};
use crate::domain::editing::brackets::bracket_pairs;
use crate::domain::editing::grapheme::graphemes;
use crate::domain::editing::position::TextPosition;

impl Engine<'_> {
    /// Returns the text object at the cursor. `None` if there is none.
    pub(super) fn object(&self, object: TextObject, part: ObjectPart, count: usize) -> Option<Region> {
        match object {
            TextObject::Word => self.word_object(WordSize::Short, part, count),
            TextObject::LongWord => self.word_object(WordSize::Long, part, count),
            TextObject::Quoted(quote) => self.quoted_object(quote, part),
            TextObject::Bracket(open) => self.bracket_object(open, part, count),
            TextObject::Paragraph => self.paragraph_object(part, count),
            TextObject::Statement => self.statement_object(part, count),
        }
    }

    /// Returns words of the cursor's line: runs of one class, or each with the spaces after it, or else before it.
    fn word_object(&self, size: WordSize, part: ObjectPart, count: usize) -> Option<Region> {
        let line = self.cursor.line;
        let characters = graphemes(self.line(line));
        let class = |at: usize| characters.get(at).map(|(_, c)| class_of(*c, size));
        let is_space = |at: usize| class(at) == Some(CharacterClass::Space);
        let run_end =
            |at: usize| (at..characters.len()).find(|next| class(*next) != class(at)).unwrap_or(characters.len());
        let run_start = |at: usize| (0..at).rev().take_while(|before| class(*before) == class(at)).last().unwrap_or(at);
        let at = characters.partition_point(|(column, _)| *column <= self.cursor.column).checked_sub(1)?;
        let mut from = run_start(at);
        let mut to = from;
        let mut has_space_after = false;
        for _ in 0..count {
            class(to)?;
            let begins_with_space = is_space(to);
            to = run_end(to);
            if part == ObjectPart::Around {
                has_space_after = begins_with_space || is_space(to);
                if begins_with_space && class(to).is_none() {
                    return None;
                }
                to = if has_space_after { run_end(to) } else { to };
            }
        }
        if part == ObjectPart::Around && !has_space_after && from > 0 && is_space(from - 1) {
            let start = run_start(from - 1);
            from = if start > 0 { start } else { from };
        }
        let column = |at: usize| characters.get(at).map_or_else(|| self.text.length(line), |(column, _)| *column);
        Some(Region::characters(TextPosition::new(line, column(from)), TextPosition::new(line, column(to))))
    }

    /// Returns the string of the cursor's line that the cursor is in, or else the next one.
    fn quoted_object(&self, quote: char, part: ObjectPart) -> Option<Region> {
        let TextPosition { line, column } = self.cursor;
        let characters: Vec<char> = self.line(line).chars().collect();
        let (open, close) = quoted_ranges(&characters, quote).into_iter().find(|(_, close)| *close >= column)?;
        let is_space = |at: &usize| characters.get(*at).is_some_and(|c| matches!(c, ' ' | '\t'));
        let (from, to) = match part {
            ObjectPart::Inner => (open + 1, close),
            ObjectPart::Around => {
                let after = (close + 1..characters.len()).take_while(is_space).count();
                let before = if after == 0 { (0..open).rev().take_while(is_space).count() } else { 0 };
                (open - before, close + 1 + after)
            }
        };
        Some(Region::characters(TextPosition::new(line, from), TextPosition::new(line, to)))
    }

    fn bracket_object(&self, open: char, part: ObjectPart, count: usize) -> Option<Region> {
        let pairs = bracket_pairs(&self.text.to_lines(), self.dialect);
        let of_kind = || pairs.iter().filter(|pair| pair.kind == open);
        // The pairs are in the order of their ends: the innermost one comes first.
        let around = of_kind().filter(|pair| pair.open <= self.cursor && self.cursor <= pair.close);
        let later = of_kind().filter(|pair| pair.open > self.cursor && pair.open.line == self.cursor.line);
        let pair = around.chain(later.min_by_key(|pair| pair.open)).nth(count.saturating_sub(1))?;
        if part == ObjectPart::Around {
            return Some(Region::characters(pair.open, TextPosition::new(pair.close.line, pair.close.column + 1)));
        }
        let mut from = TextPosition::new(pair.open.line, pair.open.column + 1);
        if from.column >= self.text.length(from.line) && from.line < pair.close.line {
            from = TextPosition::new(from.line + 1, 0);
        }
        let mut to = pair.close;
        if to.line > from.line && self.is_in_indent(to) {
            to.column = 0;
        }
        Some(Region::characters(from, to.max(from)))
    }

    /// Returns lines with text, or lines without; around: with those of the other kind after them, or else before them.
    fn paragraph_object(&self, part: ObjectPart, count: usize) -> Option<Region> {
        let last = self.text.last_line();
        let has_text = |line: usize| !self.line(line).trim().is_empty();
        let run_end = |first: usize| (first..=last).take_while(|line| has_text(*line) == has_text(first)).last();
        let line = self.cursor.line;
        let is_same = |other: &usize| has_text(*other) == has_text(line);
        let mut from = (0..line).rev().take_while(is_same).last().unwrap_or(line);
        let mut to = run_end(from)?;
        for done in 0..count {
            if done > 0 {
                to = run_end(to + 1)?;
            }
            if part == ObjectPart::Around {
                match run_end(to + 1) {
                    Some(after) => to = after,
                    None if done == 0 && has_text(from) => {
                        from = (0..from).rev().take_while(|line| !has_text(*line)).last().unwrap_or(from);
                    }
                    None => return None,
                }
            }
        }
        Some(Region::lines(from, to))
    }

    fn statement_object(&self, part: ObjectPart, count: usize) -> Option<Region> {
        let mut statement = self.statement_at(self.cursor)?;
        let from = statement.from;
        for _ in 1..count {
            let after = self.statement_at(statement.next)?;
            if after == statement {
                return None;
            }
            statement = after;
        }
        let to = match part {
            ObjectPart::Inner => statement.to,
            ObjectPart::Around => statement.next,
        };
        Some(Region::characters(from, to))
    }
}

/// Returns the positions of the quotes of each string of a line. A doubled quote and a quote after a backslash are part of the string.
fn quoted_ranges(characters: &[char], quote: char) -> Vec<(usize, usize)> {
    let mut ranges = Vec::new();
    let mut open = None;
    let mut at = 0;
    while let Some(character) = characters.get(at) {
        match (open, *character) {
            (Some(_), '\\') => at += 1,
            (Some(_), c) if c == quote && characters.get(at + 1) == Some(&quote) => at += 1,
            (Some(start), c) if c == quote => {
                ranges.push((start, at));
                open = None;
            }
            (None, c) if c == quote => open = Some(at),
            (Some(_) | None, _) => {}
        }
        at += 1;
    }
    ranges
}
