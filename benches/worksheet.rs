//! Measures typing with completion: a key until its frame, the list on a worker thread, and the memory of the names of all columns. It
//! prints each figure with its limit, and fails if one is over it.
//!
//! `cargo bench --bench worksheet`
#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "a bench measures and prints"
)]

mod model;

use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, Instant};

use model::{COLUMNS, SIZE, TABLES, catalog, facts};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use rrx::app::model::Model;
use rrx::app::{Effect, Message, draw, update};
use rrx::domain::compute::{ComputeJob, ComputeWork, Computed};
use rrx::domain::limits::FRAME;
use rrx::domain::protocol::{SessionEvent, SessionId, StorageEvent, WorksheetSet};

/// The limit of a list, as a median.
const LIST: Duration = Duration::from_millis(5);
/// The limit of the memory for the names of all columns.
const MEMORY: usize = 25 << 20;
const LINES: usize = 5_000;
/// How often the statement is typed.
const ROUNDS: usize = 20;
/// What is typed, in keys: names of tables, aliases, columns, a function, and the deletions of a typing error.
const TYPED: &str = "S E L E C T space s . n backspace * space F R O M space s u b j backspace j e c t tab space s space \
                     J O I N space v i s i t _ s u space v space O N space v . s u b space = space s . s u b space \
                     W H E R E space C O A L E S C E ( s . v o l , 1 ) space = space 2 ;";

/// Whether the names of the columns were read before the list.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Names {
    Cold,
    Warm,
}

/// A model, a screen, and the measured times.
struct Bench {
    model: Model,
    buffer: Buffer,
    /// From a key to its frame.
    keys: Vec<Duration>,
    /// The lists on the worker thread.
    lists: Vec<Duration>,
    /// From a computed list to its frame.
    arrivals: Vec<Duration>,
    /// From a key to the frame with its list.
    whole: Vec<Duration>,
    /// How many frames had a popup.
    popups: usize,
}

impl Bench {
    fn connected() -> Self {
        let buffer = Buffer::empty(Rect::new(0, 0, SIZE.width, SIZE.height));
        let (keys, lists, arrivals, whole) = (vec![], vec![], vec![], vec![]);
        let mut bench = Self { model: model::new(), buffer, keys, lists, arrivals, whole, popups: 0 };
        bench.update(Message::Key("enter".parse().unwrap()));
        bench.update(Message::Session(SessionId(1), SessionEvent::Ready(Arc::new(facts()))));
        bench.update(Message::Storage(StorageEvent::Worksheets {
            profile: "eu".into(),
            worksheets: WorksheetSet::default(),
            problems: vec![],
        }));
        bench.update(Message::Session(SessionId(1), SessionEvent::Catalog(Arc::new(catalog(1)))));
        bench
    }

    /// Handles a message. Returns the work for other threads.
    fn update(&mut self, message: Message) -> Vec<ComputeJob> {
        let effects = update(&mut self.model, message);
        effects
            .into_iter()
            .filter_map(|effect| if let Effect::Compute(job) = effect { Some(job) } else { None })
            .collect()
    }

    fn frame(&mut self) {
        self.buffer.reset();
        draw(&self.model, &mut self.buffer);
    }

    /// Presses a key, draws, computes the list, and draws that.
    fn key(&mut self, key: &str) {
        let start = Instant::now();
        let jobs = self.update(Message::Key(key.parse().unwrap()));
        self.frame();
        self.keys.push(start.elapsed());
        let mut took = start.elapsed();
        for job in jobs.into_iter().filter(|job| matches!(job.work, ComputeWork::Complete(_))) {
            let start = Instant::now();
            let answer = job.work.run(&|| false).unwrap();
            self.lists.push(start.elapsed());
            let arrival = Instant::now();
            self.update(Message::Computed(Computed { generation: job.generation, answer }));
            self.frame();
            self.arrivals.push(arrival.elapsed());
            took += start.elapsed();
        }
        self.whole.push(took);
        self.popups += usize::from(self.model.worksheets.completion.is_open());
    }

    fn clear(&mut self) {
        for times in [&mut self.keys, &mut self.lists, &mut self.arrivals, &mut self.whole] {
            times.clear();
        }
        self.popups = 0;
    }
}

/// Prints median and p99 with their limits. Returns whether they are within them.
fn print(what: &str, times: &mut [Duration], (middle_limit, most_limit): (Option<Duration>, Option<Duration>)) -> bool {
    times.sort();
    let at = |percent: usize| times[(times.len() * percent / 100).min(times.len() - 1)];
    let (middle, most) = (at(50), at(99));
    let limit =
        |limit: Option<Duration>| limit.map_or_else(|| "no limit".to_owned(), |limit| format!("limit {limit:?}"));
    println!("{what:<44} p50 {middle:>9.2?} ({:<10})  p99 {most:>9.2?} ({})", limit(middle_limit), limit(most_limit));
    middle_limit.is_none_or(|limit| middle <= limit) && most_limit.is_none_or(|limit| most <= limit)
}

/// Returns a text of many statements, with a line in its middle that has none.
fn text() -> String {
    let statement = "SELECT s.subject_form_0, v.visit_item_1\nFROM subject_subject_00000 s\n  JOIN visit_subject_00001 v ON \
                     v.visit_item_1 = s.subject_form_0\nWHERE s.subject_form_0 > 12 -- a note\n  AND 'it''s' <> 'x';\n";
    let count = LINES / 10;
    format!("{}\n{}", statement.repeat(count), statement.repeat(count))
}

fn main() -> ExitCode {
    println!(
        "a worksheet of {LINES} lines, {} columns in {TABLES} tables, {}×{}",
        TABLES * COLUMNS,
        SIZE.width,
        SIZE.height
    );
    let mut bench = Bench::connected();
    bench.update(Message::Paste(text()));
    let lines = bench.model.worksheets.sheet().unwrap().editor.lines().len();
    assert!(lines >= LINES, "{lines}");
    for _ in 0..LINES / 2 {
        bench.update(Message::Key("up".parse().unwrap()));
    }
    bench.frame();
    let index = ComputeWork::Index(bench.model.context.catalog.clone().unwrap());
    let start = Instant::now();
    let names = index.run(&|| false).unwrap();
    println!("{:<44} {:.2?}", "reading the names of all columns, once", start.elapsed());
    let rrx::domain::compute::ComputeResult::Indexed(names) = names else { return ExitCode::FAILURE };
    let mut is_good = true;
    for (state, name) in [(Names::Cold, "cold"), (Names::Warm, "warm")] {
        bench.clear();
        bench.model.context.column_names = (state == Names::Warm).then(|| names.clone());
        for _ in 0..ROUNDS {
            for key in TYPED.split_whitespace() {
                bench.key(key);
            }
            bench.update(Message::Key("shift-delete".parse().unwrap()));
        }
        assert!(bench.popups > bench.keys.len() / 4, "{} popups in {} keys", bench.popups, bench.keys.len());
        is_good &= print(&format!("{name}: a key to its frame"), &mut bench.keys, (None, Some(FRAME)));
        is_good &= print(&format!("{name}: a list on a worker thread"), &mut bench.lists, (Some(LIST), None));
        is_good &= print(&format!("{name}: a list to its frame"), &mut bench.arrivals, (None, Some(FRAME)));
        print(&format!("{name}: a key to the frame with its list"), &mut bench.whole, (None, None));
    }
    let memory = names.memory();
    println!(
        "{:<44} {:.1} MiB (limit {} MiB)",
        "memory of the names",
        memory as f64 / f64::from(1 << 20),
        MEMORY >> 20
    );
    if is_good && memory <= MEMORY { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
