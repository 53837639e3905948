//! Draws the connection screen.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::app::action::Action;
use crate::app::context::Context;
use crate::app::ui::draw::{clip, panel, parts, wrap};
use crate::app::ui::line::visible_line;
use crate::app::ui::theme::Theme;
use crate::domain::profile::Environment;
use crate::domain::protocol::StepState;
use crate::domain::screen_width::ScreenWidth as _;

use super::text::{InputPlace, TextLine};
use super::{
    Connect, ConnectAction, ConnectStage, ListedProfile, StepProgress, form_view, listed_profiles, top_margin,
};

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
            | ConnectStage::Failed(_) => self.progress_title(),
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

    /// Returns the title above the steps. Where the answer has one of the last rows, it is a line of the question.
    fn progress_title(&self) -> String {
        let layout = self.connect.page_layout(self.context);
        match (layout.input, layout.lines.get(layout.first)) {
            (InputPlace::BelowTitle(line), _) => line.text.trim().to_owned(),
            (InputPlace::Alone, Some(line)) => line.text.trim().to_owned(),
            (InputPlace::Alone, None) | (InputPlace::None | InputPlace::Below(_), _) => {
                format!("Connecting to {}", self.connect.profile)
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
        let layout = self.connect.page_layout(self.context);
        let mut y = area.y + u16::from(layout.has_gaps);
        let left_out = self.connect.visible_steps().count().saturating_sub(layout.steps);
        for step in self.connect.visible_steps().skip(left_out) {
            self.step(step, Rect { y, height: 1, ..area }, buffer);
            y += 1;
        }
        y += u16::from(layout.has_gaps);
        if layout.input == InputPlace::Alone {
            return self.input(y.min(area.bottom().saturating_sub(1)), area, buffer);
        }
        if layout.art_width > 0 {
            let x = area.right().saturating_sub(u16::try_from(layout.art_width).unwrap_or(u16::MAX).saturating_sub(1));
            for (line, y) in self.connect.art().iter().zip(y..area.bottom()) {
                parts(buffer, (x, y), area.right(), [(line.as_str(), self.theme.text())]);
            }
        }
        for line in layout.lines.iter().skip(layout.first).take(layout.rows) {
            self.line(line, y, area, buffer);
            y += 1;
        }
        match &layout.input {
            InputPlace::Below(prompt) => {
                self.line(prompt, y, area, buffer);
                self.input(y + 1, area, buffer);
            }
            InputPlace::BelowTitle(_) => self.input(y, area, buffer),
            InputPlace::None | InputPlace::Alone => {}
        }
    }

    fn step(&self, step: &StepProgress, area: Rect, buffer: &mut Buffer) {
        let theme = self.theme;
        if area.y >= buffer.area.bottom() {
            return;
        }
        let (glyph, style, text, took) = match &step.state {
            StepState::Trying(text) => ("◐", theme.warning(), text.clone(), String::new()),
            StepState::Done(text, took) => ("✓", theme.good(), text.clone(), format!("{} ms", took.as_millis())),
            StepState::Skipped => return,
            StepState::Failed(problem) => ("✗", theme.bad(), problem.what.clone(), String::new()),
        };
        let name = format!(" {:<9} ", step.step.name());
        let room = usize::from(area.width).saturating_sub(14 + took.len() + 2);
        let texts = [(glyph, style), (name.as_str(), theme.text()), (&*clip(&text, room), theme.text())];
        parts(buffer, (area.x + 1, area.y), area.right(), texts);
        let width = u16::try_from(took.len()).unwrap_or(0);
        let x = area.right().saturating_sub(width + 1);
        parts(buffer, (x, area.y), area.right(), [(took.as_str(), theme.dim())]);
    }

    fn line(&self, line: &TextLine, y: u16, area: Rect, buffer: &mut Buffer) {
        if y < area.bottom() {
            parts(buffer, (area.x + 1, y), area.right(), [(line.text.as_str(), line.tone.style(self.theme))]);
        }
    }

    /// Draws the line in which an answer is typed.
    fn input(&self, y: u16, area: Rect, buffer: &mut Buffer) {
        let theme = self.theme;
        let echo = self.connect.echoes();
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
        if y < area.bottom() {
            parts(buffer, (area.x + 1, y), area.right(), line);
        }
    }
}
