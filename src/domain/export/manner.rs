//! How rows are written: in which form, what becomes of formulas, what a TIMESTAMP means.

use super::Format;

/// How the rows of one result are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Manner {
    pub format: Format,
    /// Formulas in CSV and TSV.
    pub formulas: Formulas,
    /// The zone of the session that the rows are of.
    pub zone: SessionZone,
}

impl Manner {
    /// This form, every byte as the server sent it, of a session in UTC.
    #[must_use]
    pub fn plain(format: Format) -> Self {
        Self { format, formulas: Formulas::Kept, zone: SessionZone::Utc }
    }
}

/// Whether text that a spreadsheet would run as a formula (`=1+2`, `@x`) stays as it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Formulas {
    /// Every byte as the server sent it.
    #[default]
    Kept,
    /// A single quote stands before it, in CSV and TSV.
    Defused,
}

/// The zone in which a session reads its TIMESTAMPs. A typed form says of a column whether its values are moments.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SessionZone {
    /// UTC: a TIMESTAMP is a moment.
    Utc,
    /// Another one: a TIMESTAMP is what its clock showed.
    Other,
}

impl SessionZone {
    /// Of a zone as the server names it.
    #[must_use]
    pub fn of(name: &str) -> Self {
        let is_utc = matches!(name.trim(), "+00:00" | "-00:00") || name.trim().eq_ignore_ascii_case("utc");
        if is_utc { Self::Utc } else { Self::Other }
    }
}
