//! Values of a settings text, each with its key and its position, and what is wrong with them.

use toml::de::{DeTable, DeValue};

use super::settings_table::{SettingKey, SettingType};
use crate::domain::nearest::nearest_name;
use crate::domain::problem::{Problem, ProblemKind, Remedy};

/// One error in a settings text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct SettingsError {
    /// Byte offset in the text.
    pub(super) at: usize,
    /// What is wrong, without the position.
    pub(super) what: String,
    /// What to write instead.
    pub(super) hint: Option<String>,
}

impl SettingsError {
    pub(super) fn new(at: usize, what: impl Into<String>) -> Self {
        Self { at, what: what.into(), hint: None }
    }

    pub(super) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// Makes the problem that a user sees: file, line, section, reason.
    pub(super) fn problem(self, text: SettingsText<'_>, section: &str) -> Problem {
        let line = text.line(self.at);
        let section = if section.is_empty() { String::new() } else { format!("[{section}] ") };
        let problem = Problem::new(ProblemKind::Settings, format!("{}:{line}: {section}{}", text.file, self.what))
            .then(Remedy::Settings);
        match self.hint {
            Some(hint) => problem.hint(hint),
            None => problem,
        }
    }
}

/// A settings text and the name that its file has for the user.
#[derive(Debug, Clone, Copy)]
pub(super) struct SettingsText<'a> {
    pub(super) file: &'a str,
    pub(super) text: &'a str,
}

impl SettingsText<'_> {
    /// Returns the 1-based line of a byte offset.
    pub(super) fn line(&self, at: usize) -> usize {
        1 + self.text.bytes().take(at).filter(|byte| *byte == b'\n').count()
    }
}

/// Reports every key of a table that is not one of these.
pub(super) fn report_unknown_keys(table: &DeTable<'_>, known: &[&SettingKey], errors: &mut Vec<SettingsError>) {
    for key in table.keys() {
        let name: &str = key.get_ref();
        let names = || known.iter().map(|key| key.name());
        if !names().any(|known| known == name) {
            let hint = match nearest_name(name, names()) {
                Some(meant) => format!("did you mean \"{meant}\"?"),
                None => format!("known here: {}", names().collect::<Vec<_>>().join(", ")),
            };
            errors
                .push(SettingsError::new(key.span().start, format!("unknown key \"{}\"", printable(name))).hint(hint));
        }
    }
}

/// One value with its key and its position.
#[derive(Debug, Clone, Copy)]
pub(super) struct TomlEntry<'a, 'i> {
    pub(super) key: &'static SettingKey,
    pub(super) value: &'a DeValue<'i>,
    /// Byte offset of the value.
    pub(super) at: usize,
}

impl<'a, 'i> TomlEntry<'a, 'i> {
    /// Finds the entry of this key in a table.
    pub(super) fn find(table: &'a DeTable<'i>, key: &'static SettingKey) -> Option<Self> {
        let (_, value) = table.iter().find(|(name, _)| name.get_ref() == key.name())?;
        Some(Self { key, value: value.get_ref(), at: value.span().start })
    }

    /// Returns the elements of a list; `None` if the value is no list.
    pub(super) fn elements(&self) -> Option<Vec<Self>> {
        match self.value {
            DeValue::Array(list) => Some(
                list.iter()
                    .map(|element| Self { key: self.key, value: element.get_ref(), at: element.span().start })
                    .collect(),
            ),
            _ => None,
        }
    }

    /// Makes an error at this value.
    pub(super) fn error(&self, reason: impl std::fmt::Display) -> SettingsError {
        SettingsError::new(self.at, format!("{}: {reason}", self.key.name()))
    }

    /// Reads a text that is not empty and contains no control characters.
    pub(super) fn text(&self) -> Result<&'a str, SettingsError> {
        match self.value {
            DeValue::String(text) if text.trim().is_empty() => Err(self.error("is empty")),
            DeValue::String(text) if text.chars().any(char::is_control) => {
                Err(self.error("contains a control character"))
            }
            DeValue::String(text) => Ok(text),
            other => Err(self.error(format!("needs a text in quotes, not {}", type_name(other)))),
        }
    }

    /// Reads `true` or `false`.
    pub(super) fn flag(&self) -> Result<bool, SettingsError> {
        match self.value {
            DeValue::Boolean(flag) => Ok(*flag),
            other => Err(self.error(format!("needs true or false, not {}", type_name(other)))),
        }
    }

    /// Reads a whole number within the bounds of the key in the table; without bounds, any positive number.
    pub(super) fn number(&self) -> Result<u64, SettingsError> {
        let (from, to) = match self.key.kind() {
            SettingType::Number { from, to } => (from, to),
            _ => (1, u64::MAX),
        };
        let expected = || {
            if to == u64::MAX {
                format!("needs a whole number from {from}")
            } else {
                format!("needs a whole number from {from} to {to}")
            }
        };
        match self.value {
            DeValue::Integer(number) => u64::from_str_radix(number.as_str(), number.radix())
                .ok()
                .filter(|number| (from..=to).contains(number))
                .ok_or_else(|| self.error(expected())),
            other => Err(self.error(format!("{}, not {}", expected(), type_name(other)))),
        }
    }

    /// Reads one of the words that the table allows for the key.
    pub(super) fn choice(&self) -> Result<&'static str, SettingsError> {
        let known = match self.key.kind() {
            SettingType::OneOf(words) => words,
            _ => &[],
        };
        let text = self.text()?;
        if let Some(word) = known.iter().find(|word| **word == text) {
            return Ok(word);
        }
        let error = self.error(format!("\"{}\" is not one of {}", printable(text), known.join(", ")));
        Err(match nearest_name(text, known.iter().copied()) {
            Some(meant) => error.hint(format!("did you mean \"{meant}\"?")),
            None => error,
        })
    }

    pub(super) fn table(&self) -> Result<&'a DeTable<'i>, SettingsError> {
        match self.value {
            DeValue::Table(table) => Ok(table),
            other => Err(self.error(format!("needs a table {{ … }}, not {}", type_name(other)))),
        }
    }
}

/// Returns the value, or adds the error to the list.
pub(super) fn collect<T>(read: Result<T, SettingsError>, errors: &mut Vec<SettingsError>) -> Option<T> {
    read.map_err(|error| errors.push(error)).ok()
}

/// Returns a name for a message: short, and without control characters.
pub(super) fn printable(name: &str) -> String {
    crate::domain::text::excerpt(name, 60)
}

fn type_name(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "a text",
        DeValue::Integer(_) | DeValue::Float(_) => "a number",
        DeValue::Boolean(_) => "true or false",
        DeValue::Datetime(_) => "a date",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    }
}
