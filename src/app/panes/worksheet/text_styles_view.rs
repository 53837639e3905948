//! The styles of a worksheet's text: syntax, the statement that will run, selection, matches of a search, brackets, errors.

use std::ops::Range;

use ratatui::style::Style;

use crate::app::ui::theme::Theme;
use crate::domain::sql::ParsedText;
use crate::domain::sql::check::Severity;

use super::rows::is_misleading;
use super::{TextMark, Worksheet, Worksheets};

/// Decides the style of each character.
pub(super) struct TextStyles<'a> {
    worksheets: &'a Worksheets,
    sheet: &'a Worksheet,
    theme: Theme,
    parsed: Option<&'a ParsedText>,
    selected: Option<Range<usize>>,
    /// The statement, or the selection, that will run.
    runs: Range<usize>,
    /// The bytes of the line that is drawn.
    line: Range<usize>,
    /// The columns of the matches of the search in that line.
    matches: Vec<(usize, usize)>,
}

impl<'a> TextStyles<'a> {
    pub(super) fn new(worksheets: &'a Worksheets, sheet: &'a Worksheet, theme: Theme) -> Self {
        let editor = &sheet.editor;
        let parsed = sheet.parsed.as_ref();
        let selected = editor.selection().map(|(from, to)| editor.byte_of(from)..editor.byte_of(to));
        let at_cursor = || parsed.and_then(|parsed| parsed.statement_at(editor.byte_of(editor.cursor())));
        let runs = selected.clone().or_else(at_cursor).unwrap_or(0..0);
        Self { worksheets, sheet, theme, parsed, selected, runs, line: 0..0, matches: Vec::new() }
    }

    /// Takes the line that is drawn next, with its first byte.
    pub(super) fn begin_line(&mut self, start: usize, line: &str) {
        self.line = start..start + line.len();
        self.matches = self.worksheets.search.as_ref().map_or_else(Vec::new, |search| search.in_line(line).collect());
    }

    fn is_run(&self) -> bool {
        self.line.start < self.runs.end && self.line.end >= self.runs.start && !self.runs.is_empty()
    }

    /// Returns the marks that begin on the line.
    fn on_line(&self) -> impl Iterator<Item = &TextMark> {
        self.sheet.marks().filter(|mark| (self.line.start..=self.line.end).contains(&mark.span.start))
    }

    /// Returns what is shown after the line: what is wrong there, and the key that mends it.
    pub(super) fn note(&self, key: &str) -> Option<(String, Style)> {
        let mark = self.on_line().find(|mark| mark.note(key).is_some())?;
        let style = match mark.severity {
            Severity::Error => self.theme.bad(),
            Severity::Warning => self.theme.warning(),
        };
        Some((mark.note(key)?, style))
    }

    /// Returns the mark before the line.
    pub(super) fn mark(&self, is_first_row: bool) -> (&'static str, Style) {
        let has_error = self.on_line().any(|mark| mark.severity == Severity::Error);
        let has_finding = self.on_line().next().is_some();
        match (is_first_row, has_error, has_finding, self.is_run()) {
            (true, true, _, _) => ("✗", self.theme.bad()),
            (true, false, true, _) => ("!", self.theme.warning()),
            (_, _, _, true) => ("▎", self.theme.key()),
            (_, _, _, false) => (" ", self.theme.dim()),
        }
    }

    /// Returns the style of the grapheme at a byte of the text and a column of the line.
    pub(super) fn of(&self, byte: usize, column: usize, grapheme: &str) -> Style {
        let theme = self.theme;
        let class = self.parsed.and_then(|parsed| parsed.class_at(byte));
        let mut style = class.map_or(theme.text(), |class| theme.sql(class));
        // Of several statements on a line, only the one that will run is highlighted.
        if self.selected.is_none() && self.is_run() && !self.runs.contains(&byte) {
            style = theme.dim();
        }
        if is_misleading(grapheme) {
            style = theme.bad();
        }
        if self.matches.iter().any(|(from, to)| (*from..*to).contains(&column)) {
            style = style.patch(theme.found());
        }
        if self.sheet.brackets.is_some_and(|pair| pair.contains(&byte)) {
            style = style.patch(theme.bracket());
        }
        if self.selected.as_ref().is_some_and(|range| range.contains(&byte)) {
            style = style.patch(theme.selected());
        }
        let is_in = |mark: &&TextMark| mark.span.contains(&byte) || mark.span.start == byte;
        if self.sheet.error.iter().any(|mark| is_in(&mark)) {
            style = style.patch(theme.bad()).patch(Style::new().underlined());
        } else if self.sheet.findings.iter().any(|mark| is_in(&mark)) {
            style = style.patch(Style::new().underlined());
        }
        style
    }
}
