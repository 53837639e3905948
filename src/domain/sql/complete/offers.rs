//! Collects what fits the typed word, and ranks it.

use std::borrow::Cow;

use super::functions::Function;
use super::join_keys::JoinOffer;
use super::matching::{Quality, TypedText};
use super::model::{CompletionKind, Trigger};
use crate::domain::catalog::find::ObjectRef;
use crate::domain::limits::COMPLETION_ITEMS;

/// Recent names that count.
const MAX_RECENT: usize = 50;
/// Offers that are sorted: those that insert the same text are left out later.
const MAX_RANKED: usize = 2 * COMPLETION_ITEMS;

/// How close something is to the place of the cursor, the closest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Closeness {
    /// It is made for this place: a value of the compared column, a condition of this join.
    Place,
    /// Columns of the tables of this query, tables of the current database.
    Scope,
    /// Columns of the queries around this one.
    Outer,
    /// Keywords and functions.
    Language,
    /// What needs something else first: columns of other tables, tables of other databases.
    Elsewhere,
    /// Invisible columns.
    Hidden,
}

/// What an offer is. Its texts are made when it is among the best.
#[derive(Debug, Clone)]
pub(super) enum OfferKind<'c> {
    Keyword,
    Database,
    Table {
        object: ObjectRef,
        schema: Option<&'c str>,
    },
    With,
    /// With the name before the dot, if it is inserted.
    Column {
        qualifier: Option<&'c str>,
        origin: Option<ObjectRef>,
    },
    /// The name of a source, and its table if it has an alias.
    Alias {
        table: Option<&'c str>,
    },
    Function(&'static Function),
    StoredFunction {
        comment: &'c str,
    },
    Join(Box<JoinOffer<'c>>),
    /// A text that is inserted as it is, with what it is.
    Text {
        kind: CompletionKind,
        inserted: String,
        type_text: String,
    },
}

#[derive(Debug, Clone)]
pub(super) struct Offer<'c> {
    pub name: Cow<'c, str>,
    pub kind: OfferKind<'c>,
    closeness: Closeness,
    quality: Quality,
    /// Position in the list of recent names.
    recent: usize,
    order: usize,
}

/// The offers for one typed word.
pub(super) struct Offers<'c> {
    typed: TypedText,
    recent: &'c [String],
    found: Vec<Offer<'c>>,
}

impl<'c> Offers<'c> {
    pub(super) fn new(typed: &str, recent: &'c [String]) -> Self {
        let recent = recent.get(..MAX_RECENT).unwrap_or(recent);
        Self { typed: TypedText::new(typed), recent, found: Vec::new() }
    }

    pub(super) fn typed(&self) -> &TypedText {
        &self.typed
    }

    pub(super) fn matches(&self, name: &str) -> bool {
        self.typed.quality(name).is_some()
    }

    /// Adds an offer if the typed word matches its name.
    pub(super) fn add(&mut self, closeness: Closeness, name: impl Into<Cow<'c, str>>, kind: OfferKind<'c>) {
        let name = name.into();
        let is_close = |quality: &Quality| *quality <= Quality::LaterWords || !matches!(kind, OfferKind::Keyword);
        if let Some(quality) = self.typed.quality(&name).filter(is_close) {
            self.push(closeness, name, kind, quality);
        }
    }

    /// Adds an offer that is found by another name: a join by that of its table.
    pub(super) fn add_found_by(
        &mut self,
        closeness: Closeness,
        by: &str,
        name: impl Into<Cow<'c, str>>,
        kind: OfferKind<'c>,
    ) {
        if let Some(quality) = self.typed.quality(by) {
            self.push(closeness, name.into(), kind, quality);
        }
    }

    fn push(&mut self, closeness: Closeness, name: Cow<'c, str>, kind: OfferKind<'c>, quality: Quality) {
        let is_same = |other: &String| other.len() == name.len() && other.eq_ignore_ascii_case(&name);
        let recent = self.recent.iter().position(is_same).unwrap_or(usize::MAX);
        let order = self.found.len();
        self.found.push(Offer { name, kind, closeness, quality, recent, order });
    }

    /// Returns the offers, the best first.
    pub(super) fn ranked(self, trigger: Trigger) -> Vec<Offer<'c>> {
        let mut found = self.found;
        let has_whole = !self.typed.is_empty() && found.iter().any(|offer| offer.quality == Quality::Whole);
        if has_whole && trigger == Trigger::Typed {
            // The word is complete. Only what continues it is of use.
            found.retain(|offer| offer.quality <= Quality::WordStarts);
        }
        let is_typed = !self.typed.is_empty();
        let key = |offer: &Offer<'_>| {
            let length = if offer.quality <= Quality::Prefix { 0 } else { offer.name.len() };
            let is_part = is_typed && offer.quality != Quality::Whole;
            let is_elsewhere = offer.closeness != Closeness::Place;
            (
                group(offer.quality),
                is_elsewhere,
                is_part,
                offer.closeness,
                offer.recent,
                offer.quality,
                length,
                offer.order,
            )
        };
        if found.len() > MAX_RANKED {
            found.select_nth_unstable_by_key(MAX_RANKED, key);
            found.truncate(MAX_RANKED);
        }
        found.sort_unstable_by_key(key);
        found
    }
}

/// Qualities between which closeness and recent use decide.
fn group(quality: Quality) -> u8 {
    match quality {
        Quality::Whole | Quality::Prefix | Quality::WordStarts => 0,
        Quality::LaterWords | Quality::Inside => 1,
        Quality::Letters => 2,
    }
}
