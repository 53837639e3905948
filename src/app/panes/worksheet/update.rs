//! Decisions of the worksheets: edits, tabs, which statement runs.

use crate::app::action::{Action, AppAction};
use crate::app::context::Context;
use crate::app::panes::PaneContext;
use crate::app::request::Request;
use crate::domain::docs::page_named;
use crate::domain::editing::TextPosition;
use crate::domain::limits::CLOSED_WORKSHEETS;
use crate::domain::protocol::{SavedWorksheet, TitleSource, WorksheetSet};
use crate::domain::sql::{Dialect, ParsedText};

use super::inserted_text::report_full;
use super::named_table::{AtCursor, KnownTables, NamedTable, StatementTables};
use super::{Editor, LastRun, MarkedCursor, Scroll, TextMark, TiedFile, Worksheet, Worksheets};

impl Worksheets {
    /// Returns the worksheet in front.
    #[must_use]
    pub fn sheet(&self) -> Option<&Worksheet> {
        self.sheets.get(self.front)
    }

    pub(super) fn sheet_mut(&mut self) -> Option<&mut Worksheet> {
        self.sheets.get_mut(self.front)
    }

    /// Takes the worksheets of a profile, or opens an empty one. Text that was typed before the first worksheets were
    /// loaded stays as a tab in front. Unsaved changes in the worksheets of another profile are saved first.
    pub fn load(&mut self, profile: &str, saved: WorksheetSet, cx: &mut PaneContext<'_>) {
        let (typed, closed): (Vec<Worksheet>, Vec<Worksheet>) = if self.profile.is_none() {
            let typed = self.sheets.drain(..).filter(|sheet| !sheet.editor.is_empty()).collect();
            (typed, std::mem::take(&mut self.closed))
        } else {
            if self.has_changes() {
                self.send(cx);
            }
            (Vec::new(), Vec::new())
        };
        self.profile = Some(profile.to_owned());
        self.sheets = saved.open.into_iter().map(open).collect();
        self.closed = saved.closed.into_iter().map(open).collect();
        self.front = saved.front.min(self.sheets.len().saturating_sub(1));
        self.forget_changes();
        for sheet in typed {
            self.front = self.sheets.len();
            let title = match sheet.title_source {
                TitleSource::Text => self.free_title(),
                TitleSource::Fixed => sheet.title.clone(),
            };
            let key = self.free_key();
            self.put_in_front(Worksheet { key, title, ..sheet });
        }
        for mut sheet in closed {
            sheet.key = self.free_key();
            self.keep(sheet);
        }
        self.checked = None;
        if self.sheets.is_empty() {
            self.open_untitled("");
            self.forget_changes();
        }
    }

    /// Opens a new worksheet in front.
    pub(super) fn open_new(&mut self, title: &str, text: &str, title_source: TitleSource) {
        let saved = SavedWorksheet::new(&self.free_key(), title, text);
        self.put_in_front(open(SavedWorksheet { title_source, ..saved }));
    }

    fn put_in_front(&mut self, sheet: Worksheet) {
        let at = (self.front + 1).min(self.sheets.len());
        self.sheets.insert(at, sheet);
        self.front = at;
        self.must_save = true;
    }

    /// Returns a key that no worksheet has.
    fn free_key(&mut self) -> String {
        let is_taken = |key: &str| self.sheets.iter().chain(&self.closed).any(|sheet| sheet.key == key);
        let mut number = self.last_number + 1;
        while is_taken(&format!("sheet-{number}")) {
            number += 1;
        }
        self.last_number = number;
        format!("sheet-{number}")
    }

    /// Returns a number as a title that no tab has.
    #[must_use]
    pub fn free_title(&self) -> String {
        (1..=self.sheets.len() + 1)
            .map(|n| n.to_string())
            .find(|title| self.sheets.iter().all(|sheet| sheet.title != *title))
            .unwrap_or_default()
    }

    /// Closes the worksheet in front. If it has text it is kept, and its title is returned.
    pub fn close(&mut self) -> Option<String> {
        let closed = (self.front < self.sheets.len()).then(|| self.sheets.remove(self.front));
        let kept = closed.filter(|sheet| !sheet.editor.is_empty()).map(|sheet| {
            let title = sheet.title.clone();
            self.keep(sheet);
            title
        });
        if self.sheets.is_empty() {
            self.open_untitled("");
        }
        self.front = self.front.min(self.sheets.len() - 1);
        self.must_save = true;
        kept
    }

    /// Keeps a closed worksheet, and drops the oldest ones above the limit.
    fn keep(&mut self, sheet: Worksheet) {
        self.closed.push(sheet);
        let surplus = self.closed.len().saturating_sub(CLOSED_WORKSHEETS);
        self.closed.drain(..surplus);
        self.must_save = true;
    }

    /// Opens the closed worksheet with this key, or the one that was closed last. Returns whether there is one.
    #[must_use]
    pub fn reopen(&mut self, key: Option<&str>) -> bool {
        let closed = match key {
            None => self.closed.pop(),
            Some(key) => {
                let at = self.closed.iter().position(|sheet| sheet.key == key);
                at.map(|at| self.closed.remove(at))
            }
        };
        let is_there = closed.is_some();
        if let Some(sheet) = closed {
            self.put_in_front(sheet);
        }
        is_there
    }

    /// Brings the tab `by` tabs to the right to the front; a negative number is to the left.
    pub fn turn(&mut self, by: isize) {
        self.leave_text();
        let count = isize::try_from(self.sheets.len()).unwrap_or(1).max(1);
        let front = isize::try_from(self.front).unwrap_or(0);
        self.front = usize::try_from((front + by).rem_euclid(count)).unwrap_or(0);
    }

    /// Brings the tab with this number, from 0, to the front.
    pub fn show(&mut self, number: usize) {
        if number < self.sheets.len() {
            self.leave_text();
            self.front = number;
        }
    }

    /// Gives the tab in front a new title.
    pub fn rename(&mut self, title: String) {
        if let Some(sheet) = self.sheet_mut() {
            (sheet.title, sheet.title_source) = (title, TitleSource::Fixed);
            self.must_save = true;
        }
    }

    /// Returns the worksheet with this key.
    #[must_use]
    pub fn by_key(&self, key: &str) -> Option<&Worksheet> {
        self.sheets.iter().find(|sheet| sheet.key == key)
    }

    /// Records that a statement of this worksheet runs here.
    pub fn on_run(&mut self, key: &str, context: &Context) {
        if let Some(sheet) = self.sheets.iter_mut().find(|sheet| sheet.key == key) {
            sheet.error = None;
            sheet.fix_title();
            let here = LastRun::now(context);
            if sheet.last_run != here {
                sheet.last_run = here;
                self.must_save = true;
            }
        }
    }

    /// Returns whether the worksheet with this key has this text at this byte, and the word at its end is not longer now.
    #[must_use]
    pub fn has_text(&self, key: &str, start: usize, text: &str) -> bool {
        let found =
            self.by_key(key).and_then(|sheet| sheet.parsed.as_ref()).and_then(|parsed| parsed.text().get(start..));
        let rest = found.and_then(|found| found.strip_prefix(text));
        rest.is_some_and(|rest| !rest.starts_with(|next: char| next.is_alphanumeric() || next == '_'))
    }

    /// Marks an error in the worksheet with this key.
    pub fn mark(&mut self, mark: TextMark, key: &str, cursor: MarkedCursor) {
        if let Some(sheet) = self.sheets.iter_mut().find(|sheet| sheet.key == key) {
            if cursor == MarkedCursor::Moves {
                let position = sheet.editor.position_of(mark.span.start);
                sheet.editor.go(position);
            }
            let text = sheet.parsed.as_ref().map_or("", ParsedText::text);
            sheet.error = Some(mark.without_misleading_offer(text));
        }
    }

    /// Returns the table under the cursor, or the first known table of the statement at the cursor.
    #[must_use]
    pub fn table(&self, context: &Context) -> Option<NamedTable> {
        let (tables, at) = self.tables(context)?;
        match tables.at(at) {
            AtCursor::Table(table) => Some(table),
            AtCursor::OtherName(_) | AtCursor::Nothing => tables.first(),
        }
    }

    /// Returns the tables of the statement at the cursor, and the cursor as a byte of the statement.
    fn tables<'a>(&'a self, context: &'a Context) -> Option<(StatementTables<'a>, usize)> {
        let (start, statement) = self.statement()?;
        let editor = &self.sheet()?.editor;
        let at = editor.byte_of(editor.cursor()).saturating_sub(start);
        let catalog = context.catalog.as_deref()?;
        let known = KnownTables { catalog, database: context.database.as_deref(), names: context.names() };
        Some((StatementTables::new(statement, context.dialect(), known), at))
    }

    /// Opens the documentation of the table at the cursor, or says why there is none.
    pub(super) fn docs(&self, cx: &mut PaneContext<'_>) {
        if cx.context.catalog.is_none() {
            cx.request(Request::Notice(format!(
                "The tables are not known yet. {} loads the catalog.",
                cx.key(Action::App(AppAction::Refresh))
            )));
            return;
        }
        let find = cx.key(Action::App(AppAction::Find));
        let found = self.tables(cx.context).map(|(tables, at)| (tables.at(at), tables.first()));
        let request = match found {
            Some((AtCursor::Table(table), _) | (AtCursor::Nothing, Some(table))) => {
                Request::OpenTable { schema: table.schema, table: table.table }
            }
            Some((AtCursor::OtherName(name), _)) => match page_named(&cx.context.docs, &name) {
                Some(page) => Request::OpenPage { object: page.object.clone() },
                None => Request::Notice(match &cx.context.database {
                    Some(database) => format!("There is no table {name} in {database}. {find} finds tables."),
                    None => format!("There is no table {name}, because no database is chosen. {find} finds tables."),
                }),
            },
            Some((AtCursor::Nothing, None)) => {
                Request::Notice(format!("This statement names no table of the catalog. {find} finds tables."))
            }
            None => Request::Notice(no_statement(cx.context)),
        };
        cx.request(request);
    }

    /// Parses the text in front if it has changed.
    pub fn parse(&mut self, dialect: Dialect) {
        if let Some(sheet) = self.sheet_mut() {
            sheet.parse(dialect);
        }
    }

    /// Parses the text and scrolls the cursor into view after the user has moved it. Also saves what is to be saved now.
    pub fn settle(&mut self, cx: &mut PaneContext<'_>) {
        if std::mem::take(&mut self.is_full) {
            report_full(cx);
        }
        self.follow_worksheet();
        self.parse(cx.context.dialect());
        self.find_brackets();
        self.scroll_to_cursor(cx.context);
        self.name_by_table(cx.context);
        self.schedule_check(cx);
        self.save(cx);
    }

    /// Parses the text and scrolls the cursor into view after a change of the layout or of the tab in front. When the panel has its
    /// size again, it has its scroll position again.
    pub fn settle_in_layout(&mut self, cx: &mut PaneContext<'_>) {
        self.follow_worksheet();
        self.parse(cx.context.dialect());
        self.find_brackets();
        self.fit_layout(cx.context);
        self.name_by_table(cx.context);
        self.schedule_check(cx);
        self.save(cx);
    }
}

/// Returns what an action says that needs a statement.
pub(super) fn no_statement(context: &Context) -> String {
    let key = context.key(Action::App(AppAction::Snippets));
    format!("There is no statement here. Type one, or open a snippet with {key}.")
}

fn open(saved: SavedWorksheet) -> Worksheet {
    let mut editor = Editor::new(&saved.text);
    editor.go(TextPosition::new(saved.cursor.0, saved.cursor.1));
    Worksheet {
        key: saved.key,
        title: saved.title,
        title_source: saved.title_source,
        file: saved.file.map(|tie| TiedFile::new(tie, &saved.text)),
        editor,
        scroll: Scroll::default(),
        parsed: None,
        is_parsed: false,
        brackets: None,
        error: None,
        findings: Vec::new(),
        revision: 0,
        last_run: saved.profile.map(|profile| LastRun {
            profile,
            environment: saved.environment,
            database: saved.database,
        }),
    }
}
