//! The results pane by keys and effects: tabs, columns, selection, sort, filter, search, copies, followed keys.

use std::sync::Arc;

use rrx::app::Effect;
use rrx::app::focus::Focus;
use rrx::app::layout::ScreenSize;
use rrx::app::panes::grid::{CellRange, ResultSet};
use rrx::app::panes::inspector::InspectorContent;
use rrx::app::{Message, screen};
use rrx::domain::catalog::{Catalog, ForeignKey, Index};
use rrx::domain::export::{CopiedText, CopyFormat};
use rrx::domain::problem::{Problem, ProblemKind};
use rrx::domain::protocol::{
    CellPosition, End, HostCmd, HostEvent, Limit, Progress, ResultId, ResultView, SearchDirection, SessionEvent,
    StorageCmd, StoreCmd, StoreEvent, StoreWork, ViewId,
};
use rrx::domain::results::{
    Cell, CellPreview, Column, ColumnOrigin, Direction, SortColumn, TotalsBuilder, Window, WireType,
};
use rrx::domain::sql::Param;

use super::model::{Bench, catalog, report};

pub fn column(name: &str, wire: WireType) -> Column {
    Column {
        name: name.into(),
        table: "s".into(),
        origin: ColumnOrigin { schema: "clinspark".into(), table: "subject".into(), column: name.into() },
        wire,
        flags: 0,
        length: 20,
        decimals: 0,
        charset: 63,
    }
}

fn columns() -> Arc<[Column]> {
    let name = Column { charset: 45, length: 128, ..column("name", WireType::VarString) };
    Arc::from([column("id", WireType::LongLong), column("study_id", WireType::LongLong), name])
}

fn feed(bench: &mut Bench, result: ResultId, count: u64, view: u64) {
    let text = |text: String| CellPreview::Bytes { length: text.len() as u64, head: text.into_bytes().into() };
    let cells = (0..count).flat_map(|row| {
        [text((row + 1).to_string()), text((row % 3).to_string()), text(format!("SCR-{:04}", row + 1))]
    });
    let window = Window { view, first: 0, columns: 3, cells: cells.collect() };
    bench.feed(Message::Result(result, StoreEvent::Window(Arc::new(window))));
}

/// The catalog with a foreign key from subjects to their study.
pub fn catalog_with_a_key() -> Catalog {
    let mut known = catalog();
    let subject = known.schemas[0].tables.iter_mut().find(|table| table.name == "subject").unwrap();
    subject.foreign_keys = vec![ForeignKey {
        name: "fk".into(),
        columns: vec!["study_id".into()],
        to_schema: "clinspark".into(),
        to_table: "study".into(),
        to_columns: vec!["id".into()],
    }];
    known
}

/// A connected bench with a result of so many rows, the results in focus.
pub fn with_rows(count: u64) -> (Bench, ResultId) {
    let mut bench = Bench::connected(160, 45);
    bench.text("SELECT id, study_id, name FROM subject;");
    let result = bench.run();
    arrive(&mut bench, result, count);
    // The results alone on the screen: all of their border can be read.
    bench.keys("f6 f4");
    assert_eq!(bench.model.focus, Focus::Grid);
    bench.effects.clear();
    (bench, result)
}

/// The same while its rows still come.
fn with_rows_that_come(count: u64) -> (Bench, ResultId) {
    let mut bench = Bench::connected(160, 45);
    bench.text("SELECT id, study_id, name FROM subject;");
    let result = bench.run();
    bench.feed(Message::Result(result, StoreEvent::Opened(columns())));
    bench.feed(Message::Result(result, StoreEvent::Progress(Progress { rows: count, bytes: 10, end: None })));
    feed(&mut bench, result, count, 0);
    bench.keys("f6 f4");
    bench.effects.clear();
    (bench, result)
}

pub fn arrive(bench: &mut Bench, result: ResultId, count: u64) {
    bench.feed(Message::Result(result, StoreEvent::Opened(columns())));
    let progress = Progress { rows: count, bytes: 10, end: Some(End::Complete) };
    bench.feed(Message::Result(result, StoreEvent::Progress(progress)));
    feed(bench, result, count, 0);
    bench.session(SessionEvent::Ended { result, report: report(End::Complete, count) });
}

pub fn front(bench: &Bench) -> &ResultSet {
    bench.model.grid.front().expect("a result")
}

#[test]
fn columns_fit_the_first_rows_however_they_arrive() {
    let window = |lengths: &[usize]| {
        let text = |length: usize| CellPreview::Bytes { length: length as u64, head: vec![b'x'; length].into() };
        let cells = lengths.iter().flat_map(|length| [text(1), text(1), text(*length)]).collect();
        StoreEvent::Window(Arc::new(Window { view: 0, first: 0, columns: 3, cells }))
    };
    let (mut bench, result) = with_rows_that_come(0);
    let width = |bench: &Bench| front(bench).layout.width(2);
    bench.feed(Message::Result(result, window(&[20])));
    assert_eq!(width(&bench), 20);
    bench.feed(Message::Result(result, window(&[20, 30])));
    assert_eq!(width(&bench), 30);
    // A later window never narrows a column. After the first screen of rows a text gets cells that are free.
    bench.feed(Message::Result(result, window(&[5; 100])));
    assert_eq!((width(&bench), front(&bench).layout.base(2)), (30, 30));
    bench.feed(Message::Result(result, window(&[50; 200])));
    assert_eq!((width(&bench), front(&bench).layout.base(2)), (50, 30));
}

#[test]
fn numbers_of_later_rows_are_whole_and_texts_get_the_cells_that_are_free() {
    let count = 200_000;
    let (mut bench, result) = with_rows_that_come(0);
    let window = |first: u64, texts: usize| {
        let text = |text: String| CellPreview::Bytes { length: text.len() as u64, head: text.into_bytes().into() };
        let cells = (first..first + 100)
            .flat_map(|row| [text((row + 1).to_string()), text("1".into()), text("x".repeat(texts))]);
        StoreEvent::Window(Arc::new(Window { view: 0, first, columns: 3, cells: cells.collect() }))
    };
    let progress = Progress { rows: count, bytes: 10, end: Some(End::Complete) };
    bench.feed(Message::Result(result, StoreEvent::Progress(progress)));
    bench.feed(Message::Result(result, window(0, 10)));
    let widths = |bench: &Bench| (0..3).map(|column| front(bench).layout.width(column)).collect::<Vec<u16>>();
    assert_eq!(widths(&bench), [6, 8, 10]);
    bench.keys("ctrl-end");
    bench.feed(Message::Result(result, window(count - 100, 500)));
    // Values that do not fit are not drawn in part, so a number is whole first. A text has the rest, and is cut.
    assert_eq!(widths(&bench), [6, 8, 128]);
    bench.feed(Message::Result(result, window(123_456_700, 500)));
    assert_eq!(widths(&bench), [9, 8, 125]);
    assert!(!shown(&bench).contains('»'), "{}", shown(&bench));
    // The share stays when the cursor moves and when narrower rows come.
    bench.keys("ctrl-home");
    bench.feed(Message::Result(result, window(0, 10)));
    assert_eq!(widths(&bench), [9, 8, 125]);
    // Numbers are whole on a narrow screen too. What the user has sized stays.
    bench.keys("home < right <");
    bench.feed(Message::Result(result, window(9_123_456_700, 500)));
    assert_eq!(widths(&bench)[..2], [5, 4]);
}

/// A result of one row, the last value of which has 90 characters.
fn with_a_long_text() -> Bench {
    let (mut bench, result) = with_rows_that_come(0);
    let text = |length: usize| CellPreview::Bytes { length: length as u64, head: vec![b'x'; length].into() };
    let cells = vec![text(2), text(2), text(90)];
    bench.feed(Message::Result(result, StoreEvent::Progress(Progress { rows: 1, bytes: 10, end: None })));
    bench.feed(Message::Result(result, StoreEvent::Window(Arc::new(Window { view: 0, first: 0, columns: 3, cells }))));
    bench
}

#[test]
fn a_sort_mark_and_a_zone_do_not_fix_the_width_of_a_column() {
    let mut bench = with_a_long_text();
    let widths = |bench: &Bench| (0..3).map(|column| front(bench).layout.width(column)).collect::<Vec<u16>>();
    assert_eq!(widths(&bench), [6, 8, 90]);
    bench.keys("end s");
    bench.feed(Message::Resize(ScreenSize { width: 80, height: 24 }));
    assert_eq!(widths(&bench), [6, 8, 50]);
    bench.keys("left s");
    assert_eq!(widths(&bench), [6, 11, 47]);
}

fn asked(bench: &mut Bench) -> StoreCmd {
    let found =
        bench.take(|effect| matches!(effect, Effect::Store(command) if !matches!(command, StoreCmd::Window { .. } | StoreCmd::Total { .. })));
    let Effect::Store(command) = found else { unreachable!() };
    command
}

/// Takes the totals that were requested.
fn asked_totals(bench: &mut Bench) -> (std::ops::Range<u64>, Vec<usize>) {
    let found = bench.take(|effect| matches!(effect, Effect::Store(StoreCmd::Total { .. })));
    let Effect::Store(StoreCmd::Total { rows, columns, .. }) = found else { unreachable!() };
    (rows, columns)
}

pub fn shown(bench: &Bench) -> String {
    let buffer = screen(&bench.model, 160, 45);
    buffer
        .content
        .chunks(160)
        .map(|row| row.iter().map(ratatui::buffer::Cell::symbol).collect::<String>() + "\n")
        .collect()
}

#[test]
fn a_column_is_sorted_up_down_and_not_at_all_and_further_ones_behind_it() {
    let (mut bench, result) = with_rows(9);
    let sort = |command: StoreCmd| match command {
        StoreCmd::Arrange { view, arrangement, .. } => (view.0, arrangement.sort),
        other => panic!("{other:?}"),
    };
    let key = |column, direction| SortColumn { column, direction };
    bench.keys("right s");
    assert_eq!(sort(asked(&mut bench)), (1, vec![key(1, Direction::Ascending)]));
    bench.keys("s");
    assert_eq!(sort(asked(&mut bench)), (2, vec![key(1, Direction::Descending)]));
    bench.keys("right S");
    let both = vec![key(1, Direction::Descending), key(2, Direction::Ascending)];
    assert_eq!(sort(asked(&mut bench)), (3, both));
    bench.feed(Message::Result(result, StoreEvent::Arranged(ResultView { id: ViewId(3), rows: 9, of: 9 })));
    let screen = shown(&bench);
    assert!(screen.contains("study_id ▼1") && screen.contains("name ▲2"), "{screen}");
    assert!(screen.contains("sorted here by study_id ▼, name ▲ (text by code point)"), "{screen}");
    // Rows of the old order are not shown for those of the new one.
    assert!(screen.contains('~') && !screen.contains("SCR-0001"), "{screen}");
    assert!(bench.effects.iter().any(|effect| matches!(effect, Effect::Store(StoreCmd::Window { .. }))));
    feed(&mut bench, result, 9, 3);
    assert!(shown(&bench).contains("SCR-0001"));
    bench.keys("left s s");
    assert_eq!(sort(asked(&mut bench)).1, []);
    assert_eq!(sort(asked(&mut bench)).1, [key(1, Direction::Ascending)]);
    bench.keys("u");
    assert_eq!(sort(asked(&mut bench)).1, []);
}

#[test]
fn work_that_is_given_up_leaves_the_rows_and_the_words_as_they_were() {
    let (mut bench, result) = with_rows(9);
    let working = |work| Message::Result(result, StoreEvent::Working { work, done: 5, of: 10 });
    bench.keys("right s");
    let _ = asked(&mut bench);
    bench.feed(working(StoreWork::Arrange));
    assert!(shown(&bench).contains("sorting 50 %") && shown(&bench).contains("study_id ▲"), "{}", shown(&bench));
    // By the key that stops what runs, and by the one that goes back.
    bench.keys("ctrl-c");
    assert!(matches!(asked(&mut bench), StoreCmd::CancelJobs(_)));
    // What was on its way still tells.
    bench.feed(working(StoreWork::Arrange));
    let screen = shown(&bench);
    assert!(screen.contains("The rows keep their order.") && !screen.contains("sorting"), "{screen}");
    assert!(!screen.contains("study_id ▲") && bench.model.grid.export_refusal().is_none(), "{screen}");
    // It had been made a moment before: then it shows, and is said.
    bench.feed(Message::Result(result, StoreEvent::Arranged(ResultView { id: ViewId(1), rows: 9, of: 9 })));
    feed(&mut bench, result, 9, 1);
    assert!(shown(&bench).contains("study_id ▲") && shown(&bench).contains("sorted here"), "{}", shown(&bench));

    bench.keys("/");
    bench.text("SCR");
    bench.keys("enter");
    let _ = asked(&mut bench);
    bench.keys("esc");
    assert!(matches!(asked(&mut bench), StoreCmd::CancelJobs(_)));
    let screen = shown(&bench);
    assert!(screen.contains("The search was stopped.") && !screen.contains("searching"), "{screen}");
    bench.keys("A y");
    let _ = asked(&mut bench);
    bench.feed(working(StoreWork::Copy));
    bench.keys("esc");
    assert!(matches!(asked(&mut bench), StoreCmd::CancelJobs(_)));
    assert!(shown(&bench).contains("Nothing was copied.") && !shown(&bench).contains("copying"), "{}", shown(&bench));
}

#[test]
fn a_narrow_border_says_that_rows_are_chosen_and_sorted_before_all_else() {
    let (mut bench, result) = with_rows(1711);
    bench.keys("f");
    bench.text("name = 'SCR-0001' or name = 'SCR-0002' or name = 'SCR-0003' or name = 'SCR-0004'");
    bench.keys("enter right right S");
    for view in 1..=2 {
        bench.feed(Message::Result(result, StoreEvent::Arranged(ResultView { id: ViewId(view), rows: 580, of: 1711 })));
    }
    bench.feed(Message::Resize(ScreenSize { width: 80, height: 24 }));
    let screen = shown(&bench);
    assert!(screen.contains("580 of 1,711 rows, filtered · sorted here by code point"), "{screen}");
    assert!(!screen.contains("all 1,711"), "{screen}");
}

#[test]
fn a_filter_is_typed_with_its_faults_told_and_says_over_what_it_holds() {
    let (mut bench, result) = with_rows(9);
    bench.keys("f");
    bench.text("nam = 'SCR-0001'");
    let screen = shown(&bench);
    assert!(screen.contains("There is no column `nam`: did you mean name?"), "{screen}");
    bench.keys("enter");
    assert!(bench.model.overlays.is_modal(), "what was typed is not lost");
    bench.keys("ctrl-u");
    bench.text("name = 'SCR-0001' and id < 5");
    bench.keys("enter");
    let StoreCmd::Arrange { view, arrangement, .. } = asked(&mut bench) else { panic!("an arrangement") };
    assert_eq!(arrangement.filter.unwrap().text(), "name = 'SCR-0001' and id < 5");
    bench.feed(Message::Result(result, StoreEvent::Arranged(ResultView { id: view, rows: 1, of: 9 })));
    assert!(shown(&bench).contains("1 of 9 rows match name = 'SCR-0001' and id < 5"), "{}", shown(&bench));
    assert_eq!(bench.model.grid.count(), 1);
    bench.keys("f");
    assert!(shown(&bench).contains("where › name = 'SCR-0001' and id < 5"));
    bench.keys("ctrl-u enter");
    let StoreCmd::Arrange { arrangement, .. } = asked(&mut bench) else { panic!("an arrangement") };
    assert!(arrangement.is_plain());
}

#[test]
fn rows_that_come_after_an_arrangement_are_arranged_at_the_end() {
    let mut bench = Bench::connected(160, 45);
    bench.text("SELECT id, study_id, name FROM subject;");
    let result = bench.run();
    bench.feed(Message::Result(result, StoreEvent::Opened(columns())));
    bench.feed(Message::Result(result, StoreEvent::Progress(Progress { rows: 5, bytes: 1, end: None })));
    bench.keys("f6 s");
    bench.feed(Message::Result(result, StoreEvent::Arranged(ResultView { id: ViewId(1), rows: 5, of: 5 })));
    bench.feed(Message::Result(result, StoreEvent::Progress(Progress { rows: 8, bytes: 1, end: None })));
    assert_eq!(bench.model.grid.count(), 5);
    assert!(shown(&bench).contains("of the first 5"), "{}", shown(&bench));
    bench.effects.clear();
    let end = Progress { rows: 9, bytes: 1, end: Some(End::Complete) };
    bench.feed(Message::Result(result, StoreEvent::Progress(end)));
    assert!(matches!(asked(&mut bench), StoreCmd::Arrange { view: ViewId(2), .. }));
}

#[test]
fn a_search_goes_from_match_to_match_and_back_in_steps() {
    let (mut bench, result) = with_rows(9);
    bench.keys("/");
    bench.text("scr-0003");
    bench.keys("enter");
    assert!(matches!(asked(&mut bench), StoreCmd::Find { columns, .. } if columns == [0, 1, 2]));
    bench.feed(Message::Result(result, StoreEvent::Found { cells: 2, rows: 2, of: 9 }));
    let StoreCmd::Next { from, direction: way, .. } = asked(&mut bench) else { panic!("a next") };
    assert_eq!((from, way), (CellPosition { row: 0, column: 0 }, SearchDirection::Forward));
    bench.feed(Message::Result(result, StoreEvent::Next(Some((CellPosition { row: 2, column: 2 }, 1)))));
    assert_eq!((front(&bench).row, front(&bench).column()), (2, Some(2)));
    assert!(shown(&bench).contains("match 1 of 2"));
    bench.keys("n");
    assert!(matches!(
        asked(&mut bench),
        StoreCmd::Next { from: CellPosition { row: 2, column: 2 }, direction: SearchDirection::Forward, .. }
    ));
    bench.feed(Message::Result(result, StoreEvent::Next(Some((CellPosition { row: 7, column: 2 }, 2)))));
    bench.keys("N");
    assert!(matches!(
        asked(&mut bench),
        StoreCmd::Next { from: CellPosition { row: 7, .. }, direction: SearchDirection::Back, .. }
    ));
    bench.feed(Message::Result(result, StoreEvent::Next(Some((CellPosition { row: 2, column: 2 }, 1)))));
    bench.keys("/");
    bench.text("~(");
    assert!(shown(&bench).contains("is not a regular expression"));
    bench.keys("esc v esc");
    assert_eq!((front(&bench).selection, bench.model.focus), (None, Focus::Grid));
    bench.keys("esc");
    assert!(front(&bench).search.is_none());
    bench.keys("esc");
    assert_eq!(bench.model.focus, Focus::Grid);
    assert!(shown(&bench).contains("There is no step back here. Alt-2 goes to the worksheet."));
}

#[test]
fn columns_are_hidden_moved_frozen_and_resized() {
    let (mut bench, _) = with_rows(3);
    bench.keys("right -");
    assert_eq!(front(&bench).layout.order(), [0, 2]);
    assert!(shown(&bench).contains("col 2/2 · 1 hidden"), "{}", shown(&bench));
    bench.keys("+ ,");
    assert_eq!(front(&bench).layout.order(), [1, 0, 2]);
    let width = front(&bench).layout.width(1);
    bench.keys("> >");
    assert_eq!(front(&bench).layout.width(1), width + 8);
    bench.keys("= z");
    assert_eq!((front(&bench).layout.width(1), front(&bench).layout.frozen()), (width, 1));
    assert!(shown(&bench).contains('┃'));
    bench.keys("c");
    bench.text("nam");
    bench.keys("enter");
    assert_eq!(front(&bench).column(), Some(2));
}

#[test]
fn blocks_rows_and_columns_are_selected_and_copied_in_any_form() {
    let (mut bench, result) = with_rows(9);
    bench.keys("y");
    let one = StoreCmd::Copy { result, rows: 0..1, columns: vec![0], format: CopyFormat::Value };
    assert_eq!(asked(&mut bench), one);
    bench.keys("right v down down right y");
    let block = StoreCmd::Copy { result, rows: 0..3, columns: vec![1, 2], format: CopyFormat::Value };
    assert_eq!(asked(&mut bench), block);
    assert_eq!(front(&bench).selected(), Some(CellRange { rows: 0..3, places: 1..3 }));
    assert!(shown(&bench).contains("3 × 2 selected"));
    bench.keys("v V up Y");
    bench.text("insert");
    bench.keys("enter");
    let rows = StoreCmd::Copy { result, rows: 1..3, columns: vec![0, 1, 2], format: CopyFormat::Insert };
    assert_eq!(asked(&mut bench), rows);
    let copied = CopiedText { text: "x".into(), cells: 6, ..CopiedText::default() };
    bench.feed(Message::Result(result, StoreEvent::Copied(Arc::new(copied))));
    let _ = bench.take(|effect| matches!(effect, Effect::Host(_)));
    bench.keys("esc");
    bench.effects.clear();
    bench.keys("B left y");
    assert!(matches!(asked(&mut bench), StoreCmd::Copy { rows, columns, .. } if rows == (0..9) && columns == [1, 2]));
    let copied = CopiedText { text: "x".into(), cells: 18, as_hex: 2, ..CopiedText::default() };
    bench.feed(Message::Result(result, StoreEvent::Copied(Arc::new(copied))));
    let Effect::Host(HostCmd::Copy { copy, refused: None }) = bench.take(|effect| matches!(effect, Effect::Host(_)))
    else {
        unreachable!()
    };
    assert_eq!((copy.text.as_str(), copy.what.as_str()), ("x", "18 values (2 of them in hexadecimal)"));
    // A desktop that does not answer is not asked again: another way is taken, and that one is told and written down.
    bench.feed(Message::Host(HostEvent::Refused { copy: copy.clone(), why: "it does not answer".into() }));
    let again = bench.take(|effect| matches!(effect, Effect::Host(_)));
    let Effect::Host(command) = again else { unreachable!() };
    assert_eq!(command, HostCmd::Copy { copy: copy.clone(), refused: Some("it does not answer".into()) });
    let words = "copied 18 values to /tmp/copy.txt".to_owned();
    bench.feed(Message::Host(HostEvent::Copied { message: words.clone(), to: "/tmp/copy.txt".into(), copy }));
    assert!(shown(&bench).contains(&words));
    let effect = bench.take(|effect| matches!(effect, Effect::Storage(StorageCmd::Copied(_))));
    let Effect::Storage(StorageCmd::Copied(record)) = effect else { unreachable!() };
    assert_eq!((record.profile.as_str(), record.bytes, record.to.as_str()), ("eu", 1, "/tmp/copy.txt"));
    assert_eq!(record.statement, "SELECT id, study_id, name FROM subject");
    assert_eq!(record.what, "18 values (2 of them in hexadecimal)");
}

#[test]
fn selected_cells_are_added_up_by_the_store_and_the_border_has_their_totals() {
    let (mut bench, result) = with_rows(5_000);
    bench.keys("v");
    bench.effects.clear();
    bench.keys("down");
    assert_eq!(asked_totals(&mut bench), (0..2, vec![0]));
    let feed = |bench: &mut Bench, rows: std::ops::Range<u64>, columns: Vec<usize>, texts: &[&str]| {
        let mut builder =
            TotalsBuilder::new(&columns.iter().map(|at| self::columns()[*at].clone()).collect::<Vec<_>>());
        for text in texts {
            builder.push(0, Cell::Bytes(text.as_bytes()));
        }
        let totals = Arc::new(builder.finish());
        bench.feed(Message::Result(result, StoreEvent::Totalled { rows, columns, totals }));
    };
    feed(&mut bench, 0..2, vec![0], &["1", "2"]);
    let screen = shown(&bench);
    assert!(screen.contains("sum 3 · mean 1.5 · min 1 · max 2 · count 2"), "{screen}");
    // All rows of the column count, not only those near the screen, and late totals of other cells do not.
    bench.effects.clear();
    bench.keys("esc B");
    assert_eq!(asked_totals(&mut bench), (0..5_000, vec![0]));
    feed(&mut bench, 0..2, vec![0], &["1", "2"]);
    assert!(!shown(&bench).contains("sum"));
    bench.feed(Message::Result(result, StoreEvent::Working { work: StoreWork::Total, done: 2_000, of: 5_000 }));
    assert!(shown(&bench).contains("adding up 40 %"), "{}", shown(&bench));
    // Escape ends the selection and the computation in one step.
    bench.effects.clear();
    bench.keys("esc");
    assert_eq!(asked(&mut bench), StoreCmd::CancelJobs(result));
    assert!(!shown(&bench).contains("adding up") && bench.model.focus == Focus::Grid);
    // A full queue loses nothing: the next update requests the totals again.
    bench.keys("v");
    let (rows, columns) = asked_totals(&mut bench);
    let refused = StoreCmd::Total { result, rows: rows.clone(), columns: columns.clone() };
    bench.feed(Message::Refused(Effect::Store(refused)));
    bench.feed(Message::Result(result, StoreEvent::Next(None)));
    assert_eq!(asked_totals(&mut bench), (rows, columns));
}

#[test]
fn the_type_does_not_widen_a_column_and_cut_values_get_the_free_cells() {
    let mut bench = with_a_long_text();
    let widths = |bench: &Bench| (0..3).map(|column| front(bench).layout.width(column)).collect::<Vec<u16>>();
    assert_eq!(widths(&bench), [6, 8, 90]);
    assert!(shown(&bench).contains("bigint"));
    bench.feed(Message::Resize(ScreenSize { width: 80, height: 24 }));
    assert_eq!(widths(&bench), [6, 8, 50]);
    // What the user has resized stays.
    bench.keys("end <");
    assert_eq!(widths(&bench), [6, 8, 46]);
    bench.feed(Message::Resize(ScreenSize { width: 160, height: 45 }));
    assert_eq!(widths(&bench), [6, 8, 46]);
}

#[test]
fn a_value_copied_from_its_detail_is_told_of_its_statement_and_a_name_is_told_of_none() {
    let (mut bench, result) = with_rows(9);
    bench.keys("enter");
    asked(&mut bench);
    let value = StoreEvent::Value { row: 0, column: 0, value: Some(b"1".as_slice().into()) };
    bench.feed(Message::Result(result, value));
    bench.keys("alt-4 y");
    let copied = |bench: &mut Bench| match bench.take(|effect| matches!(effect, Effect::Host(_))) {
        Effect::Host(HostCmd::Copy { copy, .. }) => copy,
        _ => unreachable!(),
    };
    let copy = copied(&mut bench);
    assert_eq!(copy.from.unwrap().statement, "SELECT id, study_id, name FROM subject");
    bench.keys("alt-1 down y");
    let copy = copied(&mut bench);
    assert_eq!(copy.from, None);
    bench.feed(Message::Host(HostEvent::Copied { message: "copied".into(), to: "x".into(), copy }));
    assert!(!bench.effects.iter().any(|effect| matches!(effect, Effect::Storage(StorageCmd::Copied(_)))));
}

#[test]
fn a_where_of_rows_names_the_primary_key() {
    let mut known = catalog();
    let subject = known.schemas[0].tables.iter_mut().find(|table| table.name == "subject").unwrap();
    subject.indexes = vec![Index { name: "PRIMARY".into(), is_unique: true, columns: vec!["id".into()] }];
    let (mut bench, _) = with_rows(9);
    bench.session(SessionEvent::Catalog(Arc::new(known)));
    bench.keys("Y");
    bench.text("where");
    bench.keys("enter");
    let StoreCmd::Copy { format: form, columns, .. } = asked(&mut bench) else { panic!("a copy") };
    assert_eq!((form, columns), (CopyFormat::Where { key: vec![0] }, vec![0]));
    // Hidden or not selected, it still names the row: other columns would name more of them.
    bench.keys("- v right Y");
    bench.text("where");
    bench.keys("enter");
    let StoreCmd::Copy { format: form, columns, .. } = asked(&mut bench) else { panic!("a copy") };
    assert_eq!((form, columns), (CopyFormat::Where { key: vec![0] }, vec![0]));
}

#[test]
fn a_where_of_a_table_that_is_named_twice_takes_the_key_of_the_one_that_is_meant() {
    let mut known = catalog();
    let subject = known.schemas[0].tables.iter_mut().find(|table| table.name == "subject").unwrap();
    subject.indexes = vec![Index { name: "PRIMARY".into(), is_unique: true, columns: vec!["id".into()] }];
    let of = |alias: &str, name: &str| Column { table: alias.into(), ..column(name, WireType::LongLong) };
    let mut bench = Bench::connected(160, 45);
    let columns = [of("a", "id"), of("a", "study_id"), of("b", "study_id"), of("b", "id")];
    let cells: Vec<Option<&[u8]>> = vec![Some(b"1"); 4];
    super::states::with_cells(&mut bench, &columns, &[&cells]);
    bench.session(SessionEvent::Catalog(Arc::new(known)));
    let copied = |bench: &mut Bench, keys: &str| {
        bench.effects.clear();
        bench.keys(keys);
        bench.text("where");
        bench.keys("enter");
        let asked = asked(bench);
        let StoreCmd::Copy { format: CopyFormat::Where { key }, columns, .. } = asked else { panic!("{asked:?}") };
        (key, columns)
    };
    assert_eq!(copied(&mut bench, "right v Y"), (vec![0], vec![0]));
    assert_eq!(copied(&mut bench, "v right v Y"), (vec![0], vec![3]), "that of the other name");
    assert_eq!(copied(&mut bench, "v left v right Y"), (vec![], vec![1, 2]), "two tables have no one key");
}

#[test]
fn steps_to_matches_that_are_typed_ahead_are_all_done() {
    let (mut bench, result) = with_rows(9);
    search(&mut bench, "scr", 9);
    assert!(matches!(asked(&mut bench), StoreCmd::Find { .. }));
    bench.keys("n n n n N");
    for (row, number) in [(0, 1), (1, 2), (2, 3), (3, 4)] {
        assert!(matches!(asked(&mut bench), StoreCmd::Next { direction: SearchDirection::Forward, .. }), "{row}");
        bench.effects.clear();
        bench.feed(Message::Result(result, StoreEvent::Next(Some((CellPosition { row, column: 2 }, number)))));
    }
    assert!(!bench.effects.iter().any(|effect| matches!(effect, Effect::Store(StoreCmd::Next { .. }))));
    assert_eq!(front(&bench).row, 3, "four forward and one back, after the one that the search itself goes");
}

/// Searches, and lets the store find so many cells in all rows.
fn search(bench: &mut Bench, text: &str, cells: u64) {
    bench.keys("/");
    bench.text(text);
    bench.keys("enter");
    let of = front(bench).progress.rows;
    let result = front(bench).id;
    bench.feed(Message::Result(result, StoreEvent::Found { cells, rows: cells, of }));
}

#[test]
fn a_search_holds_for_the_columns_that_show_and_the_cursor_stays_when_it_is_done_again() {
    let (mut bench, result) = with_rows(9);
    search(&mut bench, "scr", 9);
    bench.feed(Message::Result(result, StoreEvent::Next(Some((CellPosition { row: 4, column: 2 }, 5)))));
    bench.effects.clear();
    bench.keys("home -");
    assert!(matches!(asked(&mut bench), StoreCmd::Find { columns, .. } if columns == [1, 2]));
    bench.effects.clear();
    bench.feed(Message::Result(result, StoreEvent::Found { cells: 9, rows: 9, of: 9 }));
    assert!(!bench.effects.iter().any(|effect| matches!(effect, Effect::Store(StoreCmd::Next { .. }))));
    assert_eq!(front(&bench).row, 4);
    assert!(shown(&bench).contains("9 matches"), "{}", shown(&bench));
    search(&mut bench, "zzz", 0);
    assert!(
        shown(&bench).contains("No match for `zzz` in 9 rows (1 hidden column not searched)."),
        "{}",
        shown(&bench)
    );
    bench.effects.clear();
    bench.keys("+");
    assert!(matches!(asked(&mut bench), StoreCmd::Find { columns, .. } if columns == [0, 1, 2]));
}

#[test]
fn a_search_while_rows_come_says_over_which_and_is_done_again_at_their_end() {
    let (mut bench, result) = with_rows_that_come(9);
    let progress = |rows, end| StoreEvent::Progress(Progress { rows, bytes: rows, end });
    search(&mut bench, "scr", 2);
    bench.feed(Message::Result(result, StoreEvent::Next(Some((CellPosition { row: 2, column: 2 }, 1)))));
    bench.feed(Message::Result(result, progress(2_000, None)));
    assert!(shown(&bench).contains("match 1 of 2 in the first 9"), "{}", shown(&bench));
    bench.effects.clear();
    bench.feed(Message::Result(result, progress(2_000, Some(End::Complete))));
    assert!(matches!(asked(&mut bench), StoreCmd::Find { .. }));
    bench.feed(Message::Result(result, StoreEvent::Found { cells: 70, rows: 70, of: 2_000 }));
    assert_eq!(front(&bench).row, 2);
    assert!(shown(&bench).contains("70 matches") && !shown(&bench).contains("in the first"), "{}", shown(&bench));
}

#[test]
fn a_result_that_was_stopped_before_a_row_came_says_so() {
    for (end, words) in [
        (End::Complete, "No rows."),
        (End::Cancelled, "Stopped before the first row."),
        (End::Limit(Limit::Fetch(9)), "A limit ended the statement before the first row."),
    ] {
        let (mut bench, result) = with_rows(0);
        bench.feed(Message::Result(result, StoreEvent::Progress(Progress { rows: 0, bytes: 0, end: Some(end) })));
        assert!(shown(&bench).contains(words), "{words}: {}", shown(&bench));
    }
}

#[test]
fn the_value_here_narrows_the_choice_that_is_there() {
    let (mut bench, result) = with_rows(9);
    let value = |text: &str| StoreEvent::Value { row: 0, column: 0, value: Some(Arc::from(text.as_bytes())) };
    let arranged = |bench: &mut Bench| {
        let StoreCmd::Arrange { arrangement, view, .. } = asked(bench) else { panic!("an arrangement") };
        bench.feed(Message::Result(result, StoreEvent::Arranged(ResultView { id: view, rows: 5, of: 9 })));
        bench.effects.clear();
        arrangement.filter.unwrap().text().to_owned()
    };
    bench.keys("home e");
    assert!(matches!(asked(&mut bench), StoreCmd::Value { column: 0, .. }));
    bench.feed(Message::Result(result, value("1")));
    assert_eq!((arranged(&mut bench), !bench.model.overlays.is_modal()), ("id = 1".into(), true));
    bench.keys("e");
    assert!(matches!(asked(&mut bench), StoreCmd::Value { column: 0, .. }));
    bench.feed(Message::Result(result, value("2")));
    assert_eq!(arranged(&mut bench), "id = 1 and id = 2");
    bench.keys("e");
    assert!(matches!(asked(&mut bench), StoreCmd::Value { column: 0, .. }));
    bench.feed(Message::Result(result, value("2")));
    assert_eq!(arranged(&mut bench), "id = 1 and id = 2", "it already exists");
    bench.keys("f");
    bench.text(" or id = 3");
    bench.keys("enter");
    assert_eq!(arranged(&mut bench), "id = 1 and id = 2 or id = 3");
    bench.keys("e");
    assert!(matches!(asked(&mut bench), StoreCmd::Value { column: 0, .. }));
    bench.feed(Message::Result(result, value("3")));
    assert_eq!(arranged(&mut bench), "(id = 1 and id = 2 or id = 3) and id = 3");
}

#[test]
fn the_end_of_the_rows_counts_and_not_the_report_that_was_here_before() {
    let (mut bench, result) = with_rows_that_come(9);
    let progress = |rows, end| StoreEvent::Progress(Progress { rows, bytes: rows, end });
    search(&mut bench, "scr", 2);
    bench.effects.clear();
    bench.session(SessionEvent::Ended { result, report: report(End::Complete, 2_000) });
    bench.feed(Message::Result(result, progress(2_000, Some(End::Complete))));
    assert!(bench.effects.iter().any(|effect| matches!(effect, Effect::Store(StoreCmd::Find { .. }))));
}

#[test]
fn a_search_outlives_rows_that_are_arranged_meanwhile_and_rows_that_cannot_be_read() {
    let (mut bench, result) = with_rows(9);
    search(&mut bench, "scr", 9);
    bench.feed(Message::Result(result, StoreEvent::Next(Some((CellPosition { row: 0, column: 2 }, 1)))));
    bench.keys("s -");
    let problem = Problem::new(ProblemKind::Interrupted, "The rows were arranged anew meanwhile");
    bench.feed(Message::Result(result, StoreEvent::Failed { work: StoreWork::Find, problem }));
    assert!(front(&bench).search.is_some() && bench.model.inspector.result.is_none());
    bench.effects.clear();
    bench.feed(Message::Result(result, StoreEvent::Arranged(ResultView { id: ViewId(1), rows: 9, of: 9 })));
    assert!(matches!(asked(&mut bench), StoreCmd::Find { .. }));
    bench.feed(Message::Result(result, StoreEvent::Found { cells: 9, rows: 9, of: 9 }));
    bench.keys("n");
    bench.feed(Message::Result(result, StoreEvent::Broken(Problem::new(ProblemKind::Local, "unreadable"))));
    bench.effects.clear();
    bench.keys("n");
    assert!(bench.effects.iter().any(|effect| matches!(effect, Effect::Store(StoreCmd::Next { .. }))));
    // An answer to a search that is done again by now takes nobody anywhere.
    bench.keys("+");
    bench.feed(Message::Result(result, StoreEvent::Next(Some((CellPosition { row: 8, column: 2 }, 9)))));
    assert_eq!(front(&bench).row, 0);
}

#[test]
fn a_kept_result_stays_when_the_way_back_is_taken() {
    let (mut bench, result) = with_rows(9);
    bench.session(SessionEvent::Catalog(Arc::new(catalog_with_a_key())));
    bench.keys("right down enter");
    bench.feed(Message::Result(result, StoreEvent::Value { row: 1, column: 1, value: Some(Arc::from(&b"2"[..])) }));
    let begin = bench.take(|effect| matches!(effect, Effect::Storage(StorageCmd::Begin { .. })));
    let Effect::Storage(StorageCmd::Begin { result: followed, .. }) = begin else { unreachable!() };
    arrive(&mut bench, followed, 1);
    bench.keys("P backspace");
    assert_eq!((front(&bench).id, bench.model.grid.tabs().0.len()), (result, 2));
}

#[test]
fn a_key_is_followed_by_its_value_beside_the_statement_and_back_to_row_and_column() {
    let (mut bench, result) = with_rows(9);
    bench.session(SessionEvent::Catalog(Arc::new(catalog_with_a_key())));
    bench.keys("right down enter");
    assert_eq!(asked(&mut bench), StoreCmd::Value { result, row: 1, column: 1 });
    let value = |bytes: Option<&[u8]>| StoreEvent::Value { row: 1, column: 1, value: bytes.map(Arc::from) };
    bench.feed(Message::Result(result, value(None)));
    assert!(shown(&bench).contains("NULL refers to no row of study"), "{}", shown(&bench));
    bench.keys("enter");
    bench.feed(Message::Result(result, value(Some(b"2"))));
    let begin = bench.take(|effect| matches!(effect, Effect::Storage(StorageCmd::Begin { .. })));
    let Effect::Storage(StorageCmd::Begin { result: followed, statement }) = begin else { unreachable!() };
    assert_eq!(statement.checked().text(), "SELECT * FROM `clinspark`.`study` WHERE `id` = ? LIMIT 200");
    assert_eq!(statement.params(), [Param::Integer(2)]);
    assert_eq!(bench.model.grid.tabs().0.len(), 2);
    arrive(&mut bench, followed, 1);
    bench.keys("backspace");
    assert_eq!((front(&bench).id, front(&bench).row, front(&bench).column()), (result, 1, Some(1)));
    assert_eq!(bench.model.grid.tabs().0.len(), 1);
    assert!(bench.effects.iter().any(|effect| matches!(effect, Effect::Store(StoreCmd::Drop(id)) if *id == followed)));
}

#[test]
fn several_statements_make_tabs_and_the_first_that_fails_ends_them() {
    let mut bench = Bench::connected(160, 45);
    bench.text("SELECT 1; SELECT 2; SELECT 3; SELECT 4");
    let begun = |bench: &mut Bench| {
        let begin = bench.take(|effect| matches!(effect, Effect::Storage(StorageCmd::Begin { .. })));
        let Effect::Storage(StorageCmd::Begin { result, statement }) = begin else { unreachable!() };
        (result, statement.checked().text().to_owned())
    };
    bench.keys("f9");
    let (first, text) = begun(&mut bench);
    assert_eq!(text, "SELECT 1");
    arrive(&mut bench, first, 1);
    let (second, text) = begun(&mut bench);
    assert_eq!(text, "SELECT 2");
    arrive(&mut bench, second, 1);
    let (third, _) = begun(&mut bench);
    let problem = Problem::new(ProblemKind::Statement, "The statement failed");
    bench.session(SessionEvent::Ended { result: third, report: report(End::Broken(problem), 0) });
    assert!(!bench.effects.iter().any(|effect| matches!(effect, Effect::Storage(StorageCmd::Begin { .. }))));
    assert!(shown(&bench).contains("The statement after it did not run."), "{}", shown(&bench));
    assert_eq!(bench.model.grid.tabs().0.len(), 3);
    bench.keys("f6 [ [");
    assert_eq!(front(&bench).id, first);
    bench.keys("P");
    bench.keys("f6 shift-tab");
    bench.keys("f5");
    let kept: Vec<ResultId> = bench.model.grid.tabs().0.iter().map(|result| result.id).collect();
    assert!(kept.contains(&first) && !kept.contains(&second), "{kept:?}");
}

#[test]
fn results_belong_to_their_worksheet_with_tab_and_cursor_and_marks_of_others() {
    let (mut bench, first) = with_rows(5_000);
    bench.keys("f4 down down right");
    bench.keys("alt-2 ctrl-n");
    assert!(bench.model.grid.front().is_none());
    assert!(shown(&bench).contains("Results appear here"), "{}", shown(&bench));
    bench.text("SELECT 2;");
    let second = bench.run();
    // The first worksheet shows its own result, with its cursor, and a mark of the one that runs.
    bench.keys("alt-left");
    assert_eq!((front(&bench).id, front(&bench).row, front(&bench).place), (first, 2, 1));
    assert!(shown(&bench).contains("1 (running)"), "{}", shown(&bench));
    arrive(&mut bench, second, 3);
    assert_eq!(front(&bench).id, first);
    assert!(shown(&bench).contains("1 (done)"), "{}", shown(&bench));
    bench.keys("alt-right");
    assert_eq!(front(&bench).id, second);
    bench.keys("alt-left");
    assert!(!shown(&bench).contains("(done)"), "{}", shown(&bench));
    // A new statement replaces only the result of its own worksheet.
    let third = bench.run();
    arrive(&mut bench, third, 3);
    assert!(bench.model.grid.of(first).is_none() && bench.model.grid.of(second).is_some());
    bench.keys("alt-3 ]");
    assert_eq!(front(&bench).id, third);
    // A closed worksheet takes its result along, and brings it back when it is opened again.
    bench.keys("alt-2 alt-w");
    assert_eq!(front(&bench).id, second);
    bench.keys("alt-u");
    assert_eq!(front(&bench).id, third);
}

#[test]
fn a_worksheet_that_cannot_be_opened_again_drops_its_results() {
    let (mut bench, first) = with_rows(3);
    bench.keys("f4 alt-2 ctrl-n ctrl-n alt-left alt-left");
    assert_eq!(front(&bench).id, first);
    bench.keys("ctrl-a delete alt-w");
    assert!(bench.model.grid.of(first).is_none());
    bench.take(|effect| matches!(effect, Effect::Store(StoreCmd::Drop(result)) if *result == first));
}

#[test]
fn a_result_says_what_it_is_on_the_border_and_in_its_tab() {
    let (mut bench, _) = with_rows(3);
    assert!(shown(&bench).contains("SELECT id, study_id, name FROM subject ─ all 3 rows"), "{}", shown(&bench));
    bench.keys("f4 alt-2");
    bench.text("\n-- about sites\nSELECT  status,\n  count(*)\nFROM site;SELECT 3;");
    bench.keys("f9");
    let ids: Vec<ResultId> = (0..3)
        .map(|_| {
            let result = bench.permit();
            arrive(&mut bench, result, 3);
            result
        })
        .collect();
    assert_eq!(front(&bench).id, ids[2]);
    bench.keys("alt-3 [ f4");
    let screen = shown(&bench);
    assert!(screen.contains("2/3 SELECT status, count(*) FROM site ─ all 3 rows"), "{screen}");
    assert!(screen.contains("1 SELECT id, study_id, name FROM …  [2 SELECT status"), "{screen}");
}

#[test]
fn a_column_is_described_and_the_words_say_over_what() {
    let (mut bench, result) = with_rows(9);
    bench.keys("i");
    assert_eq!(asked(&mut bench), StoreCmd::Profile { result, column: 0 });
    let mut builder = rrx::domain::results::ProfileBuilder::new(&columns()[0]);
    (0..9).for_each(|n| builder.push(rrx::domain::results::Cell::Bytes(n.to_string().as_bytes())));
    let profile = Arc::new(builder.finish());
    bench.feed(Message::Result(result, StoreEvent::Profiled { column: 0, profile }));
    assert!(matches!(bench.model.inspector.content, InspectorContent::Profile { .. }));
    let screen = shown(&bench);
    for words in ["Over all 9 rows", "distinct", "mean", "Quantiles", "Histogram", "Most frequent"] {
        assert!(screen.contains(words), "{words}: {screen}");
    }
    bench.keys("esc d");
    let screen = shown(&bench);
    // The column of the cursor is first, then the other numbers; a text is counted.
    let first = screen.find("id        bars of sums, or a line").expect("id");
    assert!(screen.find("name      bars of counts").is_some_and(|name| first < name), "{screen}");
    bench.keys("enter");
    let screen = shown(&bench);
    assert!(screen.contains("name (bars)") && screen.contains("study_id (line)"), "{screen}");
    assert!(!screen.contains(" id (bars)"), "{screen}");
    bench.keys("esc down enter enter");
    let StoreCmd::Plot { plot, .. } = asked(&mut bench) else { panic!("no chart") };
    assert_eq!((plot.y, plot.x), (1, 2));
    // A text under the cursor is first too: its values are counted, along itself first.
    bench.keys("end d enter enter");
    let StoreCmd::Plot { plot, .. } = asked(&mut bench) else { panic!("no chart") };
    assert_eq!((plot.y, plot.x), (2, 2));
}

#[test]
fn a_chart_is_of_the_column_that_is_chosen_whatever_the_names_are() {
    let (mut bench, result) = with_rows_that_come(0);
    let named = |name: &str| column(name, WireType::LongLong);
    // The name of the first is what the second and third would be called.
    let columns: Arc<[Column]> = Arc::from([named("a #2"), named("a"), named("a"), named("label")]);
    bench.feed(Message::Result(result, StoreEvent::Opened(Arc::clone(&columns))));
    let text = |text: &str| CellPreview::Bytes { length: text.len() as u64, head: text.as_bytes().into() };
    let window = Window { view: 0, first: 0, columns: 4, cells: vec![text("1"); 4] };
    bench.feed(Message::Result(result, StoreEvent::Progress(Progress { rows: 1, bytes: 9, end: Some(End::Complete) })));
    bench.feed(Message::Result(result, StoreEvent::Window(Arc::new(window))));
    bench.keys("home right d enter enter");
    let StoreCmd::Plot { plot, .. } = asked(&mut bench) else { panic!("no chart") };
    assert_eq!(plot.y, 1);
}

#[test]
fn a_filter_by_a_value_is_not_lost_when_the_value_is_opened_before_it_has_come() {
    let (mut bench, result) = with_rows(9);
    bench.keys("right e o");
    let value = || StoreEvent::Value { row: 0, column: 1, value: Some(b"0".as_slice().into()) };
    bench.feed(Message::Result(result, value()));
    let found = bench.take(|effect| matches!(effect, Effect::Store(StoreCmd::Arrange { .. })));
    let Effect::Store(StoreCmd::Arrange { arrangement, .. }) = found else { unreachable!() };
    assert_eq!(arrangement.filter.unwrap().text(), "study_id = 0");
    bench.feed(Message::Result(result, value()));
    assert!(matches!(bench.model.inspector.content, InspectorContent::Value { .. }));
    // A value that cannot be read does not stop what follows the cursor.
    bench.keys("o");
    bench.feed(Message::Result(result, StoreEvent::Broken(Problem::new(ProblemKind::Settings, "not readable"))));
    assert!(front(&bench).pending_values.is_empty());
}

#[test]
fn the_border_always_has_some_words_of_the_statement() {
    let (mut bench, result) = with_rows(9);
    bench.keys("right right f");
    bench.text("name = 'SCR-0001 of a study with a long name'");
    bench.keys("enter");
    let view = ResultView { id: front(&bench).requested_view, rows: 2, of: 9 };
    bench.feed(Message::Result(result, StoreEvent::Arranged(view)));
    bench.keys("s");
    let view = ResultView { id: front(&bench).requested_view, rows: 2, of: 9 };
    bench.feed(Message::Result(result, StoreEvent::Arranged(view)));
    for width in [80, 100, 118, 120, 160] {
        bench.feed(Message::Resize(ScreenSize { width, height: 45 }));
        let screen = super::model::text(&screen(&bench.model, width, 45));
        assert!(
            screen.contains("SELECT id, study_… ─ 2 of 9 rows") || screen.contains("SELECT id, study_id, name"),
            "{screen}"
        );
        assert!(screen.contains("2 of 9 rows") && screen.contains("sorted here"), "{screen}");
    }
}

#[test]
fn totals_of_the_rows_that_the_store_had_are_shown_and_completed_at_the_end() {
    let (mut bench, result) = with_rows_that_come(9);
    // The session's report comes before the last rows.
    bench.session(SessionEvent::Ended { result, report: report(End::Complete, 12) });
    assert_eq!(front(&bench).count(), 12);
    bench.keys("ctrl-home v ctrl-end");
    let totals = |bench: &mut Bench, rows: std::ops::Range<u64>| {
        let totals = Arc::new(TotalsBuilder::new(&columns()).finish());
        let (_, columns) = asked_totals(bench);
        bench.feed(Message::Result(result, StoreEvent::Totalled { rows, columns, totals }));
    };
    bench.effects.retain(|effect| !matches!(effect, Effect::Store(StoreCmd::Total { rows, .. }) if rows.end != 12));
    totals(&mut bench, 0..9);
    assert!(front(&bench).totals.as_ref().is_some_and(|requested| requested.totals.is_some()));
    assert!(shown(&bench).contains("first 9 rows · count 0"), "{}", shown(&bench));
    let progress = Progress { rows: 12, bytes: 9, end: Some(End::Complete) };
    bench.feed(Message::Result(result, StoreEvent::Progress(progress)));
    totals(&mut bench, 0..12);
    assert!(shown(&bench).contains(" count 0 ") && !shown(&bench).contains("first 9 rows"), "{}", shown(&bench));
}

#[test]
fn a_text_is_found_in_a_value_wherever_the_panel_breaks_it() {
    let fox = "The quick brown fox jumps over the lazy dog and then again the needle here";
    let one_word = format!("{}NEEDLE{}", "a".repeat(42), "b".repeat(42));
    let long = format!("{}the end", "x ".repeat(200_000));
    for (value, wanted, is_there) in [
        (fox, "over the lazy", true),
        (fox, "the lazy dog and then again the needle", true),
        (fox, "lazy  dog", false),
        (fox, "~jumps over the l.zy", true),
        (one_word.as_str(), "NEEDLE", true),
        (long.as_str(), "the end", false),
    ] {
        let (mut bench, result) = with_rows(3);
        bench.keys("right right enter");
        let value: Option<Arc<[u8]>> = Some(Arc::from(value.as_bytes()));
        bench.feed(Message::Result(result, StoreEvent::Value { row: 0, column: 2, value }));
        bench.keys("/");
        bench.text(wanted);
        bench.keys("enter");
        let shown = shown(&bench);
        assert_eq!(shown.contains("match 1 of 1"), is_there, "{wanted}: {shown}");
        let is_told = shown.contains("No matches");
        assert_eq!(is_told, !is_there, "{wanted}: {shown}");
        assert_eq!(shown.contains("No matches in the part that is shown."), wanted == "the end", "{wanted}: {shown}");
    }
}

#[test]
fn a_fit_shows_values_whole_and_a_key_has_room_for_its_arrow() {
    let (mut bench, result) = with_rows(3);
    bench.session(SessionEvent::Catalog(Arc::new(catalog_with_a_key())));
    let text = |text: &str| CellPreview::Bytes { length: text.len() as u64, head: text.as_bytes().into() };
    let cells = vec![text("1"), text("2"), text(&"x".repeat(60))];
    let window = Window { view: 0, first: 0, columns: 3, cells };
    bench.feed(Message::Result(result, StoreEvent::Window(Arc::new(window))));
    bench.keys("right right =");
    assert_eq!(front(&bench).layout.width(2), 60);
    bench.keys("left =");
    assert!(shown(&bench).contains("→ bigint"), "{}", shown(&bench));
}

#[test]
fn the_column_whose_name_is_typed_whole_is_first() {
    let mut bench = Bench::connected(160, 45);
    let names = ["id", "c_timestamp3", "c_time", "c_time6"];
    let columns: Vec<Column> = names.iter().map(|name| column(name, WireType::LongLong)).collect();
    let cells: Vec<Option<&[u8]>> = vec![Some(b"1"); 4];
    super::states::with_cells(&mut bench, &columns, &[&cells]);
    bench.keys("c");
    bench.text("c_time");
    bench.keys("enter");
    assert_eq!(front(&bench).column(), Some(2));
}

#[test]
fn what_is_pasted_beside_the_worksheet_is_seen_there_and_a_redraw_is_one() {
    let (mut bench, _) = with_rows(3);
    bench.feed(Message::Paste("SELECT 7".into()));
    assert_eq!(bench.model.focus, Focus::Worksheet);
    assert!(shown(&bench).contains("SELECT 7") && shown(&bench).contains("Pasted into the worksheet."));
    bench.keys("ctrl-l");
    assert!(bench.effects.iter().any(|effect| matches!(effect, Effect::Redraw)));
}

#[test]
fn numbers_have_their_thousands_apart_and_other_texts_stay() {
    use rrx::domain::quantity::grouped_text;
    let same = ["0", "999", "-12.50", "", "-", "1e10", "2026-11-30", "12:00", ".5", "1.2.3"];
    assert!(same.into_iter().all(|text| grouped_text(text) == text));
    for (text, shown) in [("90158.0000", "90,158.0000"), ("-1711", "-1,711"), ("1234567.", "1,234,567.")] {
        assert_eq!(grouped_text(text), shown);
    }
}
