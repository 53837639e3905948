//! Decisions of the inspector.

use std::sync::Arc;

use crate::app::action::{Action, AppAction};
use crate::app::context::Context;
use crate::app::dialogs::{SearchDialog, SearchTarget};
use crate::app::focus::Focus;
use crate::app::panes::PaneContext;
use crate::app::request::Request;
use crate::domain::docs::{DocPage, page_named};
use crate::domain::protocol::{CopyText, ResultId};
use crate::domain::results::Pattern;

use super::line_builder::{InspectorText, has_match};
use super::lines::lines;
use super::{Inspector, InspectorAction, InspectorContent, ValueFormat};

impl Inspector {
    /// Shows a content.
    pub fn show(&mut self, content: InspectorContent, context: &Context) {
        self.row_of_field = self.row_to_keep(&content);
        (self.copied_from, self.result, self.cell) = (None, None, None);
        if self.content != content {
            // The next row is shown from the same field on.
            let is_next_row =
                matches!((&self.content, &content), (InspectorContent::Row { .. }, InspectorContent::Row { .. }));
            self.content = content;
            if !is_next_row {
                (self.top, self.field) = (0, 0);
            }
            self.next_example = 0;
            (self.format, self.search, self.found, self.matches) = (None, None, None, None);
            self.tree = match &self.content {
                InspectorContent::Value { value: Some(bytes), .. } => super::value::document(bytes),
                _ => None,
            };
            self.formats = match &self.content {
                InspectorContent::Value { value: Some(bytes), column, .. } => {
                    ValueFormat::of(bytes, column, self.tree.is_some())
                }
                _ => Vec::new(),
            };
        }
        self.refresh(context);
    }

    /// Shows a content that belongs to the cursor, unless the inspector is pinned.
    pub fn follow(&mut self, content: InspectorContent, context: &Context) {
        if !self.is_pinned {
            self.show(content, context);
        }
    }

    /// Clears a content about another result than the one in front, unless the inspector is pinned. Returns whether it did.
    pub fn clear_stale(&mut self, front: Option<ResultId>, context: &Context) -> bool {
        let is_stale = self.result.is_some() && self.result != front && !self.is_pinned;
        if is_stale {
            self.show(InspectorContent::Nothing, context);
        }
        is_stale
    }

    /// Rebuilds the lines, because the content or the panel's width may have changed.
    pub fn refresh(&mut self, context: &Context) {
        let width = context.layout.inspector.map_or(0, |area| usize::from(area.width.saturating_sub(4)));
        let text = if width == 0 {
            InspectorText::default()
        } else {
            lines(&self.content, (self.format, self.tree.as_ref()), context, width)
        };
        (self.lines, self.rows, self.is_part) = (text.lines, text.rows, text.is_part);
        self.settle(context);
    }

    pub(super) fn settle(&mut self, context: &Context) {
        // A panel that is not shown keeps its scroll position.
        if context.layout.inspector.is_none() {
            return;
        }
        let rows = usize::from(context.layout.rows(Focus::Inspector));
        self.top = self.top.min(self.lines.len().saturating_sub(rows));
    }

    pub fn act(&mut self, action: InspectorAction, cx: &mut PaneContext<'_>) {
        use InspectorAction as A;
        if self.act_in_tree(action, cx) || self.act_in_row(action, cx) {
            return;
        }
        let page = usize::from(cx.context.layout.rows(Focus::Inspector)).max(1);
        match action {
            A::Down => self.top = self.top.saturating_add(1),
            A::Up => self.top = self.top.saturating_sub(1),
            A::PageDown => self.top = self.top.saturating_add(page),
            A::PageUp => self.top = self.top.saturating_sub(page),
            A::Top => self.top = 0,
            A::End => self.top = usize::MAX,
            A::Example => self.example(cx),
            A::Copy | A::CopyAll => {
                let text: Vec<String> =
                    self.lines.iter().map(|line| line.0.iter().map(|(text, _)| text.as_str()).collect()).collect();
                let format = self.format.or_else(|| self.formats.first().copied());
                let (text, what) = match &self.content {
                    InspectorContent::Value { value: Some(bytes), .. } => {
                        super::value::copied(bytes, format, cx.context.axes())
                    }
                    InspectorContent::Row { .. } => (text.join("\n"), "the row's values"),
                    _ => (text.join("\n"), "what is shown"),
                };
                cx.request(Request::Copy(CopyText {
                    text: Arc::new(text),
                    what: what.into(),
                    from: self.copied_from.clone(),
                }));
            }
            A::Format => self.next_format(cx),
            A::Search => cx.open(SearchDialog { target: SearchTarget::Inspector }),
            A::Next | A::Previous => self.next_match(action == A::Next, cx),
            A::Pin => {
                self.is_pinned = !self.is_pinned;
                let text = if self.is_pinned {
                    "The inspector is kept as it is."
                } else {
                    "The inspector follows the cursor again."
                };
                cx.request(Request::Notice(text.into()));
            }
            A::Toggle | A::Fold | A::Unfold | A::FoldAll | A::UnfoldAll => {
                cx.request(Request::Notice("There is nothing to fold here: only a JSON value has parts.".into()));
            }
            A::Back => {
                let key = cx.key(Action::Inspector(InspectorAction::Leave));
                cx.request(Request::Notice(format!("There is no step back here. {key} closes the inspector.")));
            }
            A::Leave if self.search.is_some() => {
                (self.search, self.found, self.matches) = (None, None, None);
            }
            A::Leave => cx.request(Request::LeaveInspector),
        }
        self.settle(cx.context);
    }

    /// Returns whether it has more lines than are visible.
    #[must_use]
    pub fn is_longer(&self, context: &Context) -> bool {
        self.lines.len() > usize::from(context.layout.rows(Focus::Inspector))
    }

    /// Returns whether it shows something that has several formats.
    #[must_use]
    pub fn has_formats(&self) -> bool {
        self.formats.len() > 1 || matches!(self.content, InspectorContent::Plan(_))
    }

    /// Shows the value or the plan in its next format.
    fn next_format(&mut self, cx: &mut PaneContext<'_>) {
        if let InspectorContent::Plan(plan) = &mut self.content {
            plan.form = plan.form.next();
            (self.top, self.found, self.matches) = (0, None, None);
            self.refresh(cx.context);
            return;
        }
        let formats = &self.formats;
        let only = match formats.as_slice() {
            [] => Some("Only a single value or a plan can be shown in other formats.".to_owned()),
            [format] => Some(format!("This value has only one format: {}.", format.name())),
            _ => None,
        };
        if let Some(text) = only {
            cx.request(Request::Notice(text));
            return;
        }
        let current = self.format.or(formats.first().copied());
        let at = formats.iter().position(|format| Some(*format) == current).unwrap_or(0);
        self.format = formats.get((at + 1) % formats.len().max(1)).copied();
        (self.top, self.found, self.matches) = (0, None, None);
        self.refresh(cx.context);
    }

    /// Searches the lines from the top.
    ///
    /// # Errors
    /// A sentence about what is wrong, and what to write instead.
    pub fn search(&mut self, text: &str, cx: &mut PaneContext<'_>) -> Result<(), String> {
        (self.search, self.found, self.matches) = (None, None, None);
        if !text.is_empty() {
            let pattern = Pattern::typed(text).map_err(|fault| format!("{}: {}", fault.what, fault.hint))?;
            (self.search, self.found) = (Some(Arc::new(pattern)), None);
            if !self.find_in_tree(true, true, cx) {
                self.next_match(true, cx);
            }
        }
        Ok(())
    }

    fn next_match(&mut self, forward: bool, cx: &mut PaneContext<'_>) {
        let Some(pattern) = &self.search else {
            cx.open(SearchDialog { target: SearchTarget::Inspector });
            return;
        };
        let pattern = Arc::clone(pattern);
        if self.find_in_tree(forward, false, cx) {
            return;
        }
        let matches = |at: &usize| has_match(&self.lines, *at, &pattern);
        let count = self.lines.len();
        let from = self.found.map_or(if forward { 0 } else { count }, |at| if forward { at + 1 } else { at });
        let found = if forward {
            (from..count).find(matches).or_else(|| (0..from.min(count)).find(matches))
        } else {
            (0..from.min(count)).rev().find(matches).or_else(|| (from.min(count)..count).rev().find(matches))
        };
        let matching: Vec<usize> = (0..count).filter(matches).collect();
        self.matches = found.map(|at| (matching.partition_point(|line| *line <= at), matching.len()));
        if let Some(at) = found {
            self.found = Some(at);
            self.top = at.saturating_sub(2);
        } else {
            let place = if self.is_part { " in the part that is shown" } else { "" };
            let key = cx.key(Action::Inspector(InspectorAction::Search));
            cx.request(Request::Notice(format!("No matches{place}. {key} searches for something else.")));
        }
        self.settle(cx.context);
    }

    /// Returns the page that is shown, if it has examples.
    fn page_with_examples<'a>(&self, context: &'a Context) -> Option<&'a DocPage> {
        let page = match &self.content {
            InspectorContent::Table { schema, table } => context.page(schema, table),
            InspectorContent::Page { object } => page_named(&context.docs, object),
            InspectorContent::Nothing
            | InspectorContent::Row { .. }
            | InspectorContent::Value { .. }
            | InspectorContent::Profile { .. }
            | InspectorContent::Chart { .. }
            | InspectorContent::Plan(_)
            | InspectorContent::Comparison(_)
            | InspectorContent::Warnings(..)
            | InspectorContent::Problem(_) => None,
        };
        page.filter(|page| !page.examples.is_empty())
    }

    /// Returns whether there is an example to open.
    #[must_use]
    pub fn has_example(&self, context: &Context) -> bool {
        self.page_with_examples(context).is_some()
    }

    fn example(&mut self, cx: &mut PaneContext<'_>) {
        let Some(page) = self.page_with_examples(cx.context) else {
            let key = cx.key(Action::App(AppAction::Pages));
            cx.request(Request::Notice(format!("There is no example here. {key} lists the documentation pages.")));
            return;
        };
        if let Some((title, text)) = page.examples.get(self.next_example % page.examples.len()) {
            cx.request(Request::NewWorksheet { title: Some(title.clone()), text: text.clone() });
        }
        self.next_example += 1;
    }
}
