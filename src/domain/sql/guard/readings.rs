//! The ways in which the versions of one server read a text. A server may tell another version than its own (`--version`
//! of MariaDB, a proxy, an Aurora), and what stands in a versioned comment is code from that version on: so the text must
//! pass at every version that it names, and below all of them.

use std::collections::BTreeSet;

use super::Refusal;
use crate::domain::sql::Dialect;
use crate::domain::sql::lex::lex;

/// Why a text that passes at the version that was told is refused.
pub(super) const HINT: &str = "Leave the /*!version */ comment out: servers tell versions that are not their own.";

/// More versions than any text needs; each one is a reading of the whole text.
const MOST: usize = 16;

/// The dialect at each version at which the text changes, except where nothing is left of it (then nothing runs).
pub(super) fn others(text: &str, dialect: Dialect) -> Result<Vec<Dialect>, Refusal> {
    let versions = versions(text);
    if versions.is_empty() {
        return Ok(Vec::new());
    }
    if versions.len() > MOST {
        return Err(Refusal::new(
            0..text.len(),
            "The text names more versions of the server than rrx compares.",
            "Leave the /*!version */ comments out.",
        ));
    }
    let all = std::iter::once(0).chain(versions).map(|version| at(dialect, version));
    Ok(all.filter(|&other| !is_empty(text, other)).collect())
}

/// Every number that the text could name as a version, be it in a literal: one too many costs a reading, no more.
fn versions(text: &str) -> BTreeSet<u32> {
    let mut found = BTreeSet::new();
    for (start, _) in text.match_indices('!') {
        let digits: &str = text.get(start + 1..).unwrap_or_default();
        let count = digits.bytes().take(6).take_while(u8::is_ascii_digit).count();
        // Five digits, and six where there are six: products differ.
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
    lex(text, dialect).iter().all(|token| token.is_blank() || (token.is_marker() && !token.is_broken))
}
