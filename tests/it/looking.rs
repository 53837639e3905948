//! What a user meets who looks at results by keys: nothing out of sight, nothing of an older result, words that are exact.

use std::sync::Arc;

use rrx::app::focus::Focus;
use rrx::app::panes::inspector::InspectorContent;
use rrx::app::{Effect, Message};
use rrx::domain::catalog::{Catalog, ColumnAccess};
use rrx::domain::export::{CopiedText, CopyFormat, CopyWriter};
use rrx::domain::protocol::{
    End, HostCmd, PrivilegeScope, Progress, ResultId, ServerFacts, SessionEvent, StorageCmd, StoreEvent,
};
use rrx::domain::results::{BINARY_COLLATION, Cell, CellPreview, ChunkBuilder, Column, Window, WireType};

use super::grid::{column, front, shown};
use super::model::{Bench, report};

/// A connected bench with a result of these columns, the results in focus and alone on the screen.
fn with_columns(columns: &[Column], count: u64) -> Bench {
    let mut bench = Bench::connected(160, 45);
    bench.text("SELECT * FROM subject;");
    let result = bench.run();
    arrive(&mut bench, result, columns, count);
    bench.keys("f6 f4");
    assert_eq!(bench.model.focus, Focus::Grid);
    bench.effects.clear();
    bench
}

fn arrive(bench: &mut Bench, result: ResultId, columns: &[Column], count: u64) {
    bench.feed(Message::Result(result, StoreEvent::Opened(columns.into())));
    let progress = Progress { rows: count, bytes: 10, end: Some(End::Complete) };
    bench.feed(Message::Result(result, StoreEvent::Progress(progress)));
    let one = CellPreview::Bytes { head: b"1".as_slice().into(), length: 1 };
    let cells = vec![one; columns.len() * usize::try_from(count.min(100)).unwrap()];
    let window = Window { view: 0, first: 0, columns: columns.len(), cells };
    bench.feed(Message::Result(result, StoreEvent::Window(Arc::new(window))));
    bench.session(rrx::domain::protocol::SessionEvent::Ended { result, report: report(End::Complete, count) });
}

/// Goes into the inspector with the whole value under the cursor.
fn open_value(bench: &mut Bench, bytes: &[u8]) {
    bench.keys("o");
    let (id, row, column) = (front(bench).id, front(bench).row, front(bench).column().unwrap());
    bench.feed(Message::Result(id, StoreEvent::Value { row, column, value: Some(bytes.into()) }));
    assert!(matches!(bench.model.inspector.content, InspectorContent::Value { .. }));
}

/// The text that goes to the clipboard, and what is said of it; `None` where nothing goes there.
fn copied(bench: &mut Bench) -> Option<(String, String)> {
    let at = bench.effects.iter().position(|effect| matches!(effect, Effect::Host(_)))?;
    match bench.effects.remove(at) {
        Effect::Host(HostCmd::Copy { copy, .. }) => Some((copy.text.to_string(), copy.what)),
        _ => None,
    }
}

fn notice(bench: &Bench) -> String {
    bench.model.notices.current.as_ref().map(|notice| notice.text.clone()).unwrap_or_default()
}

#[test]
fn columns_that_stay_never_hide_the_cursor() {
    let columns: Vec<Column> = (1..=45).map(|n| column(&format!("column_{n}_x"), WireType::LongLong)).collect();
    let mut bench = with_columns(&columns, 3);
    bench.keys("$ z");
    assert_eq!(notice(&bench), "Only 10 of 45 columns fit next to the others. z unfreezes them.");
    let screen = shown(&bench);
    assert!(screen.contains("column_1_x") && screen.contains("column_45_x"), "{screen}");
    bench.keys("left left left left left");
    assert!(shown(&bench).contains("column_40_x"));
    bench.keys("$ z");
    assert_eq!((front(&bench).layout.frozen(), notice(&bench).as_str()), (0, ""));
}

#[test]
fn the_inspector_shows_nothing_of_a_result_that_is_gone_or_not_in_front() {
    let columns = [column("id", WireType::LongLong)];
    let mut bench = with_columns(&columns, 3);
    open_value(&mut bench, b"old");
    bench.keys("alt-4");
    // A new run.
    bench.keys("f5");
    assert_eq!(bench.model.inspector.content, InspectorContent::Nothing);
    assert_ne!(bench.model.focus, Focus::Inspector);
    assert!(!shown(&bench).contains("old"));

    // The same result stays what it was; what is kept stays too, until it is let go.
    let mut bench = with_columns(&columns, 3);
    open_value(&mut bench, b"old");
    bench.keys("alt-1 alt-2 alt-3");
    assert!(matches!(bench.model.inspector.content, InspectorContent::Value { .. }));
    let mut bench = with_columns(&columns, 3);
    open_value(&mut bench, b"old");
    bench.keys("alt-4 P esc X");
    assert!(matches!(bench.model.inspector.content, InspectorContent::Value { .. }));
    bench.keys("alt-4 P");
    assert_eq!(bench.model.inspector.content, InspectorContent::Nothing);

    // Another one comes to front, or it is closed.
    let mut bench = with_columns(&columns, 3);
    bench.keys("P f4 f6 f6");
    let second = bench.run();
    arrive(&mut bench, second, &columns, 3);
    while bench.model.focus != Focus::Grid {
        bench.keys("f6");
    }
    bench.keys("space");
    assert!(matches!(bench.model.inspector.content, InspectorContent::Row { .. }));
    while bench.model.focus != Focus::Grid {
        bench.keys("f6");
    }
    bench.keys("[");
    assert_eq!(bench.model.inspector.content, InspectorContent::Nothing);
    bench.keys("] space");
    assert!(matches!(bench.model.inspector.content, InspectorContent::Row { .. }));
    // A value that comes late, for a result behind the one in front, is shown to nobody.
    while bench.model.focus != Focus::Grid {
        bench.keys("f6");
    }
    bench.keys("o [");
    bench.feed(Message::Result(second, StoreEvent::Value { row: 0, column: 0, value: None }));
    assert_eq!(bench.model.inspector.content, InspectorContent::Nothing);
}

/// What is said of a copy of a text column's values in a form.
fn said(form: CopyFormat, values: &[Option<&str>]) -> (String, Option<(String, String)>) {
    let name = Column { charset: 45, ..column("name", WireType::VarString) };
    let mut writer = CopyWriter::new(form, vec![name.clone()]);
    let mut chunk = ChunkBuilder::new(1);
    for value in values {
        chunk.push(std::iter::once(value.map_or(Cell::Null, |value| Cell::Bytes(value.as_bytes()))));
    }
    writer.chunk(&chunk.take());
    let mut bench = with_columns(&[name], 3);
    let result = front(&bench).id;
    bench.feed(Message::Result(result, StoreEvent::Copied(Arc::new(writer.finish()))));
    let copied = copied(&mut bench);
    (notice(&bench), copied)
}

#[test]
fn a_copy_says_what_is_in_the_text_and_what_is_not() {
    let what = |form, values: &[Option<&str>]| said(form, values).1.unwrap().1;
    let (words, sent) = said(CopyFormat::Value, &[Some("")]);
    assert_eq!((words.as_str(), sent), ("The value is empty. Nothing was copied.", None));
    assert_eq!(what(CopyFormat::Value, &[Some("a"), None]), "2 values");
    assert_eq!(
        said(CopyFormat::InList, &[Some("a"), None, Some("a")]).1.unwrap(),
        ("IN ('a')".to_owned(), "1 distinct value as IN (…) (1 NULL left out: IN never matches it)".to_owned())
    );
    assert_eq!(what(CopyFormat::InList, &[Some("a"), Some("b")]), "2 values as IN (…)");
    assert_eq!(
        what(CopyFormat::InList, &[None, Some("a"), None]),
        "1 value as IN (…) (2 NULLs left out: IN never matches it)"
    );
    let (words, sent) = said(CopyFormat::InList, &[None]);
    assert_eq!((words.as_str(), sent), ("All values are NULL, which IN never matches. Nothing was copied.", None));

    let of = |cells, as_hex| {
        let mut bench = with_columns(&[column("id", WireType::LongLong)], 3);
        let copied = CopiedText { text: "x".into(), cells, as_hex, ..CopiedText::default() };
        let result = front(&bench).id;
        bench.feed(Message::Result(result, StoreEvent::Copied(Arc::new(copied))));
        self::copied(&mut bench).unwrap().1
    };
    assert_eq!(of(3_000_000, 0), "3,000,000 values");
    assert_eq!(of(1, 1), "1 value in hexadecimal");
    assert_eq!(of(1200, 1100), "1,200 values (1,100 of them in hexadecimal)");
}

#[test]
fn keys_that_can_do_nothing_say_so() {
    let mut bench = with_columns(&[column("id", WireType::LongLong)], 1711);
    bench.keys(":");
    bench.text("99999");
    bench.keys("enter");
    assert_eq!((front(&bench).row, notice(&bench).as_str()), (1710, "The last row is 1,711."));
    bench.keys(":");
    bench.text("1711");
    bench.keys("enter");
    assert_eq!((front(&bench).row, notice(&bench).as_str()), (1710, ""));
    bench.keys("X");
    bench.keys("X");
    assert_eq!(notice(&bench), "There is no result yet. F5 runs the statement at the cursor.");
    bench.keys("u");
    assert_eq!(notice(&bench), "There is no result yet. F5 runs the statement at the cursor.");
    let mut bench = Bench::connected(160, 45);
    bench.keys("ctrl-z");
    assert_eq!(notice(&bench), "There is nothing to undo. Ctrl-Y redoes a change.");

    // What is wrong with a condition stands under it, and nowhere else.
    let mut bench = with_columns(&[column("id", WireType::LongLong)], 3);
    bench.keys("f");
    bench.text("nam = 1");
    bench.keys("enter");
    assert_eq!(notice(&bench), "");
    assert_eq!(shown(&bench).matches("There is no column `nam`").count(), 1);
}

#[test]
fn another_zone_is_for_times_and_says_as_what_a_time_without_one_is_read() {
    let created = Column { decimals: 3, ..column("created", WireType::DateTime) };
    let columns = [column("n", WireType::LongLong), column("day", WireType::Date), created];
    let mut bench = with_columns(&columns, 3);
    bench.keys("Z");
    assert_eq!(notice(&bench), "`n` is not a time. It has no time zone.");
    assert!(!bench.model.overlays.is_modal());
    bench.keys("right Z");
    assert_eq!(notice(&bench), "`day` is a date without a time. It has no time zone.");
    bench.keys("right");
    let width = front(&bench).layout.width(2);
    let zone = |bench: &mut Bench, name: &str| {
        bench.keys("Z");
        bench.text(name);
        bench.keys("enter");
    };
    zone(&mut bench, "Asia/Tokyo");
    let screen = shown(&bench);
    assert!(screen.contains("datetime(3) (no zone) read as +00:00 → Asia/Tokyo"), "{screen}");
    zone(&mut bench, "Europe/Berlin");
    bench.keys("< <");
    assert!(shown(&bench).contains("datetime(3) read as +00:00 → Europe/Berlin"), "{}", shown(&bench));
    bench.keys("< < <");
    assert!(shown(&bench).contains(" read as +00:00 → Europe/Berlin"), "{}", shown(&bench));
    zone(&mut bench, "none");
    assert_eq!(front(&bench).layout.width(2), width);
    assert!(!shown(&bench).contains("Berlin"));
}

#[test]
fn the_chart_list_begins_with_the_cursors_column_and_hides_nothing() {
    let status = column("status", WireType::LongLong);
    let mut columns: Vec<Column> = (1..=60).map(|n| column(&format!("c{n}"), WireType::LongLong)).collect();
    columns.extend([status.clone(), status]);
    let mut bench = with_columns(&columns, 3);
    bench.keys("$ d");
    let names = |bench: &Bench| -> Vec<String> {
        bench.model.overlays.modal().unwrap().items.iter().map(|item| item.name.clone()).collect()
    };
    let list = names(&bench);
    assert_eq!((list.len(), list[0].as_str(), list[1].as_str()), (62, "status #62", "c1"));
    bench.keys("enter");
    let list = names(&bench);
    assert_eq!((list.len(), list[0].as_str(), list[1].as_str()), (2 * 61, "c1 (bars)", "c1 (line)"));
    assert!(list.iter().all(|name| !name.contains("status #62")), "{list:?}");
    bench.text("status #61 line");
    bench.keys("enter");
    let wide: Vec<Column> = (1..=2_010).map(|n| column(&format!("c{n}"), WireType::LongLong)).collect();
    let mut bench = with_columns(&wide, 3);
    bench.keys("d");
    assert_eq!(names(&bench).last().unwrap(), "10 more columns are not listed");
}

#[test]
fn a_result_next_to_others_has_its_number_and_its_statement() {
    let columns = [column("id", WireType::LongLong)];
    let mut bench = with_columns(&columns, 3);
    assert!(shown(&bench).contains("┏ SELECT * FROM subject ─ all 3 rows"), "{}", shown(&bench));
    bench.keys("P f4 f6 f6");
    let second = bench.run();
    arrive(&mut bench, second, &columns, 2);
    while bench.model.focus != Focus::Grid {
        bench.keys("f6");
    }
    bench.keys("f4");
    assert!(shown(&bench).contains("2/2 SELECT * FROM subject ─ all 2 rows"), "{}", shown(&bench));
    assert!(shown(&bench).contains("next result"), "{}", shown(&bench));
    bench.keys("[");
    assert!(shown(&bench).contains("1/2 kept SELECT * FROM subject ─ all 3 rows"), "{}", shown(&bench));
}

#[test]
fn hints_offer_what_does_something() {
    let photo = column("photo", WireType::Blob);
    let mut bench = with_columns(&[photo], 3);
    bench.keys(":");
    assert!(!shown(&bench).contains("PgDn more"), "{}", shown(&bench));
    bench.keys("esc Z");
    open_value(&mut bench, &[0xff, 0xfe]);
    let screen = shown(&bench);
    assert!(!screen.contains("PgDn more") && !screen.contains("next format"), "{screen}");
    bench.keys("m");
    assert_eq!(notice(&bench), "This value has only one format: hexadecimal.");
    bench.keys("esc");
    open_value(&mut bench, "a line\n".repeat(90).as_bytes());
    let screen = shown(&bench);
    assert!(screen.contains("PgDn more") && screen.contains("next format"), "{screen}");
}

#[test]
fn what_is_copied_of_a_value_is_in_the_form_that_shows() {
    let mut bench = with_columns(&[Column { charset: 45, ..column("remark", WireType::VarString) }], 3);
    open_value(&mut bench, b"Az");
    bench.keys("y");
    assert_eq!(copied(&mut bench), Some(("Az".into(), "the value".into())));
    bench.keys("m y");
    assert_eq!(copied(&mut bench), Some(("x'417A'".into(), "the value in hexadecimal".into())));
    bench.keys("esc");
    open_value(&mut bench, b"");
    bench.keys("y");
    assert_eq!(copied(&mut bench), None);
    assert_eq!(notice(&bench), "The value is empty. Nothing was copied.");
}

#[test]
fn a_search_in_a_value_says_which_match_of_how_many() {
    let mut bench = with_columns(&[column("document", WireType::Json)], 3);
    open_value(&mut bench, br#"{"a": "x", "b": ["x", "y"], "c": "x"}"#);
    bench.keys("/");
    bench.text("x");
    bench.keys("enter");
    assert!(shown(&bench).contains("match 1 of 3"), "{}", shown(&bench));
    bench.keys("n");
    assert!(shown(&bench).contains("match 2 of 3"));
    bench.keys("N N");
    assert!(shown(&bench).contains("match 3 of 3"));
    // The first Esc ends the search, the second one closes the value.
    bench.keys("esc");
    assert!(!shown(&bench).contains("match") && shown(&bench).contains("as JSON"));
    bench.keys("esc");
    open_value(&mut bench, b"x\ny\nx\n");
    assert!(!shown(&bench).contains("match"));
    bench.keys("/");
    bench.text("x");
    bench.keys("enter n");
    assert!(shown(&bench).contains("match 2 of "), "{}", shown(&bench));
}

#[test]
fn a_remedy_is_shown_as_a_key_or_a_command() {
    use rrx::domain::problem::{Problem, ProblemKind, Remedy};
    let mut bench = Bench::connected(160, 45);
    for (remedy, expected) in [
        (Remedy::Reconnect, "Alt-R  reconnect"),
        (Remedy::ChooseProfile, "choose another profile"),
        (Remedy::Doctor, "rrx doctor eu  check the connection"),
        (Remedy::Settings, "rrx profiles list  list the profiles"),
    ] {
        let problem = Problem::new(ProblemKind::Route, "The catalog cannot be read").then(remedy);
        bench.session(rrx::domain::protocol::SessionEvent::CatalogFailed(problem));
        let lines: Vec<String> = bench
            .model
            .inspector
            .lines
            .iter()
            .map(|line| line.0.iter().map(|part| part.0.as_str()).collect())
            .collect();
        let text = lines.join(" ");
        assert!(text.contains(expected), "{expected}: {text}");
    }
}

/// A catalog in which the account may not read the column `study_id` of the table `study`.
fn catalog_with_a_column_that_may_not_be_read() -> Catalog {
    let mut catalog = super::grid::catalog_with_a_key();
    let study = catalog.schemas[0].tables.iter_mut().find(|table| table.name == "study").unwrap();
    study.columns[1].access = ColumnAccess::NotReadable;
    catalog
}

#[test]
fn a_preview_names_the_columns_if_the_account_may_have_single_columns_only() {
    for (privileges, statement) in [
        (PrivilegeScope::WholeTables, "SELECT * FROM study LIMIT 200"),
        (PrivilegeScope::MaybeColumns, "SELECT id, name FROM study LIMIT 200"),
    ] {
        let mut bench = Bench::connected(160, 45);
        bench.session(SessionEvent::Ready(Arc::new(ServerFacts { privileges, ..super::model::facts() })));
        bench.session(SessionEvent::Catalog(Arc::new(catalog_with_a_column_that_may_not_be_read())));
        bench.effects.clear();
        bench.keys("alt-1");
        let study = InspectorContent::Table { schema: "clinspark".into(), table: "study".into() };
        while bench.model.inspector.content != study {
            bench.keys("down");
        }
        bench.keys("p");
        let begin = bench.take(|effect| matches!(effect, Effect::Storage(StorageCmd::Begin { .. })));
        let Effect::Storage(StorageCmd::Begin { statement: begun, .. }) = begin else { unreachable!() };
        assert_eq!(begun.checked().text(), statement);
    }
}

#[test]
fn a_copy_of_a_binary_column_is_hexadecimal_for_every_value() {
    let address = Column { charset: BINARY_COLLATION, ..column("address", WireType::VarString) };
    // inet6_aton('10.0.0.1') could be text.
    let values = [&[10, 0, 0, 1][..], &[0xff, 0, 0, 1], b"text", b""];
    for (format, expected) in [
        (CopyFormat::Value, "x'0A000001'\nx'FF000001'\nx'74657874'\nx''"),
        (CopyFormat::Tsv, "address\nx'0A000001'\nx'FF000001'\nx'74657874'\nx''\n"),
    ] {
        let mut writer = CopyWriter::new(format, vec![address.clone()]);
        let mut chunk = ChunkBuilder::new(1);
        for value in values {
            chunk.push(std::iter::once(Cell::Bytes(value)));
        }
        writer.chunk(&chunk.take());
        let copied = writer.finish();
        assert_eq!((copied.text.as_str(), copied.as_hex), (expected, 4));
    }
}

#[test]
fn the_inspector_shows_and_copies_a_binary_value_in_hexadecimal_first() {
    let address = Column { charset: BINARY_COLLATION, ..column("address", WireType::VarString) };
    let mut bench = with_columns(&[address], 3);
    let result = front(&bench).id;
    bench.keys("enter");
    let value = Some(Arc::from(&b"text"[..]));
    bench.feed(Message::Result(result, StoreEvent::Value { row: 0, column: 0, value }));
    bench.keys("y");
    assert_eq!(copied(&mut bench), Some(("x'74657874'".into(), "the value in hexadecimal".into())));
}

#[test]
fn a_text_that_is_too_long_for_a_field_is_not_pasted_and_its_size_is_named() {
    let mut bench = Bench::connected(160, 45);
    for keys in ["ctrl-p", "esc alt-1 /"] {
        bench.keys(keys);
        bench.feed(Message::Paste("x".repeat(2 << 20)));
        let notice = bench.model.notices.current.as_ref().unwrap().text.clone();
        assert_eq!(notice, "Not pasted: 2.0 MiB are too long for a field, which takes 8.0 KiB.");
        assert!(!shown(&bench).contains("xxx"));
        bench.feed(Message::Paste("short".into()));
        assert!(shown(&bench).contains("short"));
    }
}
