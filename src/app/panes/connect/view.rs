//! Draws the connection screen.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::app::context::Context;
use crate::app::ui::draw::{clip, panel, parts};
use crate::app::ui::line::visible_line;
use crate::app::ui::theme::Theme;
use crate::domain::protocol::StepState;
use crate::domain::quantity::counted;

use super::profiles::all_profiles;
use super::profiles_view::ProfilesView;
use super::text::{InputPlace, TextLine};
use super::{Connect, ConnectStage, StepProgress, form_view, profiles_view};

/// Seconds of a step after which they are shown.
const PATIENCE: u64 = 2;

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
        let (listed, all) = (self.connect.listed(self.context).len(), all_profiles(self.context).count());
        let count = match self.connect.stage {
            ConnectStage::Choosing if self.connect.is_filtered() => format!("{listed} of {all}"),
            ConnectStage::Choosing if all > 0 => counted(all as u64, "profile"),
            _ => String::new(),
        };
        let inside = panel(buffer, area, &title, &count, true, self.theme);
        match self.connect.stage {
            ConnectStage::Choosing => {
                let (connect, context, theme) = (self.connect, self.context, self.theme);
                profiles_view::draw(&ProfilesView { connect, context, theme }, inside, buffer);
            }
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
            StepState::Trying(text) => {
                let seconds = self.context.now.saturating_sub(step.since).as_secs();
                let took = if seconds >= PATIENCE { format!("{seconds} s") } else { String::new() };
                ("◐", theme.warning(), text.clone(), took)
            }
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
