//! Rows to a pipe: `rrx run` beside `mariadb --quick --batch`, both as tab-separated text, and beside mycli.

use crate::cost::{Cost, by_turns, measure};
use crate::table::Table;

/// The part of the rows that mycli is asked for: it takes minutes for all of them.
const PART: u64 = 5;

pub fn compare(table: &Table, rows: u64) {
    println!("\n{rows} rows to a pipe, as tab-separated text");
    let (ours, theirs) = by_turns(&|| table.rrx(rows, &["--format", "tsv"]), &|| table.mariadb(rows));
    assert_eq!(ours.bytes, theirs.bytes, "both write the same");
    Cost::head();
    ours.print("rrx run --format tsv");
    theirs.print("mariadb --quick --batch");
    ours.print_ratio(&theirs);
    beside_mycli(table, rows / PART);
}

fn beside_mycli(table: &Table, rows: u64) {
    println!("\n{rows} rows to a pipe, as tab-separated text");
    let Some(mut mycli) = table.mycli(rows) else {
        println!("mycli is not there: pip install mycli, and RRX_MYCLI=FILE names it");
        return;
    };
    let ours = measure(&mut table.rrx(rows, &["--format", "tsv"]));
    let theirs = measure(&mut mycli);
    Cost::head();
    ours.print("rrx run --format tsv");
    theirs.print("mycli --unbuffered --format tsv");
    ours.print_ratio(&theirs);
}
