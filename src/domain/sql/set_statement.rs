//! Reads a SET statement: what each item sets, and to what. It accepts every text; the guard judges the items.

use std::ops::Range;

use super::guard::GuardTokens;
use super::lex::TokenKind;
use super::quote::unquoted_identifier;

/// What one item of a SET statement sets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum SetTarget {
    /// `@name`, in lower case and without quotes.
    UserVariable(String),
    /// A variable of the session, in lower case: `SET x`, `SET SESSION x`, `SET @@x`, `SET @@SESSION.x`.
    SessionVariable(String),
    /// A variable of the server: `GLOBAL`, `PERSIST` and their `@@` forms.
    GlobalVariable,
    /// `NAMES`: the character set, and the collation if one is named.
    Names { charset: String, collation: Option<String> },
    /// `CHARACTER SET` and its short forms.
    CharacterSet(String),
    /// `TRANSACTION`: its characteristics in upper case, such as `ISOLATION LEVEL READ COMMITTED`.
    Transaction(Vec<String>),
    /// `ROLE`.
    Role,
    /// Another form, such as `PASSWORD` or `STATEMENT`: its first word in upper case.
    Other(String),
    /// It is not `name = value`.
    Malformed,
}

/// One item of a SET statement, with token indexes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct SetItem {
    pub(super) target: SetTarget,
    /// The tokens that name the target.
    pub(super) name: Range<usize>,
    /// The tokens of the value; empty if the target contains it.
    pub(super) value: Range<usize>,
}

/// Returns the items of a SET statement; the first token is `SET`. The forms that take the whole statement are one item.
pub(super) fn items(tokens: &GuardTokens<'_>) -> Vec<SetItem> {
    let mut found = Vec::new();
    let mut at = 1;
    while at < tokens.len() {
        let end = item_end(tokens, at);
        let item = item(tokens, at, end);
        let takes_all = matches!(item.target, SetTarget::Transaction(_) | SetTarget::Role | SetTarget::Other(_));
        if takes_all {
            let end = tokens.len();
            let value = item.value.start..end;
            let target = match item.target {
                // MariaDB would read what follows them as further items.
                SetTarget::Transaction(_) | SetTarget::Role if at > 1 => SetTarget::Malformed,
                SetTarget::Transaction(_) => SetTarget::Transaction(characteristics(tokens, value)),
                SetTarget::Role if !is_role_list(tokens, value) => SetTarget::Malformed,
                other => other,
            };
            found.push(SetItem { target, name: item.name, value: item.value.start..end });
            return found;
        }
        found.push(item);
        at = end + 1;
        if at == tokens.len() {
            // A comma ends the statement.
            found.push(SetItem { target: SetTarget::Malformed, name: end..at, value: at..at });
        }
    }
    if found.is_empty() {
        found.push(SetItem { target: SetTarget::Malformed, name: 0..1, value: 1..1 });
    }
    found
}

/// Whether the tokens are names of roles with commas between them, each with its host or without, and nothing else. One token for
/// each name, so that MariaDB, for which a comma begins another item of the SET, finds no assignment.
fn is_role_list(tokens: &GuardTokens<'_>, range: Range<usize>) -> bool {
    let mut at = range.start;
    if tokens.is(at, "ALL") && tokens.is(at + 1, "EXCEPT") {
        at += 2;
    }
    loop {
        if !matches!(tokens.kind(at), Some(TokenKind::Word | TokenKind::String | TokenKind::QuotedIdentifier)) {
            return false;
        }
        at += 1;
        if tokens.kind(at) == Some(TokenKind::Variable) && !tokens.text(at).starts_with("@@") {
            at += 1;
        }
        if at >= range.end {
            return at == range.end;
        }
        if !tokens.is_mark(at, ",") {
            return false;
        }
        at += 1;
    }
}

/// Returns the index of the comma that ends the item, or of the end of the statement.
fn item_end(tokens: &GuardTokens<'_>, first: usize) -> usize {
    let mut at = first;
    while at < tokens.len() && !tokens.is_mark(at, ",") {
        at = if tokens.is_mark(at, "(") { tokens.after_group(at) } else { at + 1 };
    }
    at.min(tokens.len())
}

fn item(tokens: &GuardTokens<'_>, first: usize, end: usize) -> SetItem {
    let whole = |target, name: Range<usize>| SetItem { target, value: name.end..end, name };
    match tokens.keyword(first).unwrap_or_default().as_str() {
        "NAMES" if !is_assigned(tokens, first) => {
            let collation = tokens.is(first + 2, "COLLATE").then(|| unquoted(tokens, first + 3));
            let is_whole = end == first + if collation.is_some() { 4 } else { 2 };
            let target = SetTarget::Names { charset: unquoted(tokens, first + 1), collation };
            return whole(if is_whole { target } else { SetTarget::Malformed }, first..end);
        }
        "CHARACTER" | "CHAR" if tokens.is(first + 1, "SET") => {
            let target = SetTarget::CharacterSet(unquoted(tokens, first + 2));
            return whole(if end == first + 3 { target } else { SetTarget::Malformed }, first..end);
        }
        "CHARSET" if !is_assigned(tokens, first) => {
            let target = SetTarget::CharacterSet(unquoted(tokens, first + 1));
            return whole(if end == first + 2 { target } else { SetTarget::Malformed }, first..end);
        }
        "TRANSACTION" if !is_assigned(tokens, first) => {
            return whole(SetTarget::Transaction(Vec::new()), first..first + 1);
        }
        "SESSION" | "LOCAL" if tokens.is(first + 1, "TRANSACTION") => {
            return whole(SetTarget::Transaction(Vec::new()), first..first + 2);
        }
        "ROLE" if !is_assigned(tokens, first) => return whole(SetTarget::Role, first..first + 1),
        word @ ("PASSWORD" | "DEFAULT" | "RESOURCE" | "STATEMENT") if !is_assigned(tokens, first) => {
            return whole(SetTarget::Other(word.to_owned()), first..first + 1);
        }
        "GLOBAL" | "PERSIST" | "PERSIST_ONLY" if !is_assigned(tokens, first) => {
            return whole(SetTarget::GlobalVariable, first..first + 1);
        }
        _ => {}
    }
    let name =
        if tokens.is_any(first, &["SESSION", "LOCAL"]) && !is_assigned(tokens, first) { first + 1 } else { first };
    let target =
        if is_assigned(tokens, name) && end > name + 2 { variable(tokens, name) } else { SetTarget::Malformed };
    SetItem { target, name: first..(name + 1).min(end), value: (name + 2).min(end)..end }
}

fn is_assigned(tokens: &GuardTokens<'_>, at: usize) -> bool {
    tokens.is_mark(at + 1, "=") || tokens.is_mark(at + 1, ":=")
}

fn variable(tokens: &GuardTokens<'_>, at: usize) -> SetTarget {
    let written = tokens.text(at).to_ascii_lowercase();
    match tokens.kind(at) {
        Some(TokenKind::Word | TokenKind::QuotedIdentifier) => SetTarget::SessionVariable(bare(&written)),
        Some(TokenKind::Variable) => match written.strip_prefix("@@") {
            None => SetTarget::UserVariable(user_variable(&written)),
            Some(name) => match name.split_once('.') {
                None => SetTarget::SessionVariable(bare(name)),
                Some(("session" | "local", name)) => SetTarget::SessionVariable(bare(name)),
                Some(("global" | "persist" | "persist_only", _)) => SetTarget::GlobalVariable,
                Some(_) => SetTarget::SessionVariable(name.to_owned()),
            },
        },
        _ => SetTarget::SessionVariable(written),
    }
}

/// Returns a name without the quotes around it.
fn bare(written: &str) -> String {
    if written.starts_with(['`', '"']) { unquoted_identifier(written) } else { written.to_owned() }
}

/// Returns the name of a user variable in lower case, without its `@` and its quotes. Servers ignore the case.
pub(super) fn user_variable(written: &str) -> String {
    let name = written.strip_prefix('@').unwrap_or(written);
    name.trim_matches(['`', '\'', '"']).to_lowercase()
}

/// Returns the text of a token in lower case, without its quotes.
pub(super) fn unquoted(tokens: &GuardTokens<'_>, at: usize) -> String {
    tokens.text(at).trim_matches(['\'', '"', '`']).to_ascii_lowercase()
}

/// Returns the characteristics of a transaction: the words between the commas, in upper case.
fn characteristics(tokens: &GuardTokens<'_>, range: Range<usize>) -> Vec<String> {
    let words: Vec<String> = range.map(|at| tokens.text(at).to_ascii_uppercase()).collect();
    words.split(|word| word == ",").map(|words| words.join(" ")).collect()
}
