//! SET of what a client sets at sign-in. All assignments of one SET hold, or none.

use rusqlite::types::Value;

use super::engine;
use super::refuse;
use super::session::Session;
use super::tokens::{Kind, Token, Walk};
use super::variables::{Setting, Variables};
use crate::demo::translate::{SqlError, Variable};

/// A value as it is written: its text and its tokens.
type Written<'a> = (&'a str, &'a [Token]);

/// `SET …`, without its first word.
pub(super) async fn answer(session: &mut Session, mut walk: Walk<'_>) -> Result<(), SqlError> {
    let mut variables = session.variables.clone();
    loop {
        if let Some((name, value)) = one(&mut walk, &mut variables)? {
            let value = evaluate(session, &variables, value).await?;
            variables.set(&name, value)?;
        }
        if walk.is_done() {
            session.variables = variables;
            return Ok(());
        }
        if !walk.sign(',') {
            return Err(refuse::syntax(walk.rest()));
        }
    }
}

/// Reads one assignment; the special forms are done at once.
fn one<'a>(walk: &mut Walk<'a>, variables: &mut Variables) -> Result<Option<(String, Written<'a>)>, SqlError> {
    if walk.word("NAMES") {
        names(walk, variables)?;
        return Ok(None);
    }
    if walk.words(&["CHARACTER", "SET"]) || walk.word("CHARSET") {
        let charset = walk.string().or_else(|| walk.name()).ok_or_else(|| refuse::syntax(walk.rest()))?;
        variables.set_names(&charset, None)?;
        return Ok(None);
    }
    let special = ["STATEMENT", "PASSWORD", "ROLE"];
    if let Some(word) = special.iter().find(|word| walk.peek().is_some_and(|token| token.is(word))) {
        return Err(refuse::unsupported(format!("SET {word}")));
    }
    let is_global = walk.any(&["GLOBAL", "PERSIST"]);
    let is_session = !is_global && walk.any(&["SESSION", "LOCAL"]);
    if walk.word("TRANSACTION") {
        if is_global {
            return Err(denied());
        }
        transaction(walk, variables, is_session)?;
        return Ok(None);
    }
    let name = target(walk)?;
    if is_global {
        return Err(denied());
    }
    if !(walk.sign('=') || (walk.sign(':') && walk.sign('='))) {
        return Err(refuse::syntax(walk.rest()));
    }
    Ok(Some((name, value(walk)?)))
}

fn denied() -> SqlError {
    refuse::error(1227, "42000", "Access denied; you need (at least one of) the SUPER privilege(s) for this operation")
}

fn names(walk: &mut Walk<'_>, variables: &mut Variables) -> Result<(), SqlError> {
    let charset = walk.string().or_else(|| walk.name()).ok_or_else(|| refuse::syntax(walk.rest()))?;
    let collation = if walk.word("COLLATE") { walk.string().or_else(|| walk.name()) } else { None };
    variables.set_names(&charset, collation.as_deref())
}

fn transaction(walk: &mut Walk<'_>, variables: &mut Variables, is_session: bool) -> Result<(), SqlError> {
    loop {
        let (name, value) = if walk.words(&["READ", "ONLY"]) {
            ("tx_read_only", Setting::Switch(true))
        } else if walk.words(&["READ", "WRITE"]) {
            ("tx_read_only", Setting::Switch(false))
        } else if walk.words(&["ISOLATION", "LEVEL"]) {
            let mut level = Vec::new();
            while let Some(word) = walk.name() {
                level.push(word);
            }
            ("tx_isolation", Setting::Text(level.join("-")))
        } else {
            return Err(refuse::syntax(walk.rest()));
        };
        // Without SESSION it holds for the next transaction only, and that reads either way.
        if is_session {
            variables.set(name, Some(value))?;
        }
        if !walk.sign(',') {
            return Ok(());
        }
    }
}

/// The variable that is set.
fn target(walk: &mut Walk<'_>) -> Result<String, SqlError> {
    let near = walk.rest();
    let token = walk.next().ok_or_else(|| refuse::syntax(near))?;
    if token.kind != Kind::Variable {
        let is_name = matches!(token.kind, Kind::Word | Kind::Name);
        return if is_name { Ok(token.text.clone()) } else { Err(refuse::syntax(near)) };
    }
    let Some(name) = token.text.strip_prefix("@@") else {
        return Err(refuse::unsupported("user variables"));
    };
    match name.split_once('.') {
        None => Ok(name.into()),
        Some((scope, name)) if ["session", "local"].iter().any(|word| scope.eq_ignore_ascii_case(word)) => {
            Ok(name.into())
        }
        Some((scope, _)) if scope.eq_ignore_ascii_case("global") => Err(denied()),
        Some(_) => Err(refuse::syntax(near)),
    }
}

/// The tokens up to the next comma that is not in brackets.
fn value<'a>(walk: &mut Walk<'a>) -> Result<Written<'a>, SqlError> {
    let (text, tokens) = (walk.rest(), walk.left());
    let begin = tokens.first().map(|token| token.start).ok_or_else(|| refuse::syntax(""))?;
    let (mut depth, mut count, mut end) = (0_usize, 0, begin);
    while let Some(token) = walk.peek() {
        if token.is_sign('(') {
            depth += 1;
        } else if token.is_sign(')') {
            depth = depth.saturating_sub(1);
        } else if token.is_sign(',') && depth == 0 {
            break;
        }
        end = token.end;
        count += 1;
        walk.next();
    }
    if count == 0 {
        return Err(refuse::syntax(text));
    }
    Ok((text.get(..end - begin).unwrap_or_default(), tokens.get(..count).unwrap_or_default()))
}

/// The value; `None` is DEFAULT.
async fn evaluate(
    session: &mut Session,
    variables: &Variables,
    (text, tokens): Written<'_>,
) -> Result<Option<Setting>, SqlError> {
    match tokens {
        [token] if token.is("DEFAULT") => return Ok(None),
        [token] => match token.kind {
            Kind::Word | Kind::Name | Kind::String => return Ok(Some(Setting::Text(token.text.clone()))),
            Kind::Number => return number(&token.text).map(Some),
            Kind::Variable => {
                let name = token.text.trim_start_matches('@');
                let name = name.rsplit('.').next().unwrap_or(name);
                let known = variables.get(name).ok_or_else(|| refuse::unknown_variable(name))?;
                return Ok(Some(match known {
                    Variable::Text(text) => Setting::Text(text),
                    Variable::Integer(number) => Setting::Number(number),
                }));
            }
            Kind::Sign | Kind::Broken => {}
        },
        [sign, token] if sign.is_sign('-') && token.kind == Kind::Number => {
            return number(&format!("-{}", token.text)).map(Some);
        }
        _ => {}
    }
    expression(session, text).await.map(Some)
}

fn number(text: &str) -> Result<Setting, SqlError> {
    if let Ok(number) = text.parse() {
        return Ok(Setting::Number(number));
    }
    if text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Ok(Setting::Text(text.into()));
    }
    text.parse().map(Setting::Seconds).map_err(|_| refuse::syntax(text))
}

/// Any other expression is what a select of it gives.
async fn expression(session: &mut Session, text: &str) -> Result<Setting, SqlError> {
    let moment = session.moment();
    let translated = moment.translate(&format!("SELECT {text}"), &[])?;
    let handle = session.take_handle().await?;
    let rows = engine::collect(&handle, &translated.sql, 1);
    session.keep_handle(handle);
    let rows = rows.map_err(|error| refuse::from_sqlite(&error))?;
    match rows.into_iter().next().and_then(|row| row.into_iter().next()) {
        Some(Value::Integer(number)) => Ok(Setting::Number(number)),
        Some(Value::Real(number)) => Ok(Setting::Seconds(number)),
        Some(Value::Text(text)) => Ok(Setting::Text(text)),
        Some(Value::Blob(bytes)) => Ok(Setting::Text(String::from_utf8_lossy(&bytes).into_owned())),
        Some(Value::Null) | None => Err(refuse::unsupported("SET to NULL")),
    }
}
