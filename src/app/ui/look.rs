//! What the terminal can show: how many colours, on which background, which glyphs. The settings and the environment decide it.

use ratatui::buffer::Buffer;

use crate::domain::profile::UiSettings;
use crate::domain::text::{GlyphSet, ascii_equivalent};

/// How many colours the terminal has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Colours {
    /// No colours, only bold, underlined and reversed text.
    None,
    /// The sixteen of every colour terminal.
    Sixteen,
    /// 256 colours.
    #[default]
    Many,
}

/// The colour behind the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Background {
    #[default]
    Dark,
    Light,
}

/// What the terminal can show.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct TerminalLook {
    pub colours: Colours,
    pub background: Background,
    pub glyphs: GlyphSet,
}

/// The variables of the environment that describe the terminal; `None` where one is not set, or empty.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TerminalEnv {
    /// `TERM`.
    pub term: Option<String>,
    /// `COLORTERM`.
    pub colour_term: Option<String>,
    /// `COLORFGBG`: the terminal's own colours, the background last.
    pub background: Option<String>,
    /// `NO_COLOR` (no-color.org).
    pub no_colour: Option<String>,
    /// The locale of characters: the first of `LC_ALL`, `LC_CTYPE`, `LANG`.
    pub locale: Option<String>,
}

impl TerminalLook {
    /// Follows the settings, or the environment where they are `auto`.
    #[must_use]
    pub fn choose(ui: &UiSettings, env: &TerminalEnv) -> Self {
        let background = match ui.theme.as_str() {
            "dark" => Background::Dark,
            "light" => Background::Light,
            _ => env.background(),
        };
        let colours = if ui.theme == "mono" { Colours::None } else { env.colours() };
        let glyphs = match ui.glyphs.as_str() {
            "unicode" => GlyphSet::Unicode,
            "ascii" => GlyphSet::Ascii,
            _ => env.glyphs(),
        };
        Self { colours, background, glyphs }
    }
}

impl TerminalLook {
    /// Returns the look of the next theme and the theme's name in the settings: dark, light, mono, dark. The colours are those
    /// of the terminal. If it seems to have none, the user who asks for a theme knows better.
    #[must_use]
    pub fn next_theme(self, terminal: Self) -> (Self, &'static str) {
        let colours = match terminal.colours {
            Colours::None => Colours::Sixteen,
            colours => colours,
        };
        match (self.colours, self.background) {
            (Colours::None, _) => (Self { colours, background: Background::Dark, ..self }, "dark"),
            (_, Background::Dark) => (Self { colours, background: Background::Light, ..self }, "light"),
            (_, Background::Light) => (Self { colours: Colours::None, ..self }, "mono"),
        }
    }
}

impl TerminalEnv {
    fn term(&self) -> &str {
        self.term.as_deref().unwrap_or_default()
    }

    /// Returns whether the terminal has no colours.
    fn is_plain(&self) -> bool {
        let term = self.term();
        term == "dumb" || term.starts_with("vt")
    }

    fn colours(&self) -> Colours {
        if self.no_colour.is_some() || self.is_plain() {
            Colours::None
        } else if self.colour_term.is_some() || ["256", "direct"].iter().any(|word| self.term().contains(word)) {
            Colours::Many
        } else {
            Colours::Sixteen
        }
    }

    /// Reads the background from `COLORFGBG`, such as `0;15`: 7 and 15 are light.
    fn background(&self) -> Background {
        match self.background.as_deref().and_then(|colours| colours.rsplit(';').next()) {
            Some("7" | "15") => Background::Light,
            Some(_) | None => Background::Dark,
        }
    }

    /// Chooses ASCII if the locale is set and is not UTF-8, and on the Linux console, whose font has too few glyphs.
    fn glyphs(&self) -> GlyphSet {
        let is_utf8 = self.locale.as_ref().is_none_or(|locale| {
            let locale = locale.to_ascii_lowercase();
            locale.contains("utf-8") || locale.contains("utf8")
        });
        if is_utf8 && !self.is_plain() && self.term() != "linux" { GlyphSet::Unicode } else { GlyphSet::Ascii }
    }
}

/// Replaces the glyphs that rrx draws by ASCII characters. Characters of values stay, because `domain::text` has
/// replaced those that look like rrx's glyphs.
pub fn to_ascii(buffer: &mut Buffer) {
    for cell in &mut buffer.content {
        let mut characters = cell.symbol().chars();
        if let (Some(character), None) = (characters.next(), characters.next())
            && let Some(ascii) = ascii_equivalent(character)
        {
            cell.set_char(ascii);
        }
    }
}
