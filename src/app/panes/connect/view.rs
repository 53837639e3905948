//! Draws the connection screen.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::app::action::Action;
use crate::app::context::Context;
use crate::app::ui::draw::{clip, panel, parts, wrap};
use crate::app::ui::line::visible_line;
use crate::app::ui::problem::{MARGINS, draw_problem, problem_rows};
use crate::app::ui::theme::Theme;
use crate::domain::profile::Environment;
use crate::domain::protocol::{Question, StepState};
use crate::domain::screen_width::ScreenWidth as _;
use crate::domain::text::one_line;

use super::{Connect, ConnectAction, ConnectStage, ListedProfile, form_view, listed_profiles, top_margin};

/// The least width of the text left of a key's picture: a fingerprint fits.
const WIDTH_LEFT_OF_ART: u16 = 53;

/// Draws the connection screen.
#[derive(Debug)]
pub struct ConnectView<'a> {
    pub connect: &'a Connect,
    pub context: &'a Context,
    pub theme: Theme,
}

impl ConnectView<'_> {
    /// Draws it into an area.
    pub fn draw(&self, area: Rect, buffer: &mut Buffer) {
        let title = match self.connect.stage {
            ConnectStage::Choosing => "rrx: choose a profile".to_owned(),
            ConnectStage::Adding => "rrx: new profile".to_owned(),
            ConnectStage::ReadingSettings
            | ConnectStage::Connecting
            | ConnectStage::Asking(_)
            | ConnectStage::Failed(_) => {
                format!("Connecting to {}", self.connect.profile)
            }
        };
        let inside = panel(buffer, area, &title, "", true, self.theme);
        match self.connect.stage {
            ConnectStage::Choosing => self.profiles(inside, buffer),
            ConnectStage::Adding => {
                let rrx = &self.context.settings.command_line;
                form_view::draw(&self.connect.form, rrx, inside, buffer, self.theme);
            }
            ConnectStage::ReadingSettings
            | ConnectStage::Connecting
            | ConnectStage::Asking(_)
            | ConnectStage::Failed(_) => {
                self.progress(inside, buffer);
            }
        }
    }

    fn key(&self, action: ConnectAction) -> String {
        self.context.key(Action::Connect(action))
    }

    fn profiles(&self, area: Rect, buffer: &mut Buffer) {
        let theme = self.theme;
        let right = area.right();
        if listed_profiles(self.context).next().is_none() {
            parts(buffer, (area.x + 1, area.y + 1), right, [("No profiles yet.", theme.text())]);
            parts(
                buffer,
                (area.x + 1, area.y + 3),
                right,
                [
                    (self.key(ConnectAction::Add).as_str(), theme.key()),
                    (" adds one. Or quit and try ", theme.dim()),
                    ("rrx demo", theme.key()),
                ],
            );
            return;
        }
        let is_demo =
            |listed| matches!(listed, ListedProfile::Usable(profile) if profile.environment == Environment::Demo);
        if listed_profiles(self.context).all(is_demo) {
            let add = format!("You have no profile of your own yet. {} adds one.", self.key(ConnectAction::Add));
            let texts = [
                "The demo is a replica with an invented study, built into this program. It needs nothing, and nothing can break.",
                add.as_str(),
            ];
            let width = usize::from(area.width).saturating_sub(2);
            let lines = texts.iter().flat_map(|text| std::iter::once(String::new()).chain(wrap(text, width)));
            for (line, y) in lines.zip(area.y + 2..area.bottom()) {
                parts(buffer, (area.x + 1, y), right, [(line.as_str(), theme.dim())]);
            }
        }
        let top = area.y + top_margin(area.height);
        for (row, listed) in listed_profiles(self.context).enumerate().skip(self.connect.list.top) {
            let y = u16::try_from(row - self.connect.list.top).ok().and_then(|row| top.checked_add(row));
            let Some(y) = y.filter(|y| *y < area.bottom()) else { break };
            let is_here = row == self.connect.list.cursor;
            let mark = (if is_here { "›" } else { " " }, theme.key());
            let name = format!(" {} ", clip(listed.name(), 20).padded(20));
            let (badge, about, badge_style, name_style) = match listed {
                ListedProfile::Usable(profile) => {
                    let hosts = profile.route.iter().map(|hop| hop.host.as_str()).chain([profile.host.as_str()]);
                    let style = theme.environment(profile.environment);
                    (profile.environment.label(), hosts.collect::<Vec<_>>().join(" → "), style, theme.text())
                }
                ListedProfile::LeftOut(profile) => {
                    let reason = profile.problems.first().map_or("", |problem| &problem.what);
                    ("", format!("left out: {reason}"), theme.dim(), theme.dim())
                }
            };
            let badge = format!(" {badge:<4} ");
            let about = format!(" {about}");
            let name_style = if is_here { theme.cursor() } else { name_style };
            let texts =
                [mark, (badge.as_str(), badge_style), (name.as_str(), name_style), (about.as_str(), theme.dim())];
            parts(buffer, (area.x, y), right, texts);
        }
    }

    fn progress(&self, area: Rect, buffer: &mut Buffer) {
        let theme = self.theme;
        let right = area.right();
        // The steps of hops are skipped in a direct connection.
        let steps: Vec<_> =
            self.connect.steps.iter().filter(|step| !matches!(step.state, StepState::Skipped)).collect();
        // If not all fits, empty lines are dropped first, then the first steps. The question or the problem stays.
        let text_rows = self.text_rows(area);
        let is_tight = text_rows + steps.len() + 2 > usize::from(area.height);
        let empty_lines = u16::from(!is_tight);
        let room = usize::from(area.height).saturating_sub(text_rows);
        let first = if is_tight && text_rows > 0 { steps.len().saturating_sub(room) } else { 0 };
        let mut y = area.y + empty_lines;
        for step in steps.into_iter().skip(first) {
            if y >= area.bottom() {
                return;
            }
            let (glyph, style, text, took) = match &step.state {
                StepState::Trying(text) => ("◐", theme.warning(), text.clone(), String::new()),
                StepState::Done(text, took) => ("✓", theme.good(), text.clone(), format!("{} ms", took.as_millis())),
                StepState::Skipped => continue,
                StepState::Failed(problem) => ("✗", theme.bad(), problem.what.clone(), String::new()),
            };
            let name = format!(" {:<9} ", step.step.name());
            let room = usize::from(area.width).saturating_sub(14 + took.len() + 2);
            parts(
                buffer,
                (area.x + 1, y),
                right,
                [(glyph, style), (name.as_str(), theme.text()), (clip(&text, room).as_str(), theme.text())],
            );
            let width = u16::try_from(took.len()).unwrap_or(0);
            parts(buffer, (right.saturating_sub(width + 1), y), right, [(took.as_str(), theme.dim())]);
            y += 1;
        }
        y += empty_lines;
        match &self.connect.stage {
            ConnectStage::Asking(Question::HostKey { art, fingerprint, .. }) => {
                let mut lines = self.host_key_lines();
                if is_tight {
                    // The user must compare the fingerprint, so it comes first.
                    lines.retain(|line| line.trim() != fingerprint);
                    lines.insert(0, fingerprint.clone());
                }
                let room = Rect { y, height: area.bottom().saturating_sub(y), ..area };
                let width = usize::from(area.width).saturating_sub(2 + usize::from(self.art(art, room, buffer)));
                for line in lines {
                    for part in wrap(&line, width) {
                        if y < area.bottom() {
                            parts(buffer, (area.x + 1, y), right, [(part.as_str(), theme.warning())]);
                        }
                        y += 1;
                    }
                }
            }
            ConnectStage::Asking(Question::RunCommand { command, .. }) => {
                let mut lines = self.command_lines();
                if is_tight {
                    // The user must read the command, so it comes first.
                    lines.retain(|line| line.trim() != one_line(command));
                    lines.insert(0, one_line(command));
                }
                let width = usize::from(area.width.saturating_sub(MARGINS));
                for part in lines.iter().flat_map(|line| wrap(line, width)) {
                    if y < area.bottom() {
                        parts(buffer, (area.x + 1, y), right, [(part.as_str(), theme.warning())]);
                    }
                    y += 1;
                }
            }
            ConnectStage::Asking(Question::Secret { prompt, echo }) => self.secret(prompt, *echo, y, area, buffer),
            ConnectStage::Asking(Question::RetrySecret { prompt, problem }) => {
                let y =
                    draw_problem(problem, Rect { y, height: area.bottom().saturating_sub(y), ..area }, buffer, theme);
                self.secret(prompt, false, y + 1, area, buffer);
            }
            ConnectStage::Failed(problem) => {
                draw_problem(problem, Rect { y, height: area.bottom().saturating_sub(y), ..area }, buffer, theme);
            }
            ConnectStage::Choosing
            | ConnectStage::ReadingSettings
            | ConnectStage::Adding
            | ConnectStage::Connecting => {}
        }
    }
}

impl ConnectView<'_> {
    /// Returns the lines about an unknown host key; none at any other question.
    fn host_key_lines(&self) -> Vec<String> {
        let ConnectStage::Asking(Question::HostKey { host, algorithm, fingerprint, recorded_in, .. }) =
            &self.connect.stage
        else {
            return Vec::new();
        };
        let accept = self.context.key(Action::Connect(ConnectAction::Accept));
        let decline = self.context.key(Action::Connect(ConnectAction::Decline));
        vec![
            format!("The host key of {host} is not known."),
            format!("  {algorithm}"),
            format!("  {fingerprint}"),
            "Compare it with the fingerprint from your administrator. Nothing has been sent yet.".to_owned(),
            format!(
                "{accept} accepts it and records it in {};  {decline} declines (the default)",
                recorded_in.display()
            ),
        ]
    }

    /// Returns the lines about a command that connects to a hop; none at any other question.
    fn command_lines(&self) -> Vec<String> {
        let ConnectStage::Asking(Question::RunCommand { host, command, place }) = &self.connect.stage else {
            return Vec::new();
        };
        let accept = self.context.key(Action::Connect(ConnectAction::Accept));
        let decline = self.context.key(Action::Connect(ConnectAction::Decline));
        vec![
            format!("A command connects to {host}. It runs on this machine with your rights:"),
            format!("  {}", one_line(command)),
            format!("It is from {}.", one_line(place)),
            format!(
                "{accept} allows it for this session;  {decline} declines (the default). proxy_command = true in the \
                 profile allows it always."
            ),
        ]
    }

    /// Returns the rows of the text below the steps.
    fn text_rows(&self, area: Rect) -> usize {
        let width = usize::from(area.width.saturating_sub(MARGINS));
        match &self.connect.stage {
            ConnectStage::Asking(Question::HostKey { .. }) => {
                self.host_key_lines().iter().map(|line| wrap(line, width).len()).sum()
            }
            ConnectStage::Asking(Question::RunCommand { .. }) => {
                self.command_lines().iter().map(|line| wrap(line, width).len()).sum()
            }
            ConnectStage::Asking(Question::Secret { .. }) => 2,
            ConnectStage::Asking(Question::RetrySecret { problem, .. }) => problem_rows(problem, width, self.theme) + 3,
            ConnectStage::Failed(problem) => problem_rows(problem, width, self.theme),
            ConnectStage::Choosing
            | ConnectStage::ReadingSettings
            | ConnectStage::Adding
            | ConnectStage::Connecting => 0,
        }
    }

    /// Draws the picture of a key at the right, if it leaves enough room for the text. Returns the columns that it takes.
    fn art(&self, art: &[String], area: Rect, buffer: &mut Buffer) -> u16 {
        let width = art.iter().map(String::len).max().and_then(|width| u16::try_from(width).ok()).unwrap_or(0);
        let is_room = usize::from(area.height) >= art.len() && area.width >= WIDTH_LEFT_OF_ART + width + 2;
        if art.is_empty() || !is_room {
            return 0;
        }
        for (line, y) in art.iter().zip(area.y..area.bottom()) {
            parts(buffer, (area.right() - width - 1, y), area.right(), [(line.as_str(), self.theme.text())]);
        }
        width + 2
    }

    /// Draws the line in which a secret is typed.
    fn secret(&self, prompt: &str, echo: bool, y: u16, area: Rect, buffer: &mut Buffer) {
        let theme = self.theme;
        // On a small screen this line covers what is above it.
        let y = y.min(area.bottom().saturating_sub(2)).max(area.y);
        parts(buffer, (area.x + 1, y), area.right(), [(fill(prompt, area).as_str(), theme.warning())]);
        let shown = |text: &str| if echo { text.to_owned() } else { "•".repeat(text.chars().count()) };
        let (before, after) = self.connect.secret.parts();
        let (before, after) = (shown(before), shown(after));
        let typed = visible_line((&before, &after), usize::from(area.width).saturating_sub(5));
        let line = [
            ("› ", theme.key()),
            (typed.before_cursor.as_str(), theme.text()),
            ("▏", theme.key()),
            (typed.after_cursor.as_str(), theme.text()),
        ];
        parts(buffer, (area.x + 1, y + 1), area.right(), line);
    }
}

/// Fills a text with spaces to the width of the area, so that it covers what was drawn there.
fn fill(text: &str, area: Rect) -> String {
    format!("{text:<width$}", width = usize::from(area.width))
}
