//! Reads the text of a filter against the columns of a result. Every fault names its place and what to write instead.

use std::ops::Range;

use super::super::key::{Key, CompareKind};
use super::super::{CaseSensitivity, Cell, Column, Pattern, PatternKind};
use super::words::{Kind, Word, fault, words};
use super::{FilterFault, Literal, Relation, Test};

/// Brackets and `not`s inside each other: deeper ones are refused rather than followed.
const DEPTH: usize = 64;

/// Reads it; and whether texts are read as numbers in it.
pub(super) fn read(text: &str, columns: &[Column]) -> Result<(Test, bool), FilterFault> {
    let mut reader = Reader { words: words(text)?, at: 0, end: text.len(), columns, depth: 0, reads_numbers: false };
    if reader.words.is_empty() {
        return Err(fault(
            0..text.len(),
            "The filter is empty",
            "write a condition, such as status = 'Open' and age > 40",
        ));
    }
    let test = reader.either()?;
    match reader.words.get(reader.at) {
        None => Ok((test, reader.reads_numbers)),
        Some(word) => Err(fault(
            word.at.clone(),
            format!("`{}` does not belong here", word.shown()),
            "join conditions with `and` or `or`",
        )),
    }
}

struct Reader<'a> {
    words: Vec<Word>,
    at: usize,
    end: usize,
    columns: &'a [Column],
    depth: usize,
    reads_numbers: bool,
}

impl Reader<'_> {
    fn either(&mut self) -> Result<Test, FilterFault> {
        let mut tests = vec![self.both()?];
        while self.take("or") {
            tests.push(self.both()?);
        }
        Ok(if tests.len() > 1 { Test::Either(tests) } else { tests.remove(0) })
    }

    fn both(&mut self) -> Result<Test, FilterFault> {
        let mut tests = vec![self.not()?];
        while self.take("and") {
            tests.push(self.not()?);
        }
        Ok(if tests.len() > 1 { Test::Both(tests) } else { tests.remove(0) })
    }

    fn not(&mut self) -> Result<Test, FilterFault> {
        self.depth += 1;
        if self.depth > DEPTH {
            return Err(fault(self.here(), "There are too many brackets inside each other", "write it flatter"));
        }
        let test = if self.take("not") {
            self.not().map(|test| Test::Not(Box::new(test)))
        } else if self.take_sign("(") {
            let test = self.either()?;
            if !self.take_sign(")") {
                return Err(fault(self.here(), "A bracket is not closed", "write ) here"));
            }
            Ok(test)
        } else {
            self.test()
        };
        self.depth -= 1;
        test
    }

    fn test(&mut self) -> Result<Test, FilterFault> {
        let (column, _) = self.column()?;
        let kind = self.kind(column);
        if self.take("is") {
            let is_not = self.take("not");
            if !self.take("null") {
                return Err(fault(self.here(), "`is` is followed by null or not null", "write: is null"));
            }
            return Ok(turned(Test::IsNull(column), is_not));
        }
        if let Some((wanted, case, is_not)) = self.pattern_sign() {
            return Ok(turned(self.pattern(column, wanted, case)?, is_not));
        }
        if let Some(relation) = self.relation() {
            return self.beside(column, kind, relation);
        }
        let is_not = self.take("not");
        if self.take("in") {
            let kind = self.kind_beside(kind, 1);
            return Ok(turned(Test::In(column, kind, self.list(kind)?), is_not));
        }
        if self.take("between") {
            let kind = self.kind_beside(kind, 0);
            let least = self.value(kind)?;
            if !self.take("and") {
                return Err(fault(self.here(), "`between` wants two values", "write: between 1 and 9"));
            }
            return Ok(turned(Test::Between(column, kind, least, self.value(kind)?), is_not));
        }
        if self.take("like") {
            return Ok(turned(self.like(column)?, is_not));
        }
        Err(fault(
            self.here(),
            "A comparison is missing",
            "write =, !=, <, <=, >, >=, ~ (regular expression), in (…), between … and …, like, or is null",
        ))
    }

    /// A value or another column behind a comparison.
    fn beside(&mut self, column: usize, kind: CompareKind, relation: Relation) -> Result<Test, FilterFault> {
        let is_column = match self.words.get(self.at).map(|word| &word.kind) {
            Some(Kind::Bare(name)) if name.eq_ignore_ascii_case("null") => {
                return Err(fault(self.here(), "Nothing compares with null", "write: is null, or is not null"));
            }
            Some(Kind::Bare(_) | Kind::Name(_) | Kind::Number(_)) => true,
            Some(Kind::Text(_) | Kind::Digits(_) | Kind::Sign(_)) | None => false,
        };
        if !is_column {
            let kind = self.kind_beside(kind, 0);
            return Ok(Test::Value(column, kind, relation, self.value(kind)?));
        }
        let quoted =
            |fault: FilterFault| FilterFault { hint: format!("{}; a text goes in single quotes", fault.hint), ..fault };
        let (other, _) = self.column().map_err(quoted)?;
        // Columns of two kinds compare as texts.
        let kind = if self.kind(other) == kind { kind } else { CompareKind::Bytes };
        Ok(Test::Columns(column, other, kind, relation))
    }

    /// How a column compares with the value so many words ahead: texts as numbers beside a number.
    fn kind_beside(&mut self, kind: CompareKind, ahead: usize) -> CompareKind {
        let is_number = matches!(self.words.get(self.at + ahead).map(|word| &word.kind), Some(Kind::Digits(_)));
        if kind == CompareKind::Bytes && is_number {
            self.reads_numbers = true;
            return CompareKind::Number;
        }
        kind
    }

    fn list(&mut self, kind: CompareKind) -> Result<Vec<Literal>, FilterFault> {
        let wants = |at| Err(fault(at, "`in` wants a list", "write: in ('a', 'b')"));
        if !self.take_sign("(") {
            return wants(self.here());
        }
        let mut values = vec![self.value(kind)?];
        while self.take_sign(",") {
            values.push(self.value(kind)?);
        }
        if self.take_sign(")") { Ok(values) } else { wants(self.here()) }
    }

    fn value(&mut self, kind: CompareKind) -> Result<Literal, FilterFault> {
        let here = self.here();
        let Some(word) = self.words.get(self.at).cloned() else {
            return Err(fault(here, "A value is missing", "write a number, or a text in single quotes"));
        };
        self.at += 1;
        let bytes = match word.kind {
            Kind::Bare(name) if name.eq_ignore_ascii_case("null") => return Ok(None),
            Kind::Text(bytes) => bytes,
            Kind::Digits(text) => text.into_bytes(),
            Kind::Bare(name) | Kind::Name(name) => {
                return Err(fault(
                    here,
                    format!("`{name}` is no value"),
                    format!("put a text in single quotes: '{name}'"),
                ));
            }
            Kind::Number(_) | Kind::Sign(_) => {
                return Err(fault(here, "A value is missing", "write a number, or a text in single quotes"));
            }
        };
        typed(kind, &bytes).ok_or_else(|| {
            let shown = String::from_utf8_lossy(&bytes);
            let (what, hint) = match kind {
                CompareKind::Number | CompareKind::Bits => ("number", "write digits, such as 40 or -1.5"),
                CompareKind::Moment => ("date", "write it as '2026-03-31' or '2026-03-31 08:00:00'"),
                CompareKind::Span => ("time", "write it as '08:30:00'"),
                CompareKind::Bytes => ("text", "write it in single quotes"),
            };
            fault(here, format!("`{shown}` is no {what}, as it is compared here"), hint)
        })
    }

    fn pattern(&mut self, column: usize, kind: PatternKind, case: CaseSensitivity) -> Result<Test, FilterFault> {
        let (here, text) = self.text("a regular expression in single quotes, such as name ~ '^A'")?;
        Pattern::new(&text, kind, case)
            .map(|pattern| Test::Pattern(column, pattern))
            .map_err(|why| fault(here, why.what, why.hint))
    }

    /// `%` is any text, `_` any character, a backslash makes them plain; case counts not, as with MySQL's usual collations.
    fn like(&mut self, column: usize) -> Result<Test, FilterFault> {
        let (here, text) = self.text("a text in single quotes, such as name like 'A%'")?;
        let mut written = String::from("^(?s:");
        let mut characters = text.chars();
        while let Some(character) = characters.next() {
            match character {
                '%' => written.push_str(".*"),
                '_' => written.push('.'),
                '\\' => written.push_str(&regex::escape(&characters.next().unwrap_or('\\').to_string())),
                other => written.push_str(&regex::escape(&other.to_string())),
            }
        }
        written.push_str(")$");
        Pattern::new(&written, PatternKind::Regex, CaseSensitivity::Ignored)
            .map(|pattern| Test::Pattern(column, pattern))
            .map_err(|_| fault(here, "The pattern is too long", "write a shorter one"))
    }

    fn text(&mut self, wanted: &str) -> Result<(Range<usize>, String), FilterFault> {
        let here = self.here();
        match self.words.get(self.at).map(|word| &word.kind) {
            Some(Kind::Text(bytes)) => {
                let text = String::from_utf8_lossy(bytes).into_owned();
                self.at += 1;
                Ok((here, text))
            }
            _ => Err(fault(here, "A pattern is missing", format!("write {wanted}"))),
        }
    }

    fn column(&mut self) -> Result<(usize, Range<usize>), FilterFault> {
        let here = self.here();
        let word = self.words.get(self.at).cloned();
        self.at += 1;
        let first = match word.map(|word| word.kind) {
            Some(Kind::Number(number)) => {
                let found = number.checked_sub(1).filter(|at| *at < self.columns.len());
                return found.map(|at| (at, here.clone())).ok_or_else(|| {
                    let what = format!("There is no column #{number}");
                    fault(here, what, format!("the result has columns #1 to #{}", self.columns.len()))
                });
            }
            Some(Kind::Bare(name) | Kind::Name(name)) => name,
            Some(Kind::Text(_) | Kind::Digits(_) | Kind::Sign(_)) | None => {
                return Err(fault(here, "A column's name is missing", "write the column first: age > 40"));
            }
        };
        let mut name = (None, first);
        if self.take_sign(".") {
            match self.words.get(self.at).map(|word| word.kind.clone()) {
                Some(Kind::Bare(second) | Kind::Name(second)) => {
                    self.at += 1;
                    name = (Some(name.1), second);
                }
                _ => return Err(fault(self.here(), "A column's name is missing", "write it behind the point")),
            }
        }
        let at = here.start..self.words.get(self.at - 1).map_or(here.end, |word| word.at.end);
        self.find(name.0.as_deref(), &name.1, at)
    }

    fn find(&self, table: Option<&str>, name: &str, at: Range<usize>) -> Result<(usize, Range<usize>), FilterFault> {
        let of_table = |column: &Column| table.is_none_or(|table| column.table.eq_ignore_ascii_case(table));
        let found = |is: &dyn Fn(&str) -> bool| -> Vec<usize> {
            let columns = self.columns.iter().enumerate();
            columns.filter(|(_, column)| is(&column.name) && of_table(column)).map(|(at, _)| at).collect()
        };
        let exact = found(&|other| other == name);
        let all = if exact.is_empty() { found(&|other| other.to_lowercase() == name.to_lowercase()) } else { exact };
        match all.as_slice() {
            [one] => Ok((*one, at)),
            [] if table.is_some() && !self.of_any_table(name).is_empty() => {
                let hint = format!("the result calls it {}", self.of_any_table(name).join(", "));
                Err(fault(at, format!("There is no column `{name}` of `{}`", table.unwrap_or_default()), hint))
            }
            [] => {
                let near = self.near(name);
                let hint = near.map_or_else(
                    || "the header shows their names; one that is no plain word goes in backticks".to_owned(),
                    |near| format!("did you mean {near}?"),
                );
                Err(fault(at, format!("There is no column `{name}`"), hint))
            }
            many => {
                let numbers: Vec<String> = many.iter().map(|at| format!("#{}", at + 1)).collect();
                Err(fault(
                    at,
                    format!("{} columns are called `{name}`", many.len()),
                    format!("name one by its number: {}", numbers.join(", ")),
                ))
            }
        }
    }

    /// The columns of this name, as they can be written here.
    fn of_any_table(&self, name: &str) -> Vec<String> {
        let columns = self.columns.iter().enumerate();
        let named = columns.filter(|(_, column)| column.name.to_lowercase() == name.to_lowercase());
        named
            .map(|(at, column)| match column.table.as_str() {
                "" => format!("#{}", at + 1),
                table => format!("{table}.{}", column.name),
            })
            .collect()
    }

    /// A column whose name begins alike.
    fn near(&self, name: &str) -> Option<&str> {
        let alike = |other: &str| {
            let pairs = other.chars().zip(name.chars());
            pairs.take_while(|(a, b)| a.to_lowercase().eq(b.to_lowercase())).count()
        };
        let best = self.columns.iter().max_by_key(|column| alike(&column.name))?;
        (alike(&best.name) >= 2).then_some(best.name.as_str())
    }

    fn kind(&self, column: usize) -> CompareKind {
        self.columns.get(column).map_or(CompareKind::Bytes, CompareKind::of)
    }

    fn relation(&mut self) -> Option<Relation> {
        let relation = match self.words.get(self.at).map(|word| &word.kind)? {
            Kind::Sign("=") => Relation::Equal,
            Kind::Sign("!=" | "<>") => Relation::NotEqual,
            Kind::Sign("<") => Relation::Less,
            Kind::Sign("<=") => Relation::LessOrEqual,
            Kind::Sign(">") => Relation::Greater,
            Kind::Sign(">=") => Relation::GreaterOrEqual,
            _ => return None,
        };
        self.at += 1;
        Some(relation)
    }

    fn pattern_sign(&mut self) -> Option<(PatternKind, CaseSensitivity, bool)> {
        let (case, is_not) = match self.words.get(self.at).map(|word| &word.kind)? {
            Kind::Sign("~") => (CaseSensitivity::Kept, false),
            Kind::Sign("~*") => (CaseSensitivity::Ignored, false),
            Kind::Sign("!~") => (CaseSensitivity::Kept, true),
            Kind::Sign("!~*") => (CaseSensitivity::Ignored, true),
            _ => return None,
        };
        self.at += 1;
        Some((PatternKind::Regex, case, is_not))
    }

    fn take(&mut self, keyword: &str) -> bool {
        let is_it = matches!(self.words.get(self.at).map(|word| &word.kind),
            Some(Kind::Bare(word)) if word.eq_ignore_ascii_case(keyword));
        self.at += usize::from(is_it);
        is_it
    }

    fn take_sign(&mut self, sign: &str) -> bool {
        let is_it = matches!(self.words.get(self.at).map(|word| &word.kind), Some(Kind::Sign(found)) if *found == sign);
        self.at += usize::from(is_it);
        is_it
    }

    /// Where the reader stands.
    fn here(&self) -> Range<usize> {
        self.words.get(self.at).map_or(self.end..self.end, |word| word.at.clone())
    }
}

fn turned(test: Test, is_not: bool) -> Test {
    if is_not { Test::Not(Box::new(test)) } else { test }
}

/// The key of a typed value; `None` where the column cannot hold it.
fn typed(kind: CompareKind, bytes: &[u8]) -> Option<Literal> {
    let key: Key<'static> = match kind {
        // A BIT comes as bytes, and is typed as a number.
        CompareKind::Bits => {
            let number: u64 = std::str::from_utf8(bytes).ok()?.parse().ok()?;
            CompareKind::Bits.key(Cell::Bytes(&number.to_be_bytes())).into_owned()
        }
        CompareKind::Number | CompareKind::Moment | CompareKind::Span | CompareKind::Bytes => kind.key(Cell::Bytes(bytes)).into_owned(),
    };
    if kind == CompareKind::Moment && !is_of_the_calendar(bytes) {
        return None;
    }
    let strange = kind != CompareKind::Bytes && key >= kind.key(Cell::Bytes(b"")).into_owned();
    (!strange).then_some(Some(key))
}

/// Whether months, days and times are in their ranges; zeros are, since MySQL keeps such dates.
fn is_of_the_calendar(text: &[u8]) -> bool {
    let (date, time) = match text.iter().position(|byte| matches!(byte, b' ' | b'T')) {
        Some(at) => (text.get(..at).unwrap_or_default(), text.get(at + 1..).unwrap_or_default()),
        None => (text, &[][..]),
    };
    let within = |part: Option<&[u8]>, most: u32| match part.map(std::str::from_utf8) {
        None | Some(Ok("")) => true,
        Some(part) => part.ok().and_then(|part| part.parse::<u32>().ok()).is_some_and(|number| number <= most),
    };
    let mut days = date.split(|byte| *byte == b'-').skip(1);
    let mut hours = time.split(|byte| matches!(byte, b':' | b'.'));
    within(days.next(), 12)
        && within(days.next(), 31)
        && within(hours.next(), 23)
        && within(hours.next(), 59)
        && within(hours.next(), 59)
}
