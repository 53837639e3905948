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

use rows::{COLUMNS, columns};
use rrx::domain::export::{Format, Writer};
use rrx::domain::limits::{BATCH_QUEUE, INBOX, RESULT_MEMORY, STORE_QUEUE};
use rrx::domain::port::{End, ResultId, Rows, StoreCmd, StoreNews};
use rrx::domain::results::{Cell, Chunk, ChunkBuilder, Glyphs};
use rrx::io::store::{Options, spawn};
use tokio::sync::mpsc;

const RESULT: ResultId = ResultId(1);

/// Fills the builder with one row: numbers, short texts, a date, a NULL.
fn push(builder: &mut ChunkBuilder, number: &str, row: u64) {
    let note = if row.is_multiple_of(3) { Cell::Null } else { Cell::Bytes(b"Nonconformant") };
    builder.push([
        Cell::Bytes(number.as_bytes()),
        Cell::Bytes(b"SCR-000123"),
        Cell::Bytes(b"42"),
        Cell::Bytes(b"Screening visit"),
        Cell::Bytes(b"12.5000"),
        Cell::Bytes(b"2026-03-02 08:14:03"),
        Cell::Bytes(b"1"),
        note,
        Cell::Bytes(b""),
        Cell::Bytes("Müller, Jörg".as_bytes()),
    ]);
}

fn chunks(rows: u64) -> impl Iterator<Item = Chunk> {
    let mut builder = ChunkBuilder::new(COLUMNS);
    let mut row = 0;
    let mut number = String::new();
    std::iter::from_fn(move || {
        while row < rows && !builder.is_full() {
            number.clear();
            std::fmt::Write::write_fmt(&mut number, format_args!("{row}")).unwrap();
            push(&mut builder, &number, row);
            row += 1;
        }
        (!builder.is_empty()).then(|| builder.take())
    })
}

fn memory(field: &str) -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with(field)).unwrap_or("unknown");
    line.split_whitespace().skip(1).collect::<Vec<_>>().join(" ")
}

fn rate(what: &str, rows: u64, took: Duration) {
    println!("{what:<44} {:>12.0} rows/s  {took:>10.2?}", rows as f64 / took.as_secs_f64());
}

/// The latencies of windows at random rows of those that are known to be there, in order.
async fn windows(
    commands: &mpsc::Sender<StoreCmd>,
    news: &mut mpsc::Receiver<(ResultId, StoreNews)>,
    known: &mut u64,
    go_on: impl Fn(usize) -> bool,
) -> Vec<Duration> {
    let mut random = 1_u64;
    let mut took = Vec::new();
    while go_on(took.len()) {
        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        let first = (random >> 33) % (*known).max(1);
        let start = Instant::now();
        commands.send(StoreCmd::Window { result: RESULT, rows: first..first + 300 }).await.unwrap();
        loop {
            match news.recv().await {
                Some((_, StoreNews::Progress(progress))) => *known = progress.rows,
                Some((_, StoreNews::Window(_))) | None => break,
                Some(_) => {}
            }
        }
        took.push(start.elapsed());
    }
    took.sort();
    took
}

fn print_latencies(what: &str, took: &[Duration]) {
    let at = |percent: usize| took.get((took.len() * percent / 100).min(took.len().saturating_sub(1)));
    let [Some(middle), Some(high), Some(most)] = [at(50), at(99), at(100)] else { return };
    println!("{what:<44} p50 {middle:.2?}  p99 {high:.2?}  max {most:.2?}  ({} windows of 300 rows)", took.len());
}

async fn task(rows: u64, folder: &std::path::Path, listens: bool) {
    let (rows_out, rows_in) = mpsc::channel(BATCH_QUEUE);
    let (commands, commands_in) = mpsc::channel(STORE_QUEUE);
    let (news_out, mut news) = mpsc::channel::<(ResultId, StoreNews)>(INBOX);
    let options = Options { memory: RESULT_MEMORY, spill: Some(folder.to_owned()) };
    let store = spawn(rows_in, commands_in, news_out, options);
    let start = Instant::now();
    let fed = tokio::spawn(async move {
        rows_out.send(Rows::Open { result: RESULT, columns: columns() }).await.unwrap();
        for chunk in chunks(rows) {
            rows_out.send(Rows::Batch { result: RESULT, chunk }).await.unwrap();
        }
        rows_out.send(Rows::End { result: RESULT, end: End::Complete }).await.unwrap();
        start.elapsed()
    });
    while !matches!(news.recv().await, Some((_, StoreNews::Opened(_))) | None) {}
    if listens {
        let mut known = 0;
        let took = windows(&commands, &mut news, &mut known, |_| !fed.is_finished()).await;
        print_latencies("windows while rows stream in", &took);
        rate("rows into the store, windows asked for", rows, fed.await.unwrap());
        let took = windows(&commands, &mut news, &mut known, |count| count < 1000).await;
        print_latencies("windows anywhere afterwards", &took);
    } else {
        while let Some((_, said)) = news.recv().await {
            if matches!(said, StoreNews::Progress(ref progress) if progress.end.is_some()) {
                break;
            }
        }
        rate("rows into the store", rows, start.elapsed());
    }
    drop(commands);
    drop(news);
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
        let mut writer = Writer::new(format, Glyphs::Unicode, std::io::sink());
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
