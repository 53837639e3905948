//! Draws the header.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use crate::domain::protocol::{Role, ServerFacts};
use crate::domain::screen_width::ScreenWidth as _;
use crate::domain::text::visible;

use super::context::ConnectionState;
use super::model::Model;
use super::ui::draw::{clip, parts, rect};

/// Cells that a long profile name leaves to the database.
const DATABASE: usize = 6;
/// Cells that a long mark leaves to profile and database.
const MARK_ROOM: usize = 16;

/// Draws the header. If it does not fit, it drops the account first, then the route, the server's id, the server's time zone,
/// the lag and the version. Environment, profile, database, READ ONLY, the blinding state, the role and the link stay, but get shorter.
/// A mark about unsaved texts always stays.
pub(super) fn header(model: &Model, buffer: &mut Buffer) {
    let (context, theme) = (&model.context, model.theme);
    let area = rect(context.layout.header, buffer);
    let Some(profile) = &context.profile else {
        without_profile(model, area, buffer);
        return;
    };
    let (glyph, glyph_style) = link_glyph(model);
    let texts = link_texts(model);
    // Facts about the last server are not shown while another one is being connected.
    let facts = context.facts.as_ref().filter(|_| matches!(context.link, ConnectionState::Connected(_)));
    let role = facts.map_or("role unknown", |facts| facts.role.label());
    let short_role = match facts.map(|facts| facts.role) {
        Some(Role::Replica | Role::Writer) => role,
        Some(Role::Unknown) | None => "role ?",
    };
    let version = facts.map_or_else(String::new, |facts| format!(" {} {}", facts.product, facts.short_version()));
    let zone = facts.map_or_else(|| vec![String::new()], |facts| zone_texts(facts));
    let server = facts.map(|facts| facts.server_id.as_str()).filter(|server| !server.is_empty());
    let server = server.map_or_else(String::new, |server| format!(" (id {server})"));
    let lag = context.lag().map_or_else(
        || vec![String::new()],
        |lag| vec![format!(" · {}", lag.describe()), format!(" · {}", lag.short())],
    );
    let account =
        facts.map_or_else(String::new, |facts| format!(" {} ·", facts.account.split('@').next().unwrap_or_default()));
    let hops = profile.route.iter().map(|hop| hop.host.as_str());
    let stops: Vec<&str> = std::iter::once("   you").chain(hops).chain([""]).collect();
    let route = stops.join(" ─ ");

    let width = usize::from(area.width);
    let short = [
        format!(" {role} · READ ONLY · NO BLINDING RULES "),
        format!(" {role} · RO · NO BLINDING "),
        format!(" {short_role} · RO · NO BLINDING"),
        format!("{short_role} RO NO BLIND"),
    ];
    let badge = format!(" {} ", profile.environment.label());
    let database = visible(context.database.as_deref().unwrap_or("(no database)"));
    let has_two_lines = area.height > 1;
    // The width of what shares the line with the names.
    let mark = mark(model, width.saturating_sub(badge.cells() + glyph.cells()));
    let spaces = if badge.cells() + mark.cells() + 3 + glyph.cells() > width { "" } else { " " };
    let fixed = badge.cells() + mark.cells() + 3 * spaces.cells() + glyph.cells();
    let bare = fixed + profile.name.cells() + database.cells() + if has_two_lines { 0 } else { short[2].cells() };
    let state = texts.iter().find(|text| bare + text.cells() <= width).map_or("", String::as_str);
    let full = fixed + profile.name.cells() + database.cells() + state.cells();
    let room = if has_two_lines { width } else { width.saturating_sub(full) };
    let must = short.iter().find(|must| must.cells() <= room).unwrap_or(&short[3]);
    let room = if has_two_lines { width } else { width.saturating_sub(must.cells()) };
    let state = if full <= room { state } else { "" };
    let names = room.saturating_sub(fixed + state.cells());
    let name = clip(&profile.name, names.saturating_sub(database.cells().min(DATABASE)));
    let database = clip(&database, names.saturating_sub(name.cells()));

    let is_whole = *must == short[0];
    let mut spare = if has_two_lines {
        width.saturating_sub(must.cells())
    } else {
        room.saturating_sub(fixed + name.cells() + database.cells() + state.cells())
    };
    let mut give = |texts: &[String], may: bool| {
        let text = texts.iter().find(|text| may && text.cells() <= spare).cloned();
        // After a text that does not fit, no less important text is shown.
        spare = text.as_ref().map_or(0, |text| spare - text.cells());
        text.unwrap_or_default()
    };
    let version = give(&[version], is_whole);
    let lag = give(&lag, is_whole);
    let zone = give(&zone, is_whole);
    let server = give(&[server], is_whole);
    let route = give(&[route], is_whole && !has_two_lines);
    let account = give(&[account], is_whole);
    parts(
        buffer,
        (area.x, area.y),
        area.right(),
        [
            (badge.as_str(), theme.environment(profile.environment)),
            (mark, theme.alarm()),
            (name.as_str(), theme.environment(profile.environment)),
            (spaces, theme.environment(profile.environment)),
            (spaces, theme.heading()),
            (database.as_str(), theme.heading()),
            (if route.is_empty() { spaces } else { route.as_str() }, theme.dim()),
            (glyph, glyph_style),
            (state, glyph_style),
        ],
    );
    let right = match must.strip_prefix(' ').and_then(|must| must.strip_prefix(role)) {
        Some(rest) => format!("{account} {role}{version}{server}{}{lag}{zone} ", rest.trim_end()),
        None => must.clone(),
    };
    let (x, y) = if has_two_lines {
        (area.x, area.y + 1)
    } else {
        (area.right().saturating_sub(u16::try_from(right.cells()).unwrap_or(u16::MAX)).max(area.x), area.y)
    };
    parts(buffer, (x, y), area.right(), [(right.as_str(), theme.text())]);
}

/// Draws the header before a profile is chosen.
fn without_profile(model: &Model, area: Rect, buffer: &mut Buffer) {
    let theme = model.theme;
    let texts = [
        (" rrx ", theme.key()),
        (mark(model, usize::from(area.width)), theme.alarm()),
        (" no profile chosen · not connected", theme.dim()),
    ];
    parts(buffer, (area.x, area.y), area.right(), texts);
}

/// Returns the mark about writes that failed, as long as it fits.
fn mark(model: &Model, width: usize) -> &'static str {
    model.due.marks().iter().find(|mark| mark.cells() + MARK_ROOM <= width).or(model.due.marks().last()).unwrap_or(&"")
}

/// Returns the mark of the state of the link, and its style.
fn link_glyph(model: &Model) -> (&'static str, Style) {
    let theme = model.theme;
    match model.context.link {
        ConnectionState::Connected(_) => ("●", theme.good()),
        ConnectionState::Connecting(_) | ConnectionState::Reconnecting { .. } => ("◐", theme.warning()),
        ConnectionState::Waiting { .. } => ("✗", theme.warning()),
        ConnectionState::None => ("○", theme.dim()),
        ConnectionState::Lost => ("✗", theme.bad()),
    }
}

/// Returns texts about the time zone, the longest first. They are empty where the session has the zone of the server.
fn zone_texts(facts: &ServerFacts) -> Vec<String> {
    let Some(server) = &facts.server_time_zone else { return vec![String::new()] };
    let (session, server) = (visible(&facts.time_zone), visible(server));
    vec![format!(" · times in {session}, server's {server}"), format!(" · {session}, not {server}")]
}

/// Returns texts about the state of the link, the longest first. A connected link needs none.
fn link_texts(model: &Model) -> Vec<String> {
    match model.context.link {
        ConnectionState::Connected(_) => Vec::new(),
        ConnectionState::Connecting(_) => vec![" connecting".into()],
        ConnectionState::None => vec![" not connected".into()],
        ConnectionState::Lost => vec![" LINK LOST".into(), " LOST".into()],
        ConnectionState::Waiting { attempt, due } => {
            let left = due.saturating_sub(model.context.now);
            // Rounds up: the last second counts as 1.
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
