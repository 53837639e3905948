//! Compares writing rows to a file with `rrx run -o` and with `mariadb --quick --batch > FILE`.

use std::process::{Command, Stdio};

use rrx::domain::export::ExportFormat;

use crate::cost::{Cost, measure, measure_alternately};
use crate::table::Table;

pub fn compare(table: &Table, rows: u64) {
    println!("\n{rows} rows to a file");
    let path = |name: &str| table.home.path().join(name);
    let theirs = || {
        let mut command = Command::new("sh");
        let mariadb = table.mariadb(rows);
        command.args(["-c", "exec \"$0\" \"$@\" > \"$OUT\""]).env("OUT", path("mariadb.tsv"));
        command.arg(mariadb.get_program()).args(mariadb.get_args());
        command
    };
    let csv = path("rrx.csv");
    let (ours, theirs) = measure_alternately(&|| table.rrx(rows, &["-o", csv.to_str().unwrap()]), &theirs);
    let lines = Command::new("wc").arg("-l").stdin(Stdio::from(std::fs::File::open(&csv).unwrap())).output().unwrap();
    let lines: u64 = String::from_utf8_lossy(&lines.stdout).trim().parse().unwrap();
    assert_eq!(lines, rows + 1, "the CSV file has all rows");
    Cost::print_headings();
    ours.print("rrx run -o rrx.csv");
    theirs.print("mariadb --quick --batch > FILE");
    ours.print_ratio(&theirs);
    for format in [ExportFormat::Parquet, ExportFormat::Xlsx] {
        measure_typed_format(table, rows, format, &theirs);
    }
}

/// Measures a typed format once, because its cost is far above the noise.
fn measure_typed_format(table: &Table, rows: u64, format: ExportFormat, theirs: &Cost) {
    let name = format!("rrx.{}", format.extension());
    if format.missing_feature().is_some() {
        println!("{name}: not in this build (--features full)");
        return;
    }
    let file = table.home.path().join(&name);
    let cost = measure(&mut table.rrx(rows, &["-o", file.to_str().unwrap()]));
    cost.print(&format!("rrx run -o {name}"));
    cost.print_ratio(theirs);
    let size = |name: &str| std::fs::metadata(table.home.path().join(name)).unwrap().len() as f64 / f64::from(1 << 20);
    println!("{:<34} {:.0} MiB, CSV {:.0} MiB", "  size of the file", size(&name), size("rrx.csv"));
}
