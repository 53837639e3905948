//! Asks which chart of the result to draw, in steps: what to show, then along which column.

use std::collections::HashMap;
use std::sync::Arc;

use crate::app::context::Context;
use crate::app::focus::Focus;
use crate::app::request::{
    Dialog, DialogAnswer, DialogItem, DialogOutcome, DialogShape, DialogStep, DialogSubject, Request,
};
use crate::domain::quantity::grouped;
use crate::domain::results::{Column, Plot, PlotKind, Scale, TypeClass};

/// Columns that are listed at most. If there are more, the last item says how many.
const MOST: usize = 2_000;

/// Asks for the column that is shown, and for the column along which it is drawn.
#[derive(Debug)]
pub struct ChartDialog {
    columns: Arc<[Column]>,
    /// The column of the cursor.
    here: Option<usize>,
    /// The column that is shown, when it is chosen.
    shown: Option<usize>,
    /// The typed text and the cursor of the first step, for going back.
    first_step: DialogStep,
}

impl ChartDialog {
    /// Starts with what to show.
    #[must_use]
    pub fn new(columns: Arc<[Column]>, here: Option<usize>) -> Self {
        Self { columns, here, shown: None, first_step: DialogStep::default() }
    }

    /// Returns the columns with `first` before all others, and then those that suit.
    fn sorted(&self, first: Option<usize>, suits: impl Fn(&Column) -> bool) -> Vec<usize> {
        let mut order: Vec<usize> = (0..self.columns.len()).collect();
        order.sort_by_key(|at| (Some(*at) != first, !self.columns.get(*at).is_some_and(&suits)));
        order
    }

    /// Returns the items for what to show.
    fn values(&self) -> Vec<DialogItem> {
        let names = names(&self.columns);
        let item = |at: usize| {
            let name = names.get(at).map_or("", String::as_str);
            let is_number = self.columns.get(at).is_some_and(has_numbers);
            let about = if is_number { "bars of sums, or a line" } else { "bars of counts" };
            DialogItem { number: Some(at), ..DialogItem::new(name, Vec::new()).about(about) }
        };
        self.sorted(self.here, has_numbers).into_iter().take(MOST).map(item).collect()
    }

    /// Returns the items for the column along which it is drawn.
    fn axes(&self, y: usize) -> Vec<DialogItem> {
        let names = names(&self.columns);
        let is_counted = !self.columns.get(y).is_some_and(has_numbers);
        let items = |x: usize| {
            let column = self.columns.get(x);
            let name = names.get(x).map_or("", String::as_str);
            let item = |kind: PlotKind, text: &str| {
                DialogItem::new(format!("{name} ({text})"), vec![Request::Plot(Plot { kind, x, y })])
            };
            // Times are an axis first. Measured numbers differ in each row, so there would be a bar for each row.
            let line = (!is_counted && column.is_some_and(|column| Scale::of(column).is_some()))
                .then(|| item(PlotKind::Line, "line"));
            let is_label = |column: &Column| !matches!(column.class(), TypeClass::Decimal | TypeClass::Float);
            let bars = column.is_some_and(is_label).then(|| item(PlotKind::Bars, "bars"));
            let [first, second] = if column.is_some_and(has_times) { [line, bars] } else { [bars, line] };
            first.into_iter().chain(second)
        };
        let is_axis = |column: &Column| !has_numbers(column);
        let first = self.here.filter(|here| self.columns.get(*here).is_some_and(is_axis));
        let others = self.sorted(first, is_axis).into_iter().filter(|x| *x != y || is_counted);
        others.flat_map(items).take(MOST).collect()
    }
}

impl Dialog for ChartDialog {
    fn shape(&self) -> DialogShape {
        DialogShape::List
    }

    fn subject(&self) -> DialogSubject {
        DialogSubject::Panel(Focus::Grid)
    }

    fn title(&self) -> &'static str {
        match self.shown {
            None => "Draw a chart: what to show?",
            Some(_) => "Draw a chart: along which column?",
        }
    }

    fn enter_hint(&self) -> &'static str {
        match self.shown {
            None => "continue",
            Some(_) => "draw",
        }
    }

    fn items(&self, _context: &Context) -> Vec<DialogItem> {
        self.shown.map_or_else(|| self.values(), |y| self.axes(y))
    }

    fn last_item(&self) -> Option<DialogItem> {
        let more = self.columns.len().checked_sub(MOST).filter(|more| *more > 0)?;
        let advice = "put the cursor on a column to list it first";
        let text = format!("{} more columns are not listed", grouped(more as u64));
        Some(DialogItem::new(text, vec![Request::Notice(advice.into())]).about(advice))
    }

    fn empty_text(&self, typed: &str, context: &Context) -> String {
        match (typed, self.shown) {
            ("", None) => "The result has no columns.".into(),
            ("", Some(_)) => "A chart of numbers needs a second column.".into(),
            _ => context.no_matches(),
        }
    }

    fn submit(&mut self, answer: DialogAnswer<'_>, _context: &Context) -> DialogOutcome {
        let Some(shown) = answer.item.as_ref().and_then(|item| item.number) else { return answer.take_item() };
        self.shown = Some(shown);
        self.first_step = DialogStep { typed: answer.typed.to_owned(), cursor: answer.cursor };
        DialogOutcome::Step(DialogStep::default())
    }

    fn back(&mut self, _answer: DialogAnswer<'_>) -> Option<DialogStep> {
        self.shown.take().map(|_| self.first_step.clone())
    }

    fn has_step_before(&self) -> bool {
        self.shown.is_some()
    }
}

/// Returns whether the values can be the heights of bars or of a line.
fn has_numbers(column: &Column) -> bool {
    Scale::of(column).is_some_and(|scale| scale != Scale::DateTime)
}

fn has_times(column: &Column) -> bool {
    Scale::of(column) == Some(Scale::DateTime)
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
