//! What the terminal can show: how many colours, on which ground, which glyphs. Decided from the settings and from what
//! the environment says; names no colour.

use ratatui::buffer::Buffer;

use crate::domain::profile::UiSettings;
use crate::domain::text::{GlyphSet, ascii_equivalent};

/// How many colours there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Colours {
    /// None: weight, underline and reversal only.
    None,
    /// The sixteen of every colour terminal.
    Sixteen,
    /// 256.
    #[default]
    Many,
}

/// What lies under the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Ground {
    /// Dark.
    #[default]
    Dark,
    /// Light.
    Light,
}

/// What the terminal can show.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Look {
    /// How many colours.
    pub colours: Colours,
    /// On which ground.
    pub ground: Ground,
    /// Which glyphs.
    pub glyphs: GlyphSet,
}

/// What the environment says; nothing is what is not set, or empty.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Said {
    /// `TERM`.
    pub term: Option<String>,
    /// `COLORTERM`.
    pub colour_term: Option<String>,
    /// `COLORFGBG`: the terminal's own colours, the ground last.
    pub ground: Option<String>,
    /// `NO_COLOR` (no-color.org).
    pub no_colour: Option<String>,
    /// The locale of characters: the first of `LC_ALL`, `LC_CTYPE`, `LANG`.
    pub locale: Option<String>,
}

impl Look {
    /// Settings that say more than `auto` decide; else the environment does.
    #[must_use]
    pub fn choose(ui: &UiSettings, said: &Said) -> Self {
        let ground = match ui.theme.as_str() {
            "dark" => Ground::Dark,
            "light" => Ground::Light,
            _ => said.ground(),
        };
        let colours = if ui.theme == "mono" { Colours::None } else { said.colours() };
        let glyphs = match ui.glyphs.as_str() {
            "unicode" => GlyphSet::Unicode,
            "ascii" => GlyphSet::Ascii,
            _ => said.glyphs(),
        };
        Self { colours, ground, glyphs }
    }
}

impl Said {
    fn term(&self) -> &str {
        self.term.as_deref().unwrap_or_default()
    }

    /// A terminal of the time before colours, or one that can do nothing.
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

    /// `COLORFGBG=0;15`: 7 and 15 are the light grounds.
    fn ground(&self) -> Ground {
        match self.ground.as_deref().and_then(|colours| colours.rsplit(';').next()) {
            Some("7" | "15") => Ground::Light,
            Some(_) | None => Ground::Dark,
        }
    }

    /// A locale that names another encoding than UTF-8 decides; where none is named, terminals of today draw UTF-8. The
    /// Linux console has too few glyphs in its font.
    fn glyphs(&self) -> GlyphSet {
        let is_utf8 = self.locale.as_ref().is_none_or(|locale| {
            let locale = locale.to_ascii_lowercase();
            locale.contains("utf-8") || locale.contains("utf8")
        });
        if is_utf8 && !self.is_plain() && self.term() != "linux" { GlyphSet::Unicode } else { GlyphSet::Ascii }
    }
}

/// Replaces what the program draws itself by its ASCII twins. Characters of values stay: those that could be taken for
/// ours came here as stand-ins.
pub fn to_ascii(buffer: &mut Buffer) {
    for cell in &mut buffer.content {
        let mut characters = cell.symbol().chars();
        if let (Some(character), None) = (characters.next(), characters.next())
            && let Some(twin) = ascii_equivalent(character)
        {
            cell.set_char(twin);
        }
    }
}
