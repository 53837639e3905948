//! Draws the list of profiles with the line that narrows it. On a narrow screen, columns are shortened first, then left out.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::app::action::Action;
use crate::app::context::Context;
use crate::app::ui::draw::{clip, clip_middle, parts, wrap};
use crate::app::ui::line::visible_line;
use crate::app::ui::theme::Theme;
use crate::domain::profile::Environment;
use crate::domain::screen_width::ScreenWidth as _;
use crate::domain::text::visible;

use super::profiles::{ListedProfile, ProfileTexts, all_profiles, lines_above};
use super::{Connect, ConnectAction};

/// Draws the list of profiles.
#[derive(Debug)]
pub(super) struct ProfilesView<'a> {
    pub(super) connect: &'a Connect,
    pub(super) context: &'a Context,
    pub(super) theme: Theme,
}

/// A column of the list.
#[derive(Debug, Clone, Copy)]
struct ProfileColumn {
    title: &'static str,
    text: fn(&ProfileTexts) -> &str,
    /// The least width to which it is shortened.
    least: usize,
}

const LAST_USE: &str = "last used";

/// The columns, in the order of the screen.
const COLUMNS: [ProfileColumn; 6] = [
    ProfileColumn { title: "name", text: |texts| &texts.name, least: 12 },
    ProfileColumn { title: "account", text: |texts| &texts.account, least: 8 },
    ProfileColumn { title: "replica", text: |texts| &texts.address, least: 20 },
    ProfileColumn { title: "database", text: |texts| &texts.database, least: 10 },
    ProfileColumn { title: "through", text: |texts| &texts.route, least: 14 },
    ProfileColumn { title: LAST_USE, text: |texts| &texts.last_use, least: 14 },
];
/// The numbers of the columns in the order in which they are shortened and left out.
const LEAST_IMPORTANT_FIRST: [usize; 5] = [4, 3, 1, 2, 5];
/// The greatest width of a column, so that one long text does not take the room of all others.
const WIDEST: usize = 60;
/// Cells before the first column: the cursor's mark, the environment, a space.
const BEFORE: usize = 8;
/// Cells of a date and of a date with a time.
const DATE: usize = 10;
const DATE_AND_TIME: usize = 16;
/// Cells between two columns.
const GAP: usize = 2;

/// Draws the list of profiles into the panel.
pub(super) fn draw(view: &ProfilesView<'_>, area: Rect, buffer: &mut Buffer) {
    let (theme, context) = (view.theme, view.context);
    let key = |action| context.key(Action::Connect(action));
    if all_profiles(context).next().is_none() {
        parts(buffer, (area.x + 1, area.y + 1), area.right(), [("No profiles yet.", theme.text())]);
        parts(
            buffer,
            (area.x + 1, area.y + 3),
            area.right(),
            [
                (key(ConnectAction::Add).as_str(), theme.key()),
                (" adds one. Or quit and try ", theme.dim()),
                ("rrx demo", theme.key()),
            ],
        );
        return;
    }
    let above = lines_above(area.height);
    if above > 0 {
        filter_line(view, area, buffer);
    }
    let listed = view.connect.listed(context);
    let first = area.y + above;
    if listed.is_empty() {
        let text = format!("No profile matches. {} clears the filter.", key(ConnectAction::Close));
        parts(buffer, (area.x + 1, first), area.right(), [(text.as_str(), theme.dim())]);
        return;
    }
    let texts: Vec<ProfileTexts> = listed.iter().map(|profile| profile.texts(context)).collect();
    let widths = widths(&texts, usize::from(area.width));
    if above > 1 {
        titles(view, widths, Rect { y: area.y + 1, ..area }, buffer);
    }
    let rows = listed.iter().zip(&texts).enumerate().skip(view.connect.list.top);
    for ((row, (profile, texts)), y) in rows.zip(first..area.bottom()) {
        let is_here = row == view.connect.list.cursor;
        line(view, (*profile, texts), is_here, widths, Rect { y, height: 1, ..area }, buffer);
    }
    let is_demo = |listed| matches!(listed, ListedProfile::Usable(profile) if profile.environment == Environment::Demo);
    if all_profiles(context).all(is_demo) {
        demo_text(view, Rect { y: first + 2, ..area }.intersection(area), buffer);
    }
}

/// Draws the line that narrows the list.
fn filter_line(view: &ProfilesView<'_>, area: Rect, buffer: &mut Buffer) {
    let theme = view.theme;
    let typed = visible_line(view.connect.filter.parts(), usize::from(area.width).saturating_sub(9));
    let texts = [
        ("find", theme.dim()),
        (" › ", theme.key()),
        (typed.before_cursor.as_str(), theme.text()),
        ("▏", theme.key()),
        (typed.after_cursor.as_str(), theme.text()),
    ];
    parts(buffer, (area.x + 1, area.y), area.right(), texts);
}

fn titles(view: &ProfilesView<'_>, widths: [usize; 6], area: Rect, buffer: &mut Buffer) {
    let mut x = area.x + cells(BEFORE);
    for (column, width) in COLUMNS.iter().zip(widths).filter(|(_, width)| *width > 0) {
        let title = clip(column.title, width);
        parts(buffer, (x, area.y), area.right(), [(title.as_str(), view.theme.dim())]);
        x += cells(width + GAP);
    }
}

fn line(
    view: &ProfilesView<'_>,
    (profile, texts): (ListedProfile<'_>, &ProfileTexts),
    is_here: bool,
    widths: [usize; 6],
    area: Rect,
    buffer: &mut Buffer,
) {
    let theme = view.theme;
    let (badge, badge_style, name_style) = match profile {
        ListedProfile::Usable(profile) => {
            (profile.environment.label(), theme.environment(profile.environment), theme.text())
        }
        ListedProfile::LeftOut(_) => ("", theme.dim(), theme.dim()),
    };
    let badge = format!(" {badge:<4} ");
    let mark = if is_here { "›" } else { " " };
    parts(buffer, (area.x, area.y), area.right(), [(mark, theme.key()), (badge.as_str(), badge_style)]);
    let mut x = area.x + cells(BEFORE);
    let left_out = matches!(profile, ListedProfile::LeftOut(_));
    for (number, (column, width)) in COLUMNS.iter().zip(widths).enumerate().filter(|(_, (_, width))| *width > 0) {
        let text = visible((column.text)(texts));
        let style = match (number, is_here) {
            (0, true) => theme.cursor(),
            (0, false) => name_style,
            _ => theme.dim(),
        };
        // The reason why a profile is left out takes the room of all other columns.
        if left_out && number > 0 {
            let room = usize::from(area.right().saturating_sub(x));
            let reason = clip(&visible(&texts.last_use), room);
            parts(buffer, (x, area.y), area.right(), [(reason.as_str(), style)]);
            return;
        }
        // A part of a time would mislead.
        let is_time = text.len() == DATE_AND_TIME && text.starts_with(|first: char| first.is_ascii_digit());
        let text = if is_time && column.title == LAST_USE && width < DATE_AND_TIME {
            clip(text.get(..DATE).unwrap_or_default(), width)
        } else {
            clip_middle(&text, width)
        };
        let text = text.padded(width);
        parts(buffer, (x, area.y), area.right(), [(text.as_str(), style)]);
        x += cells(width + GAP);
    }
}

/// Returns the widths of the columns. One that is left out has 0.
fn widths(lines: &[ProfileTexts], room: usize) -> [usize; 6] {
    // A space stays before the border.
    let room = room.saturating_sub(BEFORE + 1);
    // The reason why a profile is left out is no time of its last use.
    let usable: Vec<&ProfileTexts> = lines.iter().filter(|texts| !texts.address.is_empty()).collect();
    let natural = COLUMNS.map(|column| {
        let text = |texts: &&ProfileTexts| visible((column.text)(texts)).cells();
        let names = lines.iter().map(|texts| visible(&texts.name).cells()).max().unwrap_or(0);
        let widest = if column.title == "name" { names } else { usable.iter().map(text).max().unwrap_or(0) };
        widest.max(column.title.cells()).min(WIDEST)
    });
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

/// Draws what the demo is, and how a profile is added.
fn demo_text(view: &ProfilesView<'_>, area: Rect, buffer: &mut Buffer) {
    let key = view.context.key(Action::Connect(ConnectAction::Add));
    let add = format!("You have no profile of your own yet. {key} adds one.");
    let texts = [
        "The demo is a replica with an invented study, built into this program. It needs nothing, and nothing can break.",
        add.as_str(),
    ];
    let width = usize::from(area.width).saturating_sub(2);
    let lines = texts.iter().flat_map(|text| wrap(text, width).into_iter().chain([String::new()]));
    for (line, y) in lines.zip(area.y..area.bottom()) {
        parts(buffer, (area.x + 1, y), area.right(), [(line.as_str(), view.theme.dim())]);
    }
}

fn cells(count: usize) -> u16 {
    u16::try_from(count).unwrap_or(u16::MAX)
}
