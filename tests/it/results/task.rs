//! The store task through its channels.

use std::sync::Arc;
use std::time::Duration;

use rrx::domain::limits::{BATCH_QUEUE, INBOX, STORE_QUEUE};
use rrx::domain::problem::ProblemKind;
use rrx::domain::profile::Spilling;
use rrx::domain::protocol::{End, Limit, ResultId, Rows, StoreCmd, StoreEvent};
use rrx::domain::results::{Cell, CellPreview, Chunk, ChunkBuilder, Column, Window, WireType};
use rrx::io::store::{StoreOptions, spawn};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use super::{column, text};

const R: ResultId = ResultId(7);

struct Bench {
    rows: mpsc::Sender<Rows>,
    commands: mpsc::Sender<StoreCmd>,
    event: mpsc::Receiver<(ResultId, StoreEvent)>,
    task: JoinHandle<()>,
}

impl Bench {
    fn new(options: StoreOptions, inbox: usize) -> Self {
        let (rows, rows_in) = mpsc::channel(BATCH_QUEUE);
        let (commands, commands_in) = mpsc::channel(STORE_QUEUE);
        let (news_out, event) = mpsc::channel(inbox);
        Self { rows, commands, event, task: spawn(rows_in, commands_in, news_out, options) }
    }

    async fn open(&self, result: ResultId) {
        self.rows.send(Rows::Open { result, columns: columns(), spilling: Spilling::Allowed }).await.unwrap();
    }

    async fn end(&self, result: ResultId, end: End) {
        self.rows.send(Rows::End { result, end }).await.unwrap();
    }

    async fn command(&self, command: StoreCmd) {
        self.commands.send(command).await.unwrap();
    }

    /// The next news that the test looks for.
    async fn wait<T>(&mut self, wanted: impl Fn(ResultId, StoreEvent) -> Option<T>) -> T {
        let found = async {
            loop {
                let (result, event) = self.event.recv().await.expect("the store ended");
                if let Some(found) = wanted(result, event) {
                    return found;
                }
            }
        };
        tokio::time::timeout(Duration::from_mins(1), found).await.expect("the news never came")
    }

    async fn wait_opened(&mut self, result: ResultId) {
        self.wait(|of, event| (of == result && matches!(event, StoreEvent::Opened(_))).then_some(())).await;
    }

    async fn wait_end(&mut self) -> (u64, End) {
        self.wait(|_, event| match event {
            StoreEvent::Progress(progress) => progress.end.map(|end| (progress.rows, end)),
            _ => None,
        })
        .await
    }

    async fn window(&mut self, rows: std::ops::Range<u64>) -> Arc<Window> {
        self.command(StoreCmd::Window { result: R, rows }).await;
        self.wait(|_, event| match event {
            StoreEvent::Window(window) => Some(window),
            _ => None,
        })
        .await
    }
}

fn columns() -> Arc<[Column]> {
    Arc::from([column("id", WireType::LongLong), text("name"), text("note")])
}

fn name(row: u64) -> String {
    format!("subject {row:08} {}", "x".repeat((row % 40) as usize))
}

/// Rows `first..` of the one table that these tests use.
fn batch(first: u64, count: u64) -> Chunk {
    let mut builder = ChunkBuilder::new(3);
    for row in first..first + count {
        let note = if row.is_multiple_of(3) { Cell::Null } else { Cell::Bytes(b"") };
        builder.push([Cell::Bytes(row.to_string().as_bytes()), Cell::Bytes(name(row).as_bytes()), note]);
    }
    builder.take()
}

fn check(window: &Window) {
    for row in window.range() {
        let text = |text: String| CellPreview::Bytes { length: text.len() as u64, head: text.into_bytes().into() };
        assert_eq!(window.cell(row, 0), Some(&text(row.to_string())));
        assert_eq!(window.cell(row, 1), Some(&text(name(row))));
        let note = if row.is_multiple_of(3) { CellPreview::Null } else { text(String::new()) };
        assert_eq!(window.cell(row, 2), Some(&note));
    }
}

fn run(test: impl Future<Output = ()>) {
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_time().build().unwrap().block_on(test);
}

#[test]
fn a_result_that_spills_answers_windows_anywhere_and_leaves_no_file() {
    run(async {
        let folder = tempfile::tempdir().unwrap();
        let options = StoreOptions { memory_limit: 1 << 20, spill_directory: Some(folder.path().join("spill")) };
        let mut bench = Bench::new(options, INBOX);
        let feeder = bench.rows.clone();
        let fed = tokio::spawn(async move {
            feeder.send(Rows::Open { result: R, columns: columns(), spilling: Spilling::Allowed }).await.unwrap();
            for first in (0..200_000).step_by(1000) {
                feeder.send(Rows::Batch { result: R, chunk: batch(first, 1000) }).await.unwrap();
            }
            feeder.send(Rows::End { result: R, end: End::Complete }).await.unwrap();
        });
        bench.wait_opened(R).await;
        // Windows are answered while rows stream in.
        let mut random = 12345_u64;
        let mut windows = 0;
        while !fed.is_finished() {
            random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            check(&*bench.window((random >> 33) % 200_000..(random >> 33) % 200_000 + 50).await);
            windows += 1;
        }
        assert!(windows > 0);
        fed.await.unwrap();
        loop {
            let window = bench.window(199_990..300_000).await;
            check(&window);
            if window.range() == (199_990..200_000) {
                break;
            }
        }
        for _ in 0..200 {
            random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            let first = (random >> 33) % 199_900;
            let window = bench.window(first..first + 100).await;
            assert_eq!(window.range(), first..first + 100);
            check(&window);
        }
        bench.command(StoreCmd::Value { result: R, row: 17, column: 1 }).await;
        let value = bench
            .wait(|_, event| match event {
                StoreEvent::Value { row: 17, column: 1, value } => value,
                _ => None,
            })
            .await;
        assert_eq!(&*value, name(17).as_bytes());
        assert_eq!(std::fs::read_dir(folder.path().join("spill")).unwrap().count(), 0);
        drop((bench.rows, bench.commands));
        bench.task.await.unwrap();
    });
}

#[test]
fn a_listener_that_sleeps_stops_neither_rows_nor_the_end() {
    run(async {
        let mut bench = Bench::new(StoreOptions::memory_only(), 1);
        bench.open(R).await;
        // Far more batches than any queue holds; nobody listens meanwhile.
        for first in 0..2000 {
            bench.rows.send(Rows::Batch { result: R, chunk: batch(first, 1) }).await.unwrap();
            if first % 10 == 0 {
                bench.command(StoreCmd::Window { result: R, rows: 0..first + 1 }).await;
            }
        }
        bench.end(R, End::Complete).await;
        assert_eq!(bench.wait_end().await, (2000, End::Complete));
    });
}

#[test]
fn the_header_comes_first_and_progress_grows_to_the_end() {
    run(async {
        let mut bench = Bench::new(StoreOptions::memory_only(), INBOX);
        bench.open(R).await;
        bench.rows.send(Rows::Batch { result: R, chunk: batch(0, 5) }).await.unwrap();
        assert_eq!(bench.wait(|of, event| Some((of, event))).await, (R, StoreEvent::Opened(columns())));
        let first = bench.wait(|_, event| Some(event)).await;
        assert!(matches!(first, StoreEvent::Progress(ref progress) if progress.rows == 5 && progress.end.is_none()));
        bench.end(R, End::Cancelled).await;
        assert_eq!(bench.wait_end().await, (5, End::Cancelled));
    });
}

#[test]
fn where_spilling_is_forbidden_the_result_ends_at_the_memory_bound() {
    run(async {
        let mut bench = Bench::new(StoreOptions { memory_limit: 100_000, spill_directory: None }, INBOX);
        bench.open(R).await;
        for first in (0..50_000).step_by(1000) {
            bench.rows.send(Rows::Batch { result: R, chunk: batch(first, 1000) }).await.unwrap();
        }
        bench.end(R, End::Complete).await;
        let (rows, end) = bench.wait_end().await;
        assert_eq!(end, End::Limit(Limit::Memory(100_000)));
        let window = bench.window(0..5000).await;
        assert_eq!(window.range(), 0..rows);
        assert!(rows > 0);
        check(&window);
    });
}

#[test]
fn a_profile_that_forbids_spilling_ends_its_result_at_the_memory_limit() {
    run(async {
        let directory = tempfile::tempdir().unwrap();
        let options = StoreOptions { memory_limit: 100_000, spill_directory: Some(directory.path().join("spill")) };
        let mut bench = Bench::new(options, INBOX);
        let opened = Rows::Open { result: R, columns: columns(), spilling: Spilling::Forbidden };
        bench.rows.send(opened).await.unwrap();
        for first in (0..50_000).step_by(1000) {
            bench.rows.send(Rows::Batch { result: R, chunk: batch(first, 1000) }).await.unwrap();
        }
        bench.end(R, End::Complete).await;
        assert_eq!(bench.wait_end().await.1, End::Limit(Limit::Memory(100_000)));
        assert!(!directory.path().join("spill").exists());
    });
}

#[test]
fn where_the_spill_file_cannot_be_made_the_rows_in_memory_stay() {
    run(async {
        let file = tempfile::NamedTempFile::new().unwrap();
        let options = StoreOptions { memory_limit: 100_000, spill_directory: Some(file.path().join("folder")) };
        let mut bench = Bench::new(options, INBOX);
        bench.open(R).await;
        for first in (0..50_000).step_by(1000) {
            bench.rows.send(Rows::Batch { result: R, chunk: batch(first, 1000) }).await.unwrap();
        }
        bench.end(R, End::Complete).await;
        let problem = bench
            .wait(|_, event| match event {
                StoreEvent::Broken(problem) => Some(problem),
                _ => None,
            })
            .await;
        assert_eq!(problem.kind, ProblemKind::Local);
        assert!(problem.hint.is_some());
        let (rows, end) = bench.wait_end().await;
        assert_eq!(end, End::Broken(problem));
        assert!(rows > 0);
        check(&*bench.window(0..rows).await);
    });
}

#[test]
fn a_dropped_result_is_gone_and_its_late_rows_harm_no_other() {
    run(async {
        let (other, never) = (ResultId(8), ResultId(9));
        let mut bench = Bench::new(StoreOptions::memory_only(), INBOX);
        bench.open(other).await;
        bench.open(R).await;
        bench.wait_opened(R).await;
        bench.command(StoreCmd::Drop(R)).await;
        bench.command(StoreCmd::Drop(never)).await;
        // An answer to a later command tells that the drops are done.
        bench.command(StoreCmd::Window { result: other, rows: 0..1 }).await;
        bench.wait(|_, event| matches!(event, StoreEvent::Window(_)).then_some(())).await;
        bench.open(never).await;
        for result in [R, never, other] {
            bench.rows.send(Rows::Batch { result, chunk: batch(0, 3) }).await.unwrap();
            bench.command(StoreCmd::Window { result, rows: 0..5 }).await;
            bench.end(result, End::Complete).await;
        }
        drop((bench.rows, bench.commands));
        let mut last = None;
        while let Some((result, event)) = bench.event.recv().await {
            assert_eq!(result, other, "{event:?}");
            if let StoreEvent::Progress(progress) = event {
                last = Some((progress.rows, progress.end));
            }
        }
        assert_eq!(last, Some((3, Some(End::Complete))));
        bench.task.await.unwrap();
    });
}

#[test]
fn a_session_that_vanishes_leaves_no_result_that_looks_complete() {
    run(async {
        let mut bench = Bench::new(StoreOptions::memory_only(), INBOX);
        bench.open(R).await;
        bench.rows.send(Rows::Batch { result: R, chunk: batch(0, 5) }).await.unwrap();
        let (closed, _) = mpsc::channel(1);
        bench.rows = closed;
        let (rows, end) = bench.wait_end().await;
        assert_eq!(rows, 5);
        assert!(matches!(end, End::Broken(problem) if problem.kind == ProblemKind::Lost));
        check(&*bench.window(0..5).await);
    });
}

#[test]
fn the_task_ends_when_nobody_listens() {
    run(async {
        let bench = Bench::new(StoreOptions::memory_only(), INBOX);
        drop(bench.event);
        tokio::time::timeout(Duration::from_mins(1), bench.task).await.expect("it goes on").unwrap();
    });
}
