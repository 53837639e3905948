//! Heavy pure work that runs beside the loop, over snapshots: what can be asked, and what comes back. It knows no
//! thread and no pane.

use std::sync::Arc;

use super::catalog::Catalog;
use super::catalog::find::{self, Found, ObjectRef};

/// What is worked on at most once at a time: a newer job of a slot takes the place of the older one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ComputeSlot {
    /// Objects of the catalog, best first.
    Find,
    /// What the tree shows under a filter.
    Filter,
}

impl ComputeSlot {
    pub const ALL: [Self; 2] = [Self::Find, Self::Filter];
}

/// Counts the jobs of the model; an answer to an older job of its slot is dropped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Generation(pub u64);

/// What is to be worked out, with all that it needs.
#[derive(Debug, Clone)]
pub enum ComputeWork {
    /// The best objects for a pattern; without a pattern, the tables in order.
    Find { catalog: Arc<Catalog>, pattern: String },
    /// Every object that fits a filter, in the catalog's order.
    Filter { catalog: Arc<Catalog>, pattern: String },
}

impl PartialEq for ComputeWork {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Find { catalog, pattern }, Self::Find { catalog: others, pattern: other })
            | (Self::Filter { catalog, pattern }, Self::Filter { catalog: others, pattern: other }) => {
                pattern == other && Arc::ptr_eq(catalog, others)
            }
            (Self::Find { .. } | Self::Filter { .. }, _) => false,
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
    /// Of [`ComputeWork::Find`].
    Found {
        /// The best, in order.
        best: Vec<Found>,
        /// How many fit, those that were left out too.
        total: usize,
    },
    /// Of [`ComputeWork::Filter`].
    Filtered(Vec<ObjectRef>),
}

/// The answer to a job.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Computed {
    pub generation: Generation,
    pub answer: ComputeResult,
}

impl ComputeWork {
    #[must_use]
    pub fn slot(&self) -> ComputeSlot {
        match self {
            Self::Find { .. } => ComputeSlot::Find,
            Self::Filter { .. } => ComputeSlot::Filter,
        }
    }

    /// Does it. `is_stale` is asked at every table: once it says yes nobody wants the answer, and there is none.
    #[must_use]
    pub fn run(&self, is_stale: &dyn Fn() -> bool) -> Option<ComputeResult> {
        Some(match self {
            Self::Find { catalog, pattern } => {
                let (best, total) = find::best(catalog, pattern, is_stale)?;
                ComputeResult::Found { best, total }
            }
            Self::Filter { catalog, pattern } => ComputeResult::Filtered(find::filter(catalog, pattern, is_stale)?),
        })
    }
}

impl ComputeResult {
    /// Where it was worked out.
    #[must_use]
    pub fn slot(&self) -> ComputeSlot {
        match self {
            Self::Found { .. } => ComputeSlot::Find,
            Self::Filtered(_) => ComputeSlot::Filter,
        }
    }
}
