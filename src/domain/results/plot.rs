//! A chart of a result: bars or a line over two columns. Values are converted to floats, so it is for display only.

use super::scale::Scale;
use super::{Cell, Column};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PlotKind {
    /// One bar for each row, with a label and a number.
    Bars,
    /// Points joined by a line, ordered by the first column.
    Line,
}

/// The columns of a chart and how they are drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Plot {
    pub kind: PlotKind,
    /// Column of the labels of bars, or of the x values of a line.
    pub x: usize,
    /// Column of the numbers.
    pub y: usize,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Series {
    pub plot: Plot,
    /// The scale of the x values of a line; `None` for bars.
    pub x_scale: Option<Scale>,
    pub y_scale: Scale,
    /// Labels and numbers of the first [`BARS`] bars. A label has the server's characters: it must be cleaned before drawing.
    pub bars: Vec<(String, f64)>,
    /// The points of a line from left to right.
    pub points: Vec<(f64, f64)>,
    /// Rows that were read.
    pub rows: u64,
    /// Rows without a point: NULL, or a date with a zero month or day.
    pub left_out: u64,
    /// Whether fewer points are drawn than there are rows: bars end at [`BARS`], and close points of a line are merged.
    pub is_thinned: bool,
}

/// Why a chart cannot be drawn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlotFault {
    pub what: String,
    pub hint: String,
}

/// The largest number of bars.
pub const BARS: usize = 200;
/// Points that are kept before close ones are merged.
const POINTS: usize = 8192;
/// Sections of the x axis. When points are merged, each section keeps its lowest and its highest point.
const SECTIONS: usize = 1024;
/// Characters of a label.
const LABEL: usize = 60;

/// Collects a [`Series`].
#[derive(Debug)]
pub struct SeriesBuilder {
    series: Series,
}

impl SeriesBuilder {
    /// Makes a builder for a chart of these columns.
    ///
    /// # Errors
    /// When the second column has no numbers, the first column of a line has neither numbers nor times, or a column does not exist.
    pub fn new(plot: Plot, columns: &[Column]) -> Result<Self, PlotFault> {
        let column = |at: usize| {
            columns.get(at).ok_or_else(|| PlotFault {
                what: "The column no longer exists".into(),
                hint: "choose the columns again".into(),
            })
        };
        let (x, y) = (column(plot.x)?, column(plot.y)?);
        let y_scale = Scale::of(y).filter(|scale| *scale != Scale::DateTime).ok_or_else(|| PlotFault {
            what: format!("Column `{}` has no numbers", y.name),
            hint: "choose a column of numbers, or count rows with COUNT(*) and GROUP BY".into(),
        })?;
        let x_scale = match plot.kind {
            PlotKind::Bars => None,
            PlotKind::Line => Some(Scale::of(x).ok_or_else(|| PlotFault {
                what: format!("Column `{}` has neither numbers nor dates for the x axis of a line", x.name),
                hint: "draw bars, or choose another first column".into(),
            })?),
        };
        let (bars, points) = (Vec::new(), Vec::new());
        Ok(Self { series: Series { plot, x_scale, y_scale, bars, points, rows: 0, left_out: 0, is_thinned: false } })
    }

    /// Adds the two values of the next row.
    pub fn push(&mut self, x: Cell<'_>, y: Cell<'_>) {
        let series = &mut self.series;
        series.rows += 1;
        let height = y.bytes().and_then(|bytes| series.y_scale.position(bytes));
        match (series.x_scale, height) {
            (None, Some(height)) if series.bars.len() < BARS => series.bars.push((label(x), height)),
            (None, Some(_)) => series.is_thinned = true,
            (Some(scale), Some(height)) => match x.bytes().and_then(|bytes| scale.position(bytes)) {
                Some(x) => self.add_point(x, height),
                None => series.left_out += 1,
            },
            (_, None) => series.left_out += 1,
        }
    }

    fn add_point(&mut self, x: f64, y: f64) {
        self.series.points.push((x, y));
        if self.series.points.len() >= POINTS {
            self.series.points = thinned(std::mem::take(&mut self.series.points));
            self.series.is_thinned = true;
        }
    }

    #[must_use]
    pub fn finish(mut self) -> Series {
        self.series.points.sort_by(|a, b| a.0.total_cmp(&b.0));
        self.series
    }
}

fn label(cell: Cell<'_>) -> String {
    match cell {
        Cell::Null => "NULL".into(),
        Cell::Bytes(bytes) => {
            String::from_utf8_lossy(bytes.get(..4 * LABEL).unwrap_or(bytes)).chars().take(LABEL).collect()
        }
    }
}

/// Keeps the lowest and the highest point of each section of the x axis, so that the line looks the same.
fn thinned(mut points: Vec<(f64, f64)>) -> Vec<(f64, f64)> {
    points.sort_by(|a, b| a.0.total_cmp(&b.0));
    let (Some(first), Some(last)) = (points.first().copied(), points.last().copied()) else { return points };
    let width = (last.0 - first.0) / SECTIONS as f64;
    let mut kept: Vec<(f64, f64)> = Vec::with_capacity(2 * SECTIONS);
    let section = |point: &(f64, f64)| ((point.0 - first.0) / width).floor();
    let same_section = |a: &(f64, f64), b: &(f64, f64)| width <= 0.0 || (section(a) - section(b)).abs() < 0.5;
    for group in points.chunk_by(same_section) {
        let least = group.iter().copied().min_by(|a, b| a.1.total_cmp(&b.1));
        let most = group.iter().copied().max_by(|a, b| a.1.total_cmp(&b.1));
        let mut pair: Vec<(f64, f64)> = least.into_iter().chain(most).collect();
        pair.sort_by(|a, b| a.0.total_cmp(&b.0));
        pair.dedup();
        kept.extend(pair);
    }
    kept
}
