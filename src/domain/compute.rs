//! Jobs of the worker threads, and their results: long computations over immutable data.

use std::sync::Arc;

use super::catalog::find::{self, FindMatch, ObjectRef};
use super::catalog::{Catalog, NameCase};
use super::sql::check::{CheckInput, FilterRule, Finding, check};
use super::sql::scope::KnownNames;
use super::sql::{Dialect, SessionPins};

/// A kind of job. At most one job of each kind runs; a newer one replaces the older.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ComputeSlot {
    Find,
    Filter,
    Check,
}

impl ComputeSlot {
    pub const ALL: [Self; 3] = [Self::Find, Self::Filter, Self::Check];
}

/// The number of a job. The result of a job is dropped if its slot has a newer job.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Generation(pub u64);

/// A computation with its input.
#[derive(Debug, Clone)]
pub enum ComputeWork {
    /// Find the best objects for a pattern; without a pattern, all tables.
    Find {
        catalog: Arc<Catalog>,
        pattern: String,
        /// The current database. Its tables come first.
        database: Option<String>,
    },
    /// Find every object that matches a filter, in the catalog's order.
    Filter { catalog: Arc<Catalog>, pattern: String },
    /// Check a statement.
    Check(Arc<CheckWork>),
}

/// The input of a check.
#[derive(Debug)]
pub struct CheckWork {
    pub catalog: Arc<Catalog>,
    pub statement: String,
    /// The cursor as a byte of the statement. What ends there is not reported.
    pub cursor: Option<usize>,
    pub dialect: Dialect,
    pub database: Option<String>,
    pub name_case: NameCase,
    pub pins: SessionPins,
    /// The filters that documentation packs ask for.
    pub rules: Vec<FilterRule>,
}

impl CheckWork {
    fn run(&self) -> Vec<Finding> {
        check(&CheckInput {
            statement: &self.statement,
            cursor: self.cursor,
            dialect: self.dialect,
            known: KnownNames { catalog: &self.catalog, database: self.database.as_deref(), name_case: self.name_case },
            pins: &self.pins,
            rules: &self.rules,
        })
    }
}

impl PartialEq for ComputeWork {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (
                Self::Find { catalog, pattern, database },
                Self::Find { catalog: others, pattern: other, database: other_database },
            ) => pattern == other && database == other_database && Arc::ptr_eq(catalog, others),
            (Self::Filter { catalog, pattern }, Self::Filter { catalog: others, pattern: other }) => {
                pattern == other && Arc::ptr_eq(catalog, others)
            }
            (Self::Check(one), Self::Check(other)) => Arc::ptr_eq(one, other),
            (Self::Find { .. } | Self::Filter { .. } | Self::Check(_), _) => false,
        }
    }
}

#[derive(Debug, Clone, PartialEq)]
pub struct ComputeJob {
    pub generation: Generation,
    pub work: ComputeWork,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ComputeResult {
    Found {
        /// Best first.
        best: Vec<FindMatch>,
        /// Number of all matches, including those that were left out.
        total: usize,
    },
    Filtered(Vec<ObjectRef>),
    Checked(Vec<Finding>),
}

/// The result of a job.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Computed {
    pub generation: Generation,
    pub answer: ComputeResult,
}

/// A job ended because of a defect of rrx. The text is the message of its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JobLost(pub String);

impl ComputeWork {
    #[must_use]
    pub fn slot(&self) -> ComputeSlot {
        match self {
            Self::Find { .. } => ComputeSlot::Find,
            Self::Filter { .. } => ComputeSlot::Filter,
            Self::Check(_) => ComputeSlot::Check,
        }
    }

    /// Runs the computation. It calls `is_stale` for each table, and returns `None` once that returns true.
    #[must_use]
    pub fn run(&self, is_stale: &dyn Fn() -> bool) -> Option<ComputeResult> {
        Some(match self {
            Self::Find { catalog, pattern, database } => {
                let (best, total) = find::best(catalog, pattern, database.as_deref(), is_stale)?;
                ComputeResult::Found { best, total }
            }
            Self::Filter { catalog, pattern } => ComputeResult::Filtered(find::filter(catalog, pattern, is_stale)?),
            Self::Check(work) => ComputeResult::Checked(work.run()),
        })
    }
}

impl ComputeResult {
    #[must_use]
    pub fn slot(&self) -> ComputeSlot {
        match self {
            Self::Found { .. } => ComputeSlot::Find,
            Self::Filtered(_) => ComputeSlot::Filter,
            Self::Checked(_) => ComputeSlot::Check,
        }
    }
}
