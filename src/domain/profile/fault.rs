//! Places in a settings text: what is wrong where, and which name was meant. Knows no key of the file.

use std::ops::Range;

use toml::de::{DeTable, DeValue};

use crate::domain::problem::{Problem, ProblemKind, Remedy};

/// One thing that is wrong in a settings text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Fault {
    /// Byte offset.
    pub(super) at: usize,
    /// What is wrong, without the place.
    pub(super) what: String,
    /// What to write instead.
    pub(super) hint: Option<String>,
}

impl Fault {
    pub(super) fn new(at: usize, what: impl Into<String>) -> Self {
        Self { at, what: what.into(), hint: None }
    }

    pub(super) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// The problem that a user sees: file, line, section, reason.
    pub(super) fn problem(self, source: Source<'_>, section: &str) -> Problem {
        let line = source.line(self.at);
        let place = if section.is_empty() { String::new() } else { format!("[{section}] ") };
        let problem = Problem::new(ProblemKind::Settings, format!("{}:{line}: {place}{}", source.file, self.what))
            .then(Remedy::Settings);
        match self.hint {
            Some(hint) => problem.hint(hint),
            None => problem,
        }
    }
}

/// A settings text and the name that its file has for the user.
#[derive(Debug, Clone, Copy)]
pub(super) struct Source<'a> {
    /// The file as the user knows it.
    pub(super) file: &'a str,
    /// Its text.
    pub(super) text: &'a str,
}

impl Source<'_> {
    /// The 1-based line of a byte offset.
    pub(super) fn line(&self, at: usize) -> usize {
        1 + self.text.bytes().take(at).filter(|byte| *byte == b'\n').count()
    }
}

/// The word that was probably meant: at most two edits away (one for short words).
pub(super) fn nearest<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let bound = if word.chars().count() <= 4 { 1 } else { 2 };
    known
        .into_iter()
        .map(|candidate| (distance(word, candidate), candidate))
        .filter(|(edits, _)| *edits <= bound)
        .min_by_key(|(edits, _)| *edits)
        .map(|(_, candidate)| candidate)
}

/// Edits between two words: inserted, removed, replaced or swapped characters. Long words count as far apart.
fn distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().take(65).collect(), b.chars().take(65).collect());
    if a.len() > 64 || b.len() > 64 {
        return usize::MAX;
    }
    let mut before: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.iter().enumerate() {
        let mut row = vec![i + 1];
        for (j, y) in b.iter().enumerate() {
            let replaced = last[j] + usize::from(x != y);
            let mut least = replaced.min(last[j + 1] + 1).min(row[j] + 1);
            if i > 0 && j > 0 && *x == b[j - 1] && a[i - 1] == *y {
                least = least.min(before[j - 1] + 1);
            }
            row.push(least);
        }
        before = std::mem::replace(&mut last, row);
    }
    last.last().copied().unwrap_or(usize::MAX)
}

/// Names every key of a table that is not known.
pub(super) fn unknown_keys(table: &DeTable<'_>, known: &[&str], faults: &mut Vec<Fault>) {
    for key in table.keys() {
        let name: &str = key.get_ref();
        if !known.contains(&name) {
            let hint = match nearest(name, known.iter().copied()) {
                Some(meant) => format!("did you mean \"{meant}\"?"),
                None => format!("known here: {}", known.join(", ")),
            };
            faults.push(Fault::new(key.span().start, format!("unknown key \"{}\"", shown(name))).hint(hint));
        }
    }
}

/// One value with its key and its place.
#[derive(Debug, Clone, Copy)]
pub(super) struct Field<'a, 'i> {
    /// The key's name, for messages.
    pub(super) key: &'a str,
    /// What stands there.
    pub(super) value: &'a DeValue<'i>,
    /// Byte offset of the value.
    pub(super) at: usize,
}

impl<'a, 'i> Field<'a, 'i> {
    /// The field of this key, if it is there.
    pub(super) fn of(table: &'a DeTable<'i>, key: &'a str) -> Option<Self> {
        let (_, value) = table.iter().find(|(name, _)| name.get_ref() == key)?;
        Some(Self { key, value: value.get_ref(), at: span_start(&value.span()) })
    }

    /// The elements, where it is a list.
    pub(super) fn elements(&self) -> Option<Vec<Self>> {
        match self.value {
            DeValue::Array(list) => Some(
                list.iter()
                    .map(|element| Self { key: self.key, value: element.get_ref(), at: span_start(&element.span()) })
                    .collect(),
            ),
            _ => None,
        }
    }

    /// A fault at this value.
    pub(super) fn fault(&self, reason: impl std::fmt::Display) -> Fault {
        Fault::new(self.at, format!("{}: {reason}", self.key))
    }

    /// Text that is neither empty nor holds control characters.
    pub(super) fn text(&self) -> Result<&'a str, Fault> {
        match self.value {
            DeValue::String(text) if text.trim().is_empty() => Err(self.fault("is empty")),
            DeValue::String(text) if text.chars().any(char::is_control) => Err(self.fault("holds a control character")),
            DeValue::String(text) => Ok(text),
            other => Err(self.fault(format!("needs a text in quotes, not {}", kind(other)))),
        }
    }

    /// `true` or `false`.
    pub(super) fn flag(&self) -> Result<bool, Fault> {
        match self.value {
            DeValue::Boolean(flag) => Ok(*flag),
            other => Err(self.fault(format!("needs true or false, not {}", kind(other)))),
        }
    }

    /// A whole number within these bounds.
    pub(super) fn number(&self, bounds: Range<u64>) -> Result<u64, Fault> {
        let wanted = || {
            if bounds.end == u64::MAX {
                format!("needs a whole number from {}", bounds.start)
            } else {
                format!("needs a whole number from {} to {}", bounds.start, bounds.end - 1)
            }
        };
        match self.value {
            DeValue::Integer(number) => u64::from_str_radix(number.as_str(), number.radix())
                .ok()
                .filter(|number| bounds.contains(number))
                .ok_or_else(|| self.fault(wanted())),
            other => Err(self.fault(format!("{}, not {}", wanted(), kind(other)))),
        }
    }

    /// One of these words.
    pub(super) fn choice<T: Copy>(&self, words: &[(&str, T)]) -> Result<T, Fault> {
        let text = self.text()?;
        if let Some((_, value)) = words.iter().find(|(word, _)| *word == text) {
            return Ok(*value);
        }
        let known: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
        let fault = self.fault(format!("\"{}\" is not one of {}", shown(text), known.join(", ")));
        Err(match nearest(text, known.iter().copied()) {
            Some(meant) => fault.hint(format!("did you mean \"{meant}\"?")),
            None => fault,
        })
    }

    /// A table.
    pub(super) fn table(&self) -> Result<&'a DeTable<'i>, Fault> {
        match self.value {
            DeValue::Table(table) => Ok(table),
            other => Err(self.fault(format!("needs a table {{ … }}, not {}", kind(other)))),
        }
    }
}

/// Keeps the value, or the fault.
pub(super) fn kept<T>(read: Result<T, Fault>, faults: &mut Vec<Fault>) -> Option<T> {
    read.map_err(|fault| faults.push(fault)).ok()
}

/// A name as a message shows it: short, and without control characters.
pub(super) fn shown(name: &str) -> String {
    let mut text: String = name.chars().take(60).map(|c| if c.is_control() { '·' } else { c }).collect();
    if name.chars().nth(60).is_some() {
        text.push('…');
    }
    text
}

fn kind(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "a text",
        DeValue::Integer(_) | DeValue::Float(_) => "a number",
        DeValue::Boolean(_) => "true or false",
        DeValue::Datetime(_) => "a date",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    }
}

fn span_start(span: &Range<usize>) -> usize {
    span.start
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn the_nearest_name_is_one_slip_away_and_no_farther() {
        let known = ["port", "host", "password", "identity"];
        assert_eq!(nearest("prot", known), Some("port"));
        assert_eq!(nearest("pasword", known), Some("password"));
        assert_eq!(nearest("identities", known), None);
        assert_eq!(nearest("x", known), None);
        assert_eq!(nearest(&"p".repeat(5000), known), None);
    }
}
