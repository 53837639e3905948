//! Reads our own DDL texts into a [`Database`]: `CREATE TABLE` and `CREATE VIEW` as they are written in `ddl/`, no more.
//!
//! Keys come out as `InnoDB` makes them: a foreign key gets an index named after its column unless another key begins
//! with that column, unique keys stand before the others, and constraints are called `TABLE_ibfk_N`.

use super::tokens::{Placed, Token, tokens};
use crate::demo::schema::{Column, Database, DemoSchema, ForeignKey, Key, SqlType, Table, View};

/// A place in a DDL text that could not be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: expected {expected}")]
pub(super) struct Misread {
    /// What should stand there.
    expected: String,
    /// Counted from 1.
    line: usize,
}

/// Reads one database; views may look at the databases of `known` too.
pub(super) fn database(name: &str, text: &str, known: &DemoSchema) -> Result<Database, Misread> {
    let mut reader = Reader { text, tokens: tokens(text), next: 0 };
    let mut database = Database { name: name.to_owned(), ..Database::default() };
    while !reader.is_at_end() {
        reader.word("CREATE")?;
        if reader.takes("TABLE") {
            database.tables.push(reader.table()?);
        } else {
            reader.word("VIEW")?;
            database.views.push(reader.view(known)?);
        }
    }
    database.tables.sort_by(|a, b| a.name.cmp(&b.name));
    database.views.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(database)
}

struct Reader<'a> {
    text: &'a str,
    tokens: Vec<Placed>,
    next: usize,
}

impl Reader<'_> {
    fn is_at_end(&self) -> bool {
        self.next >= self.tokens.len()
    }

    fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.next).map(|placed| &placed.token)
    }

    fn at(&self) -> usize {
        self.tokens.get(self.next).map_or(self.text.len(), |placed| placed.at)
    }

    fn misread<T>(&self, expected: &str) -> Result<T, Misread> {
        let line = 1 + self.text.bytes().take(self.at()).filter(|byte| *byte == b'\n').count();
        Err(Misread { expected: expected.to_owned(), line })
    }

    /// Steps over a keyword if it is next.
    fn takes(&mut self, keyword: &str) -> bool {
        let is_next = matches!(self.peek(), Some(Token::Word(word)) if word.eq_ignore_ascii_case(keyword));
        self.next += usize::from(is_next);
        is_next
    }

    fn takes_symbol(&mut self, symbol: char) -> bool {
        let is_next = self.peek() == Some(&Token::Symbol(symbol));
        self.next += usize::from(is_next);
        is_next
    }

    fn word(&mut self, keyword: &str) -> Result<(), Misread> {
        if self.takes(keyword) { Ok(()) } else { self.misread(keyword) }
    }

    fn symbol(&mut self, symbol: char) -> Result<(), Misread> {
        if self.takes_symbol(symbol) { Ok(()) } else { self.misread(&symbol.to_string()) }
    }

    fn name(&mut self) -> Result<String, Misread> {
        let Some(Token::Word(name) | Token::Name(name)) = self.peek() else { return self.misread("a name") };
        let name = name.clone();
        self.next += 1;
        Ok(name)
    }

    fn literal(&mut self) -> Result<String, Misread> {
        let Some(Token::Text(text)) = self.peek() else { return self.misread("a text") };
        let text = text.clone();
        self.next += 1;
        Ok(text)
    }

    /// `(a, b, …)`.
    fn list<T>(&mut self, one: impl Fn(&mut Self) -> Result<T, Misread>) -> Result<Vec<T>, Misread> {
        self.symbol('(')?;
        let mut items = vec![one(self)?];
        while self.takes_symbol(',') {
            items.push(one(self)?);
        }
        self.symbol(')')?;
        Ok(items)
    }

    fn table(&mut self) -> Result<Table, Misread> {
        let mut table = Table { name: self.name()?, ..Table::default() };
        self.symbol('(')?;
        loop {
            self.element(&mut table)?;
            if !self.takes_symbol(',') {
                break;
            }
        }
        self.symbol(')')?;
        if self.takes("COMMENT") {
            self.symbol('=')?;
            table.comment = self.literal()?;
        }
        self.symbol(';')?;
        finish_keys(&mut table);
        Ok(table)
    }

    /// A column, a key or a foreign key.
    fn element(&mut self, table: &mut Table) -> Result<(), Misread> {
        if self.takes("PRIMARY") {
            self.word("KEY")?;
            let columns = self.list(Self::name)?;
            table.keys.push(Key { name: "PRIMARY".to_owned(), is_unique: true, columns });
        } else if self.takes("UNIQUE") {
            self.word("KEY")?;
            let (name, columns) = (self.name()?, self.list(Self::name)?);
            table.keys.push(Key { name, is_unique: true, columns });
        } else if self.takes("KEY") {
            let (name, columns) = (self.name()?, self.list(Self::name)?);
            table.keys.push(Key { name, is_unique: false, columns });
        } else if self.takes("FOREIGN") {
            self.word("KEY")?;
            let column = self.list(Self::name)?.join(",");
            self.word("REFERENCES")?;
            let (to_table, to_column) = (self.name()?, self.list(Self::name)?.join(","));
            let name = format!("{}_ibfk_{}", table.name, table.foreign_keys.len() + 1);
            table.foreign_keys.push(ForeignKey { name, column, to_table, to_column });
        } else {
            let column = self.column(&mut table.keys)?;
            table.columns.push(column);
        }
        Ok(())
    }

    fn column(&mut self, keys: &mut Vec<Key>) -> Result<Column, Misread> {
        let name = self.name()?;
        let ty = self.column_type()?;
        let comment = String::new();
        let mut column = Column { name, ty, is_nullable: true, default: None, is_auto_increment: false, comment };
        loop {
            if self.takes("NOT") {
                self.word("NULL")?;
                column.is_nullable = false;
            } else if self.takes("NULL") {
                column.is_nullable = true;
            } else if self.takes("DEFAULT") {
                column.default = Some(self.default()?);
            } else if self.takes("AUTO_INCREMENT") {
                column.is_auto_increment = true;
            } else if self.takes("COMMENT") {
                column.comment = self.literal()?;
            } else if self.takes("PRIMARY") {
                self.word("KEY")?;
                column.is_nullable = false;
                keys.push(Key { name: "PRIMARY".to_owned(), is_unique: true, columns: vec![column.name.clone()] });
            } else if self.takes("UNIQUE") {
                keys.push(Key { name: column.name.clone(), is_unique: true, columns: vec![column.name.clone()] });
            } else {
                return Ok(column);
            }
        }
    }

    fn default(&mut self) -> Result<String, Misread> {
        let text = match self.peek() {
            Some(Token::Word(word)) => word.clone(),
            Some(Token::Bits(bits)) => bits.clone(),
            Some(Token::Text(text)) => format!("'{}'", text.replace('\'', "''")),
            _ => return self.misread("a default"),
        };
        self.next += 1;
        Ok(text)
    }

    fn column_type(&mut self) -> Result<SqlType, Misread> {
        let word = self.name()?.to_ascii_uppercase();
        if word == "ENUM" || word == "SET" {
            let members = self.list(Self::literal)?;
            return Ok(if word == "ENUM" { SqlType::Enum(members) } else { SqlType::Set(members) });
        }
        let sizes = if self.peek() == Some(&Token::Symbol('(')) { self.list(Self::size)? } else { Vec::new() };
        let is_unsigned = self.takes("UNSIGNED");
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
            _ => return self.misread("a type that the demo knows"),
        })
    }

    fn size(&mut self) -> Result<u16, Misread> {
        let Some(Token::Word(word)) = self.peek() else { return self.misread("a size") };
        let Ok(size) = word.parse() else { return self.misread("a size") };
        self.next += 1;
        Ok(size)
    }

    /// A view over qualified tables, each select item a plain column: so the columns' types are those of the tables.
    fn view(&mut self, known: &DemoSchema) -> Result<View, Misread> {
        let name = self.name()?;
        self.word("AS")?;
        let start = self.at();
        self.word("SELECT")?;
        let mut items = Vec::new();
        loop {
            let alias = self.name()?;
            self.symbol('.')?;
            let column = self.name()?;
            self.word("AS")?;
            items.push((alias, column, self.name()?));
            if !self.takes_symbol(',') {
                break;
            }
        }
        let sources = self.sources()?;
        while self.peek().is_some_and(|token| *token != Token::Symbol(';')) {
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
                return self.misread(&format!("a known column {alias}.{column}"));
            };
            columns.push(seen_through(column, label, is_outer));
        }
        self.symbol(';')?;
        Ok(View { name, statement, columns })
    }

    /// `FROM d.t a JOIN d.t a ON … LEFT JOIN d.t a ON …`; stops after the last table.
    fn sources(&mut self) -> Result<Vec<Source>, Misread> {
        self.word("FROM")?;
        let mut sources = vec![self.source(false)?];
        while self.peek().is_some_and(|token| *token != Token::Symbol(';')) {
            if self.takes("LEFT") {
                self.word("JOIN")?;
                sources.push(self.source(true)?);
            } else if self.takes("JOIN") {
                sources.push(self.source(false)?);
            } else {
                self.next += 1;
            }
        }
        Ok(sources)
    }

    fn source(&mut self, is_outer: bool) -> Result<Source, Misread> {
        let database = self.name()?;
        self.symbol('.')?;
        Ok(Source { database, table: self.name()?, alias: self.name()?, is_outer })
    }
}

/// A table of a view.
struct Source {
    database: String,
    table: String,
    alias: String,
    is_outer: bool,
}

/// A column as a view shows it: without its comment's table, NULL possible behind an outer join, and a counting column
/// with the default 0, as the server tells it.
fn seen_through(column: &Column, label: String, is_outer: bool) -> Column {
    let default = if column.is_auto_increment { Some("0".to_owned()) } else { column.default.clone() };
    Column {
        name: label,
        default: if is_outer { None } else { default },
        is_nullable: column.is_nullable || is_outer,
        is_auto_increment: false,
        ..column.clone()
    }
}

/// Adds the indexes of foreign keys and puts all keys in the server's order.
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
