//! Draws a problem as the user reads it.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use crate::domain::problem::Problem;

use super::draw::{parts, wrap};
use super::theme::Theme;

/// Cells that stay empty at the sides of the text, both together.
pub const MARGINS: u16 = 2;

/// Draws a problem: what happened, because of what, what to do next. Returns the line below it.
pub fn draw_problem(problem: &Problem, area: Rect, buffer: &mut Buffer, theme: Theme) -> u16 {
    let width = usize::from(area.width.saturating_sub(MARGINS));
    let mut y = area.y;
    for (text, style) in problem_words(problem, theme) {
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
    problem_words(problem, theme).iter().map(|(text, _)| wrap(text, width).len()).sum()
}

/// Returns the sentences of a problem with their styles.
fn problem_words(problem: &Problem, theme: Theme) -> Vec<(String, Style)> {
    let mut words = vec![(problem.what.clone(), theme.bad())];
    words.extend(problem.because.iter().map(|cause| (format!("because: {cause}"), theme.text())));
    words.extend(
        problem
            .server
            .iter()
            .map(|error| (format!("ERROR {} ({}): {}", error.code, error.state, error.message), theme.text())),
    );
    words.extend(problem.hint.iter().map(|hint| (format!("next: {hint}"), theme.warning())));
    words
}
