//! Draws a line chart with axes. Bars are lines of text (`profile_lines.rs`).

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::symbols::Marker;
use ratatui::widgets::{Axis, Chart, Clear, Dataset, GraphType, Widget};

use crate::app::ui::theme::Theme;
use crate::domain::results::{GlyphSet, Scale, Series};
use crate::domain::screen_width::ScreenWidth as _;

/// Least distance of two labels of the horizontal axis.
const LABEL_CELLS: u16 = 18;

/// The range of an axis, and its labels.
struct AxisRange {
    bounds: [f64; 2],
    labels: Vec<String>,
}

impl AxisRange {
    fn of(values: impl Iterator<Item = f64>, scale: Scale, most: usize) -> Option<Self> {
        let (least, greatest) =
            values.fold((f64::INFINITY, f64::NEG_INFINITY), |(a, b), value| (a.min(value), b.max(value)));
        if !least.is_finite() || !greatest.is_finite() {
            return None;
        }
        // A single value is in the middle.
        let (least, greatest) = if least < greatest { (least, greatest) } else { (least - 1.0, greatest + 1.0) };
        let step = scale.step(greatest - least, most);
        let (from, to) = ((least / step).floor() * step, (greatest / step).ceil() * step);
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a few steps")]
        let steps = ((to - from) / step).round().clamp(1.0, 50.0) as u32;
        let labels = (0..=steps).map(|at| scale.label(from + f64::from(at) * step, step)).collect();
        Some(Self { bounds: [from, to], labels })
    }

    /// Returns the width of the widest label.
    fn widest(&self) -> u16 {
        let widest = self.labels.iter().map(|label| label.cells()).max().unwrap_or(0);
        u16::try_from(widest).unwrap_or(u16::MAX)
    }

    /// Removes labels that do not fit: those between the two ends first, then all. The widget gives each label the same width.
    fn thin(&mut self, room: u16) {
        let has_room = |labels: usize| room / u16::try_from(labels).unwrap_or(u16::MAX).max(1) > self.widest();
        if has_room(self.labels.len()) {
            return;
        }
        let ends = has_room(2);
        let last = self.labels.pop().filter(|_| ends);
        self.labels.truncate(usize::from(ends));
        self.labels.extend(last);
    }

    fn axis<'a>(self, theme: Theme) -> Axis<'a> {
        Axis::default().bounds(self.bounds).labels(self.labels).style(theme.dim())
    }
}

/// Draws a line into an area. Returns whether there was anything to draw.
pub(super) fn draw(series: &Series, area: Rect, buffer: &mut Buffer, theme: Theme) -> bool {
    let Some(along) = series.x_scale else { return false };
    let points = &series.points;
    let across = usize::from((area.width / LABEL_CELLS).clamp(1, 8));
    let high = usize::from((area.height / 3).clamp(1, 10));
    let (Some(x), Some(y)) = (
        AxisRange::of(points.iter().map(|point| point.0), along, across),
        AxisRange::of(points.iter().map(|point| point.1), series.y_scale, high),
    ) else {
        return false;
    };
    let mut x = x;
    // To the left are the labels of the vertical axis, half of the first label below, and a line.
    x.thin(area.width.saturating_sub(y.widest().max(x.widest()) + 1));
    let marker = if theme.glyphs() == GlyphSet::Ascii { Marker::Dot } else { Marker::Braille };
    let line = Dataset::default().marker(marker).graph_type(GraphType::Line).style(theme.good()).data(points);
    Clear.render(area, buffer);
    Chart::new(vec![line]).x_axis(x.axis(theme)).y_axis(y.axis(theme)).render(area, buffer);
    true
}
