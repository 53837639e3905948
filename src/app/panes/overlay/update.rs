//! Decisions of the overlays.

use crate::app::ask::Ask;
use crate::app::panes::Cx;
use crate::app::panes::grid::{ResultSet, read_search};
use crate::app::panes::parts::line_input::LineInput;
use crate::app::panes::parts::list::{List, ListAction};
use crate::app::shared::Shared;
use crate::domain::catalog::find::Found;
use crate::domain::compute::Work;
use crate::domain::results::Filter;

use super::items::{filter, found, items, note};
use super::{Happened, Kind, Overlay, Take};

/// What lists are made of besides the shared state.
#[derive(Debug, Clone, Copy)]
pub struct Stock<'a> {
    /// The activity so far.
    pub activity: &'a [Happened],
    /// The result that shows.
    pub result: Option<&'a ResultSet>,
}

impl Overlay {
    /// Opens one.
    #[must_use]
    pub fn open(kind: Kind, cx: &mut Cx<'_>, stock: Stock<'_>) -> Self {
        let input = match &kind {
            Kind::Filter(text) | Kind::ExportPath { name: text, .. } => LineInput::with(text.clone()),
            _ => LineInput::default(),
        };
        let mut overlay = Self { kind, input, items: Vec::new(), total: None, list: List::default(), fault: None };
        overlay.refresh(cx, stock);
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
    pub fn is_longer(&self, shared: &Shared) -> bool {
        self.has_list() && self.items.len() > page(shared)
    }

    /// Whether typed characters are text.
    #[must_use]
    pub fn takes_text(&self) -> bool {
        true
    }

    /// Makes the list anew; that of a find comes later, by [`Overlay::on_found`].
    pub fn refresh(&mut self, cx: &mut Cx<'_>, stock: Stock<'_>) {
        if self.kind == Kind::Find {
            if let Some(catalog) = &cx.shared.catalog {
                let pattern = self.input.text().to_owned();
                cx.ask(Ask::Compute(Work::Find { catalog: catalog.clone(), pattern }));
            }
        } else {
            self.items = filter(items(&self.kind, cx.shared, stock), self.input.text());
            self.items.extend(note(&self.kind, stock));
        }
        self.fault = self.fault(stock);
        self.list.settle(self.items.len(), page(cx.shared));
    }

    /// What is wrong with a condition or a pattern that is being typed.
    fn fault(&self, stock: Stock<'_>) -> Option<(std::ops::Range<usize>, String)> {
        let text = self.input.text();
        if text.trim().is_empty() {
            return None;
        }
        match &self.kind {
            Kind::Filter(_) => {
                let columns = stock.result?.columns.as_ref()?;
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
    pub fn on_found(&mut self, best: &[Found], total: usize, shared: &Shared) {
        if self.kind != Kind::Find {
            return;
        }
        let catalog = shared.catalog.as_deref();
        self.items = catalog.map_or_else(Vec::new, |catalog| found(best, catalog));
        self.total = Some(total);
        self.list.settle(self.items.len(), page(shared));
    }

    /// Takes pasted text.
    pub fn paste(&mut self, text: &str, cx: &mut Cx<'_>, stock: Stock<'_>) {
        if !matches!(self.kind, Kind::Confirm { .. }) {
            self.input.paste(text);
            self.list = List::default();
            self.refresh(cx, stock);
        }
    }

    /// Takes a typed character.
    pub fn type_char(&mut self, character: char, cx: &mut Cx<'_>, stock: Stock<'_>) {
        if let Kind::Confirm { yes, .. } = &self.kind {
            match character {
                'y' | 'Y' => {
                    let yes = (**yes).clone();
                    cx.ask(Ask::Close);
                    cx.ask(yes);
                }
                _ => cx.ask(Ask::Close),
            }
            return;
        }
        self.input.push(character);
        self.list = List::default();
        self.refresh(cx, stock);
    }

    /// Does an action of lists.
    pub fn act(&mut self, action: ListAction, cx: &mut Cx<'_>, stock: Stock<'_>) {
        if let Some(step) = action.step() {
            self.list.step(step, self.items.len(), page(cx.shared));
            return;
        }
        match action {
            ListAction::Choose => self.choose(cx),
            ListAction::Close => cx.ask(Ask::Close),
            ListAction::DeleteBack => {
                self.input.delete_back();
                self.refresh(cx, stock);
            }
            ListAction::ClearLine => {
                self.input.clear();
                self.refresh(cx, stock);
            }
            ListAction::Down
            | ListAction::Up
            | ListAction::PageDown
            | ListAction::PageUp
            | ListAction::Top
            | ListAction::End => {}
        }
    }

    fn choose(&mut self, cx: &mut Cx<'_>) {
        let typed = self.input.text().trim().to_owned();
        if self.fault.is_some() {
            // It stands under the line; nothing of what was typed is lost.
            return;
        }
        match &self.kind {
            Kind::Filter(_) => {
                cx.ask(Ask::Close);
                cx.ask(Ask::FilterBy(typed));
            }
            Kind::SearchShown => {
                cx.ask(Ask::Close);
                cx.ask(Ask::SearchShown(self.input.text().to_owned()));
            }
            Kind::Search => {
                cx.ask(Ask::Close);
                cx.ask(Ask::SearchBy(self.input.text().to_owned()));
            }
            // Enter takes the default, and the default is no.
            Kind::Confirm { .. } => cx.ask(Ask::Close),
            Kind::SaveSnippet { .. } | Kind::Rename if typed.is_empty() => {
                cx.ask(Ask::Notice("type a name first".into()));
            }
            Kind::ExportPath { .. } if typed.is_empty() => cx.ask(Ask::Notice("type the file's name first".into())),
            Kind::ExportPath { form, rows, .. } => {
                let (form, rows) = (*form, *rows);
                cx.ask(Ask::Close);
                cx.ask(Ask::Export { form, rows, path: typed });
            }
            Kind::SaveSnippet { statement } => {
                let statement = statement.clone();
                cx.ask(Ask::SaveSnippet { name: typed, statement });
            }
            Kind::Rename => {
                cx.ask(Ask::Close);
                cx.ask(Ask::Rename(typed));
            }
            Kind::JumpRow => match typed.replace([',', ' ', '_'], "").parse::<u64>() {
                Ok(row) if row > 0 => {
                    cx.ask(Ask::Close);
                    cx.ask(Ask::Jump { row: Some(row - 1), column: None });
                }
                _ => cx.ask(Ask::Notice("a row's number is wanted, counted from 1".into())),
            },
            _ => match self.items.get(self.list.cursor).map(|item| item.take.clone()) {
                Some(Take::Do(action)) => {
                    cx.ask(Ask::Close);
                    cx.ask(Ask::Do(action));
                }
                Some(Take::Asks(asks)) => {
                    cx.ask(Ask::Close);
                    for ask in asks {
                        cx.ask(ask);
                    }
                }
                Some(Take::Place(object)) => {
                    cx.ask(Ask::Close);
                    cx.ask(Ask::ShowPlace(object));
                }
                None => {}
            },
        }
    }
}

/// Items visible at once.
pub(super) fn page(shared: &Shared) -> usize {
    usize::from(super::view::place(shared).height.saturating_sub(4)).max(1)
}
