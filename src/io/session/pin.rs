//! Pins one connection: sets the variables that keep the session read-only and exact, reads them back, and refuses the
//! connection if one of them differs. The server's `sql_mode` stays, unless the profile names another.

use mysql_async::Conn;

use super::error::{NOT_READ_ONLY, SessionError};
use super::events::EventSender;
use super::internal_query::{self, PinnedVariables, SafeIdentifier};
use super::run_internal::{Batching, InternalBatch, allow_refusal, run_internal};
use super::server;
use super::server_timeout::{server_timeout, timeout_for};
use super::variables::ServerVariables;
use crate::domain::limits;
use crate::domain::problem::{Problem, ProblemKind};
use crate::domain::profile::{Profile, SessionTimeZone};

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
    /// The time zone that the session had before.
    pub(super) server_time_zone: String,
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
    Ok(Pins { pinned, read_back, server_time_zone: server_time_zone(&before) })
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
    if pinned.raises_wait_timeout {
        // First, because the connection may be closed within a second.
        allow_refusal(run_internal(conn, &internal_query::raise_wait_timeout(), events).await)?;
    }
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

/// Returns the time zone of a session that sets none. `SYSTEM` is the zone of the server's machine.
fn server_time_zone(before: &ServerVariables) -> String {
    let zone = before.get("time_zone").unwrap_or_default();
    let system = before.get("system_time_zone").filter(|_| zone.eq_ignore_ascii_case("SYSTEM"));
    system.filter(|system| !system.is_empty()).unwrap_or(zone).to_owned()
}

fn pinned_variables(before: &ServerVariables, profile: &Profile) -> Result<PinnedVariables, SessionError> {
    let safe = |name: &'static str, value: &str| {
        SafeIdentifier::new(value).ok_or_else(|| SessionError::UnsafeSetting { name, value: value.to_owned() })
    };
    Ok(PinnedVariables {
        sql_mode: profile.sql_mode.as_deref().map(|mode| safe("session.sql_mode", mode)).transpose()?,
        time_zone: match &profile.time_zone {
            SessionTimeZone::Server => None,
            SessionTimeZone::Fixed(zone) => Some(safe("session.time_zone", zone)?),
        },
        group_concat_max_len: before.get("group_concat_max_len").map(|_| profile.group_concat_max_len),
        timeout: server_timeout(before, timeout_for(profile.limits.first_row, profile.limits.fetch)),
        lifts_select_limit: before.get("sql_select_limit").is_some(),
        raises_wait_timeout: before.wait_timeout().is_some_and(|seconds| seconds < limits::WAIT_TIMEOUT_LEAST),
    })
}

/// Returns whether a mode has all these flags. The server adds flags to some of them: `ANSI` sets `ANSI_QUOTES` too.
fn has_flags(mode: &str, flags: &str) -> bool {
    let has = |flag: &str| mode.split(',').any(|set| set.eq_ignore_ascii_case(flag));
    flags.split(',').filter(|flag| !flag.is_empty()).all(has)
}

/// Compares the actual values with those that were set.
fn verify(after: &ServerVariables, pinned: &PinnedVariables) -> Result<(), SessionError> {
    let mode = after.get("sql_mode").unwrap_or_default();
    if let Some(requested) = &pinned.sql_mode
        && !has_flags(mode, requested.text())
    {
        return Err(mismatch("sql_mode", requested.text(), mode));
    }
    let group_concat = pinned.group_concat_max_len.map(|bytes| bytes.to_string());
    let mut expected_values = vec![
        ("character_set_client", "utf8mb4"),
        ("character_set_connection", "utf8mb4"),
        ("character_set_results", "utf8mb4"),
    ];
    expected_values.extend(pinned.time_zone.as_ref().map(|zone| ("time_zone", zone.text())));
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
    fn the_time_zone_of_the_server_is_that_of_its_machine_where_it_says_system() {
        let zone = |pairs: &[(&str, &str)]| server_time_zone(&ServerVariables::of(pairs));
        assert_eq!(zone(&[("time_zone", "SYSTEM"), ("system_time_zone", "CEST")]), "CEST");
        assert_eq!(zone(&[("time_zone", "Europe/Berlin"), ("system_time_zone", "UTC")]), "Europe/Berlin");
        assert_eq!(zone(&[("time_zone", "SYSTEM")]), "SYSTEM");
    }

    #[test]
    fn a_mode_may_have_more_flags_than_the_profile_names() {
        assert!(has_flags("REAL_AS_FLOAT,PIPES_AS_CONCAT,ANSI_QUOTES,IGNORE_SPACE,ANSI", "ansi"));
        assert!(has_flags("ANSI_QUOTES", "") && !has_flags("ANSI_QUOTES", "ANSI_QUOTES,PIPES_AS_CONCAT"));
    }

    fn pinned() -> PinnedVariables {
        PinnedVariables {
            sql_mode: SafeIdentifier::new("ANSI_QUOTES"),
            time_zone: SafeIdentifier::new("+00:00"),
            group_concat_max_len: Some(1024),
            timeout: None,
            lifts_select_limit: false,
            raises_wait_timeout: false,
        }
    }

    const GOOD: [(&str, &str); 8] = [
        ("sql_mode", "ANSI_QUOTES"),
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
            pairs.push((name, "OFF"));
            assert!(verify(&ServerVariables::of(&pairs), &pinned()).is_err(), "{name}");
        }
    }

    #[test]
    fn a_server_without_a_read_only_variable_is_refused() {
        assert!(verify(&ServerVariables::of(&GOOD[..7]), &pinned()).is_err());
    }
}
