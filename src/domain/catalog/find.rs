//! Fuzzy search and filter over the objects of a catalog.

use nucleo_matcher::pattern::{Atom, AtomKind, CaseMatching, Normalization};
use nucleo_matcher::{Config, Matcher, Utf32Str};

use super::{Catalog, Routine, Schema, Table, TableColumn};
use crate::domain::limits::MAX_FOUND;
use crate::domain::word_match::WordMatch;

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
    /// Whether a word matches only by single letters. Such a match comes after those by words and parts of words.
    pub is_loose: bool,
    /// Higher is better. Scores of different patterns cannot be compared.
    pub score: u32,
}

/// How well a word matches a name or a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct WordScore {
    /// Whether it matches only by single letters.
    is_loose: bool,
    score: u32,
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

    /// Returns how well each word matches a name.
    fn each_in_name(&mut self, name: &str) -> Vec<Option<WordScore>> {
        (0..self.len()).map(|word| self.in_whole_name(word, name)).collect()
    }

    /// Returns how well a word matches a name, and whether only by single letters.
    fn in_whole_name(&mut self, word: usize, name: &str) -> Option<WordScore> {
        let score = self.in_name(word, name)?;
        Some(WordScore { is_loose: self.in_text(word, name).is_none(), score })
    }

    /// Returns how well an object matches by its name and comment, and by its table or schema in `parent`. Each word must match
    /// somewhere, and at least one must match the object itself. A match by letters counts only if there is no other.
    fn score(&mut self, name: &str, comment: &str, parent: &[Option<WordScore>]) -> Option<WordScore> {
        let mut sum = WordScore { is_loose: false, score: 0 };
        let mut matches_object = self.is_empty();
        for word in 0..self.len() {
            let share = self.share_of(word, name);
            let in_name = self.in_whole_name(word, name);
            let in_name = in_name.map(|found| WordScore { score: found.score * NAME + share, ..found });
            let mut in_comment = || self.in_text(word, comment).map(|score| WordScore { is_loose: false, score });
            let in_object = match in_name {
                Some(found) if !found.is_loose => Some(found),
                loose => in_comment().or(loose),
            };
            matches_object |= in_object.is_some();
            let in_parent = parent.get(word).copied().flatten();
            let best = match (in_object, in_parent) {
                (Some(object), Some(parent)) if object.is_loose && !parent.is_loose => parent,
                (Some(found), _) | (None, Some(found)) => found,
                (None, None) => return None,
            };
            sum = WordScore { is_loose: sum.is_loose || best.is_loose, score: sum.score + best.score };
        }
        matches_object.then_some(sum)
    }
}

/// Returns all objects that match a pattern, best first; equal matches stay in the catalog's order. Names count more than
/// comments, and words may match the table or schema of an object (`vol mail` finds `volunteer.email`). An empty pattern finds
/// nothing.
#[must_use]
pub fn find(catalog: &Catalog, pattern: &str) -> Vec<FindMatch> {
    ranked(catalog, pattern, None, &|| false).unwrap_or_default()
}

/// Returns the best matches, at most [`MAX_FOUND`], and the number of all matches. Tables of the current database whose name
/// begins with the pattern come first, schemas of the server last. An empty
/// pattern lists all tables except those of the server. Returns `None` once `is_stale` returns true; it is called for each table.
#[must_use]
pub fn best(
    catalog: &Catalog,
    pattern: &str,
    database: Option<&str>,
    is_stale: &dyn Fn() -> bool,
) -> Option<(Vec<FindMatch>, usize)> {
    let mut found = if FindPattern::new(pattern).is_empty() {
        tables(catalog)
    } else {
        ranked(catalog, pattern, database, is_stale)?
    };
    let total = found.len();
    found.truncate(MAX_FOUND);
    Some((found, total))
}

fn tables(catalog: &Catalog) -> Vec<FindMatch> {
    let schemas = catalog.schemas.iter().enumerate().filter(|(_, schema)| !schema.is_system);
    schemas
        .flat_map(|(s, schema)| {
            (0..schema.tables.len()).map(move |t| FindMatch {
                object: ObjectRef::Table(s, t),
                is_loose: false,
                score: 0,
            })
        })
        .collect()
}

fn ranked(
    catalog: &Catalog,
    pattern: &str,
    database: Option<&str>,
    is_stale: &dyn Fn() -> bool,
) -> Option<Vec<FindMatch>> {
    let mut words = FindPattern::new(pattern);
    if words.is_empty() {
        return Some(Vec::new());
    }
    let mut found = matches(catalog, &mut words, is_stale)?;
    let is_system = |found: &FindMatch| found.object.schema(catalog).is_some_and(|schema| schema.is_system);
    let start = pattern.trim().to_lowercase();
    let is_first = |found: &FindMatch| match found.object {
        ObjectRef::Table(..) => {
            let is_current = found.object.schema(catalog).is_some_and(|schema| Some(schema.name.as_str()) == database);
            let table = found.object.table(catalog);
            is_current && table.is_some_and(|table| table.name.to_lowercase().starts_with(&start))
        }
        ObjectRef::Schema(_) | ObjectRef::Column(..) | ObjectRef::Routine(..) => false,
    };
    found.sort_by_key(|found| (is_system(found), found.is_loose, !is_first(found), std::cmp::Reverse(found.score)));
    Some(found)
}

fn matches(catalog: &Catalog, words: &mut FindPattern, is_stale: &dyn Fn() -> bool) -> Option<Vec<FindMatch>> {
    let mut found = Vec::new();
    let mut add = |object, found_word: Option<WordScore>| {
        found.extend(found_word.map(|WordScore { is_loose, score }| FindMatch { object, is_loose, score }));
    };
    for (s, schema) in catalog.schemas.iter().enumerate() {
        let schema_words = words.each_in_name(&schema.name);
        add(ObjectRef::Schema(s), words.score(&schema.name, "", &[]));
        for (t, table) in schema.tables.iter().enumerate() {
            if is_stale() {
                return None;
            }
            add(ObjectRef::Table(s, t), words.score(&table.name, &table.comment, &schema_words));
            let table_words: Vec<Option<WordScore>> = words
                .each_in_name(&table.name)
                .into_iter()
                .zip(&schema_words)
                .map(|(table, schema)| table.map(|found| WordScore { score: found.score * TABLE, ..found }).or(*schema))
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
/// A table, routine or schema matches if its name contains the filter. Only if there is no such name, the letters of the filter in
/// this order are enough. A longer filter also finds columns and comments, but only as a substring, because scattered letters
/// match nearly every column. Returns `None` once `is_stale` returns true; it is called for each table.
#[must_use]
pub fn filter(catalog: &Catalog, pattern: &str, is_stale: &dyn Fn() -> bool) -> Option<Vec<ObjectRef>> {
    let words = pattern.trim().to_lowercase();
    let contains =
        |text: &str, min_letters: usize| words.chars().count() >= min_letters && text.to_lowercase().contains(&words);
    let name_match = |name: &str| WordMatch::of(&words, name);
    let mut found: Vec<(ObjectRef, NameMatch)> = Vec::new();
    for (s, schema) in catalog.schemas.iter().enumerate() {
        found.extend(name_match(&schema.name).map(|kind| (ObjectRef::Schema(s), kind.into())));
        for (t, table) in schema.tables.iter().enumerate() {
            if is_stale() {
                return None;
            }
            let in_comment = contains(&table.comment, COMMENT_LETTERS);
            found.extend(of_name_or_comment(name_match(&table.name), in_comment, ObjectRef::Table(s, t)));
            let columns = table.columns.iter().enumerate();
            let matching = columns.filter(|(_, column)| contains(&column.name, COLUMN_LETTERS));
            found.extend(matching.map(|(c, _)| (ObjectRef::Column(s, t, c), NameMatch::Other)));
        }
        for (r, routine) in schema.routines.iter().enumerate() {
            let in_comment = contains(&routine.comment, COMMENT_LETTERS);
            found.extend(of_name_or_comment(name_match(&routine.name), in_comment, ObjectRef::Routine(s, r)));
        }
    }
    let has_name = found.iter().any(|(_, of)| *of == NameMatch::Contains);
    let is_kept = |of: &NameMatch| !has_name || *of != NameMatch::Letters;
    Some(found.into_iter().filter(|(_, of)| is_kept(of)).map(|(object, _)| object).collect())
}

/// How a filter matches an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum NameMatch {
    /// The name of a schema, table or routine contains it.
    Contains,
    /// Such a name has only its letters.
    Letters,
    /// A comment or the name of a column contains it.
    Other,
}

impl From<WordMatch> for NameMatch {
    fn from(kind: WordMatch) -> Self {
        if kind.is_loose() { Self::Letters } else { Self::Contains }
    }
}

fn of_name_or_comment(name: Option<WordMatch>, in_comment: bool, object: ObjectRef) -> Option<(ObjectRef, NameMatch)> {
    let of = match name.map(NameMatch::from) {
        Some(NameMatch::Letters) | None if in_comment => NameMatch::Other,
        Some(of) => of,
        None => return None,
    };
    Some((object, of))
}
