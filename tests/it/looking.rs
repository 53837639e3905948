//! What a user meets who looks at results by keys: nothing out of sight, nothing of an older result, words that are exact.

use std::sync::Arc;

use rrx::app::focus::Focus;
use rrx::app::panes::inspector::Shows;
use rrx::app::{Effect, Message};
use rrx::domain::export::{CopiedText, CopyForm, CopyWriter};
use rrx::domain::port::{End, HostCmd, Progress, ResultId, StoreNews};
use rrx::domain::results::{Cell, ChunkBuilder, Column, Origin, Shown, Window, WireType};

use super::grid::{front, shown};
use super::model::{Bench, report};

fn column(name: &str, wire: WireType) -> Column {
    Column {
        name: name.into(),
        table: "s".into(),
        origin: Origin { schema: "clinspark".into(), table: "subject".into(), column: name.into() },
        wire,
        flags: 0,
        length: 20,
        decimals: 0,
        charset: 63,
    }
}

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
    bench.feed(Message::Result(result, StoreNews::Opened(columns.into())));
    let progress = Progress { rows: count, bytes: 10, end: Some(End::Complete) };
    bench.feed(Message::Result(result, StoreNews::Progress(progress)));
    let one = Shown::Bytes { head: b"1".as_slice().into(), length: 1 };
    let cells = vec![one; columns.len() * usize::try_from(count.min(100)).unwrap()];
    let window = Window { view: 0, first: 0, columns: columns.len(), cells };
    bench.feed(Message::Result(result, StoreNews::Window(Arc::new(window))));
    bench.session(rrx::domain::port::SessionNews::Ended { result, report: report(End::Complete, count) });
}

/// Goes into the inspector with the whole value under the cursor.
fn open_value(bench: &mut Bench, bytes: &[u8]) {
    bench.keys("o");
    let (id, row, column) = (front(bench).id, front(bench).row, front(bench).column().unwrap());
    bench.feed(Message::Result(id, StoreNews::Value { row, column, value: Some(bytes.into()) }));
    assert!(matches!(bench.model.inspector.shows, Shows::Value { .. }));
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
    bench.model.aside.notice.as_ref().map(|notice| notice.text.clone()).unwrap_or_default()
}

#[test]
fn columns_that_stay_never_hide_the_cursor() {
    let columns: Vec<Column> = (1..=45).map(|n| column(&format!("column_{n}_x"), WireType::LongLong)).collect();
    let mut bench = with_columns(&columns, 3);
    bench.keys("$ z");
    assert_eq!(notice(&bench), "only 10 of 45 columns fit beside the others; z again lets go");
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
    assert_eq!(bench.model.focus, Focus::Inspector);
    // A new run.
    bench.keys("f5");
    assert_eq!(bench.model.inspector.shows, Shows::Nothing);
    assert_ne!(bench.model.focus, Focus::Inspector);
    assert!(!shown(&bench).contains("old"));

    // The same result stays what it was; what is kept stays too, until it is let go.
    let mut bench = with_columns(&columns, 3);
    open_value(&mut bench, b"old");
    bench.keys("f6 f6 f6");
    assert!(matches!(bench.model.inspector.shows, Shows::Value { .. }));
    let mut bench = with_columns(&columns, 3);
    open_value(&mut bench, b"old");
    bench.keys("P esc X");
    assert!(matches!(bench.model.inspector.shows, Shows::Value { .. }));
    bench.keys("f6");
    while bench.model.focus != Focus::Inspector {
        bench.keys("f6");
    }
    bench.keys("P");
    assert_eq!(bench.model.inspector.shows, Shows::Nothing);

    // Another one comes to front, or it is closed.
    let mut bench = with_columns(&columns, 3);
    bench.keys("P f4 f6 f6");
    let second = bench.run();
    arrive(&mut bench, second, &columns, 3);
    while bench.model.focus != Focus::Grid {
        bench.keys("f6");
    }
    bench.keys("space");
    assert!(matches!(bench.model.inspector.shows, Shows::Row { .. }));
    while bench.model.focus != Focus::Grid {
        bench.keys("f6");
    }
    bench.keys("[");
    assert_eq!(bench.model.inspector.shows, Shows::Nothing);
    bench.keys("] space");
    assert!(matches!(bench.model.inspector.shows, Shows::Row { .. }));
    // A value that comes late, for a result behind the one in front, is shown to nobody.
    while bench.model.focus != Focus::Grid {
        bench.keys("f6");
    }
    bench.keys("o [");
    bench.feed(Message::Result(second, StoreNews::Value { row: 0, column: 0, value: None }));
    assert_eq!(bench.model.inspector.shows, Shows::Nothing);
}

/// What is said of a copy of a text column's values in a form.
fn said(form: CopyForm, values: &[Option<&str>]) -> (String, Option<(String, String)>) {
    let name = Column { charset: 45, ..column("name", WireType::VarString) };
    let mut writer = CopyWriter::new(form, vec![name.clone()]);
    let mut chunk = ChunkBuilder::new(1);
    for value in values {
        chunk.push(std::iter::once(value.map_or(Cell::Null, |value| Cell::Bytes(value.as_bytes()))));
    }
    writer.chunk(&chunk.take());
    let mut bench = with_columns(&[name], 3);
    let result = front(&bench).id;
    bench.feed(Message::Result(result, StoreNews::Copied(Arc::new(writer.finish()))));
    let copied = copied(&mut bench);
    (notice(&bench), copied)
}

#[test]
fn a_copy_says_what_is_in_the_text_and_what_is_not() {
    let what = |form, values: &[Option<&str>]| said(form, values).1.unwrap().1;
    let (words, sent) = said(CopyForm::Value, &[Some("")]);
    assert_eq!((words.as_str(), sent), ("the value is empty: nothing was copied", None));
    assert_eq!(what(CopyForm::Value, &[Some("a"), None]), "2 values");
    assert_eq!(
        said(CopyForm::InList, &[Some("a"), None, Some("a")]).1.unwrap(),
        ("IN ('a')".to_owned(), "1 different value as IN (…) (1 NULL left out, which IN never finds)".to_owned())
    );
    assert_eq!(what(CopyForm::InList, &[Some("a"), Some("b")]), "2 values as IN (…)");
    assert_eq!(
        what(CopyForm::InList, &[None, Some("a"), None]),
        "1 value as IN (…) (2 NULLs left out, which IN never finds)"
    );
    let (words, sent) = said(CopyForm::InList, &[None]);
    assert_eq!((words.as_str(), sent), ("there is no value but NULL, which IN never finds: nothing was copied", None));

    let of = |cells, as_hex| {
        let mut bench = with_columns(&[column("id", WireType::LongLong)], 3);
        let copied = CopiedText { text: "x".into(), cells, as_hex, ..CopiedText::default() };
        let result = front(&bench).id;
        bench.feed(Message::Result(result, StoreNews::Copied(Arc::new(copied))));
        self::copied(&mut bench).unwrap().1
    };
    assert_eq!(of(3_000_000, 0), "3,000,000 values");
    assert_eq!(of(1, 1), "1 value, in hexadecimal");
    assert_eq!(of(1200, 1100), "1,200 values, 1,100 of them in hexadecimal");
}

#[test]
fn keys_that_can_do_nothing_say_so() {
    let mut bench = with_columns(&[column("id", WireType::LongLong)], 1711);
    bench.keys(":");
    bench.text("99999");
    bench.keys("enter");
    assert_eq!((front(&bench).row, notice(&bench).as_str()), (1710, "the last row is 1,711"));
    bench.keys(":");
    bench.text("1711");
    bench.keys("enter");
    assert_eq!((front(&bench).row, notice(&bench).as_str()), (1710, ""));
    bench.keys("X");
    bench.keys("X");
    assert_eq!(notice(&bench), "there is no result to close");
    bench.keys("u");
    assert_eq!(notice(&bench), "there is no result here yet");
    let mut bench = Bench::connected(160, 45);
    bench.keys("ctrl-z");
    assert_eq!(notice(&bench), "there is nothing to undo");

    // What is wrong with a condition stands under it, and nowhere else.
    let mut bench = with_columns(&[column("id", WireType::LongLong)], 3);
    bench.keys("f");
    bench.text("nam = 1");
    bench.keys("enter");
    assert_eq!(notice(&bench), "");
    assert_eq!(shown(&bench).matches("There is no column `nam`").count(), 1);
}
