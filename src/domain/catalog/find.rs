//! Fuzzy find over everything that a catalog holds. It ranks and filters; it knows no screen and no documentation.

use nucleo_matcher::pattern::{Atom, AtomKind, CaseMatching, Normalization};
use nucleo_matcher::{Config, Matcher, Utf32Str};

use super::{Catalog, KeyPart, Routine, Schema, Table, TableColumn};
use crate::domain::limits::MOST_FOUND;

/// One object, by its places in the catalog that it was found in: it means nothing in a later generation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ObjectRef {
    Schema(usize),
    Table(usize, usize),
    /// A column of a table or view.
    Column(usize, usize, usize),
    Routine(usize, usize),
}

impl ObjectRef {
    /// The schema that it is or lies in.
    #[must_use]
    pub fn schema(self, catalog: &Catalog) -> Option<&Schema> {
        match self {
            Self::Schema(schema) | Self::Table(schema, _) | Self::Column(schema, _, _) | Self::Routine(schema, _) => {
                catalog.schemas.get(schema)
            }
        }
    }

    /// The table that it is or lies in.
    #[must_use]
    pub fn table(self, catalog: &Catalog) -> Option<&Table> {
        match self {
            Self::Table(_, table) | Self::Column(_, table, _) => self.schema(catalog)?.tables.get(table),
            Self::Schema(_) | Self::Routine(..) => None,
        }
    }

    /// The column that it is.
    #[must_use]
    pub fn column(self, catalog: &Catalog) -> Option<&TableColumn> {
        match self {
            Self::Column(_, _, column) => self.table(catalog)?.columns.get(column),
            Self::Schema(_) | Self::Table(..) | Self::Routine(..) => None,
        }
    }

    /// The routine that it is.
    #[must_use]
    pub fn routine(self, catalog: &Catalog) -> Option<&Routine> {
        match self {
            Self::Routine(_, routine) => self.schema(catalog)?.routines.get(routine),
            Self::Schema(_) | Self::Table(..) | Self::Column(..) => None,
        }
    }

    /// Its name with the names above it, such as `clinspark.study.id`; empty when it is of another catalog.
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

/// An object that fits, and how well.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Found {
    pub object: ObjectRef,
    /// The higher the better; means nothing between two patterns.
    pub score: u32,
}

/// The words of a pattern, split at blanks and dots. Each must fit somewhere; capitals do not count.
pub struct Words {
    fuzzy: Vec<Atom>,
    exact: Vec<Atom>,
    matcher: Matcher,
    buffer: Vec<char>,
}

/// How a name counts beside a comment.
const NAME: u32 = 4;
/// How much more an object's own name counts when the word is the whole of it; in proportion when it is a part.
const WHOLE: u32 = 800;
/// How the name of the table around a column counts.
const TABLE: u32 = 2;
/// Letters from which a filter looks into the names of columns.
const COLUMN_LETTERS: usize = 2;
/// Letters from which a filter looks into comments.
const COMMENT_LETTERS: usize = 3;

impl Words {
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

    /// How many words there are; a pattern without any fits everything.
    #[must_use]
    pub fn len(&self) -> usize {
        self.fuzzy.len()
    }

    /// Whether there is no word.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.fuzzy.is_empty()
    }

    /// How well a word fits a name, its letters with gaps between; `None` when it does not.
    pub fn in_name(&mut self, word: usize, name: &str) -> Option<u32> {
        let atom = self.fuzzy.get(word)?;
        atom.score(Utf32Str::new(name, &mut self.buffer), &mut self.matcher).map(u32::from)
    }

    /// How well a word fits a text, in one piece; `None` when it does not.
    pub fn in_text(&mut self, word: usize, text: &str) -> Option<u32> {
        if text.is_empty() {
            return None;
        }
        let atom = self.exact.get(word)?;
        atom.score(Utf32Str::new(text, &mut self.buffer), &mut self.matcher).map(u32::from)
    }

    /// What a word that fits a name counts for how much of it it is: typed letters lead to the shortest name first.
    fn share_of(&self, word: usize, name: &str) -> u32 {
        let letters = self.fuzzy.get(word).map_or(0, |atom| atom.needle_text().len());
        let share = letters.min(name.len()) * WHOLE as usize / name.len().max(1);
        u32::try_from(share).unwrap_or(WHOLE)
    }

    /// For each word how well it fits a name.
    fn each_in_name(&mut self, name: &str) -> Vec<Option<u32>> {
        (0..self.len()).map(|word| self.in_name(word, name)).collect()
    }

    /// The score of an object with a name and a comment inside something whose words have scores already: each word
    /// must fit somewhere, and at least one must fit the object itself.
    fn score(&mut self, name: &str, comment: &str, around: &[Option<u32>]) -> Option<u32> {
        let mut sum = 0;
        let mut fits_itself = self.is_empty();
        for word in 0..self.len() {
            let share = self.share_of(word, name);
            let own = self.in_name(word, name).map(|score| score * NAME + share);
            let own = own.or_else(|| self.in_text(word, comment));
            fits_itself |= own.is_some();
            let outer = around.get(word).copied().flatten();
            sum += own.or(outer)?;
        }
        fits_itself.then_some(sum)
    }
}

/// Everything that fits a pattern, best first; what fits equally well stays in the catalog's order. Names count more
/// than comments, a column's word may also fit its table or schema (`vol mail` finds `volunteer.email`). An empty
/// pattern finds nothing.
#[must_use]
pub fn find(catalog: &Catalog, pattern: &str) -> Vec<Found> {
    ranked(catalog, pattern, &|| false).unwrap_or_default()
}

/// The best of what fits, at most [`MOST_FOUND`], and how many fit. The server's own schemas come last. An empty
/// pattern lists the tables, without the server's own. `None` once `is_stale` says so; it is asked at each table.
#[must_use]
pub fn best(catalog: &Catalog, pattern: &str, is_stale: &dyn Fn() -> bool) -> Option<(Vec<Found>, usize)> {
    let mut found = if Words::new(pattern).is_empty() { tables(catalog) } else { ranked(catalog, pattern, is_stale)? };
    let total = found.len();
    found.truncate(MOST_FOUND);
    Some((found, total))
}

fn tables(catalog: &Catalog) -> Vec<Found> {
    let schemas = catalog.schemas.iter().enumerate().filter(|(_, schema)| !schema.is_system);
    schemas
        .flat_map(|(s, schema)| {
            (0..schema.tables.len()).map(move |t| Found { object: ObjectRef::Table(s, t), score: 0 })
        })
        .collect()
}

fn ranked(catalog: &Catalog, pattern: &str, is_stale: &dyn Fn() -> bool) -> Option<Vec<Found>> {
    let mut words = Words::new(pattern);
    if words.is_empty() {
        return Some(Vec::new());
    }
    let mut found = fits(catalog, &mut words, is_stale)?;
    let is_system = |found: &Found| found.object.schema(catalog).is_some_and(|schema| schema.is_system);
    found.sort_by_key(|found| (is_system(found), std::cmp::Reverse(found.score)));
    Some(found)
}

fn fits(catalog: &Catalog, words: &mut Words, is_stale: &dyn Fn() -> bool) -> Option<Vec<Found>> {
    let mut found = Vec::new();
    let mut add = |object, score: Option<u32>| found.extend(score.map(|score| Found { object, score }));
    for (s, schema) in catalog.schemas.iter().enumerate() {
        let schema_words = words.each_in_name(&schema.name);
        add(ObjectRef::Schema(s), words.score(&schema.name, "", &[]));
        for (t, table) in schema.tables.iter().enumerate() {
            if is_stale() {
                return None;
            }
            add(ObjectRef::Table(s, t), words.score(&table.name, &table.comment, &schema_words));
            let around: Vec<Option<u32>> = words
                .each_in_name(&table.name)
                .into_iter()
                .zip(&schema_words)
                .map(|(table, schema)| table.map(|score| score * TABLE).or(*schema))
                .collect();
            for (c, column) in table.columns.iter().enumerate() {
                add(ObjectRef::Column(s, t, c), words.score(&column.name, &column.comment, &around));
            }
        }
        for (r, routine) in schema.routines.iter().enumerate() {
            add(ObjectRef::Routine(s, r), words.score(&routine.name, &routine.comment, &schema_words));
        }
    }
    Some(found)
}

/// What a tree shows under a filter, in the catalog's order: tables, routines and schemas whose names have the letters
/// in this order, and, from a few letters on, columns and comments that have them in one piece (scattered letters fit
/// nearly every column). Capitals do not count. `None` once `is_stale` says so; it is asked at each table.
#[must_use]
pub fn filter(catalog: &Catalog, pattern: &str, is_stale: &dyn Fn() -> bool) -> Option<Vec<ObjectRef>> {
    let words = pattern.trim().to_lowercase();
    let has_piece = |text: &str, least: usize| words.chars().count() >= least && text.to_lowercase().contains(&words);
    let mut found = Vec::new();
    for (s, schema) in catalog.schemas.iter().enumerate() {
        if has_letters(&schema.name, &words) {
            found.push(ObjectRef::Schema(s));
        }
        for (t, table) in schema.tables.iter().enumerate() {
            if is_stale() {
                return None;
            }
            if has_letters(&table.name, &words) || has_piece(&table.comment, COMMENT_LETTERS) {
                found.push(ObjectRef::Table(s, t));
            }
            let columns = table.columns.iter().enumerate();
            let fit = columns.filter(|(_, column)| has_piece(&column.name, COLUMN_LETTERS));
            found.extend(fit.map(|(c, _)| ObjectRef::Column(s, t, c)));
        }
        let routines = schema.routines.iter().enumerate();
        let fit = routines
            .filter(|(_, routine)| has_letters(&routine.name, &words) || has_piece(&routine.comment, COMMENT_LETTERS));
        found.extend(fit.map(|(r, _)| ObjectRef::Routine(s, r)));
    }
    Some(found)
}

/// Whether the letters of a pattern stand in a name in this order.
fn has_letters(name: &str, pattern: &str) -> bool {
    let mut letters = name.chars().flat_map(char::to_lowercase);
    pattern.chars().all(|wanted| letters.any(|letter| letter == wanted))
}

/// Gives the columns of declared foreign keys their part: the server's `COLUMN_KEY` does not tell it. A column of the
/// primary or a unique key keeps that part.
pub fn mark_foreign_keys(table: &mut Table) {
    for column in &mut table.columns {
        let is_foreign = table.foreign_keys.iter().any(|key| key.columns.contains(&column.name));
        match column.key {
            KeyPart::None | KeyPart::Indexed if is_foreign => column.key = KeyPart::Foreign,
            KeyPart::None | KeyPart::Indexed | KeyPart::Primary | KeyPart::Unique | KeyPart::Foreign => {}
        }
    }
}
