//! Draws the header.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use crate::domain::protocol::{Lag, Role, ServerFacts};
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
/// So do a stopped replication and a high lag. A mark about unsaved texts always stays.
pub(super) fn header(model: &Model, buffer: &mut Buffer) {
    let (context, theme) = (&model.context, model.theme);
    let area = rect(context.layout.header, buffer);
    let profile = match (&context.profile, &context.link) {
        (None, _) => return without_session(model, "no profile chosen · not connected", area, buffer),
        (Some(_), ConnectionState::None) => return without_session(model, "not connected", area, buffer),
        (Some(profile), _) => profile,
    };
    let (glyph, glyph_style) = link_glyph(model);
    let texts = link_texts(model);
    let status = Status::of(model);

    let width = usize::from(area.width);
    let badge = format!(" {} ", profile.environment.label());
    let database = visible(context.database.as_deref().unwrap_or("(no database)"));
    let has_two_lines = area.height > 1;
    // The width of what shares the line with the names.
    let mark = mark(model, width.saturating_sub(badge.cells() + glyph.cells()));
    let spaces = if badge.cells() + mark.cells() + 3 + glyph.cells() > width { "" } else { " " };
    let fixed = badge.cells() + mark.cells() + 3 * spaces.cells() + glyph.cells();
    let bare = fixed + profile.name.cells() + database.cells() + if has_two_lines { 0 } else { status.short_width() };
    let state = texts.iter().find(|text| bare + text.cells() <= width).map_or("", String::as_str);
    let full = fixed + profile.name.cells() + database.cells() + state.cells();
    let Some(must) = status.fitting(if has_two_lines { width } else { width.saturating_sub(full) }) else { return };
    let room = if has_two_lines { width } else { width.saturating_sub(must.cells()) };
    let state = if full <= room { state } else { "" };
    let names = room.saturating_sub(fixed + state.cells());
    let name = clip(&profile.name, names.saturating_sub(database.cells().min(DATABASE)));
    let database = clip(&database, names.saturating_sub(name.cells()));

    let spare = if has_two_lines {
        width.saturating_sub(must.cells())
    } else {
        room.saturating_sub(fixed + name.cells() + database.cells() + state.cells())
    };
    let more = if must.is_whole { Details::fitting(model, spare, has_two_lines) } else { Details::default() };
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
            (if more.route.is_empty() { spaces } else { more.route.as_str() }, theme.dim()),
            (glyph, glyph_style),
            (state, glyph_style),
        ],
    );
    let after = format!("{}{}{}", more.lag, more.zone, must.around);
    let right = [
        (more.account.as_str(), theme.text()),
        (must.around, theme.text()),
        (must.role.as_str(), status.role_style),
        (more.server.as_str(), theme.text()),
        (must.rest.as_str(), theme.text()),
        (must.alert.as_str(), status.alert_style),
        (after.as_str(), theme.text()),
    ];
    let cells: usize = right.iter().map(|(text, _)| text.cells()).sum();
    let (x, y) = if has_two_lines {
        (area.x, area.y + 1)
    } else {
        (area.right().saturating_sub(u16::try_from(cells).unwrap_or(u16::MAX)).max(area.x), area.y)
    };
    parts(buffer, (x, y), area.right(), right);
}

/// What the header always says about the server, in several lengths.
struct Status {
    /// The longest first.
    texts: Vec<StatusText>,
    role_style: Style,
    alert_style: Style,
}

/// One length of the status.
struct StatusText {
    /// Whether it is the longest one, to which details can be added.
    is_whole: bool,
    /// A space before and after it, if there is room.
    around: &'static str,
    role: String,
    /// READ ONLY and the blinding state.
    rest: String,
    /// A stopped replication or a high lag.
    alert: String,
}

impl StatusText {
    fn cells(&self) -> usize {
        2 * self.around.cells() + self.role.cells() + self.rest.cells() + self.alert.cells()
    }
}

impl Status {
    fn of(model: &Model) -> Self {
        let (context, theme) = (&model.context, model.theme);
        let role = facts(model).map(|facts| facts.role);
        let lag = context.lag().filter(Lag::is_alarming);
        let (long, short) = lag.as_ref().map_or((String::new(), String::new()), |lag| (lag.describe(), lag.short()));
        let joined = |text: &str, sign: &str| if text.is_empty() { String::new() } else { format!("{sign}{text}") };
        let text = |role: &str, rest: &str, alert: String| StatusText {
            is_whole: false,
            around: " ",
            role: role.to_owned(),
            rest: rest.to_owned(),
            alert,
        };
        let mut texts = if context.is_without_source() && role.is_some() {
            // The server's own READ ONLY and that of the session are one.
            vec![
                text("READ ONLY", " · not replicating · NO BLINDING RULES", String::new()),
                text("RO", " · not replicating · NO BLINDING", String::new()),
                text("RO", " · no replica · NO BLIND", String::new()),
                StatusText { around: "", ..text("RO", " NO BLIND", String::new()) },
            ]
        } else {
            let (label, short_label) = match role {
                Some(role @ (Role::Replica | Role::Writer)) => (role.label(), role.label()),
                Some(Role::Unknown) | None => ("role unknown", "role ?"),
            };
            vec![
                text(label, " · READ ONLY · NO BLINDING RULES", joined(&long, " · ")),
                text(label, " · RO · NO BLINDING", joined(&long, " · ")),
                text(short_label, " · RO · NO BLINDING", joined(&short, " · ")),
                StatusText { around: "", ..text(short_label, " RO NO BLIND", joined(&short, " ")) },
                StatusText { around: "", ..text(short_label, " RO NO BLIND", String::new()) },
            ]
        };
        if let Some(whole) = texts.first_mut() {
            whole.is_whole = true;
        }
        let role_style = if role == Some(Role::Writer) { theme.warning() } else { theme.text() };
        let alert_style = if lag == Some(Lag::Stopped) { theme.bad() } else { theme.warning() };
        Self { texts, role_style, alert_style }
    }

    /// Returns the longest text that fits, or the shortest one.
    fn fitting(&self, room: usize) -> Option<&StatusText> {
        self.texts.iter().find(|text| text.cells() <= room).or(self.texts.last())
    }

    /// Returns the width of a short text that is still easy to read.
    fn short_width(&self) -> usize {
        self.texts.get(2).map_or(0, StatusText::cells)
    }
}

/// What the header says if there is room.
#[derive(Default)]
struct Details {
    account: String,
    /// Product, version and id of the server.
    server: String,
    lag: String,
    zone: String,
    route: String,
}

impl Details {
    /// Returns the details that fit, the most important first.
    fn fitting(model: &Model, mut spare: usize, has_two_lines: bool) -> Self {
        let context = &model.context;
        let facts = facts(model);
        let mut give = |texts: Vec<String>| {
            let text = texts.into_iter().find(|text| text.cells() <= spare);
            // After a text that does not fit, no less important text is shown.
            spare = text.as_ref().map_or(0, |text| spare - text.cells());
            text.unwrap_or_default()
        };
        let version = facts.map_or_else(String::new, |facts| format!(" {} {}", facts.product, facts.short_version()));
        let version = give(vec![version]);
        // An alarming lag, and that the server does not replicate, are shown before.
        let lag = context.lag().filter(|lag| !lag.is_alarming() && *lag != Lag::NotReplicating);
        let lag = give(lag.map_or_else(
            || vec![String::new()],
            |lag| vec![format!(" · {}", lag.describe()), format!(" · {}", lag.short())],
        ));
        let zone = give(facts.map_or_else(|| vec![String::new()], zone_texts));
        let server = facts.map(|facts| facts.server_id.as_str()).filter(|server| !server.is_empty());
        let server = give(vec![server.map_or_else(String::new, |server| format!(" (id {server})"))]);
        let hops = context.profile.iter().flat_map(|profile| profile.route.iter().map(|hop| hop.host.as_str()));
        let stops: Vec<&str> = std::iter::once("   you").chain(hops).chain([""]).collect();
        let route = if has_two_lines { String::new() } else { give(vec![stops.join(" ─ ")]) };
        let account = facts.map(|facts| facts.account.split('@').next().unwrap_or_default());
        let account = give(vec![account.map_or_else(String::new, |account| format!(" {account} ·"))]);
        Self { account, server: format!("{version}{server}"), lag, zone, route }
    }
}

/// Returns the facts about the server. Those about the last server are not shown while another one is being connected.
fn facts(model: &Model) -> Option<&ServerFacts> {
    model.context.facts.as_deref().filter(|_| matches!(model.context.link, ConnectionState::Connected(_)))
}

/// Draws the header while no profile is in use: none was chosen, or the connection was not made.
fn without_session(model: &Model, text: &str, area: Rect, buffer: &mut Buffer) {
    let theme = model.theme;
    let text = format!(" {text}");
    let texts =
        [(" rrx ", theme.key()), (mark(model, usize::from(area.width)), theme.alarm()), (text.as_str(), theme.dim())];
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
