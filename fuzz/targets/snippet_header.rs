//! Fuzz target: writing and rereading a snippet's file does not change the snippet.

use rrx::domain::snippets::{Snippet, render};

use super::fingerprint;

/// Reads the bytes as a snippet's file, writes and rereads it, and does the same with another title.
pub fn snippet_header(data: &[u8]) -> u64 {
    let text = String::from_utf8_lossy(data);
    match Snippet::parse("name", &text) {
        Ok(snippet) => {
            let written = render(&snippet);
            assert_eq!(
                Snippet::parse("name", &written).as_ref(),
                Ok(&snippet),
                "rereading the file gives the same snippet"
            );
            let title: String = text.chars().rev().take(20).collect();
            let renamed = Snippet { title, tags: vec!["*/".into(), "\"".into()], ..snippet.clone() };
            let read = Snippet::parse("name", &render(&renamed));
            let read = read.as_ref().unwrap_or_else(|problem| panic!("a changed title is readable: {problem}"));
            assert_eq!((&read.title, &read.tags), (&renamed.title, &renamed.tags), "a changed title is kept");
            assert_eq!((&read.statement, &read.params), (&renamed.statement, &renamed.params));
            fingerprint((
                snippet.tags.len().min(4),
                snippet.key.len().min(4),
                snippet.params.len().min(6),
                snippet.header.is_empty(),
            ))
        }
        Err(problem) => {
            assert!(problem.line >= 1 && problem.line <= text.lines().count().max(1), "the line is in the text");
            if let Some(usable) = &problem.usable {
                assert!(!usable.statement.trim().is_empty());
            }
            fingerprint(problem.reason.chars().take(24).collect::<String>())
        }
    }
}
