//! Searches: `/`, `?`, `n`, `N`, `*`, `#`.

use super::effect::VimEffect;
use super::engine::Engine;
use super::motion::{Direction, Reached, SearchMotion, Span, WordSize};
use super::words::{CharacterClass, class_of};
use crate::domain::editing::find::{FindCase, FindFault, FindKind, FindPattern, Match, Wrapped};
use crate::domain::editing::position::{TextPosition, between_columns};

impl Engine<'_> {
    /// Moves to a match of a search.
    pub(super) fn search(&mut self, search: &SearchMotion, count: usize) -> Option<Reached> {
        self.search_from(self.cursor, search, count)
    }

    fn search_from(&mut self, from: TextPosition, search: &SearchMotion, count: usize) -> Option<Reached> {
        self.state.last_search = Some(search.clone());
        self.effect(VimEffect::Highlight(Some(search.pattern.clone())));
        let found = self.find(from, search, count);
        let Some((found, wrapped)) = found else {
            self.notice(format!("no match: {}", search.pattern.parts().0));
            return None;
        };
        match (wrapped, search.direction) {
            (Wrapped::Yes, Direction::Forward) => self.notice("the search went on at the start of the text"),
            (Wrapped::Yes, Direction::Backward) => self.notice("the search went on at the end of the text"),
            (Wrapped::No, _) => {}
        }
        Some(Reached { to: found.from, span: Span::Exclusive })
    }

    fn find(&self, from: TextPosition, search: &SearchMotion, count: usize) -> Option<(Match, Wrapped)> {
        let lines = self.text.all();
        if count <= 1 {
            return match search.direction {
                Direction::Forward => search.pattern.next(&lines, from),
                Direction::Backward => search.pattern.previous(&lines, from),
            };
        }
        // All matches at once, so that a large count takes no longer.
        let place = |(line, text): (usize, &&str)| {
            let at = move |column| TextPosition::new(line, column);
            search.pattern.in_line(text).map(|(from, to)| Match { from: at(from), to: at(to) }).collect::<Vec<_>>()
        };
        let matches: Vec<Match> = lines.iter().enumerate().flat_map(place).collect();
        let total = matches.len();
        if total == 0 {
            return None;
        }
        let (index, wrapped) = match search.direction {
            Direction::Forward => {
                let index = matches.partition_point(|found| found.from <= from) + count - 1;
                (index % total, index >= total)
            }
            Direction::Backward => {
                let before = matches.partition_point(|found| found.from < from);
                ((before + total - count % total) % total, count > before)
            }
        };
        let wrapped = if wrapped { Wrapped::Yes } else { Wrapped::No };
        matches.get(index).map(|found| (*found, wrapped))
    }

    pub(super) fn search_again(&mut self, count: usize, direction: Direction) -> Option<Reached> {
        let Some(last) = self.state.last_search.clone() else {
            self.notice("there was no search yet");
            return None;
        };
        let mut search = last.clone();
        if direction == Direction::Backward {
            search.direction = last.direction.reversed();
        }
        let found = self.search(&search, count);
        self.state.last_search = Some(last);
        found
    }

    /// Searches for the word at the cursor, or else the next one of the line.
    pub(super) fn search_word(&mut self, count: usize, direction: Direction) -> Option<Reached> {
        let TextPosition { line, column } = self.cursor;
        let characters: Vec<char> = self.line(line).chars().collect();
        let is_word =
            |at: &usize| characters.get(*at).is_some_and(|c| class_of(*c, WordSize::Short) == CharacterClass::Word);
        let Some(inside) = (column..characters.len()).find(is_word) else {
            self.notice("there is no word at the cursor");
            return None;
        };
        let from = (0..inside).rev().take_while(is_word).last().unwrap_or(inside);
        let to = (inside..characters.len()).take_while(is_word).last().map_or(inside, |last| last + 1);
        let word = between_columns(self.line(line), from, to);
        let text = format!(r"\b{}\b", regex::escape(word));
        let pattern = FindPattern::new(&text, FindKind::Regex, FindCase::Exact).ok()?;
        self.search_from(TextPosition::new(line, from), &SearchMotion { pattern, direction }, count)
    }
}

/// Reads a pattern as it is typed: a regular expression with smart case. `\V` at its start makes it plain text, `\v` changes nothing;
/// `\c` ignores letter case and `\C` does not, wherever they stand.
///
/// # Errors
/// Returns the errors of [`FindPattern::new`].
pub fn search_pattern(text: &str, case: FindCase) -> Result<FindPattern, FindFault> {
    let (kind, rest) = match text.strip_prefix(r"\V") {
        Some(rest) => (FindKind::Plain, rest),
        None => (FindKind::Regex, text.strip_prefix(r"\v").unwrap_or(text)),
    };
    let (mut pattern, mut case) = (String::new(), case);
    let mut characters = rest.chars();
    while let Some(character) = characters.next() {
        if character != '\\' {
            pattern.push(character);
            continue;
        }
        match characters.next() {
            Some('c') => case = FindCase::Ignore,
            Some('C') => case = FindCase::Exact,
            Some(escaped) => pattern.extend(['\\', escaped]),
            None => pattern.push('\\'),
        }
    }
    FindPattern::new(&pattern, kind, case)
}
