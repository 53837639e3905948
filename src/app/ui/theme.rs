//! The one place that names colours. What colour says is also said by a word or a glyph, so that it holds without them.

use ratatui::style::{Color, Modifier, Style};

use super::look::{Background, Colours, TerminalLook};
use crate::domain::profile::Environment;
use crate::domain::sql::highlight::Class;
use crate::domain::text::GlyphSet;

/// Styles by what they mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Theme {
    look: TerminalLook,
}

impl Theme {
    /// As the terminal can show it.
    #[must_use]
    pub const fn new(look: TerminalLook) -> Self {
        Self { look }
    }

    /// Which glyphs can be drawn.
    #[must_use]
    pub const fn glyphs(self) -> GlyphSet {
        self.look.glyphs
    }

    fn has_colour(self) -> bool {
        self.look.colours != Colours::None
    }

    /// Bright colours are for a dark background, plain ones for a light one.
    fn colour(self, on_dark: Color, on_light: Color) -> Style {
        match (self.has_colour(), self.look.background) {
            (false, _) => Style::new(),
            (true, Background::Dark) => Style::new().fg(on_dark),
            (true, Background::Light) => Style::new().fg(on_light),
        }
    }

    /// Plain text.
    #[must_use]
    pub fn text(self) -> Style {
        Style::new()
    }

    /// Less important.
    #[must_use]
    pub fn dim(self) -> Style {
        if self.has_colour() { Style::new().fg(Color::DarkGray) } else { Style::new().add_modifier(Modifier::DIM) }
    }

    /// A heading or a label.
    #[must_use]
    pub fn heading(self) -> Style {
        self.colour(Color::Cyan, Color::Blue).add_modifier(Modifier::BOLD)
    }

    /// A name.
    #[must_use]
    pub fn name(self) -> Style {
        self.colour(Color::LightBlue, Color::Blue)
    }

    /// A key to press.
    #[must_use]
    pub fn key(self) -> Style {
        self.colour(Color::Yellow, Color::Magenta).add_modifier(Modifier::BOLD)
    }

    /// Good.
    #[must_use]
    pub fn good(self) -> Style {
        self.colour(Color::Green, Color::Green)
    }

    /// Worth a look.
    #[must_use]
    pub fn warning(self) -> Style {
        self.colour(Color::Yellow, Color::Magenta)
    }

    /// Wrong.
    #[must_use]
    pub fn bad(self) -> Style {
        self.colour(Color::LightRed, Color::Red).add_modifier(Modifier::BOLD)
    }

    /// The cursor's cell or line.
    #[must_use]
    pub fn cursor(self) -> Style {
        Style::new().add_modifier(Modifier::REVERSED)
    }

    /// The cursor's line where the panel is not in focus, and selected text.
    #[must_use]
    pub fn selected(self) -> Style {
        match (self.look.colours, self.look.background) {
            (Colours::None, _) => Style::new().add_modifier(Modifier::UNDERLINED),
            (Colours::Sixteen, Background::Dark) => Style::new().fg(Color::White).bg(Color::Blue),
            (Colours::Sixteen, Background::Light) => Style::new().fg(Color::Black).bg(Color::Cyan),
            (Colours::Many, Background::Dark) => Style::new().bg(Color::Indexed(238)),
            (Colours::Many, Background::Light) => Style::new().bg(Color::Indexed(253)),
        }
    }

    /// A border.
    #[must_use]
    pub fn border(self, in_focus: bool) -> Style {
        if in_focus { self.colour(Color::Cyan, Color::Blue) } else { self.dim() }
    }

    /// The environment's badge.
    #[must_use]
    pub fn environment(self, environment: Environment) -> Style {
        let colour = match environment {
            Environment::Production => Color::Red,
            Environment::Validation => Color::Magenta,
            Environment::Test => Color::Blue,
            Environment::Development => Color::Green,
            Environment::Demo => Color::Cyan,
        };
        let style = Style::new().add_modifier(Modifier::BOLD);
        if self.has_colour() {
            let ink = if environment == Environment::Demo || environment == Environment::Development {
                Color::Black
            } else {
                Color::White
            };
            style.bg(colour).fg(ink)
        } else {
            style.add_modifier(Modifier::REVERSED)
        }
    }

    /// A piece of SQL.
    #[must_use]
    pub fn sql(self, class: Class) -> Style {
        match class {
            Class::Keyword => self.colour(Color::LightMagenta, Color::Magenta).add_modifier(Modifier::BOLD),
            Class::Function => self.colour(Color::LightCyan, Color::Blue),
            Class::String => self.colour(Color::LightGreen, Color::Green),
            Class::Number => self.colour(Color::LightYellow, Color::Red),
            Class::Comment => self.dim(),
            Class::Variable | Class::Parameter => self.colour(Color::LightRed, Color::Red),
            Class::Error => self.bad(),
            _ => self.text(),
        }
    }
}
