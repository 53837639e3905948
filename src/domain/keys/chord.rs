//! A key press and its notation in keymap files and tests: `ctrl-r`, `alt-enter`, `shift-tab`, `f5`, `g`, `G`.

use std::fmt;
use std::str::FromStr;

/// A key without its modifiers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Key {
    Char(char),
    Enter,
    Tab,
    Esc,
    Backspace,
    Delete,
    Insert,
    Up,
    Down,
    Left,
    Right,
    Home,
    End,
    PageUp,
    PageDown,
    F(u8),
}

/// A key with its modifiers. Shift with a character gives another character (`G`, `?`), so `shift` is used with named keys only.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Chord {
    pub key: Key,
    pub ctrl: bool,
    /// Alt or Meta.
    pub alt: bool,
    /// Set for named keys only.
    pub shift: bool,
}

impl Chord {
    #[must_use]
    pub const fn plain(key: Key) -> Self {
        Self { key, ctrl: false, alt: false, shift: false }
    }

    /// Returns the character that the chord types, if any.
    #[must_use]
    pub fn typed(self) -> Option<char> {
        match self {
            Self { key: Key::Char(c), ctrl: false, alt: false, .. } => Some(c),
            _ => None,
        }
    }

    /// Parses a sequence of chords, such as `g g`.
    ///
    /// # Errors
    /// Returns the first word that is not a chord.
    pub fn sequence(text: &str) -> Result<Vec<Self>, ChordError> {
        let chords = text.split_whitespace().map(str::parse).collect::<Result<Vec<_>, _>>()?;
        if chords.is_empty() { Err(ChordError(text.to_owned())) } else { Ok(chords) }
    }
}

/// A word that is not a chord.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a key: write keys like ctrl-r, alt-enter, shift-tab, f5, space, g or G")]
pub struct ChordError(pub String);

const NAMED: &[(&str, Key)] = &[
    ("enter", Key::Enter),
    ("tab", Key::Tab),
    ("esc", Key::Esc),
    ("backspace", Key::Backspace),
    ("delete", Key::Delete),
    ("insert", Key::Insert),
    ("up", Key::Up),
    ("down", Key::Down),
    ("left", Key::Left),
    ("right", Key::Right),
    ("home", Key::Home),
    ("end", Key::End),
    ("page-up", Key::PageUp),
    ("page-down", Key::PageDown),
    ("space", Key::Char(' ')),
];

impl Chord {
    /// Returns the key as people write it, such as `Ctrl-R`, `F5`, `PgDn`; a keymap file writes it as [`fmt::Display`] does.
    #[must_use]
    pub fn label(self) -> String {
        let mut label = String::new();
        for (is_held, name) in [(self.ctrl, "Ctrl-"), (self.alt, "Alt-"), (self.shift, "Shift-")] {
            label.push_str(if is_held { name } else { "" });
        }
        match self.key {
            Key::Char(' ') => label.push_str("Space"),
            // With Ctrl or Alt, a capital letter means that Shift is pressed too.
            Key::Char(c) if (self.ctrl || self.alt) && c.is_uppercase() => {
                label.push_str("Shift-");
                label.push(c);
            }
            Key::Char(c) if self.ctrl || self.alt => label.extend(c.to_uppercase()),
            Key::Char(c) => label.push(c),
            Key::F(number) => label.extend(['F'.to_string(), number.to_string()]),
            Key::PageUp => label.push_str("PgUp"),
            Key::PageDown => label.push_str("PgDn"),
            Key::Enter => label.push_str("Enter"),
            Key::Tab => label.push_str("Tab"),
            Key::Esc => label.push_str("Esc"),
            Key::Backspace => label.push_str("Backspace"),
            Key::Delete => label.push_str("Delete"),
            Key::Insert => label.push_str("Insert"),
            Key::Up => label.push_str("Up"),
            Key::Down => label.push_str("Down"),
            Key::Left => label.push_str("Left"),
            Key::Right => label.push_str("Right"),
            Key::Home => label.push_str("Home"),
            Key::End => label.push_str("End"),
        }
        label
    }
}

impl FromStr for Chord {
    type Err = ChordError;

    fn from_str(text: &str) -> Result<Self, ChordError> {
        let wrong = || ChordError(text.to_owned());
        let mut rest = text;
        let mut chord = Self::plain(Key::Esc);
        loop {
            let (flag, after) = match rest {
                r if r.len() > 5 && r.starts_with("ctrl-") => (&mut chord.ctrl, &r[5..]),
                r if r.len() > 4 && r.starts_with("alt-") => (&mut chord.alt, &r[4..]),
                r if r.len() > 6 && r.starts_with("shift-") => (&mut chord.shift, &r[6..]),
                _ => break,
            };
            if *flag {
                return Err(wrong());
            }
            *flag = true;
            rest = after;
        }
        chord.key = if let Some((_, key)) = NAMED.iter().find(|(name, _)| *name == rest) {
            *key
        } else if let Some(number) = rest.strip_prefix('f').and_then(|n| n.parse::<u8>().ok()) {
            if !(1..=12).contains(&number) {
                return Err(wrong());
            }
            Key::F(number)
        } else {
            let mut letters = rest.chars();
            match (letters.next(), letters.next()) {
                (Some(c), None) if !c.is_control() && !c.is_whitespace() => Key::Char(c),
                _ => return Err(wrong()),
            }
        };
        if chord.shift && matches!(chord.key, Key::Char(_)) {
            return Err(wrong());
        }
        Ok(chord)
    }
}

impl fmt::Display for Chord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (is_held, name) in [(self.ctrl, "ctrl-"), (self.alt, "alt-"), (self.shift, "shift-")] {
            if is_held {
                f.write_str(name)?;
            }
        }
        if let Some((name, _)) = NAMED.iter().find(|(_, key)| *key == self.key) {
            return f.write_str(name);
        }
        match self.key {
            Key::Char(c) => write!(f, "{c}"),
            Key::F(n) => write!(f, "f{n}"),
            Key::Enter
            | Key::Tab
            | Key::Esc
            | Key::Backspace
            | Key::Delete
            | Key::Insert
            | Key::Up
            | Key::Down
            | Key::Left
            | Key::Right
            | Key::Home
            | Key::End
            | Key::PageUp
            | Key::PageDown => Ok(()),
        }
    }
}
