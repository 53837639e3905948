//! What a user meets who looks at results by keys: nothing out of sight, nothing of an older result, words that are exact.

use std::sync::Arc;

use rrx::app::Message;
use rrx::app::focus::Focus;
use rrx::domain::port::{End, Progress, StoreNews};
use rrx::domain::results::{Column, Origin, Shown, Window, WireType};

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
    bench.feed(Message::Result(result, StoreNews::Opened(columns.into())));
    let progress = Progress { rows: count, bytes: 10, end: Some(End::Complete) };
    bench.feed(Message::Result(result, StoreNews::Progress(progress)));
    let one = Shown::Bytes { head: b"1".as_slice().into(), length: 1 };
    let cells = vec![one; columns.len() * usize::try_from(count.min(100)).unwrap()];
    let window = Window { view: 0, first: 0, columns: columns.len(), cells };
    bench.feed(Message::Result(result, StoreNews::Window(Arc::new(window))));
    bench.session(rrx::domain::port::SessionNews::Ended { result, report: report(End::Complete, count) });
    bench.keys("f6 f4");
    assert_eq!(bench.model.focus, Focus::Grid);
    bench.effects.clear();
    bench
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
