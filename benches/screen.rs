//! Measures the main loop: `update` with a catalog of 100,000 columns, and frames of the grid with 1 M rows at 200×60. It
//! prints each time with its budget and asserts nothing about it.
//!
//! `cargo bench --bench screen`
#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "a bench measures and prints"
)]

mod model;
mod rows;

use std::sync::Arc;
use std::time::{Duration, Instant};

use model::{COLUMNS, SIZE, TABLES, catalog, facts};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use rows::columns;
use rrx::app::model::Model;
use rrx::app::{Effect, Message, draw, update};
use rrx::domain::access_log::{BeginRecord, RecordSink, record};
use rrx::domain::compute::Computed;
use rrx::domain::limits::{FRAME, RESULT_MEMORY};
use rrx::domain::protocol::{
    End, Progress, ResultId, RunReport, SessionEvent, SessionId, StorageCmd, StorageEvent, StoreCmd, StoreEvent,
};
use rrx::domain::results::{Cell, ChunkBuilder, NoBlocks, RowStore};

/// The time limit of one `update`.
const BUDGET: Duration = Duration::from_millis(2);
/// The time limit of a keystroke in a find, including the work on the worker threads.
const FIND_BUDGET: Duration = Duration::from_millis(50);
const ROWS: u64 = 1_000_000;

struct DiscardingSink;
impl RecordSink for DiscardingSink {
    type Error = ();
    fn stamp(&mut self, _: &mut BeginRecord) {}
    fn append(&mut self, _: &BeginRecord) -> Result<(), ()> {
        Ok(())
    }
}

/// The model, the store of its result, and the measured times.
struct Bench {
    model: Model,
    store: RowStore<NoBlocks>,
    /// The time of each `update`.
    updates: Vec<Duration>,
    /// The time of each job on the worker threads.
    jobs: Vec<Duration>,
}

impl Bench {
    fn new() -> Self {
        let model = model::new();
        let store = RowStore::new(columns(), RESULT_MEMORY * 8, NoBlocks);
        Self { model, store, updates: vec![], jobs: vec![] }
    }

    /// Handles one message as the main loop does, and its effects as the workers do.
    fn feed(&mut self, message: Message) {
        let start = Instant::now();
        let effects = update(&mut self.model, message);
        self.updates.push(start.elapsed());
        for effect in effects {
            match effect {
                Effect::Compute(job) => {
                    let start = Instant::now();
                    let answer = job.work.run(&|| false).unwrap();
                    self.jobs.push(start.elapsed());
                    self.feed(Message::Computed(Computed { generation: job.generation, answer }));
                }
                Effect::Discard(catalog) => drop(catalog),
                Effect::Store(StoreCmd::Window { result, rows }) => {
                    let end = rows.end.min(self.store.rows());
                    let window = self.store.window(rows.start.min(end)..end).unwrap();
                    self.feed(Message::Result(result, StoreEvent::Window(Arc::new(window))));
                }
                Effect::Storage(StorageCmd::Begin { result, statement }) => {
                    let permit = record(&mut DiscardingSink, statement).unwrap();
                    self.feed(Message::Storage(StorageEvent::Permitted { result, permit }));
                }
                _ => {}
            }
        }
    }

    fn keys(&mut self, keys: &str) {
        for key in keys.split_whitespace() {
            self.feed(Message::Key(key.parse().unwrap()));
        }
    }

    /// Presses the keys, and prints their times under a name.
    fn measure(&mut self, what: &str, budget: Duration, keys: &str) {
        self.updates.clear();
        self.jobs.clear();
        self.keys(keys);
        print(what, budget, &mut self.updates);
        if !self.jobs.is_empty() {
            print("  … and its jobs on worker threads", FIND_BUDGET, &mut self.jobs);
        }
    }
}

fn print(what: &str, budget: Duration, took: &mut [Duration]) {
    took.sort();
    let at = |percent: usize| took[(took.len() * percent / 100).min(took.len() - 1)];
    let (middle, most) = (at(50), at(100));
    let share = most.as_secs_f64() / budget.as_secs_f64();
    println!("{what:<52} p50 {middle:>10.2?}  max {most:>10.2?}  of {budget:?}: {share:>5.2}");
}

fn fill(store: &mut RowStore<NoBlocks>) {
    let mut builder = ChunkBuilder::new(10);
    for row in 0..ROWS {
        let number = row.to_string();
        let text = |text: &'static str| Cell::Bytes(text.as_bytes());
        let row_number = || Cell::Bytes(number.as_bytes());
        builder.push([
            row_number(),
            text("SCR-000123"),
            row_number(),
            text("Screening visit"),
            text("12.5000"),
            text("2026-03-02 08:14:03"),
            row_number(),
            Cell::Null,
            text(""),
            text("Müller, Jörg 漢字"),
        ]);
        if builder.is_full() {
            store.push(builder.take()).unwrap();
        }
    }
    if !builder.is_empty() {
        store.push(builder.take()).unwrap();
    }
}

fn main() {
    let mut bench = Bench::new();
    bench.keys("enter");
    let session = SessionId(1);
    bench.feed(Message::Session(session, SessionEvent::Ready(Arc::new(facts()))));
    bench.feed(Message::Storage(StorageEvent::Worksheets {
        profile: "eu".into(),
        worksheets: rrx::domain::protocol::WorksheetSet::default(),
        problems: vec![],
    }));
    println!("update, {} columns in {TABLES} tables", TABLES * COLUMNS);
    for generation in 1..=2 {
        let catalog = Arc::new(catalog(generation));
        bench.updates.clear();
        bench.feed(Message::Session(session, SessionEvent::Catalog(catalog)));
        print("a catalog arrives", BUDGET, &mut bench.updates);
    }
    bench.measure(
        "typing in the worksheet",
        BUDGET,
        &"S E L E C T space * space F R O M space s t u d y enter ".repeat(20),
    );
    bench.measure(
        "the tree: down, page down, end, top",
        BUDGET,
        "shift-tab down down page-down page-down G g down down right down",
    );
    bench.measure("the tree's filter, letter by letter", BUDGET, "/ s u b j e c t _ v i s i t backspace backspace esc");
    bench.measure("a find, letter by letter", BUDGET, "ctrl-t v i s i t space d a t a backspace backspace esc");
    let memory = |field: &str| {
        let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
        status.lines().find(|line| line.starts_with(field)).map(|line| line[field.len()..].trim().to_owned())
    };
    println!("memory with two generations of the catalog          {}", memory("VmRSS:").unwrap_or_default());

    println!("frames, {}×{}, {ROWS} rows of 10 columns", SIZE.width, SIZE.height);
    fill(&mut bench.store);
    bench.keys("ctrl-n");
    bench.feed(Message::Paste("SELECT * FROM study".into()));
    bench.keys("f5");
    let result = ResultId(1);
    bench.feed(Message::Result(result, StoreEvent::Opened(columns())));
    let progress = Progress { rows: ROWS, bytes: 1, end: Some(End::Complete) };
    bench.feed(Message::Result(result, StoreEvent::Progress(progress)));
    let report = RunReport {
        end: End::Complete,
        rows: ROWS,
        bytes: 1,
        first_row: None,
        total: Duration::from_secs(1),
        warning_count: 0,
        warnings: vec![],
        sql_mode: None,
        note: None,
        left: None,
        database: None,
    };
    bench.feed(Message::Session(session, SessionEvent::Ended { result, report }));
    assert!(bench.model.grid.count() == ROWS, "the grid has its rows");
    let mut frames = |what: &str, zoom: &str, key: &str| {
        bench.keys(zoom);
        bench.updates.clear();
        let mut drawn = Vec::new();
        let mut buffer = Buffer::empty(Rect::new(0, 0, SIZE.width, SIZE.height));
        for _ in 0..500 {
            bench.keys(key);
            let start = Instant::now();
            buffer.reset();
            draw(&bench.model, &mut buffer);
            drawn.push(start.elapsed());
        }
        print(&format!("{what}: a frame"), FRAME, &mut drawn);
        print(&format!("{what}: update"), BUDGET, &mut bench.updates);
    };
    frames("grid with the other panes, row by row", "f6", "down");
    frames("grid alone, page by page", "f4", "page-down");
}
