//! Measures the program in a pseudo-terminal of 200×60: first row, keys while rows arrive, jumps, and peak memory.

use std::time::{Duration, Instant};

use rrx::domain::limits::FRAME;

use crate::cost::peak_memory;
use crate::harness::Terminal;
use crate::table::Table;

/// The numbers of rows that are measured.
pub const SIZES: [u64; 3] = [1_000_000, 5_000_000, 20_000_000];
const SIZE: (u16, u16) = (200, 60);
/// The memory limit of the product in MiB.
const MEMORY_LIMIT: f64 = 256.0;

/// Returns the number with commas between thousands, as the screen shows it.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let groups: Vec<&str> =
        digits.as_bytes().rchunks(3).rev().map(|group| std::str::from_utf8(group).unwrap()).collect();
    groups.join(",")
}

pub fn measure(table: &Table, sizes: &[u64]) {
    for rows in sizes {
        println!("\nrrx on a screen of {}×{}, {} rows", SIZE.0, SIZE.1, grouped(*rows));
        measure_rrx(table, *rows);
    }
    let rows = sizes.iter().copied().min().unwrap_or(HARLEQUIN_ROWS).min(HARLEQUIN_ROWS);
    println!("\ncompared with harlequin on the same screen, {} rows", grouped(rows));
    compare_with_harlequin(table, rows);
}

/// The number of rows for harlequin. It shows the first row only when it has all of them, half a minute for a million.
const HARLEQUIN_ROWS: u64 = 200_000;

/// Compares the first row and the peak memory with harlequin, which is `RRX_HARLEQUIN` or on the path. It needs its MySQL
/// adapter.
fn compare_with_harlequin(table: &Table, rows: u64) {
    let name = std::env::var("RRX_HARLEQUIN").unwrap_or_else(|_| "harlequin".into());
    if std::process::Command::new(&name).arg("--version").output().is_err() {
        println!("harlequin is not installed: run pip install harlequin harlequin-mysql, or set RRX_HARLEQUIN=FILE");
        return;
    }
    let (ours, our_peak) = first_and_peak(rrx(table), rows, "f5");
    let arguments = table.harlequin();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let terminal = Terminal::start_program(name.as_ref(), &table.home, &arguments, SIZE, &[("COLORTERM", "truecolor")]);
    terminal.see("Query Editor");
    terminal.see("bench");
    let (theirs, their_peak) = first_and_peak(terminal, rows, "ctrl-j");
    println!("{:<34} {:>10} {:>13}", "", "first row", "peak memory");
    println!("{:<34} {:>7.2} s {our_peak:>9.1} MiB", "rrx", ours.as_secs_f64());
    println!("{:<34} {:>7.2} s {their_peak:>9.1} MiB", "harlequin", theirs.as_secs_f64());
    println!("{:<34} {:>9.3} {:>13.2}", "  ratio", ours.as_secs_f64() / theirs.as_secs_f64(), our_peak / their_peak);
}

/// Runs the statement, and returns the time until its first row is on the screen, and the peak memory in MiB.
fn first_and_peak(mut terminal: Terminal, rows: u64, run: &str) -> (Duration, f64) {
    terminal.text(&Table::select(rows));
    terminal.see(&format!("LIMIT {rows}"));
    let begun = Instant::now();
    terminal.keys(run);
    terminal.see("XN-00000001");
    let first = begun.elapsed();
    terminal.wait("all rows", |shown| shown.contains(&grouped(rows)));
    let peak = peak_memory(terminal.pid()) as f64 / 1024.0;
    terminal.kill();
    (first, peak)
}

/// Starts rrx, connects, and opens an empty worksheet.
fn rrx(table: &Table) -> Terminal {
    let mut terminal = Terminal::start(&table.home, &["bench"], SIZE);
    terminal.wait("connected", |shown| shown.contains("MariaDB 1"));
    terminal.keys("ctrl-n");
    terminal
}

fn measure_rrx(table: &Table, rows: u64) {
    let mut terminal = rrx(table);
    terminal.text(&Table::select(rows));
    terminal.see(&format!("LIMIT {rows}"));
    let begun = Instant::now();
    terminal.keys("f5");
    terminal.see("XN-00000001");
    let first = begun.elapsed();
    let end = format!("all {} rows", grouped(rows));
    terminal.keys("f6");
    let mut took = Vec::new();
    for row in 2.. {
        pause(row);
        let pressed = Instant::now();
        terminal.keys("down");
        let here = format!("row {} ·", grouped(row));
        let shown = terminal.see(&here);
        if shown.contains(&end) {
            break;
        }
        took.push(pressed.elapsed());
    }
    let whole = begun.elapsed();
    let rate = rows as f64 / whole.as_secs_f64() / 1e6;
    println!("{:<44} {first:>10.2?}", "first row on the screen");
    println!("{:<44} {whole:>10.2?}  {rate:.2} M rows/s", "all rows");
    print("keys until the screen shows them, rows arriving", &mut took);
    let mut jumps = |what: &str, keys: &dyn Fn(u64) -> (String, u64)| {
        let mut took = Vec::new();
        for turn in 0..40 {
            let (typed, row) = keys(turn);
            pause(turn);
            let pressed = Instant::now();
            terminal.text(&typed);
            terminal.wait("the row", |shown| {
                shown.contains(&format!("row {} ·", grouped(row))) && shown.contains(&format!("XN-{row:08}"))
            });
            took.push(pressed.elapsed());
        }
        print(what, &mut took);
    };
    jumps("to the end and to the top", &|turn| {
        if turn % 2 == 0 { ("G".into(), rows) } else { ("gg".into(), 1) }
    });
    jumps("to a row by its number", &|turn| {
        let row = 1 + (turn * 7_919 * 7_907 + rows / 2) % rows;
        (format!(":{row}\r"), row)
    });
    let peak = peak_memory(terminal.pid()) as f64 / 1024.0;
    println!("{:<44} {peak:>6.1} MiB  of {MEMORY_LIMIT} MiB: {:.2}", "peak memory of the process", peak / MEMORY_LIMIT);
    terminal.keys("ctrl-q");
    assert!(terminal.end().success());
}

/// Waits like the repetition of a pressed key, 30 a second. The varying times avoid synchronising with the frames.
fn pause(turn: u64) {
    std::thread::sleep(Duration::from_micros(30_000 + turn * 1_733 % 7_000));
}

fn print(what: &str, took: &mut [Duration]) {
    took.sort();
    let at = |percent: usize| took.get((took.len() * percent / 100).min(took.len().saturating_sub(1))).copied();
    let [Some(middle), Some(high), Some(most)] = [at(50), at(99), at(100)] else {
        println!("{what:<44} the rows were there before the first key");
        return;
    };
    let share = high.as_secs_f64() / FRAME.as_secs_f64();
    println!(
        "{what:<44} p50 {middle:.2?}  p99 {high:.2?}  max {most:.2?}  ({} times; p99 is {share:.1} frames of {FRAME:?})",
        took.len()
    );
}
