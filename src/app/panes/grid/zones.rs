//! Shows the times of a column in another time zone, too.

use crate::app::dialogs::ZoneDialog;
use crate::app::panes::PaneContext;
use crate::app::request::Request;
use crate::domain::results::{Column, WireType, type_text};
use crate::domain::screen_width::ScreenWidth as _;
use crate::domain::text::visible;

use super::{Grid, ResultSet};

/// The width of a time without its fraction.
const TIME_WIDTH: usize = 19;
/// The width of the offset after a time, and of the spaces before both.
const OFFSET_WIDTH: usize = 8;

/// A column whose times are shown in another zone, too.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ZonedColumn {
    /// The column's position in the server's order.
    pub column: usize,
    pub name: String,
    /// The column's width before the zone was added, without a share of the free cells.
    pub width: u16,
}

impl Grid {
    /// Opens the dialog for a time zone, if the column under the cursor has times.
    pub(super) fn ask_zone(&self, cx: &mut PaneContext<'_>) {
        let column = self.front().and_then(|result| result.columns.as_ref()?.get(result.column()?));
        match column.map(refusal) {
            None => cx.request(Request::Notice(cx.context.no_result())),
            Some(Some(refusal)) => cx.request(Request::Notice(refusal)),
            Some(None) => cx.open(ZoneDialog),
        }
    }

    /// Shows the times of the column under the cursor in a zone, too. An empty name removes the zone.
    pub fn zone(&mut self, name: String) {
        let Some(result) = self.front_mut() else { return };
        let Some(column) = result.column() else { return };
        let at = result.zones.iter().position(|zoned| zoned.column == column);
        let before = at.map(|at| result.zones.remove(at));
        let width = before.as_ref().map_or_else(|| result.layout.base(column), |before| before.width);
        if name.is_empty() {
            if before.is_some() {
                result.layout.set_base(column, width);
            }
            return;
        }
        let needed = result
            .columns
            .as_ref()
            .and_then(|columns| columns.get(column))
            .map_or(0, |column| width_with_zone(column, &name));
        let needed = u16::try_from(needed).unwrap_or(width);
        result.layout.ensure_base(column, needed);
        result.zones.push(ZonedColumn { column, name, width });
    }
}

impl ResultSet {
    /// Returns the other zone of a column's times.
    #[must_use]
    pub fn zone_of(&self, column: usize) -> Option<&str> {
        self.zones.iter().find(|zoned| zoned.column == column).map(|zoned| zoned.name.as_str())
    }
}

/// Returns the width that a column needs for both times and for its type.
fn width_with_zone(column: &Column, name: &str) -> usize {
    let fraction = match column.decimals {
        digits @ 1..=6 => usize::from(digits) + 1,
        _ => 0,
    };
    // The session's zone is not known here. Most zones are an offset.
    let head = format!("{} read as +00:00 → {name}", type_text(column)).cells();
    (2 * (TIME_WIDTH + fraction) + OFFSET_WIDTH).max(head)
}

/// Returns the notice why a column can have no other zone.
fn refusal(column: &Column) -> Option<String> {
    let name = visible(&column.name);
    match column.wire {
        WireType::Timestamp | WireType::DateTime => None,
        WireType::Date | WireType::NewDate => Some(format!("`{name}` is a date without a time. It has no time zone.")),
        WireType::Time => Some(format!("`{name}` is a time without a date. It has no time zone.")),
        _ => Some(format!("`{name}` is not a time. It has no time zone.")),
    }
}

/// Returns the type of a column, for times with the session's zone and the other zone. It is shortened to fit the width.
pub(super) fn type_label(column: &Column, session: Option<&str>, other: Option<&str>, width: usize) -> String {
    let plain = type_text(column);
    let short = plain.trim_end_matches(" (no zone)");
    let name = short.split(['(', ' ']).next().unwrap_or_default();
    let texts = match (other, column.wire) {
        (None, WireType::Timestamp) => match session {
            Some(session) => vec![format!("{plain} {session}"), plain.clone(), name.to_owned()],
            None => vec![plain.clone(), name.to_owned()],
        },
        (None, _) => vec![plain.clone(), short.to_owned(), name.to_owned()],
        (Some(other), wire) => {
            let session = session.unwrap_or("+00:00");
            let is_instant = wire == WireType::Timestamp;
            let read_as = if is_instant { session.to_owned() } else { format!("read as {session}") };
            vec![
                format!("{plain} {read_as} → {other}"),
                format!("{short} {read_as} → {other}"),
                format!("{read_as} → {other}"),
                format!("{session} → {other}"),
            ]
        }
    };
    texts.iter().find(|text| text.cells() <= width).or(texts.last()).cloned().unwrap_or_default()
}
