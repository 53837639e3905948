//! A JSON document in the inspector by keys: parts fold, the cursor stays in view, a search opens what it finds.

use rrx::app::Message;
use rrx::app::panes::inspector::ValueFormat;
use rrx::domain::protocol::StoreEvent;

use super::grid::{shown, with_rows};
use super::model::Bench;

const DOCUMENT: &str = r#"{"a": 1, "visits": [{"day": 1, "forms": ["vitals", "labs"]}, {"day": 8}], "dose": 3}"#;

/// The document, alone on the screen.
fn with_document(text: &str) -> Bench {
    let (mut bench, result) = with_rows(3);
    bench.keys("o");
    let value = Some(text.as_bytes().into());
    bench.feed(Message::Result(result, StoreEvent::Value { row: 0, column: 0, value }));
    assert!(bench.model.inspector.has_folds());
    bench
}

/// The line under the cursor.
fn here(bench: &Bench) -> String {
    let lines = bench.model.inspector.cursor_lines().expect("a cursor");
    bench.model.inspector.lines[lines.start].text().trim().to_owned()
}

#[test]
fn parts_fold_and_unfold_by_their_keys_and_the_hints_and_the_help_name_them() {
    let mut bench = with_document(DOCUMENT);
    assert_eq!(here(&bench), "▾ {");
    bench.keys("down down");
    assert_eq!(here(&bench), "▾ \"visits\": [");
    bench.keys("enter");
    assert_eq!(here(&bench), "▸ \"visits\": [ … 2 values ],");
    assert!(!shown(&bench).contains("vitals"));
    // Right opens it and then goes into it, left goes out and closes.
    bench.keys("right right");
    assert_eq!(here(&bench), "▾ {");
    bench.keys("left");
    assert_eq!(here(&bench), "▸ { … 2 keys },");
    bench.keys("left");
    assert_eq!(here(&bench), "▾ \"visits\": [");
    bench.keys("-");
    assert_eq!(here(&bench), "▸ \"visits\": [ … 2 values ],");
    bench.keys("+");
    assert!(shown(&bench).contains("vitals"));
    let screen = shown(&bench);
    assert!(screen.contains("Enter fold") && screen.contains("- fold all"), "{screen}");
    bench.keys("f1");
    let screen = shown(&bench);
    assert!(screen.contains("Fold or unfold this part of a JSON document"), "{screen}");
    bench.keys("esc end");
    assert_eq!(here(&bench), "}");
    bench.keys("home");
    assert_eq!((here(&bench).as_str(), bench.model.inspector.top), ("▾ {", 0));
}

#[test]
fn a_line_of_megabytes_is_drawn_in_part() {
    let bench = with_document(&format!(r#"{{"k": "{}", "b": [1, 2]}}"#, "x".repeat(3 << 20)));
    let drawn: usize = bench.model.inspector.lines.iter().map(|line| line.text().len()).sum();
    assert!(drawn < 20 << 10, "{drawn}");
    assert!(bench.model.inspector.lines.iter().any(|line| line.text().contains("more bytes")));
}

#[test]
fn a_search_opens_what_it_finds_and_another_form_does_not_fold() {
    let mut bench = with_document(DOCUMENT);
    bench.keys("- /");
    bench.text("labs");
    bench.keys("enter");
    assert_eq!(here(&bench), "\"labs\"");
    assert!(shown(&bench).contains("▸ { … 1 key }"), "the rest stays folded: {}", shown(&bench));
    bench.keys("n");
    assert_eq!(here(&bench), "\"labs\"");
    bench.keys("/");
    bench.text("nowhere");
    bench.keys("enter");
    assert!(shown(&bench).contains("No matches in the document."));
    bench.keys("m enter");
    assert_eq!(bench.model.inspector.format, Some(ValueFormat::Text));
    assert!(shown(&bench).contains("There is nothing to fold here: only a JSON value has parts."), "{}", shown(&bench));
}

#[test]
fn a_huge_document_costs_a_bounded_number_of_lines_and_its_last_value_is_found() {
    let items: Vec<String> = (0..30_000).map(|number| format!("{{\"n\": {number}}}")).collect();
    let mut bench = with_document(&format!("[{}]", items.join(",")));
    assert!(bench.model.inspector.lines.len() < 6_000, "{}", bench.model.inspector.lines.len());
    assert!(shown(&bench).contains("▸ { … 1 key },"), "it begins folded: {}", shown(&bench));
    bench.keys("+ end");
    assert!(bench.model.inspector.lines.len() < 6_000);
    // Where the cursor goes the drawing follows: to the end, up over the edge of what is drawn, to what is found.
    assert_eq!(here(&bench), "]");
    bench.keys("home");
    assert_eq!(here(&bench), "▾ [");
    bench.keys("/");
    bench.text("\"n\": 20000");
    bench.keys("enter");
    assert_eq!(here(&bench), "\"n\": 20000");
    assert!(shown(&bench).contains("\"n\": 20000"), "{}", shown(&bench));
    for _ in 0..3_000 {
        bench.keys("page-up");
    }
    assert_eq!(here(&bench), "▾ [");
    let more = format!("[{}]", "[1],".repeat(2 << 20).trim_end_matches(','));
    let (mut bench, result) = with_rows(3);
    bench.keys("o");
    let value = Some(more.as_bytes().into());
    bench.feed(Message::Result(result, StoreEvent::Value { row: 0, column: 0, value }));
    assert!(!bench.model.inspector.has_folds(), "one of so many bytes is shown as text");
}
