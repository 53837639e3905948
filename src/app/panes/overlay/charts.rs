//! The list of what can be drawn of a result: bars and lines by pairs of its columns, those of the cursor's column first.

use std::collections::HashMap;

use crate::app::request::Request;
use crate::app::ui::draw::grouped;
use crate::domain::results::{Column, Plot, PlotKind, Scale, TypeClass};

use super::{Item, Take};

/// Pairs of columns that are listed; with more of them the list says so.
const MOST: usize = 2_000;

/// What a column can be.
struct Roles {
    /// The numbers of bars and lines.
    up: bool,
    /// The labels of bars.
    label: bool,
    /// The places along a line.
    along: bool,
}

/// What can be drawn of these columns, with the cursor in this one; and a line about those that are not listed.
pub(super) fn charts(columns: &[Column], here: Option<usize>) -> (Vec<Item>, Option<Item>) {
    let roles: Vec<Roles> = columns.iter().map(roles).collect();
    let is = |at: usize, role: fn(&Roles) -> bool| roles.get(at).is_some_and(role);
    let names = names(columns);
    let plots = |y: usize, x: usize| {
        let can = x != y && is(y, |roles| roles.up);
        let bars = (can && is(x, |roles| roles.label)).then_some(Plot { form: PlotKind::Bars, x, y });
        let line = (can && is(x, |roles| roles.along)).then_some(Plot { form: PlotKind::Line, x, y });
        bars.into_iter().chain(line)
    };
    let all = || 0..columns.len();
    let of_here = here.into_iter().flat_map(|y| all().map(move |x| (y, x)));
    let by_here = here.into_iter().flat_map(|x| all().map(move |y| (y, x)));
    let others =
        all().filter(|y| Some(*y) != here && is(*y, |roles| roles.up)).flat_map(|y| all().map(move |x| (y, x)));
    let pairs = of_here.chain(by_here).chain(others.filter(|(_, x)| Some(*x) != here));
    let items: Vec<Item> = pairs.flat_map(|(y, x)| plots(y, x)).take(MOST).map(|plot| item(plot, &names)).collect();
    // Each column of numbers stands with every other one.
    let count = |role: fn(&Roles) -> bool| roles.iter().filter(|roles| role(roles)).count();
    let [labels, alongs] = [count(|roles| roles.label), count(|roles| roles.along)];
    let with_itself = |roles: &Roles| usize::from(roles.label) + usize::from(roles.along);
    let total: usize = roles.iter().filter(|roles| roles.up).map(|roles| labels + alongs - with_itself(roles)).sum();
    let more = total.saturating_sub(items.len());
    let note = (more > 0).then(|| {
        let words = "put the cursor on one of their columns: its own come first";
        Item {
            name: format!("{} more are not listed", grouped(more as u64)),
            more: words.into(),
            right: String::new(),
            take: Take::Requests(vec![Request::Notice(words.into())]),
        }
    });
    (items, note)
}

fn item(plot: Plot, names: &[String]) -> Item {
    let name = |at: usize| names.get(at).map_or("", String::as_str);
    let word = match plot.form {
        PlotKind::Bars => "bars",
        PlotKind::Line => "line",
    };
    Item {
        name: format!("{word}: {} by {}", name(plot.y), name(plot.x)),
        more: String::new(),
        right: String::new(),
        take: Take::Requests(vec![Request::Plot(plot)]),
    }
}

fn roles(column: &Column) -> Roles {
    let scale = Scale::of(column);
    Roles {
        up: scale.is_some_and(|scale| scale != Scale::Moment),
        // Bars by measured numbers are as many as there are rows, each with a label of its own.
        label: !matches!(column.class(), TypeClass::Decimal | TypeClass::Float),
        along: scale.is_some(),
    }
}

/// The names of columns; those of the same name with their numbers.
fn names(columns: &[Column]) -> Vec<String> {
    let mut counts: HashMap<String, usize> = HashMap::new();
    for column in columns {
        *counts.entry(column.name.to_lowercase()).or_default() += 1;
    }
    let is_alone = |column: &Column| counts.get(&column.name.to_lowercase()).is_none_or(|count| *count == 1);
    let name = |(at, column): (usize, &Column)| {
        if is_alone(column) { column.name.clone() } else { format!("{} #{}", column.name, at + 1) }
    };
    columns.iter().enumerate().map(name).collect()
}
