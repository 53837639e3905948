//! One statement on its way: what bounds it, how it ended, the rows that flow.

use std::sync::Arc;
use std::time::Duration;

use crate::domain::access_log::EndRecord;
use crate::domain::ids::ResultId;
use crate::domain::problem::{Problem, ProblemKind};
use crate::domain::results::{Chunk, Column};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RunBounds {
    /// Rows after which the result is cut; `None` is no bound.
    pub rows: Option<u64>,
    /// Bytes of values after which the result is cut.
    pub bytes: Option<u64>,
    /// Time to the first row.
    pub first_row: Duration,
    /// Time to the last row.
    pub fetch: Duration,
}

/// Which limit cut a result.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Limit {
    Rows(u64),
    Bytes(u64),
    /// The time to the first row, in seconds.
    FirstRow(u64),
    /// The time for fetching, in seconds.
    Fetch(u64),
    /// The memory bound of a store that may not spill.
    Memory(u64),
}

impl std::fmt::Display for Limit {
    /// In the words of the settings.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Rows(rows) => write!(f, "row limit ({rows} rows)"),
            Self::Bytes(bytes) => write!(f, "byte limit ({bytes} bytes)"),
            Self::FirstRow(seconds) => write!(f, "time limit ({seconds} s to the first row)"),
            Self::Fetch(seconds) => write!(f, "time limit ({seconds} s for fetching)"),
            Self::Memory(bytes) => write!(f, "memory bound ({bytes} bytes)"),
        }
    }
}

/// How a result ended. A cut result never looks complete.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum End {
    Complete,
    Limit(Limit),
    Cancelled,
    /// It failed, at the start or in the middle.
    Broken(Problem),
}

impl std::fmt::Display for End {
    /// The word of the access log: `complete`, `cut: …`, `cancelled`, `failed: …` or `broken, …: …`.
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

/// A warning as SHOW WARNINGS gives it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Warning {
    /// `Note`, `Warning` or `Error`.
    pub level: String,
    pub code: u16,
    pub message: String,
}

/// How many times each warning came among these, in the order in which they first came.
#[must_use]
pub fn times(warnings: &[Warning]) -> Vec<(&Warning, u64)> {
    let mut times: Vec<(&Warning, u64)> = Vec::new();
    for warning in warnings {
        match times.iter_mut().find(|(first, _)| *first == warning) {
            Some((_, count)) => *count += 1,
            None => times.push((warning, 1)),
        }
    }
    times
}

/// What is known of a statement when it has ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunReport {
    pub end: End,
    pub rows: u64,
    pub bytes: u64,
    /// Time to the first row, if one came.
    pub first_row: Option<Duration>,
    /// Time from sending to the end.
    pub total: Duration,
    /// How many warnings the server counted (it may keep fewer than it counts).
    pub warning_count: u16,
    pub warnings: Vec<Warning>,
    /// The database after the statement (USE may have changed it).
    pub database: Option<String>,
}

impl RunReport {
    /// The report of a statement that was not sent, or of which nothing was heard.
    #[must_use]
    pub fn of_nothing(end: End) -> Self {
        Self {
            end,
            rows: 0,
            bytes: 0,
            first_row: None,
            total: Duration::ZERO,
            warning_count: 0,
            warnings: Vec::new(),
            database: None,
        }
    }

    /// The end record of the statement whose begin record has this id. The storage room fills in the time.
    #[must_use]
    pub fn entry(&self, id: String) -> EndRecord {
        let milliseconds = u64::try_from(self.total.as_millis()).unwrap_or(u64::MAX);
        EndRecord { id, time: String::new(), milliseconds, rows: self.rows, end: self.end.to_string() }
    }
}

/// What flows from a session to whoever takes its rows (the store task, or a headless export), over a queue of
/// [`crate::domain::limits::BATCH_QUEUE`].
#[derive(Debug)]
pub enum Rows {
    /// The header of a result.
    Open {
        result: ResultId,
        columns: Arc<[Column]>,
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
