//! Measures how fast the store takes rows and returns windows: 1 M rows of 10 columns, more than fit in its memory. It
//! prints times and asserts nothing about them.
//!
//! `cargo bench --bench grid_store [-- ROWS]`; the spill file is in `TMPDIR`. If that is in memory, set it to a
//! directory on a disk.
#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "a bench measures and prints"
)]

mod rows;

use std::time::{Duration, Instant};

use rows::{COLUMNS, columns, feed, measure_windows, memory, print_latencies, wait_for_all_rows};
use rrx::domain::export::{ExportFormat, ExportWriter};
use rrx::domain::limits::{BATCH_QUEUE, INBOX, RESULT_MEMORY, STORE_QUEUE};
use rrx::domain::protocol::{ResultId, StoreEvent};
use rrx::domain::results::{Chunk, GlyphSet};
use rrx::io::store::{StoreOptions, spawn};
use tokio::sync::mpsc;

fn chunks(rows: u64) -> impl Iterator<Item = Chunk> {
    rows::chunks(rows, |_, text| text.push_str("SCR-000123"))
}

fn rate(what: &str, rows: u64, took: Duration) {
    println!("{what:<44} {:>12.0} rows/s  {took:>10.2?}", rows as f64 / took.as_secs_f64());
}

/// Whether windows are requested while rows arrive.
#[derive(Clone, Copy, PartialEq, Eq)]
enum WindowLoad {
    None,
    Continuous,
}

async fn run_store(rows: u64, directory: &std::path::Path, load: WindowLoad) {
    let (rows_out, rows_in) = mpsc::channel(BATCH_QUEUE);
    let (commands, commands_in) = mpsc::channel(STORE_QUEUE);
    let (events_out, mut events) = mpsc::channel::<(ResultId, StoreEvent)>(INBOX);
    let options = StoreOptions { memory_limit: RESULT_MEMORY, spill_directory: Some(directory.to_owned()) };
    let store = spawn(rows_in, commands_in, events_out, options);
    let start = Instant::now();
    let fed = tokio::spawn(feed(rows_out, chunks(rows)));
    while !matches!(events.recv().await, Some((_, StoreEvent::Opened(_))) | None) {}
    if load == WindowLoad::Continuous {
        let mut known = 0;
        let took = measure_windows(&commands, &mut events, &mut known, |_| !fed.is_finished()).await;
        print_latencies("windows while rows arrive", &took);
        rate("rows into the store, with window requests", rows, fed.await.unwrap());
        let took = measure_windows(&commands, &mut events, &mut known, |count| count < 1000).await;
        print_latencies("windows at random positions afterwards", &took);
    } else {
        wait_for_all_rows(&mut events).await;
        rate("rows into the store", rows, start.elapsed());
    }
    drop(commands);
    drop(events);
    store.await.unwrap();
}

fn main() {
    let rows = std::env::args().skip(1).find_map(|word| word.parse().ok()).unwrap_or(1_000_000);
    let directory = tempfile::tempdir().unwrap();
    let bytes: usize = chunks(rows.min(1024)).map(|chunk| chunk.bytes()).sum();
    println!("{rows} rows of {COLUMNS} columns, about {} bytes each", bytes as u64 / rows.clamp(1, 1024));

    let start = Instant::now();
    let count: usize = chunks(rows).map(|chunk| chunk.rows()).sum();
    rate("rows into chunks alone", count as u64, start.elapsed());

    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_time().build().unwrap();
    runtime.block_on(run_store(rows, directory.path(), WindowLoad::None));
    println!("{:<44} {}", "peak memory so far (VmHWM)", memory("VmHWM"));
    runtime.block_on(run_store(rows, directory.path(), WindowLoad::Continuous));
    println!("{:<44} {}", "peak memory with windows (VmHWM)", memory("VmHWM"));

    for format in [ExportFormat::Csv, ExportFormat::Tsv, ExportFormat::Json] {
        let mut writer = ExportWriter::new(format, GlyphSet::Unicode, std::io::sink());
        let mut spent = Duration::ZERO;
        writer.begin(&columns()).unwrap();
        for chunk in chunks(rows) {
            let start = Instant::now();
            writer.chunk(&chunk).unwrap();
            spent += start.elapsed();
        }
        writer.finish().unwrap();
        rate(&format!("rows to {format}"), rows, spent);
    }
}
