//! Asks how to export the result, in steps: the format, which rows (if the result was cut), the file's path.

use crate::app::context::Context;
use crate::app::focus::Focus;
use crate::app::request::{
    Dialog, DialogAnswer, DialogItem, DialogOutcome, DialogShape, DialogStep, DialogSubject, ExportRows, Request,
};
use crate::domain::export::{ByteOrderMark, ExportFormat, Formulas};
use crate::domain::protocol::FormatChoice;
use crate::domain::quantity::counted;

/// What an export of a result can write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExportPlan {
    /// Whether the server could send more rows, so that the user chooses which rows to write.
    pub has_more_rows: bool,
    /// The number of loaded rows.
    pub loaded: u64,
    /// A sentence about what a file of the loaded rows contains.
    pub scope_of_loaded: String,
    /// A sentence about what a file of all rows contains.
    pub scope_of_all: String,
    /// The name of the file without its extension.
    pub file_stem: String,
}

/// A step of the dialog.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum ExportStep {
    Format,
    Rows,
    Path,
}

/// Asks for the format, the rows and the file of an export.
#[derive(Debug)]
pub struct ExportDialog {
    plan: ExportPlan,
    step: ExportStep,
    choice: FormatChoice,
    rows: ExportRows,
    /// The typed text and the cursor of the first two steps, for going back.
    format_step: DialogStep,
    rows_step: DialogStep,
    /// The path that the user typed. `None` is the default path.
    path: Option<String>,
}

impl ExportDialog {
    /// Starts with the format.
    #[must_use]
    pub fn new(plan: ExportPlan) -> Self {
        Self {
            plan,
            step: ExportStep::Format,
            choice: FormatChoice::plain(ExportFormat::Csv),
            rows: ExportRows::Loaded,
            format_step: DialogStep::default(),
            rows_step: DialogStep::default(),
            path: None,
        }
    }

    fn default_path(&self) -> String {
        format!("{}.{}", self.plan.file_stem, self.choice.format.extension())
    }

    /// Continues with the path. The line begins with the path that the user typed before.
    fn ask_path(&mut self) -> DialogOutcome {
        self.step = ExportStep::Path;
        let typed = self.path.clone().unwrap_or_else(|| self.default_path());
        DialogOutcome::Step(DialogStep { typed, cursor: 0 })
    }
}

impl Dialog for ExportDialog {
    fn shape(&self) -> DialogShape {
        match self.step {
            ExportStep::Format | ExportStep::Rows => DialogShape::List,
            ExportStep::Path => DialogShape::Line,
        }
    }

    fn subject(&self) -> DialogSubject {
        DialogSubject::Panel(Focus::Grid)
    }

    fn title(&self) -> &'static str {
        match self.step {
            ExportStep::Format => "Export: which format?",
            ExportStep::Rows => "Export: the result was cut; which rows?",
            ExportStep::Path => "Export: to which file?",
        }
    }

    fn prompt(&self) -> &'static str {
        match self.step {
            ExportStep::Format | ExportStep::Rows => "find",
            ExportStep::Path => "file",
        }
    }

    fn enter_hint(&self) -> &'static str {
        match self.step {
            ExportStep::Format | ExportStep::Rows => "continue",
            ExportStep::Path => "export",
        }
    }

    fn items(&self, _context: &Context) -> Vec<DialogItem> {
        match self.step {
            ExportStep::Format => choices()
                .into_iter()
                .map(|(name, about, choice)| {
                    let words = match choice.formulas {
                        Formulas::Escaped => "excel calc numbers sheets xlsx",
                        Formulas::Kept => "",
                    };
                    let extension = format!(".{}", choice.format.extension());
                    DialogItem::new(name, Vec::new()).about(about).right(extension).found_by(words)
                })
                .collect(),
            ExportStep::Rows => vec![
                DialogItem::new(loaded_rows(&self.plan), Vec::new()).about("as they are shown; there are more"),
                DialogItem::new(ALL_ROWS, Vec::new()).about("the statement runs again without the row limit"),
            ],
            ExportStep::Path => Vec::new(),
        }
    }

    fn explanation(&self) -> String {
        match (self.step, self.rows) {
            (ExportStep::Format | ExportStep::Rows, _) => String::new(),
            (ExportStep::Path, ExportRows::Loaded) => self.plan.scope_of_loaded.clone(),
            (ExportStep::Path, ExportRows::All) => self.plan.scope_of_all.clone(),
        }
    }

    fn submit(&mut self, answer: DialogAnswer<'_>, _context: &Context) -> DialogOutcome {
        let here = DialogStep { typed: answer.typed.to_owned(), cursor: answer.cursor };
        let name = answer.item.map(|item| item.name).unwrap_or_default();
        match self.step {
            ExportStep::Format => {
                let Some((_, _, choice)) = choices().into_iter().find(|(other, ..)| *other == name) else {
                    return DialogOutcome::Stay(Vec::new());
                };
                (self.choice, self.format_step) = (choice, here);
                if self.plan.has_more_rows {
                    self.step = ExportStep::Rows;
                    return DialogOutcome::Step(self.rows_step.clone());
                }
                self.rows = ExportRows::Loaded;
                self.ask_path()
            }
            ExportStep::Rows if name.is_empty() => DialogOutcome::Stay(Vec::new()),
            ExportStep::Rows => {
                self.rows = if name == ALL_ROWS { ExportRows::All } else { ExportRows::Loaded };
                self.rows_step = here;
                self.ask_path()
            }
            ExportStep::Path => match answer.typed.trim() {
                "" => DialogOutcome::Stay(vec![Request::Notice("Type a file name first.".into())]),
                path => DialogOutcome::Close(vec![Request::Export {
                    choice: self.choice,
                    rows: self.rows,
                    path: path.to_owned(),
                }]),
            },
        }
    }

    fn back(&mut self, answer: DialogAnswer<'_>) -> Option<DialogStep> {
        let here = DialogStep { typed: answer.typed.to_owned(), cursor: answer.cursor };
        match self.step {
            ExportStep::Format => return None,
            ExportStep::Rows => self.rows_step = here,
            // A default path is not kept, because it depends on the format.
            ExportStep::Path => self.path = Some(here.typed).filter(|typed| *typed != self.default_path()),
        }
        if self.step == ExportStep::Path && self.plan.has_more_rows {
            self.step = ExportStep::Rows;
            return Some(self.rows_step.clone());
        }
        self.step = ExportStep::Format;
        Some(self.format_step.clone())
    }

    fn has_step_before(&self) -> bool {
        self.step != ExportStep::Format
    }
}

const ALL_ROWS: &str = "all rows, from the server";

fn loaded_rows(plan: &ExportPlan) -> String {
    format!("the {}", counted(plan.loaded, "loaded row"))
}

/// Returns the formats of this build and their variants: name, description and options.
fn choices() -> Vec<(String, &'static str, FormatChoice)> {
    let mut choices = Vec::new();
    for format in ExportFormat::ALL.into_iter().filter(|format| format.is_built()) {
        let (label, plain) = (format.label(), FormatChoice::plain(format));
        choices.push((label.to_owned(), format.description(), plain));
        if format.can_escape_formulas() {
            // Excel needs the mark to read UTF-8. It offers to convert TSV, and asks for the encoding.
            let (mark, about) = match format {
                ExportFormat::Csv => (ByteOrderMark::Written, "a quote before formulas, marked as UTF-8"),
                _ => (ByteOrderMark::Omitted, "a quote before texts that it would run as formulas"),
            };
            let escaped = FormatChoice { formulas: Formulas::Escaped, mark, ..plain };
            choices.push((format!("{label} for a spreadsheet"), about, escaped));
        }
        if format == ExportFormat::Csv {
            let described = FormatChoice { has_columns_file: true, ..plain };
            choices.push((
                format!("{label} with column types"),
                "a second file, .columns.json, has the types",
                described,
            ));
        }
    }
    choices
}
