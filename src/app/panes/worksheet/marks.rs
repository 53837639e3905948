//! What is wrong in the text: the error that the server reported, and what the check of the statement at the cursor has found.
//! One key makes the change that is offered.

use std::ops::Range;

use crate::app::panes::PaneContext;
use crate::app::request::Request;
use crate::domain::editing::TextChange;
use crate::domain::editing::whitespace::looks_like;
use crate::domain::sql::ParsedText;
use crate::domain::sql::check::{Finding, Severity};
use crate::domain::sql::errors::{ErrorMark, Offer};

use super::undo::StepKind;
use super::{Worksheet, Worksheets};

/// A part of the text that is wrong or doubtful. Its ranges count bytes of the whole text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TextMark {
    pub span: Range<usize>,
    /// What is wrong, where that is more than the result says.
    pub message: Option<String>,
    pub offer: Option<Offer>,
    pub severity: Severity,
}

/// Whether the cursor goes to a mark.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MarkedCursor {
    Moves,
    Stays,
}

impl TextMark {
    /// Makes the mark of an error in a statement that begins at this byte.
    #[must_use]
    pub fn of_error(mark: ErrorMark, start: usize) -> Self {
        let ErrorMark { span, message, offer } = mark.moved(start);
        Self { span, message, offer, severity: Severity::Error }
    }

    fn of_finding(finding: Finding, start: usize) -> Self {
        let severity = finding.kind.severity();
        let Finding { span, message, offer, .. } = finding;
        let mark = ErrorMark { span, message: Some(message), offer };
        Self { severity, ..Self::of_error(mark, start) }
    }

    /// Returns the mark without its offer if the marked text has a character that looks like a space and is another one: then that is
    /// what is wrong.
    #[must_use]
    pub fn without_misleading_offer(self, text: &str) -> Self {
        let is_misleading = |text: &str| text.chars().any(|character| looks_like(character).is_some());
        if !text.get(self.span.clone()).is_some_and(is_misleading) {
            return self;
        }
        let message = "This word contains a character that looks like a space (marked with ·).".to_owned();
        Self { message: Some(message), offer: None, ..self }
    }

    /// Returns what is shown after its line: the message and the change that a key makes.
    #[must_use]
    pub fn note(&self, key: &str) -> Option<String> {
        let offer = self.offer.as_ref().map(|offer| format!("{key}: {}.", offer.text));
        let parts: Vec<String> = offer.into_iter().chain(self.message.clone()).collect();
        (!parts.is_empty()).then(|| parts.join("  "))
    }
}

impl Worksheet {
    /// Forgets what was known about the text before a change.
    pub(super) fn on_changed(&mut self) {
        (self.error, self.is_parsed) = (None, false);
        self.findings.clear();
        self.revision += 1;
    }

    /// Returns the error, and then the findings.
    pub fn marks(&self) -> impl Iterator<Item = &TextMark> {
        self.error.iter().chain(&self.findings)
    }

    /// Returns the mark whose offer the key takes: the one at the cursor, else the one on its line, else the first one.
    #[must_use]
    pub fn offered(&self) -> Option<&TextMark> {
        let byte = self.editor.byte_of(self.editor.cursor());
        let line = self.editor.cursor().line;
        let with_offer = || self.marks().filter(|mark| mark.offer.is_some());
        let at_cursor = with_offer().find(|mark| (mark.span.start..=mark.span.end).contains(&byte));
        let on_line = || with_offer().find(|mark| self.editor.position_of(mark.span.start).line == line);
        at_cursor.or_else(on_line).or_else(|| with_offer().next())
    }
}

impl Worksheets {
    /// Makes the change that is offered.
    pub(super) fn take_offer(&mut self, cx: &mut PaneContext<'_>) {
        let Some(offer) = self.sheet().and_then(Worksheet::offered).and_then(|mark| mark.offer.clone()) else {
            cx.request(Request::Notice("There is no change to offer here.".into()));
            return;
        };
        let now = cx.context.now;
        self.edit(|editor| {
            let (from, to) = (editor.position_of(offer.span.start), editor.position_of(offer.span.end));
            let cursor = editor.byte_of(editor.cursor());
            // The cursor stays in the text around it.
            let cursor = match cursor.checked_sub(offer.span.end) {
                Some(after) => offer.span.start + offer.replacement.len() + after,
                None => cursor.min(offer.span.start),
            };
            let is_changed =
                editor.change(&TextChange { from, to, text: offer.replacement.clone() }, StepKind::Whole, now);
            editor.go(editor.position_of(cursor));
            is_changed
        });
        cx.request(Request::Notice(format!("Done: {}.", offer.text)));
    }

    /// Takes what a check has found in the statement that begins at this byte.
    pub fn on_checked(&mut self, findings: Vec<Finding>) {
        let Some(checked) = self.checking.take() else { return };
        let Some(sheet) = self.sheet_mut() else { return };
        if (sheet.key.as_str(), sheet.revision) == (checked.worksheet.as_str(), checked.revision) {
            let text = sheet.parsed.as_ref().map_or("", ParsedText::text);
            let mark = |finding| TextMark::of_finding(finding, checked.start).without_misleading_offer(text);
            sheet.findings = findings.into_iter().map(mark).collect();
        }
    }
}
