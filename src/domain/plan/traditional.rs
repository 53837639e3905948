//! Reads the rows of EXPLAIN in the traditional format, which every server has.

use super::json::UnreadablePlan;
use super::node::{Access, JoinMethod, PlanExtra, PlanNode, PlanStep, SubqueryRuns};

/// The most rows that are read: more than a statement can have tables.
const ROWS: usize = 1_000;

/// The answer to EXPLAIN: the names of its columns, and the cells of its rows; `None` is NULL.
#[derive(Debug, Clone, Copy)]
pub struct TraditionalRows<'a> {
    pub columns: &'a [String],
    pub rows: &'a [Vec<Option<String>>],
}

/// One row of the answer, by the names of its columns.
#[derive(Clone, Copy)]
struct Row<'a> {
    columns: &'a [String],
    cells: &'a [Option<String>],
}

impl<'a> Row<'a> {
    fn text(&self, column: &str) -> Option<&'a str> {
        let at = self.columns.iter().position(|name| name.eq_ignore_ascii_case(column))?;
        self.cells.get(at)?.as_deref().filter(|text| !text.is_empty())
    }

    fn number(&self, column: &str) -> Option<f64> {
        self.text(column)?.trim().parse().ok().filter(|number: &f64| number.is_finite() && *number >= 0.0)
    }

    fn id(&self) -> Option<u64> {
        self.text("id")?.parse().ok()
    }

    fn select_type(&self) -> String {
        self.text("select_type").unwrap_or_default().to_ascii_uppercase()
    }

    fn extra(&self) -> &'a str {
        self.text("Extra").unwrap_or_default()
    }
}

/// The tables of one SELECT.
struct Block {
    id: Option<u64>,
    kind: String,
    tables: Vec<PlanNode>,
    extras: Vec<PlanExtra>,
}

pub(super) fn read(answer: &TraditionalRows<'_>) -> Result<PlanNode, UnreadablePlan> {
    let has = |name: &str| answer.columns.iter().any(|column| column.eq_ignore_ascii_case(name));
    if !has("select_type") || !has("table") || answer.rows.is_empty() {
        return Err(UnreadablePlan::UnknownFormat);
    }
    let rows = answer.rows.iter().take(ROWS).map(|cells| Row { columns: answer.columns, cells });
    let mut blocks: Vec<Block> = Vec::new();
    for row in rows {
        if row.select_type().ends_with(" RESULT") {
            continue;
        }
        let id = row.id();
        let at = blocks.iter().position(|block| block.id == id).unwrap_or_else(|| {
            blocks.push(Block { id, kind: row.select_type(), tables: Vec::new(), extras: Vec::new() });
            blocks.len() - 1
        });
        if let Some(block) = blocks.get_mut(at) {
            block.tables.push(read_table(&row));
            for (words, extra) in
                [("Using temporary", PlanExtra::TemporaryTable), ("Using filesort", PlanExtra::Filesort)]
            {
                if row.extra().contains(words) && !block.extras.contains(&extra) {
                    block.extras.push(extra);
                }
            }
        }
    }
    Ok(assemble(blocks))
}

/// Puts the SELECTs together: a derived table below the table that reads it, a subquery below the first SELECT.
fn assemble(blocks: Vec<Block>) -> PlanNode {
    let mut outer: Option<PlanNode> = None;
    let mut parts = Vec::new();
    // The last SELECT is the innermost one, so that a SELECT is complete before it is put below another.
    let mut inner: Vec<(Option<u64>, PlanNode)> = Vec::new();
    for block in blocks.into_iter().rev() {
        let (id, kind) = (block.id, block.kind.clone());
        let mut node = block.into_node(&mut inner);
        if kind == "PRIMARY" || kind == "SIMPLE" {
            node.children.extend(inner.drain(..).rev().map(|(_, node)| node));
            outer = Some(node);
        } else if kind.contains("UNION") {
            parts.push(node);
        } else if kind == "DERIVED" || kind == "MATERIALIZED" || kind.ends_with(" DERIVED") {
            inner.push((id, PlanNode::new(PlanStep::Materialize, vec![node])));
        } else {
            let runs = if kind.starts_with("DEPENDENT") { SubqueryRuns::ForEachRow } else { SubqueryRuns::Once };
            inner.push((id, PlanNode::new(PlanStep::Subquery(runs), vec![node])));
        }
    }
    let mut all: Vec<PlanNode> = outer.into_iter().collect();
    all.extend(parts.into_iter().rev());
    all.extend(inner.into_iter().rev().map(|(_, node)| node));
    match (all.pop(), all.is_empty()) {
        (Some(node), true) => node,
        (Some(node), false) => {
            all.push(node);
            PlanNode::new(PlanStep::Union, all)
        }
        (None, _) => PlanNode::default(),
    }
}

impl Block {
    /// Makes the step of the SELECT. Takes the derived tables that its tables read.
    fn into_node(self, inner: &mut Vec<(Option<u64>, PlanNode)>) -> PlanNode {
        let mut tables = self.tables;
        for table in &mut tables {
            let Some(number) = table.table.as_deref().and_then(number_of_derived) else { continue };
            if let Some(at) = inner.iter().position(|(id, _)| *id == Some(number)) {
                table.children.push(inner.remove(at).1);
            }
        }
        let mut node = match (tables.pop(), tables.is_empty()) {
            (Some(table), true) => table,
            (Some(table), false) => {
                tables.push(table);
                PlanNode::new(PlanStep::Join, tables)
            }
            (None, _) => PlanNode::default(),
        };
        if self.extras.contains(&PlanExtra::TemporaryTable) {
            let step = PlanNode::new(PlanStep::Temporary, vec![node]);
            node = PlanNode { extras: vec![PlanExtra::TemporaryTable], ..step };
        }
        if self.extras.contains(&PlanExtra::Filesort) {
            let step = PlanNode::new(PlanStep::Sort(String::new()), vec![node]);
            node = PlanNode { extras: vec![PlanExtra::Filesort], ..step };
        }
        PlanNode::new(PlanStep::Select(self.id), vec![node])
    }
}

/// Returns the number of the SELECT that a table like `<derived2>` has the rows of.
fn number_of_derived(table: &str) -> Option<u64> {
    let inside = table.strip_prefix('<')?.strip_suffix('>')?;
    let digits = inside.trim_start_matches(|c: char| !c.is_ascii_digit());
    digits.parse().ok()
}

fn read_table(row: &Row<'_>) -> PlanNode {
    let extra = row.extra();
    let Some(table) = row.text("table") else {
        return PlanNode::new(PlanStep::Nothing(extra.to_owned()), Vec::new());
    };
    let join = if extra.contains("hash join") || extra.contains("BNLH") {
        JoinMethod::Hash
    } else if extra.contains("Block Nested Loop") || extra.contains("BNL join") {
        JoinMethod::BlockNestedLoop
    } else {
        JoinMethod::NestedLoop
    };
    let mut notes = Vec::new();
    notes.extend(row.text("ref").map(|value| format!("compared with {value}")));
    if extra.contains("Using index") && !extra.contains("Using index condition") {
        notes.push("only the index is read".into());
    }
    PlanNode {
        table: Some(table.to_owned()),
        access: row.text("type").map(Access::parse),
        key: row.text("key").map(str::to_owned),
        possible_keys: row
            .text("possible_keys")
            .into_iter()
            .flat_map(|keys| keys.split(','))
            .map(str::to_owned)
            .collect(),
        rows: row.number("rows"),
        filtered: row.number("filtered"),
        // The format says only that there is a condition.
        condition: extra.contains("Using where").then(|| "WHERE".into()),
        join,
        notes,
        ..PlanNode::new(PlanStep::Table, Vec::new())
    }
}
