//! Draws a plan as a tree: one step a line, with its estimated rows as a bar, and its conditions below it.

use super::lines::{PlanLine, PlanStyle, bar, rows_text, wrap};
use super::node::{PlanNode, PlanStep};
use crate::domain::screen_width::ScreenWidth as _;
use crate::domain::text::{excerpt, one_line};

/// The deepest level that moves a line to the right. Deeper steps keep the place of this one.
const LEVELS: usize = 24;
/// The longest condition that is drawn, in characters.
const CONDITION: usize = 400;

/// Where a step stands in the tree.
struct Place {
    /// The lines of the tree before the step itself.
    lead: String,
    /// The same before its further lines.
    further: String,
}

pub(super) fn draw(root: &PlanNode, width: usize) -> Vec<PlanLine> {
    let most = root.walk().filter_map(|(_, node)| node.rows).fold(1.0, f64::max);
    let bar_cells = if width >= 60 { 12 } else { 6 };
    let mut lines = Vec::new();
    let top = Place { lead: String::new(), further: String::new() };
    let mut rest = vec![(top, root)];
    while let Some((place, node)) = rest.pop() {
        draw_step(node, &place, (width, bar_cells, most), &mut lines);
        let last = node.children.len().saturating_sub(1);
        // The cells that the tree may take: at least half of the line stays for the text.
        let is_deep = place.further.cells() / 2 >= LEVELS || place.further.cells() * 2 > width;
        for (at, child) in node.children.iter().enumerate().rev() {
            let (branch, below) = match (is_deep, at == last) {
                (true, _) => ("", ""),
                (false, true) => ("└ ", "  "),
                (false, false) => ("├ ", "│ "),
            };
            let place =
                Place { lead: format!("{}{branch}", place.further), further: format!("{}{below}", place.further) };
            rest.push((place, child));
        }
    }
    lines
}

fn draw_step(node: &PlanNode, place: &Place, (width, bar_cells, most): (usize, usize, f64), lines: &mut Vec<PlanLine>) {
    let rows = rows_text(node.rows);
    let right = if rows.is_empty() { 0 } else { rows.cells() + bar_cells + 3 };
    let below = if node.children.is_empty() { "  " } else { "│ " };
    let detail_lead = format!("{}{below}", place.further);
    // Further lines of a text begin where the details do.
    let room = width.saturating_sub(detail_lead.cells());
    // A line without room for the rows next to the text has them below it.
    let has_room = room >= right + 16;
    let text = wrap(&node.what(), if has_room { room.saturating_sub(right) } else { room });
    for (at, part) in text.iter().enumerate() {
        let lead = if at == 0 { &place.lead } else { &detail_lead };
        let mut parts = vec![(lead.clone(), PlanStyle::Dim), (part.clone(), PlanStyle::Plain)];
        if let (0, true, Some(count)) = (at, has_room && right > 0, node.rows) {
            let used = lead.cells() + part.cells();
            let pad = " ".repeat(width.saturating_sub(used + rows.cells() + 1 + bar_cells));
            parts.push((format!("{pad}{rows} "), PlanStyle::Dim));
            parts.push((bar(count, most, bar_cells), PlanStyle::Bar));
        }
        lines.push(PlanLine(parts));
    }
    let mut details = Vec::new();
    if !has_room && right > 0 {
        details.push(format!("{rows} rows"));
    }
    details.extend(details_of(node));
    for detail in details {
        for part in wrap(&detail, width.saturating_sub(detail_lead.cells())) {
            lines.push(PlanLine(vec![(detail_lead.clone(), PlanStyle::Dim), (part, PlanStyle::Dim)]));
        }
    }
}

/// Returns the lines below a step: facts in one line, then its condition.
fn details_of(node: &PlanNode) -> Vec<String> {
    let mut facts = facts(node);
    if let Some(filtered) = node.filtered.filter(|filtered| *filtered < 99.5) {
        facts.push(format!("{} % match", percent(filtered)));
    }
    let mut lines = Vec::new();
    if !facts.is_empty() {
        lines.push(facts.join("; "));
    }
    if let Some(condition) = node.condition.as_deref().filter(|condition| *condition != "WHERE") {
        lines.push(format!("where {}", excerpt(&one_line(condition), CONDITION)));
    }
    lines
}

/// Returns the facts of a step that its line does not have.
pub(super) fn facts(node: &PlanNode) -> Vec<String> {
    let is_named = node.step == PlanStep::Other;
    node.notes.iter().skip(usize::from(is_named)).map(|note| excerpt(&one_line(note), CONDITION)).collect()
}

/// Formats a share in percent: whole numbers, and one decimal below 10.
pub(super) fn percent(share: f64) -> String {
    if share >= 9.95 { format!("{share:.0}") } else { format!("{share:.1}") }
}
