//! Compares sorting in the store with GNU sort of the same rows in a CSV file, and measures windows of the sorted rows: 1 M
//! rows of 10 columns, more than fit in the store's memory. It prints times and asserts nothing about them.
//!
//! `cargo bench --bench sort [-- ROWS]`; the spill file and the CSV file are in `TMPDIR`. If that is in memory, set it to a
//! directory on a disk.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "a bench measures and prints"
)]

mod rows;

use std::io::BufWriter;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use rows::{RESULT, columns, feed, measure_windows, memory, mix, print_latencies, wait_for_all_rows};
use rrx::domain::export::{ExportFormat, ExportWriter};
use rrx::domain::limits::{BATCH_QUEUE, INBOX, RESULT_MEMORY, STORE_QUEUE};
use rrx::domain::protocol::{ResultId, StoreCmd, StoreEvent, ViewId};
use rrx::domain::results::{Arrangement, Chunk, Direction, Filter, GlyphSet, SortColumn};
use rrx::io::store::{StoreOptions, spawn};
use tokio::sync::mpsc;

/// Generates rows whose texts begin with the same letters, as screening numbers do.
fn chunks(rows: u64) -> impl Iterator<Item = Chunk> {
    rows::chunks(rows, |row, text| {
        std::fmt::Write::write_fmt(text, format_args!("SCREENING-{:08}", mix(row) >> 38)).unwrap();
    })
}

/// A sort: its name, its keys (column, direction), and the same keys for GNU sort.
type Sort = (&'static str, &'static [(usize, Direction)], &'static [&'static str]);

const SORTS: [Sort; 3] = [
    ("a number", &[(2, Direction::Ascending)], &["-k3,3n"]),
    ("a text", &[(1, Direction::Descending)], &["-k2,2r"]),
    (
        "three columns, the first two often equal",
        &[(3, Direction::Ascending), (7, Direction::Ascending), (1, Direction::Ascending)],
        &["-k4,4", "-k8,8", "-k2,2"],
    ),
];

fn gnu_sort(file: &Path, keys: &[&str]) -> Duration {
    let start = Instant::now();
    let mut command = Command::new("sort");
    command.args(["-s", "-t,"]).args(keys).arg(file).env("LC_ALL", "C").stdout(Stdio::null());
    assert!(command.status().unwrap().success());
    start.elapsed()
}

/// Arranges the rows, and returns the time until the store has finished.
async fn arrange(
    commands: &mpsc::Sender<StoreCmd>,
    events: &mut mpsc::Receiver<(ResultId, StoreEvent)>,
    (view, arrangement): (u64, Arrangement),
) -> Duration {
    let start = Instant::now();
    let command = StoreCmd::Arrange { result: RESULT, view: ViewId(view), arrangement };
    commands.send(command).await.unwrap();
    while let Some((_, event)) = events.recv().await {
        match event {
            StoreEvent::Arranged(_) => break,
            StoreEvent::Failed { problem, .. } => panic!("{problem:?}"),
            _ => {}
        }
    }
    start.elapsed()
}

async fn sort(rows: u64, directory: &Path, csv: &Path) {
    let (rows_out, rows_in) = mpsc::channel(BATCH_QUEUE);
    let (commands, commands_in) = mpsc::channel(STORE_QUEUE);
    let (events_out, mut events) = mpsc::channel::<(ResultId, StoreEvent)>(INBOX);
    let options = StoreOptions { memory_limit: RESULT_MEMORY, spill_directory: Some(directory.to_owned()) };
    let store = spawn(rows_in, commands_in, events_out, options);
    let fed = tokio::spawn(feed(rows_out, chunks(rows)));
    wait_for_all_rows(&mut events).await;
    fed.await.unwrap();
    for (view, (what, keys, gnu_keys)) in (1..).zip(SORTS) {
        let sort =
            keys.iter().map(|(column, direction)| SortColumn { column: *column, direction: *direction }).collect();
        let arrangement = Arrangement { sort, filter: None };
        let ours = arrange(&commands, &mut events, (view, arrangement)).await;
        let theirs = gnu_sort(csv, gnu_keys);
        let ratio = ours.as_secs_f64() / theirs.as_secs_f64();
        println!("{:<44} {ours:>10.2?}   GNU sort {theirs:>10.2?}   ratio {ratio:.2}", format!("sorted by {what}"));
        let mut known = rows;
        let took = measure_windows(&commands, &mut events, &mut known, |count| count < 300).await;
        print_latencies("  windows at random positions", &took);
    }
    let filter = Filter::parse("column_2 > 8000000 and column_1 ~ '7$'", &columns()).unwrap();
    let arrangement = Arrangement { sort: Vec::new(), filter: Some(Arc::new(filter)) };
    let took = arrange(&commands, &mut events, (9, arrangement)).await;
    println!("{:<44} {took:>10.2?}", "filtered by a number and a regular expression");
    drop(commands);
    drop(events);
    store.await.unwrap();
}

fn main() {
    let rows = std::env::args().skip(1).find_map(|word| word.parse().ok()).unwrap_or(1_000_000);
    let directory = tempfile::tempdir().unwrap();
    let csv = directory.path().join("rows.csv");
    let mut writer =
        ExportWriter::new(ExportFormat::Csv, GlyphSet::Unicode, BufWriter::new(std::fs::File::create(&csv).unwrap()));
    writer.begin(&columns()).unwrap();
    let mut bytes = 0;
    for chunk in chunks(rows) {
        bytes += chunk.bytes() as u64;
        writer.chunk(&chunk).unwrap();
    }
    writer.finish().unwrap();
    println!(
        "{rows} rows of {} columns, {} MiB, of which {} stay in memory",
        rows::COLUMNS,
        bytes >> 20,
        RESULT_MEMORY >> 20
    );
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_time().build().unwrap();
    runtime.block_on(sort(rows, directory.path(), &csv));
    println!("{:<44} {}", "peak memory, all sorts (VmHWM)", memory("VmHWM"));
}
