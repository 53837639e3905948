//! A result as bars or as a line: which columns, and the points that come of them. For the eye: it goes through floats. Knows
//! no screen.

use super::scale::Scale;
use super::{Cell, Column};

/// How it is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PlotKind {
    /// A bar for each row: its label and its number.
    Bars,
    /// Points joined by a line, in the order of the first column's values.
    Line,
}

/// Which columns are drawn, and how.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Plot {
    /// How.
    pub form: PlotKind,
    /// The labels of bars, the places along the line.
    pub x: usize,
    /// The numbers.
    pub y: usize,
}

/// What is drawn.
#[derive(Debug, Clone, PartialEq)]
pub struct Series {
    /// Which columns, and how.
    pub plot: Plot,
    /// What a line's first column measures; `None` of bars.
    pub along: Option<Scale>,
    /// What the second column measures.
    pub up: Scale,
    /// Labels and numbers of bars, as far as [`BARS`] go. A label's characters are the server's: a screen cleans them.
    pub bars: Vec<(String, f64)>,
    /// Points of a line, from left to right.
    pub points: Vec<(f64, f64)>,
    /// Rows looked at.
    pub rows: u64,
    /// Rows that have no point: NULL, a date of zero.
    pub left_out: u64,
    /// Whether there are more rows than are drawn: bars end at [`BARS`], points that lie close together were joined.
    pub is_thinned: bool,
}

/// Why columns cannot be drawn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlotFault {
    /// What is wrong, in a sentence.
    pub what: String,
    /// What to do instead.
    pub hint: String,
}

/// Bars that are drawn at most.
pub const BARS: usize = 200;
/// Points that are kept before those that lie close together are joined.
const POINTS: usize = 8192;
/// Places along the line of which the least and the greatest point stay.
const PLACES: usize = 1024;
/// Characters of a label.
const LABEL: usize = 60;

/// Collects a [`Series`].
#[derive(Debug)]
pub struct SeriesBuilder {
    series: Series,
}

impl SeriesBuilder {
    /// For these columns of a result.
    ///
    /// # Errors
    /// Where the second column holds no numbers, a line's first one neither numbers nor times, or a column is not there.
    pub fn new(plot: Plot, columns: &[Column]) -> Result<Self, PlotFault> {
        let column = |at: usize| {
            columns.get(at).ok_or_else(|| PlotFault {
                what: "The column is not there any more".into(),
                hint: "choose the columns again".into(),
            })
        };
        let (x, y) = (column(plot.x)?, column(plot.y)?);
        let up = Scale::of(y).filter(|scale| *scale != Scale::Moment).ok_or_else(|| PlotFault {
            what: format!("`{}` holds no numbers to draw", y.name),
            hint: "choose a column of numbers; COUNT(*) with GROUP BY makes numbers of texts".into(),
        })?;
        let along = match plot.form {
            PlotKind::Bars => None,
            PlotKind::Line => Some(Scale::of(x).ok_or_else(|| PlotFault {
                what: format!("`{}` holds neither numbers nor dates to draw a line along", x.name),
                hint: "draw bars, or choose another first column".into(),
            })?),
        };
        let (bars, points) = (Vec::new(), Vec::new());
        Ok(Self { series: Series { plot, along, up, bars, points, rows: 0, left_out: 0, is_thinned: false } })
    }

    /// Takes the two values of the next row.
    pub fn push(&mut self, x: Cell<'_>, y: Cell<'_>) {
        let series = &mut self.series;
        series.rows += 1;
        let height = y.bytes().and_then(|bytes| series.up.place(bytes));
        match (series.along, height) {
            (None, Some(height)) if series.bars.len() < BARS => series.bars.push((label(x), height)),
            (None, Some(_)) => series.is_thinned = true,
            (Some(along), Some(height)) => match x.bytes().and_then(|bytes| along.place(bytes)) {
                Some(place) => self.point(place, height),
                None => series.left_out += 1,
            },
            (_, None) => series.left_out += 1,
        }
    }

    fn point(&mut self, place: f64, height: f64) {
        self.series.points.push((place, height));
        if self.series.points.len() >= POINTS {
            self.series.points = thinned(std::mem::take(&mut self.series.points));
            self.series.is_thinned = true;
        }
    }

    /// What came of them.
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

/// The least and the greatest point of each place along the line: what the eye would see of all of them.
fn thinned(mut points: Vec<(f64, f64)>) -> Vec<(f64, f64)> {
    points.sort_by(|a, b| a.0.total_cmp(&b.0));
    let (Some(first), Some(last)) = (points.first().copied(), points.last().copied()) else { return points };
    let width = (last.0 - first.0) / PLACES as f64;
    let mut kept: Vec<(f64, f64)> = Vec::with_capacity(2 * PLACES);
    let place = |point: &(f64, f64)| ((point.0 - first.0) / width).floor();
    let same_place = |a: &(f64, f64), b: &(f64, f64)| width <= 0.0 || (place(a) - place(b)).abs() < 0.5;
    for group in points.chunk_by(same_place) {
        let least = group.iter().copied().min_by(|a, b| a.1.total_cmp(&b.1));
        let most = group.iter().copied().max_by(|a, b| a.1.total_cmp(&b.1));
        let mut pair: Vec<(f64, f64)> = least.into_iter().chain(most).collect();
        pair.sort_by(|a, b| a.0.total_cmp(&b.0));
        pair.dedup();
        kept.extend(pair);
    }
    kept
}
