//! The styles of the screen. Only this file names colours. A word or a glyph always has the same meaning as a colour,
//! so that the screen can be read without colours.

use ratatui::style::{Color, Modifier, Style};

use super::look::{Background, Colours, TerminalLook};
use crate::domain::profile::Environment;
use crate::domain::sql::highlight::HighlightClass;
use crate::domain::text::GlyphSet;

/// The styles, named by their meaning.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Theme {
    look: TerminalLook,
}

impl Theme {
    /// Makes the styles that a terminal can show.
    #[must_use]
    pub const fn new(look: TerminalLook) -> Self {
        Self { look }
    }

    #[must_use]
    pub const fn look(self) -> TerminalLook {
        self.look
    }

    /// Returns the glyphs that the terminal can draw.
    #[must_use]
    pub const fn glyphs(self) -> GlyphSet {
        self.look.glyphs
    }

    fn has_colour(self) -> bool {
        self.look.colours != Colours::None
    }

    /// Returns one colour on a dark background and another on a light one, or no colour.
    fn colour(self, on_dark: Color, on_light: Color) -> Style {
        match (self.has_colour(), self.look.background) {
            (false, _) => Style::new(),
            (true, Background::Dark) => Style::new().fg(on_dark),
            (true, Background::Light) => Style::new().fg(on_light),
        }
    }

    #[must_use]
    pub fn text(self) -> Style {
        Style::new()
    }

    /// The style of what matters less.
    #[must_use]
    pub fn dim(self) -> Style {
        // Not the terminal's bright black: some palettes, such as Solarized, give it the colour of the background.
        match (self.look.colours, self.look.background) {
            (Colours::None | Colours::Sixteen, _) => Style::new().add_modifier(Modifier::DIM),
            (Colours::Many, Background::Dark) => Style::new().fg(Color::Indexed(246)),
            (Colours::Many, Background::Light) => Style::new().fg(Color::Indexed(242)),
        }
    }

    /// The style of headings and labels.
    #[must_use]
    pub fn heading(self) -> Style {
        self.colour(Color::Cyan, Color::Blue).add_modifier(Modifier::BOLD)
    }

    #[must_use]
    pub fn name(self) -> Style {
        self.colour(Color::LightBlue, Color::Blue)
    }

    /// The style of keys to press.
    #[must_use]
    pub fn key(self) -> Style {
        self.colour(Color::Yellow, Color::Magenta).add_modifier(Modifier::BOLD)
    }

    #[must_use]
    pub fn good(self) -> Style {
        self.colour(Color::Green, Color::Green)
    }

    #[must_use]
    pub fn warning(self) -> Style {
        self.colour(Color::Yellow, Color::Magenta)
    }

    #[must_use]
    pub fn bad(self) -> Style {
        self.colour(Color::LightRed, Color::Red).add_modifier(Modifier::BOLD)
    }

    /// The style of a mark that must be seen, also next to the badge of the environment.
    #[must_use]
    pub fn alarm(self) -> Style {
        let style = Style::new().add_modifier(Modifier::BOLD);
        if self.has_colour() {
            style.bg(Color::Yellow).fg(Color::Black)
        } else {
            style.add_modifier(Modifier::REVERSED | Modifier::UNDERLINED)
        }
    }

    /// The style of the cell or line under the cursor.
    #[must_use]
    pub fn cursor(self) -> Style {
        Style::new().add_modifier(Modifier::REVERSED)
    }

    /// The style of selected text, and of the cursor's line in a panel without the focus.
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

    /// The style of a match of the search.
    #[must_use]
    pub fn found(self) -> Style {
        match (self.look.colours, self.look.background) {
            (Colours::None, _) => Style::new().add_modifier(Modifier::BOLD),
            (Colours::Sixteen, _) => Style::new().fg(Color::Black).bg(Color::Yellow),
            (Colours::Many, Background::Dark) => Style::new().bg(Color::Indexed(58)),
            (Colours::Many, Background::Light) => Style::new().bg(Color::Indexed(229)),
        }
    }

    /// The style of the bracket at the cursor and of its partner.
    #[must_use]
    pub fn bracket(self) -> Style {
        Style::new().add_modifier(Modifier::BOLD | Modifier::UNDERLINED)
    }

    #[must_use]
    pub fn border(self, in_focus: bool) -> Style {
        if in_focus { self.colour(Color::Cyan, Color::Blue) } else { self.dim() }
    }

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

    /// The style of a part of a statement.
    #[must_use]
    pub fn sql(self, class: HighlightClass) -> Style {
        match class {
            HighlightClass::Keyword => self.colour(Color::LightMagenta, Color::Magenta).add_modifier(Modifier::BOLD),
            HighlightClass::Function => self.colour(Color::LightCyan, Color::Blue),
            HighlightClass::String => self.colour(Color::LightGreen, Color::Green),
            HighlightClass::Number => self.colour(Color::LightYellow, Color::Red),
            HighlightClass::Comment => self.dim(),
            HighlightClass::Variable | HighlightClass::Parameter => self.colour(Color::LightRed, Color::Red),
            HighlightClass::Error => self.bad(),
            _ => self.text(),
        }
    }
}
