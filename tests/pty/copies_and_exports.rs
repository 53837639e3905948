//! Tests with many rows of a MariaDB behind an sshd: scrolling, sorting, filtering, copying and exporting.

use std::io::Read as _;
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::PathBuf;
use std::time::Duration;

use super::harness::{Home, Terminal};
use super::rig::{Rig, wait_until};

const ROWS: u64 = 200_000;

/// Starts the program with additional environment variables, connects to the rig's MariaDB, and reads [`ROWS`] rows. The
/// results have the focus.
fn with_rows(home: &Home, environment: &[(&str, &str)]) -> Terminal {
    let rig = Rig::start();
    home.settings(&rig.profile_toml("clinic"));
    let program = std::path::Path::new(env!("CARGO_BIN_EXE_rrx"));
    let mut terminal = Terminal::start_program(program, home, &["clinic"], (160, 40), environment);
    terminal.see("Connected to MariaDB");
    terminal.text(&format!("SELECT seq AS n, CONCAT('row ', seq % 1000) AS name FROM mysql.seq_1_to_{ROWS}"));
    terminal.keys("f5");
    terminal.see("all 200,000 rows");
    // Zoomed, so that the border shows its whole text.
    terminal.keys("f6 f4");
    terminal.wait("the cursor's place", |shown| shown.contains("row 1 ") && shown.contains(" col 1/2"));
    terminal
}

/// Returns all rows as the text of a CSV file.
fn csv() -> String {
    let rows = (1..=ROWS).map(|n| format!("{n},row {}\n", n % 1000));
    std::iter::once("n,name\n".to_owned()).chain(rows).collect()
}

/// Returns the files with copies that were too long for the clipboard.
fn copy_files(home: &Home) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(home.path().join("state/copies")).into_iter().flatten();
    entries.map(|entry| entry.unwrap().path()).collect()
}

#[test]
fn many_rows_to_their_end_sorted_filtered_and_copied_by_the_terminal_and_into_a_file() {
    let home = Home::new();
    let mut terminal = with_rows(&home, &[]);
    terminal.keys("ctrl-end");
    terminal.see("row 200,000 · col 1/2");
    terminal.wait("the last row", |shown| shown.contains("200000 │ row 0"));
    terminal.keys("s s");
    terminal.see("sorted here by n ▼");
    terminal.keys("ctrl-home");
    terminal.wait("the greatest first", |shown| shown.contains(" 1 │ 200000 │ row 0"));
    terminal.keys("y");
    terminal.see("copied 1 value by OSC 52");
    // The complete sequence with 200000 in base64.
    terminal.wait_for_bytes("\x1b]52;c;MjAwMDAw\x07");
    terminal.keys("f");
    terminal.text("n <= 3");
    terminal.keys("enter");
    let shown = terminal.see("3 of 200,000 rows match n <= 3");
    assert!(shown.contains("sorted here by n ▼"), "{shown}");
    terminal.keys("u");
    terminal.wait("all rows again", |shown| shown.contains(" 4 │      4 │ row 4"));
    terminal.keys("A y");
    let shown = terminal.see("too long for the terminal's clipboard");
    assert!(shown.contains("copied 400,000 values to ") && shown.contains("MiB"), "{shown}");
    let files = copy_files(&home);
    assert_eq!(files.len(), 1, "{files:?}");
    let text = std::fs::read_to_string(&files[0]).unwrap();
    assert_eq!(text.lines().count() as u64, ROWS);
    assert!(text.starts_with("1\trow 1\n2\trow 2\n"), "{}", &text[..40]);
    assert_eq!(std::fs::metadata(&files[0]).unwrap().permissions().mode() & 0o777, 0o600);
    terminal.keys("ctrl-q");
    assert!(terminal.end().success());
    let log = home.access_log();
    assert_eq!(log.matches("\"kind\":\"copy\"").count(), 2, "{log}");
    assert!(log.contains("the terminal (OSC 52)") && log.contains(files[0].to_str().unwrap()), "{log}");
}

#[test]
fn a_terminal_that_takes_no_copies_gets_none_and_the_file_is_named() {
    let home = Home::new();
    let mut terminal = with_rows(&home, &[("TERM", "linux")]);
    terminal.keys("y");
    terminal.see("the terminal linux has no clipboard");
    let files = copy_files(&home);
    assert_eq!(files.len(), 1);
    assert_eq!(std::fs::read_to_string(&files[0]).unwrap(), "1");
    assert!(!terminal.has_written("\x1b]52;"));
    terminal.keys("ctrl-q");
    assert!(terminal.end().success());
}

#[test]
fn an_export_shows_its_progress_and_the_finished_file_is_complete() {
    let home = Home::new();
    let mut terminal = with_rows(&home, &[]);
    let path = home.path().join("all.csv");
    terminal.export_to(&path);
    terminal.see("200,000 rows written to");
    terminal.wait_for_bytes("writing");
    let written = std::fs::read_to_string(&path).unwrap();
    let expected = csv();
    let at = written.bytes().zip(expected.bytes()).take_while(|(one, other)| one == other).count();
    assert!(
        written == expected,
        "{} and {} bytes, from {at} on: {:?}",
        written.len(),
        expected.len(),
        &written[at..][..40]
    );
    assert!(!home.path().join("all.csv.partial").exists());
    terminal.keys("ctrl-q");
    assert!(terminal.end().success());
    assert!(home.access_log().contains("\"kind\":\"export\""), "{}", home.access_log());
}

#[test]
fn a_stopped_export_to_a_pipe_ends_and_leaves_no_partial_file() {
    let home = Home::new();
    let mut terminal = with_rows(&home, &[]);
    let (path, partial) = (home.path().join("all.csv"), home.path().join("all.csv.partial"));
    // The buffer of a pipe is limited, so the export waits for a reader.
    nix::unistd::mkfifo(&path, nix::sys::stat::Mode::S_IRWXU).unwrap();
    let flags = nix::fcntl::OFlag::O_NONBLOCK.bits();
    let mut pipe = std::fs::OpenOptions::new().read(true).custom_flags(flags).open(&path).unwrap();
    terminal.export_to(&path);
    terminal.see("writing");
    terminal.keys("ctrl-c");
    let (mut taken, mut bytes) = (0, [0; 1 << 13]);
    wait_until("its end of the pipe is closed", Duration::from_mins(1), || match pipe.read(&mut bytes) {
        Ok(0) => true,
        Ok(count) => {
            taken += count;
            false
        }
        Err(_) => false,
    });
    assert!(taken < csv().len(), "it was not written to its end");
    terminal.see("The export was stopped. No file was written.");
    assert!(path.exists() && !partial.exists());
    terminal.keys("ctrl-q");
    assert!(terminal.end().success());
}
