//! Draws the list of profiles with the line that narrows it.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::app::action::Action;
use crate::app::context::Context;
use crate::app::ui::draw::{clip, parts, wrap};
use crate::app::ui::line::visible_line;
use crate::app::ui::theme::Theme;
use crate::domain::profile::Environment;
use crate::domain::screen_width::ScreenWidth as _;
use crate::domain::text::visible;

use super::profile_columns::{BEFORE, COLUMNS, GAP, widths};
use super::profiles::{ListedProfile, ProfileTexts, all_profiles, lines_above};
use super::{Connect, ConnectAction};

/// Draws the list of profiles.
#[derive(Debug)]
pub(super) struct ProfilesView<'a> {
    pub(super) connect: &'a Connect,
    pub(super) context: &'a Context,
    pub(super) theme: Theme,
}

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
        let row = ListLine { profile: *profile, texts, is_here: row == view.connect.list.cursor };
        line(view, &row, widths, Rect { y, height: 1, ..area }, buffer);
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

/// A line of the list as it is drawn.
struct ListLine<'a> {
    profile: ListedProfile<'a>,
    texts: &'a ProfileTexts,
    /// Whether the cursor is on it.
    is_here: bool,
}

fn line(view: &ProfilesView<'_>, line: &ListLine<'_>, widths: [usize; 6], area: Rect, buffer: &mut Buffer) {
    let theme = view.theme;
    let (badge, badge_style, name_style) = match line.profile {
        ListedProfile::Usable(profile) => {
            (profile.environment.label(), theme.environment(profile.environment), theme.text())
        }
        ListedProfile::LeftOut(_) => ("", theme.dim(), theme.dim()),
    };
    let badge = format!(" {badge:<4} ");
    let mark = if line.is_here { "›" } else { " " };
    parts(buffer, (area.x, area.y), area.right(), [(mark, theme.key()), (badge.as_str(), badge_style)]);
    let mut x = area.x + cells(BEFORE);
    for (number, (column, width)) in COLUMNS.iter().zip(widths).enumerate().filter(|(_, (_, width))| *width > 0) {
        let style = match (number, line.is_here) {
            (0, true) => theme.cursor(),
            (0, false) => name_style,
            _ => theme.dim(),
        };
        // The reason why a profile is left out takes the room of all other columns.
        if number > 0 && matches!(line.profile, ListedProfile::LeftOut(_)) {
            let room = usize::from(area.right().saturating_sub(x));
            let reason = clip(&visible(&line.texts.last_use.text()), room);
            parts(buffer, (x, area.y), area.right(), [(reason.as_str(), style)]);
            return;
        }
        let text = column.fitting(line.texts, width).padded(width);
        parts(buffer, (x, area.y), area.right(), [(text.as_str(), style)]);
        x += cells(width + GAP);
    }
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
