//! Decisions of the overlays.

use crate::app::context::Context;
use crate::app::panes::PaneContext;
use crate::app::panes::grid::{ResultSet, read_search};
use crate::app::panes::widgets::line_input::LineInput;
use crate::app::panes::widgets::list::{List, ListAction};
use crate::app::request::Request;
use crate::domain::catalog::find::Found;
use crate::domain::compute::ComputeWork;
use crate::domain::results::Filter;

use super::items::{filter, found, items, note};
use super::{Happened, Kind, Overlay, Take};

/// What lists are made of besides the shared state.
#[derive(Debug, Clone, Copy)]
pub struct ListSources<'a> {
    /// The activity so far.
    pub activity: &'a [Happened],
    /// The result that shows.
    pub result: Option<&'a ResultSet>,
}

impl Overlay {
    /// Opens one.
    #[must_use]
    pub fn open(kind: Kind, cx: &mut PaneContext<'_>, list_sources: ListSources<'_>) -> Self {
        let input = match &kind {
            Kind::Filter(text) | Kind::ExportPath { name: text, .. } => LineInput::with(text.clone()),
            _ => LineInput::default(),
        };
        let mut overlay = Self { kind, input, items: Vec::new(), total: None, list: List::default(), fault: None };
        overlay.refresh(cx, list_sources);
        overlay
    }

    /// Whether it has a list.
    #[must_use]
    pub fn has_list(&self) -> bool {
        !matches!(
            self.kind,
            Kind::SaveSnippet { .. }
                | Kind::ExportPath { .. }
                | Kind::JumpRow
                | Kind::Rename
                | Kind::Confirm { .. }
                | Kind::Filter(_)
                | Kind::Search
                | Kind::SearchShown
        )
    }

    /// Whether it has more items than are in view.
    #[must_use]
    pub fn is_longer(&self, context: &Context) -> bool {
        self.has_list() && self.items.len() > page(context)
    }

    /// Whether typed characters are text.
    #[must_use]
    pub fn takes_text(&self) -> bool {
        true
    }

    /// Makes the list anew; that of a find comes later, by [`Overlay::on_found`].
    pub fn refresh(&mut self, cx: &mut PaneContext<'_>, list_sources: ListSources<'_>) {
        if self.kind == Kind::Find {
            if let Some(catalog) = &cx.context.catalog {
                let pattern = self.input.text().to_owned();
                cx.request(Request::Compute(ComputeWork::Find { catalog: catalog.clone(), pattern }));
            }
        } else {
            self.items = filter(items(&self.kind, cx.context, list_sources), self.input.text());
            self.items.extend(note(&self.kind, list_sources));
        }
        self.fault = self.fault(list_sources);
        self.list.settle(self.items.len(), page(cx.context));
    }

    /// What is wrong with a condition or a pattern that is being typed.
    fn fault(&self, list_sources: ListSources<'_>) -> Option<(std::ops::Range<usize>, String)> {
        let text = self.input.text();
        if text.trim().is_empty() {
            return None;
        }
        match &self.kind {
            Kind::Filter(_) => {
                let columns = list_sources.result?.columns.as_ref()?;
                let fault = Filter::parse(text, columns).err()?;
                Some((fault.at, format!("{}: {}", fault.what, fault.hint)))
            }
            Kind::Search | Kind::SearchShown => {
                let fault = read_search(text).err()?;
                Some((0..text.len(), format!("{}: {}", fault.what, fault.hint)))
            }
            _ => None,
        }
    }

    /// Takes what a find found.
    pub fn on_found(&mut self, best: &[Found], total: usize, context: &Context) {
        if self.kind != Kind::Find {
            return;
        }
        let catalog = context.catalog.as_deref();
        self.items = catalog.map_or_else(Vec::new, |catalog| found(best, catalog));
        self.total = Some(total);
        self.list.settle(self.items.len(), page(context));
    }

    /// Takes pasted text.
    pub fn paste(&mut self, text: &str, cx: &mut PaneContext<'_>, list_sources: ListSources<'_>) {
        if !matches!(self.kind, Kind::Confirm { .. }) {
            self.input.paste(text);
            self.list = List::default();
            self.refresh(cx, list_sources);
        }
    }

    /// Takes a typed character.
    pub fn type_char(&mut self, character: char, cx: &mut PaneContext<'_>, list_sources: ListSources<'_>) {
        if let Kind::Confirm { yes, .. } = &self.kind {
            match character {
                'y' | 'Y' => {
                    let yes = (**yes).clone();
                    cx.request(Request::Close);
                    cx.request(yes);
                }
                _ => cx.request(Request::Close),
            }
            return;
        }
        self.input.push(character);
        self.list = List::default();
        self.refresh(cx, list_sources);
    }

    /// Does an action of lists.
    pub fn act(&mut self, action: ListAction, cx: &mut PaneContext<'_>, list_sources: ListSources<'_>) {
        if let Some(step) = action.step() {
            self.list.step(step, self.items.len(), page(cx.context));
            return;
        }
        match action {
            ListAction::Choose => self.choose(cx),
            ListAction::Close => cx.request(Request::Close),
            ListAction::DeleteBack => {
                self.input.delete_back();
                self.refresh(cx, list_sources);
            }
            ListAction::ClearLine => {
                self.input.clear();
                self.refresh(cx, list_sources);
            }
            ListAction::Down
            | ListAction::Up
            | ListAction::PageDown
            | ListAction::PageUp
            | ListAction::Top
            | ListAction::End => {}
        }
    }

    fn choose(&mut self, cx: &mut PaneContext<'_>) {
        let typed = self.input.text().trim().to_owned();
        if self.fault.is_some() {
            // It stands under the line; nothing of what was typed is lost.
            return;
        }
        match &self.kind {
            Kind::Filter(_) => {
                cx.request(Request::Close);
                cx.request(Request::FilterBy(typed));
            }
            Kind::SearchShown => {
                cx.request(Request::Close);
                cx.request(Request::SearchShown(self.input.text().to_owned()));
            }
            Kind::Search => {
                cx.request(Request::Close);
                cx.request(Request::SearchBy(self.input.text().to_owned()));
            }
            // Enter takes the default, and the default is no.
            Kind::Confirm { .. } => cx.request(Request::Close),
            Kind::SaveSnippet { .. } | Kind::Rename if typed.is_empty() => {
                cx.request(Request::Notice("type a name first".into()));
            }
            Kind::ExportPath { .. } if typed.is_empty() => {
                cx.request(Request::Notice("type the file's name first".into()))
            }
            Kind::ExportPath { form, rows, .. } => {
                let (form, rows) = (*form, *rows);
                cx.request(Request::Close);
                cx.request(Request::Export { form, rows, path: typed });
            }
            Kind::SaveSnippet { statement } => {
                let statement = statement.clone();
                cx.request(Request::SaveSnippet { name: typed, statement });
            }
            Kind::Rename => {
                cx.request(Request::Close);
                cx.request(Request::Rename(typed));
            }
            Kind::JumpRow => match typed.replace([',', ' ', '_'], "").parse::<u64>() {
                Ok(row) if row > 0 => {
                    cx.request(Request::Close);
                    cx.request(Request::Jump { row: Some(row - 1), column: None });
                }
                _ => cx.request(Request::Notice("a row's number is wanted, counted from 1".into())),
            },
            _ => match self.items.get(self.list.cursor).map(|item| item.take.clone()) {
                Some(Take::Do(action)) => {
                    cx.request(Request::Close);
                    cx.request(Request::Do(action));
                }
                Some(Take::Requests(requests)) => {
                    cx.request(Request::Close);
                    for request in requests {
                        cx.request(request);
                    }
                }
                Some(Take::Place(object)) => {
                    cx.request(Request::Close);
                    cx.request(Request::ShowPlace(object));
                }
                None => {}
            },
        }
    }
}

/// Items visible at once.
pub(super) fn page(context: &Context) -> usize {
    usize::from(super::view::place(context).height.saturating_sub(4)).max(1)
}
