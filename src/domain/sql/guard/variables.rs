//! Checks a SET statement: it may change user variables, and the session variables that [`variable_rules`](super::variable_rules)
//! allows. A SET to a value that rrx has pinned changes nothing, so it is accepted and not sent.

use std::ops::Range;

use super::refusal::Refusal;
use super::tokens::GuardTokens;
use super::variable_rules::{PinnedVariable, VariableRule, rule};
use super::verdict::{SessionPins, Verdict};
use crate::domain::sql::lex::TokenKind;
use crate::domain::sql::set_statement::{SetItem, SetTarget, items, unquoted};

/// The values that switch a variable on.
const ON: [&str; 3] = ["1", "on", "true"];
/// The hint for a character set.
const UTF8MB4: &str =
    "Leave it out: the session has utf8mb4, which has every character. CONVERT(x USING …) converts a text.";

/// Checks every item of a SET statement.
pub(super) fn check_set(tokens: &GuardTokens<'_>, pins: &SessionPins) -> Result<Verdict, Refusal> {
    let items = items(tokens);
    let verdicts = items
        .iter()
        .map(|item| check_item(tokens, item, pins).map(|verdict| (verdict, item)))
        .collect::<Result<Vec<_>, Refusal>>()?;
    for same in [Verdict::AlreadySo, Verdict::SendUnchanged] {
        if verdicts.iter().all(|(verdict, _)| *verdict == same) {
            return Ok(same);
        }
    }
    // Sent with the others, it would give the session the character set of the current database.
    let charset = verdicts.iter().find(|(_, item)| matches!(item.target, SetTarget::CharacterSet(_)));
    // DEFAULT is the value of the server, which only a SET that is not sent may name.
    let default = verdicts.iter().find(|(verdict, item)| {
        *verdict == Verdict::AlreadySo && item.value.len() == 1 && tokens.is(item.value.start, "DEFAULT")
    });
    if let Some((_, item)) = default {
        let what = "This DEFAULT cannot be sent with other variables: it is the value of the server.";
        return Err(refusal(tokens, item, what, "Leave it out: the session has no such limit."));
    }
    match charset {
        Some((_, item)) => {
            Err(refusal(tokens, item, "SET CHARACTER SET cannot be sent with other variables.", UTF8MB4))
        }
        None => Ok(Verdict::Send),
    }
}

fn refusal(tokens: &GuardTokens<'_>, item: &SetItem, what: impl Into<String>, hint: impl Into<String>) -> Refusal {
    let last = item.name.end.saturating_sub(1).max(item.name.start);
    let first = match item.target {
        // Without the word SESSION before it.
        SetTarget::SessionVariable(_) | SetTarget::Transaction(_) => last,
        SetTarget::UserVariable(_)
        | SetTarget::GlobalVariable
        | SetTarget::Names { .. }
        | SetTarget::CharacterSet(_)
        | SetTarget::Role
        | SetTarget::Other(_)
        | SetTarget::Malformed => item.name.start,
    };
    Refusal::new(tokens.span_between(first, last), what, hint)
}

fn check_item(tokens: &GuardTokens<'_>, item: &SetItem, pins: &SessionPins) -> Result<Verdict, Refusal> {
    let refuse = |what: &str, hint: &str| Err(refusal(tokens, item, what, hint));
    match &item.target {
        // User variables exist in the session only.
        SetTarget::UserVariable(_) | SetTarget::Role => Ok(Verdict::Send),
        SetTarget::SessionVariable(name) => check_variable(tokens, item, name, pins),
        SetTarget::GlobalVariable => {
            refuse("This SET changes the server for all users.", "Use SET SESSION, if the variable may be changed.")
        }
        SetTarget::Names { charset, collation } => match (charset.as_str(), collation) {
            ("utf8mb4", None) => Ok(Verdict::SendUnchanged),
            ("utf8mb4", Some(collation)) if is_utf8mb4(collation) => Ok(Verdict::Send),
            _ => refuse("The character set of the session is fixed, since it decides how text is read.", UTF8MB4),
        },
        SetTarget::CharacterSet(charset) if charset == "utf8mb4" => Ok(Verdict::AlreadySo),
        SetTarget::CharacterSet(_) => {
            refuse("The character set of the session is fixed, since it decides how text is read.", UTF8MB4)
        }
        SetTarget::Transaction(characteristics) => check_transaction(tokens, item, characteristics),
        SetTarget::Other(word) if word == "STATEMENT" => refuse(
            "SET STATEMENT changes variables for one statement.",
            "Set the variable first, then run the statement.",
        ),
        SetTarget::Other(_) => {
            refuse("This SET changes privileges or accounts, and rrx only reads.", "Ask an administrator.")
        }
        SetTarget::Malformed => refuse("This SET is not valid.", "Write SET name = value, or SET @name = value."),
    }
}

fn check_transaction(tokens: &GuardTokens<'_>, item: &SetItem, characteristics: &[String]) -> Result<Verdict, Refusal> {
    let mut verdict = Verdict::AlreadySo;
    for characteristic in characteristics {
        match characteristic.as_str() {
            "READ ONLY" => {}
            "ISOLATION LEVEL READ UNCOMMITTED"
            | "ISOLATION LEVEL READ COMMITTED"
            | "ISOLATION LEVEL REPEATABLE READ"
            | "ISOLATION LEVEL SERIALIZABLE" => verdict = Verdict::Send,
            "READ WRITE" => {
                let what = "Transactions of the session are always read-only.";
                return Err(refusal(tokens, item, what, "Leave the statement out: rrx only reads."));
            }
            _ => {
                let hint = "Write SET TRANSACTION ISOLATION LEVEL READ COMMITTED, or another level.";
                return Err(refusal(tokens, item, "This SET TRANSACTION is not valid.", hint));
            }
        }
    }
    Ok(verdict)
}

fn check_variable(
    tokens: &GuardTokens<'_>,
    item: &SetItem,
    name: &str,
    pins: &SessionPins,
) -> Result<Verdict, Refusal> {
    let value = Literal::of(tokens, item.value.clone());
    let refuse = |what: String, hint: &str| Err(refusal(tokens, item, what, hint));
    match rule(name) {
        VariableRule::Allowed => Ok(Verdict::Send),
        VariableRule::Pinned(pinned) if is_pinned_value(pinned, &value, pins) => Ok(Verdict::AlreadySo),
        VariableRule::Pinned(pinned) => {
            let (what, hint) = pinned_refusal(pinned);
            let zone = pins.time_zone.as_deref().unwrap_or("+00:00");
            refuse(format!("{name} {what}"), &hint.replace("SESSION_ZONE", zone))
        }
        VariableRule::TimeLimit(unit) => match shortest(&value, unit, pins) {
            Ok(()) => Ok(Verdict::Send),
            Err(most) => refuse(
                format!("A statement may only make {name} shorter, to a number above 0 and up to {most}."),
                "For more time, raise `seconds` or `fetch_seconds` in the `limits` of the profile.",
            ),
        },
        VariableRule::Collation if matches!(&value, Literal::Word(collation) if is_utf8mb4(collation)) => {
            Ok(Verdict::Send)
        }
        VariableRule::Collation => refuse(
            format!("{name} must be a collation of utf8mb4, which is the character set of the session."),
            "Write a collation whose name begins with utf8mb4_, or COLLATE in the statement itself.",
        ),
        VariableRule::Refused(reason, hint) => {
            refuse(format!("A statement may not change the variable {name}: it {reason}."), hint)
        }
    }
}

/// The value of a variable, as far as it is one literal.
enum Literal {
    /// A number, as it is written.
    Number(String),
    /// A word or a text, in lower case and without quotes.
    Word(String),
    /// Anything else.
    Expression,
}

impl Literal {
    fn of(tokens: &GuardTokens<'_>, value: Range<usize>) -> Self {
        if value.len() != 1 {
            return Self::Expression;
        }
        match tokens.kind(value.start) {
            Some(TokenKind::Number) => Self::Number(tokens.text(value.start).to_owned()),
            Some(TokenKind::Word | TokenKind::String | TokenKind::QuotedIdentifier) => {
                Self::Word(unquoted(tokens, value.start))
            }
            _ => Self::Expression,
        }
    }
}

fn is_utf8mb4(collation: &str) -> bool {
    collation.starts_with("utf8mb4_")
}

fn is_pinned_value(pinned: PinnedVariable, value: &Literal, pins: &SessionPins) -> bool {
    let text = match value {
        Literal::Number(text) | Literal::Word(text) => text.as_str(),
        Literal::Expression => return false,
    };
    match pinned {
        PinnedVariable::Autocommit | PinnedVariable::ReadOnly => ON.contains(&text),
        PinnedVariable::CharacterSet => text == "utf8mb4",
        PinnedVariable::TimeZone => pins.time_zone.as_ref().is_some_and(|zone| zone.eq_ignore_ascii_case(text)),
        PinnedVariable::SelectLimit => text == "default" || text == "18446744073709551615",
    }
}

fn pinned_refusal(pinned: PinnedVariable) -> (&'static str, &'static str) {
    match pinned {
        PinnedVariable::Autocommit => (
            "stays on: each statement is a transaction of its own.",
            "Leave it out: a SELECT sees the data at its start.",
        ),
        PinnedVariable::ReadOnly => ("stays on, since rrx only reads.", "Leave it out."),
        PinnedVariable::CharacterSet => ("stays utf8mb4, since it decides how text is read.", UTF8MB4),
        PinnedVariable::TimeZone => (
            "stays as the profile has it: the screen and the exports name it.",
            "Set `session.time_zone` in the profile, or use CONVERT_TZ(x, 'SESSION_ZONE', …) in the statement.",
        ),
        PinnedVariable::SelectLimit => {
            ("stays off: a hidden limit would cut results without a word.", "Write LIMIT in the statement.")
        }
    }
}

/// Checks a time limit. Returns the largest number that is allowed if the value is not a number up to it.
fn shortest(value: &Literal, unit: u64, pins: &SessionPins) -> Result<(), u64> {
    let most = pins.statement_seconds.unwrap_or(u64::from(u32::MAX)).saturating_mul(unit);
    // A smaller number would become 0, which means no limit. MariaDB counts in seconds with six decimals.
    let least = if unit == 1 { 0.001 } else { 1.0 };
    let number = match value {
        Literal::Number(text) => text.parse::<f64>().unwrap_or(0.0),
        Literal::Word(_) | Literal::Expression => 0.0,
    };
    #[expect(clippy::cast_precision_loss, reason = "a limit of more than 2^53 is no limit")]
    let is_shorter = number >= least && number <= most as f64;
    if is_shorter { Ok(()) } else { Err(most) }
}

/// Checks `SET_VAR(name = value)` in an optimizer hint, which changes a variable for its statement.
pub(super) fn check_hint(inside: &str, span: &Range<usize>) -> Result<(), Refusal> {
    const WORD: &str = "set_var";
    let lower = inside.to_ascii_lowercase();
    for (at, _) in lower.match_indices(WORD) {
        let rest = lower.get(at + WORD.len()..).unwrap_or_default().trim_start();
        let argument = rest.strip_prefix('(').unwrap_or_default().trim_start();
        let name: String = argument.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').collect();
        // The mode of the hint could count for the rest of the same text.
        if rule(&name) != VariableRule::Allowed || name == "sql_mode" {
            return Err(Refusal::new(
                span.clone(),
                format!("An optimizer hint may not change the variable {name}."),
                "Remove the SET_VAR from the hint.",
            ));
        }
    }
    Ok(())
}
