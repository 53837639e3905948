//! Jobs of the worker threads, and their results: long computations over immutable data.

use std::sync::Arc;

use super::catalog::find::{self, FindMatch, ObjectRef};
use super::catalog::{Catalog, NameCase};
use super::docs::DocPack;
use super::snippets::Snippet;
use super::sql::check::{CheckInput, FilterRule, Finding, check};
use super::sql::complete::{CompletionIndex, CompletionInput, CompletionList, Trigger, complete};
use super::sql::scope::KnownNames;
use super::sql::{Dialect, SessionPins};

/// A kind of job. At most one job of each kind runs; a newer one replaces the older.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ComputeSlot {
    Find,
    Filter,
    Check,
    Index,
    Complete,
}

impl ComputeSlot {
    pub const ALL: [Self; 5] = [Self::Find, Self::Filter, Self::Check, Self::Index, Self::Complete];
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
    /// Read the names of all columns for completions.
    Index(Arc<Catalog>),
    /// List what can be inserted at the cursor of a statement.
    Complete(Box<CompletionWork>),
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

/// The input of a completion.
#[derive(Debug, Clone)]
pub struct CompletionWork {
    /// The statement at the cursor.
    pub text: String,
    /// A byte offset in the text.
    pub cursor: usize,
    pub trigger: Trigger,
    pub dialect: Dialect,
    pub catalog: Arc<Catalog>,
    /// The names of all columns of the catalog, once they are read.
    pub index: Option<Arc<CompletionIndex>>,
    /// The current database.
    pub database: Option<String>,
    pub name_case: NameCase,
    pub docs: Arc<Vec<DocPack>>,
    pub snippets: Arc<Vec<Snippet>>,
    /// The names that were used last, the newest first.
    pub recent: Vec<String>,
}

impl CompletionWork {
    fn run(&self, is_stale: &dyn Fn() -> bool) -> Option<CompletionList> {
        let snippets: Vec<String> = self.snippets.iter().map(|snippet| snippet.name.clone()).collect();
        complete(&CompletionInput {
            text: &self.text,
            cursor: self.cursor,
            dialect: self.dialect,
            known: KnownNames { catalog: &self.catalog, database: self.database.as_deref(), name_case: self.name_case },
            snippets: &snippets,
            recent: &self.recent,
            docs: &self.docs,
            trigger: self.trigger,
            index: self.index.as_deref(),
            is_stale,
        })
    }
}

impl PartialEq for CompletionWork {
    fn eq(&self, other: &Self) -> bool {
        (&self.text, self.cursor, self.trigger, self.dialect, &self.database, self.name_case, &self.recent)
            == (
                &other.text,
                other.cursor,
                other.trigger,
                other.dialect,
                &other.database,
                other.name_case,
                &other.recent,
            )
            && Arc::ptr_eq(&self.catalog, &other.catalog)
            && Arc::ptr_eq(&self.docs, &other.docs)
            && Arc::ptr_eq(&self.snippets, &other.snippets)
            && self.index == other.index
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
            (Self::Index(catalog), Self::Index(others)) => Arc::ptr_eq(catalog, others),
            (Self::Complete(work), Self::Complete(other)) => work == other,
            (Self::Find { .. } | Self::Filter { .. } | Self::Check(_) | Self::Index(_) | Self::Complete(_), _) => false,
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
    Indexed(Arc<CompletionIndex>),
    Completed(CompletionList),
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
            Self::Index(_) => ComputeSlot::Index,
            Self::Complete(_) => ComputeSlot::Complete,
        }
    }

    /// Runs the computation. It calls `is_stale` now and then, and returns `None` once that returns true.
    #[must_use]
    pub fn run(&self, is_stale: &dyn Fn() -> bool) -> Option<ComputeResult> {
        Some(match self {
            Self::Find { catalog, pattern, database } => {
                let (best, total) = find::best(catalog, pattern, database.as_deref(), is_stale)?;
                ComputeResult::Found { best, total }
            }
            Self::Filter { catalog, pattern } => ComputeResult::Filtered(find::filter(catalog, pattern, is_stale)?),
            Self::Check(work) => ComputeResult::Checked(work.run()),
            Self::Index(catalog) => ComputeResult::Indexed(Arc::new(CompletionIndex::new(catalog))),
            Self::Complete(work) => ComputeResult::Completed(work.run(is_stale)?),
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
            Self::Indexed(_) => ComputeSlot::Index,
            Self::Completed(_) => ComputeSlot::Complete,
        }
    }
}
