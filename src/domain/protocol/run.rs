//! A running statement: its limits, its rows, its end.

use std::sync::Arc;
use std::time::Duration;

use super::left_statement::LeftStatement;
use crate::domain::access_log::EndRecord;
use crate::domain::ids::ResultId;
use crate::domain::problem::{Problem, ProblemKind};
use crate::domain::profile::Spilling;
use crate::domain::quantity::counted;
use crate::domain::results::{Chunk, Column};

/// The limits of one statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RunBounds {
    /// Rows after which the result is cut; `None` means no limit.
    pub rows: Option<u64>,
    /// Bytes of values after which the result is cut; `None` means no limit.
    pub bytes: Option<u64>,
    /// Time to the first row.
    pub first_row: Duration,
    /// Time to the last row.
    pub fetch: Duration,
    pub spilling: Spilling,
}

/// The limit that cut a result.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Limit {
    Rows(u64),
    Bytes(u64),
    /// Time to the first row, in seconds.
    FirstRow(u64),
    /// Time for all rows, in seconds.
    Fetch(u64),
    /// The memory limit of a store without spill files, in bytes.
    Memory(u64),
}

impl std::fmt::Display for Limit {
    /// Describes the limit as the settings name it.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Rows(rows) => write!(f, "row limit ({})", counted(*rows, "row")),
            Self::Bytes(bytes) => write!(f, "byte limit ({})", counted(*bytes, "byte")),
            Self::FirstRow(seconds) => write!(f, "time limit ({seconds} s to the first row)"),
            Self::Fetch(seconds) => write!(f, "time limit ({seconds} s for fetching)"),
            Self::Memory(bytes) => write!(f, "memory limit ({})", counted(*bytes, "byte")),
        }
    }
}

/// How a result ended. A cut result never looks complete.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum End {
    Complete,
    Limit(Limit),
    Cancelled,
    /// The statement failed at the start, or after some rows.
    Broken(Problem),
}

impl std::fmt::Display for End {
    /// Describes the end for the access log: `complete`, `cut: …`, `cancelled`, `failed: …` or `broken, …: …`.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Complete => f.write_str("complete"),
            Self::Limit(limit) => write!(f, "cut: {limit}"),
            Self::Cancelled => f.write_str("cancelled"),
            Self::Broken(problem) => {
                let word =
                    if problem.kind == ProblemKind::Lost { "broken, not known to have finished" } else { "failed" };
                match &problem.server {
                    Some(error) => write!(f, "{word}: ERROR {} ({}): {}", error.code, error.state, error.message),
                    None => write!(f, "{word}: {}", problem.what),
                }
            }
        }
    }
}

/// A warning of SHOW WARNINGS.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Warning {
    /// `Note`, `Warning` or `Error`.
    pub level: String,
    pub code: u16,
    pub message: String,
}

/// Counts how often each warning occurs, in the order of first occurrence.
#[must_use]
pub fn count_repeats(warnings: &[Warning]) -> Vec<(&Warning, u64)> {
    let mut counts: Vec<(&Warning, u64)> = Vec::new();
    for warning in warnings {
        match counts.iter_mut().find(|(first, _)| *first == warning) {
            Some((_, count)) => *count += 1,
            None => counts.push((warning, 1)),
        }
    }
    counts
}

/// What is known about a statement after its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunReport {
    pub end: End,
    pub rows: u64,
    pub bytes: u64,
    /// Time to the first row; `None` if there was none.
    pub first_row: Option<Duration>,
    /// Time from sending to the end.
    pub total: Duration,
    /// Number of warnings that the server counted. It may keep fewer.
    pub warning_count: u16,
    pub warnings: Vec<Warning>,
    /// The current database after the statement, which USE may have changed.
    pub database: Option<String>,
    /// The `sql_mode` after the statement, if it may have changed it.
    pub sql_mode: Option<String>,
    /// What the user should know about it, as part of a sentence: why nothing was sent, or why no warnings were read.
    pub note: Option<&'static str>,
    /// What may still run on the server, because the connection was lost.
    pub left: Option<LeftStatement>,
}

impl RunReport {
    /// Makes the report of a statement that was not sent, or that the server did not answer.
    #[must_use]
    pub fn without_rows(end: End) -> Self {
        Self {
            end,
            rows: 0,
            bytes: 0,
            first_row: None,
            total: Duration::ZERO,
            warning_count: 0,
            warnings: Vec::new(),
            database: None,
            sql_mode: None,
            note: None,
            left: None,
        }
    }

    /// Makes the end record for the begin record with this id. The storage task fills in the time.
    #[must_use]
    pub fn end_record(&self, id: String) -> EndRecord {
        let milliseconds = u64::try_from(self.total.as_millis()).unwrap_or(u64::MAX);
        EndRecord { id, time: String::new(), milliseconds, rows: self.rows, end: self.end.to_string() }
    }
}

/// The rows of a result on the way from a session to the result store or to a headless export, over a queue of
/// [`crate::domain::limits::BATCH_QUEUE`].
#[derive(Debug)]
pub enum Rows {
    /// The header of a result.
    Open {
        result: ResultId,
        columns: Arc<[Column]>,
        spilling: Spilling,
    },
    Batch {
        result: ResultId,
        chunk: Chunk,
    },
    End {
        result: ResultId,
        end: End,
    },
}
