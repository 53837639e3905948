//! Execution plans: reads what EXPLAIN returns into one tree, and says in words what makes the statement slow.
//!
//! ```text
//!  EXPLAIN FORMAT=JSON ──► json ──► block_json (MySQL version 1, MariaDB) ─┐
//!                               └─► path_json (MySQL version 2) ───────────┼──► Plan ──► findings, estimate, lines
//!  EXPLAIN (rows) ───────► traditional ─────────────────────────────────────┘
//! ```

mod block_json;
mod estimate;
mod explain;
mod findings;
mod json;
mod limit_clause;
mod lines;
mod members;
mod node;
mod path_json;
mod table_lines;
mod too_many_rows;
mod traditional;
mod tree_lines;

pub use explain::{ExplainFormat, Unexplainable, explainable, query_that_runs};
pub use findings::{Finding, FindingLevel};
pub use json::UnreadablePlan;
pub use limit_clause::limit_of;
pub use lines::{PlanLine, PlanStyle};
pub use node::{Access, JoinMethod, PlanExtra, PlanNode, PlanStep, SubqueryRuns};
pub use too_many_rows::TooManyRows;
pub use traditional::TraditionalRows;

/// The plan of one statement.
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    pub root: PlanNode,
}

impl Plan {
    /// Reads the value that `EXPLAIN FORMAT=JSON` returns.
    ///
    /// # Errors
    /// [`UnreadablePlan`] if the text is not JSON, or is not a plan.
    pub fn from_json(text: &str) -> Result<Self, UnreadablePlan> {
        json::read(text).map(|root| Self { root })
    }

    /// Reads the answer to an EXPLAIN in this format.
    ///
    /// # Errors
    /// [`UnreadablePlan`] if the answer is not a plan.
    pub fn from_answer(format: ExplainFormat, answer: &TraditionalRows<'_>) -> Result<Self, UnreadablePlan> {
        match format {
            ExplainFormat::Json => {
                let cell = answer.rows.first().and_then(|row| row.first()).and_then(Option::as_deref);
                Self::from_json(cell.unwrap_or_default())
            }
            ExplainFormat::Traditional => Self::from_rows(answer),
        }
    }

    /// Reads the rows that EXPLAIN returns in the traditional format.
    ///
    /// # Errors
    /// [`UnreadablePlan`] if the columns are not those of EXPLAIN, or if there is no row.
    pub fn from_rows(rows: &TraditionalRows<'_>) -> Result<Self, UnreadablePlan> {
        traditional::read(rows).map(|root| Self { root })
    }

    /// Returns what makes the statement slow, the most important first.
    #[must_use]
    pub fn findings(&self) -> Vec<Finding> {
        findings::findings(&self.root)
    }

    /// Returns about how many rows the statement reads. `limit` is that of [`limit_of`].
    #[must_use]
    pub fn rows_examined(&self, limit: Option<u64>) -> u64 {
        estimate::rows_examined(&self.root, limit)
    }

    /// Returns what the plan reads if that is more than `most`. `limit` is that of [`limit_of`].
    #[must_use]
    pub fn too_many_rows(&self, limit: Option<u64>, most: u64) -> Option<TooManyRows> {
        TooManyRows::of(&self.root, limit, most)
    }

    /// Returns the findings as lines, the first lines of every view.
    #[must_use]
    pub fn finding_lines(&self, width: usize) -> Vec<PlanLine> {
        lines::finding_lines(&self.findings(), self.rows_examined(None), width)
    }

    /// Draws the plan as a tree that is no wider than `width` cells.
    #[must_use]
    pub fn tree_lines(&self, width: usize) -> Vec<PlanLine> {
        tree_lines::draw(&self.root, width)
    }

    /// Draws the plan as a table that is no wider than `width` cells.
    #[must_use]
    pub fn table_lines(&self, width: usize) -> Vec<PlanLine> {
        table_lines::draw(&self.root, width)
    }
}
