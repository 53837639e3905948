//! One step of a plan, in the same form for all servers.

use crate::domain::quantity::counted;
use crate::domain::text::one_line;

/// A step of a plan with the steps below it. Steps below a join run in their order.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct PlanNode {
    pub step: PlanStep,
    /// The table, as the statement names it.
    pub table: Option<String>,
    pub access: Option<Access>,
    pub key: Option<String>,
    /// The keys that could serve the conditions.
    pub possible_keys: Vec<String>,
    /// The estimated rows that one execution of the step reads.
    pub rows: Option<f64>,
    /// The estimated share of these rows that match the conditions, in percent.
    pub filtered: Option<f64>,
    pub cost: Option<f64>,
    /// The condition that is checked for each row.
    pub condition: Option<String>,
    pub join: JoinMethod,
    pub extras: Vec<PlanExtra>,
    /// Further facts, as part of a sentence.
    pub notes: Vec<String>,
    pub children: Vec<PlanNode>,
}

/// What a step does.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum PlanStep {
    /// Something that only this server knows, in its words.
    #[default]
    Other,
    /// A SELECT with its number, if it has one.
    Select(Option<u64>),
    Union,
    Join,
    Table,
    /// Sorts by these expressions.
    Sort(String),
    Group,
    Distinct,
    Window,
    /// Collects rows in a temporary table.
    Temporary,
    /// Collects the rows of a subquery, so that it runs once.
    Materialize,
    Subquery(SubqueryRuns),
    /// Keeps the rows that match the condition of the node.
    Filter,
    /// Ends after this number of rows.
    Limit(u64),
    /// Reads no table, for this reason.
    Nothing(String),
}

/// How often a subquery runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SubqueryRuns {
    Once,
    /// It depends on a row of the outer statement.
    ForEachRow,
}

/// How a table is read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Access {
    /// All rows, without a key.
    Full,
    /// All entries of a key.
    FullIndex,
    /// A part of a key.
    Range,
    /// The rows of a key with given values.
    Lookup,
    /// The one row of a unique key with given values.
    OneRow,
    /// One row, which is read before the statement runs.
    Constant,
    /// Several keys, whose rows are merged.
    Merge,
    /// In a way that only this server knows, in its words.
    Other(String),
}

impl Access {
    /// Reads the access type of EXPLAIN.
    #[must_use]
    pub(super) fn parse(name: &str) -> Self {
        match name.to_ascii_lowercase().as_str() {
            "all" => Self::Full,
            "index" => Self::FullIndex,
            "range" => Self::Range,
            "ref" | "ref_or_null" | "index_subquery" | "fulltext" => Self::Lookup,
            "eq_ref" | "unique_subquery" => Self::OneRow,
            "const" | "system" => Self::Constant,
            "index_merge" => Self::Merge,
            _ => Self::Other(one_line(name)),
        }
    }

    /// Returns the name for a column of a table.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::Full => "all rows",
            Self::FullIndex => "whole index",
            Self::Range => "range",
            Self::Lookup => "lookup",
            Self::OneRow => "one row",
            Self::Constant => "constant",
            Self::Merge => "index merge",
            Self::Other(name) => name,
        }
    }

    /// Whether it reads the whole table or index.
    #[must_use]
    pub fn is_scan(&self) -> bool {
        match self {
            Self::Full | Self::FullIndex => true,
            Self::Range | Self::Lookup | Self::OneRow | Self::Constant | Self::Merge | Self::Other(_) => false,
        }
    }
}

/// How the rows of a table are joined with those of the steps before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum JoinMethod {
    /// The table is read again for each row.
    #[default]
    NestedLoop,
    /// The table is read once for many rows, and each pair is compared.
    BlockNestedLoop,
    /// The table is read once, and pairs are found by a hash.
    Hash,
}

/// An expensive means that a step uses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PlanExtra {
    Filesort,
    TemporaryTable,
}

impl PlanNode {
    pub(super) fn new(step: PlanStep, children: Vec<Self>) -> Self {
        Self { step, children, ..Self::default() }
    }

    /// Describes the step in words.
    #[must_use]
    pub fn what(&self) -> String {
        let text = match &self.step {
            PlanStep::Other => self.notes.first().cloned().unwrap_or_else(|| "Step".into()),
            PlanStep::Select(Some(number)) => format!("SELECT #{number}"),
            PlanStep::Select(None) => "SELECT".into(),
            PlanStep::Union => "Combine the rows of a UNION".into(),
            PlanStep::Join => "Join".into(),
            PlanStep::Table => self.describe_access(),
            PlanStep::Sort(by) if by.is_empty() => "Sort".into(),
            PlanStep::Sort(by) => format!("Sort by {}", one_line(by)),
            PlanStep::Group => "Group".into(),
            PlanStep::Distinct => "Remove duplicates".into(),
            PlanStep::Window => "Compute window functions".into(),
            PlanStep::Temporary => "Collect the rows".into(),
            PlanStep::Materialize => "Store the rows of a subquery".into(),
            PlanStep::Subquery(SubqueryRuns::Once) => "Subquery, once".into(),
            PlanStep::Subquery(SubqueryRuns::ForEachRow) => "Subquery, again for each row".into(),
            PlanStep::Filter => "Filter".into(),
            PlanStep::Limit(rows) => format!("Stop after {}", counted(*rows, "row")),
            PlanStep::Nothing(why) => format!("Read no table: {}", one_line(why)),
        };
        let uses: Vec<&str> = self
            .extras
            .iter()
            .map(|extra| match extra {
                PlanExtra::Filesort => "filesort",
                PlanExtra::TemporaryTable => "temporary table",
            })
            .collect();
        if uses.is_empty() { text } else { format!("{text} ({})", uses.join(", ")) }
    }

    fn describe_access(&self) -> String {
        let table = self.table_name();
        let key = |before: &str| self.key.as_ref().map_or_else(String::new, |key| format!("{before}{}", one_line(key)));
        let mut text = match &self.access {
            None => format!("Read {table}"),
            Some(Access::Full) => format!("Read all rows of {table}"),
            Some(Access::FullIndex) => format!("Read the whole index{} of {table}", key(" ")),
            Some(Access::Range) => format!("Read a range of {table}{}", key(" by ")),
            Some(Access::Lookup) => format!("Look up rows of {table}{}", key(" by ")),
            Some(Access::OneRow) => format!("Look up one row of {table}{}", key(" by ")),
            Some(Access::Constant) => format!("Read one row of {table}{}, once", key(" by ")),
            Some(Access::Merge) => format!("Merge several indexes of {table}{}", key(": ")),
            Some(Access::Other(name)) => format!("Read {table}{} ({name})", key(" by ")),
        };
        match self.join {
            JoinMethod::NestedLoop => {}
            JoinMethod::BlockNestedLoop => text.push_str(", block nested loop"),
            JoinMethod::Hash => text.push_str(", hash join"),
        }
        text
    }

    /// Returns the table in one line.
    #[must_use]
    pub fn table_name(&self) -> String {
        self.table.as_deref().map_or_else(|| "a table".into(), one_line)
    }

    /// Returns the step and all steps below it, each before those below it, with its depth.
    pub fn walk(&self) -> impl Iterator<Item = (usize, &Self)> {
        let mut rest = vec![(0_usize, self)];
        std::iter::from_fn(move || {
            let (depth, node) = rest.pop()?;
            rest.extend(node.children.iter().rev().map(|child| (depth + 1, child)));
            Some((depth, node))
        })
    }
}
