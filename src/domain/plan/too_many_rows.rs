//! The question, or the refusal, about a plan that reads more rows than the profile allows without one.

use std::fmt;

use super::estimate::rows_examined;
use super::findings::findings;
use super::node::PlanNode;
use crate::domain::quantity::counted;

/// A plan that reads too many rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TooManyRows {
    pub rows: u64,
    /// What the profile allows.
    pub most: u64,
    /// The most important finding, in sentences.
    pub finding: Option<String>,
}

impl TooManyRows {
    /// Returns what the plan reads if that is more than `most`. `limit` ends the statement after so many rows.
    #[must_use]
    pub(super) fn of(root: &PlanNode, limit: Option<u64>, most: u64) -> Option<Self> {
        let rows = rows_examined(root, limit);
        let finding = || findings(root).into_iter().next().map(|finding| finding.text);
        (rows > most).then(|| Self { rows, most, finding: finding() })
    }
}

impl fmt::Display for TooManyRows {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (rows, most) = (counted(self.rows, "row"), counted(self.most, "row"));
        write!(f, "This statement may read about {rows} (limit: {most}).")?;
        self.finding.as_ref().map_or(Ok(()), |finding| write!(f, " {finding}"))
    }
}
