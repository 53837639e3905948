//! Times of a column in another zone too: which columns have such, and what the header says of it.

use unicode_width::UnicodeWidthStr;

use crate::app::dialogs::ZoneDialog;
use crate::app::panes::PaneContext;
use crate::app::request::Request;
use crate::domain::results::{Column, WireType, type_text};
use crate::domain::text::visible;

use super::{Grid, ResultSet};

/// Cells of a time without its fraction.
const TIME: usize = 19;
/// Cells of the offset behind a time, with the blanks before both.
const BESIDE: usize = 8;

/// A column whose times are shown in another zone too.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ZonedColumn {
    /// The column, in the server's order.
    pub column: usize,
    /// The zone's name.
    pub name: String,
    /// The column's width without it.
    pub width: u16,
}

impl Grid {
    /// Asks for a time zone, where the column under the cursor has times.
    pub(super) fn ask_zone(&self, cx: &mut PaneContext<'_>) {
        let column = self.front().and_then(|result| result.columns.as_ref()?.get(result.column()?));
        match column.map(refusal) {
            None => cx.request(Request::Notice("There is no column yet.".into())),
            Some(Some(refusal)) => cx.request(Request::Notice(refusal)),
            Some(None) => cx.open(ZoneDialog),
        }
    }

    /// Shows a column's times in a zone too; an empty name takes it away.
    pub fn zone(&mut self, name: String) {
        let Some(result) = self.front_mut() else { return };
        let Some(column) = result.column() else { return };
        let at = result.zones.iter().position(|zoned| zoned.column == column);
        let before = at.map(|at| result.zones.remove(at));
        let width = before.as_ref().map_or_else(|| result.layout.width(column), |before| before.width);
        if name.is_empty() {
            if before.is_some() {
                result.layout.resize(column, width);
            }
            return;
        }
        let needed = result
            .columns
            .as_ref()
            .and_then(|columns| columns.get(column))
            .map_or(0, |column| width_with_zone(column, &name));
        let needed = u16::try_from(needed).unwrap_or(width);
        result.layout.resize(column, result.layout.width(column).max(needed));
        result.zones.push(ZonedColumn { column, name, width });
    }
}

impl ResultSet {
    /// The zone in which a column's times are shown too.
    #[must_use]
    pub fn zone_of(&self, column: usize) -> Option<&str> {
        self.zones.iter().find(|zoned| zoned.column == column).map(|zoned| zoned.name.as_str())
    }
}

/// Cells that a column wants for both times, and for what is said above them.
fn width_with_zone(column: &Column, name: &str) -> usize {
    let fraction = match column.decimals {
        digits @ 1..=6 => usize::from(digits) + 1,
        _ => 0,
    };
    // Which zone is the session's is not known here: most are an offset.
    let head = format!("{} read as +00:00 → {name}", type_text(column)).width();
    (2 * (TIME + fraction) + BESIDE).max(head)
}

/// Why another zone means nothing to a column.
fn refusal(column: &Column) -> Option<String> {
    let name = visible(&column.name);
    match column.wire {
        WireType::Timestamp | WireType::DateTime => None,
        WireType::Date | WireType::NewDate => Some(format!("`{name}` is a date without a time. It has no time zone.")),
        WireType::Time => Some(format!("`{name}` is a time without a date. It has no time zone.")),
        _ => Some(format!("`{name}` is not a time. It has no time zone.")),
    }
}

/// The type of a column, of a time with the zone in which the session reads it and with the one in which it is shown too; in
/// as many words as fit.
pub(super) fn type_words(column: &Column, session: Option<&str>, other: Option<&str>, width: usize) -> String {
    let plain = type_text(column);
    let Some(other) = other else {
        return match (column.wire, session) {
            (WireType::Timestamp, Some(session)) => format!("{plain} {session}"),
            _ => plain,
        };
    };
    let session = session.unwrap_or("+00:00");
    if column.wire == WireType::Timestamp {
        return format!("{plain} {session} → {other}");
    }
    let short = plain.trim_end_matches(" (no zone)");
    let ways = [
        format!("{plain} read as {session} → {other}"),
        format!("{short} read as {session} → {other}"),
        format!("read as {session} → {other}"),
        format!("{session} → {other}"),
    ];
    let [.., least] = &ways;
    ways.iter().find(|words| words.width() <= width).unwrap_or(least).clone()
}
