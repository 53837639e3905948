//! Fuzzy search and filter over the objects of a catalog.

use nucleo_matcher::pattern::{Atom, AtomKind, CaseMatching, Normalization};
use nucleo_matcher::{Config, Matcher, Utf32Str};

use super::{Catalog, Routine, Schema, Table, TableColumn};
use crate::domain::limits::MAX_FOUND;

/// An object of a catalog by index. It is valid for the catalog in which it was found, not for a later generation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ObjectRef {
    Schema(usize),
    Table(usize, usize),
    /// A column of a table or view.
    Column(usize, usize, usize),
    Routine(usize, usize),
}

impl ObjectRef {
    /// Returns the schema of the object, or the object itself.
    #[must_use]
    pub fn schema(self, catalog: &Catalog) -> Option<&Schema> {
        match self {
            Self::Schema(schema) | Self::Table(schema, _) | Self::Column(schema, _, _) | Self::Routine(schema, _) => {
                catalog.schemas.get(schema)
            }
        }
    }

    /// Returns the table of the object, or the object itself.
    #[must_use]
    pub fn table(self, catalog: &Catalog) -> Option<&Table> {
        match self {
            Self::Table(_, table) | Self::Column(_, table, _) => self.schema(catalog)?.tables.get(table),
            Self::Schema(_) | Self::Routine(..) => None,
        }
    }

    /// Returns the object if it is a column.
    #[must_use]
    pub fn column(self, catalog: &Catalog) -> Option<&TableColumn> {
        match self {
            Self::Column(_, _, column) => self.table(catalog)?.columns.get(column),
            Self::Schema(_) | Self::Table(..) | Self::Routine(..) => None,
        }
    }

    /// Returns the object if it is a routine.
    #[must_use]
    pub fn routine(self, catalog: &Catalog) -> Option<&Routine> {
        match self {
            Self::Routine(_, routine) => self.schema(catalog)?.routines.get(routine),
            Self::Schema(_) | Self::Table(..) | Self::Column(..) => None,
        }
    }

    /// Returns the qualified name, such as `clinspark.study.id`; empty if the object belongs to another catalog.
    #[must_use]
    pub fn path(self, catalog: &Catalog) -> String {
        let last = match self {
            Self::Schema(_) | Self::Table(..) => None,
            Self::Column(..) => self.column(catalog).map(|column| column.name.as_str()),
            Self::Routine(..) => self.routine(catalog).map(|routine| routine.name.as_str()),
        };
        let names = [
            self.schema(catalog).map(|schema| schema.name.as_str()),
            self.table(catalog).map(|table| table.name.as_str()),
            last,
        ];
        names.into_iter().flatten().collect::<Vec<_>>().join(".")
    }
}

/// An object that matches a pattern, with its score.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FindMatch {
    pub object: ObjectRef,
    /// Higher is better. Scores of different patterns cannot be compared.
    pub score: u32,
}

/// A search pattern: words separated by spaces and dots. Each must match somewhere, in any case.
pub struct FindPattern {
    fuzzy: Vec<Atom>,
    exact: Vec<Atom>,
    matcher: Matcher,
    buffer: Vec<char>,
}

/// Weight of a name relative to a comment.
const NAME: u32 = 4;
/// Extra score for a word that is the whole name of an object. A part of the name gets a proportional share.
const WHOLE: u32 = 800;
/// Weight of the name of a column's table.
const TABLE: u32 = 2;
/// Length of a filter from which it searches the names of columns.
const COLUMN_LETTERS: usize = 2;
/// Length of a filter from which it searches comments.
const COMMENT_LETTERS: usize = 3;

impl FindPattern {
    #[must_use]
    pub fn new(pattern: &str) -> Self {
        let atoms = |kind| -> Vec<Atom> {
            pattern
                .split(|c: char| c.is_whitespace() || c == '.')
                .filter(|word| !word.is_empty())
                .map(|word| Atom::new(word, CaseMatching::Ignore, Normalization::Smart, kind, false))
                .collect()
        };
        Self {
            fuzzy: atoms(AtomKind::Fuzzy),
            exact: atoms(AtomKind::Substring),
            matcher: Matcher::new(Config::DEFAULT),
            buffer: Vec::new(),
        }
    }

    /// Number of words. A pattern without words matches everything.
    #[must_use]
    pub fn len(&self) -> usize {
        self.fuzzy.len()
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.fuzzy.is_empty()
    }

    /// Returns the score of a word in a name, in which letters may be skipped; `None` if it does not match.
    pub fn in_name(&mut self, word: usize, name: &str) -> Option<u32> {
        let atom = self.fuzzy.get(word)?;
        atom.score(Utf32Str::new(name, &mut self.buffer), &mut self.matcher).map(u32::from)
    }

    /// Returns the score of a word as a substring of a text; `None` if it does not match.
    pub fn in_text(&mut self, word: usize, text: &str) -> Option<u32> {
        if text.is_empty() {
            return None;
        }
        let atom = self.exact.get(word)?;
        atom.score(Utf32Str::new(text, &mut self.buffer), &mut self.matcher).map(u32::from)
    }

    /// Returns the extra score for the share of a name that a word covers, so that shorter names come first.
    fn share_of(&self, word: usize, name: &str) -> u32 {
        let letters = self.fuzzy.get(word).map_or(0, |atom| atom.needle_text().len());
        let share = letters.min(name.len()) * WHOLE as usize / name.len().max(1);
        u32::try_from(share).unwrap_or(WHOLE)
    }

    /// Returns the score of each word in a name.
    fn each_in_name(&mut self, name: &str) -> Vec<Option<u32>> {
        (0..self.len()).map(|word| self.in_name(word, name)).collect()
    }

    /// Returns the score of an object from its name and comment, and from the scores of its table or schema in `parent`. Each
    /// word must match somewhere, and at least one must match the object itself.
    fn score(&mut self, name: &str, comment: &str, parent: &[Option<u32>]) -> Option<u32> {
        let mut sum = 0;
        let mut matches_object = self.is_empty();
        for word in 0..self.len() {
            let share = self.share_of(word, name);
            let in_name = self.in_name(word, name).map(|score| score * NAME + share);
            let in_object = in_name.or_else(|| self.in_text(word, comment));
            matches_object |= in_object.is_some();
            let in_parent = parent.get(word).copied().flatten();
            sum += in_object.or(in_parent)?;
        }
        matches_object.then_some(sum)
    }
}

/// Returns all objects that match a pattern, best first; equal matches stay in the catalog's order. Names count more than
/// comments, and words may match the table or schema of an object (`vol mail` finds `volunteer.email`). An empty pattern finds
/// nothing.
#[must_use]
pub fn find(catalog: &Catalog, pattern: &str) -> Vec<FindMatch> {
    ranked(catalog, pattern, &|| false).unwrap_or_default()
}

/// Returns the best matches, at most [`MAX_FOUND`], and the number of all matches. Schemas of the server come last. An empty
/// pattern lists all tables except those of the server. Returns `None` once `is_stale` returns true; it is called for each table.
#[must_use]
pub fn best(catalog: &Catalog, pattern: &str, is_stale: &dyn Fn() -> bool) -> Option<(Vec<FindMatch>, usize)> {
    let mut found =
        if FindPattern::new(pattern).is_empty() { tables(catalog) } else { ranked(catalog, pattern, is_stale)? };
    let total = found.len();
    found.truncate(MAX_FOUND);
    Some((found, total))
}

fn tables(catalog: &Catalog) -> Vec<FindMatch> {
    let schemas = catalog.schemas.iter().enumerate().filter(|(_, schema)| !schema.is_system);
    schemas
        .flat_map(|(s, schema)| {
            (0..schema.tables.len()).map(move |t| FindMatch { object: ObjectRef::Table(s, t), score: 0 })
        })
        .collect()
}

fn ranked(catalog: &Catalog, pattern: &str, is_stale: &dyn Fn() -> bool) -> Option<Vec<FindMatch>> {
    let mut words = FindPattern::new(pattern);
    if words.is_empty() {
        return Some(Vec::new());
    }
    let mut found = matches(catalog, &mut words, is_stale)?;
    let is_system = |found: &FindMatch| found.object.schema(catalog).is_some_and(|schema| schema.is_system);
    found.sort_by_key(|found| (is_system(found), std::cmp::Reverse(found.score)));
    Some(found)
}

fn matches(catalog: &Catalog, words: &mut FindPattern, is_stale: &dyn Fn() -> bool) -> Option<Vec<FindMatch>> {
    let mut found = Vec::new();
    let mut add = |object, score: Option<u32>| found.extend(score.map(|score| FindMatch { object, score }));
    for (s, schema) in catalog.schemas.iter().enumerate() {
        let schema_words = words.each_in_name(&schema.name);
        add(ObjectRef::Schema(s), words.score(&schema.name, "", &[]));
        for (t, table) in schema.tables.iter().enumerate() {
            if is_stale() {
                return None;
            }
            add(ObjectRef::Table(s, t), words.score(&table.name, &table.comment, &schema_words));
            let table_words: Vec<Option<u32>> = words
                .each_in_name(&table.name)
                .into_iter()
                .zip(&schema_words)
                .map(|(table, schema)| table.map(|score| score * TABLE).or(*schema))
                .collect();
            for (c, column) in table.columns.iter().enumerate() {
                add(ObjectRef::Column(s, t, c), words.score(&column.name, &column.comment, &table_words));
            }
        }
        for (r, routine) in schema.routines.iter().enumerate() {
            add(ObjectRef::Routine(s, r), words.score(&routine.name, &routine.comment, &schema_words));
        }
    }
    Some(found)
}

/// Returns the objects that a tree shows under a filter, in the catalog's order. Case is ignored.
///
/// A table, routine or schema matches if its name contains the letters of the filter in this order. A longer filter also finds
/// columns and comments, but only as a substring, because scattered letters match nearly every column. Returns `None` once
/// `is_stale` returns true; it is called for each table.
#[must_use]
pub fn filter(catalog: &Catalog, pattern: &str, is_stale: &dyn Fn() -> bool) -> Option<Vec<ObjectRef>> {
    let words = pattern.trim().to_lowercase();
    let contains =
        |text: &str, min_letters: usize| words.chars().count() >= min_letters && text.to_lowercase().contains(&words);
    let mut found = Vec::new();
    for (s, schema) in catalog.schemas.iter().enumerate() {
        if has_letters(&schema.name, &words) {
            found.push(ObjectRef::Schema(s));
        }
        for (t, table) in schema.tables.iter().enumerate() {
            if is_stale() {
                return None;
            }
            if has_letters(&table.name, &words) || contains(&table.comment, COMMENT_LETTERS) {
                found.push(ObjectRef::Table(s, t));
            }
            let columns = table.columns.iter().enumerate();
            let matching = columns.filter(|(_, column)| contains(&column.name, COLUMN_LETTERS));
            found.extend(matching.map(|(c, _)| ObjectRef::Column(s, t, c)));
        }
        let routines = schema.routines.iter().enumerate();
        let matching = routines
            .filter(|(_, routine)| has_letters(&routine.name, &words) || contains(&routine.comment, COMMENT_LETTERS));
        found.extend(matching.map(|(r, _)| ObjectRef::Routine(s, r)));
    }
    Some(found)
}

/// Whether a name contains the letters of a pattern in this order.
fn has_letters(name: &str, pattern: &str) -> bool {
    let mut letters = name.chars().flat_map(char::to_lowercase);
    pattern.chars().all(|expected| letters.any(|letter| letter == expected))
}
