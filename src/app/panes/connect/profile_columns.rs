//! The columns of the list of profiles, and how wide each is. On a narrow screen, columns are shortened first, then left out.

use crate::app::context::Context;
use crate::app::ui::draw::{clip, clip_middle};
use crate::domain::screen_width::ScreenWidth as _;
use crate::domain::text::visible;

use super::profiles::{LastUse, ProfileTexts, all_profiles};

/// A column of the list.
#[derive(Debug, Clone, Copy)]
pub(super) struct ProfileColumn {
    pub(super) title: &'static str,
    kind: ColumnKind,
    /// The least width to which it is shortened.
    least: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum ColumnKind {
    Name,
    Account,
    Address,
    Database,
    Route,
    LastUse,
}

/// The columns, in the order of the screen.
pub(super) const COLUMNS: [ProfileColumn; 6] = [
    ProfileColumn { title: "name", kind: ColumnKind::Name, least: 12 },
    ProfileColumn { title: "account", kind: ColumnKind::Account, least: 8 },
    ProfileColumn { title: "replica", kind: ColumnKind::Address, least: 20 },
    ProfileColumn { title: "database", kind: ColumnKind::Database, least: 10 },
    ProfileColumn { title: "through", kind: ColumnKind::Route, least: 14 },
    ProfileColumn { title: "last used", kind: ColumnKind::LastUse, least: 14 },
];
/// The numbers of the columns in the order in which they are shortened and left out.
const LEAST_IMPORTANT_FIRST: [usize; 5] = [4, 3, 1, 2, 5];
/// The greatest width of a column, so that one long text does not take the room of all others.
const WIDEST: usize = 60;
/// Cells before the first column: the cursor's mark, the environment, a space.
pub(super) const BEFORE: usize = 8;
/// Cells between two columns.
pub(super) const GAP: usize = 2;

impl ProfileColumn {
    fn text(self, texts: &ProfileTexts) -> String {
        match self.kind {
            ColumnKind::Name => visible(&texts.name).into_owned(),
            ColumnKind::Account => visible(&texts.account).into_owned(),
            ColumnKind::Address => visible(&texts.address).into_owned(),
            ColumnKind::Database => visible(&texts.database).into_owned(),
            ColumnKind::Route => visible(&texts.route).into_owned(),
            ColumnKind::LastUse => visible(&texts.last_use.text()).into_owned(),
        }
    }

    /// Returns the text of a profile as it fits. A part of a time would mislead, so a date has its time or has none.
    pub(super) fn fitting(self, texts: &ProfileTexts, width: usize) -> String {
        let text = self.text(texts);
        match (self.kind, &texts.last_use) {
            (ColumnKind::LastUse, LastUse::At { date, .. }) if text.cells() > width => clip(&visible(date), width),
            (
                ColumnKind::Name
                | ColumnKind::Account
                | ColumnKind::Address
                | ColumnKind::Database
                | ColumnKind::Route
                | ColumnKind::LastUse,
                _,
            ) => clip_middle(&text, width),
        }
    }
}

/// Returns the width of a list in which no text is shortened, unless it is very long. It does not depend on the typed text.
pub(super) fn whole_width(context: &Context) -> usize {
    let texts: Vec<ProfileTexts> = all_profiles(context).map(|profile| profile.texts(context)).collect();
    let columns: usize = natural(&texts).iter().map(|width| width + GAP).sum();
    BEFORE + columns - GAP + 1
}

/// Returns the widths of the columns for their longest texts.
fn natural(lines: &[ProfileTexts]) -> [usize; 6] {
    COLUMNS.map(|column| {
        let width = |texts: &ProfileTexts| match (&texts.last_use, column.kind) {
            // The reason why a profile is left out takes the room of all columns after its name.
            (LastUse::LeftOut(_), kind) if kind != ColumnKind::Name => 0,
            (LastUse::LeftOut(_) | LastUse::Never | LastUse::At { .. } | LastUse::Here | LastUse::LinkLost, _) => {
                column.text(texts).cells()
            }
        };
        lines.iter().map(width).max().unwrap_or(0).max(column.title.cells()).min(WIDEST)
    })
}

/// Returns the widths of the columns. One that is left out has 0.
pub(super) fn widths(lines: &[ProfileTexts], room: usize) -> [usize; 6] {
    // A space stays before the border.
    let room = room.saturating_sub(BEFORE + 1);
    let natural = natural(lines);
    let least: [usize; 6] = std::array::from_fn(|at| natural[at].min(COLUMNS[at].least));
    let mut is_shown = [true; 6];
    let total = |widths: [usize; 6], is_shown: [bool; 6]| {
        let shown = widths.iter().zip(is_shown).filter(|(_, is_shown)| *is_shown);
        shown.fold(0, |sum, (width, _)| sum + width + GAP)
    };
    for at in LEAST_IMPORTANT_FIRST {
        if total(least, is_shown) <= room + GAP {
            break;
        }
        is_shown[at] = false;
    }
    let mut widths = natural;
    for at in LEAST_IMPORTANT_FIRST.into_iter().chain([0]) {
        let over = total(widths, is_shown).saturating_sub(room + GAP);
        widths[at] = widths[at].saturating_sub(over).max(least[at]);
    }
    std::array::from_fn(|at| if is_shown[at] { widths[at] } else { 0 })
}
