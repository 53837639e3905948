//! Tests with full disks: small file systems in a mount namespace. They need root.

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::pty_harness::{Home, Terminal};
use crate::rig::Rig;

const PROGRAM: &str = env!("CARGO_BIN_EXE_rrx");
/// A script that mounts a file system of `$1` KiB at `$2`, and runs the remaining arguments.
const MOUNT: &str = "mount -t tmpfs -o \"size=$1k\" tmpfs \"$2\" && shift 2 && exec \"$@\"";

/// Creates a home directory with the rig's profile, and a directory for the small disk.
fn home_with_disk() -> Home {
    let home = Home::new();
    home.settings(&Rig::start().profile_toml("clinic"));
    std::fs::create_dir(home.path().join("disk")).unwrap();
    home
}

/// Returns the arguments of `unshare` that mount a disk of `kib` KiB and run the program.
fn arguments<'a>(kib: &'a str, disk: &'a Path, program: &[&'a str]) -> Vec<&'a str> {
    let mount = ["--mount", "sh", "-c", MOUNT, "sh", kib, disk.to_str().unwrap(), PROGRAM];
    mount.into_iter().chain(program.iter().copied()).collect()
}

#[test]
fn an_export_of_the_screen_names_the_full_disk_and_the_rows_are_still_there_for_another_place() {
    let home = home_with_disk();
    let disk = home.path().join("disk");
    let mut terminal =
        Terminal::start_program(Path::new("unshare"), &home, &arguments("64", &disk, &["clinic"]), (160, 40), &[]);
    terminal.see("Connected to MariaDB");
    terminal.text("SELECT seq AS n, REPEAT('x', 100) AS filler FROM mysql.seq_1_to_20000");
    terminal.keys("f5");
    terminal.see("all 20,000 rows");
    // Zoomed, so that the text is not wrapped.
    terminal.keys("f6 f4");
    terminal.export_to(&disk.join("all.csv"));
    terminal.see("No space left on device");
    // The notice names the key that shows the whole problem.
    terminal.keys("f3");
    let shown = terminal.see("next: free some space there");
    assert!(shown.contains("The rows cannot be written to"), "{shown}");
    // The incomplete file is removed, so a smaller file fits.
    terminal.keys("esc");
    terminal.see("all 20,000 rows");
    terminal.keys("f");
    terminal.text("n <= 3");
    terminal.keys("enter");
    terminal.see("3 of 20,000 rows");
    terminal.export_to(&disk.join("few.csv"));
    terminal.see("3 rows written to");
    // Another disk has enough space.
    terminal.keys("u");
    terminal.wait("all rows again", |shown| shown.contains(" 4 │    4 │ x"));
    terminal.export_to(&home.path().join("all.csv"));
    terminal.see("20,000 rows written to");
    assert_eq!(std::fs::read_to_string(home.path().join("all.csv")).unwrap().lines().count(), 20_001);
    terminal.keys("ctrl-q");
    assert!(terminal.end().success());
}

#[test]
fn a_run_into_a_file_names_the_full_disk_what_was_kept_and_what_next() {
    let home = home_with_disk();
    let disk = home.path().join("disk");
    let file = disk.join("all.csv");
    let (path, statement) = (file.to_str().unwrap(), "SELECT seq, REPEAT('x', 100) FROM mysql.seq_1_to_20000");
    // Only processes in the namespace see the disk, so the script lists its files.
    let script = format!("\"$@\"; code=$?; ls {}; exit $code", disk.display());
    let mount = MOUNT.replace("exec \"$@\"", "exec sh -c \"$0\" sh \"$@\"");
    let output = Command::new("unshare")
        .args(["--mount", "sh", "-c", &mount, &script, "64", disk.to_str().unwrap(), PROGRAM])
        .args(["run", "-p", "clinic", "-o", path, "-e", statement])
        .env("RRX_HOME", home.path())
        .env("HOME", home.path())
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let (stderr, files) = (String::from_utf8_lossy(&output.stderr), String::from_utf8_lossy(&output.stdout));
    assert_eq!(output.status.code(), Some(6), "{stderr}");
    assert!(stderr.contains(&format!("The rows cannot be written to {path}")), "{stderr}");
    assert!(stderr.contains("No space left on device") && stderr.contains("free some space there"), "{stderr}");
    assert!(stderr.contains(&format!("the incomplete result is in {path}.partial")), "{stderr}");
    assert_eq!(files.trim(), "all.csv.partial", "{stderr}");
    assert!(home.access_log().contains("\"end\""), "the statement has its end: {}", home.access_log());
}

#[test]
fn a_result_that_cannot_be_spilled_keeps_the_rows_so_far_and_leaves_room_for_the_access_log() {
    let home = home_with_disk();
    let state = home.path().join("state");
    std::fs::create_dir(&state).unwrap();
    std::fs::set_permissions(&state, std::fs::Permissions::from_mode(0o700)).unwrap();
    // The disk has space for a part of the spill file in addition to the reserve.
    let mut terminal =
        Terminal::start_program(Path::new("unshare"), &home, &arguments("24576", &state, &["clinic"]), (160, 40), &[]);
    terminal.see("Connected to MariaDB");
    // Zoomed, and with more rows than fit in the memory of a result.
    terminal.text("SELECT seq AS n, REPEAT('x', 100000) AS filler FROM mysql.seq_1_to_5000");
    terminal.keys("f4 f5");
    terminal.see("Not all rows could be kept");
    terminal.keys("f3");
    let shown = terminal.see("next:");
    assert!(shown.contains("16.0 MiB are reserved for") && shown.contains("the rows so far are kept"), "{shown}");
    terminal.keys("esc");
    terminal.see("rows, then it failed");
    terminal.keys("ctrl-home");
    terminal.wait("the first rows", |shown| shown.contains(" 1 │    1 │ xxxx"));
    terminal.wait("the statement is stopped", |shown| !shown.contains("Ctrl-C stop"));
    // The result is still there, and the access log has space for the next statement.
    terminal.keys("ctrl-n");
    terminal.text("SELECT 6 * 7 AS answer");
    terminal.keys("f5");
    terminal.wait("the next statement", |shown| shown.contains(" 42 ") && shown.contains("AS answer ─ 1 row"));
    terminal.keys("ctrl-q");
    assert!(terminal.end().success());
}
