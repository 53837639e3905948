//! Draws a problem for the user.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use crate::domain::problem::Problem;

use super::draw::{parts, wrap};
use super::theme::Theme;

/// Empty cells left and right of the text, together.
pub const MARGINS: u16 = 2;

/// Draws a problem: what happened, why, and what to do next. Returns the row below it.
pub fn draw_problem(problem: &Problem, area: Rect, buffer: &mut Buffer, theme: Theme) -> u16 {
    let width = usize::from(area.width.saturating_sub(MARGINS));
    let mut y = area.y;
    for (text, style) in problem_sentences(problem, theme) {
        for part in wrap(&text, width) {
            if y < area.bottom() {
                parts(buffer, (area.x + 1, y), area.right(), [(part.as_str(), style)]);
                y += 1;
            }
        }
    }
    y
}

/// Returns the rows that a problem takes at this width.
#[must_use]
pub fn problem_rows(problem: &Problem, width: usize, theme: Theme) -> usize {
    problem_sentences(problem, theme).iter().map(|(text, _)| wrap(text, width).len()).sum()
}

/// Returns the sentences of a problem with their styles.
fn problem_sentences(problem: &Problem, theme: Theme) -> Vec<(String, Style)> {
    let mut sentences = vec![(problem.what.clone(), theme.bad())];
    sentences.extend(problem.because.iter().map(|cause| (format!("because: {cause}"), theme.text())));
    sentences.extend(
        problem
            .server
            .iter()
            .map(|error| (format!("ERROR {} ({}): {}", error.code, error.state, error.message), theme.text())),
    );
    sentences.extend(problem.hint.iter().map(|hint| (format!("next: {hint}"), theme.warning())));
    sentences
}
