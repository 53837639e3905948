//! Exports of the screen: the form by keys, the store's feed, files read back by readers that are not ours, refusals.

use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use ring::digest::{SHA256, digest};
use rrx::app::{Effect, Message};
use rrx::domain::export::{ByteOrderMark, ExportFormat, ExportOptions, Formulas, SessionZone, WriteError};
use rrx::domain::limits::{BATCH_QUEUE, INBOX, STORE_QUEUE};
use rrx::domain::problem::{Problem, ProblemKind};
use rrx::domain::profile::Spilling;
use rrx::domain::protocol::{
    End, ExportCmd, ExportEvent, ExportId, ExportJob, ExportedFile, FormatChoice, IfExists, Limit, Progress, ResultId,
    ResultView, Rows, RunBounds, SessionCmd, SessionEvent, StorageCmd, StorageEvent, StoreCmd, StoreEvent, ViewId,
};
use rrx::domain::results::{Arrangement, Cell, Chunk, ChunkBuilder, Column, Direction, Filter, SortColumn, WireType};
use rrx::io::export::write_rows::write_rows;
use rrx::io::store::{ExportFeed, StoreOptions, spawn_with_exports};
use rrx::shell::export::Exports;
use rrx::shell::row_router::RowRouter;
use tokio::sync::mpsc;

use super::grid::{front, shown, with_rows};
use super::model::report;
use super::results::{column, text};

const R: ResultId = ResultId(3);

fn columns() -> Arc<[Column]> {
    Arc::from([column("id", WireType::LongLong), text("name"), column("n", WireType::Long)])
}

/// Row r: id r, a name of ten that come again and again, and a number that is NULL in every seventh row.
fn cells(row: u64) -> [Option<String>; 3] {
    let n = (!row.is_multiple_of(7)).then(|| (row * 7919 % 1000).to_string());
    [Some(row.to_string()), Some(format!("=name, \"{}\"", row % 10)), n]
}

fn batch(rows: impl Iterator<Item = u64>) -> Chunk {
    let mut builder = ChunkBuilder::new(3);
    for row in rows {
        builder
            .push(cells(row).iter().map(|cell| cell.as_ref().map_or(Cell::Null, |cell| Cell::Bytes(cell.as_bytes()))));
    }
    builder.take()
}

enum News {
    Store(StoreEvent),
    Export(ExportId, ExportEvent),
}

impl From<(ResultId, StoreEvent)> for News {
    fn from((_, event): (ResultId, StoreEvent)) -> Self {
        Self::Store(event)
    }
}

impl From<(ExportId, ExportEvent)> for News {
    fn from((id, event): (ExportId, ExportEvent)) -> Self {
        Self::Export(id, event)
    }
}

/// A store with one result, most of it spilled, and the exports beside it.
struct Bench {
    folder: tempfile::TempDir,
    rows: mpsc::Sender<Rows>,
    commands: mpsc::Sender<StoreCmd>,
    feeds: mpsc::Sender<ExportFeed>,
    tell: mpsc::Sender<News>,
    event: mpsc::Receiver<News>,
    exports: Exports,
}

impl Bench {
    async fn of(count: u64) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let (rows, rows_in) = mpsc::channel(BATCH_QUEUE);
        let (commands, commands_in) = mpsc::channel(STORE_QUEUE);
        let (feeds, feeds_in) = mpsc::channel(BATCH_QUEUE);
        let (tell, event) = mpsc::channel(INBOX);
        let spill = folder.path().join("spill");
        fs::create_dir(&spill).unwrap();
        fs::create_dir(folder.path().join("home")).unwrap();
        let options = StoreOptions { memory_limit: 1 << 20, spill_directory: Some(spill) };
        drop(spawn_with_exports(rows_in, commands_in, feeds_in, tell.clone(), options));
        let exports = Exports::new(feeds.clone(), RowRouter::default(), folder.path().join("home"));
        let mut bench = Self { folder, rows, commands, feeds, tell, event, exports };
        bench.rows.send(Rows::Open { result: R, columns: columns(), spilling: Spilling::Allowed }).await.unwrap();
        for first in (0..count).step_by(1000) {
            let chunk = batch(first..count.min(first + 1000));
            bench.rows.send(Rows::Batch { result: R, chunk }).await.unwrap();
        }
        bench.rows.send(Rows::End { result: R, end: End::Complete }).await.unwrap();
        bench.store(|event| matches!(event, StoreEvent::Progress(Progress { end: Some(_), .. })).then_some(())).await;
        bench
    }

    async fn next(&mut self) -> News {
        tokio::time::timeout(Duration::from_mins(1), self.event.recv()).await.expect("the news never came").unwrap()
    }

    async fn store<T>(&mut self, wanted: impl Fn(StoreEvent) -> Option<T>) -> T {
        loop {
            if let News::Store(event) = self.next().await
                && let Some(found) = wanted(event)
            {
                return found;
            }
        }
    }

    async fn arrange(&mut self, view: u64, sort: &[(usize, Direction)], filter: &str) -> ResultView {
        let sort =
            sort.iter().map(|(column, direction)| SortColumn { column: *column, direction: *direction }).collect();
        let filter = Some(Arc::new(Filter::parse(filter, &columns()).unwrap()));
        let arrangement = Arrangement { sort, filter };
        self.commands.send(StoreCmd::Arrange { result: R, view: ViewId(view), arrangement }).await.unwrap();
        self.store(|event| if let StoreEvent::Arranged(view) = event { Some(view) } else { None }).await
    }

    /// Begins an export and waits for its last news.
    async fn export(&mut self, order: ExportJob) -> ExportEvent {
        let id = order.id;
        assert_eq!(self.exports.run(ExportCmd::Write(order), &self.tell), None);
        self.last(id).await
    }

    async fn last(&mut self, id: ExportId) -> ExportEvent {
        loop {
            match self.next().await {
                News::Export(_, ExportEvent::Progress { .. }) | News::Store(_) => {}
                News::Export(of, event) => {
                    assert_eq!(of, id);
                    return event;
                }
            }
        }
    }

    async fn write(&mut self, order: ExportJob) -> ExportedFile {
        match self.export(order).await {
            ExportEvent::Written(written) => written,
            other => panic!("{other:?}"),
        }
    }

    fn order(&self, path: &str) -> ExportJob {
        let path = self.folder.path().join(path).to_str().unwrap().to_owned();
        ExportJob {
            id: ExportId(1),
            result: R,
            view: ViewId(0),
            rerun_as: None,
            columns: vec![0, 1, 2],
            choice: FormatChoice::plain(ExportFormat::Csv),
            zone: SessionZone::Utc,
            path,
            if_exists: IfExists::Fail,
        }
    }

    fn files(&self, folder: &str) -> Vec<String> {
        let entries = fs::read_dir(self.folder.path().join(folder)).unwrap();
        let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names.retain(|name| name != "spill" && name != "home");
        names
    }
}

fn run(test: impl Future<Output = ()>) {
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_time().build().unwrap().block_on(test);
}

fn sum(bytes: &[u8]) -> String {
    let digits: Vec<String> = digest(&SHA256, bytes).as_ref().iter().map(|byte| format!("{byte:02x}")).collect();
    digits.concat()
}

fn read_csv(path: &Path) -> (Vec<String>, Vec<Vec<String>>) {
    let mut reader = csv::ReaderBuilder::new().from_path(path).unwrap();
    let header = reader.headers().unwrap().iter().map(str::to_owned).collect();
    (header, reader.records().map(|record| record.unwrap().iter().map(str::to_owned).collect()).collect())
}

#[test]
fn all_rows_of_a_spilled_result_are_in_the_file_and_the_sum_is_the_files() {
    run(async {
        let mut bench = Bench::of(40_000).await;
        let written = bench.write(bench.order("all.csv")).await;
        assert_eq!((written.rows, written.path.file_name().unwrap().to_str()), (40_000, Some("all.csv")));
        let bytes = fs::read(&written.path).unwrap();
        assert_eq!((written.bytes, written.sha256), (bytes.len() as u64, sum(&bytes)));
        let (header, read) = read_csv(&written.path);
        assert_eq!(header, ["id", "name", "n"]);
        let expected: Vec<Vec<String>> =
            (0..40_000).map(|row| cells(row).map(Option::unwrap_or_default).to_vec()).collect();
        assert!(read == expected, "the rows of a plain vector, in its order");
        assert_eq!(bench.files(""), ["all.csv"]);
    });
}

#[test]
fn the_sum_is_the_files_in_every_form_of_this_build() {
    run(async {
        let mut bench = Bench::of(3000).await;
        for format in ExportFormat::ALL.into_iter().filter(|format| format.is_built()) {
            let name = format!("all.{}", format.extension());
            let order = ExportJob { choice: FormatChoice::plain(format), ..bench.order(&name) };
            let written = bench.write(order).await;
            let bytes = fs::read(&written.path).unwrap();
            assert_eq!(
                (written.rows, written.bytes, written.sha256),
                (3000, bytes.len() as u64, sum(&bytes)),
                "{name}"
            );
            assert_eq!(bench.files(""), [name]);
            fs::remove_file(written.path).unwrap();
        }
    });
}

#[test]
fn a_view_is_written_in_its_order_with_its_filter_and_the_columns_that_show() {
    run(async {
        let mut bench = Bench::of(30_000).await;
        let view = bench.arrange(1, &[(2, Direction::Descending)], "name like '%3\"' and n is not null").await;
        let mut expected: Vec<u64> = (0..30_000).filter(|row| row % 10 == 3 && row % 7 != 0).collect();
        expected.sort_by_key(|row| (std::cmp::Reverse(row * 7919 % 1000), *row));
        assert_eq!(view.rows, expected.len() as u64);
        let form = FormatChoice { has_columns_file: true, ..FormatChoice::plain(ExportFormat::JsonLines) };
        let order = ExportJob { view: ViewId(1), columns: vec![2, 0], choice: form, ..bench.order("some.jsonl") };
        let written = bench.write(order).await;
        let text = fs::read_to_string(&written.path).unwrap();
        let read: Vec<(u64, u64)> = text
            .lines()
            .map(|line| {
                let object: serde_json::Map<String, serde_json::Value> = serde_json::from_str(line).unwrap();
                assert_eq!(object.keys().collect::<Vec<_>>(), ["n", "id"]);
                (object["n"].as_u64().unwrap(), object["id"].as_u64().unwrap())
            })
            .collect();
        assert_eq!(read, expected.iter().map(|row| (row * 7919 % 1000, *row)).collect::<Vec<_>>());
        let side = fs::read_to_string(written.columns_file.unwrap()).unwrap();
        let side: serde_json::Value = serde_json::from_str(&side).unwrap();
        assert_eq!((&side["columns"][0]["name"], &side["columns"][1]["name"]), (&"n".into(), &"id".into()));
        assert_eq!(bench.files(""), ["some.jsonl", "some.jsonl.columns.json"]);
        // What is looked at otherwise by now is not written for what was asked.
        let stale = bench.export(ExportJob { view: ViewId(0), ..bench.order("stale.csv") }).await;
        assert!(
            matches!(&stale, ExportEvent::Failed(problem) if problem.what.contains("closed or changed")),
            "{stale:?}"
        );
        assert_eq!(bench.files(""), ["some.jsonl", "some.jsonl.columns.json"]);
    });
}

#[test]
fn formulas_are_defused_for_a_spreadsheet_and_home_is_expanded() {
    run(async {
        let mut bench = Bench::of(3).await;
        let form = FormatChoice { formulas: Formulas::Escaped, ..FormatChoice::plain(ExportFormat::Csv) };
        let written = bench.write(ExportJob { choice: form, path: "~/sheet.csv".into(), ..bench.order("") }).await;
        assert_eq!(written.path, bench.folder.path().join("home/sheet.csv"));
        assert_eq!(read_csv(&written.path).1[2], ["2", "'=name, \"2\"", "838"]);
        assert!(!fs::read(&written.path).unwrap().starts_with(b"\xef\xbb\xbf"));
        let form = FormatChoice { mark: ByteOrderMark::Written, ..form };
        let written = bench.write(ExportJob { choice: form, path: "~/marked.csv".into(), ..bench.order("") }).await;
        let bytes = fs::read(&written.path).unwrap();
        assert!(bytes.starts_with(b"\xef\xbb\xbf") && !bytes.contains(&b'\r'));
    });
}

#[test]
fn a_file_that_is_there_is_asked_for_and_replaced_only_then() {
    run(async {
        let mut bench = Bench::of(3).await;
        let order = bench.order("there.csv");
        fs::write(&order.path, "old").unwrap();
        assert_eq!(bench.export(order.clone()).await, ExportEvent::Exists(order.path.clone().into()));
        assert_eq!((fs::read_to_string(&order.path).unwrap().as_str(), bench.files("").len()), ("old", 1));
        // The file beside it counts too.
        let form = FormatChoice { has_columns_file: true, ..order.choice };
        let beside = bench.folder.path().join("new.csv.columns.json");
        fs::write(&beside, "old").unwrap();
        assert_eq!(
            bench.export(ExportJob { choice: form, ..bench.order("new.csv") }).await,
            ExportEvent::Exists(beside)
        );
        bench.write(ExportJob { if_exists: IfExists::Replace, ..order.clone() }).await;
        assert_eq!(read_csv(Path::new(&order.path)).1.len(), 3);
    });
}

#[test]
fn what_cannot_be_made_says_why_and_what_next_and_leaves_nothing() {
    run(async {
        let mut bench = Bench::of(3).await;
        fs::create_dir(bench.folder.path().join("folder")).unwrap();
        fs::write(bench.folder.path().join("file"), "x").unwrap();
        for (path, why) in [
            ("folder", "it is a directory"),
            ("new/", "it is a directory"),
            ("nowhere/x.csv", "No such file"),
            ("file/x.csv", ""),
        ] {
            let event = bench.export(bench.order(path)).await;
            let ExportEvent::Failed(problem) = event else { panic!("{path}: {event:?}") };
            assert!(problem.what.contains("cannot be created") && problem.because[0].contains(why), "{problem:?}");
            assert!(problem.hint.is_some() && problem.kind == ProblemKind::Local, "{problem:?}");
        }
        assert_eq!(bench.files(""), ["file", "folder"]);
        bench.write(bench.order("x.csv")).await;
    });
}

#[test]
fn a_stopped_export_leaves_no_file_and_another_one_waits_for_its_end() {
    run(async {
        let mut bench = Bench::of(60_000).await;
        // Its rows come from here: the second chunk only when the test says so.
        let (feeds, mut asked) = mpsc::channel(1);
        bench.exports = Exports::new(feeds, RowRouter::default(), bench.folder.path().to_owned());
        let order = bench.order("stopped.csv");
        assert_eq!(bench.exports.run(ExportCmd::Write(order.clone()), &bench.tell), None);
        let feed: ExportFeed = asked.recv().await.unwrap();
        feed.rows.send(Rows::Open { result: R, columns: columns(), spilling: Spilling::Allowed }).await.unwrap();
        feed.rows.send(Rows::Batch { result: R, chunk: batch(0..10) }).await.unwrap();
        let progress = bench.next().await;
        assert!(matches!(progress, News::Export(ExportId(1), ExportEvent::Progress { rows: 10, .. })));
        assert_eq!(bench.files(""), ["stopped.csv.partial"]);
        let second = ExportCmd::Write(ExportJob { id: ExportId(2), ..order });
        assert_eq!(bench.exports.run(second.clone(), &bench.tell), Some(second));
        assert_eq!(bench.exports.run(ExportCmd::Cancel(ExportId(1)), &bench.tell), None);
        feed.rows.send(Rows::Batch { result: R, chunk: batch(10..20) }).await.unwrap();
        assert_eq!(bench.last(ExportId(1)).await, ExportEvent::Cancelled);
        assert_eq!(bench.files(""), [""; 0]);
    });
}

#[test]
fn a_result_that_is_dropped_and_rows_that_cannot_be_read_end_the_export_honestly() {
    run(async {
        let mut bench = Bench::of(3).await;
        let (feeds, mut asked) = mpsc::channel(1);
        bench.exports = Exports::new(feeds, RowRouter::default(), bench.folder.path().to_owned());
        for end in [None, Some(End::Broken(Problem::new(ProblemKind::Local, "Older rows could not be read back")))] {
            assert_eq!(bench.exports.run(ExportCmd::Write(bench.order("x.csv")), &bench.tell), None);
            let feed: ExportFeed = asked.recv().await.unwrap();
            feed.rows.send(Rows::Open { result: R, columns: columns(), spilling: Spilling::Allowed }).await.unwrap();
            feed.rows.send(Rows::Batch { result: R, chunk: batch(0..10) }).await.unwrap();
            if let Some(end) = end {
                feed.rows.send(Rows::End { result: R, end }).await.unwrap();
            }
            drop(feed);
            let event = bench.last(ExportId(1)).await;
            assert!(matches!(event, ExportEvent::Failed(_)), "{event:?}");
            assert_eq!(bench.files(""), [""; 0]);
        }
    });
}

#[test]
fn a_file_that_takes_no_rows_holds_up_neither_windows_nor_other_rows() {
    run(async {
        let mut bench = Bench::of(20_000).await;
        let (rows, mut taken) = mpsc::channel(1);
        bench.feeds.send(ExportFeed { result: R, view: ViewId(0), columns: vec![1], rows }).await.unwrap();
        bench
            .rows
            .send(Rows::Open { result: ResultId(4), columns: columns(), spilling: Spilling::Allowed })
            .await
            .unwrap();
        for turn in 0..50 {
            bench.commands.send(StoreCmd::Window { result: R, rows: turn..turn + 5 }).await.unwrap();
            bench.rows.send(Rows::Batch { result: ResultId(4), chunk: batch(turn..=turn) }).await.unwrap();
            let window =
                bench.store(|event| if let StoreEvent::Window(window) = event { Some(window) } else { None }).await;
            assert_eq!(window.rows(), 5);
        }
        // An arrangement does not disturb what is on its way.
        bench.arrange(1, &[(0, Direction::Descending)], "id < 10").await;
        let Some(Rows::Open { columns, .. }) = taken.recv().await else { panic!("a header") };
        assert_eq!(columns.len(), 1);
        let mut count = 0;
        loop {
            match taken.recv().await {
                Some(Rows::Batch { chunk, .. }) => {
                    let name = cells(count)[1].clone().unwrap();
                    assert_eq!(chunk.cell(0, 0), Some(Cell::Bytes(name.as_bytes())));
                    count += chunk.rows() as u64;
                }
                Some(Rows::End { end, .. }) => {
                    assert_eq!(end, End::Complete);
                    break;
                }
                other => panic!("{other:?}"),
            }
        }
        assert_eq!(count, 20_000);
        let (rows, mut taken) = mpsc::channel(1);
        bench.feeds.send(ExportFeed { result: R, view: ViewId(1), columns: vec![1], rows }).await.unwrap();
        assert!(taken.recv().await.is_some());
        bench.commands.send(StoreCmd::Drop(R)).await.unwrap();
        let ended = async { while taken.recv().await.is_some() {} };
        tokio::time::timeout(Duration::from_mins(1), ended).await.expect("it ends with its result");
    });
}

/// A disk with room for so many bytes.
struct Disk(usize);

impl std::io::Write for Disk {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        if self.0 == 0 {
            return Err(std::io::ErrorKind::StorageFull.into());
        }
        let count = bytes.len().min(self.0);
        self.0 -= count;
        Ok(count)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_full_disk_is_told_and_the_rows_are_wanted_no_more() {
    let (rows, mut taken) = mpsc::channel(8);
    rows.try_send(Rows::Batch { result: R, chunk: batch(0..100) }).unwrap();
    rows.try_send(Rows::End { result: R, end: End::Complete }).unwrap();
    let manner = ExportOptions::plain(ExportFormat::Csv);
    let error = write_rows(&mut taken, &columns(), manner, Disk(500), |_, _| Ok(())).map(|_| ()).unwrap_err();
    assert!(matches!(&error, WriteError::Output(error) if error.kind() == std::io::ErrorKind::StorageFull), "{error}");
}

// ------------------------------------------------------------ by keys

fn ordered(bench: &mut super::model::Bench) -> ExportJob {
    let effect = bench.take(|effect| matches!(effect, Effect::Export(ExportCmd::Write(_))));
    let Effect::Export(ExportCmd::Write(order)) = effect else { unreachable!() };
    order
}

#[test]
fn the_form_asks_for_format_and_file_and_writes_what_shows() {
    let (mut bench, result) = with_rows(9);
    bench.keys("- x");
    bench.text("spread");
    assert!(shown(&bench).contains("CSV for a spreadsheet"), "{}", shown(&bench));
    bench.keys("enter");
    let screen = shown(&bench);
    assert!(screen.contains("file › subject.csv"), "{screen}");
    assert!(screen.contains("all 9 rows, 2 of 3 columns, in the order shown."), "{screen}");
    bench.keys("ctrl-u enter");
    assert!(shown(&bench).contains("Type a file name first."));
    bench.text("~/out/subjects.csv");
    bench.keys("enter");
    let order = ordered(&mut bench);
    let (formulas, mark) = (Formulas::Escaped, ByteOrderMark::Written);
    let form = FormatChoice { formulas, mark, ..FormatChoice::plain(ExportFormat::Csv) };
    assert_eq!((order.result, order.choice, order.path.as_str()), (result, form, "~/out/subjects.csv"));
    assert_eq!((order.columns, order.view, order.if_exists), (vec![1, 2], ViewId(0), IfExists::Fail));
    assert_eq!(order.zone, SessionZone::Utc, "as the session says");
    bench.feed(Message::Export(order.id, ExportEvent::Progress { rows: 4, bytes: 2048 }));
    let screen = shown(&bench);
    assert!(screen.contains("writing 4 of 9 rows to subjects.csv, 2.0 KiB"), "{screen}");
    // One at a time, and its result stays.
    bench.keys("x");
    assert!(shown(&bench).contains("An export is running."));
    bench.keys("ctrl-q");
    assert!(shown(&bench).contains("Rows are being written to a file"), "{}", shown(&bench));
    bench.keys("esc");
    let written = ExportedFile {
        path: "/home/you/out/subjects.csv".into(),
        columns_file: None,
        rows: 9,
        bytes: 3_500_000,
        sha256: "ab".repeat(32),
    };
    bench.feed(Message::Export(order.id, ExportEvent::Written(written)));
    let screen = shown(&bench);
    assert!(screen.contains("9 rows written to /home/you/out/subjects.csv (3.3 MiB)"), "{screen}");
    let effect = bench.take(|effect| matches!(effect, Effect::Storage(StorageCmd::Exported(_))));
    let Effect::Storage(StorageCmd::Exported(record)) = effect else { unreachable!() };
    assert_eq!((record.profile.as_str(), record.format.as_str(), record.rows), ("eu", "csv", 9));
    assert_eq!(record.statement, "SELECT id, study_id, name FROM subject");
    assert!(front(&bench).export.is_none());
}

#[test]
fn a_file_that_is_there_is_replaced_only_after_a_yes() {
    for (key, replaced) in [("y", true), ("n", false), ("enter", false)] {
        let (mut bench, _) = with_rows(9);
        bench.keys("x enter enter");
        let order = ordered(&mut bench);
        bench.feed(Message::Export(order.id, ExportEvent::Exists("/tmp/there.csv".into())));
        assert!(shown(&bench).contains("/tmp/there.csv already exists. Replace it?"), "{}", shown(&bench));
        bench.keys(key);
        let again = bench.effects.iter().find_map(|effect| match effect {
            Effect::Export(ExportCmd::Write(order)) => Some(order.clone()),
            _ => None,
        });
        let wanted = ExportJob { if_exists: IfExists::Replace, id: ExportId(order.id.0 + 1), ..order };
        assert_eq!(again, replaced.then_some(wanted));
    }
}

#[test]
fn esc_and_ctrl_c_stop_an_export_and_a_failure_is_a_problem_with_the_rows_still_there() {
    for key in ["esc", "ctrl-c"] {
        let (mut bench, _) = with_rows(9);
        bench.keys("x enter enter");
        let order = ordered(&mut bench);
        bench.keys(key);
        let stop = bench.take(|effect| matches!(effect, Effect::Export(ExportCmd::Cancel(_))));
        assert!(matches!(stop, Effect::Export(ExportCmd::Cancel(id)) if id == order.id));
        bench.feed(Message::Export(order.id, ExportEvent::Cancelled));
        assert!(shown(&bench).contains("No file was written."));
        bench.keys("x enter enter");
        let order = ordered(&mut bench);
        let problem = Problem::new(ProblemKind::Local, "The rows cannot be written to /x")
            .because("No space left")
            .hint("make room");
        bench.feed(Message::Export(order.id, ExportEvent::Failed(problem)));
        let screen = shown(&bench);
        assert!(screen.contains("No space left") && screen.contains("make room"), "{screen}");
        assert_eq!(front(&bench).count(), 9);
        // Late news of what has ended changes nothing.
        bench.feed(Message::Export(order.id, ExportEvent::Progress { rows: 1, bytes: 1 }));
        assert!(front(&bench).export.is_none());
    }
}

#[test]
fn rows_that_are_being_arranged_or_not_all_there_are_not_exported_in_silence() {
    let (mut bench, result) = with_rows(9);
    bench.keys("s x");
    assert!(shown(&bench).contains("The rows are being sorted or filtered."), "{}", shown(&bench));
    bench.feed(Message::Result(result, StoreEvent::Arranged(ResultView { id: ViewId(1), rows: 9, of: 9 })));
    let cut = Progress { rows: 9, bytes: 10, end: Some(End::Limit(Limit::Rows(9))) };
    bench.feed(Message::Result(result, StoreEvent::Progress(cut)));
    bench.keys("x enter");
    assert!(shown(&bench).contains("the 9 loaded rows"), "{}", shown(&bench));
    bench.keys("enter");
    assert!(shown(&bench).contains("The result"), "{}", shown(&bench));
    bench.keys("enter");
    assert_eq!(ordered(&mut bench).view, ViewId(1));
}

#[test]
fn a_result_that_is_being_written_stays_when_the_next_statement_runs() {
    let (mut bench, result) = with_rows(9);
    bench.keys("x enter enter");
    ordered(&mut bench);
    bench.keys("f5");
    let kept: Vec<ResultId> = bench.model.grid.tabs().0.iter().map(|result| result.id).collect();
    assert_eq!((kept.len(), kept[0]), (2, result));
    assert!(!bench.effects.iter().any(|effect| matches!(effect, Effect::Store(StoreCmd::Drop(_)))));
}

// ------------------------------------------------------------ all rows, from the server again

/// A row router, the session's end of its queue, and the rows that go to the store.
fn routed() -> (RowRouter, mpsc::Sender<Rows>, mpsc::Receiver<Rows>) {
    let router = RowRouter::default();
    let (rows, passing) = mpsc::channel(BATCH_QUEUE);
    let (store, kept) = mpsc::channel(64);
    drop(tokio::spawn(router.clone().forward(passing, store)));
    (router, rows, kept)
}

#[test]
fn rows_from_the_server_again_go_to_the_file_alone_and_its_end_is_honest() {
    run(async {
        let again = ResultId(9);
        let ends = [End::Complete, End::Limit(Limit::Bytes(5)), End::Cancelled];
        for (number, end) in ends.into_iter().enumerate() {
            let mut bench = Bench::of(3).await;
            let (router, rows, mut kept) = routed();
            let (feeds, _nobody) = mpsc::channel(1);
            bench.exports = Exports::new(feeds, router, bench.folder.path().to_owned());
            let order = ExportJob { rerun_as: Some(again), ..bench.order("all.csv") };
            assert_eq!(bench.exports.run(ExportCmd::Write(order), &bench.tell), None);
            assert!(matches!(bench.next().await, News::Export(_, ExportEvent::Ready)));
            rows.send(Rows::Open { result: again, columns: columns(), spilling: Spilling::Allowed }).await.unwrap();
            for first in (0..5000).step_by(100) {
                rows.send(Rows::Batch { result: again, chunk: batch(first..first + 100) }).await.unwrap();
            }
            rows.send(Rows::End { result: again, end }).await.unwrap();
            rows.send(Rows::Open { result: ResultId(10), columns: columns(), spilling: Spilling::Allowed })
                .await
                .unwrap();
            let other = kept.recv().await;
            assert!(matches!(other, Some(Rows::Open { result: ResultId(10), .. })), "{other:?}");
            match (number, bench.last(ExportId(1)).await) {
                (0, ExportEvent::Written(written)) => {
                    assert_eq!((written.rows, read_csv(&written.path).1.len()), (5000, 5000));
                    assert_eq!(bench.files(""), ["all.csv"]);
                }
                (1, ExportEvent::Cut(written, Limit::Bytes(5))) => {
                    assert_eq!((written.rows, read_csv(&written.path).1.len()), (5000, 5000));
                    assert_eq!(bench.files(""), ["all.csv.partial"]);
                }
                (2, ExportEvent::Cancelled) => assert_eq!(bench.files(""), [""; 0]),
                (number, other) => panic!("{number}: {other:?}"),
            }
        }
    });
}

#[test]
fn a_statement_that_is_never_sent_leaves_no_file_that_waits() {
    run(async {
        let mut bench = Bench::of(3).await;
        let (router, rows, mut kept) = routed();
        let (feeds, _nobody) = mpsc::channel(1);
        bench.exports = Exports::new(feeds, router, bench.folder.path().to_owned());
        let order = ExportJob { rerun_as: Some(ResultId(9)), ..bench.order("all.csv") };
        assert_eq!(bench.exports.run(ExportCmd::Write(order), &bench.tell), None);
        assert!(matches!(bench.next().await, News::Export(_, ExportEvent::Ready)));
        assert_eq!(bench.exports.run(ExportCmd::Cancel(ExportId(1)), &bench.tell), None);
        assert_eq!(bench.last(ExportId(1)).await, ExportEvent::Cancelled);
        assert_eq!(bench.files(""), [""; 0]);
        // Rows that come for it all the same are nobody's, and hold up nothing.
        rows.send(Rows::Open { result: ResultId(9), columns: columns(), spilling: Spilling::Allowed }).await.unwrap();
        rows.send(Rows::Batch { result: ResultId(9), chunk: batch(0..9) }).await.unwrap();
        rows.send(Rows::End { result: ResultId(9), end: End::Complete }).await.unwrap();
        rows.send(Rows::Open { result: ResultId(10), columns: columns(), spilling: Spilling::Allowed }).await.unwrap();
        assert!(matches!(kept.recv().await, Some(Rows::Open { result: ResultId(10), .. })));
    });
}

#[test]
fn going_back_in_the_export_dialog_keeps_what_was_typed() {
    let (mut bench, result) = with_rows(9);
    let cut = Progress { rows: 9, bytes: 10, end: Some(End::Limit(Limit::Rows(9))) };
    bench.feed(Message::Result(result, StoreEvent::Progress(cut)));
    bench.keys("x");
    bench.text("json lin");
    bench.keys("enter enter");
    assert!(shown(&bench).contains("file › subject.jsonl"), "{}", shown(&bench));
    // A name that was left alone follows the format.
    bench.keys("esc esc");
    assert!(shown(&bench).contains("find › json lin"), "{}", shown(&bench));
    bench.keys("ctrl-u");
    bench.text("tsv");
    bench.keys("enter down enter");
    assert!(shown(&bench).contains("file › subject.tsv"), "{}", shown(&bench));
    // One that was typed stays, and so does the choice of rows.
    bench.text(".old");
    bench.keys("esc");
    assert!(shown(&bench).contains("›all rows"), "{}", shown(&bench));
    bench.keys("esc enter enter");
    assert!(shown(&bench).contains("file › subject.tsv.old"), "{}", shown(&bench));
    bench.keys("esc esc esc");
    assert!(!bench.model.overlays.is_modal());
}

/// A bench whose result was cut, as far as the file that waits for all of its rows.
fn waiting() -> (super::model::Bench, ExportJob) {
    let (mut bench, result) = with_rows(9);
    let cut = Progress { rows: 9, bytes: 10, end: Some(End::Limit(Limit::Rows(9))) };
    bench.feed(Message::Result(result, StoreEvent::Progress(cut)));
    bench.keys("x enter down enter");
    assert!(shown(&bench).contains("The statement runs again without the row limit."), "{}", shown(&bench));
    bench.keys("enter");
    let order = ordered(&mut bench);
    assert!(order.rerun_as.is_some_and(|again| again != result));
    assert!(!bench.effects.iter().any(|effect| matches!(effect, Effect::Storage(StorageCmd::Begin { .. }))));
    (bench, order)
}

/// The statement on its way: its record, its permit, what is sent.
fn sent(bench: &mut super::model::Bench) -> (ResultId, RunBounds) {
    let begin = bench.take(|effect| matches!(effect, Effect::Storage(StorageCmd::Begin { .. })));
    let Effect::Storage(StorageCmd::Begin { result, statement }) = begin else { unreachable!() };
    assert_eq!(statement.checked().text(), "SELECT id, study_id, name FROM subject");
    let permit = rrx::domain::access_log::record(&mut super::model::Paper, statement).unwrap();
    bench.feed(Message::Storage(StorageEvent::Permitted { result, permit }));
    let run = bench.take(|effect| matches!(effect, Effect::Session(_, SessionCmd::Run { .. })));
    let Effect::Session(_, SessionCmd::Run { result, bounds, .. }) = run else { unreachable!() };
    (result, bounds)
}

#[test]
fn all_rows_of_a_cut_result_take_the_way_of_every_statement_without_the_row_limit() {
    let (mut bench, order) = waiting();
    bench.feed(Message::Export(order.id, ExportEvent::Ready));
    let (result, bounds) = sent(&mut bench);
    assert_eq!((Some(result), bounds.rows, bounds.bytes.is_some()), (order.rerun_as, None, true));
    bench.feed(Message::Export(order.id, ExportEvent::Progress { rows: 7000, bytes: 2048 }));
    assert!(shown(&bench).contains("writing 7,000 rows to subject.csv"), "{}", shown(&bench));
    let path = "/tmp/subject.csv.partial".into();
    let written = ExportedFile { path, columns_file: None, rows: 7000, bytes: 9, sha256: "ab".repeat(32) };
    bench.feed(Message::Export(order.id, ExportEvent::Cut(written, Limit::Bytes(9))));
    let screen = shown(&bench);
    assert!(screen.contains("incomplete") && screen.contains("byte limit"), "{screen}");
    bench.session(SessionEvent::Ended { result, report: report(End::Limit(Limit::Bytes(9)), 7000) });
    assert!(bench.effects.iter().any(|effect| matches!(effect, Effect::Storage(StorageCmd::End { .. }))));
    assert!(bench.effects.iter().any(|effect| matches!(effect, Effect::Storage(StorageCmd::Exported(_)))));
    assert!(bench.model.context.running().is_none());
    assert_eq!(front(&bench).count(), 9);
}

#[test]
fn the_statement_is_stopped_with_its_file_and_the_file_with_its_statement() {
    let (mut bench, order) = waiting();
    bench.feed(Message::Export(order.id, ExportEvent::Ready));
    let (result, _) = sent(&mut bench);
    let problem = Problem::new(ProblemKind::Local, "The rows cannot be written").because("No space left");
    bench.feed(Message::Export(order.id, ExportEvent::Failed(problem)));
    let cancel = bench.take(|effect| matches!(effect, Effect::Session(_, SessionCmd::Cancel(_))));
    assert!(matches!(cancel, Effect::Session(_, SessionCmd::Cancel(id)) if id == result));

    let (mut bench, order) = waiting();
    bench.feed(Message::Export(order.id, ExportEvent::Ready));
    let (result, _) = sent(&mut bench);
    let problem = Problem::new(ProblemKind::Statement, "The server refused it");
    bench.session(SessionEvent::Ended { result, report: report(End::Broken(problem), 0) });
    let cancel = bench.take(|effect| matches!(effect, Effect::Export(ExportCmd::Cancel(_))));
    assert!(matches!(cancel, Effect::Export(ExportCmd::Cancel(id)) if id == order.id));
    assert!(shown(&bench).contains("The server refused it"), "{}", shown(&bench));

    // Elsewhere by now, the same text would mean other rows.
    let (mut bench, order) = waiting();
    bench.model.context.database = Some("other".into());
    bench.feed(Message::Export(order.id, ExportEvent::Ready));
    bench.take(|effect| matches!(effect, Effect::Export(ExportCmd::Cancel(_))));
    assert!(!bench.effects.iter().any(|effect| matches!(effect, Effect::Storage(StorageCmd::Begin { .. }))));
    assert!(shown(&bench).contains("another profile or database"), "{}", shown(&bench));
}
