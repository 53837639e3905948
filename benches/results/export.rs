//! Rows to a file: `rrx run -o` beside `mariadb --quick --batch` with its output in a file.

use std::process::{Command, Stdio};

use crate::cost::{Cost, by_turns};
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
}
