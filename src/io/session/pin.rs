//! Pins one connection: sets the variables that decide how the server reads a statement and that keep the session
//! read-only, reads them back, and refuses the connection if one of them differs.

use mysql_async::Conn;

use super::error::{NOT_READ_ONLY, SessionError};
use super::events::EventSender;
use super::internal_query::{self, PinnedVariables, SafeIdentifier};
use super::run_internal::{Batching, InternalBatch, allow_refusal, run_internal};
use super::server;
use super::server_timeout::{server_timeout, timeout_for};
use super::variables::ServerVariables;
use crate::domain::problem::{Problem, ProblemKind};
use crate::domain::profile::Profile;

/// Flags of `sql_mode` that change how a text is read, and the modes that combine several of them.
const SYNTAX_FLAGS: [&str; 12] = [
    "NO_BACKSLASH_ESCAPES",
    "ANSI_QUOTES",
    "PIPES_AS_CONCAT",
    "IGNORE_SPACE",
    "HIGH_NOT_PRECEDENCE",
    "EMPTY_STRING_IS_NULL",
    "ANSI",
    "ORACLE",
    "DB2",
    "MAXDB",
    "MSSQL",
    "POSTGRESQL",
];

/// Returns the server's mode without the flags that change how a text is read.
fn without_syntax_flags(mode: &str) -> String {
    let kept: Vec<&str> = mode
        .split(',')
        .map(str::trim)
        .filter(|flag| !flag.is_empty() && !SYNTAX_FLAGS.contains(&flag.to_ascii_uppercase().as_str()))
        .collect();
    kept.join(",")
}

/// The state of a connection after it was pinned.
pub(super) struct ReadBack {
    pub(super) variables: ServerVariables,
    /// How internal queries are sent to this server.
    pub(super) batching: Batching,
}

/// What the first connection was pinned to, and its state after that.
pub(super) struct Pins {
    pub(super) pinned: PinnedVariables,
    pub(super) read_back: ReadBack,
}

/// Pins the first connection with the settings of the profile, and reads the variables back.
pub(super) async fn pin(
    conn: &mut Conn,
    profile: &Profile,
    batching: Batching,
    events: &EventSender,
) -> Result<Pins, SessionError> {
    let mut before = ServerVariables::read(conn, &internal_query::variables(), events).await?;
    if before.may_be_cut() {
        allow_refusal(run_internal(conn, &internal_query::lift_select_limit(), events).await)?;
        before = ServerVariables::read(conn, &internal_query::variables(), events).await?;
    }
    let pinned = pinned_variables(&before, profile)?;
    let batching = match batching {
        Batching::Together => server::batching(&before),
        Batching::OneByOne => batching,
    };
    let read_back = pin_to(conn, &pinned, batching, events).await?;
    Ok(Pins { pinned, read_back })
}

/// Pins a connection to these variables and reads them back. This is all that a further connection to the same server needs.
///
/// Each answer is checked separately, although the queries may be sent together. The last answer contains the actual
/// values.
pub(super) async fn pin_to(
    conn: &mut Conn,
    pinned: &PinnedVariables,
    batching: Batching,
    events: &EventSender,
) -> Result<ReadBack, SessionError> {
    let (pin, read_only, variables) =
        (internal_query::pin(pinned), internal_query::read_only(), internal_query::variables());
    let mut batch = InternalBatch::send(conn, &[&pin, &read_only, &variables], batching, events).await?;
    batch.answer(conn, &pin, events).await?;
    batch.answer(conn, &read_only, events).await.map_err(SessionError::into_not_read_only)?;
    let answer = batch.answer(conn, &variables, events).await;
    let after = ServerVariables::from_answer(answer, conn, events).await?;
    verify(&after, pinned)?;
    Ok(ReadBack { variables: after, batching: batch.batching })
}

fn pinned_variables(before: &ServerVariables, profile: &Profile) -> Result<PinnedVariables, SessionError> {
    let mode = without_syntax_flags(before.get("sql_mode").unwrap_or_default());
    let safe = |name: &'static str, value: &str| {
        SafeIdentifier::new(value).ok_or_else(|| SessionError::UnsafeSetting { name, value: value.to_owned() })
    };
    Ok(PinnedVariables {
        sql_mode: safe("sql_mode", &mode)?,
        time_zone: safe("session.time_zone", &profile.time_zone)?,
        group_concat_max_len: before.get("group_concat_max_len").map(|_| profile.group_concat_max_len),
        timeout: server_timeout(before, timeout_for(profile.limits.first_row, profile.limits.fetch)),
        lifts_select_limit: before.get("sql_select_limit").is_some(),
    })
}

/// Compares the actual values with those that were set.
fn verify(after: &ServerVariables, pinned: &PinnedVariables) -> Result<(), SessionError> {
    let mode = after.get("sql_mode").unwrap_or_default();
    if without_syntax_flags(mode) != mode {
        return Err(mismatch("sql_mode", pinned.sql_mode.text(), mode));
    }
    let group_concat = pinned.group_concat_max_len.map(|bytes| bytes.to_string());
    let mut expected_values = vec![
        ("character_set_client", "utf8mb4"),
        ("character_set_connection", "utf8mb4"),
        ("character_set_results", "utf8mb4"),
        ("time_zone", pinned.time_zone.text()),
    ];
    expected_values.extend(group_concat.as_deref().map(|bytes| ("group_concat_max_len", bytes)));
    let no_limit = u64::MAX.to_string();
    if pinned.lifts_select_limit {
        expected_values.push(("sql_select_limit", no_limit.as_str()));
    }
    for (name, expected) in expected_values {
        let found = after.get(name).unwrap_or_default();
        if !found.eq_ignore_ascii_case(expected) {
            return Err(mismatch(name, expected, found));
        }
    }
    if after.is_on("autocommit") != Some(true) {
        return Err(mismatch("autocommit", "ON", after.get("autocommit").unwrap_or_default()));
    }
    // MySQL 8 knows the first variable, MariaDB before 11.1 the second, some versions in between both.
    match after.is_on("transaction_read_only").or_else(|| after.is_on("tx_read_only")) {
        Some(true) => Ok(()),
        Some(false) => Err(mismatch("transaction_read_only", "ON", "OFF")),
        None => Err(SessionError::Reported(
            Problem::new(ProblemKind::Refused, NOT_READ_ONLY)
                .because("the server has neither transaction_read_only nor tx_read_only")
                .hint("use a server with MySQL 5.7.20 or MariaDB 10.0, or newer"),
        )),
    }
}

fn mismatch(name: &'static str, expected: &str, found: &str) -> SessionError {
    SessionError::VariableMismatch { name, expected: expected.to_owned(), found: found.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flags_that_change_how_a_text_is_read_are_removed_and_others_stay() {
        assert_eq!(
            without_syntax_flags("REAL_AS_FLOAT,PIPES_AS_CONCAT,ANSI_QUOTES,IGNORE_SPACE,ANSI"),
            "REAL_AS_FLOAT"
        );
        assert_eq!(without_syntax_flags("STRICT_TRANS_TABLES,NO_BACKSLASH_ESCAPES"), "STRICT_TRANS_TABLES");
        assert_eq!(without_syntax_flags(""), "");
    }

    fn pinned() -> PinnedVariables {
        PinnedVariables {
            sql_mode: SafeIdentifier::new("").unwrap(),
            time_zone: SafeIdentifier::new("+00:00").unwrap(),
            group_concat_max_len: Some(1024),
            timeout: None,
            lifts_select_limit: false,
        }
    }

    const GOOD: [(&str, &str); 8] = [
        ("sql_mode", ""),
        ("character_set_client", "utf8mb4"),
        ("character_set_connection", "utf8mb4"),
        ("character_set_results", "utf8mb4"),
        ("time_zone", "+00:00"),
        ("group_concat_max_len", "1024"),
        ("autocommit", "ON"),
        ("tx_read_only", "ON"),
    ];

    #[test]
    fn a_connection_on_which_any_variable_differs_is_refused() {
        assert!(verify(&ServerVariables::of(&GOOD), &pinned()).is_ok());
        for (name, _) in GOOD {
            let mut pairs = GOOD.to_vec();
            pairs.retain(|(other, _)| *other != name);
            pairs.push((name, if name == "sql_mode" { "ANSI_QUOTES" } else { "OFF" }));
            assert!(verify(&ServerVariables::of(&pairs), &pinned()).is_err(), "{name}");
        }
    }

    #[test]
    fn a_server_without_a_read_only_variable_is_refused() {
        assert!(verify(&ServerVariables::of(&GOOD[..7]), &pinned()).is_err());
    }
}
