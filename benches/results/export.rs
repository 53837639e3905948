//! Rows to a file: `rrx run -o` beside `mariadb --quick --batch` with its output in a file.

use std::process::{Command, Stdio};

use rrx::domain::export::ExportFormat;

use crate::cost::{Cost, by_turns, measure};
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
    let (ours, theirs) = by_turns(&|| table.rrx(rows, &["-o", csv.to_str().unwrap()]), &theirs);
    let lines = Command::new("wc").arg("-l").stdin(Stdio::from(std::fs::File::open(&csv).unwrap())).output().unwrap();
    let lines: u64 = String::from_utf8_lossy(&lines.stdout).trim().parse().unwrap();
    assert_eq!(lines, rows + 1, "the CSV file is not whole");
    Cost::head();
    ours.print("rrx run -o rrx.csv");
    theirs.print("mariadb --quick --batch > FILE");
    ours.print_ratio(&theirs);
    for form in [ExportFormat::Parquet, ExportFormat::Xlsx] {
        typed(table, rows, (form, &theirs));
    }
}

/// A typed form, measured once: its cost is far from the noise.
fn typed(table: &Table, rows: u64, (form, theirs): (ExportFormat, &Cost)) {
    let name = format!("rrx.{}", form.extension());
    if form.missing_feature().is_some() {
        println!("{name}: not in this build (--features full)");
        return;
    }
    let file = table.home.path().join(&name);
    let cost = measure(&mut table.rrx(rows, &["-o", file.to_str().unwrap()]));
    cost.print(&format!("rrx run -o {name}"));
    cost.print_ratio(theirs);
    let size = |name: &str| std::fs::metadata(table.home.path().join(name)).unwrap().len() as f64 / f64::from(1 << 20);
    println!("{:<34} {:.0} MiB beside {:.0} MiB of CSV", "  the file", size(&name), size("rrx.csv"));
}
