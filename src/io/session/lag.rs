//! How far the replica is behind, from the best source that the account may read. A source that refuses is not asked
//! again, and no answer, nor its absence, does a connection any harm.

use std::time::Duration;

use mysql_async::{Conn, Row};
use tokio::time::Instant;

use super::ask::ask_within;
use super::events::Teller;
use super::fault::Fault;
use super::own::{self, Own};
use super::settings::Variables;
use super::{convert, replica};

use crate::domain::limits;
use crate::domain::profile::Profile;
use crate::domain::protocol::{Lag, Role};

/// Where it is read.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Source {
    /// The time that the writer renews, as the profile names it.
    Heartbeat([String; 3]),
    /// What Aurora's storage tells of its own instance.
    Aurora,
    /// The state of replication by this statement, one row for each source.
    Status(Own),
}

/// What is still worth asking.
#[derive(Debug, Clone)]
pub(super) struct LagProbe {
    sources: Vec<Source>,
    /// Why the last one that refused did.
    refused: Option<String>,
    due: Instant,
}

impl LagProbe {
    /// What this server may be asked: the profile's own source first, since somebody chose it for this replica.
    pub(super) fn new(profile: &Profile, variables: &Variables) -> Self {
        if replica::role(variables) == Role::Writer {
            return Self { sources: Vec::new(), refused: Some("it takes writes".into()), due: Instant::now() };
        }
        let mut sources: Vec<Source> = profile.heartbeat.clone().map(Source::Heartbeat).into_iter().collect();
        if variables.get("aurora_version").is_some() {
            sources.push(Source::Aurora);
        }
        sources.extend(own::replica_status(replica::speaks(variables)).into_iter().map(Source::Status));
        // A session for one short statement does without.
        Self { sources, refused: None, due: Instant::now() + limits::LAG_FIRST }
    }

    /// When it is to be asked next.
    pub(super) fn due(&self) -> Instant {
        self.due
    }

    /// Whether it is time.
    pub(super) fn is_due(&self) -> bool {
        Instant::now() >= self.due
    }

    /// The next time is a while from now.
    pub(super) fn later(&mut self) {
        self.due = Instant::now() + limits::LAG;
    }

    /// Asks.
    ///
    /// # Errors
    /// Only where the connection is of no use any more.
    pub(super) async fn read(&mut self, conn: &mut Conn, tell: &Teller) -> Result<Lag, Fault> {
        self.later();
        let mut nothing = None;
        let mut at = 0;
        while let Some(source) = self.sources.get(at) {
            let own = match source {
                Source::Heartbeat(place) => own::heartbeat(place),
                Source::Aurora => own::aurora_lag(),
                Source::Status(own) => own.clone(),
            };
            match ask_within(conn, &own, tell, limits::LAG_ANSWER).await {
                Ok(rows) => match told(source, &rows) {
                    Ok(lag) => return Ok(lag),
                    Err(why) => {
                        nothing.get_or_insert(why);
                        at += 1;
                    }
                },
                Err(fault) if fault.code().is_some() => {
                    // It stays refused: asking every while would only fill the server's log.
                    self.refused = Some(refusal(source, &fault));
                    self.sources.remove(at);
                }
                Err(fault) => {
                    // It may wait for a lock behind which it would wait each time.
                    self.refused = Some(format!("{fault}"));
                    self.sources.remove(at);
                    return Err(fault);
                }
            }
        }
        let why = nothing.or_else(|| self.refused.clone());
        Ok(Lag::Unknown(why.unwrap_or_else(|| "the server tells nothing of replication".into())))
    }
}

/// What an answer says; otherwise why it says nothing.
fn told(source: &Source, rows: &[Row]) -> Result<Lag, String> {
    match source {
        Source::Heartbeat([schema, table, _]) => match rows.first().and_then(|row| convert::signed(row, 0)) {
            Some(behind) => heartbeat(behind),
            None => Err(format!("{schema}.{table} has no heartbeat")),
        },
        Source::Aurora => {
            let milliseconds = rows.first().and_then(|row| convert::text(row, 0)).and_then(|text| text.parse().ok());
            let behind = milliseconds.and_then(|ms: f64| Duration::try_from_secs_f64(ms / 1000.0).ok());
            behind.map(Lag::Behind).ok_or_else(|| "replica_host_status has no row of this instance".into())
        }
        Source::Status(_) => status(rows),
    }
}

/// Clocks differ a little: a heartbeat of the next second is one of now.
fn heartbeat(microseconds: i64) -> Result<Lag, String> {
    match u64::try_from(microseconds) {
        Ok(behind) => Ok(Lag::Behind(Duration::from_micros(behind))),
        Err(_) if microseconds > -1_000_000 => Ok(Lag::Behind(Duration::ZERO)),
        Err(_) => {
            Err(format!("the heartbeat is {} s ahead of the server's clock", microseconds.unsigned_abs() / 1_000_000))
        }
    }
}

/// The slowest of all channels; one that does not run says NULL, which is not zero.
fn status(rows: &[Row]) -> Result<Lag, String> {
    let mut behind = None;
    for row in rows {
        let names = ["Seconds_Behind_Source", "Seconds_Behind_Master"];
        let columns = row.columns_ref();
        let at =
            columns.iter().position(|column| names.iter().any(|name| column.name_str().eq_ignore_ascii_case(name)));
        let Some(at) = at else { return Err("the server does not say how far it is behind".into()) };
        match convert::number(row, at) {
            Some(seconds) => behind = behind.max(Some(seconds)),
            None => return Ok(Lag::Stopped),
        }
    }
    behind.map(|seconds| Lag::Behind(Duration::from_secs(seconds))).ok_or_else(|| "it replicates from nowhere".into())
}

/// Why a source cannot be read, in few words.
fn refusal(source: &Source, fault: &Fault) -> String {
    let told = fault.to_string();
    let what = match source {
        Source::Heartbeat([schema, table, column]) => format!("the heartbeat {schema}.{table}.{column}"),
        Source::Aurora => "replica_host_status".into(),
        Source::Status(_) => "the state of replication".into(),
    };
    match fault.code() {
        Some(1227) => format!("no privilege: {}", privilege(&told)),
        Some(1044 | 1045 | 1142 | 1143) => format!("no privilege: SELECT on {what}"),
        Some(1146 | 1049 | 1054) => format!("there is no {}", what.trim_start_matches("the ")),
        // Not known, not supported, not understood: the engine has no such thing.
        Some(_) | None => format!("the server refuses {what}"),
    }
}

/// The privilege that the server says is missing: the least of those that would do, which it names last.
fn privilege(told: &str) -> &str {
    let list = told.rsplit_once(" privilege").map_or("", |(before, _)| before);
    let list = list.rsplit_once("the ").map_or("", |(_, list)| list);
    let last = list.rsplit(',').next().unwrap_or_default().trim();
    if last.is_empty() { "REPLICATION CLIENT" } else { last }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_missing_privilege_is_the_last_that_the_server_names() {
        let mysql = "ERROR 42000 (1227): Access denied; you need (at least one of) the SUPER, REPLICATION CLIENT privilege(s) for this operation";
        assert_eq!(privilege(mysql), "REPLICATION CLIENT");
        let mariadb = "Access denied; you need (at least one of) the SLAVE MONITOR privilege(s) for this operation";
        assert_eq!(privilege(mariadb), "SLAVE MONITOR");
        assert_eq!(privilege("no"), "REPLICATION CLIENT");
    }

    #[test]
    fn a_heartbeat_a_little_ahead_is_one_of_now_and_one_far_ahead_tells_nothing() {
        assert_eq!(heartbeat(20_000), Ok(Lag::Behind(Duration::from_millis(20))));
        assert_eq!(heartbeat(-200_000), Ok(Lag::Behind(Duration::ZERO)));
        assert_eq!(heartbeat(-7_200_000_000), Err("the heartbeat is 7200 s ahead of the server's clock".into()));
    }
}
