//! Finds the versions of a server that could read a text with versioned comments differently. A server may report a version
//! that is not its own (`--version` of MariaDB, a proxy, Aurora), so the guard checks the text for every version that it names,
//! and for a version below all of them.

use std::collections::BTreeSet;

use super::refusal::Refusal;
use crate::domain::sql::Dialect;
use crate::domain::sql::lex::lex;

/// The hint for a text that is allowed for the reported version only.
pub(super) const HINT: &str = "Remove the /*!version */ comment: servers may report a version that is not their own.";

/// The largest number of versions. Each one costs a check of the whole text.
const MAX_VERSIONS: usize = 16;

/// Returns the dialect of each version that the text names, except those in which no statement is left.
pub(super) fn other_dialects(text: &str, dialect: Dialect) -> Result<Vec<Dialect>, Refusal> {
    let versions = versions(text);
    if versions.is_empty() {
        return Ok(Vec::new());
    }
    if versions.len() > MAX_VERSIONS {
        return Err(Refusal::new(
            0..text.len(),
            "The text names too many server versions to check.",
            "Remove the /*!version */ comments.",
        ));
    }
    let all = std::iter::once(0).chain(versions).map(|version| at(dialect, version));
    Ok(all.filter(|&other| !is_empty(text, other)).collect())
}

/// Returns every number that could be a version, even in a literal: an extra one costs only a check.
fn versions(text: &str) -> BTreeSet<u32> {
    let mut found = BTreeSet::new();
    for (start, _) in text.match_indices('!') {
        let digits: &str = text.get(start + 1..).unwrap_or_default();
        let count = digits.bytes().take(6).take_while(u8::is_ascii_digit).count();
        // Some products read five digits, others six if there are six.
        for length in 5..=count {
            found.extend(digits.get(..length).and_then(|digits| digits.parse::<u32>().ok()));
        }
    }
    found
}

fn at(dialect: Dialect, version: u32) -> Dialect {
    let part = |value: u32| u16::try_from(value).unwrap_or(u16::MAX);
    Dialect { version: (part(version / 10_000), part(version / 100 % 100), part(version % 100)), ..dialect }
}

fn is_empty(text: &str, dialect: Dialect) -> bool {
    lex(text, dialect).iter().all(|token| token.is_ignored() || (token.is_marker() && !token.is_broken))
}
