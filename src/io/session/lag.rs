//! Reads how far the replica is behind, from the best source that the account can read. A source that the server refuses is
//! not read again. A missing or late answer never harms the statement connection.

use std::time::Duration;

use mysql_async::{Conn, Row};
use tokio::time::Instant;

use super::error::SessionError;
use super::events::EventSender;
use super::internal_query::{self, InternalQuery};
use super::run_internal::run_internal_within;
use super::variables::ServerVariables;
use super::{convert, server};
use crate::domain::limits;
use crate::domain::profile::Profile;
use crate::domain::protocol::{Lag, Role};

/// A source of the replication lag.
#[derive(Debug, Clone, PartialEq, Eq)]
enum LagSource {
    /// A heartbeat column that the writer updates, named in the profile: schema, table, column.
    Heartbeat([String; 3]),
    /// Aurora's table of its instances.
    Aurora,
    /// The replication status by this query, one row for each replication connection.
    Status(InternalQuery),
}

/// The sources of the lag that the server has not refused, and when the lag is read next.
#[derive(Debug, Clone)]
pub(super) struct LagProbe {
    sources: Vec<LagSource>,
    /// Whether the replication status shows all ways in which this server can replicate.
    is_status_complete: bool,
    /// The reason of the last refusal.
    refusal: Option<String>,
    due: Instant,
}

impl LagProbe {
    /// Collects the sources of this server. The heartbeat of the profile is first, because a person chose it for this replica.
    pub(super) fn new(profile: &Profile, variables: &ServerVariables) -> Self {
        if server::role(variables) == Role::Writer {
            let refusal = Some("the server accepts writes".into());
            return Self { sources: Vec::new(), is_status_complete: false, refusal, due: Instant::now() };
        }
        let mut sources: Vec<LagSource> = profile.heartbeat.clone().map(LagSource::Heartbeat).into_iter().collect();
        if variables.get("aurora_version").is_some() {
            sources.push(LagSource::Aurora);
        }
        let is_status_complete = sources.is_empty() && !is_in_group(variables);
        let (family, version) = server::family_and_version(variables);
        sources.extend(internal_query::replica_status(family, version).into_iter().map(LagSource::Status));
        // The first read is late enough that a session for one short statement does without it.
        Self { sources, is_status_complete, refusal: None, due: Instant::now() + limits::LAG_FIRST }
    }

    /// Returns when the lag is read next.
    pub(super) fn due(&self) -> Instant {
        self.due
    }

    /// Returns whether it is time to read the lag.
    pub(super) fn is_due(&self) -> bool {
        Instant::now() >= self.due
    }

    /// Schedules the next read.
    pub(super) fn postpone(&mut self) {
        self.due = Instant::now() + limits::LAG;
    }

    /// Reads the lag from the first source that provides it.
    ///
    /// # Errors
    /// Returns an error only if the connection can no longer be used.
    pub(super) async fn read(&mut self, conn: &mut Conn, events: &EventSender) -> Result<Lag, SessionError> {
        self.postpone();
        let mut first_reason = None;
        let mut at = 0;
        while let Some(source) = self.sources.get(at) {
            let query = match source {
                LagSource::Heartbeat(column) => internal_query::heartbeat(column),
                LagSource::Aurora => internal_query::aurora_lag(),
                LagSource::Status(query) => query.clone(),
            };
            match run_internal_within(conn, &query, events, limits::LAG_ANSWER).await {
                Ok(rows) => match parse_lag(source, &rows) {
                    Ok(Lag::NotReplicating) if !self.is_status_complete => {
                        first_reason.get_or_insert("the replication status is empty".into());
                        at += 1;
                    }
                    Ok(lag) => return Ok(lag),
                    Err(reason) => {
                        first_reason.get_or_insert(reason);
                        at += 1;
                    }
                },
                Err(error) if error.is_refusal() => {
                    // The refusal is permanent: more attempts would only fill the server's log.
                    self.refusal = Some(refusal(source, &error));
                    self.sources.remove(at);
                }
                Err(error) => {
                    // The query may wait for a lock, and would wait for it each time.
                    self.refusal = Some(error.to_string());
                    self.sources.remove(at);
                    return Err(error);
                }
            }
        }
        let reason = first_reason.or_else(|| self.refusal.clone());
        Ok(Lag::Unknown(reason.unwrap_or_else(|| "the server has no replication status".into())))
    }
}

/// Parses the answer of a source. The error is the reason why it provides no lag.
fn parse_lag(source: &LagSource, rows: &[Row]) -> Result<Lag, String> {
    match source {
        LagSource::Heartbeat([schema, table, _]) => match rows.first().and_then(|row| convert::signed(row, 0)) {
            Some(age) => heartbeat_lag(age),
            None => Err(format!("{schema}.{table} has no heartbeat")),
        },
        LagSource::Aurora => {
            let milliseconds = rows.first().and_then(|row| convert::text(row, 0)).and_then(|text| text.parse().ok());
            let lag = milliseconds.and_then(|ms: f64| Duration::try_from_secs_f64(ms / 1000.0).ok());
            lag.map(Lag::Behind).ok_or_else(|| "replica_host_status has no row for this instance".into())
        }
        LagSource::Status(_) => status_lag(rows),
    }
}

/// Returns the lag of a heartbeat with this age. Clocks differ a little: up to a second in the future counts as now.
fn heartbeat_lag(microseconds: i64) -> Result<Lag, String> {
    match u64::try_from(microseconds) {
        Ok(age) => Ok(Lag::Behind(Duration::from_micros(age))),
        Err(_) if microseconds > -1_000_000 => Ok(Lag::Behind(Duration::ZERO)),
        Err(_) => {
            Err(format!("the heartbeat is {} s ahead of the server's clock", microseconds.unsigned_abs() / 1_000_000))
        }
    }
}

/// Returns the lag of the slowest replication connection. One that does not run has NULL, which is not zero.
fn status_lag(rows: &[Row]) -> Result<Lag, String> {
    let mut slowest = None;
    for row in rows {
        let names = ["Seconds_Behind_Source", "Seconds_Behind_Master"];
        let columns = row.columns_ref();
        let at =
            columns.iter().position(|column| names.iter().any(|name| column.name_str().eq_ignore_ascii_case(name)));
        let Some(at) = at else { return Err("the server does not report how far it is behind".into()) };
        match convert::number(row, at) {
            Some(seconds) => slowest = slowest.max(Some(seconds)),
            None => return Ok(Lag::Stopped),
        }
    }
    Ok(slowest.map_or(Lag::NotReplicating, |seconds| Lag::Behind(Duration::from_secs(seconds))))
}

/// Returns whether the server replicates as a member of a group (MySQL's Group Replication, Galera). The replication status does
/// not show that.
fn is_in_group(variables: &ServerVariables) -> bool {
    variables.get("group_replication_group_name").is_some_and(|name| !name.is_empty())
        || variables.is_on("wsrep_on") == Some(true)
}

/// Describes briefly why a source cannot be read.
fn refusal(source: &LagSource, error: &SessionError) -> String {
    let message = error.to_string();
    let what = match source {
        LagSource::Heartbeat([schema, table, column]) => format!("the heartbeat {schema}.{table}.{column}"),
        LagSource::Aurora => "replica_host_status".into(),
        LagSource::Status(_) => "the replication status".into(),
    };
    match error.server_code() {
        Some(1227) => format!("no privilege: {}", missing_privilege(&message)),
        Some(1044 | 1045 | 1142 | 1143) => format!("no privilege: SELECT on {what}"),
        Some(1146 | 1049 | 1054) => format!("there is no {}", what.trim_start_matches("the ")),
        // Unknown or unsupported syntax: the engine does not have this source.
        Some(_) | None => format!("the server refuses to show {what}"),
    }
}

/// Returns the missing privilege from the server's message: the last of its list, which is the weakest sufficient one.
fn missing_privilege(message: &str) -> &str {
    let list = message.rsplit_once(" privilege").map_or("", |(before, _)| before);
    let list = list.rsplit_once("the ").map_or("", |(_, list)| list);
    let last = list.rsplit(',').next().unwrap_or_default().trim();
    if last.is_empty() { "REPLICATION CLIENT" } else { last }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_missing_privilege_is_the_last_one_in_the_message() {
        let mysql = "ERROR 42000 (1227): Access denied; you need (at least one of) the SUPER, REPLICATION CLIENT privilege(s) for this operation";
        assert_eq!(missing_privilege(mysql), "REPLICATION CLIENT");
        let mariadb = "Access denied; you need (at least one of) the SLAVE MONITOR privilege(s) for this operation";
        assert_eq!(missing_privilege(mariadb), "SLAVE MONITOR");
        assert_eq!(missing_privilege("no"), "REPLICATION CLIENT");
    }

    #[test]
    fn an_empty_status_means_not_replicating_unless_the_server_is_in_a_group() {
        assert_eq!(status_lag(&[]), Ok(Lag::NotReplicating));
        let is_in_group = |pairs: &[(&str, &str)]| is_in_group(&ServerVariables::of(pairs));
        assert!(!is_in_group(&[("group_replication_group_name", ""), ("wsrep_on", "OFF")]));
        assert!(is_in_group(&[("group_replication_group_name", "8a94f357-aab4-11df-86ab-c80aa9429562")]));
        assert!(is_in_group(&[("wsrep_on", "ON")]));
    }

    #[test]
    fn a_heartbeat_a_little_ahead_counts_as_now_and_one_far_ahead_is_an_error() {
        assert_eq!(heartbeat_lag(20_000), Ok(Lag::Behind(Duration::from_millis(20))));
        assert_eq!(heartbeat_lag(-200_000), Ok(Lag::Behind(Duration::ZERO)));
        assert_eq!(heartbeat_lag(-7_200_000_000), Err("the heartbeat is 7200 s ahead of the server's clock".into()));
    }
}
