//! Records of the access log that could not be written. They are kept in order and written before any later record.

use std::collections::{BTreeSet, VecDeque};

use super::access_log::{AccessLog, AccessLogError};
use crate::domain::access_log::{CopyRecord, EndRecord, ExportRecord};
use crate::domain::problem::Problem;

/// A record of something that has happened already.
#[derive(Debug, Clone)]
pub(super) enum LogEntry {
    /// The end of a statement of this profile.
    End(String, EndRecord),
    Export(ExportRecord),
    Copy(CopyRecord),
}

/// The records that are not written yet, the oldest first.
#[derive(Debug, Default)]
pub(super) struct DueRecords {
    entries: VecDeque<LogEntry>,
    /// The profiles whose records could not be written at the last attempt.
    failed: BTreeSet<String>,
}

impl LogEntry {
    pub(super) fn profile(&self) -> &str {
        match self {
            Self::End(profile, _)
            | Self::Export(ExportRecord { profile, .. })
            | Self::Copy(CopyRecord { profile, .. }) => profile,
        }
    }

    /// Sets the time of the event: a later attempt must not record a later time.
    pub(super) fn stamp(&mut self, now: String) {
        let time = match self {
            Self::End(_, EndRecord { time, .. })
            | Self::Export(ExportRecord { time, .. })
            | Self::Copy(CopyRecord { time, .. }) => time,
        };
        if time.is_empty() {
            *time = now;
        }
    }

    fn write(self, log: &mut AccessLog) -> Result<(), AccessLogError> {
        match self {
            Self::End(_, record) => log.end(record),
            Self::Export(record) => log.export(record),
            Self::Copy(record) => log.copy(record),
        }
    }

    /// Describes why the record could not be written.
    pub(super) fn problem(&self, error: AccessLogError) -> Problem {
        let what = match self {
            Self::End(..) => return error.into_end_problem(),
            Self::Export(_) => "The file is written, but its record in the access log is not",
            Self::Copy(_) => "The values are copied, but their record in the access log is not written",
        };
        Problem { what: what.into(), ..Problem::from(error) }
    }
}

impl DueRecords {
    /// Returns whether nothing is left to write or to report.
    pub(super) fn is_idle(&self) -> bool {
        self.entries.is_empty() && self.failed.is_empty()
    }

    /// Returns the profile of the oldest record.
    pub(super) fn first_profile(&self) -> Option<&str> {
        self.entries.front().map(LogEntry::profile)
    }

    /// Returns how many records are not written.
    pub(super) fn count(&self) -> usize {
        self.entries.len()
    }

    /// Adds a record.
    pub(super) fn push(&mut self, entry: LogEntry) {
        self.entries.push_back(entry);
    }

    /// Writes all records, up to the first that fails. Returns the profiles whose failure was reported.
    ///
    /// # Errors
    /// Returns why a record cannot be written. It stays here, unless it can never be written.
    pub(super) fn write(&mut self, log: &mut AccessLog) -> Result<BTreeSet<String>, AccessLogError> {
        while let Some(entry) = self.entries.front() {
            match entry.clone().write(log) {
                Ok(()) => drop(self.entries.pop_front()),
                Err(error) => {
                    if matches!(error, AccessLogError::Encode(_)) {
                        self.entries.pop_front();
                    }
                    return Err(error);
                }
            }
        }
        Ok(std::mem::take(&mut self.failed))
    }

    /// Records that the failure of this profile was reported.
    pub(super) fn on_failed(&mut self, profile: &str) {
        self.failed.insert(profile.to_owned());
    }
}
