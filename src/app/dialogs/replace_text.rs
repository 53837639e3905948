//! Asks what to replace in the worksheet and by what. It shows each line before and after, and replaces in one line or in all.

use crate::app::context::Context;
use crate::app::focus::Focus;
use crate::app::request::{
    Dialog, DialogAnswer, DialogItem, DialogOutcome, DialogShape, DialogStep, DialogSubject, InputFault, Narrowing,
    Request,
};
use crate::domain::editing::find::{FindPattern, LinePreview};
use crate::domain::quantity::counted;

use super::find_text::{PATTERN_HELP, pattern_fault};

/// Lines that the preview has at most.
const PREVIEW: usize = 200;

/// Asks what to replace, and then by what.
#[derive(Debug)]
pub struct ReplaceTextDialog {
    /// The text of the worksheet.
    lines: Vec<String>,
    /// What is searched for; `None` in the first step.
    pattern: Option<FindPattern>,
    replacement: String,
    preview: Vec<LinePreview>,
    matches: usize,
    initial: String,
}

impl ReplaceTextDialog {
    /// Makes a dialog for a text, with the text to search for that is in the line first.
    #[must_use]
    pub fn new(lines: Vec<String>, initial: String) -> Self {
        Self { lines, pattern: None, replacement: String::new(), preview: Vec::new(), matches: 0, initial }
    }

    fn request(&self, line: Option<usize>) -> Option<Request> {
        let pattern = self.pattern.clone()?;
        Some(Request::ReplaceText { pattern, replacement: self.replacement.clone(), line })
    }
}

impl Dialog for ReplaceTextDialog {
    fn shape(&self) -> DialogShape {
        if self.pattern.is_some() { DialogShape::List } else { DialogShape::Line }
    }

    fn subject(&self) -> DialogSubject {
        DialogSubject::Panel(Focus::Worksheet)
    }

    fn title(&self) -> &'static str {
        "Replace in the worksheet"
    }

    fn prompt(&self) -> &'static str {
        if self.pattern.is_some() { "replace with" } else { "find" }
    }

    fn enter_hint(&self) -> &'static str {
        if self.pattern.is_some() { "replace" } else { "go on" }
    }

    fn initial_text(&self) -> String {
        self.initial.clone()
    }

    fn explanation(&self) -> String {
        if self.pattern.is_some() { String::new() } else { PATTERN_HELP.into() }
    }

    fn fault(&self, typed: &str) -> Option<InputFault> {
        if self.pattern.is_some() { None } else { pattern_fault(typed) }
    }

    fn narrowing(&self) -> Narrowing {
        Narrowing::ByDialog
    }

    fn empty_text(&self, _typed: &str, _context: &Context) -> String {
        "No matches.".into()
    }

    fn on_typed(&mut self, typed: &str, _context: &Context) -> Vec<Request> {
        if let Some(pattern) = &self.pattern {
            self.preview = pattern.preview(&self.lines, typed, PREVIEW);
            self.matches = pattern.count(&self.lines);
            typed.clone_into(&mut self.replacement);
        }
        Vec::new()
    }

    fn items(&self, _context: &Context) -> Vec<DialogItem> {
        if self.matches == 0 {
            return Vec::new();
        }
        let all = format!("Replace all {}", counted(self.matches as u64, "place"));
        let all = DialogItem::new(all, self.request(None).into_iter().collect());
        let line = |preview: &LinePreview| {
            let name = format!("Line {}: {}", preview.line + 1, preview.before.trim());
            DialogItem::new(name, self.request(Some(preview.line)).into_iter().collect())
                .about(format!("→ {}", preview.after.trim()))
        };
        std::iter::once(all).chain(self.preview.iter().map(line)).collect()
    }

    fn submit(&mut self, answer: DialogAnswer<'_>, _context: &Context) -> DialogOutcome {
        if self.pattern.is_some() {
            return answer.take_item();
        }
        match FindPattern::typed(answer.typed) {
            Ok(pattern) if pattern.count(&self.lines) == 0 => {
                DialogOutcome::Stay(vec![Request::Notice(format!("The worksheet has no \"{}\".", answer.typed))])
            }
            Ok(pattern) => {
                answer.typed.clone_into(&mut self.initial);
                self.pattern = Some(pattern);
                DialogOutcome::Step(DialogStep::default())
            }
            Err(_) => DialogOutcome::Stay(vec![Request::Notice("Type what to replace first.".into())]),
        }
    }

    fn back(&mut self, _answer: DialogAnswer<'_>) -> Option<DialogStep> {
        self.pattern.take()?;
        self.matches = 0;
        Some(DialogStep { typed: self.initial.clone(), cursor: 0 })
    }

    fn has_step_before(&self) -> bool {
        self.pattern.is_some()
    }
}
