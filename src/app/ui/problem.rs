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
    for (text, tone) in problem_sentences(problem) {
        for part in wrap(&text, width) {
            if y < area.bottom() {
                parts(buffer, (area.x + 1, y), area.right(), [(part.as_str(), tone.style(theme))]);
                y += 1;
            }
        }
    }
    y
}

/// What a line of a problem or a question is about. The theme has a style for each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SentenceTone {
    /// What failed.
    Failure,
    Plain,
    /// Less important than the lines around it.
    Dim,
    /// What the user does next.
    Next,
}

impl SentenceTone {
    #[must_use]
    pub fn style(self, theme: Theme) -> Style {
        match self {
            Self::Failure => theme.bad(),
            Self::Plain => theme.text(),
            Self::Dim => theme.dim(),
            Self::Next => theme.warning(),
        }
    }
}

/// Returns the sentences of a problem.
#[must_use]
pub fn problem_sentences(problem: &Problem) -> Vec<(String, SentenceTone)> {
    let mut sentences = vec![(problem.what.clone(), SentenceTone::Failure)];
    sentences.extend(problem.because.iter().map(|cause| (format!("because: {cause}"), SentenceTone::Plain)));
    sentences.extend(
        problem
            .server
            .iter()
            .map(|error| (format!("ERROR {} ({}): {}", error.code, error.state, error.message), SentenceTone::Plain)),
    );
    sentences.extend(problem.hint.iter().map(|hint| (format!("next: {hint}"), SentenceTone::Next)));
    sentences
}
