//! Draws the lines around the panels: the header, the keys at the bottom, a notice above them.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use unicode_width::UnicodeWidthStr;

use crate::domain::keys::label_of;
use crate::domain::protocol::{Question, Role};
use crate::domain::text::visible;

use super::action::{Action, AppAction, ListAction};
use super::context::ConnectionState;
use super::focus::Focus;
use super::model::Model;
use super::panes::connect::{ConnectAction, ConnectStage};
use super::panes::explorer::ExplorerAction;
use super::panes::grid::{GridAction, ResultSearch};
use super::panes::inspector::InspectorAction;
use super::panes::worksheet::WorksheetAction;
use super::request::DialogShape;
use super::ui::draw::{clip, parts, rect, wrap};

/// Cells that the database keeps where a profile's name is long.
const DATABASE: usize = 6;

/// The header gives up in this order: account, route, the server's id, lag, version. Environment, profile, database,
/// READ ONLY, the blinding state, the role and the link stay; they get shorter.
pub(super) fn header(model: &Model, buffer: &mut Buffer) {
    let (context, theme) = (&model.context, model.aside.theme);
    let area = rect(context.layout.header, buffer);
    let Some(profile) = &context.profile else {
        parts(
            buffer,
            (area.x, area.y),
            area.right(),
            [(" rrx ", theme.key()), (" no profile chosen · not connected", theme.dim())],
        );
        return;
    };
    let (glyph, glyph_style) = match context.link {
        ConnectionState::Connected(_) => ("●", theme.good()),
        ConnectionState::Connecting(_) | ConnectionState::Reconnecting { .. } => ("◐", theme.warning()),
        ConnectionState::Waiting { .. } => ("✗", theme.warning()),
        ConnectionState::None => ("○", theme.dim()),
        ConnectionState::Lost => ("✗", theme.bad()),
    };
    let words = link_words(model);
    // What a server said that is not there any more is not said of the one that comes.
    let facts = context.facts.as_ref().filter(|_| matches!(context.link, ConnectionState::Connected(_)));
    let role = facts.map_or("role unknown", |facts| facts.role.label());
    let short_role = match facts.map(|facts| facts.role) {
        Some(Role::Replica | Role::Writer) => role,
        Some(Role::Unknown) | None => "role ?",
    };
    let version = facts.map_or_else(String::new, |facts| format!(" {} {}", facts.product, facts.short_version()));
    let server = facts.map_or("", |facts| facts.server_id.as_str());
    let server = if server.is_empty() { String::new() } else { format!(" (id {server})") };
    let lag = context.lag().map_or_else(
        || vec![String::new()],
        |lag| vec![format!(" · {}", lag.describe()), format!(" · {}", lag.short())],
    );
    let account =
        facts.map_or_else(String::new, |facts| format!(" {} ·", facts.account.split('@').next().unwrap_or_default()));
    let hops = profile.route.iter().map(|hop| hop.host.as_str());
    let stations: Vec<&str> = std::iter::once("   you").chain(hops).chain([""]).collect();
    let route = stations.join(" ─ ");

    let width = usize::from(area.width);
    let short = [
        format!(" {role} · READ ONLY · NO BLINDING RULES "),
        format!(" {role} · RO · NO BLINDING "),
        format!(" {short_role} · RO · NO BLINDING"),
        format!("{short_role} RO NO BLIND"),
    ];
    let badge = format!(" {} ", profile.environment.word());
    let database = visible(context.database.as_deref().unwrap_or("(no database)"));
    let has_two_lines = area.height > 1;
    // What stands beside the names on their line.
    let beside = badge.width() + 3 + glyph.width();
    let bare = beside + profile.name.width() + database.width() + if has_two_lines { 0 } else { short[2].width() };
    let word = words.iter().find(|word| bare + word.width() <= width).map_or("", String::as_str);
    let full = beside + profile.name.width() + database.width() + word.width();
    let room = if has_two_lines { width } else { width.saturating_sub(full) };
    let must = short.iter().find(|must| must.width() <= room).unwrap_or(&short[3]);
    let room = if has_two_lines { width } else { width.saturating_sub(must.width()) };
    let word = if full <= room { word } else { "" };
    let names = room.saturating_sub(beside + word.width());
    let name = clip(&profile.name, names.saturating_sub(database.width().min(DATABASE)));
    let database = clip(&database, names.saturating_sub(name.width()));

    let is_whole = *must == short[0];
    let mut spare = if has_two_lines {
        width.saturating_sub(must.width())
    } else {
        room.saturating_sub(beside + name.width() + database.width() + word.width())
    };
    let mut give = |texts: &[String], may: bool| {
        let text = texts.iter().find(|text| may && text.width() <= spare).cloned();
        // What counts less gives way first: nothing behind what does not fit has a place.
        spare = text.as_ref().map_or(0, |text| spare - text.width());
        text.unwrap_or_default()
    };
    let version = give(&[version], is_whole);
    let lag = give(&lag, is_whole);
    let server = give(&[server], is_whole);
    let route = give(&[route], is_whole && !has_two_lines);
    let account = give(&[account], is_whole);
    parts(
        buffer,
        (area.x, area.y),
        area.right(),
        [
            (badge.as_str(), theme.environment(profile.environment)),
            (name.as_str(), theme.environment(profile.environment)),
            (" ", theme.environment(profile.environment)),
            (" ", theme.heading()),
            (database.as_str(), theme.heading()),
            (if route.is_empty() { " " } else { route.as_str() }, theme.dim()),
            (glyph, glyph_style),
            (word, glyph_style),
        ],
    );
    let right = match must.strip_prefix(' ').and_then(|must| must.strip_prefix(role)) {
        Some(rest) => format!("{account} {role}{version}{server}{}{lag} ", rest.trim_end()),
        None => must.clone(),
    };
    let (x, y) = if has_two_lines {
        (area.x, area.y + 1)
    } else {
        (area.right().saturating_sub(u16::try_from(right.width()).unwrap_or(u16::MAX)).max(area.x), area.y)
    };
    parts(buffer, (x, y), area.right(), [(right.as_str(), theme.text())]);
}

/// What is true of the link, the longest words first; connected needs none.
fn link_words(model: &Model) -> Vec<String> {
    match model.context.link {
        ConnectionState::Connected(_) => Vec::new(),
        ConnectionState::Connecting(_) => vec![" connecting".into()],
        ConnectionState::None => vec![" not connected".into()],
        ConnectionState::Lost => vec![" LINK LOST".into(), " LOST".into()],
        ConnectionState::Waiting { attempt, due } => {
            let left = due.saturating_sub(model.context.now);
            // The last second is one second, too.
            let left = left.as_secs() + u64::from(left.subsec_millis() > 0);
            vec![
                format!(" LINK LOST, reconnecting in {left} s (attempt {attempt})"),
                format!(" LOST, retry in {left} s"),
                " LOST".into(),
            ]
        }
        ConnectionState::Reconnecting { attempt, .. } => {
            vec![format!(" LINK LOST, reconnecting (attempt {attempt})"), " LOST, connecting".into(), " LOST".into()]
        }
    }
}

/// A notice stands above the keys, over the lower border of the panels, in as many lines as it needs; on a screen that
/// is too low for both it stands in the keys' place.
pub(super) fn notice(model: &Model, buffer: &mut Buffer) {
    let (layout, theme) = (&model.context.layout, model.aside.theme);
    let Some(notice) = model.aside.notice.as_ref().filter(|_| has_room(model)) else { return };
    let (body, screen) = (rect(layout.body, buffer), rect(layout.screen, buffer));
    let lines = wrap(&notice.text, usize::from(body.width).saturating_sub(4));
    let most = usize::from(body.height / 3).max(1);
    let count = u16::try_from(lines.len().min(most)).unwrap_or(1);
    for (line, y) in lines.iter().zip(body.bottom().saturating_sub(count)..body.bottom()) {
        let end =
            parts(buffer, (body.x + 1, y), body.right(), [(" ", theme.warning()), (line.trim_end(), theme.warning())]);
        parts(buffer, (end, y), body.right(), [(" ", theme.warning())]);
        if y + 1 < body.bottom() {
            let rest = Rect { x: end, y, width: screen.right().saturating_sub(end + 1), height: 1 };
            let blank = " ".repeat(usize::from(rest.width));
            parts(buffer, (rest.x, rest.y), rest.right(), [(blank.as_str(), theme.text())]);
        }
    }
}

/// Whether there is a line for a notice besides that of the keys.
fn has_room(model: &Model) -> bool {
    model.context.layout.body.height > 3
}

/// The bottom line: the keys that work here, most useful first, cut to fit.
pub(super) fn hints(model: &Model, buffer: &mut Buffer) {
    let (context, theme) = (&model.context, model.aside.theme);
    let area = rect(context.layout.hints, buffer);
    if !model.matcher.open().is_empty() {
        let words = format!(" {} … ", label_of(model.matcher.open()));
        parts(buffer, (area.x, area.y), area.right(), [(words.as_str(), theme.key()), ("Esc cancels", theme.dim())]);
        return;
    }
    if let Some(notice) = model.aside.notice.as_ref().filter(|_| !has_room(model)) {
        let text = wrap(&notice.text, usize::MAX / 2).concat();
        let text = clip(&text, usize::from(area.width).saturating_sub(1));
        parts(buffer, (area.x, area.y), area.right(), [(" ", theme.text()), (text.as_str(), theme.warning())]);
        return;
    }
    let mut x = area.x + 1;
    for (action, word) in hint_actions(model, usize::from(area.width)) {
        let Some(key) = context.keymap.label(action.layer(), action) else { continue };
        let width = u16::try_from(key.width() + word.width() + 1).unwrap_or(u16::MAX);
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

/// The actions that the bottom line names, with a word for each. Help and commands come behind the first few, so that
/// they are seen at every width.
fn hint_actions(model: &Model, width: usize) -> Vec<(Action, &'static str)> {
    use AppAction as A;
    let context = &model.context;
    let app = |action, word| (Action::App(action), word);
    if let Some(overlay) = model.overlays.modal() {
        let close = |hint| (Action::List(ListAction::Close), hint);
        if overlay.dialog.shape() == DialogShape::Confirm {
            return vec![close(overlay.dialog.enter_hint())];
        }
        let back = if overlay.dialog.has_step_before() { "back" } else { "close" };
        let mut keys = vec![(Action::List(ListAction::Choose), overlay.dialog.enter_hint()), close(back)];
        if overlay.has_more_items(context) {
            keys.push((Action::List(ListAction::PageDown), "more"));
        }
        return keys;
    }
    if let Some(connect) = &model.connect {
        let mut keys = connect_hints(&connect.stage);
        keys.extend([app(A::Quit, "quit"), app(A::Help, "keys")]);
        return keys;
    }
    let mut keys = Vec::new();
    if model.context.running.is_some() {
        keys.push(app(A::Stop, "stop"));
    } else if model.grid.exporting().is_some() {
        keys.push(app(A::Stop, "stop export"));
    }
    match model.context.link {
        ConnectionState::Waiting { .. } | ConnectionState::Reconnecting { .. } => {
            keys.extend([app(A::Reconnect, "connect now"), app(A::Stop, "stop trying")]);
        }
        ConnectionState::Lost => keys.push(app(A::Reconnect, "reconnect")),
        ConnectionState::None | ConnectionState::Connecting(_) | ConnectionState::Connected(_) => {}
    }
    match model.focus {
        Focus::Explorer => keys.extend([
            (Action::Explorer(ExplorerAction::Open), "open"),
            (Action::Explorer(ExplorerAction::Preview), "preview"),
            (Action::Explorer(ExplorerAction::Filter), "filter"),
            (Action::Explorer(ExplorerAction::Insert), "insert name"),
            (Action::Explorer(ExplorerAction::Detail), "details"),
            (Action::Explorer(ExplorerAction::System), "system"),
        ]),
        Focus::Worksheet => keys.extend([
            app(A::Run, "run"),
            app(A::NextPanel, "next panel"),
            app(A::Snippets, "snippets"),
            (Action::Worksheet(WorksheetAction::Docs), "table docs"),
            app(A::SaveSnippet, "save snippet"),
        ]),
        Focus::Grid => keys.extend(grid_hints(model)),
        Focus::Inspector => {
            keys.push((Action::Inspector(InspectorAction::Leave), "close"));
            if model.inspector.is_longer(context) {
                keys.push((Action::Inspector(InspectorAction::PageDown), "more"));
            }
            if model.inspector.has_example(context) {
                keys.push((Action::Inspector(InspectorAction::Example), "example"));
            }
            if model.inspector.has_folds() {
                keys.extend([
                    (Action::Inspector(InspectorAction::Toggle), "fold"),
                    (Action::Inspector(InspectorAction::FoldAll), "fold all"),
                    (Action::Inspector(InspectorAction::UnfoldAll), "unfold all"),
                ]);
            }
            if model.inspector.has_formats() {
                keys.push((Action::Inspector(InspectorAction::Format), "next format"));
            }
            keys.extend([
                (Action::Inspector(InspectorAction::Copy), "copy"),
                (Action::Inspector(InspectorAction::Pin), "keep"),
            ]);
        }
    }
    let first = if width < 72 { 1 } else { 3 };
    let at = keys.len().min(first);
    keys.splice(at..at, [app(A::Help, "keys"), app(A::Palette, "commands")]);
    keys.extend([
        app(A::NextPanel, "next panel"),
        app(A::ToggleExplorer, "explorer"),
        app(A::ToggleInspector, "docs"),
        app(A::Zoom, "zoom"),
        app(A::Quit, "quit"),
    ]);
    let mut seen = std::collections::BTreeSet::new();
    keys.retain(|(action, _)| seen.insert(*action));
    keys
}

/// The keys of the results: what serves the cell under the cursor first.
fn grid_hints(model: &Model) -> Vec<(Action, &'static str)> {
    let mut keys = Vec::new();
    let result = model.grid.front();
    let turn = match model.grid.tabs().0.len() {
        0 | 1 => None,
        _ => Some([
            (Action::Grid(GridAction::NextResult), "next result"),
            (Action::Grid(GridAction::PreviousResult), "previous result"),
        ]),
    };
    if result.is_some_and(|result| result.came_from.is_some()) {
        keys.push((Action::Grid(GridAction::Return), "back"));
    }
    if result.is_some_and(|result| result.late_problem().is_some()) {
        keys.push((Action::Grid(GridAction::Warnings), "error"));
    }
    if result.is_none_or(|result| result.count() == 0) {
        // There is no row to do anything with.
        if result.is_some_and(|result| result.view.is_some()) {
            keys.push((Action::Grid(GridAction::Unsorted), "all rows"));
            keys.push((Action::Grid(GridAction::Filter), "filter"));
        }
        if result.is_some_and(|result| result.warnings.0 > 0) {
            keys.push((Action::Grid(GridAction::Warnings), "warnings"));
        }
        keys.extend(turn.into_iter().flatten());
        return keys;
    }
    let is_key = result.is_some_and(|result| {
        let column = result.columns.as_ref().zip(result.column()).and_then(|(columns, at)| columns.get(at));
        column.is_some_and(|column| model.context.refers_to(column).is_some())
    });
    let open = if is_key { "follow" } else { "value" };
    keys.extend([(Action::Grid(GridAction::Row), "row"), (Action::Grid(GridAction::Open), open)]);
    let has_matches = |search: &ResultSearch| search.found.is_none_or(|(cells, ..)| cells > 0);
    if result.is_some_and(|result| result.search.as_ref().is_some_and(has_matches)) {
        keys.push((Action::Grid(GridAction::Next), "next match"));
    }
    if model.grid.front().is_some_and(|result| result.warnings.0 > 0) {
        keys.push((Action::Grid(GridAction::Warnings), "warnings"));
    }
    keys.push((Action::Grid(GridAction::Copy), "copy"));
    keys.extend(turn.into_iter().flatten());
    keys.extend([
        (Action::Grid(GridAction::Sort), "sort"),
        (Action::Grid(GridAction::Filter), "filter"),
        (Action::Grid(GridAction::Search), "search"),
        (Action::Grid(GridAction::Profile), "describe"),
        (Action::Grid(GridAction::JumpColumn), "go to column"),
    ]);
    keys
}

/// The keys of the connection screen.
fn connect_hints(stage: &ConnectStage) -> Vec<(Action, &'static str)> {
    match stage {
        ConnectStage::Choosing => vec![
            (Action::Connect(ConnectAction::Connect), "connect"),
            (Action::Connect(ConnectAction::Add), "add a profile"),
        ],
        ConnectStage::Adding => vec![
            (Action::Connect(ConnectAction::Down), "next field"),
            (Action::Connect(ConnectAction::Save), "save"),
            (Action::Connect(ConnectAction::Close), "profiles"),
        ],
        ConnectStage::Connecting => vec![(Action::Connect(ConnectAction::Close), "stop")],
        ConnectStage::Asking(Question::HostKey { .. }) => vec![
            (Action::Connect(ConnectAction::Accept), "accept"),
            (Action::Connect(ConnectAction::Decline), "decline"),
        ],
        ConnectStage::Asking(Question::Secret { .. } | Question::RetrySecret { .. }) => vec![
            (Action::Connect(ConnectAction::Connect), "answer"),
            (Action::Connect(ConnectAction::Decline), "decline"),
        ],
        ConnectStage::Failed(_) => vec![
            (Action::Connect(ConnectAction::Connect), "try again"),
            (Action::Connect(ConnectAction::Close), "profiles"),
        ],
    }
}
