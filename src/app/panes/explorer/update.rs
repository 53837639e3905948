//! Decisions of the explorer.

use crate::app::context::Context;
use crate::app::focus::Focus;
use crate::app::layout::LayoutClass;
use crate::app::panes::PaneContext;
use crate::app::request::Request;
use crate::app::statement::origin::StatementOrigin;
use crate::app::statement::run_text::RunText;
use crate::app::widgets::line_actions::LineAction;
use crate::app::widgets::list::CursorMove;
use crate::domain::catalog::find::ObjectRef;
use crate::domain::catalog::{Catalog, TableKind};
use crate::domain::compute::ComputeWork;
use crate::domain::limits::PREVIEW_ROWS;
use crate::domain::protocol::CopyText;
use crate::domain::sql::quote;
use crate::domain::word_match::WordMatch;

use super::lines::{lines, node_in};
use super::{Explorer, ExplorerAction, ExplorerNode, FilterAction};

impl Explorer {
    /// Returns the node under the cursor.
    #[must_use]
    pub fn node(&self) -> Option<ExplorerNode> {
        self.lines.get(self.list.cursor).map(|line| line.node)
    }

    /// Returns schema and name of the table under the cursor, or of the table of the column under the cursor.
    #[must_use]
    pub fn table(&self, context: &Context) -> Option<(String, String)> {
        let (ExplorerNode::Table(s, t) | ExplorerNode::Column(s, t, _)) = self.node()? else { return None };
        let schema = context.catalog.as_ref()?.schemas.get(s)?;
        Some((schema.name.clone(), schema.tables.get(t)?.name.clone()))
    }

    /// Rebuilds the lines. The cursor stays on its node if that is still there.
    fn rebuild(&mut self, context: &Context) {
        let at = self.node();
        self.rebuild_with_cursor(at, context);
    }

    fn rebuild_with_cursor(&mut self, at: Option<ExplorerNode>, context: &Context) {
        self.lines = context
            .catalog
            .as_ref()
            .map_or_else(Vec::new, |catalog| lines(catalog, &self.open, self.hits.as_deref(), self.shows_system));
        if let Some(found) = self.lines.iter().position(|line| Some(line.node) == at) {
            self.list.cursor = found;
        }
        self.settle(context);
    }

    /// Takes a new catalog. Nodes with the same names stay open. In the first catalog, the current database is open and
    /// has the cursor.
    pub fn on_catalog(&mut self, before: Option<&Catalog>, cx: &mut PaneContext<'_>) {
        let Some(catalog) = &cx.context.catalog else { return };
        let current = cx.context.database.as_deref();
        let current =
            catalog.schemas.iter().position(|schema| Some(schema.name.as_str()) == current).map(ExplorerNode::Schema);
        let mut at = current;
        if let Some(before) = before {
            at = self.node().and_then(|node| node_in(catalog, before, node));
            self.open = self.open.iter().filter_map(|node| node_in(catalog, before, *node)).collect();
        } else if self.open.is_empty() {
            self.open.extend(current);
        }
        // The hits are positions in the old catalog.
        self.hits = None;
        self.rebuild_with_cursor(at, cx.context);
        self.request_hits(cx);
    }

    /// Takes the objects that match the filter.
    pub fn on_filtered(&mut self, hits: Vec<ObjectRef>, context: &Context) {
        if self.filter.text().trim().is_empty() {
            return;
        }
        self.hits = Some(hits);
        self.rebuild(context);
        if self.is_typing {
            self.list.cursor = self.best_line(context);
            self.settle(context);
        }
    }

    /// Returns the line of the table whose name matches the filter best; the first line if there is no table.
    fn best_line(&self, context: &Context) -> usize {
        let words = self.filter.text().trim();
        let rank = |node: ExplorerNode| {
            let ExplorerNode::Table(s, t) = node else { return None };
            let table = context.catalog.as_ref()?.schemas.get(s)?.tables.get(t)?;
            let is_other = !table.name.eq_ignore_ascii_case(words);
            // Without a match in the name, a column or the comment matches.
            Some((is_other, WordMatch::of(words, &table.name).unwrap_or(WordMatch::Letters)))
        };
        let ranked = self.lines.iter().enumerate().filter_map(|(at, line)| Some((rank(line.node)?, at)));
        ranked.min().map_or(0, |(_, at)| at)
    }

    /// Starts to search for the filter's text. The tree changes when the hits are there.
    fn request_hits(&mut self, cx: &mut PaneContext<'_>) {
        let pattern = self.filter.text().trim().to_owned();
        match &cx.context.catalog {
            Some(catalog) if !pattern.is_empty() => {
                cx.request(Request::Compute(ComputeWork::Filter { catalog: catalog.clone(), pattern }));
            }
            _ => self.show_all(cx.context),
        }
    }

    fn show_all(&mut self, context: &Context) {
        self.hits = None;
        self.rebuild(context);
    }

    /// Opens the tree down to an object and puts the cursor on it.
    pub fn show(&mut self, object: ObjectRef, context: &Context) {
        self.filter.clear();
        self.is_typing = false;
        self.hits = None;
        let Some(catalog) = &context.catalog else { return };
        self.shows_system |= object.schema(catalog).is_some_and(|schema| schema.is_system);
        let is_view = object.table(catalog).is_some_and(|table| table.kind == TableKind::View);
        let node = match object {
            ObjectRef::Schema(s) => ExplorerNode::Schema(s),
            ObjectRef::Table(s, t) => ExplorerNode::Table(s, t),
            ObjectRef::Column(s, t, c) => {
                self.open.insert(ExplorerNode::Table(s, t));
                ExplorerNode::Column(s, t, c)
            }
            ObjectRef::Routine(s, r) => {
                self.open.insert(ExplorerNode::Routines(s));
                ExplorerNode::Routine(s, r)
            }
        };
        match object {
            ObjectRef::Table(s, _) | ObjectRef::Column(s, _, _) => {
                self.open.insert(ExplorerNode::Schema(s));
                // Views start closed, tables open.
                if is_view {
                    self.open.insert(ExplorerNode::Views(s));
                } else {
                    self.open.remove(&ExplorerNode::Tables(s));
                }
            }
            ObjectRef::Routine(s, _) => {
                self.open.insert(ExplorerNode::Schema(s));
            }
            ObjectRef::Schema(_) => {}
        }
        self.centres = true;
        self.rebuild_with_cursor(Some(node), context);
    }

    pub fn act(&mut self, action: ExplorerAction, cx: &mut PaneContext<'_>) {
        use ExplorerAction as A;
        match action {
            A::Down => self.go(CursorMove::Down, cx.context),
            A::Up => self.go(CursorMove::Up, cx.context),
            A::PageDown => self.go(CursorMove::PageDown, cx.context),
            A::PageUp => self.go(CursorMove::PageUp, cx.context),
            A::Top => self.go(CursorMove::Top, cx.context),
            A::End => self.go(CursorMove::End, cx.context),
            A::Open => match self.node() {
                Some(node) if !self.open.remove(&node) => {
                    self.open.insert(node);
                    self.rebuild(cx.context);
                }
                _ => self.rebuild(cx.context),
            },
            A::Unfold => self.fold(false, cx.context),
            A::Fold => self.fold(true, cx.context),
            A::Preview => self.preview(cx),
            A::Insert => match self.name(cx.context) {
                Some(name) => {
                    cx.request(Request::Insert(name));
                    cx.request(Request::Focus(Focus::Worksheet));
                }
                None => cx.request(Request::Notice("Put the cursor on a table or a column first.".into())),
            },
            A::Copy => match self.name(cx.context) {
                Some(name) => cx.request(Request::Copy(CopyText::plain(name.clone(), name))),
                None => cx.request(Request::Notice("Put the cursor on a table or a column first.".into())),
            },
            A::Detail => match self.table(cx.context) {
                Some((schema, table)) => cx.request(Request::OpenTable { schema, table }),
                None => cx.request(Request::Notice("Put the cursor on a table first.".into())),
            },
            A::Filter => self.is_typing = true,
            A::System => {
                self.shows_system = !self.shows_system;
                self.rebuild(cx.context);
            }
            A::Leave if !self.filter.text().is_empty() => {
                self.filter.clear();
                self.request_hits(cx);
            }
            // Where the explorer covers the other panels, it is closed.
            A::Leave if cx.context.layout.class == LayoutClass::Wide => {
                cx.request(Request::Notice(cx.context.no_step_back()));
            }
            A::Leave => cx.request(Request::FocusMain),
        }
        if matches!(action, A::Down | A::Up | A::PageDown | A::PageUp | A::Top | A::End)
            && let Some((schema, table)) = self.table(cx.context)
        {
            cx.request(Request::ShowTable { schema, table });
        }
    }

    /// Does an action while the filter is typed.
    pub fn act_filter(&mut self, action: FilterAction, cx: &mut PaneContext<'_>) {
        match action {
            FilterAction::Done => self.is_typing = false,
            FilterAction::Clear => {
                self.filter.clear();
                self.is_typing = false;
                self.request_hits(cx);
            }
            FilterAction::Down => self.go(CursorMove::Down, cx.context),
            FilterAction::Up => self.go(CursorMove::Up, cx.context),
        }
    }

    /// Does an action in the line of the filter.
    pub fn act_filter_line(&mut self, action: LineAction, cx: &mut PaneContext<'_>) {
        let before = self.filter.text().to_owned();
        self.filter.act(action);
        if self.filter.text() != before {
            self.request_hits(cx);
        }
    }

    /// Takes a typed character of the filter.
    pub fn type_filter(&mut self, character: char, cx: &mut PaneContext<'_>) {
        self.filter.push(character);
        self.request_hits(cx);
    }

    /// Takes text pasted into the filter.
    pub fn paste_filter(&mut self, text: &str, cx: &mut PaneContext<'_>) {
        self.filter.paste(text);
        self.request_hits(cx);
    }

    fn go(&mut self, to: CursorMove, context: &Context) {
        self.list.go(to, self.lines.len(), page(context));
    }

    /// Puts the cursor on a line and scrolls it into view.
    pub fn settle(&mut self, context: &Context) {
        if self.centres && context.layout.explorer.is_some() {
            self.centres = false;
            self.list.top = self.list.cursor.saturating_sub(page(context) / 2);
        }
        self.list.settle(self.lines.len(), page(context));
    }

    fn fold(&mut self, closing: bool, context: &Context) {
        let Some(line) = self.lines.get(self.list.cursor).copied() else { return };
        let starts_open = matches!(line.node, ExplorerNode::Tables(_));
        let is_open = self.open.contains(&line.node) != starts_open;
        if closing == is_open {
            if !self.open.remove(&line.node) {
                self.open.insert(line.node);
            }
            self.rebuild(context);
        } else if closing {
            let above = self.lines.iter().take(self.list.cursor).rposition(|other| other.depth < line.depth);
            self.list.cursor = above.unwrap_or(self.list.cursor);
            self.settle(context);
        } else {
            self.go(CursorMove::Down, context);
        }
    }

    fn preview(&mut self, cx: &mut PaneContext<'_>) {
        let Some((schema, table)) = self.table(cx.context) else {
            cx.request(Request::Notice("Put the cursor on a table first.".into()));
            return;
        };
        let name = cx.context.table_name(&schema, &table);
        let columns = cx.context.all_columns(&schema, &table);
        cx.request(Request::Run {
            statement: RunText::elsewhere(format!("SELECT {columns} FROM {name} LIMIT {PREVIEW_ROWS}")),
            from: StatementOrigin::Preview,
        });
    }

    /// Returns the name under the cursor, as a statement writes it.
    fn name(&self, context: &Context) -> Option<String> {
        let catalog: &Catalog = context.catalog.as_ref()?;
        let schema = |s: usize| catalog.schemas.get(s);
        match self.node()? {
            ExplorerNode::Schema(s) | ExplorerNode::Tables(s) | ExplorerNode::Views(s) | ExplorerNode::Routines(s) => {
                Some(quote::identifier(&schema(s)?.name))
            }
            ExplorerNode::Table(s, t) => Some(context.table_name(&schema(s)?.name, &schema(s)?.tables.get(t)?.name)),
            ExplorerNode::Column(s, t, c) => Some(quote::identifier(&schema(s)?.tables.get(t)?.columns.get(c)?.name)),
            ExplorerNode::Routine(s, r) => Some(quote::identifier(&schema(s)?.routines.get(r)?.name)),
        }
    }
}

fn page(context: &Context) -> usize {
    // One line of the panel is the filter's.
    usize::from(context.layout.rows(Focus::Explorer)).saturating_sub(1).max(1)
}
