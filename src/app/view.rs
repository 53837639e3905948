//! Draws the whole screen from the model. It changes nothing, and never panics on any area.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use unicode_width::UnicodeWidthStr;

use crate::domain::port::Role;
use crate::domain::results::Glyphs;

use super::action::{Action, AppAction};
use super::areas::Room;
use super::focus::Focus;
use super::model::Model;
use super::panes::connect::{ConnectAction, ConnectView, Stage};
use super::panes::explorer::{ExplorerAction, ExplorerView};
use super::panes::grid::{GridAction, GridView};
use super::panes::inspector::{InspectorAction, InspectorView};
use super::panes::overlay::OverlayView;
use super::panes::parts::list::ListAction;
use super::panes::worksheet::{WorksheetAction, WorksheetView};
use super::shared::Link;
use super::ui::draw::{parts, printable, rect};
use super::ui::look::to_ascii;
use super::ui::theme::Theme;

/// Draws the model, in ASCII where the terminal can draw nothing else.
pub fn draw(model: &Model, buffer: &mut Buffer) {
    paint(model, buffer);
    if model.aside.theme.glyphs() == Glyphs::Ascii {
        to_ascii(buffer);
    }
}

fn paint(model: &Model, buffer: &mut Buffer) {
    let areas = &model.shared.areas;
    let theme = model.aside.theme;
    if areas.room == Room::TooSmall {
        too_small(buffer, theme);
        return;
    }
    header(model, buffer);
    if let Some(connect) = &model.connect {
        let area = rect(areas.overlay(96, 26), buffer);
        ConnectView { connect, shared: &model.shared, theme }.draw(area, buffer);
    } else {
        panels(model, buffer);
    }
    if let Some(overlay) = &model.overlay {
        OverlayView { overlay, shared: &model.shared, theme }.draw(buffer);
    }
    hints(model, buffer);
}

/// In as many lines as there are.
fn too_small(buffer: &mut Buffer, theme: Theme) {
    let (right, bottom) = (buffer.area.right(), buffer.area.bottom());
    let (mut x, mut y) = (0_u16, 0_u16);
    for word in "rrx: the terminal is too small (20x5 at least)".split(' ') {
        let width = u16::try_from(word.width()).unwrap_or(u16::MAX);
        if x > 0 && x.saturating_add(width) > right && y + 1 < bottom {
            (x, y) = (0, y + 1);
        }
        x = parts(buffer, (x, y), right, [(word, theme.warning()), (" ", theme.warning())]);
    }
}

fn panels(model: &Model, buffer: &mut Buffer) {
    let (areas, shared, theme) = (&model.shared.areas, &model.shared, model.aside.theme);
    // What comes over others is drawn last.
    if let Some(area) = areas.worksheet {
        let in_focus = model.focus == Focus::Worksheet;
        WorksheetView { worksheets: &model.worksheets, shared, theme, in_focus }.draw(rect(area, buffer), buffer);
    }
    if let Some(area) = areas.grid {
        let in_focus = model.focus == Focus::Grid;
        GridView { grid: &model.grid, shared, theme, in_focus }.draw(rect(area, buffer), buffer);
    }
    if let Some(area) = areas.explorer {
        let in_focus = model.focus == Focus::Explorer;
        ExplorerView { explorer: &model.explorer, shared, theme, in_focus }.draw(rect(area, buffer), buffer);
    }
    if let Some(area) = areas.inspector {
        let in_focus = model.focus == Focus::Inspector;
        InspectorView { inspector: &model.inspector, shared, theme, in_focus }.draw(rect(area, buffer), buffer);
    }
}

/// The header gives up in this order: account, route, version. Environment, profile, database, READ ONLY, the blinding
/// state, the role and the link stay.
fn header(model: &Model, buffer: &mut Buffer) {
    let (shared, theme) = (&model.shared, model.aside.theme);
    let area = rect(shared.areas.header, buffer);
    let Some(profile) = &shared.profile else {
        parts(
            buffer,
            (area.x, area.y),
            area.right(),
            [(" rrx ", theme.key()), (" no profile chosen · not connected", theme.dim())],
        );
        return;
    };
    let badge = format!(" {} {} ", profile.environment.word(), profile.name);
    let database = format!(" {}", shared.database.as_deref().unwrap_or("(no database)"));
    let (glyph, glyph_style, word) = match shared.link {
        Link::On(_) => ("●", theme.good(), ""),
        Link::Connecting(_) => ("◐", theme.warning(), " connecting"),
        Link::Off => ("○", theme.dim(), " not connected"),
        Link::Lost => ("✗", theme.bad(), " LINK LOST"),
    };
    let facts = shared.facts.as_ref();
    let role = match facts.map(|facts| facts.role) {
        Some(Role::Replica) => "REPLICA",
        Some(Role::Writer) => "WRITER",
        Some(Role::Unknown) => "role unknown",
        None => "role not known yet",
    };
    let version =
        facts.map_or_else(String::new, |facts| format!(" {} {}", facts.product, short_version(&facts.version)));
    let account =
        facts.map_or_else(String::new, |facts| format!(" {} ·", facts.account.split('@').next().unwrap_or_default()));
    let route: String = if profile.route.is_empty() {
        "   you ─ ".to_owned()
    } else {
        let hops: Vec<&str> = profile.route.iter().map(|hop| hop.host.as_str()).collect();
        format!("   you ─ {} ─ ", hops.join(" ─ "))
    };
    let must = format!(" {role} · READ ONLY · NO BLINDING RULES ");
    let width = usize::from(area.width);
    let fixed = badge.width() + database.width() + glyph.width() + word.width() + must.width() + 4;
    let mut spare = width.saturating_sub(fixed);
    let mut give = |text: String| {
        if text.width() <= spare {
            spare -= text.width();
            text
        } else {
            String::new()
        }
    };
    let version = give(version);
    let route = give(route);
    let account = give(account);
    let left = parts(
        buffer,
        (area.x, area.y),
        area.right(),
        [
            (badge.as_str(), theme.environment(profile.environment)),
            (database.as_str(), theme.heading()),
            (if route.is_empty() { " " } else { route.as_str() }, theme.dim()),
            (glyph, glyph_style),
            (word, glyph_style),
        ],
    );
    let right = format!("{account} {role}{version} · READ ONLY · NO BLINDING RULES ");
    let short = format!(" {role} · RO · NO BLINDING ");
    let is_narrow = right.width() > usize::from(area.right().saturating_sub(left));
    let right = if is_narrow { short } else { right };
    let (x, y) = if area.height > 1 {
        (area.x, area.y + 1)
    } else {
        (area.right().saturating_sub(u16::try_from(right.width()).unwrap_or(0)).max(left + 1), area.y)
    };
    parts(buffer, (x, y), area.right(), [(right.as_str(), theme.text())]);
}

/// A version without the packager's words.
fn short_version(version: &str) -> &str {
    version.split(['-', '+']).next().unwrap_or(version)
}

/// The bottom line: a notice, or the keys that work here, most useful first, cut to fit.
fn hints(model: &Model, buffer: &mut Buffer) {
    let (shared, theme) = (&model.shared, model.aside.theme);
    let area = rect(shared.areas.hints, buffer);
    if !model.matcher.open().is_empty() {
        let typed: Vec<String> = model.matcher.open().iter().map(ToString::to_string).collect();
        let words = format!(" {} … ", typed.join(" "));
        parts(buffer, (area.x, area.y), area.right(), [(words.as_str(), theme.key()), ("esc gives up", theme.dim())]);
        return;
    }
    if let Some(notice) = &model.aside.notice {
        let text = printable(&notice.text);
        parts(buffer, (area.x, area.y), area.right(), [(" ", theme.text()), (text.as_str(), theme.warning())]);
        return;
    }
    let mut x = area.x + 1;
    for (action, word) in wanted(model) {
        let Some(key) = shared.keymap.label(action.layer(), action) else { continue };
        let width = u16::try_from(key.width() + word.width() + 4).unwrap_or(u16::MAX);
        if x.saturating_add(width) > area.right() {
            break;
        }
        x = parts(
            buffer,
            (x, area.y),
            area.right(),
            [(key.as_str(), theme.key()), (" ", theme.dim()), (word, theme.dim()), ("   ", theme.dim())],
        );
    }
}

/// The actions that the bottom line names, with a word for each.
fn wanted(model: &Model) -> Vec<(Action, &'static str)> {
    use AppAction as A;
    let app = |action, word| (Action::App(action), word);
    if model.overlay.is_some() {
        return vec![
            (Action::List(ListAction::Choose), "take"),
            (Action::List(ListAction::Down), "down"),
            (Action::List(ListAction::Up), "up"),
            (Action::List(ListAction::Close), "close"),
        ];
    }
    if let Some(connect) = &model.connect {
        let mut keys = match connect.stage {
            Stage::Picking => vec![(Action::Connect(ConnectAction::Connect), "connect")],
            Stage::Climbing => vec![(Action::Connect(ConnectAction::Close), "stop")],
            Stage::Asking(_) => vec![
                (Action::Connect(ConnectAction::Accept), "accept"),
                (Action::Connect(ConnectAction::Decline), "decline"),
                (Action::Connect(ConnectAction::Connect), "answer"),
            ],
            Stage::Failed(_) => vec![
                (Action::Connect(ConnectAction::Connect), "try again"),
                (Action::Connect(ConnectAction::Close), "profiles"),
            ],
        };
        keys.push(app(A::Quit, "quit"));
        return keys;
    }
    let mut keys = Vec::new();
    if model.shared.running.is_some() {
        keys.push(app(A::Stop, "stop"));
    }
    match model.focus {
        Focus::Explorer => keys.extend([
            (Action::Explorer(ExplorerAction::Open), "open"),
            (Action::Explorer(ExplorerAction::Preview), "preview"),
            (Action::Explorer(ExplorerAction::Insert), "insert name"),
            (Action::Explorer(ExplorerAction::Detail), "details"),
            (Action::Explorer(ExplorerAction::Filter), "filter"),
            (Action::Explorer(ExplorerAction::System), "system"),
        ]),
        Focus::Worksheet => keys.extend([
            app(A::Run, "run"),
            (Action::Worksheet(WorksheetAction::Docs), "docs"),
            app(A::SaveSnippet, "save snippet"),
            app(A::Snippets, "snippets"),
        ]),
        Focus::Grid => keys.extend([
            (Action::Grid(GridAction::Row), "row"),
            (Action::Grid(GridAction::Cell), "value"),
            (Action::Grid(GridAction::Copy), "copy"),
            (Action::Grid(GridAction::JumpRow), "go to row"),
            (Action::Grid(GridAction::JumpColumn), "go to column"),
            (Action::Grid(GridAction::Warnings), "warnings"),
        ]),
        Focus::Inspector => keys.extend([
            (Action::Inspector(InspectorAction::Down), "down"),
            (Action::Inspector(InspectorAction::Example), "example"),
            (Action::Inspector(InspectorAction::Copy), "copy"),
            (Action::Inspector(InspectorAction::Pin), "keep"),
            (Action::Inspector(InspectorAction::Leave), "close"),
        ]),
    }
    keys.extend([
        app(A::NextPanel, "next panel"),
        app(A::Help, "keys"),
        app(A::Palette, "commands"),
        app(A::ToggleExplorer, "explorer"),
        app(A::ToggleInspector, "docs"),
        app(A::Zoom, "zoom"),
        app(A::Quit, "quit"),
    ]);
    keys
}

/// Draws into a fresh buffer of this size, for tests and snapshots.
#[must_use]
pub fn screen(model: &Model, width: u16, height: u16) -> Buffer {
    let mut buffer = Buffer::empty(Rect::new(0, 0, width, height));
    draw(model, &mut buffer);
    buffer
}
