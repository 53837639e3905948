//! Titles of worksheets. A new worksheet has the name of its first table, until the user renames it or it has run; a number while
//! its text has no table.

use crate::app::context::Context;
use crate::domain::protocol::TitleSource;

use super::named_table::{KnownTables, StatementTables};
use super::{Worksheet, Worksheets};

/// Bytes of a text in which its first table is looked for, with each key.
const READ_BYTES: usize = 16 << 10;

impl Worksheet {
    /// Keeps the title that its text has given it. A number is kept only until there is a table.
    pub(super) fn fix_title(&mut self) {
        if self.title.parse::<u64>().is_err() {
            self.title_source = TitleSource::Fixed;
        }
    }

    /// Returns the first known table of the text.
    fn first_table(&self, context: &Context) -> Option<String> {
        let catalog = context.catalog.as_deref()?;
        let known = KnownTables { catalog, database: context.database.as_deref(), names: context.names() };
        let parsed = self.parsed.as_ref()?;
        let spans = parsed.statements().iter().map(|statement| statement.span.clone());
        let near = spans.take_while(|span| span.start < READ_BYTES);
        let texts = near.filter_map(|span| {
            parsed.text().get(span.start..parsed.text().floor_char_boundary(span.end.min(span.start + READ_BYTES)))
        });
        let mut tables = texts.map(|text| StatementTables::new(text, context.dialect(), known).first());
        tables.find_map(|table| table).map(|table| table.table)
    }
}

impl Worksheets {
    /// Opens a new worksheet in front that gets its title from its text.
    pub fn open_untitled(&mut self, text: &str) {
        self.open_new(&self.free_title(), text, TitleSource::Text);
    }

    /// Opens a new worksheet in front with this title, and a number if another tab has it.
    pub fn open_titled(&mut self, title: &str, text: &str) {
        self.open_new(&self.numbered(title, None), text, TitleSource::Fixed);
    }

    /// Gives the worksheet in front the name of its first table, as long as its title comes from the text.
    pub(super) fn name_by_table(&mut self, context: &Context) {
        let Some(sheet) = self.sheet().filter(|sheet| sheet.title_source == TitleSource::Text) else { return };
        let Some(table) = sheet.first_table(context) else { return };
        let is_named = sheet.title.strip_prefix(&table).is_some_and(|rest| {
            rest.is_empty() || rest.strip_prefix(' ').is_some_and(|number| number.parse::<u64>().is_ok())
        });
        if is_named {
            return;
        }
        let title = self.numbered(&table, Some(self.front));
        if let Some(sheet) = self.sheet_mut() {
            sheet.title = title;
            self.is_dirty = true;
        }
    }

    /// Returns a title that no other tab has: `film`, or else `film 2`.
    fn numbered(&self, title: &str, own: Option<usize>) -> String {
        let is_taken =
            |title: &str| self.sheets.iter().enumerate().any(|(at, sheet)| Some(at) != own && sheet.title == title);
        if !is_taken(title) {
            return title.to_owned();
        }
        let numbers = 2..=self.sheets.len() + 1;
        numbers.map(|number| format!("{title} {number}")).find(|title| !is_taken(title)).unwrap_or_default()
    }
}
