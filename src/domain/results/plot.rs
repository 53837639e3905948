//! A chart of a result: bars or a line over two columns. Values are converted to floats, so it is for display only. The numbers
//! of bars are exact sums or counts.

use std::collections::HashMap;

use super::exact_sum::{ExactSum, rounded};
use super::scale::Scale;
use super::{Cell, Column, TypeClass, bit_number};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PlotKind {
    /// One bar for each label, with the sum of its numbers or the count of its values.
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
    /// Column of the numbers, or of the values that bars count.
    pub y: usize,
}

/// What the rows of one label add up to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum BarValue {
    /// The sum of numbers.
    Sum,
    /// The count of values that are not NULL, because they are not numbers.
    Count,
}

/// A bar with its label.
#[derive(Debug, Clone, PartialEq)]
pub struct Bar {
    /// The label has the server's characters: it must be cleaned before drawing.
    pub label: String,
    pub value: f64,
    /// The value with all its digits.
    pub text: String,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Series {
    pub plot: Plot,
    /// The scale of the x values of a line; `None` for bars.
    pub x_scale: Option<Scale>,
    pub y_scale: Scale,
    /// What each bar shows.
    pub bar_value: BarValue,
    /// The first `BARS` bars, in the order in which their labels occur.
    pub bars: Vec<Bar>,
    /// Whether a label occurs in several rows, which are one bar.
    pub is_joined: bool,
    /// The points of a line from left to right.
    pub points: Vec<(f64, f64)>,
    /// Rows that were read.
    pub rows: u64,
    /// Rows without a point: NULL, or a date with a zero month or day.
    pub left_out: u64,
    /// Whether fewer points are drawn than there are rows: bars end at `BARS`, and close points of a line are merged.
    pub is_thinned: bool,
}

/// Why a chart cannot be drawn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlotFault {
    pub what: String,
    pub hint: String,
}

/// The largest number of bars.
const BARS: usize = 200;
/// Points that are kept before close ones are merged.
const POINTS: usize = 8192;
/// Sections of the x axis. When points are merged, each section keeps its lowest and its highest point.
const SECTIONS: usize = 1024;
/// Characters of a label.
const LABEL: usize = 60;

impl Series {
    /// Returns what it shows, for columns of these names: `sum of amount by status`.
    #[must_use]
    pub fn title(&self, x: &str, y: &str) -> String {
        match (self.plot.kind, self.bar_value) {
            (PlotKind::Bars, BarValue::Count) => format!("count of {y} by {x}"),
            (PlotKind::Bars, BarValue::Sum) if self.is_joined => format!("sum of {y} by {x}"),
            (PlotKind::Bars | PlotKind::Line, BarValue::Sum | BarValue::Count) => format!("{y} by {x}"),
        }
    }
}

/// Collects a [`Series`].
#[derive(Debug)]
pub struct SeriesBuilder {
    series: Series,
    /// The position of the bar of each label; `None` is NULL.
    positions: HashMap<Option<Box<[u8]>>, usize>,
    /// The labels of the bars and what they add up to.
    sums: Vec<(String, BarSum)>,
    has_floats: bool,
}

/// The sum of one bar.
#[derive(Debug, Default)]
struct BarSum {
    exact: ExactSum,
    float: f64,
    count: u64,
}

impl SeriesBuilder {
    /// Makes a builder for a chart of these columns.
    ///
    /// # Errors
    /// When a line has no numbers, or neither numbers nor times along its axis, or when a column does not exist.
    pub fn new(plot: Plot, columns: &[Column]) -> Result<Self, PlotFault> {
        let column = |at: usize| {
            columns.get(at).ok_or_else(|| PlotFault {
                what: "The column no longer exists".into(),
                hint: "choose the columns again".into(),
            })
        };
        let (x, y) = (column(plot.x)?, column(plot.y)?);
        let numbers = Scale::of(y).filter(|scale| *scale != Scale::DateTime);
        let (bar_value, y_scale) = match (numbers, plot.kind) {
            (Some(scale), _) => (BarValue::Sum, scale),
            (None, PlotKind::Bars) => (BarValue::Count, Scale::Number),
            (None, PlotKind::Line) => {
                return Err(PlotFault {
                    what: format!("Column `{}` has no numbers", y.name),
                    hint: "choose a column of numbers, or draw bars, which count the values".into(),
                });
            }
        };
        let x_scale = match plot.kind {
            PlotKind::Bars => None,
            PlotKind::Line => Some(Scale::of(x).ok_or_else(|| PlotFault {
                what: format!("Column `{}` has neither numbers nor dates for the x axis of a line", x.name),
                hint: "draw bars, or choose another column along which to draw".into(),
            })?),
        };
        let has_floats = y.class() == TypeClass::Float || y_scale == Scale::Time;
        let series = Series {
            plot,
            x_scale,
            y_scale,
            bar_value,
            bars: Vec::new(),
            is_joined: false,
            points: Vec::new(),
            rows: 0,
            left_out: 0,
            is_thinned: false,
        };
        Ok(Self { series, positions: HashMap::new(), sums: Vec::new(), has_floats })
    }

    /// Adds the two values of the next row.
    pub fn push(&mut self, x: Cell<'_>, y: Cell<'_>) {
        self.series.rows += 1;
        let Some(bytes) = y.bytes() else {
            self.series.left_out += 1;
            return;
        };
        let height = match self.series.bar_value {
            BarValue::Count => Some(1.0),
            BarValue::Sum => self.series.y_scale.position(bytes),
        };
        match (self.series.x_scale, height) {
            (None, Some(height)) => self.add_to_bar(x, bytes, height),
            (Some(scale), Some(height)) => match x.bytes().and_then(|bytes| scale.position(bytes)) {
                Some(x) => self.add_point(x, height),
                None => self.series.left_out += 1,
            },
            (_, None) => self.series.left_out += 1,
        }
    }

    /// Adds a value to the bar of a label. Whole labels are compared, also where only their first characters are shown.
    fn add_to_bar(&mut self, x: Cell<'_>, y: &[u8], height: f64) {
        let key = x.bytes().map(Box::from);
        let position = match self.positions.get(&key) {
            Some(position) => {
                self.series.is_joined = true;
                *position
            }
            None if self.sums.len() >= BARS => {
                self.series.is_thinned = true;
                return;
            }
            None => {
                self.positions.insert(key, self.sums.len());
                self.sums.push((label(x), BarSum::default()));
                self.sums.len() - 1
            }
        };
        let Some((_, sum)) = self.sums.get_mut(position) else { return };
        sum.count += 1;
        sum.float += height;
        if self.series.y_scale == Scale::Bit {
            sum.exact.add(bit_number(y).unwrap_or(0).to_string().as_bytes());
        } else if !self.has_floats {
            sum.exact.add(y);
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
        let (value, has_floats) = (self.series.bar_value, self.has_floats);
        let bar = |(label, sum): (String, BarSum)| match value {
            BarValue::Count => Bar { label, value: sum.count as f64, text: sum.count.to_string() },
            // Numbers that are not plain decimals are only in the float.
            BarValue::Sum if has_floats || sum.exact.count() < sum.count => {
                Bar { label, value: sum.float, text: rounded(sum.float) }
            }
            BarValue::Sum => Bar { label, value: sum.exact.nearest(), text: sum.exact.sum() },
        };
        self.series.bars = self.sums.into_iter().map(bar).collect();
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
