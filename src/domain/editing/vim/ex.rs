//! Reads command lines (`:`).

use super::register::is_register;
use crate::domain::editing::find::{FindCase, FindPattern, Occurrences};
use crate::domain::nearest::nearest_name;

/// A command line that the app runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ExCommand {
    /// `:w [FILE]`
    Write { path: Option<String> },
    /// `:q`, `:q!`
    Quit(Unsaved),
    /// `:wq`, `:x`
    WriteAndQuit { path: Option<String> },
    /// `:e FILE`; without a file, reads the file of the worksheet again.
    Open { path: Option<String>, unsaved: Unsaved },
    /// `:set wrap`, `:set nowrap`
    SetWrap(Wrap),
}

/// What happens to changes that are not saved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unsaved {
    Keep,
    /// With `!`.
    Discard,
}

/// Whether long lines are wrapped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wrap {
    On,
    Off,
}

/// A command line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ExLine {
    pub range: Vec<Address>,
    pub command: LineCommand,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum LineCommand {
    App(ExCommand),
    /// Goes to the last line of the range.
    GoTo,
    Delete(Option<char>),
    Yank(Option<char>),
    Join,
    Indent,
    Dedent,
    Substitute(Typed),
    /// `:s` and `:&` without a pattern.
    RepeatSubstitution,
    NoHighlight,
    Undo,
    Redo,
}

/// A line by its number or its meaning, with an offset.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Address {
    pub base: Base,
    pub offset: isize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Base {
    /// Counted from 1.
    Line(usize),
    Current,
    Last,
    /// `'<`
    SelectionStart,
    /// `'>`
    SelectionEnd,
}

/// A substitution as it is typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Typed {
    /// Empty for the pattern of the last search.
    pub pattern: String,
    pub replacement: String,
    pub which: Occurrences,
    pub case: FindCase,
}

/// A substitution that was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Substitution {
    pub pattern: FindPattern,
    pub replacement: String,
    pub which: Occurrences,
}

/// Names of commands, whole and as short as they may be.
const NAMES: &[(&str, &str)] = &[
    ("write", "w"),
    ("quit", "q"),
    ("qall", "qa"),
    ("wq", "wq"),
    ("wqall", "wqa"),
    ("xit", "x"),
    ("xall", "xa"),
    ("edit", "e"),
    ("substitute", "s"),
    ("delete", "d"),
    ("yank", "y"),
    ("join", "j"),
    ("nohlsearch", "noh"),
    ("set", "se"),
    ("undo", "u"),
    ("redo", "red"),
];

/// Reads a command line without its `:`.
///
/// # Errors
/// A sentence that says what cannot be read, with the nearest command if there is one.
pub(super) fn parse(line: &str) -> Result<ExLine, String> {
    let (range, rest) = range_of(line.trim_start_matches([':', ' ']));
    let rest = rest.trim_start();
    let command = command_of(rest.trim_end_matches([' ', '\t']), rest)?;
    Ok(ExLine { range, command })
}

fn command_of(trimmed: &str, rest: &str) -> Result<LineCommand, String> {
    if trimmed.is_empty() {
        return Ok(LineCommand::GoTo);
    }
    match trimmed {
        "&" | "&&" => return Ok(LineCommand::RepeatSubstitution),
        ">" => return Ok(LineCommand::Indent),
        "<" => return Ok(LineCommand::Dedent),
        _ => {}
    }
    let name_end = rest.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(rest.len());
    let (name, arguments) = rest.split_at_checked(name_end).unwrap_or((rest, ""));
    let (unsaved, arguments) = match arguments.strip_prefix('!') {
        Some(after) => (Unsaved::Discard, after),
        None => (Unsaved::Keep, arguments),
    };
    let argument = arguments.trim();
    let is_name = |(whole, short): &&(&str, &str)| whole.starts_with(name) && name.starts_with(short);
    let Some((whole, _)) = NAMES.iter().find(is_name).filter(|_| !name.is_empty()) else {
        return Err(unknown(trimmed, name));
    };
    let path = (!argument.is_empty()).then(|| argument.to_owned());
    Ok(match *whole {
        "write" => LineCommand::App(ExCommand::Write { path }),
        "quit" | "qall" => LineCommand::App(ExCommand::Quit(unsaved)),
        "wq" | "wqall" | "xit" | "xall" => LineCommand::App(ExCommand::WriteAndQuit { path }),
        "edit" => LineCommand::App(ExCommand::Open { path, unsaved }),
        "delete" => LineCommand::Delete(register_of(argument)?),
        "yank" => LineCommand::Yank(register_of(argument)?),
        "join" => LineCommand::Join,
        "nohlsearch" => LineCommand::NoHighlight,
        "undo" => LineCommand::Undo,
        "redo" => LineCommand::Redo,
        "set" => LineCommand::App(ExCommand::SetWrap(wrap_of(argument)?)),
        _ if argument.is_empty() => LineCommand::RepeatSubstitution,
        _ => LineCommand::Substitute(substitution_of(arguments.trim_start())?),
    })
}

fn unknown(typed: &str, name: &str) -> String {
    let known = NAMES.iter().flat_map(|(whole, short)| [*whole, *short]);
    match nearest_name(name, known).filter(|_| !name.is_empty()) {
        Some(nearest) => format!("unknown command :{typed}; the nearest one is :{nearest}"),
        None => format!("unknown command :{typed}"),
    }
}

fn register_of(argument: &str) -> Result<Option<char>, String> {
    let mut characters = argument.chars();
    match (characters.next(), characters.next()) {
        (None, _) => Ok(None),
        (Some(name), None) if is_register(name) => Ok(Some(name)),
        (Some(_), _) => Err(format!("`{argument}` is not the name of a register")),
    }
}

fn wrap_of(argument: &str) -> Result<Wrap, String> {
    match argument {
        "wrap" => Ok(Wrap::On),
        "nowrap" => Ok(Wrap::Off),
        _ => Err(format!("`{argument}` is not an option; the options are wrap and nowrap")),
    }
}

/// Reads `/pattern/replacement/flags`, with any sign instead of `/`.
fn substitution_of(text: &str) -> Result<Typed, String> {
    let mut characters = text.chars();
    let separator = characters.next().unwrap_or('/');
    if separator.is_alphanumeric() || separator.is_whitespace() || matches!(separator, '"' | '|' | '\\') {
        return Err(format!("`{separator}` cannot separate a pattern and its replacement"));
    }
    let (pattern, rest) = part_of(characters.as_str(), separator);
    let (replacement, flags) = part_of(rest, separator);
    let (mut which, mut case) = (Occurrences::First, FindCase::Smart);
    for flag in flags.chars() {
        match flag {
            'g' => which = Occurrences::All,
            'i' => case = FindCase::Ignore,
            'I' => case = FindCase::Exact,
            ' ' => {}
            'c' => {
                return Err(
                    "the flag c is not supported: the find dialog replaces one match after the other".to_owned()
                );
            }
            other => return Err(format!("`{other}` is not a flag of a substitution; the flags are g, i and I")),
        }
    }
    Ok(Typed { pattern, replacement, which, case })
}

/// Returns the text up to a separator that has no backslash before it, and the text after it.
fn part_of(text: &str, separator: char) -> (String, &str) {
    let mut part = String::new();
    let mut characters = text.chars();
    while let Some(character) = characters.next() {
        match character {
            '\\' => match characters.next() {
                Some(next) if next == separator => part.push(next),
                Some(next) => part.extend(['\\', next]),
                None => part.push('\\'),
            },
            c if c == separator => return (part, characters.as_str()),
            c => part.push(c),
        }
    }
    (part, "")
}

/// Reads the lines before a command, such as `%`, `1,5`, `.,$`, `'<,'>`, `.+2`.
fn range_of(text: &str) -> (Vec<Address>, &str) {
    if let Some(rest) = text.strip_prefix('%') {
        let at = |base| Address { base, offset: 0 };
        return (vec![at(Base::Line(1)), at(Base::Last)], rest);
    }
    let (mut range, mut rest) = (Vec::new(), text);
    while let Some((address, after)) = address_of(rest) {
        range.push(address);
        match after.strip_prefix([',', ';']) {
            Some(next) => {
                rest = next;
                if address_of(next).is_none() {
                    range.push(Address { base: Base::Current, offset: 0 });
                }
            }
            None => return (range, after),
        }
    }
    (range, rest)
}

fn address_of(text: &str) -> Option<(Address, &str)> {
    let text = text.trim_start();
    let (base, mut rest) = if let Some(rest) = text.strip_prefix('.') {
        (Base::Current, rest)
    } else if let Some(rest) = text.strip_prefix('$') {
        (Base::Last, rest)
    } else if let Some(rest) = text.strip_prefix("'<") {
        (Base::SelectionStart, rest)
    } else if let Some(rest) = text.strip_prefix("'>") {
        (Base::SelectionEnd, rest)
    } else if let Some((number, rest)) = number_of(text) {
        (Base::Line(number), rest)
    } else if text.starts_with(['+', '-']) {
        (Base::Current, text)
    } else {
        return None;
    };
    let mut offset: isize = 0;
    while let Some(sign) = rest.chars().next().filter(|c| matches!(c, '+' | '-')) {
        let after = rest.get(1..).unwrap_or_default();
        let (number, after) = number_of(after).unwrap_or((1, after));
        let number = isize::try_from(number).unwrap_or(isize::MAX);
        offset = if sign == '+' { offset.saturating_add(number) } else { offset.saturating_sub(number) };
        rest = after;
    }
    Some((Address { base, offset }, rest))
}

/// Reads a number; one that is too large is the largest one.
fn number_of(text: &str) -> Option<(usize, &str)> {
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (digits, rest) = text.split_at_checked(end)?;
    (!digits.is_empty()).then(|| (digits.parse().unwrap_or(usize::MAX), rest))
}
