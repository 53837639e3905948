//! Asks which chart of the result to draw: bars or a line, of two columns.

use std::collections::HashMap;
use std::sync::Arc;

use crate::app::context::Context;
use crate::app::focus::Focus;
use crate::app::request::{Dialog, DialogAnswer, DialogItem, DialogOutcome, DialogShape, DialogSubject, Request};
use crate::domain::quantity::grouped;
use crate::domain::results::{Column, Plot, PlotKind, Scale, TypeClass};

/// Charts that are listed at most. If there are more, the last item says how many.
const MOST: usize = 2_000;

/// Lists the charts of a result. Those with the cursor's column come first.
#[derive(Debug)]
pub struct ChartDialog {
    pub columns: Arc<[Column]>,
    /// The column of the cursor.
    pub here: Option<usize>,
}

impl Dialog for ChartDialog {
    fn shape(&self) -> DialogShape {
        DialogShape::List
    }

    fn subject(&self) -> DialogSubject {
        DialogSubject::Panel(Focus::Grid)
    }

    fn title(&self) -> &'static str {
        "Draw a chart"
    }

    fn enter_hint(&self) -> &'static str {
        "draw"
    }

    fn items(&self, _context: &Context) -> Vec<DialogItem> {
        charts(&self.columns, self.here).0
    }

    fn last_item(&self) -> Option<DialogItem> {
        charts(&self.columns, self.here).1
    }

    fn empty_text(&self, typed: &str, _context: &Context) -> String {
        if typed.is_empty() {
            "No column has numbers to draw. COUNT(*) with GROUP BY turns texts into numbers.".into()
        } else {
            "No matches.".into()
        }
    }

    fn submit(&mut self, answer: DialogAnswer<'_>, _context: &Context) -> DialogOutcome {
        answer.take_item()
    }
}

/// The roles that a column can have in a chart.
struct ChartUse {
    /// The numbers of bars and lines, on the vertical axis.
    is_value: bool,
    /// The labels of bars.
    is_label: bool,
    /// The horizontal axis of a line.
    is_axis: bool,
}

/// Returns the charts of these columns, and an item about charts that are not listed. Those of the cursor's column come first.
fn charts(columns: &[Column], here: Option<usize>) -> (Vec<DialogItem>, Option<DialogItem>) {
    let uses: Vec<ChartUse> = columns.iter().map(chart_use).collect();
    let is = |at: usize, can: fn(&ChartUse) -> bool| uses.get(at).is_some_and(can);
    let names = names(columns);
    let plots = |y: usize, x: usize| {
        let can = x != y && is(y, |of| of.is_value);
        let bars = (can && is(x, |of| of.is_label)).then_some(Plot { kind: PlotKind::Bars, x, y });
        let line = (can && is(x, |of| of.is_axis)).then_some(Plot { kind: PlotKind::Line, x, y });
        bars.into_iter().chain(line)
    };
    let all = || 0..columns.len();
    let of_here = here.into_iter().flat_map(|y| all().map(move |x| (y, x)));
    let by_here = here.into_iter().flat_map(|x| all().map(move |y| (y, x)));
    let others =
        all().filter(|y| Some(*y) != here && is(*y, |of| of.is_value)).flat_map(|y| all().map(move |x| (y, x)));
    let pairs = of_here.chain(by_here).chain(others.filter(|(_, x)| Some(*x) != here));
    let items: Vec<DialogItem> =
        pairs.flat_map(|(y, x)| plots(y, x)).take(MOST).map(|plot| item(plot, &names)).collect();
    // The number of all charts: each column of numbers with each other column.
    let count = |can: fn(&ChartUse) -> bool| uses.iter().filter(|of| can(of)).count();
    let [labels, axes] = [count(|of| of.is_label), count(|of| of.is_axis)];
    let with_itself = |of: &ChartUse| usize::from(of.is_label) + usize::from(of.is_axis);
    let total: usize = uses.iter().filter(|of| of.is_value).map(|of| labels + axes - with_itself(of)).sum();
    let more = total.saturating_sub(items.len());
    let last = (more > 0).then(|| {
        let advice = "put the cursor on a column to list its charts first";
        DialogItem::new(format!("{} more are not listed", grouped(more as u64)), vec![Request::Notice(advice.into())])
            .about(advice)
    });
    (items, last)
}

fn item(plot: Plot, names: &[String]) -> DialogItem {
    let name = |at: usize| names.get(at).map_or("", String::as_str);
    let kind = match plot.kind {
        PlotKind::Bars => "bars",
        PlotKind::Line => "line",
    };
    DialogItem::new(format!("{kind}: {} by {}", name(plot.y), name(plot.x)), vec![Request::Plot(plot)])
}

fn chart_use(column: &Column) -> ChartUse {
    let scale = Scale::of(column);
    ChartUse {
        is_value: scale.is_some_and(|scale| scale != Scale::DateTime),
        // Measured numbers differ in each row, so there would be a bar for each row.
        is_label: !matches!(column.class(), TypeClass::Decimal | TypeClass::Float),
        is_axis: scale.is_some(),
    }
}

/// Returns the names of the columns. A name that occurs more than once gets the column's number.
fn names(columns: &[Column]) -> Vec<String> {
    let mut counts: HashMap<String, usize> = HashMap::new();
    for column in columns {
        *counts.entry(column.name.to_lowercase()).or_default() += 1;
    }
    let is_unique = |column: &Column| counts.get(&column.name.to_lowercase()).is_none_or(|count| *count == 1);
    let name = |(at, column): (usize, &Column)| {
        if is_unique(column) { column.name.clone() } else { format!("{} #{}", column.name, at + 1) }
    };
    columns.iter().enumerate().map(name).collect()
}
