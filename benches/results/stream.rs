//! Compares writing rows as tab-separated text to a pipe with `rrx run`, `mariadb --quick --batch` and mycli.

use crate::cost::{Cost, measure, measure_alternately};
use crate::table::Table;

/// mycli gets only this fraction of the rows, because it takes minutes for all of them.
const MYCLI_FRACTION: u64 = 5;

pub fn compare(table: &Table, rows: u64) {
    println!("\n{rows} rows to a pipe, as tab-separated text");
    let (ours, theirs) = measure_alternately(&|| table.rrx(rows, &["--format", "tsv"]), &|| table.mariadb(rows));
    assert_eq!(ours.bytes, theirs.bytes, "both write the same");
    Cost::print_headings();
    ours.print("rrx run --format tsv");
    theirs.print("mariadb --quick --batch");
    ours.print_ratio(&theirs);
    compare_with_mycli(table, rows / MYCLI_FRACTION);
}

fn compare_with_mycli(table: &Table, rows: u64) {
    println!("\n{rows} rows to a pipe, as tab-separated text");
    let Some(mut mycli) = table.mycli(rows) else {
        println!("mycli is not installed: run pip install mycli, or set RRX_MYCLI=FILE");
        return;
    };
    let ours = measure(&mut table.rrx(rows, &["--format", "tsv"]));
    let theirs = measure(&mut mycli);
    Cost::print_headings();
    ours.print("rrx run --format tsv");
    theirs.print("mycli --unbuffered --format tsv");
    ours.print_ratio(&theirs);
}
