//! Every state of the results at every size, as text with a legend of the colours: one snapshot for a state, its sizes one below
//! the other.

use std::sync::Arc;
use std::time::Duration;

use rrx::app::focus::Focus;
use rrx::app::{Effect, Message, screen};
use rrx::domain::problem::{Problem, ProblemKind, ServerError};
use rrx::domain::protocol::{
    End, ExportCmd, ExportEvent, ExportedFile, Limit, Progress, ResultId, ResultView, SessionEvent, StoreCmd,
    StoreEvent, StoreWork, ViewId, Warning,
};
use rrx::domain::results::{
    Cell, CellPreview, Column, ColumnOrigin, Plot, PlotKind, ProfileBuilder, SeriesBuilder, Window, WireType,
};

use super::grid::catalog_with_a_key;
use super::legend;
use super::model::{Bench, report};

/// The same state at every size, with a legend of its colours.
fn at_every_size(name: &str, reach: impl Fn(&mut Bench)) {
    insta::assert_snapshot!(name, legend::at_every_size(Bench::connected, reach));
}

fn column(name: &str, wire: WireType) -> Column {
    let is_text = matches!(wire, WireType::VarString | WireType::Blob | WireType::Json);
    Column {
        name: name.into(),
        table: "subject".into(),
        origin: ColumnOrigin { schema: "clinspark".into(), table: "subject".into(), column: name.into() },
        wire,
        flags: 0,
        length: if is_text { 256 } else { 20 },
        decimals: 0,
        charset: if is_text { 45 } else { 63 },
    }
}

fn id() -> Column {
    column("id", WireType::LongLong)
}

pub fn text(name: &str) -> Column {
    column(name, WireType::VarString)
}

fn subjects() -> Vec<Column> {
    vec![id(), column("study_id", WireType::LongLong), text("name")]
}

fn shown(value: Option<&[u8]>) -> CellPreview {
    value.map_or(CellPreview::Null, |bytes| CellPreview::Bytes { head: bytes.into(), length: bytes.len() as u64 })
}

/// Runs a statement and lets a header come.
fn open(bench: &mut Bench, statement: &str, columns: &[Column]) -> ResultId {
    bench.text(&format!("{statement};"));
    let result = bench.run();
    bench.feed(Message::Result(result, StoreEvent::Opened(columns.into())));
    if bench.model.focus != Focus::Grid {
        bench.keys("f6");
    }
    assert_eq!(bench.model.focus, Focus::Grid);
    result
}

fn progress(bench: &mut Bench, result: ResultId, rows: u64, end: Option<End>) {
    bench.feed(Message::Result(result, StoreEvent::Progress(Progress { rows, bytes: 10, end })));
}

fn window(bench: &mut Bench, result: ResultId, view: u64, columns: usize, cells: Vec<CellPreview>) {
    bench.feed(Message::Result(result, StoreEvent::Window(Arc::new(Window { view, first: 0, columns, cells }))));
}

fn ended(bench: &mut Bench, result: ResultId, end: End, rows: u64) {
    progress(bench, result, rows, Some(end.clone()));
    bench.session(SessionEvent::Ended { result, report: report(end, rows) });
}

/// So many rows of subjects, from the first on.
fn subject_cells(count: u64) -> Vec<CellPreview> {
    let text = |text: String| shown(Some(text.as_bytes()));
    let row =
        |row: u64| [text((row + 1).to_string()), text((row % 3 + 1).to_string()), text(format!("SCR-{:04}", row + 1))];
    (0..count).flat_map(row).collect()
}

const SUBJECTS: &str = "SELECT id, study_id, name FROM subject";

/// A whole result of subjects.
fn with_subjects(bench: &mut Bench, count: u64) -> ResultId {
    let result = open(bench, SUBJECTS, &subjects());
    progress(bench, result, count, None);
    window(bench, result, 0, 3, subject_cells(count.min(100)));
    ended(bench, result, End::Complete, count);
    result
}

pub fn with_cells(bench: &mut Bench, columns: &[Column], rows: &[&[Option<&[u8]>]]) -> ResultId {
    let result = open(bench, "SELECT * FROM subject", columns);
    let count = rows.len() as u64;
    progress(bench, result, count, None);
    window(bench, result, 0, columns.len(), rows.iter().flat_map(|row| row.iter()).map(|cell| shown(*cell)).collect());
    ended(bench, result, End::Complete, count);
    result
}

// ------------------------------------------------------------ rows, and how they end

#[test]
fn rows_that_still_come() {
    at_every_size("streaming", |bench| {
        let result = open(bench, SUBJECTS, &subjects());
        progress(bench, result, 52_311, None);
        window(bench, result, 0, 3, subject_cells(100));
        bench.feed(Message::Clock(Duration::from_millis(3100)));
    });
}

#[test]
fn a_statement_that_waits_for_its_first_row() {
    at_every_size("waiting", |bench| {
        bench.text("SELECT SLEEP(9);");
        bench.run();
        bench.feed(Message::Clock(Duration::from_secs(61)));
    });
}

#[test]
fn a_whole_result() {
    at_every_size("complete", |bench| {
        with_subjects(bench, 52_311);
        bench.keys("down down right");
    });
}

#[test]
fn a_result_without_rows() {
    at_every_size("no_rows", |bench| {
        let result = open(bench, SUBJECTS, &subjects());
        ended(bench, result, End::Complete, 0);
    });
}

#[test]
fn a_result_that_was_cut() {
    at_every_size("cut", |bench| {
        let result = open(bench, SUBJECTS, &subjects());
        progress(bench, result, 1_000_000, None);
        window(bench, result, 0, 3, subject_cells(100));
        ended(bench, result, End::Limit(Limit::Rows(1_000_000)), 1_000_000);
    });
}

#[test]
fn a_statement_that_fails_in_the_middle() {
    at_every_size("failed_in_the_middle", |bench| {
        let result = open(bench, SUBJECTS, &subjects());
        progress(bench, result, 4, None);
        window(bench, result, 0, 3, subject_cells(4));
        let message = "Subquery returns more than 1 row".into();
        let problem = Problem::new(ProblemKind::Statement, "The statement failed after 4 rows")
            .server(ServerError { code: 1242, state: "21000".into(), message })
            .hint("compare with IN (…), or let the subquery return one row");
        ended(bench, result, End::Broken(problem), 4);
    });
}

#[test]
fn a_disk_that_takes_no_more_rows() {
    at_every_size("spill_full", |bench| {
        let result = open(bench, SUBJECTS, &subjects());
        progress(bench, result, 400_000, None);
        window(bench, result, 0, 3, subject_cells(100));
        let problem = Problem::new(ProblemKind::Local, "The rows could not all be kept")
            .because("the disk is full: No space left on device (os error 28)")
            .hint(
                "the rows so far stay, and so does the room that they take until the result is closed; make room on the \
                 disk of /home/you/.local/state/rrx and run the statement again, or select less",
            );
        bench.feed(Message::Result(result, StoreEvent::Broken(problem.clone())));
        progress(bench, result, 400_000, Some(End::Broken(problem)));
        bench.session(SessionEvent::Ended { result, report: report(End::Cancelled, 400_000) });
    });
}

#[test]
fn what_the_server_warned_of() {
    at_every_size("warnings", |bench| {
        let result = open(bench, SUBJECTS, &subjects());
        progress(bench, result, 42, None);
        window(bench, result, 0, 3, subject_cells(42));
        progress(bench, result, 42, Some(End::Complete));
        let warning = |level: &str, code, message: &str| Warning { level: level.into(), code, message: message.into() };
        let warnings = vec![
            warning("Warning", 1292, "Truncated incorrect DOUBLE value: '12 mg'"),
            warning(
                "Note",
                1003,
                "/* select#1 */ select `clinspark`.`subject`.`id` AS `id` from `clinspark`.`subject`",
            ),
            warning("Warning", 1292, "Incorrect datetime value: '\u{1b}[31m0000-00-00\u{202e}' for column 'ended'"),
        ];
        let again = warnings[0].clone();
        let warnings = warnings.into_iter().chain([again]).collect();
        let report = rrx::domain::protocol::RunReport { warning_count: 2_000, warnings, ..report(End::Complete, 42) };
        bench.session(SessionEvent::Ended { result, report });
        bench.keys("w");
    });
}

// ------------------------------------------------------------ cells

#[test]
fn nothing_and_what_looks_like_it() {
    at_every_size("nulls", |bench| {
        let columns = [id(), text("value"), column("n", WireType::Long)];
        let values = [None, Some(""), Some("NULL"), Some("‹null›"), Some("‹empty›"), Some("   "), Some("  blanks  ")];
        let values: Vec<Option<&[u8]>> =
            values.into_iter().chain([Some("▒▒▒▒")]).map(|value| value.map(str::as_bytes)).collect();
        let numbers: Vec<String> = (1..=values.len()).map(|number| number.to_string()).collect();
        let n = |at: usize| (at > 0).then_some(numbers[at].as_bytes());
        let rows: Vec<[Option<&[u8]>; 3]> =
            values.iter().enumerate().map(|(at, value)| [Some(numbers[at].as_bytes()), *value, n(at)]).collect();
        let rows: Vec<&[Option<&[u8]>]> = rows.iter().map(<[_; 3]>::as_slice).collect();
        with_cells(bench, &columns, &rows);
    });
}

#[test]
fn hostile_cells() {
    at_every_size("hostile", |bench| {
        let columns = [text("what"), text("value \u{202e}\u{1b}[2J")];
        let rows: [(&str, &str); 9] = [
            ("control", "a\u{1b}[31mred\u{1b}[0m\r\n\tb"),
            ("osc", "\u{1b}]52;c;cm0gLXJmIC8=\u{7}"),
            ("c1", "\u{9b}31m"),
            ("bidi", "abc\u{202e}fdp.exe"),
            ("zero width", "a\u{200b}b\u{feff}c\u{200d}"),
            ("cjk", "漢字とかな、한국어"),
            ("emoji", "👩‍👩‍👧‍👦 ok 🇩🇪"),
            ("combining", "e\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}x"),
            ("line separators", "a\u{2028}b\u{2029}c\u{85}d"),
        ];
        let rows: Vec<[Option<&[u8]>; 2]> =
            rows.iter().map(|(what, value)| [Some(what.as_bytes()), Some(value.as_bytes())]).collect();
        let rows: Vec<&[Option<&[u8]>]> = rows.iter().map(<[_; 2]>::as_slice).collect();
        with_cells(bench, &columns, &rows);
    });
}

#[test]
fn names_of_columns_are_as_harmless_in_lists_as_in_the_header() {
    for keys in ["c", "d", "e"] {
        let mut bench = Bench::connected(80, 24);
        let result = with_cells(
            &mut bench,
            &[text("a\u{202e}b"), column("c\u{202e}d", WireType::Long)],
            &[&[Some("x\u{202e}y".as_bytes()), Some(b"1")]],
        );
        bench.keys(keys);
        let value = Some("x\u{202e}y".as_bytes().into());
        bench.feed(Message::Result(result, StoreEvent::Value { row: 0, column: 0, value }));
        let drawn: String = screen(&bench.model, 80, 24).content.iter().map(ratatui::buffer::Cell::symbol).collect();
        assert_eq!(bench.model.overlays.is_modal(), keys != "e", "{keys}");
        assert!(drawn.contains("‹U+202E›"), "{keys}: {drawn}");
        assert!(!drawn.contains('\u{202e}'), "{keys}");
    }
}

#[test]
fn columns_that_stay_are_hidden_and_moved() {
    at_every_size("many_columns", |bench| {
        let columns: Vec<Column> = (1..=34).map(|number| text(&format!("c{number}"))).collect();
        let values: Vec<String> = (1..=34).map(|number| format!("value {number}")).collect();
        let row: Vec<Option<&[u8]>> = values.iter().map(|value| Some(value.as_bytes())).collect();
        with_cells(bench, &columns, &[&row, &row]);
        // The first two stay, the fourth and the fifth are hidden, the third moves right; then far to the right.
        bench.keys("right z right right - - left . end left left");
    });
}

// ------------------------------------------------------------ what is done with them

#[test]
fn what_is_selected() {
    for (name, keys) in [
        ("selected_cell", "down v"),
        ("selected_block", "down v down right"),
        ("selected_rows", "V down"),
        ("selected_columns", "right B right"),
    ] {
        at_every_size(name, |bench| {
            with_subjects(bench, 4);
            bench.keys(keys);
        });
    }
}

#[test]
fn a_search_that_finds_and_one_that_does_not() {
    at_every_size("search_found", |bench| {
        let result = with_subjects(bench, 9);
        bench.keys("/");
        bench.text("scr-0003");
        bench.keys("enter");
        bench.feed(Message::Result(result, StoreEvent::Found { cells: 3, rows: 3, of: 9 }));
        let place = rrx::domain::protocol::CellPosition { row: 2, column: 2 };
        bench.feed(Message::Result(result, StoreEvent::Next(Some((place, 1)))));
    });
    at_every_size("search_nothing", |bench| {
        let result = with_subjects(bench, 9);
        bench.keys("/");
        bench.text("nowhere");
        bench.keys("enter");
        bench.feed(Message::Result(result, StoreEvent::Found { cells: 0, rows: 0, of: 9 }));
    });
}

/// Lets what was asked for be arranged.
fn arranged(bench: &mut Bench, result: ResultId, rows: u64, of: u64) {
    let asked = bench.effects.iter().rev().find_map(|effect| match effect {
        Effect::Store(StoreCmd::Arrange { view, .. }) => Some(*view),
        _ => None,
    });
    let id: ViewId = asked.expect("an order is asked for");
    bench.feed(Message::Result(result, StoreEvent::Arranged(ResultView { id, rows, of })));
    window(bench, result, id.0, 3, subject_cells(rows.min(100)));
}

#[test]
fn rows_by_two_columns() {
    at_every_size("sorted", |bench| {
        let result = with_subjects(bench, 52_311);
        bench.keys("right s s right S");
        arranged(bench, result, 52_311, 52_311);
    });
    at_every_size("sorting", |bench| {
        let result = with_subjects(bench, 52_311);
        bench.keys("right s");
        let working = StoreEvent::Working { work: StoreWork::Arrange, done: 20_000, of: 52_311 };
        bench.feed(Message::Result(result, working));
    });
}

#[test]
fn rows_that_fit() {
    at_every_size("filtered", |bench| {
        let result = open(bench, SUBJECTS, &subjects());
        progress(bench, result, 52_311, None);
        window(bench, result, 0, 3, subject_cells(100));
        bench.keys("f");
        bench.text("study_id = 2 and name like 'SCR-%'");
        bench.keys("enter");
        arranged(bench, result, 17, 50_000);
    });
    at_every_size("filtered_none", |bench| {
        let result = with_subjects(bench, 9);
        bench.keys("f");
        bench.text("study_id = 7");
        bench.keys("enter");
        arranged(bench, result, 0, 9);
    });
    at_every_size("filter_wrong", |bench| {
        with_subjects(bench, 9);
        bench.keys("f");
        bench.text("study_id = 2 and nome like 'SCR-%'");
    });
    at_every_size("search_wrong", |bench| {
        with_subjects(bench, 9);
        bench.keys("/");
        bench.text("~ SCR-(\\d+");
    });
}

// ------------------------------------------------------------ details

#[test]
fn a_row_by_names_and_values() {
    at_every_size("row", |bench| {
        let columns = [id(), text("screening_number"), text("remark"), column("ended", WireType::DateTime)];
        let remark = "Rescreened after a positive urine test; the sponsor's monitor agreed by telephone on 2026-03-02.";
        let row: [Option<&[u8]>; 4] = [Some(b"1"), Some(b"SCR-0001"), Some(remark.as_bytes()), None];
        with_cells(bench, &columns, &[&row]);
        bench.keys("space");
    });
}

/// A whole value in the inspector.
fn value(bench: &mut Bench, column: Column, bytes: &[u8]) {
    let result = with_cells(bench, &[column], &[&[Some(bytes)]]);
    bench.keys("o");
    let event = StoreEvent::Value { row: 0, column: 0, value: Some(bytes.into()) };
    bench.feed(Message::Result(result, event));
    bench.keys("alt-4");
    assert_eq!(bench.model.focus, Focus::Inspector);
}

const DOCUMENT: &[u8] = br#"{"subject": "SCR-0001", "visits": [{"day": 1, "forms": ["vitals", "labs"], "ok": true}, {"day": 8, "forms": [], "ok": null}], "dose": 18446744073709551616.50, "remark": "taken with water, after a light breakfast as the protocol asks"}"#;

#[test]
fn a_value_in_each_form() {
    at_every_size("value_text", |bench| {
        let long =
            "The subject felt dizzy\tat 08:40.\nBlood pressure 92/61.\n\n\u{1b}[31mRed\u{202e} text stays text. ";
        value(bench, text("remark"), long.repeat(4).as_bytes());
    });
    at_every_size("value_json", |bench| value(bench, column("document", WireType::Json), DOCUMENT));
    at_every_size("value_json_folded", |bench| {
        value(bench, column("document", WireType::Json), DOCUMENT);
        bench.keys("- down down");
    });
    at_every_size("value_json_search", |bench| {
        value(bench, column("document", WireType::Json), DOCUMENT);
        bench.keys("- /");
        bench.text("labs");
        bench.keys("enter");
    });
    at_every_size("value_hex", |bench| {
        let bytes: Vec<u8> = (0..=255).collect();
        let photo = Column { charset: 63, ..column("photo", WireType::Blob) };
        value(bench, photo, &bytes);
    });
    at_every_size("value_wkt", |bench| {
        let point = |x: f64, y: f64| [x.to_le_bytes(), y.to_le_bytes()].concat();
        let ring: Vec<u8> = [(0.0, 0.0), (0.0, 10.5), (10.5, 10.5), (10.5, 0.0), (0.0, 0.0)]
            .into_iter()
            .flat_map(|(x, y)| point(x, y))
            .collect();
        let head = [&4326_u32.to_le_bytes()[..], &[1, 3, 0, 0, 0, 1, 0, 0, 0, 5, 0, 0, 0]].concat();
        let place = Column { charset: 63, ..column("place", WireType::Geometry) };
        value(bench, place, &[head, ring].concat());
    });
}

#[test]
fn several_results_one_of_them_kept() {
    at_every_size("tabs", |bench| {
        bench.text("SELECT 1; SELECT 2; SELECT 3");
        bench.keys("f9");
        for _ in 0..3 {
            let begin =
                bench.take(|effect| matches!(effect, Effect::Storage(rrx::domain::protocol::StorageCmd::Begin { .. })));
            let Effect::Storage(rrx::domain::protocol::StorageCmd::Begin { result, .. }) = begin else {
                unreachable!()
            };
            bench.feed(Message::Result(result, StoreEvent::Opened(subjects().into())));
            progress(bench, result, 4, None);
            window(bench, result, 0, 3, subject_cells(4));
            ended(bench, result, End::Complete, 4);
        }
        if bench.model.focus != Focus::Grid {
            bench.keys("f6");
        }
        bench.keys("[ P");
        bench.feed(Message::Key("down".parse().unwrap()));
    });
}

#[test]
fn a_followed_key_has_a_way_back() {
    at_every_size("followed", |bench| {
        bench.session(SessionEvent::Catalog(Arc::new(catalog_with_a_key())));
        let result = with_subjects(bench, 9);
        bench.keys("right enter");
        let value = StoreEvent::Value { row: 0, column: 1, value: Some(b"1".as_slice().into()) };
        bench.feed(Message::Result(result, value));
        let begin =
            bench.take(|effect| matches!(effect, Effect::Storage(rrx::domain::protocol::StorageCmd::Begin { .. })));
        let Effect::Storage(rrx::domain::protocol::StorageCmd::Begin { result, .. }) = begin else { unreachable!() };
        bench.feed(Message::Result(result, StoreEvent::Opened(subjects().into())));
        progress(bench, result, 1, None);
        window(bench, result, 0, 3, subject_cells(1));
        ended(bench, result, End::Complete, 1);
    });
}

#[test]
fn times_in_another_zone_too() {
    at_every_size("zone", |bench| {
        let columns = [id(), column("collected", WireType::Timestamp), column("ended", WireType::DateTime)];
        let row: [Option<&[u8]>; 3] = [Some(b"1"), Some(b"2026-03-02 08:14:03"), Some(b"2026-03-02 08:14:03")];
        let none: [Option<&[u8]>; 3] = [Some(b"2"), None, None];
        with_cells(bench, &columns, &[&row, &none]);
        bench.keys("right Z");
        bench.text("Europe/Berlin");
        bench.keys("enter");
    });
}

#[test]
fn what_a_column_holds() {
    at_every_size("profile", |bench| {
        let result = with_subjects(bench, 3000);
        bench.keys("right i");
        let mut builder = ProfileBuilder::new(&subjects()[1]);
        for n in 0..3000_u64 {
            let text = (n * n % 97).to_string();
            builder.push(if n % 10 == 0 { Cell::Null } else { Cell::Bytes(text.as_bytes()) });
        }
        let profile = Arc::new(builder.finish());
        bench.feed(Message::Result(result, StoreEvent::Profiled { column: 1, profile }));
    });
}

fn plotted(bench: &mut Bench, form: PlotKind) {
    let columns = [column("day", WireType::Date), column("forms", WireType::LongLong)];
    let days: Vec<(String, String)> =
        (1..=28_u32).map(|day| (format!("2026-03-{day:02}"), (day * day % 23).to_string())).collect();
    let rows: Vec<[Option<&[u8]>; 2]> = days
        .iter()
        .enumerate()
        .map(|(at, (day, forms))| [Some(day.as_bytes()), (at != 8).then_some(forms.as_bytes())])
        .collect();
    let result = with_cells(bench, &columns, &rows.iter().map(<[_; 2]>::as_slice).collect::<Vec<_>>());
    let mut builder = SeriesBuilder::new(Plot { kind: form, x: 0, y: 1 }, &columns).unwrap();
    for [day, forms] in rows {
        builder.push(day.map_or(Cell::Null, Cell::Bytes), forms.map_or(Cell::Null, Cell::Bytes));
    }
    bench.feed(Message::Result(result, StoreEvent::Plotted(Arc::new(builder.finish()))));
}

#[test]
fn charts_and_one_that_cannot_be_drawn() {
    at_every_size("chart_bars", |bench| plotted(bench, PlotKind::Bars));
    at_every_size("chart_line", |bench| plotted(bench, PlotKind::Line));
    at_every_size("chart_menu", |bench| {
        with_subjects(bench, 4);
        bench.keys("d");
    });
    at_every_size("chart_of_text", |bench| {
        let row: [Option<&[u8]>; 2] = [Some(b"a"), Some(b"b")];
        with_cells(bench, &[text("name"), text("remark")], &[&row]);
        bench.keys("d");
    });
}

// ------------------------------------------------------------ copies and exports

#[test]
fn the_forms_of_a_copy() {
    at_every_size("copy_menu", |bench| {
        with_subjects(bench, 4);
        bench.keys("Y");
    });
}

/// An export under way, and its id.
pub fn exporting(bench: &mut Bench) -> rrx::domain::protocol::ExportId {
    with_subjects(bench, 52_311);
    bench.keys("x enter enter");
    let export = bench.take(|effect| matches!(effect, Effect::Export(ExportCmd::Write(_))));
    let Effect::Export(ExportCmd::Write(order)) = export else { unreachable!() };
    order.id
}

#[test]
#[cfg_attr(any(feature = "parquet", feature = "xlsx"), ignore = "the list is longer there: see typed_forms")]
fn the_form_of_an_export() {
    at_every_size("export_form", |bench| {
        with_subjects(bench, 4);
        bench.keys("x");
    });
}

#[test]
fn an_export_from_its_file_to_its_end() {
    at_every_size("export_file", |bench| {
        with_subjects(bench, 4);
        bench.keys("- x enter");
    });
    at_every_size("export_running", |bench| {
        let id = exporting(bench);
        bench.feed(Message::Clock(Duration::from_secs(2)));
        bench.feed(Message::Export(id, ExportEvent::Progress { rows: 20_480, bytes: 3_500_000 }));
    });
    at_every_size("export_done", |bench| {
        let id = exporting(bench);
        let path = "/home/you/work/clinspark/exports/2026/subject.csv".into();
        let written =
            ExportedFile { path, columns_file: None, rows: 52_311, bytes: 8_500_000, sha256: "ab".repeat(32) };
        bench.feed(Message::Export(id, ExportEvent::Written(written)));
    });
    at_every_size("export_there", |bench| {
        let id = exporting(bench);
        bench.feed(Message::Export(id, ExportEvent::Exists("/home/you/work/clinspark/exports/subject.csv".into())));
    });
}

#[test]
fn an_export_that_fails() {
    at_every_size("export_full", |bench| {
        let id = exporting(bench);
        let problem = Problem::new(ProblemKind::Local, "The rows cannot be written to /mnt/usb/subject.csv")
            .because("No space left on device (os error 28)")
            .hint("make room there or choose another place, and export again; the rows are still here");
        bench.feed(Message::Export(id, ExportEvent::Failed(problem)));
    });
    at_every_size("export_forbidden", |bench| {
        let id = exporting(bench);
        let problem = Problem::new(ProblemKind::Local, "The file /root/subject.csv cannot be made")
            .because("Permission denied (os error 13)")
            .hint("choose a folder that you may write to");
        bench.feed(Message::Export(id, ExportEvent::Failed(problem)));
    });
}
