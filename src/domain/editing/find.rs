//! Finds and replaces text. A match lies within one line.
//!
//! A regular expression has the syntax of the `regex` crate: `^` and `$` are the ends of a line, `(?i)` ignores letter case. Each
//! search takes time in proportion to the text.

use regex::{Captures, Regex, RegexBuilder};

use super::change::TextChange;
use super::position::{TextPosition, byte_of_column};
use super::state::TextState;

/// How the text of a search is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum FindKind {
    #[default]
    Plain,
    Regex,
}

/// Whether upper and lower case letters differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum FindCase {
    Ignore,
    Exact,
    /// They differ if the text of the search has an upper case letter.
    #[default]
    Smart,
}

/// What to search for.
#[derive(Debug, Clone)]
pub struct FindPattern {
    text: String,
    kind: FindKind,
    case: FindCase,
    regex: Regex,
}

impl PartialEq for FindPattern {
    fn eq(&self, other: &Self) -> bool {
        self.parts() == other.parts()
    }
}

impl Eq for FindPattern {}

/// Why a text cannot be searched for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FindFault {
    #[error("the search text is empty")]
    Empty,
    /// With the text and the reason of the `regex` crate, on one line.
    #[error("`{0}` is not a regular expression: {1}")]
    NotRegex(String, String),
}

/// Start and end of a match.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Match {
    pub from: TextPosition,
    pub to: TextPosition,
}

/// Whether a search went on at the other end of the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wrapped {
    Yes,
    No,
}

/// Which matches of a line are replaced.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Occurrences {
    #[default]
    First,
    All,
}

/// A text with its matches replaced.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Replaced {
    pub changes: Vec<TextChange>,
    /// How many matches were replaced.
    pub matches: usize,
    /// On how many lines.
    pub lines: usize,
    /// The last line with a replacement, in the changed text.
    pub last_line: usize,
}

/// A line before and after a replacement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LinePreview {
    pub line: usize,
    pub before: String,
    pub after: String,
}

/// Bytes that a compiled expression may use: `(a{1000}){1000}` must not exhaust memory.
const COMPILED: usize = 1 << 20;

impl FindPattern {
    /// Reads a text to search for.
    ///
    /// # Errors
    /// When the text is empty, is not a regular expression, or needs too much memory.
    pub fn new(text: &str, kind: FindKind, case: FindCase) -> Result<Self, FindFault> {
        if text.is_empty() {
            return Err(FindFault::Empty);
        }
        let ignores_case = match case {
            FindCase::Ignore => true,
            FindCase::Exact => false,
            FindCase::Smart => !has_upper_case(text, kind),
        };
        let written = match kind {
            FindKind::Plain => regex::escape(text),
            FindKind::Regex => text.to_owned(),
        };
        let built = RegexBuilder::new(&written).case_insensitive(ignores_case).size_limit(COMPILED).build();
        let regex = built.map_err(|error| FindFault::NotRegex(text.to_owned(), reason(&error)))?;
        Ok(Self { text: text.to_owned(), kind, case, regex })
    }

    /// Reads a search text as it is typed: `~` at the start makes it a regular expression, a capital letter makes it case-sensitive.
    ///
    /// # Errors
    /// Those of [`FindPattern::new`].
    pub fn typed(text: &str) -> Result<Self, FindFault> {
        match text.strip_prefix('~') {
            Some(regex) => Self::new(regex, FindKind::Regex, FindCase::Smart),
            None => Self::new(text, FindKind::Plain, FindCase::Smart),
        }
    }

    /// Returns the typed text, its kind and its case.
    #[must_use]
    pub fn parts(&self) -> (&str, FindKind, FindCase) {
        (&self.text, self.kind, self.case)
    }

    /// Returns the columns of the matches of one line, in order.
    pub fn in_line<'a>(&'a self, line: &'a str) -> impl Iterator<Item = (usize, usize)> + 'a {
        let (mut byte, mut column) = (0, 0);
        let mut column_of = move |to: usize| {
            column += line.get(byte..to).unwrap_or_default().chars().count();
            byte = to;
            column
        };
        self.regex.find_iter(line).map(move |found| (column_of(found.start()), column_of(found.end())))
    }

    /// Returns all matches of a text, in order.
    pub fn matches<'a>(&'a self, lines: &'a [String]) -> impl Iterator<Item = Match> + 'a {
        lines.iter().enumerate().flat_map(|(number, text)| matches_of(self, number, text))
    }

    /// Counts the matches of a text.
    #[must_use]
    pub fn count(&self, lines: &[String]) -> usize {
        lines.iter().map(|line| self.regex.find_iter(line).count()).sum()
    }

    /// Returns the first match that begins after a position. From the end of the text, the search goes on at its start.
    pub fn next<T: AsRef<str>>(&self, lines: &[T], after: TextPosition) -> Option<(Match, Wrapped)> {
        let numbered = || lines.iter().map(AsRef::as_ref).enumerate();
        let mut below = numbered().skip(after.line);
        if let Some(found) =
            below.find_map(|(number, text)| matches_of(self, number, text).find(|found| found.from > after))
        {
            return Some((found, Wrapped::No));
        }
        let mut above = numbered().take(after.line.saturating_add(1));
        above.find_map(|(number, text)| matches_of(self, number, text).next()).map(|found| (found, Wrapped::Yes))
    }

    /// Returns the last match that begins before a position. From the start of the text, the search goes on at its end.
    pub fn previous<T: AsRef<str>>(&self, lines: &[T], before: TextPosition) -> Option<(Match, Wrapped)> {
        let numbered = |from: usize, to: usize| {
            let lines = lines.get(from..to.min(lines.len())).unwrap_or_default();
            lines.iter().enumerate().rev().map(move |(number, text)| (from + number, text.as_ref()))
        };
        let mut above = numbered(0, before.line.saturating_add(1));
        if let Some(found) = above
            .find_map(|(number, text)| matches_of(self, number, text).take_while(|found| found.from < before).last())
        {
            return Some((found, Wrapped::No));
        }
        let mut below = numbered(before.line.min(lines.len()), lines.len());
        below.find_map(|(number, text)| matches_of(self, number, text).last()).map(|found| (found, Wrapped::Yes))
    }

    /// Returns a line with its matches replaced, and how many there were. `None` without a match.
    ///
    /// For a regular expression, `$1` and `${name}` in the replacement are groups, `$0` is the match, and `$$` is a `$`.
    #[must_use]
    pub fn replaced(&self, line: &str, replacement: &str, which: Occurrences) -> Option<(String, usize)> {
        let mut out = String::new();
        let (mut from, mut count) = (0, 0);
        let at_most = match which {
            Occurrences::First => 1,
            Occurrences::All => usize::MAX,
        };
        for captures in self.regex.captures_iter(line).take(at_most) {
            let Some(whole) = captures.get(0) else { continue };
            out.push_str(line.get(from..whole.start()).unwrap_or_default());
            self.expand(&captures, replacement, &mut out);
            from = whole.end();
            count += 1;
        }
        out.push_str(line.get(from..).unwrap_or_default());
        (count > 0).then_some((out, count))
    }

    fn expand(&self, captures: &Captures<'_>, replacement: &str, out: &mut String) {
        match self.kind {
            FindKind::Plain => out.push_str(replacement),
            FindKind::Regex => captures.expand(replacement, out),
        }
    }

    /// Returns the change that replaces one match. `None` if there is no match at its place.
    #[must_use]
    pub fn replace_one(&self, lines: &[String], found: Match, replacement: &str) -> Option<TextChange> {
        let line = lines.get(found.from.line)?;
        let start = byte_of_column(line, found.from.column);
        // The whole line is searched, since `^` and `\b` look at what is before the match.
        let captures = self.regex.captures_at(line, start)?;
        let is_it = captures.get(0).is_some_and(|whole| whole.start() == start);
        let mut text = String::new();
        self.expand(&captures, replacement, &mut text);
        is_it.then_some(TextChange { from: found.from, to: found.to, text })
    }

    /// Returns the change that replaces the matches of the lines from the first to the last one.
    #[must_use]
    pub fn replace_in(
        &self,
        lines: &[String],
        (first, last): (usize, usize),
        replacement: &str,
        which: Occurrences,
    ) -> Replaced {
        let state = TextState::new(lines, TextPosition::default(), None);
        let last = last.min(state.last_line());
        let (mut new, mut replaced) = (Vec::new(), Replaced { last_line: first, ..Replaced::default() });
        for line in state.block(first, last) {
            match self.replaced(line, replacement, which) {
                Some((text, count)) => {
                    new.extend(text.split('\n').map(ToOwned::to_owned));
                    replaced.matches += count;
                    replaced.lines += 1;
                    replaced.last_line = first + new.len().saturating_sub(1);
                }
                None => new.push(line.clone()),
            }
        }
        if replaced.matches > 0 {
            replaced.changes = state.replacing_lines(first, last, &new);
        }
        replaced
    }

    /// Returns the change that replaces all matches of a text.
    #[must_use]
    pub fn replace_all(&self, lines: &[String], replacement: &str) -> Replaced {
        self.replace_in(lines, (0, lines.len().saturating_sub(1)), replacement, Occurrences::All)
    }

    /// Returns the first lines that a replacement of all matches would change.
    #[must_use]
    pub fn preview(&self, lines: &[String], replacement: &str, at_most: usize) -> Vec<LinePreview> {
        let changed = lines.iter().enumerate().filter_map(|(line, before)| {
            let (after, _) = self.replaced(before, replacement, Occurrences::All)?;
            Some(LinePreview { line, before: before.clone(), after })
        });
        changed.take(at_most).collect()
    }
}

fn matches_of<'a>(pattern: &'a FindPattern, number: usize, text: &'a str) -> impl Iterator<Item = Match> + 'a {
    let at = move |column| TextPosition::new(number, column);
    pattern.in_line(text).map(move |(from, to)| Match { from: at(from), to: at(to) })
}

/// Whether a search text has an upper case letter. In a regular expression, the letter of an escape such as `\S` does not count.
fn has_upper_case(text: &str, kind: FindKind) -> bool {
    let mut is_escaped = false;
    text.chars().any(|c| {
        let counts = !(is_escaped && kind == FindKind::Regex);
        is_escaped = c == '\\' && !is_escaped;
        counts && c.is_uppercase()
    })
}

/// Returns the last line of the library's message: the lines before it draw the position.
fn reason(error: &regex::Error) -> String {
    let text = error.to_string();
    let last = text.lines().last().unwrap_or_default();
    last.strip_prefix("error: ").unwrap_or(last).to_owned()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::change::apply;
    use super::*;

    fn pattern(text: &str, kind: FindKind, case: FindCase) -> FindPattern {
        FindPattern::new(text, kind, case).unwrap()
    }

    fn lines(text: &str) -> Vec<String> {
        text.split('\n').map(ToOwned::to_owned).collect()
    }

    #[test]
    fn case_is_ignored_exact_or_smart() {
        let text = lines("select A, a FROM t");
        let count = |word: &str, case| pattern(word, FindKind::Plain, case).count(&text);
        assert_eq!(count("a", FindCase::Ignore), 2);
        assert_eq!(count("a", FindCase::Exact), 1);
        assert_eq!(count("from", FindCase::Smart), 1);
        assert_eq!(count("From", FindCase::Smart), 0);
        assert_eq!(count("From", FindCase::Ignore), 1);
        // The S of an escape is no upper case letter.
        assert_eq!(pattern(r"\Sele", FindKind::Regex, FindCase::Smart).count(&lines("SELECT")), 1);
    }

    #[test]
    fn a_text_that_cannot_be_searched_for_says_why() {
        let fault = |text: &str| FindPattern::new(text, FindKind::Regex, FindCase::Smart).unwrap_err().to_string();
        assert_eq!(fault(""), "the search text is empty");
        assert_eq!(fault("a("), "`a(` is not a regular expression: unclosed group");
        assert!(fault("(a{1000}){1000}").contains("size limit"), "{}", fault("(a{1000}){1000}"));
        assert_eq!(pattern("a(", FindKind::Plain, FindCase::Smart).count(&lines("a(b)")), 1);
    }

    #[test]
    fn the_search_goes_on_at_the_other_end() {
        let text = lines("ä x\nx ä x\nb");
        let x = pattern("x", FindKind::Plain, FindCase::Smart);
        let at = TextPosition::new;
        let next = |from| x.next(&text, from).map(|(found, wrapped)| (found.from, wrapped));
        let previous = |from| x.previous(&text, from).map(|(found, wrapped)| (found.from, wrapped));
        assert_eq!(next(at(0, 0)), Some((at(0, 2), Wrapped::No)));
        assert_eq!(next(at(0, 2)), Some((at(1, 0), Wrapped::No)));
        assert_eq!(next(at(1, 4)), Some((at(0, 2), Wrapped::Yes)));
        assert_eq!(next(at(9, 9)), Some((at(0, 2), Wrapped::Yes)));
        assert_eq!(previous(at(1, 4)), Some((at(1, 0), Wrapped::No)));
        assert_eq!(previous(at(0, 2)), Some((at(1, 4), Wrapped::Yes)));
        assert_eq!(previous(at(9, 9)), Some((at(1, 4), Wrapped::No)));
        assert_eq!(pattern("zz", FindKind::Plain, FindCase::Smart).next(&text, at(0, 0)), None);
    }

    #[test]
    fn groups_are_replaced_in_regular_expressions_only() {
        let text = lines("a1 b2\nnone\nc3");
        let regex = pattern(r"(?<letter>[a-z])(\d)", FindKind::Regex, FindCase::Smart);
        let replaced = regex.replace_all(&text, "$2${letter}$$");
        assert_eq!(apply(&text, &replaced.changes), ["1a$ 2b$", "none", "3c$"]);
        assert_eq!((replaced.matches, replaced.lines, replaced.last_line), (3, 2, 2));
        let plain = pattern("a1", FindKind::Plain, FindCase::Smart);
        assert_eq!(apply(&text, &plain.replace_all(&text, "$0\n").changes), ["$0", " b2", "none", "c3"]);
        assert_eq!(plain.replace_all(&lines("b"), "x"), Replaced::default());
        let preview = regex.preview(&text, "$2", 1);
        assert_eq!(preview, [LinePreview { line: 0, before: "a1 b2".into(), after: "1 2".into() }]);
    }

    #[test]
    fn one_match_is_replaced_where_it_still_is() {
        let text = lines("ä foo foo");
        let word = pattern(r"\bfoo\b", FindKind::Regex, FindCase::Smart);
        let found: Vec<Match> = word.matches(&text).collect();
        let change = word.replace_one(&text, found[1], "x").unwrap();
        assert_eq!(apply(&text, &[change]), ["ä foo x"]);
        assert_eq!(word.replace_one(&lines("ä fox foo"), found[0], "x"), None);
    }

    proptest! {
        #[test]
        fn matches_are_those_of_a_plain_search(
            text in prop::collection::vec("[abä😀]{0,8}", 1..6),
            word in "[abä]{1,2}",
            (line, column) in (0usize..7, 0usize..9),
        ) {
            let find = pattern(&word, FindKind::Plain, FindCase::Exact);
            let expected: Vec<TextPosition> = text
                .iter()
                .enumerate()
                .flat_map(|(line, text)| {
                    let column = |at: usize| text[..at].chars().count();
                    text.match_indices(&word).map(move |(at, _)| TextPosition::new(line, column(at))).collect::<Vec<_>>()
                })
                .collect();
            let found: Vec<TextPosition> = find.matches(&text).map(|found| found.from).collect();
            prop_assert_eq!(&found, &expected);
            prop_assert_eq!(find.count(&text), expected.len());
            let here = TextPosition::new(line, column);
            let next = expected.iter().find(|at| **at > here).or(expected.first()).copied();
            prop_assert_eq!(find.next(&text, here).map(|(found, _)| found.from), next);
            let previous = expected.iter().rfind(|at| **at < here).or(expected.last()).copied();
            prop_assert_eq!(find.previous(&text, here).map(|(found, _)| found.from), previous);
            let replaced = apply(&text, &find.replace_all(&text, "x\n").changes);
            prop_assert_eq!(replaced.join("\n"), text.join("\n").replace(&word, "x\n"));
        }

        #[test]
        fn any_pattern_on_any_text_is_no_panic(
            text in prop::collection::vec(any::<String>().prop_map(|s| s.replace('\n', "")), 0..4),
            word in ".{0,6}",
            with in ".{0,6}",
            which in prop::sample::select(&[FindKind::Plain, FindKind::Regex][..]),
        ) {
            if let Ok(find) = FindPattern::new(&word, which, FindCase::Smart) {
                let _ = (find.replace_all(&text, &with), find.next(&text, TextPosition::new(1, 1)));
                let replaced: Vec<Match> = find.matches(&text).collect();
                for found in replaced {
                    prop_assert!(find.replace_one(&text, found, &with).is_some());
                }
            }
        }
    }
}
