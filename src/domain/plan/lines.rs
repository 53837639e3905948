//! Lines of a plan: text with styles, no wider than the panel that shows them.

use super::findings::{Finding, FindingLevel, count};
use crate::domain::quantity::counted;
use crate::domain::screen_width::{ScreenWidth as _, character_cells};
use crate::domain::text::visible;

/// How a part of a line is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PlanStyle {
    Plain,
    /// The head of a column.
    Name,
    Dim,
    /// A bar.
    Bar,
    Warning,
    Heading,
}

/// A line: its parts with their styles.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PlanLine(pub Vec<(String, PlanStyle)>);

impl PlanLine {
    /// Returns the text without styles.
    #[must_use]
    pub fn text(&self) -> String {
        self.0.iter().map(|(text, _)| text.as_str()).collect()
    }
}

/// Returns the findings, each with a mark before its first line.
pub(super) fn finding_lines(findings: &[Finding], rows: u64, width: usize) -> Vec<PlanLine> {
    let head = match rows {
        0 => "The plan has no estimate of rows.".to_owned(),
        rows => format!("Reads about {}.", counted(rows, "row")),
    };
    let mut lines: Vec<PlanLine> =
        wrap(&head, width).into_iter().map(|line| PlanLine(vec![(line, PlanStyle::Heading)])).collect();
    if findings.is_empty() {
        let text = "Nothing in the plan looks slow.";
        lines.extend(wrap(text, width).into_iter().map(|line| PlanLine(vec![(line, PlanStyle::Plain)])));
    }
    for finding in findings {
        let (mark, style) = match finding.level {
            FindingLevel::Warning => ("! ", PlanStyle::Warning),
            FindingLevel::Note => ("· ", PlanStyle::Dim),
        };
        for (at, line) in wrap(&finding.text, width.saturating_sub(2)).into_iter().enumerate() {
            let lead = if at == 0 { mark } else { "  " };
            let text_style = if finding.level == FindingLevel::Warning { style } else { PlanStyle::Plain };
            lines.push(PlanLine(vec![(lead.into(), style), (line, text_style)]));
        }
    }
    lines
}

/// Splits a text into lines of at most `width` cells, between words where possible.
pub(super) fn wrap(text: &str, width: usize) -> Vec<String> {
    let width = width.max(1);
    let text = visible(text);
    let mut lines = vec![String::new()];
    let mut used = 0;
    for word in text.split_inclusive(' ') {
        let cells = word.trim_end().cells();
        if used > 0 && used + cells > width {
            lines.push(String::new());
            used = 0;
        }
        for character in word.chars() {
            let cells = character_cells(character);
            if used + cells > width {
                if character == ' ' {
                    continue;
                }
                lines.push(String::new());
                used = 0;
            }
            if let Some(line) = lines.last_mut() {
                line.push(character);
            }
            used += cells;
        }
    }
    lines.iter().map(|line| line.trim_end().to_owned()).collect()
}

/// Cuts a text to `width` cells. A cut text ends with an ellipsis.
pub(super) fn clip(text: &str, width: usize) -> String {
    let text = visible(text);
    if text.cells() <= width {
        return text.into_owned();
    }
    let mut cut = String::new();
    let mut used = 1;
    for character in text.chars() {
        used += character_cells(character);
        if used > width {
            break;
        }
        cut.push(character);
    }
    if width > 0 {
        cut.push('…');
    }
    cut
}

/// Returns the bar of a count, on a logarithmic scale up to the largest count.
pub(super) fn bar(rows: f64, most: f64, cells: usize) -> String {
    /// Eighths of a cell, from none to seven.
    const EIGHTHS: [&str; 8] = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];
    let share = if most > 1.0 { (rows.max(1.0).ln() / most.ln()).clamp(0.0, 1.0) } else { 0.0 };
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a share of a screen's width")]
    let eighths = ((share * cells as f64 * 8.0).round() as usize).max(1);
    format!("{}{}", "█".repeat(eighths / 8), EIGHTHS.get(eighths % 8).copied().unwrap_or_default())
}

/// Formats an estimated count of rows for a column.
pub(super) fn rows_text(rows: Option<f64>) -> String {
    rows.map(count).unwrap_or_default()
}
