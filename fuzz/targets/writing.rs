//! Fuzz target: what reads a statement while it is written never panics, and keeps to the text: parameters, formatter, checks, offers.

use rrx::domain::catalog::{Catalog, NameCase};
use rrx::domain::sql::SessionPins;
use rrx::domain::sql::check::{CheckInput, check};
use rrx::domain::sql::format::{KeywordCase, format};
use rrx::domain::sql::parameters::named_parameters;
use rrx::domain::sql::scope::{KnownNames, read};

use super::{dialects, fingerprint};

/// Reads the bytes as a statement in every dialect.
pub fn writing(data: &[u8]) -> u64 {
    let text = String::from_utf8_lossy(data);
    let catalog = Catalog::default();
    let known = KnownNames { catalog: &catalog, database: None, name_case: NameCase::Ignored };
    let mut seen = Vec::new();
    for dialect in dialects() {
        for parameter in named_parameters(&text, dialect) {
            for span in &parameter.spans {
                assert_eq!(text.get(span.clone()), Some(format!(":{}", parameter.name).as_str()), "a span is its name");
            }
        }
        if let Ok(formatted) = format(&text, dialect, KeywordCase::AsTyped) {
            let again = format(&formatted, dialect, KeywordCase::AsTyped);
            assert_eq!(again.as_ref(), Ok(&formatted), "a formatted text stays as it is");
        }
        let middle = (0..=text.len() / 2).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
        let scope = read(&text, Some(middle), dialect, known);
        let pins = SessionPins::default();
        let input = CheckInput { statement: &text, cursor: None, dialect, known, pins: &pins, rules: &[] };
        let findings = check(&input);
        for finding in &findings {
            assert!(text.get(finding.span.clone()).is_some(), "a finding is in the text");
        }
        seen.push((scope.refs.len().min(8), findings.iter().map(|finding| finding.kind.name()).collect::<Vec<_>>()));
    }
    fingerprint(seen)
}
