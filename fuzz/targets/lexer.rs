//! Fuzz target: tokens cover the whole text, and so do the extents of the statements.

use std::collections::BTreeSet;

use rrx::domain::sql::highlight::classes;
use rrx::domain::sql::lex::lex;
use rrx::domain::sql::split::statements;

use super::{dialects, fingerprint};

/// Reads the bytes as SQL text in every dialect.
pub fn lexer(data: &[u8]) -> u64 {
    let text = String::from_utf8_lossy(data);
    let mut seen = BTreeSet::new();
    for dialect in dialects() {
        let tokens = lex(&text, dialect);
        let mut at = 0;
        for token in &tokens {
            assert_eq!(token.span.start, at, "tokens leave no gap");
            assert!(token.span.end > at && text.is_char_boundary(token.span.end), "a token ends between characters");
            at = token.span.end;
        }
        assert_eq!(at, text.len(), "tokens cover the text");
        seen.extend(tokens.windows(2).map(|pair| format!("{:?} {:?}", pair[0].kind, pair[1].kind)));

        let found = statements(&text, dialect);
        let mut covered = 0;
        for statement in &found {
            assert_eq!(statement.extent.start, covered, "extents leave no gap");
            assert!(
                statement.extent.start <= statement.span.start && statement.span.end <= statement.extent.end,
                "a statement is in its extent"
            );
            covered = statement.extent.end;
        }
        assert!(found.is_empty() || covered == text.len(), "extents cover the text");

        // Joining the statements with semicolons does not change them. This does not apply to a token without its end, which
        // would include the semicolon, and to two minus signs at the end of a statement, which become a comment.
        let texts: Vec<&str> = found.iter().map(|statement| &text[statement.span.clone()]).collect();
        if tokens.iter().all(|token| !token.is_broken) && texts.iter().all(|text| !text.ends_with('-')) {
            let joined = texts.join("\n;\n");
            let split: Vec<&str> =
                statements(&joined, dialect).into_iter().map(|statement| &joined[statement.span]).collect();
            assert_eq!(split, texts, "statements stay the same when they are joined");
        }
        let mut last = 0;
        for (span, _) in classes(&text, dialect) {
            assert!(last <= span.start && span.end <= text.len(), "classes are in order");
            last = span.end;
        }
    }
    fingerprint(seen)
}
