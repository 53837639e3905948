//! Columns and rows for the benches of the store, and the measurement of its windows.
#![allow(dead_code, reason = "each bench uses a part")]

use std::sync::Arc;
use std::time::{Duration, Instant};

use rrx::domain::profile::Spilling;
use rrx::domain::protocol::{End, ResultId, Rows, StoreCmd, StoreEvent};
use rrx::domain::results::{Cell, Chunk, ChunkBuilder, Column, ColumnOrigin, WireType};
use tokio::sync::mpsc;

pub(crate) const COLUMNS: usize = 10;
/// The result that the benches fill.
pub(crate) const RESULT: ResultId = ResultId(1);

/// Returns the columns: the even ones have numbers, the odd ones texts.
pub(crate) fn columns() -> Arc<[Column]> {
    let column = |number: usize| Column {
        name: format!("column_{number}"),
        table: String::new(),
        origin: ColumnOrigin::default(),
        wire: if number.is_multiple_of(2) { WireType::LongLong } else { WireType::VarString },
        flags: 0,
        length: 128,
        decimals: 0,
        charset: 45,
    };
    (0..COLUMNS).map(column).collect()
}

/// Generates rows in chunks like those of a session: the number of the row, a text, and more numbers and texts.
pub(crate) fn chunks(rows: u64, text: impl Fn(u64, &mut String)) -> impl Iterator<Item = Chunk> {
    let mut builder = ChunkBuilder::new(COLUMNS);
    let mut row = 0;
    let (mut number, mut word, mut mixed) = (String::new(), String::new(), String::new());
    std::iter::from_fn(move || {
        while row < rows && !builder.is_full() {
            number.clear();
            word.clear();
            mixed.clear();
            std::fmt::Write::write_fmt(&mut number, format_args!("{row}")).unwrap();
            std::fmt::Write::write_fmt(&mut mixed, format_args!("{}", mix(row) >> 40)).unwrap();
            text(row, &mut word);
            let note = if row.is_multiple_of(3) { Cell::Null } else { Cell::Bytes(b"Nonconformant") };
            builder.push([
                Cell::Bytes(number.as_bytes()),
                Cell::Bytes(word.as_bytes()),
                Cell::Bytes(mixed.as_bytes()),
                Cell::Bytes(b"Screening visit"),
                Cell::Bytes(b"12"),
                Cell::Bytes(b"2026-03-02 08:14:03"),
                Cell::Bytes(b"1"),
                note,
                Cell::Bytes(b""),
                Cell::Bytes("Müller, Jörg".as_bytes()),
            ]);
            row += 1;
        }
        (!builder.is_empty()).then(|| builder.take())
    })
}

/// Returns a pseudo-random number that depends only on the row.
pub(crate) fn mix(row: u64) -> u64 {
    let mixed = (row ^ 0x9e37_79b9_7f4a_7c15).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    (mixed ^ mixed >> 29).wrapping_mul(0x94d0_49bb_1331_11eb)
}

/// Sends the chunks as one complete result, and returns the time it took.
pub(crate) async fn feed(rows: mpsc::Sender<Rows>, chunks: impl Iterator<Item = Chunk>) -> Duration {
    let start = Instant::now();
    rows.send(Rows::Open { result: RESULT, columns: columns(), spilling: Spilling::Allowed }).await.unwrap();
    for chunk in chunks {
        rows.send(Rows::Batch { result: RESULT, chunk }).await.unwrap();
    }
    rows.send(Rows::End { result: RESULT, end: End::Complete }).await.unwrap();
    start.elapsed()
}

/// Waits until the store has all rows of the result.
pub(crate) async fn wait_for_all_rows(events: &mut mpsc::Receiver<(ResultId, StoreEvent)>) {
    while let Some((_, event)) = events.recv().await {
        if matches!(event, StoreEvent::Progress(ref progress) if progress.end.is_some()) {
            break;
        }
    }
}

/// Requests windows of 300 rows at random positions of the `known` rows, and returns the latencies, sorted.
pub(crate) async fn measure_windows(
    commands: &mpsc::Sender<StoreCmd>,
    events: &mut mpsc::Receiver<(ResultId, StoreEvent)>,
    known: &mut u64,
    go_on: impl Fn(usize) -> bool,
) -> Vec<Duration> {
    let mut took = Vec::new();
    while go_on(took.len()) {
        let first = mix(took.len() as u64) % (*known).max(1);
        let start = Instant::now();
        commands.send(StoreCmd::Window { result: RESULT, rows: first..first + 300 }).await.unwrap();
        loop {
            match events.recv().await {
                Some((_, StoreEvent::Progress(progress))) => *known = progress.rows,
                Some((_, StoreEvent::Window(_))) | None => break,
                Some(_) => {}
            }
        }
        took.push(start.elapsed());
    }
    took.sort();
    took
}

pub(crate) fn print_latencies(what: &str, took: &[Duration]) {
    let at = |percent: usize| took.get((took.len() * percent / 100).min(took.len().saturating_sub(1)));
    let [Some(middle), Some(high), Some(most)] = [at(50), at(99), at(100)] else { return };
    println!("{what:<44} p50 {middle:.2?}  p99 {high:.2?}  max {most:.2?}  ({} windows of 300 rows)", took.len());
}

/// Returns a value from `/proc/self/status`.
pub(crate) fn memory(field: &str) -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with(field)).unwrap_or("unknown");
    line.split_whitespace().skip(1).collect::<Vec<_>>().join(" ")
}
