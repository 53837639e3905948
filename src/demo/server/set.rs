//! SET of session variables. Either all assignments of one SET take effect, or none.

use rusqlite::types::Value;

use super::errors;
use super::select_task;
use super::session::Session;
use super::tokens::{Token, TokenCursor, TokenKind};
use super::variables::{VariableValue, Variables};
use crate::demo::translate::{SqlError, Variable};

/// A value that is not evaluated yet: its text and its tokens.
type ValueExpr<'a> = (&'a str, &'a [Token]);

/// Runs `SET …`. The cursor is after SET.
pub(super) async fn run(session: &mut Session, mut cursor: TokenCursor<'_>) -> Result<(), SqlError> {
    let mut variables = session.variables.clone();
    loop {
        if let Some((name, value)) = parse_assignment(&mut cursor, &mut variables)? {
            let value = evaluate(session, &variables, value).await?;
            variables.set(&name, value)?;
        }
        if cursor.is_at_end() {
            session.variables = variables;
            return Ok(());
        }
        if !cursor.accept_sign(',') {
            return Err(errors::syntax_error(cursor.remaining_text()));
        }
    }
}

/// Parses one assignment. NAMES, CHARACTER SET and TRANSACTION are applied at once.
fn parse_assignment<'a>(
    cursor: &mut TokenCursor<'a>,
    variables: &mut Variables,
) -> Result<Option<(String, ValueExpr<'a>)>, SqlError> {
    if cursor.accept_word("NAMES") {
        set_names(cursor, variables)?;
        return Ok(None);
    }
    if cursor.accept_words(&["CHARACTER", "SET"]) || cursor.accept_word("CHARSET") {
        let charset = cursor
            .accept_string()
            .or_else(|| cursor.accept_name())
            .ok_or_else(|| errors::syntax_error(cursor.remaining_text()))?;
        variables.set_names(&charset, None)?;
        return Ok(None);
    }
    let special = ["STATEMENT", "PASSWORD", "ROLE"];
    if let Some(word) = special.iter().find(|word| cursor.peek().is_some_and(|token| token.is_word(word))) {
        return Err(errors::unsupported(format!("SET {word}")));
    }
    let is_global = cursor.accept_any(&["GLOBAL", "PERSIST"]);
    let is_session = !is_global && cursor.accept_any(&["SESSION", "LOCAL"]);
    if cursor.accept_word("TRANSACTION") {
        if is_global {
            return Err(global_denied());
        }
        set_transaction(cursor, variables, is_session)?;
        return Ok(None);
    }
    let name = parse_variable_name(cursor)?;
    if is_global {
        return Err(global_denied());
    }
    if !(cursor.accept_sign('=') || (cursor.accept_sign(':') && cursor.accept_sign('='))) {
        return Err(errors::syntax_error(cursor.remaining_text()));
    }
    Ok(Some((name, parse_value(cursor)?)))
}

fn global_denied() -> SqlError {
    errors::error(1227, "42000", "Access denied; you need (at least one of) the SUPER privilege(s) for this operation")
}

fn set_names(cursor: &mut TokenCursor<'_>, variables: &mut Variables) -> Result<(), SqlError> {
    let charset = cursor
        .accept_string()
        .or_else(|| cursor.accept_name())
        .ok_or_else(|| errors::syntax_error(cursor.remaining_text()))?;
    let collation =
        if cursor.accept_word("COLLATE") { cursor.accept_string().or_else(|| cursor.accept_name()) } else { None };
    variables.set_names(&charset, collation.as_deref())
}

fn set_transaction(cursor: &mut TokenCursor<'_>, variables: &mut Variables, is_session: bool) -> Result<(), SqlError> {
    loop {
        let (name, value) = if cursor.accept_words(&["READ", "ONLY"]) {
            ("tx_read_only", VariableValue::Switch(true))
        } else if cursor.accept_words(&["READ", "WRITE"]) {
            ("tx_read_only", VariableValue::Switch(false))
        } else if cursor.accept_words(&["ISOLATION", "LEVEL"]) {
            let mut level = Vec::new();
            while let Some(word) = cursor.accept_name() {
                level.push(word);
            }
            ("tx_isolation", VariableValue::Text(level.join("-")))
        } else {
            return Err(errors::syntax_error(cursor.remaining_text()));
        };
        // Without SESSION it applies only to the next transaction, which makes no difference here.
        if is_session {
            variables.set(name, Some(value))?;
        }
        if !cursor.accept_sign(',') {
            return Ok(());
        }
    }
}

/// Parses the variable that is set.
fn parse_variable_name(cursor: &mut TokenCursor<'_>) -> Result<String, SqlError> {
    let near = cursor.remaining_text();
    let token = cursor.next().ok_or_else(|| errors::syntax_error(near))?;
    if token.kind != TokenKind::Variable {
        let is_name = matches!(token.kind, TokenKind::Word | TokenKind::Name);
        return if is_name { Ok(token.text.clone()) } else { Err(errors::syntax_error(near)) };
    }
    let Some(name) = token.text.strip_prefix("@@") else {
        return Err(errors::unsupported("user variables"));
    };
    match name.split_once('.') {
        None => Ok(name.into()),
        Some((scope, name)) if ["session", "local"].iter().any(|word| scope.eq_ignore_ascii_case(word)) => {
            Ok(name.into())
        }
        Some((scope, _)) if scope.eq_ignore_ascii_case("global") => Err(global_denied()),
        Some(_) => Err(errors::syntax_error(near)),
    }
}

/// Consumes the tokens up to the next comma outside brackets.
fn parse_value<'a>(cursor: &mut TokenCursor<'a>) -> Result<ValueExpr<'a>, SqlError> {
    let (text, tokens) = (cursor.remaining_text(), cursor.remaining());
    let begin = tokens.first().map(|token| token.start).ok_or_else(|| errors::syntax_error(""))?;
    let (mut depth, mut count, mut end) = (0_usize, 0, begin);
    while let Some(token) = cursor.peek() {
        if token.is_sign('(') {
            depth += 1;
        } else if token.is_sign(')') {
            depth = depth.saturating_sub(1);
        } else if token.is_sign(',') && depth == 0 {
            break;
        }
        end = token.end;
        count += 1;
        cursor.next();
    }
    if count == 0 {
        return Err(errors::syntax_error(text));
    }
    Ok((text.get(..end - begin).unwrap_or_default(), tokens.get(..count).unwrap_or_default()))
}

/// Evaluates a value. Returns `None` for DEFAULT.
async fn evaluate(
    session: &mut Session,
    variables: &Variables,
    (text, tokens): ValueExpr<'_>,
) -> Result<Option<VariableValue>, SqlError> {
    match tokens {
        [token] if token.is_word("DEFAULT") => return Ok(None),
        [token] => match token.kind {
            TokenKind::Word | TokenKind::Name | TokenKind::String => {
                return Ok(Some(VariableValue::Text(token.text.clone())));
            }
            TokenKind::Number => return parse_number(&token.text).map(Some),
            TokenKind::Variable => {
                let name = token.text.trim_start_matches('@');
                let name = name.rsplit('.').next().unwrap_or(name);
                let known = variables.get(name).ok_or_else(|| errors::unknown_variable(name))?;
                return Ok(Some(match known {
                    Variable::Text(text) => VariableValue::Text(text),
                    Variable::Integer(number) => VariableValue::Number(number),
                }));
            }
            TokenKind::Sign | TokenKind::Broken => {}
        },
        [sign, token] if sign.is_sign('-') && token.kind == TokenKind::Number => {
            return parse_number(&format!("-{}", token.text)).map(Some);
        }
        _ => {}
    }
    evaluate_expression(session, text).await.map(Some)
}

fn parse_number(text: &str) -> Result<VariableValue, SqlError> {
    if let Ok(number) = text.parse() {
        return Ok(VariableValue::Number(number));
    }
    if text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Ok(VariableValue::Text(text.into()));
    }
    text.parse().map(VariableValue::Seconds).map_err(|_| errors::syntax_error(text))
}

/// Evaluates any other expression as `SELECT expression`.
async fn evaluate_expression(session: &mut Session, text: &str) -> Result<VariableValue, SqlError> {
    let translated = session.statement_context().translate(&format!("SELECT {text}"), &[])?;
    let sqlite = session.take_sqlite().await?;
    let rows = select_task::query_all(&sqlite, &translated.sql, 1);
    session.return_sqlite(sqlite);
    let rows = rows.map_err(|error| errors::from_sqlite(&error))?;
    match rows.into_iter().next().and_then(|row| row.into_iter().next()) {
        Some(Value::Integer(number)) => Ok(VariableValue::Number(number)),
        Some(Value::Real(number)) => Ok(VariableValue::Seconds(number)),
        Some(Value::Text(text)) => Ok(VariableValue::Text(text)),
        Some(Value::Blob(bytes)) => Ok(VariableValue::Text(String::from_utf8_lossy(&bytes).into_owned())),
        Some(Value::Null) | None => Err(errors::unsupported("SET to NULL")),
    }
}
