//! The inspector follows the cursor of the results, and the fields of a row are chosen, opened and copied.

use std::sync::Arc;

use rrx::app::focus::Focus;
use rrx::app::panes::inspector::InspectorContent;
use rrx::app::{Effect, Message};
use rrx::domain::export::CopyFormat;
use rrx::domain::protocol::{Progress, ResultId, ResultView, StoreCmd, StoreEvent, ViewId};
use rrx::domain::results::{CellPreview, Window, WireType};

use super::grid::{column, front, shown, with_rows};
use super::model::Bench;

fn cell(text: &str) -> CellPreview {
    CellPreview::Bytes { length: text.len() as u64, head: text.as_bytes().into() }
}

/// What the inspector shows: the row from 1, and the text of a value; a row has none.
fn detail(bench: &Bench) -> (u64, Option<String>) {
    match &bench.model.inspector.content {
        InspectorContent::Row { row, .. } => (row + 1, None),
        InspectorContent::Value { row, value, .. } => {
            let text = value.as_ref().map_or("NULL".to_owned(), |value| String::from_utf8_lossy(value).into_owned());
            (row + 1, Some(text))
        }
        other => panic!("{other:?}"),
    }
}

/// Takes the values that were requested from the store.
fn asked_values(bench: &mut Bench) -> Vec<(u64, usize)> {
    let values = bench.effects.iter().filter_map(|effect| match effect {
        Effect::Store(StoreCmd::Value { row, column, .. }) => Some((*row, *column)),
        _ => None,
    });
    let values = values.collect();
    bench.effects.clear();
    values
}

fn answer(bench: &mut Bench, result: ResultId, (row, column): (u64, usize), text: &str) {
    let value: Option<Arc<[u8]>> = Some(Arc::from(text.as_bytes()));
    bench.feed(Message::Result(result, StoreEvent::Value { row, column, value }));
}

#[test]
fn the_row_and_the_value_follow_the_cursor_until_they_are_kept() {
    let (mut bench, result) = with_rows(9);
    bench.keys("f4 space");
    assert_eq!((detail(&bench), bench.model.focus), ((1, None), Focus::Grid));
    bench.keys("down down");
    assert_eq!(detail(&bench), (3, None));
    assert!(shown(&bench).contains("Row 3"), "{}", shown(&bench));
    // A value that the window has whole needs no store.
    bench.keys("right right o");
    assert_eq!(asked_values(&mut bench), [(2, 2)]);
    answer(&mut bench, result, (2, 2), "SCR-0003");
    bench.keys("down");
    assert_eq!(detail(&bench), (4, Some("SCR-0004".into())));
    bench.keys("left left");
    assert_eq!(detail(&bench), (4, Some("4".into())));
    assert_eq!(asked_values(&mut bench), []);
    bench.keys("alt-4 P alt-3 down");
    assert_eq!(detail(&bench), (4, Some("4".into())));
    bench.keys("alt-4 P alt-3 down");
    assert_eq!(detail(&bench), (6, Some("6".into())));
}

#[test]
fn long_values_are_requested_one_at_a_time_and_the_newest_wins() {
    let (mut bench, result) = with_rows(9);
    let long = |row: u64| {
        [cell(&row.to_string()), cell("1"), CellPreview::Bytes { length: 9_000, head: b"x".as_slice().into() }]
    };
    let cells = (0..9).flat_map(long).collect();
    bench.feed(Message::Result(result, StoreEvent::Window(Arc::new(Window { view: 0, first: 0, columns: 3, cells }))));
    bench.keys("f4 end o");
    assert_eq!(asked_values(&mut bench), [(0, 2)]);
    answer(&mut bench, result, (0, 2), "first");
    bench.keys("down down down down");
    // Four steps are one request, and one more for where the cursor is when the answer comes.
    assert_eq!(asked_values(&mut bench), [(1, 2)]);
    answer(&mut bench, result, (1, 2), "second");
    assert_eq!(asked_values(&mut bench), [(4, 2)]);
    answer(&mut bench, result, (4, 2), "fifth");
    assert_eq!((detail(&bench), asked_values(&mut bench)), ((5, Some("fifth".into())), vec![]));
    // An answer that comes after the inspector was closed does not open it again.
    bench.keys("down esc");
    answer(&mut bench, result, (5, 2), "sixth");
    assert_eq!(bench.model.inspector.content, InspectorContent::Nothing);
}

#[test]
fn a_column_profile_stays_and_rows_that_are_not_loaded_follow_when_they_come() {
    let (mut bench, result) = with_rows(9);
    bench.keys("f4 i");
    let mut builder = rrx::domain::results::ProfileBuilder::new(&column("id", WireType::LongLong));
    builder.push(rrx::domain::results::Cell::Bytes(b"1"));
    let profile = Arc::new(builder.finish());
    bench.feed(Message::Result(result, StoreEvent::Profiled { column: 0, profile }));
    bench.keys("down right");
    assert!(matches!(bench.model.inspector.content, InspectorContent::Profile { .. }));
    let progress = Progress { rows: 5_000, bytes: 10, end: None };
    bench.feed(Message::Result(result, StoreEvent::Progress(progress)));
    bench.keys("space ctrl-end");
    assert_eq!(detail(&bench), (2, None));
    let cells = (4_900..5_000).flat_map(|row: u64| [cell(&row.to_string()), cell("1"), cell("a")]).collect();
    let window = Window { view: 0, first: 4_900, columns: 3, cells };
    bench.feed(Message::Result(result, StoreEvent::Window(Arc::new(window))));
    assert_eq!(detail(&bench), (5_000, None));
}

#[test]
fn a_field_of_the_row_is_chosen_opened_and_copied() {
    let (mut bench, result) = with_rows(9);
    bench.keys("f4 down space alt-4 down down up");
    assert_eq!((bench.model.inspector.field, bench.model.focus), (1, Focus::Inspector));
    bench.effects.clear();
    bench.keys("y");
    let copy = bench.take(|effect| matches!(effect, Effect::Store(StoreCmd::Copy { .. })));
    let Effect::Store(StoreCmd::Copy { rows, columns, format, .. }) = copy else { unreachable!() };
    assert_eq!((rows, columns, format), (1..2, vec![1], CopyFormat::Value));
    bench.keys("Y");
    let Effect::Host(rrx::domain::protocol::HostCmd::Copy { copy, .. }) =
        bench.take(|effect| matches!(effect, Effect::Host(_)))
    else {
        unreachable!()
    };
    assert_eq!((copy.text.lines().count(), copy.what.as_str()), (3, "the row's values"));
    // Enter shows the whole value, Backspace and Escape the row with the same field.
    for back in ["backspace", "esc"] {
        bench.effects.clear();
        bench.keys("enter");
        assert_eq!(asked_values(&mut bench), [(1, 1)]);
        answer(&mut bench, result, (1, 1), "whole");
        assert_eq!(detail(&bench), (2, Some("whole".into())));
        bench.keys(back);
        assert_eq!((detail(&bench), bench.model.inspector.field), ((2, None), 1));
    }
    // An open field stays the same field of the next row.
    bench.keys("enter");
    answer(&mut bench, result, (1, 1), "whole");
    bench.keys("alt-3 down right");
    assert_eq!(detail(&bench), (3, Some("2".into())));
    bench.keys("alt-4 backspace");
    assert_eq!((detail(&bench), bench.model.inspector.field), ((3, None), 1));
    bench.keys("esc");
    assert_eq!(bench.model.inspector.content, InspectorContent::Nothing);
}

#[test]
fn a_kept_row_of_another_order_says_that_its_field_cannot_be_opened() {
    let (mut bench, result) = with_rows(9);
    bench.keys("f4 space alt-4 P alt-3 s");
    bench.feed(Message::Result(result, StoreEvent::Arranged(ResultView { id: ViewId(1), rows: 9, of: 9 })));
    bench.effects.clear();
    bench.keys("alt-4 enter");
    assert_eq!(asked_values(&mut bench), []);
    let notice = &bench.model.notices.current.as_ref().unwrap().text;
    assert_eq!(notice, "The rows of this result are not shown in this order now.");
    assert_eq!(front(&bench).id, result);
}

#[test]
fn the_hints_of_a_row_and_of_a_field_say_what_their_keys_do() {
    let (mut bench, result) = with_rows(9);
    bench.keys("f4 space alt-4");
    let hints = |bench: &Bench| shown(bench).lines().last().unwrap_or_default().to_owned();
    for hint in ["Enter value", "Esc close", "y copy value", "Y copy row", "P keep"] {
        assert!(hints(&bench).contains(hint), "{hint}: {}", hints(&bench));
    }
    bench.keys("P");
    assert!(hints(&bench).contains("P follow"), "{}", hints(&bench));
    bench.keys("P enter");
    let (row, column) = asked_values(&mut bench)[0];
    answer(&mut bench, result, (row, column), "1");
    for hint in ["Esc back", "Backspace row"] {
        assert!(hints(&bench).contains(hint), "{hint}: {}", hints(&bench));
    }
}

/// A bench without room for the inspector at the side, with a result and the focus in the worksheet.
fn narrow(width: u16) -> (Bench, ResultId) {
    let mut bench = Bench::connected(width, 40);
    bench.text("SELECT id FROM subject;");
    let result = bench.run();
    bench.rows(result, &["id"], &[&[Some("1")], &[Some("2")]]);
    assert_eq!(bench.model.focus, Focus::Worksheet);
    (bench, result)
}

#[test]
fn a_new_result_takes_the_place_of_the_documentation_and_the_focus_stays_in_the_worksheet() {
    for width in [80, 120, 159] {
        let (mut bench, _) = narrow(width);
        bench.keys("f12");
        let layout = bench.model.context.layout;
        assert!(layout.grid.is_none() && layout.inspector.is_some() && layout.worksheet.is_some(), "{layout:?}");
        let result = bench.run();
        bench.rows(result, &["id"], &[&[Some("1")]]);
        let layout = bench.model.context.layout;
        assert!(layout.grid.is_some() && layout.worksheet.is_some(), "{layout:?}");
        assert_eq!((bench.model.focus, front(&bench).id), (Focus::Worksheet, result));
    }
}

#[test]
fn a_row_of_the_result_never_covers_the_result_while_the_user_writes() {
    for width in [80, 120, 159] {
        let (mut bench, _) = narrow(width);
        bench.keys("alt-3 space");
        let layout = bench.model.context.layout;
        assert!(layout.inspector.is_some() && layout.grid.is_some() && layout.worksheet.is_none(), "{layout:?}");
        bench.keys("alt-2");
        let layout = bench.model.context.layout;
        assert!(layout.inspector.is_none() && layout.grid.is_some() && layout.worksheet.is_some(), "{layout:?}");
        bench.keys("alt-3");
        let layout = bench.model.context.layout;
        assert!(layout.inspector.is_some() && layout.grid.is_some(), "{layout:?}");
        assert_eq!(detail(&bench), (1, None));
        // The key for the inspector shows the documentation of the table at the cursor.
        bench.keys("alt-2 f3");
        let content = &bench.model.inspector.content;
        assert!(matches!(content, InspectorContent::Table { table, .. } if table == "subject"), "{content:?}");
        assert!(bench.model.context.layout.inspector.is_some());
        // What the user keeps stays where it is.
        bench.keys("f3 alt-3 space alt-4 P alt-2");
        assert!(bench.model.context.layout.inspector.is_some());
    }
}

#[test]
fn a_panel_that_is_not_shown_keeps_its_scroll_position() {
    let (mut bench, result) = with_rows(9);
    bench.keys("f4 right right o");
    asked_values(&mut bench);
    answer(&mut bench, result, (0, 2), &"a line\n".repeat(200));
    bench.keys("alt-4 page-down page-down");
    let top = bench.model.inspector.top;
    assert!(top > 0);
    bench.keys("alt-3 f4 f4");
    assert_eq!(bench.model.inspector.top, top);
}
