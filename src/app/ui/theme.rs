//! The one place that names colours. What colour says is also said by a word or a glyph.

use ratatui::style::{Color, Modifier, Style};

use crate::domain::profile::Environment;
use crate::domain::sql::highlight::Class;

/// Styles by what they mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Theme {
    has_colour: bool,
}

impl Theme {
    /// With colours, or (`NO_COLOR`) with weight and reversal alone.
    #[must_use]
    pub const fn new(has_colour: bool) -> Self {
        Self { has_colour }
    }

    fn colour(self, colour: Color) -> Style {
        if self.has_colour { Style::new().fg(colour) } else { Style::new() }
    }

    /// Plain text.
    #[must_use]
    pub fn text(self) -> Style {
        Style::new()
    }

    /// Less important.
    #[must_use]
    pub fn dim(self) -> Style {
        if self.has_colour { Style::new().fg(Color::DarkGray) } else { Style::new().add_modifier(Modifier::DIM) }
    }

    /// A heading or a label.
    #[must_use]
    pub fn heading(self) -> Style {
        self.colour(Color::Cyan).add_modifier(Modifier::BOLD)
    }

    /// A name.
    #[must_use]
    pub fn name(self) -> Style {
        self.colour(Color::LightBlue)
    }

    /// A key to press.
    #[must_use]
    pub fn key(self) -> Style {
        self.colour(Color::Yellow).add_modifier(Modifier::BOLD)
    }

    /// Good.
    #[must_use]
    pub fn good(self) -> Style {
        self.colour(Color::Green)
    }

    /// Worth a look.
    #[must_use]
    pub fn warning(self) -> Style {
        self.colour(Color::Yellow)
    }

    /// Wrong.
    #[must_use]
    pub fn bad(self) -> Style {
        self.colour(Color::LightRed).add_modifier(Modifier::BOLD)
    }

    /// The cursor's cell or line.
    #[must_use]
    pub fn cursor(self) -> Style {
        Style::new().add_modifier(Modifier::REVERSED)
    }

    /// The cursor's line where the panel is not in focus, and selected text.
    #[must_use]
    pub fn selected(self) -> Style {
        if self.has_colour {
            Style::new().bg(Color::Indexed(238))
        } else {
            Style::new().add_modifier(Modifier::UNDERLINED)
        }
    }

    /// A border.
    #[must_use]
    pub fn border(self, in_focus: bool) -> Style {
        if in_focus { self.colour(Color::Cyan) } else { self.dim() }
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
        if self.has_colour {
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
            Class::Keyword => self.colour(Color::LightMagenta).add_modifier(Modifier::BOLD),
            Class::Function => self.colour(Color::LightCyan),
            Class::String => self.colour(Color::LightGreen),
            Class::Number => self.colour(Color::LightYellow),
            Class::Comment => self.dim(),
            Class::Variable | Class::Parameter => self.colour(Color::LightRed),
            Class::Error => self.bad(),
            _ => self.text(),
        }
    }
}
