//! Offers what SHOW, DESCRIBE, USE and SET take.

use super::context::Context;
use super::offers::{Closeness, OfferKind, Offers};
use super::tables::{offer_databases, offer_tables};

const TARGETS: &[&str] = &[
    "TABLES",
    "COLUMNS FROM",
    "CREATE TABLE",
    "CREATE VIEW",
    "DATABASES",
    "INDEX FROM",
    "FULL COLUMNS FROM",
    "FULL TABLES",
    "TABLE STATUS",
    "VARIABLES LIKE",
    "STATUS LIKE",
    "WARNINGS",
    "ERRORS",
    "PROCESSLIST",
    "FULL PROCESSLIST",
    "GRANTS",
    "ENGINES",
    "COLLATION",
    "CHARACTER SET",
    "PLUGINS",
    "PRIVILEGES",
    "TRIGGERS",
    "EVENTS",
    "FUNCTION STATUS",
    "PROCEDURE STATUS",
    "CREATE FUNCTION",
    "CREATE PROCEDURE",
    "CREATE DATABASE",
    "OPEN TABLES",
    "PROFILES",
    "REPLICA STATUS",
];

/// Words after which SHOW names a table.
const OF_TABLE: &[&str] = &["COLUMNS", "FIELDS", "INDEX", "INDEXES", "KEYS"];

/// Offers what can follow in a SHOW statement. Returns `None` once the completion is stale.
pub(super) fn offer_show<'c>(context: &Context<'c>, offers: &mut Offers<'c>) -> Option<()> {
    let is = |count, words: &[&str]| words.iter().any(|word| context.is_before(count, word));
    let creates = is(1, &["CREATE"]) && is(0, &["TABLE", "VIEW"]);
    if creates || (is(0, &["FROM", "IN"]) && is(1, OF_TABLE)) {
        return offer_tables(context, offers);
    }
    if is(0, &["FROM", "IN"]) || is(0, &["DATABASE", "SCHEMA"]) {
        offer_databases(context, offers, Closeness::Scope);
        return Some(());
    }
    let (words, closeness): (&[&'static str], Closeness) = if is(0, &["SHOW"]) {
        (TARGETS, Closeness::Scope)
    } else if is(0, &["CREATE"]) {
        (&["TABLE", "VIEW", "DATABASE", "FUNCTION", "PROCEDURE", "TRIGGER", "EVENT"], Closeness::Scope)
    } else if is(0, &["FULL"]) {
        (&["COLUMNS FROM", "TABLES", "PROCESSLIST"], Closeness::Scope)
    } else if is(0, OF_TABLE) {
        (&["FROM"], Closeness::Scope)
    } else {
        (&["FROM", "LIKE", "WHERE", "STATUS"], Closeness::Scope)
    };
    for word in words {
        offers.add(closeness, *word, OfferKind::Keyword);
    }
    Some(())
}
