//! Rows into the store and windows out of it: 1 M rows of 10 columns, spilling. Prints, asserts nothing about time.
//!
//! `cargo bench --bench grid_store [-- ROWS]`; the spill file goes to `TMPDIR` (which may be memory: name a disk).
#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "a bench measures and prints"
)]

mod rows;

use std::time::{Duration, Instant};

use rows::{COLUMNS, columns, feed, memory, print_latencies, until_all_are_there, windows};
use rrx::domain::export::{Format, Writer};
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

async fn task(rows: u64, folder: &std::path::Path, listens: bool) {
    let (rows_out, rows_in) = mpsc::channel(BATCH_QUEUE);
    let (commands, commands_in) = mpsc::channel(STORE_QUEUE);
    let (news_out, mut event) = mpsc::channel::<(ResultId, StoreEvent)>(INBOX);
    let options = StoreOptions { memory_limit: RESULT_MEMORY, spill_directory: Some(folder.to_owned()) };
    let store = spawn(rows_in, commands_in, news_out, options);
    let start = Instant::now();
    let fed = tokio::spawn(feed(rows_out, chunks(rows)));
    while !matches!(event.recv().await, Some((_, StoreEvent::Opened(_))) | None) {}
    if listens {
        let mut known = 0;
        let took = windows(&commands, &mut event, &mut known, |_| !fed.is_finished()).await;
        print_latencies("windows while rows stream in", &took);
        rate("rows into the store, windows asked for", rows, fed.await.unwrap());
        let took = windows(&commands, &mut event, &mut known, |count| count < 1000).await;
        print_latencies("windows anywhere afterwards", &took);
    } else {
        until_all_are_there(&mut event).await;
        rate("rows into the store", rows, start.elapsed());
    }
    drop(commands);
    drop(event);
    store.await.unwrap();
}

fn main() {
    let rows = std::env::args().skip(1).find_map(|word| word.parse().ok()).unwrap_or(1_000_000);
    let folder = tempfile::tempdir().unwrap();
    let bytes: usize = chunks(rows.min(1024)).map(|chunk| chunk.bytes()).sum();
    println!("{rows} rows of {COLUMNS} columns, about {} bytes each", bytes as u64 / rows.clamp(1, 1024));

    let start = Instant::now();
    let held: usize = chunks(rows).map(|chunk| chunk.rows()).sum();
    rate("rows into chunks alone", held as u64, start.elapsed());

    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_time().build().unwrap();
    runtime.block_on(task(rows, folder.path(), false));
    println!("{:<44} {}", "peak memory so far (VmHWM)", memory("VmHWM"));
    runtime.block_on(task(rows, folder.path(), true));
    println!("{:<44} {}", "peak memory with windows (VmHWM)", memory("VmHWM"));

    for format in [Format::Csv, Format::Tsv, Format::Json] {
        let mut writer = Writer::new(format, GlyphSet::Unicode, std::io::sink());
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
