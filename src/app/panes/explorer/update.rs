//! Decisions of the explorer.

use crate::app::ask::{Ask, Source};
use crate::app::focus::Focus;
use crate::app::panes::Cx;
use crate::app::panes::parts::list::Step;
use crate::app::shared::Shared;
use crate::domain::catalog::find::ObjectRef;
use crate::domain::catalog::{Catalog, TableKind};
use crate::domain::compute::Work;
use crate::domain::limits::PREVIEW_ROWS;
use crate::domain::port::CopyText;
use crate::domain::sql::quote;

use super::lines::{lines, node_in};
use super::{Explorer, ExplorerAction, FilterAction, Node};

impl Explorer {
    /// The node under the cursor.
    #[must_use]
    pub fn node(&self) -> Option<Node> {
        self.lines.get(self.list.cursor).map(|line| line.node)
    }

    /// The table under the cursor, or the one that the column under the cursor belongs to: schema and name.
    #[must_use]
    pub fn table(&self, shared: &Shared) -> Option<(String, String)> {
        let (Node::Table(s, t) | Node::Column(s, t, _)) = self.node()? else { return None };
        let schema = shared.catalog.as_ref()?.schemas.get(s)?;
        Some((schema.name.clone(), schema.tables.get(t)?.name.clone()))
    }

    /// Draws the lines anew; the cursor stays on its node where that is still visible.
    fn redraw(&mut self, shared: &Shared) {
        let at = self.node();
        self.draw_around(at, shared);
    }

    fn draw_around(&mut self, at: Option<Node>, shared: &Shared) {
        self.lines = shared
            .catalog
            .as_ref()
            .map_or_else(Vec::new, |catalog| lines(catalog, &self.open, self.hits.as_deref(), self.shows_system));
        if let Some(found) = self.lines.iter().position(|line| Some(line.node) == at) {
            self.list.cursor = found;
        }
        self.settle(shared);
    }

    /// Takes a new catalog in the place of the one before: what was open stays so, by its names. With the first one
    /// the current database is open and under the cursor.
    pub fn on_catalog(&mut self, before: Option<&Catalog>, cx: &mut Cx<'_>) {
        let Some(catalog) = &cx.shared.catalog else { return };
        let current = cx.shared.database.as_deref();
        let current = catalog.schemas.iter().position(|schema| Some(schema.name.as_str()) == current).map(Node::Schema);
        let mut at = current;
        if let Some(before) = before {
            at = self.node().and_then(|node| node_in(catalog, before, node));
            self.open = self.open.iter().filter_map(|node| node_in(catalog, before, *node)).collect();
        } else if self.open.is_empty() {
            self.open.extend(current);
        }
        // Hits are numbers of the catalog before.
        self.hits = None;
        self.draw_around(at, cx.shared);
        self.ask_for_hits(cx);
    }

    /// Takes what fits the filter.
    pub fn on_filtered(&mut self, hits: Vec<ObjectRef>, shared: &Shared) {
        if self.filter.text().trim().is_empty() {
            return;
        }
        self.hits = Some(hits);
        self.redraw(shared);
        if self.is_typing {
            self.list.cursor = self.lines.iter().position(|line| matches!(line.node, Node::Table(..))).unwrap_or(0);
            self.settle(shared);
        }
    }

    /// The filter's text has changed: the tree follows when its hits are known.
    fn ask_for_hits(&mut self, cx: &mut Cx<'_>) {
        let pattern = self.filter.text().trim().to_owned();
        match &cx.shared.catalog {
            Some(catalog) if !pattern.is_empty() => {
                cx.ask(Ask::Compute(Work::Filter { catalog: catalog.clone(), pattern }));
            }
            _ => self.show_all(cx.shared),
        }
    }

    fn show_all(&mut self, shared: &Shared) {
        self.hits = None;
        self.redraw(shared);
    }

    /// Opens the tree down to an object and puts the cursor on it.
    pub fn show(&mut self, object: ObjectRef, shared: &Shared) {
        self.filter.clear();
        self.is_typing = false;
        self.hits = None;
        let Some(catalog) = &shared.catalog else { return };
        self.shows_system |= object.schema(catalog).is_some_and(|schema| schema.is_system);
        let is_view = object.table(catalog).is_some_and(|table| table.kind == TableKind::View);
        let node = match object {
            ObjectRef::Schema(s) => Node::Schema(s),
            ObjectRef::Table(s, t) => Node::Table(s, t),
            ObjectRef::Column(s, t, c) => {
                self.open.insert(Node::Table(s, t));
                Node::Column(s, t, c)
            }
            ObjectRef::Routine(s, r) => {
                self.open.insert(Node::Routines(s));
                Node::Routine(s, r)
            }
        };
        match object {
            ObjectRef::Table(s, _) | ObjectRef::Column(s, _, _) => {
                self.open.insert(Node::Schema(s));
                // Views start closed, tables open.
                if is_view {
                    self.open.insert(Node::Views(s));
                } else {
                    self.open.remove(&Node::Tables(s));
                }
            }
            ObjectRef::Routine(s, _) => {
                self.open.insert(Node::Schema(s));
            }
            ObjectRef::Schema(_) => {}
        }
        self.draw_around(Some(node), shared);
    }

    /// Does an action.
    pub fn act(&mut self, action: ExplorerAction, cx: &mut Cx<'_>) {
        use ExplorerAction as A;
        match action {
            A::Down => self.step(Step::Down, cx.shared),
            A::Up => self.step(Step::Up, cx.shared),
            A::PageDown => self.step(Step::PageDown, cx.shared),
            A::PageUp => self.step(Step::PageUp, cx.shared),
            A::Top => self.step(Step::Top, cx.shared),
            A::End => self.step(Step::End, cx.shared),
            A::Open => match self.node() {
                Some(node) if !self.open.remove(&node) => {
                    self.open.insert(node);
                    self.redraw(cx.shared);
                }
                _ => self.redraw(cx.shared),
            },
            A::Unfold => self.fold(false, cx.shared),
            A::Fold => self.fold(true, cx.shared),
            A::Preview => self.preview(cx),
            A::Insert => match self.name(cx.shared) {
                Some(name) => {
                    cx.ask(Ask::Insert(name));
                    cx.ask(Ask::Focus(Focus::Worksheet));
                }
                None => cx.ask(Ask::Notice("put the cursor on a table or a column first".into())),
            },
            A::Copy => match self.name(cx.shared) {
                Some(name) => cx.ask(Ask::Copy(CopyText::plain(name.clone(), name))),
                None => cx.ask(Ask::Notice("put the cursor on a table or a column first".into())),
            },
            A::Detail => match self.table(cx.shared) {
                Some((schema, table)) => {
                    cx.ask(Ask::ShowTable { schema, table });
                    cx.ask(Ask::ShowInspector);
                }
                None => cx.ask(Ask::Notice("put the cursor on a table first".into())),
            },
            A::Filter => self.is_typing = true,
            A::System => {
                self.shows_system = !self.shows_system;
                self.redraw(cx.shared);
            }
            A::Leave if !self.filter.text().is_empty() => {
                self.filter.clear();
                self.ask_for_hits(cx);
            }
            A::Leave => cx.ask(Ask::Focus(Focus::Worksheet)),
        }
        if matches!(action, A::Down | A::Up | A::PageDown | A::PageUp | A::Top | A::End)
            && let Some((schema, table)) = self.table(cx.shared)
        {
            cx.ask(Ask::ShowTable { schema, table });
        }
    }

    /// Does an action while the filter is typed.
    pub fn act_filter(&mut self, action: FilterAction, cx: &mut Cx<'_>) {
        match action {
            FilterAction::Done => self.is_typing = false,
            FilterAction::Clear => {
                self.filter.clear();
                self.is_typing = false;
                self.ask_for_hits(cx);
            }
            FilterAction::DeleteBack => {
                self.filter.delete_back();
                self.ask_for_hits(cx);
            }
            FilterAction::Down => self.step(Step::Down, cx.shared),
            FilterAction::Up => self.step(Step::Up, cx.shared),
        }
    }

    /// Takes a typed character of the filter.
    pub fn type_filter(&mut self, character: char, cx: &mut Cx<'_>) {
        self.filter.push(character);
        self.ask_for_hits(cx);
    }

    /// Takes text pasted into the filter.
    pub fn paste_filter(&mut self, text: &str, cx: &mut Cx<'_>) {
        self.filter.paste(text);
        self.ask_for_hits(cx);
    }

    fn step(&mut self, step: Step, shared: &Shared) {
        self.list.step(step, self.lines.len(), page(shared));
    }

    /// Restores: the cursor is on a line and in view.
    pub fn settle(&mut self, shared: &Shared) {
        self.list.settle(self.lines.len(), page(shared));
    }

    fn fold(&mut self, closing: bool, shared: &Shared) {
        let Some(line) = self.lines.get(self.list.cursor).copied() else { return };
        let starts_open = matches!(line.node, Node::Tables(_));
        let is_open = self.open.contains(&line.node) != starts_open;
        if closing == is_open {
            if !self.open.remove(&line.node) {
                self.open.insert(line.node);
            }
            self.redraw(shared);
        } else if closing {
            let above = self.lines.iter().take(self.list.cursor).rposition(|other| other.depth < line.depth);
            self.list.cursor = above.unwrap_or(self.list.cursor);
            self.settle(shared);
        } else {
            self.step(Step::Down, shared);
        }
    }

    fn preview(&mut self, cx: &mut Cx<'_>) {
        let Some((schema, table)) = self.table(cx.shared) else {
            cx.ask(Ask::Notice("put the cursor on a table first".into()));
            return;
        };
        let name = if cx.shared.database.as_deref() == Some(schema.as_str()) {
            quote::identifier(&table)
        } else {
            format!("{}.{}", quote::identifier(&schema), quote::identifier(&table))
        };
        cx.ask(Ask::Run { statement: format!("SELECT * FROM {name} LIMIT {PREVIEW_ROWS}"), from: Source::Preview });
    }

    /// The name under the cursor as it stands in a statement.
    fn name(&self, shared: &Shared) -> Option<String> {
        let catalog: &Catalog = shared.catalog.as_ref()?;
        let schema = |s: usize| catalog.schemas.get(s);
        match self.node()? {
            Node::Schema(s) | Node::Tables(s) | Node::Views(s) | Node::Routines(s) => {
                Some(quote::identifier(&schema(s)?.name))
            }
            Node::Table(s, t) => {
                let table = quote::identifier(&schema(s)?.tables.get(t)?.name);
                let is_current = shared.database.as_deref() == Some(schema(s)?.name.as_str());
                Some(if is_current { table } else { format!("{}.{table}", quote::identifier(&schema(s)?.name)) })
            }
            Node::Column(s, t, c) => Some(quote::identifier(&schema(s)?.tables.get(t)?.columns.get(c)?.name)),
            Node::Routine(s, r) => Some(quote::identifier(&schema(s)?.routines.get(r)?.name)),
        }
    }
}

fn page(shared: &Shared) -> usize {
    // One line of the panel is the filter's.
    usize::from(shared.areas.rows(Focus::Explorer)).saturating_sub(1).max(1)
}
