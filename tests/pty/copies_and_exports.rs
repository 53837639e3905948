//! Stories about many rows of a MariaDB behind sshd: to their end, in another order, copied, written to a file.

use std::io::Read as _;
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::PathBuf;
use std::time::Duration;

use super::harness::{Home, Story};
use super::rig::{Rig, wait_until};

const ROWS: u64 = 200_000;

/// The program on the rig's MariaDB with that many rows, the results in focus; more of the environment.
fn with_rows(home: &Home, environment: &[(&str, &str)]) -> Story {
    let rig = Rig::start();
    home.settings(&rig.profile_toml("clinic"));
    let program = std::path::Path::new(env!("CARGO_BIN_EXE_rrx"));
    let mut story = Story::start_program(program, home, &["clinic"], (160, 40), environment);
    story.see("Connected to MariaDB");
    story.text(&format!("SELECT seq AS n, CONCAT('row ', seq % 1000) AS name FROM mysql.seq_1_to_{ROWS}"));
    story.keys("f5");
    story.see("all 200,000 rows");
    // Alone on the screen: all of their border can be read.
    story.keys("f6 f4");
    story.wait("the cursor's place", |shown| shown.contains("row 1 ") && shown.contains(" col 1/2"));
    story
}

/// What all rows are as a CSV file.
fn csv() -> String {
    let rows = (1..=ROWS).map(|n| format!("{n},row {}\r\n", n % 1000));
    std::iter::once("n,name\r\n".to_owned()).chain(rows).collect()
}

/// The files into which copies went.
fn copies(home: &Home) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(home.path().join("state/copies")).into_iter().flatten();
    entries.map(|entry| entry.unwrap().path()).collect()
}

#[test]
fn many_rows_to_their_end_sorted_filtered_and_copied_by_the_terminal_and_into_a_file() {
    let home = Home::new();
    let mut story = with_rows(&home, &[]);
    story.keys("ctrl-end");
    story.see("row 200,000 · col 1/2");
    story.wait("the last row", |shown| shown.contains("200000 │ row 0"));
    story.keys("s s");
    story.see("sorted here by n ▼");
    story.keys("ctrl-home");
    story.wait("the greatest first", |shown| shown.contains(" 1 │          200000 │ row 0"));
    story.keys("y");
    story.see("copied 1 value by OSC 52");
    // The whole sequence, as the terminal gets it: base64 of 200000.
    story.sent("\x1b]52;c;MjAwMDAw\x07");
    story.keys("f");
    story.text("n <= 3");
    story.keys("enter");
    let shown = story.see("3 of 200,000 rows match n <= 3");
    assert!(shown.contains("sorted here by n ▼"), "{shown}");
    story.keys("u");
    story.wait("all rows again", |shown| shown.contains(" 4 │               4 │ row 4"));
    story.keys("A y");
    let shown = story.see("too long for the terminal's clipboard");
    assert!(shown.contains("copied 400,000 values to ") && shown.contains("MiB"), "{shown}");
    let files = copies(&home);
    assert_eq!(files.len(), 1, "{files:?}");
    let text = std::fs::read_to_string(&files[0]).unwrap();
    assert_eq!(text.lines().count() as u64, ROWS);
    assert!(text.starts_with("1\trow 1\n2\trow 2\n"), "{}", &text[..40]);
    assert_eq!(std::fs::metadata(&files[0]).unwrap().permissions().mode() & 0o777, 0o600);
    story.keys("ctrl-q");
    assert!(story.end().success());
    let log = home.log();
    assert_eq!(log.matches("\"kind\":\"copy\"").count(), 2, "{log}");
    assert!(log.contains("the terminal (OSC 52)") && log.contains(files[0].to_str().unwrap()), "{log}");
}

#[test]
fn a_terminal_that_takes_no_copies_gets_none_and_the_file_is_named() {
    let home = Home::new();
    let mut story = with_rows(&home, &[("TERM", "linux")]);
    story.keys("y");
    story.see("the terminal linux has no clipboard");
    let files = copies(&home);
    assert_eq!(files.len(), 1);
    assert_eq!(std::fs::read_to_string(&files[0]).unwrap(), "1");
    assert!(!story.has_sent("\x1b]52;"));
    story.keys("ctrl-q");
    assert!(story.end().success());
}

#[test]
fn an_export_tells_how_far_it_is_and_is_whole_under_its_name() {
    let home = Home::new();
    let mut story = with_rows(&home, &[]);
    let path = home.path().join("all.csv");
    story.export_to(&path);
    story.see("200,000 rows written to");
    story.sent("writing");
    let written = std::fs::read_to_string(&path).unwrap();
    let wanted = csv();
    let at = written.bytes().zip(wanted.bytes()).take_while(|(one, other)| one == other).count();
    assert!(
        written == wanted,
        "{} and {} bytes, from {at} on: {:?}",
        written.len(),
        wanted.len(),
        &written[at..][..40]
    );
    assert!(!home.path().join("all.csv.partial").exists());
    story.keys("ctrl-q");
    assert!(story.end().success());
    assert!(home.log().contains("\"kind\":\"export\""), "{}", home.log());
}

#[test]
fn a_stopped_export_ends_and_leaves_nothing_beside_a_pipe_that_was_written_into() {
    let home = Home::new();
    let mut story = with_rows(&home, &[]);
    let (path, partial) = (home.path().join("all.csv"), home.path().join("all.csv.partial"));
    // A pipe takes so much and no more until somebody reads.
    nix::unistd::mkfifo(&path, nix::sys::stat::Mode::S_IRWXU).unwrap();
    let flags = nix::fcntl::OFlag::O_NONBLOCK.bits();
    let mut pipe = std::fs::OpenOptions::new().read(true).custom_flags(flags).open(&path).unwrap();
    story.export_to(&path);
    story.see("writing");
    story.keys("ctrl-c");
    story.see("Stopping the export");
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
    story.see("The export was stopped. No file was written.");
    assert!(path.exists() && !partial.exists());
    story.keys("ctrl-q");
    assert!(story.end().success());
}
