//! The plan of a statement in the inspector: findings, then a tree, a table, or the server's own answer.

use std::sync::Arc;

use crate::domain::plan::{Plan, PlanLine, PlanStyle};
use crate::domain::text::{excerpt, multi_line, one_line, visible};

use super::line_builder::{Continuation, InspectorLine, LineBuilder, LineStyle};

/// The longest excerpt of the statement above its plan, in characters.
const EXCERPT: usize = 200;

/// The widest tree: the counts stay near their steps.
const TREE: usize = 90;

/// How a plan is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum PlanForm {
    #[default]
    Tree,
    Table,
    /// What the server answered.
    Raw,
}

impl PlanForm {
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Tree => "tree",
            Self::Table => "table",
            Self::Raw => "server's answer",
        }
    }

    #[must_use]
    pub fn next(self) -> Self {
        match self {
            Self::Tree => Self::Table,
            Self::Table => Self::Raw,
            Self::Raw => Self::Tree,
        }
    }
}

/// A plan with its statement.
#[derive(Debug, Clone, PartialEq)]
pub struct PlanContent {
    pub statement: String,
    pub plan: Arc<Plan>,
    /// The server's answer.
    pub raw: Arc<String>,
    pub form: PlanForm,
}

impl PlanContent {
    #[must_use]
    pub fn new(statement: String, plan: Plan, raw: String) -> Self {
        Self { statement, plan: Arc::new(plan), raw: Arc::new(raw), form: PlanForm::default() }
    }
}

/// Adds the lines of a plan.
pub(super) fn plan(out: &mut LineBuilder, content: &PlanContent) {
    let width = out.width();
    content.plan.finding_lines(width).into_iter().for_each(|line| add(out, line));
    out.empty_line();
    match content.form {
        PlanForm::Tree => content.plan.tree_lines(width.min(TREE)).into_iter().for_each(|line| add(out, line)),
        PlanForm::Table => content.plan.table_lines(width).into_iter().for_each(|line| add(out, line)),
        PlanForm::Raw => {
            for line in multi_line(&content.raw).lines() {
                let indent = line.len() - line.trim_start().len();
                out.hang(&[], &visible(line), LineStyle::Code, indent.min(width / 2));
            }
        }
    }
    out.empty_line();
    out.line(&excerpt(&one_line(&content.statement), EXCERPT), LineStyle::Dim);
}

fn add(out: &mut LineBuilder, line: PlanLine) {
    let style = |style| match style {
        PlanStyle::Plain => LineStyle::Plain,
        PlanStyle::Name => LineStyle::Name,
        PlanStyle::Dim => LineStyle::Dim,
        PlanStyle::Bar => LineStyle::Code,
        PlanStyle::Warning => LineStyle::Warning,
        PlanStyle::Heading => LineStyle::Heading,
    };
    let parts = line.0.into_iter().map(|(text, plan_style)| (text, style(plan_style))).collect();
    out.push(InspectorLine(parts, Continuation::None));
}
