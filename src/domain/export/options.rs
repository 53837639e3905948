//! Options of an export: format, treatment of formulas, time zone of the session.

use super::ExportFormat;

/// How the rows of a result are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ExportOptions {
    pub format: ExportFormat,
    /// Only CSV and TSV can escape formulas.
    pub formulas: Formulas,
    /// Only CSV has a choice.
    pub line_end: LineEnd,
    /// Only CSV can have one.
    pub mark: ByteOrderMark,
    /// The time zone of the session that read the rows.
    pub zone: SessionZone,
}

impl ExportOptions {
    /// Returns options that write every byte as the server sent it, for rows of a session in UTC.
    #[must_use]
    pub fn plain(format: ExportFormat) -> Self {
        Self {
            format,
            formulas: Formulas::Kept,
            line_end: LineEnd::Lf,
            mark: ByteOrderMark::Omitted,
            zone: SessionZone::Utc,
        }
    }
}

/// What happens to text that a spreadsheet would run as a formula (`=1+2`, `@x`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Formulas {
    /// It is written as the server sent it.
    #[default]
    Kept,
    /// It is written with a single quote before it.
    Escaped,
}

/// How the lines of a CSV file end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum LineEnd {
    #[default]
    Lf,
    /// As RFC 4180 writes it.
    CrLf,
}

impl LineEnd {
    pub(super) fn bytes(self) -> &'static [u8] {
        match self {
            Self::Lf => b"\n",
            Self::CrLf => b"\r\n",
        }
    }
}

/// Whether a CSV file begins with a byte order mark. Without one, Excel reads UTF-8 as the encoding of the system.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum ByteOrderMark {
    #[default]
    Omitted,
    Written,
}

/// The time zone in which a session reads TIMESTAMPs. Typed formats mark a TIMESTAMP in UTC as a point in time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SessionZone {
    Utc,
    /// Any other zone: a TIMESTAMP is exported as local time without a zone.
    Other,
}

impl SessionZone {
    /// Reads the name of a zone as the server reports it.
    #[must_use]
    pub fn of(name: &str) -> Self {
        let is_utc = matches!(name.trim(), "+00:00" | "-00:00") || name.trim().eq_ignore_ascii_case("utc");
        if is_utc { Self::Utc } else { Self::Other }
    }
}
