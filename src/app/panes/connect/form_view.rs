//! Draws the form for a new profile.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::app::ui::draw::{parts, wrap};
use crate::app::ui::line::visible_line;
use crate::app::ui::problem::draw_problem;
use crate::app::ui::theme::Theme;
use crate::domain::profile::{CommandLine, TlsMode};
use crate::domain::screen_width::ScreenWidth as _;

use super::form::{ENVIRONMENTS, ProfileField, ProfileForm, SOURCES, TLS_MODES, label};

/// Width of the labels.
const LABELS: usize = 15;

/// Draws the form.
pub(super) fn draw(form: &ProfileForm, rrx: &CommandLine, area: Rect, buffer: &mut Buffer, theme: Theme) {
    let fields = form.fields();
    // If the form does not fit, the field with the cursor and the problem stay visible.
    let below = if form.problem.is_some() { 3 } else { u16::from(area.height > 12) };
    let room = usize::from(area.height.saturating_sub(below)).max(1);
    let here = fields.iter().position(|field| *field == form.field()).unwrap_or(0);
    let top = (here + 1).saturating_sub(room);
    let mut y = area.y + u16::from(area.height > 12);
    for field in fields.into_iter().skip(top).take(room) {
        line(form, field, Rect { y, height: 1, ..area }, buffer, theme);
        y += 1;
    }
    y += 1;
    if y >= area.bottom() {
        return;
    }
    let rest = Rect { y, height: area.bottom() - y, ..area };
    if let Some(problem) = &form.problem {
        draw_problem(problem, rest, buffer, theme);
        return;
    }
    let text = match (form.is_saving, form.field(), form.source()) {
        (true, ..) => "Saving …".into(),
        (false, ..) if let Some(note) = &form.note => note.clone(),
        (false, ProfileField::Password, "keyring") => {
            let name = Some(form.text(ProfileField::Name).trim()).filter(|name| !name.is_empty()).unwrap_or("NAME");
            let line = rrx.with(&format!("secret set {name}"));
            format!("`{line}` stores it in the keyring; until then rrx asks for it.")
        }
        (false, field, source) => about(field, source).to_owned(),
    };
    for (line, y) in wrap(&text, usize::from(area.width).saturating_sub(2)).iter().zip(rest.y..rest.bottom()) {
        parts(buffer, (area.x + 1, y), area.right(), [(line.as_str(), theme.dim())]);
    }
}

fn line(form: &ProfileForm, field: ProfileField, area: Rect, buffer: &mut Buffer, theme: Theme) {
    let is_here = field == form.field();
    let mark = if is_here { "› " } else { "  " };
    let label = format!("{:<LABELS$} ", label(field));
    let style = if is_here { theme.heading() } else { theme.dim() };
    let x = parts(buffer, (area.x, area.y), area.right(), [(mark, theme.key()), (label.as_str(), style)]);
    match field {
        ProfileField::Environment => {
            let names = ENVIRONMENTS.map(|environment| environment.name().unwrap_or_default());
            let chosen = form.environment().name().unwrap_or_default();
            choice(&names, chosen, is_here, (x, area), buffer, theme);
        }
        ProfileField::Tls => {
            choice(&TLS_MODES.map(TlsMode::name), form.tls().name(), is_here, (x, area), buffer, theme);
        }
        ProfileField::Password => choice(SOURCES, form.source(), is_here, (x, area), buffer, theme),
        _ => {
            let text = form.text(field);
            if text.is_empty() && !is_here {
                parts(buffer, (x, area.y), area.right(), [(example(field), theme.dim())]);
                return;
            }
            let room = usize::from(area.right().saturating_sub(x)).saturating_sub(2);
            let text = if is_here { form.parts(field) } else { (text, "") };
            let line = visible_line(text, room);
            let cursor = if is_here { "▏" } else { "" };
            let texts = [
                (line.before_cursor.as_str(), theme.text()),
                (cursor, theme.key()),
                (line.after_cursor.as_str(), theme.text()),
            ];
            parts(buffer, (x, area.y), area.right(), texts);
        }
    }
}

fn choice(values: &[&str], chosen: &str, is_here: bool, (x, area): (u16, Rect), buffer: &mut Buffer, theme: Theme) {
    let width = values.iter().map(|value| value.cells() + 3).sum::<usize>();
    let fits = width <= usize::from(area.right().saturating_sub(x));
    let mut x = x;
    for value in values.iter().filter(|value| fits || **value == chosen) {
        let is_chosen = *value == chosen;
        let (before, after) = if is_chosen { ("‹", "› ") } else { (" ", "  ") };
        let style = match (is_chosen, is_here) {
            (true, true) => theme.cursor(),
            (true, false) => theme.text(),
            (false, _) => theme.dim(),
        };
        x = parts(buffer, (x, area.y), area.right(), [(before, theme.key()), (value, style), (after, theme.key())]);
    }
}

fn example(field: ProfileField) -> &'static str {
    match field {
        ProfileField::Name => "e.g. clinspark-eu",
        ProfileField::Bastion => "e.g. ec2-user@bastion.example.com",
        ProfileField::Replica => "e.g. replica.abc123.eu-west-1.rds.amazonaws.com",
        ProfileField::Account => "e.g. RO_USER",
        ProfileField::Identity => "the keys of the agent and of ~/.ssh",
        ProfileField::Ca => "the CAs that are built in",
        ProfileField::Database => "none",
        ProfileField::Source | ProfileField::Environment | ProfileField::Tls | ProfileField::Password => "",
    }
}

/// Returns a short explanation of a field.
fn about(field: ProfileField, source: &str) -> &'static str {
    match (field, source) {
        (ProfileField::Name, _) => {
            "The name of the profile, here and on the command line: letters, digits, '-', '_', '.'. A pasted mysql:// URL fills \
             all fields."
        }
        (ProfileField::Environment, _) => {
            "The environment of the server. Production is marked on every screen. Choose with Left and Right."
        }
        (ProfileField::Bastion, _) => {
            "The SSH jump host: [user@]host[:port], or a name from ~/.ssh/config. Separate several with spaces; leave it \
             empty for a direct connection."
        }
        (ProfileField::Identity, _) => {
            "The file of the SSH key for the bastion; leave it empty for the keys of the agent and of ~/.ssh."
        }
        (ProfileField::Tls, _) => {
            "TLS inside the tunnel. The verify modes check the certificate of the replica. Choose with Left and Right."
        }
        (ProfileField::Ca, _) => {
            "The file of the CA that signed the certificate of the replica, as PEM. Amazon RDS has a file to download."
        }
        (ProfileField::Replica, _) => "The replica as the bastion reaches it: host[:port]. The default port is 3306.",
        (ProfileField::Account, _) => "The account on the replica.",
        (ProfileField::Database, _) => "The database to start in; empty for none.",
        (ProfileField::Password, "prompt") => "rrx asks for it each time it connects. Choose with Left and Right.",
        (ProfileField::Password, _) => {
            "The settings never contain the password itself; the next field says where it is. Choose with Left and Right."
        }
        (ProfileField::Source, "command") => {
            "A command that prints the password, such as `pass show rr`. It runs for each new connection."
        }
        (ProfileField::Source, "file") => "A file with the password on its first line, readable only by you.",
        (ProfileField::Source, _) => "The name of the environment variable with the password.",
    }
}
