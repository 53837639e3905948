//! Measures the cost of the driver's row type. It compares decoding packets of the text protocol into chunks through the
//! driver's row with decoding their bytes directly, which the driver's interface does not allow. No socket, no TLS.
//!
//! `cargo bench --bench decode [-- ROWS]`
#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "a bench measures and prints"
)]

use std::hint::black_box;
use std::sync::Arc;
use std::time::{Duration, Instant};

use mysql_common::constants::ColumnType;
use mysql_common::io::ParseBuf;
use mysql_common::packets::Column;
use mysql_common::proto::Text;
use mysql_common::row::{Row, RowDeserializer};
use mysql_common::value::{ServerSide, Value};
use rrx::domain::results::{Cell, ChunkBuilder};

const COLUMNS: usize = 12;
/// Distinct packets, which are read repeatedly. They are too many for the first-level cache.
const PACKETS: usize = 20_000;
const REPETITIONS: usize = 5;

/// Returns a row like those of `benches/results`: twelve values, about 150 bytes. One of the values is sometimes NULL.
fn packet(row: usize) -> Vec<u8> {
    let values = [
        Some(row.to_string()),
        Some(format!("XN-{row:08}")),
        Some(format!("subject number {row}")),
        Some(format!("{}.143", row / 7)),
        Some(format!("{}.3333333333333", row / 3)),
        Some("2024-01-01 00:00:01".into()),
        Some("2024-01-02".into()),
        Some(format!("a note, of the usual length, {}", row % 977)),
        Some((row % 2).to_string()),
        (!row.is_multiple_of(5)).then(|| row.to_string()),
        Some("2024-01-01 00:00:01".into()),
        Some("Screening".into()),
    ];
    let mut packet = Vec::new();
    for value in values {
        match value {
            None => packet.push(0xfb),
            Some(text) => {
                packet.push(u8::try_from(text.len()).unwrap());
                packet.extend_from_slice(text.as_bytes());
            }
        }
    }
    packet
}

/// Returns the cells of a packet (MySQL, "Text Resultset Row"). Supports only values of at most 250 bytes.
fn cells(mut rest: &[u8]) -> impl Iterator<Item = Cell<'_>> {
    std::iter::from_fn(move || {
        let (length, after) = rest.split_first()?;
        if *length == 0xfb {
            rest = after;
            return Some(Cell::Null);
        }
        let (value, after) = after.split_at(usize::from(*length));
        rest = after;
        Some(Cell::Bytes(value))
    })
}

fn measure(rows: usize, packets: &[Vec<u8>], mut take: impl FnMut(&[u8])) -> Duration {
    let mut best = Duration::MAX;
    for _ in 0..REPETITIONS {
        let start = Instant::now();
        for packet in packets.iter().cycle().take(rows) {
            take(packet);
        }
        best = best.min(start.elapsed());
    }
    best
}

fn main() {
    let rows = std::env::args().skip(1).find_map(|word| word.parse().ok()).unwrap_or(2_000_000);
    let packets: Vec<Vec<u8>> = (0..PACKETS).map(packet).collect();
    let columns: Arc<[Column]> = (0..COLUMNS).map(|_| Column::new(ColumnType::MYSQL_TYPE_VAR_STRING)).collect();
    let mut builder = ChunkBuilder::new(COLUMNS);
    let take_full_chunk = |builder: &mut ChunkBuilder| {
        if builder.is_full() {
            black_box(builder.take());
        }
    };
    let direct = measure(rows, &packets, |packet| {
        builder.push(cells(packet));
        take_full_chunk(&mut builder);
    });
    let through_row = measure(rows, &packets, |packet| {
        let read = ParseBuf(packet).parse::<RowDeserializer<ServerSide, Text>>(Arc::clone(&columns));
        let row: Row = read.unwrap().into();
        builder.push((0..COLUMNS).map(|column| match row.as_ref(column) {
            Some(Value::Bytes(bytes)) => Cell::Bytes(bytes.as_slice()),
            _ => Cell::Null,
        }));
        take_full_chunk(&mut builder);
    });
    let per_row = |took: Duration| took.as_nanos() as f64 / rows as f64;
    println!("{rows} rows of {COLUMNS} columns, best of {REPETITIONS}");
    println!("{:<52} {:>7.0} ns a row", "bytes of the packet directly into chunks", per_row(direct));
    println!("{:<52} {:>7.0} ns a row", "through the driver's row, as the session does", per_row(through_row));
    println!(
        "{:<52} {:>7.0} ns a row, {:.0} ns a value",
        "the driver's row alone",
        per_row(through_row) - per_row(direct),
        (per_row(through_row) - per_row(direct)) / COLUMNS as f64
    );
}
