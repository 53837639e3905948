//! Asks for the values of the parameters of a statement, one line for each. It shows the statement with the values.

use std::collections::BTreeMap;

use crate::app::context::Context;
use crate::app::focus::Focus;
use crate::app::request::{
    Dialog, DialogAnswer, DialogOutcome, DialogShape, DialogStep, DialogSubject, FieldStep, Request,
};
use crate::app::statement::origin::StatementOrigin;
use crate::app::statement::run_text::{NeededParameter, RunText};
use crate::app::ui::draw::wrap;
use crate::domain::screen_width::ScreenWidth as _;
use crate::domain::sql::Dialect;
use crate::domain::sql::parameters::{ParameterShape, ParameterValue, ParameterValues, final_text, parse_value};

/// What happens with the statements once their parameters have values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ParameterPurpose {
    /// The one statement runs.
    Run(StatementOrigin),
    /// All of them run, one after the other.
    RunAll,
    /// The plan of the one statement is shown.
    Explain,
}

impl ParameterPurpose {
    fn request(self, mut statements: Vec<RunText>) -> Option<Request> {
        Some(match self {
            Self::Run(from) => Request::Run { statement: statements.pop()?, from },
            Self::RunAll => Request::RunAll(statements),
            Self::Explain => Request::Explain(statements.pop()?),
        })
    }
}

/// Asks for values.
#[derive(Debug)]
pub struct ParametersDialog {
    statements: Vec<RunText>,
    purpose: ParameterPurpose,
    fields: Vec<Field>,
    /// The field that is in the line.
    current: usize,
    dialect: Dialect,
    /// The line for each field, and the statement with the values.
    preview: String,
}

/// Bytes of a statement that is shown with the values at most.
const SHOWN: usize = 16 * 1024;
/// Cells of a line of the statement.
const TEXT_WIDTH: usize = 64;

#[derive(Debug)]
struct Field {
    parameter: NeededParameter,
    typed: String,
}

impl Field {
    fn value(&self) -> Result<ParameterValue, String> {
        parse_value(&self.typed, self.parameter.value_type, self.parameter.shape).map_err(|error| error.what)
    }

    fn describe(&self) -> String {
        match self.parameter.shape {
            ParameterShape::One => self.parameter.value_type.name().to_owned(),
            ParameterShape::List => format!("list of {}", self.parameter.value_type.name()),
        }
    }
}

impl ParametersDialog {
    /// Makes a dialog with the values that were used last.
    #[must_use]
    pub fn new(
        statements: Vec<RunText>,
        needed: Vec<NeededParameter>,
        purpose: ParameterPurpose,
        last: &BTreeMap<String, String>,
        dialect: Dialect,
    ) -> Self {
        let field = |parameter: NeededParameter| Field {
            typed: last.get(&parameter.name).cloned().unwrap_or_default(),
            parameter,
        };
        let fields = needed.into_iter().map(field).collect();
        let mut dialog = Self { statements, purpose, fields, current: 0, dialect, preview: String::new() };
        dialog.refresh();
        dialog
    }

    fn refresh(&mut self) {
        let width = self.fields.iter().map(|field| field.parameter.name.cells()).max().unwrap_or(0);
        let types = self.fields.iter().map(|field| field.describe().cells()).max().unwrap_or(0);
        let line = |(number, field): (usize, &Field)| {
            let mark = if number == self.current { '›' } else { ' ' };
            let name = format!(":{}", field.parameter.name);
            format!("{mark} {name:<w$}  {:<types$}  {}", field.describe(), field.typed, w = width + 1)
        };
        let mut lines: Vec<String> = self.fields.iter().enumerate().map(line).collect();
        if let Some(field) = self.fields.get(self.current) {
            let example = field.parameter.value_type.example();
            // The fault is a line of the form: what is below stays visible while a value is unfinished.
            let fault = field.value().err().filter(|_| !field.typed.is_empty());
            lines.insert(
                0,
                match (fault, field.parameter.shape) {
                    (Some(fault), _) => format!("✗ {fault}"),
                    (None, ParameterShape::One) => example.to_owned(),
                    (None, ParameterShape::List) => format!("values with commas between them, each {example}"),
                },
            );
            lines.insert(1, String::new());
        }
        lines.push(String::new());
        let values = self.values();
        let is_short = |statement: &&RunText| statement.typed.len() <= SHOWN;
        for statement in self.statements.iter().filter(is_short) {
            let text = values.as_ref().ok().and_then(|values| final_text(&statement.typed, values, self.dialect).ok());
            let text = text.as_ref().unwrap_or(&statement.typed);
            lines.extend(text.lines().flat_map(|line| wrap(line, TEXT_WIDTH)));
        }
        self.preview = lines.join("\n");
    }

    /// Returns the values of all fields, or the first field whose text is no value, and why.
    fn values(&self) -> Result<ParameterValues, (usize, String)> {
        let value = |(number, field): (usize, &Field)| match field.value() {
            Ok(value) => Ok((field.parameter.name.clone(), value)),
            Err(why) => Err((number, why)),
        };
        self.fields.iter().enumerate().map(value).collect()
    }

    fn show(&mut self, field: usize) -> DialogStep {
        self.current = field;
        let typed = self.fields.get(field).map(|field| field.typed.clone()).unwrap_or_default();
        self.refresh();
        DialogStep { typed, cursor: 0 }
    }

    fn run(&mut self) -> DialogOutcome {
        let values = match self.values() {
            Ok(values) => values,
            Err((field, why)) => {
                let name = self.fields.get(field).map(|field| field.parameter.name.clone()).unwrap_or_default();
                if field != self.current {
                    return DialogOutcome::Step(self.show(field));
                }
                return DialogOutcome::Stay(vec![Request::Notice(format!(":{name}: {why}"))]);
            }
        };
        let mut statements = self.statements.clone();
        for statement in &mut statements {
            if let Err(error) = statement.bind(&values, self.dialect) {
                let hint = error.hint.trim_end_matches('.');
                return DialogOutcome::Stay(vec![Request::Notice(format!("{} Next: {hint}.", error.what))]);
            }
        }
        let typed = self.fields.iter().map(|field| (field.parameter.name.clone(), field.typed.clone())).collect();
        let run = self.purpose.request(statements);
        DialogOutcome::Close(std::iter::once(Request::KeepParameters(typed)).chain(run).collect())
    }
}

impl Dialog for ParametersDialog {
    fn shape(&self) -> DialogShape {
        DialogShape::Line
    }

    fn subject(&self) -> DialogSubject {
        DialogSubject::Panel(Focus::Worksheet)
    }

    fn title(&self) -> &'static str {
        "Values of the parameters"
    }

    fn prompt(&self) -> &'static str {
        "value"
    }

    fn enter_hint(&self) -> &'static str {
        match (self.current + 1 < self.fields.len(), self.purpose) {
            (true, _) => "next value",
            (false, ParameterPurpose::Run(_) | ParameterPurpose::RunAll) => "run",
            (false, ParameterPurpose::Explain) => "explain",
        }
    }

    fn initial_text(&self) -> String {
        self.fields.first().map(|field| field.typed.clone()).unwrap_or_default()
    }

    fn preview(&self) -> &str {
        &self.preview
    }

    fn on_typed(&mut self, typed: &str, _context: &Context) -> Vec<Request> {
        if let Some(field) = self.fields.get_mut(self.current) {
            typed.clone_into(&mut field.typed);
        }
        self.refresh();
        Vec::new()
    }

    fn submit(&mut self, _answer: DialogAnswer<'_>, _context: &Context) -> DialogOutcome {
        let current = self.fields.get(self.current);
        if let Some(why) = current.and_then(|field| field.value().err()) {
            let name = current.map_or("", |field| field.parameter.name.as_str());
            return DialogOutcome::Stay(vec![Request::Notice(format!(":{name}: {why}"))]);
        }
        if self.current + 1 < self.fields.len() {
            return DialogOutcome::Step(self.show(self.current + 1));
        }
        self.run()
    }

    fn go_to_field(&mut self, step: FieldStep) -> Option<DialogStep> {
        let to = match step {
            FieldStep::Next => self.current + 1,
            FieldStep::Previous => self.current.checked_sub(1)?,
        };
        (to < self.fields.len()).then(|| self.show(to))
    }
}
