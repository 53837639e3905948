//! Draws a plan as a table: one line for each table of the statement, in the order in which they are read.

use super::lines::{PlanLine, PlanStyle, bar, clip, rows_text};
use super::node::{PlanNode, PlanStep};
use super::tree_lines::{facts, percent};
use crate::domain::screen_width::ScreenWidth as _;
use crate::domain::text::one_line;

/// The widest name in a column, in cells.
const NAME: usize = 24;
const HEAD: [&str; 5] = ["table", "access", "key", "rows", "match"];

pub(super) fn draw(root: &PlanNode, width: usize) -> Vec<PlanLine> {
    let tables: Vec<&PlanNode> =
        root.walk().map(|(_, node)| node).filter(|node| node.step == PlanStep::Table).collect();
    if tables.is_empty() {
        return vec![PlanLine(vec![(clip("The statement reads no table.", width), PlanStyle::Dim)])];
    }
    let cells: Vec<[String; 5]> = tables.iter().map(|node| cells_of(node)).collect();
    let mut widths = HEAD.map(str::cells);
    for row in &cells {
        for (widest, cell) in widths.iter_mut().zip(row) {
            *widest = (*widest).max(cell.cells());
        }
    }
    let most = tables.iter().filter_map(|node| node.rows).fold(1.0, f64::max);
    let mut lines = vec![line(&HEAD.map(str::to_owned), widths, PlanStyle::Name, width)];
    for (node, row) in tables.iter().zip(&cells) {
        let mut drawn = line(row, widths, PlanStyle::Plain, width);
        let room = width.saturating_sub(drawn.text().cells() + 2);
        if let Some(rows) = node.rows.filter(|_| room >= 4) {
            let bar = bar(rows, most, room.min(12));
            let rest = room.saturating_sub(14);
            let facts = if rest >= 8 { facts(node).join("; ") } else { String::new() };
            drawn.0.push(("  ".into(), PlanStyle::Plain));
            if facts.is_empty() {
                drawn.0.push((bar, PlanStyle::Bar));
            } else {
                drawn.0.push((bar.padded(14), PlanStyle::Bar));
                drawn.0.push((clip(&facts, rest), PlanStyle::Dim));
            }
        }
        lines.push(drawn);
    }
    lines
}

fn cells_of(node: &PlanNode) -> [String; 5] {
    [
        clip(&node.table_name(), NAME),
        clip(node.access.as_ref().map_or("", |access| access.name()), NAME),
        clip(&node.key.as_deref().map(one_line).unwrap_or_default(), NAME),
        rows_text(node.rows),
        node.filtered.map(|share| format!("{} %", percent(share))).unwrap_or_default(),
    ]
}

/// Returns the cells of a line. The last two columns are numbers.
fn line(cells: &[String; 5], widths: [usize; 5], style: PlanStyle, width: usize) -> PlanLine {
    let mut text = String::new();
    for (at, (cell, wide)) in cells.iter().zip(widths).enumerate() {
        if at > 0 {
            text.push_str("  ");
        }
        if at >= 3 {
            text.push_str(&" ".repeat(wide.saturating_sub(cell.cells())));
            text.push_str(cell);
        } else {
            text.push_str(&cell.padded(wide));
        }
    }
    PlanLine(vec![(clip(&text, width), style)])
}
