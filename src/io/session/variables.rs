//! The server's variables: reads them, and checks that no statement changed one that keeps the session safe.

use std::collections::HashMap;
use std::time::Duration;

use mysql_async::{Conn, Row};

use super::convert;
use super::error::SessionError;
use super::events::EventSender;
use super::internal_query::{self, InternalQuery};
use super::run_internal::run_internal;
use crate::domain::limits;

/// The server's variables by name, in lower case.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct ServerVariables(HashMap<String, String>);

impl ServerVariables {
    /// Reads the variables that the query asks for.
    pub(super) async fn read(
        conn: &mut Conn,
        query: &InternalQuery,
        events: &EventSender,
    ) -> Result<Self, SessionError> {
        let answer = run_internal(conn, query, events).await;
        Self::from_answer(answer, conn, events).await
    }

    /// Converts the server's answer. If the server refused the query, reads all variables.
    pub(super) async fn from_answer(
        answer: Result<Vec<Row>, SessionError>,
        conn: &mut Conn,
        events: &EventSender,
    ) -> Result<Self, SessionError> {
        let rows = match answer {
            // Some engines know SHOW VARIABLES, but not its WHERE.
            Err(refusal) if refusal.is_refusal() => {
                match run_internal(conn, &internal_query::all_variables(), events).await {
                    // The server closed the connection after its refusal, which is the reason.
                    Err(error) if error.is_broken_connection() => return Err(refusal),
                    answer => answer?,
                }
            }
            other => other?,
        };
        let pairs =
            rows.iter().filter_map(|row| Some((convert::text(row, 0)?.to_ascii_lowercase(), convert::text(row, 1)?)));
        Ok(Self(pairs.collect()))
    }

    /// Returns the value of a variable, if the server knows it.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    /// Returns whether a variable is switched on; `None` if the server does not know it.
    pub(super) fn is_on(&self, name: &str) -> Option<bool> {
        self.get(name).map(|value| !matches!(value.to_ascii_uppercase().as_str(), "OFF" | "0" | "NO" | ""))
    }

    /// Returns how long a connection may be idle before the server closes it, in seconds.
    pub(super) fn wait_timeout(&self) -> Option<u64> {
        self.get("wait_timeout")?.parse().ok()
    }

    /// Returns the interval of pings: often enough that the server does not close an idle connection.
    pub(super) fn heartbeat(&self) -> Duration {
        let wait = self.wait_timeout().map_or(Duration::MAX, Duration::from_secs);
        (wait / limits::HEARTBEATS_A_WAIT).clamp(limits::HEARTBEAT_LEAST, limits::HEARTBEAT)
    }

    /// Returns whether rows may be missing: MySQL cuts the rows of SHOW by `sql_select_limit`, in any order. If the
    /// answer has no `sql_select_limit`, that row itself may have been cut.
    pub(super) fn may_be_cut(&self) -> bool {
        self.get("sql_select_limit") != Some(u64::MAX.to_string().as_str())
    }

    /// Reads the variables again, and fails if one that no statement may change is different. A stored function can
    /// change them; then a later statement could write, or the server would read it differently than the guard did.
    pub(super) async fn check_unchanged(&self, conn: &mut Conn, events: &EventSender) -> Result<(), SessionError> {
        self.compare(&Self::read(conn, &internal_query::variables(), events).await?)
    }

    fn compare(&self, after: &Self) -> Result<(), SessionError> {
        match FIXED.into_iter().find(|name| self.get(name) != after.get(name)) {
            None => Ok(()),
            Some(name) => Err(SessionError::VariableMismatch {
                name,
                expected: self.get(name).unwrap_or_default().to_owned(),
                found: after.get(name).unwrap_or_default().to_owned(),
            }),
        }
    }

    /// Takes in the value that the user has given a variable.
    pub(super) fn set(&mut self, name: &str, value: &str) {
        self.0.insert(name.to_owned(), value.to_owned());
    }

    #[cfg(test)]
    pub(super) fn of(pairs: &[(&str, &str)]) -> Self {
        Self(pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect())
    }
}

/// Variables that keep their pinned value for the whole session. Those that the guard allows a SET to change are not here.
const FIXED: [&str; 9] = [
    "transaction_read_only",
    "tx_read_only",
    "autocommit",
    "sql_mode",
    "character_set_client",
    "character_set_connection",
    "character_set_results",
    "time_zone",
    "sql_select_limit",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_changed_variable_is_found_unless_a_set_may_change_it() {
        let pairs = [
            ("sql_mode", ""),
            ("character_set_client", "utf8mb4"),
            ("character_set_connection", "utf8mb4"),
            ("character_set_results", "utf8mb4"),
            ("time_zone", "+00:00"),
            ("group_concat_max_len", "1024"),
            ("autocommit", "ON"),
            ("tx_read_only", "ON"),
        ];
        let before = ServerVariables::of(&pairs);
        assert!(before.compare(&before.clone()).is_ok());
        for (name, _) in pairs {
            let mut changed = pairs.to_vec();
            changed.retain(|(other, _)| *other != name);
            let is_found = before.compare(&ServerVariables::of(&changed)).is_err();
            assert_eq!(is_found, name != "group_concat_max_len", "{name}");
        }
    }

    #[test]
    fn pings_come_three_times_before_the_server_closes_an_idle_connection() {
        let heartbeat = |seconds| ServerVariables::of(&[("wait_timeout", seconds)]).heartbeat();
        assert_eq!(ServerVariables::default().heartbeat(), limits::HEARTBEAT);
        assert_eq!([heartbeat("28800"), heartbeat("15")], [limits::HEARTBEAT; 2]);
        assert_eq!(heartbeat("3"), Duration::from_secs(1));
        assert!(heartbeat("1") < Duration::from_millis(334) && heartbeat("0") == limits::HEARTBEAT_LEAST);
    }

    #[test]
    fn an_answer_that_a_select_limit_may_have_cut_is_not_complete() {
        // What MySQL answers under sql_select_limit = 2: the first two rows, of which none is the limit.
        assert!(ServerVariables::of(&[("autocommit", "ON"), ("character_set_client", "utf8mb4")]).may_be_cut());
        assert!(ServerVariables::of(&[("sql_select_limit", "15"), ("autocommit", "ON")]).may_be_cut());
        assert!(!ServerVariables::of(&[("sql_select_limit", "18446744073709551615")]).may_be_cut());
    }
}
