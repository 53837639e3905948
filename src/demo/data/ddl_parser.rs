//! Parses the demo's DDL texts into a [`Database`]. It supports only `CREATE TABLE` and `CREATE VIEW` as `ddl/` uses them.
//!
//! Keys are completed as `InnoDB` does it: a foreign key gets an index named after its column unless another key begins
//! with that column, unique keys come before the others, and constraints are named `TABLE_ibfk_N`.

use super::ddl_tokens::{DdlToken, PositionedToken, tokenize};
use crate::demo::schema::{Column, Database, DemoSchema, ForeignKey, Key, SqlType, Table, View};

/// A syntax error in a DDL text.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: expected {expected}")]
pub(super) struct DdlError {
    expected: String,
    /// Counted from 1.
    line: usize,
}

/// Parses one database. Its views may refer to the databases of `known`.
///
/// # Errors
/// Returns the first syntax error.
pub(super) fn parse_database(name: &str, text: &str, known: &DemoSchema) -> Result<Database, DdlError> {
    let mut parser = DdlParser { text, tokens: tokenize(text), next: 0 };
    let mut database = Database { name: name.to_owned(), ..Database::default() };
    while !parser.is_at_end() {
        parser.expect_word("CREATE")?;
        if parser.accept("TABLE") {
            database.tables.push(parser.table()?);
        } else {
            parser.expect_word("VIEW")?;
            database.views.push(parser.view(known)?);
        }
    }
    database.tables.sort_by(|a, b| a.name.cmp(&b.name));
    database.views.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(database)
}

struct DdlParser<'a> {
    text: &'a str,
    tokens: Vec<PositionedToken>,
    next: usize,
}

impl DdlParser<'_> {
    fn is_at_end(&self) -> bool {
        self.next >= self.tokens.len()
    }

    fn peek(&self) -> Option<&DdlToken> {
        self.tokens.get(self.next).map(|positioned| &positioned.token)
    }

    fn at(&self) -> usize {
        self.tokens.get(self.next).map_or(self.text.len(), |positioned| positioned.at)
    }

    fn error<T>(&self, expected: &str) -> Result<T, DdlError> {
        let line = 1 + self.text.bytes().take(self.at()).filter(|byte| *byte == b'\n').count();
        Err(DdlError { expected: expected.to_owned(), line })
    }

    /// Consumes a keyword if it is next.
    fn accept(&mut self, keyword: &str) -> bool {
        let is_next = matches!(self.peek(), Some(DdlToken::Word(word)) if word.eq_ignore_ascii_case(keyword));
        self.next += usize::from(is_next);
        is_next
    }

    fn accept_symbol(&mut self, symbol: char) -> bool {
        let is_next = self.peek() == Some(&DdlToken::Symbol(symbol));
        self.next += usize::from(is_next);
        is_next
    }

    fn expect_word(&mut self, keyword: &str) -> Result<(), DdlError> {
        if self.accept(keyword) { Ok(()) } else { self.error(keyword) }
    }

    fn expect_symbol(&mut self, symbol: char) -> Result<(), DdlError> {
        if self.accept_symbol(symbol) { Ok(()) } else { self.error(&symbol.to_string()) }
    }

    fn name(&mut self) -> Result<String, DdlError> {
        let Some(DdlToken::Word(name) | DdlToken::Name(name)) = self.peek() else { return self.error("a name") };
        let name = name.clone();
        self.next += 1;
        Ok(name)
    }

    fn literal(&mut self) -> Result<String, DdlError> {
        let Some(DdlToken::Text(text)) = self.peek() else { return self.error("a text") };
        let text = text.clone();
        self.next += 1;
        Ok(text)
    }

    /// Parses `(a, b, …)`.
    fn list<T>(&mut self, one: impl Fn(&mut Self) -> Result<T, DdlError>) -> Result<Vec<T>, DdlError> {
        self.expect_symbol('(')?;
        let mut items = vec![one(self)?];
        while self.accept_symbol(',') {
            items.push(one(self)?);
        }
        self.expect_symbol(')')?;
        Ok(items)
    }

    fn table(&mut self) -> Result<Table, DdlError> {
        let mut table = Table { name: self.name()?, ..Table::default() };
        self.expect_symbol('(')?;
        loop {
            self.table_element(&mut table)?;
            if !self.accept_symbol(',') {
                break;
            }
        }
        self.expect_symbol(')')?;
        if self.accept("COMMENT") {
            self.expect_symbol('=')?;
            table.comment = self.literal()?;
        }
        self.expect_symbol(';')?;
        finish_keys(&mut table);
        Ok(table)
    }

    /// Parses a column, a key or a foreign key.
    fn table_element(&mut self, table: &mut Table) -> Result<(), DdlError> {
        if self.accept("PRIMARY") {
            self.expect_word("KEY")?;
            let columns = self.list(Self::name)?;
            table.keys.push(Key { name: "PRIMARY".to_owned(), is_unique: true, columns });
        } else if self.accept("UNIQUE") {
            self.expect_word("KEY")?;
            let (name, columns) = (self.name()?, self.list(Self::name)?);
            table.keys.push(Key { name, is_unique: true, columns });
        } else if self.accept("KEY") {
            let (name, columns) = (self.name()?, self.list(Self::name)?);
            table.keys.push(Key { name, is_unique: false, columns });
        } else if self.accept("FOREIGN") {
            self.expect_word("KEY")?;
            let column = self.list(Self::name)?.join(",");
            self.expect_word("REFERENCES")?;
            let (to_table, to_column) = (self.name()?, self.list(Self::name)?.join(","));
            let name = format!("{}_ibfk_{}", table.name, table.foreign_keys.len() + 1);
            table.foreign_keys.push(ForeignKey { name, column, to_table, to_column });
        } else {
            let column = self.column(&mut table.keys)?;
            table.columns.push(column);
        }
        Ok(())
    }

    fn column(&mut self, keys: &mut Vec<Key>) -> Result<Column, DdlError> {
        let name = self.name()?;
        let ty = self.column_type()?;
        let comment = String::new();
        let mut column = Column { name, ty, is_nullable: true, default: None, is_auto_increment: false, comment };
        loop {
            if self.accept("NOT") {
                self.expect_word("NULL")?;
                column.is_nullable = false;
            } else if self.accept("NULL") {
                column.is_nullable = true;
            } else if self.accept("DEFAULT") {
                column.default = Some(self.default()?);
            } else if self.accept("AUTO_INCREMENT") {
                column.is_auto_increment = true;
            } else if self.accept("COMMENT") {
                column.comment = self.literal()?;
            } else if self.accept("PRIMARY") {
                self.expect_word("KEY")?;
                column.is_nullable = false;
                keys.push(Key { name: "PRIMARY".to_owned(), is_unique: true, columns: vec![column.name.clone()] });
            } else if self.accept("UNIQUE") {
                keys.push(Key { name: column.name.clone(), is_unique: true, columns: vec![column.name.clone()] });
            } else {
                return Ok(column);
            }
        }
    }

    fn default(&mut self) -> Result<String, DdlError> {
        let text = match self.peek() {
            Some(DdlToken::Word(word)) => word.clone(),
            Some(DdlToken::Bits(bits)) => bits.clone(),
            Some(DdlToken::Text(text)) => format!("'{}'", text.replace('\'', "''")),
            _ => return self.error("a default"),
        };
        self.next += 1;
        Ok(text)
    }

    fn column_type(&mut self) -> Result<SqlType, DdlError> {
        let word = self.name()?.to_ascii_uppercase();
        if word == "ENUM" || word == "SET" {
            let members = self.list(Self::literal)?;
            return Ok(if word == "ENUM" { SqlType::Enum(members) } else { SqlType::Set(members) });
        }
        let sizes = if self.peek() == Some(&DdlToken::Symbol('(')) { self.list(Self::size)? } else { Vec::new() };
        let is_unsigned = self.accept("UNSIGNED");
        let size = sizes.first().copied().unwrap_or_default();
        let small = u8::try_from(size).unwrap_or(u8::MAX);
        let scale = sizes.get(1).map_or(0, |scale| u8::try_from(*scale).unwrap_or(u8::MAX));
        Ok(match word.as_str() {
            "TINYINT" => SqlType::TinyInt { is_unsigned },
            "SMALLINT" => SqlType::SmallInt { is_unsigned },
            "INT" => SqlType::Int { is_unsigned },
            "BIGINT" => SqlType::BigInt { is_unsigned },
            "DECIMAL" => SqlType::Decimal { precision: small, scale },
            "FLOAT" => SqlType::Float,
            "DOUBLE" => SqlType::Double,
            "BIT" => SqlType::Bit(small),
            "YEAR" => SqlType::Year,
            "DATE" => SqlType::Date,
            "TIME" => SqlType::Time(small),
            "DATETIME" => SqlType::DateTime(small),
            "TIMESTAMP" => SqlType::Timestamp(small),
            "CHAR" => SqlType::Char(size),
            "VARCHAR" => SqlType::VarChar(size),
            "TEXT" => SqlType::Text,
            "MEDIUMTEXT" => SqlType::MediumText,
            "LONGTEXT" => SqlType::LongText,
            "BINARY" => SqlType::Binary(size),
            "VARBINARY" => SqlType::VarBinary(size),
            "BLOB" => SqlType::Blob,
            "LONGBLOB" => SqlType::LongBlob,
            "JSON" => SqlType::Json,
            _ => return self.error("a column type that the demo supports"),
        })
    }

    fn size(&mut self) -> Result<u16, DdlError> {
        let Some(DdlToken::Word(word)) = self.peek() else { return self.error("a size") };
        let Ok(size) = word.parse() else { return self.error("a size") };
        self.next += 1;
        Ok(size)
    }

    /// Parses a view over qualified tables. Each select item must be a plain column, so that its type is known.
    fn view(&mut self, known: &DemoSchema) -> Result<View, DdlError> {
        let name = self.name()?;
        self.expect_word("AS")?;
        let start = self.at();
        self.expect_word("SELECT")?;
        let mut items = Vec::new();
        loop {
            let alias = self.name()?;
            self.expect_symbol('.')?;
            let column = self.name()?;
            self.expect_word("AS")?;
            items.push((alias, column, self.name()?));
            if !self.accept_symbol(',') {
                break;
            }
        }
        let sources = self.sources()?;
        while self.peek().is_some_and(|token| *token != DdlToken::Symbol(';')) {
            self.next += 1;
        }
        let statement = self.text.get(start..self.at()).unwrap_or_default().trim_end().to_owned();
        let mut columns = Vec::new();
        for (alias, column, label) in items {
            let found = sources.iter().find(|source| source.alias == alias).and_then(|source| {
                let table = known.database(&source.database)?.table(&source.table)?;
                let column = table.columns.iter().find(|candidate| candidate.name == column)?;
                Some((source.is_outer, column))
            });
            let Some((is_outer, column)) = found else {
                return self.error(&format!("a known column {alias}.{column}"));
            };
            columns.push(view_column(column, label, is_outer));
        }
        self.expect_symbol(';')?;
        Ok(View { name, statement, columns })
    }

    /// Parses `FROM d.t a JOIN d.t a ON … LEFT JOIN d.t a ON …`, up to the `;`.
    fn sources(&mut self) -> Result<Vec<ViewSource>, DdlError> {
        self.expect_word("FROM")?;
        let mut sources = vec![self.source(false)?];
        while self.peek().is_some_and(|token| *token != DdlToken::Symbol(';')) {
            if self.accept("LEFT") {
                self.expect_word("JOIN")?;
                sources.push(self.source(true)?);
            } else if self.accept("JOIN") {
                sources.push(self.source(false)?);
            } else {
                self.next += 1;
            }
        }
        Ok(sources)
    }

    fn source(&mut self, is_outer: bool) -> Result<ViewSource, DdlError> {
        let database = self.name()?;
        self.expect_symbol('.')?;
        Ok(ViewSource { database, table: self.name()?, alias: self.name()?, is_outer })
    }
}

/// A table in the FROM clause of a view.
struct ViewSource {
    database: String,
    table: String,
    alias: String,
    is_outer: bool,
}

/// Returns a column as the server describes it in a view: nullable after an outer join, and with the default 0 in place of
/// `AUTO_INCREMENT`.
fn view_column(column: &Column, label: String, is_outer: bool) -> Column {
    let default = if column.is_auto_increment { Some("0".to_owned()) } else { column.default.clone() };
    Column {
        name: label,
        default: if is_outer { None } else { default },
        is_nullable: column.is_nullable || is_outer,
        is_auto_increment: false,
        ..column.clone()
    }
}

/// Adds the indexes of foreign keys and sorts all keys in the server's order.
fn finish_keys(table: &mut Table) {
    for foreign in &table.foreign_keys {
        if !table.keys.iter().any(|key| key.columns.first() == Some(&foreign.column)) {
            let columns = vec![foreign.column.clone()];
            table.keys.push(Key { name: foreign.column.clone(), is_unique: false, columns });
        }
    }
    let rank = |key: &Key| match (key.name.as_str(), key.is_unique) {
        ("PRIMARY", _) => 0,
        (_, true) => 1,
        (_, false) => 2,
    };
    table.keys.sort_by_key(rank);
}
