//! The debug log of the whole program: what it says, what it never says, and that a process of rrx leaves no core dump.

use std::fs;
use std::io::Read as _;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use tempfile::tempdir;

/// What the demo's account signs in with.
const PASSWORD: &str = "a-secret-that-no-log-holds";

fn rrx(home: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_rrx"));
    command.args(arguments).env("HOME", home).env("RRX_HOME", home).env_remove("RRX_LOG").stdin(Stdio::null());
    command
}

fn output(command: &mut Command) -> (Option<i32>, String) {
    let Output { status, stderr, .. } = command.output().unwrap();
    (status.code(), String::from_utf8_lossy(&stderr).into_owned())
}

#[test]
fn a_log_tells_of_connecting_and_of_statements_without_their_texts() {
    let home = tempdir().unwrap();
    let log = home.path().join("debug.log");
    let run = |statement: &str, more: &[&str]| {
        let arguments = [&["--log", log.to_str().unwrap(), "run", "-p", "demo", "-e", statement], more].concat();
        assert_eq!(output(rrx(home.path(), &arguments).env("RRX_LOG", "trace")).0.unwrap() & !1, 0);
        fs::read_to_string(&log).unwrap()
    };
    let text = run("SELECT 'hidden-1' FROM study", &[]);
    for part in [
        "log started",
        "connecting profile=demo",
        "connection step",
        "connected",
        "statement starts",
        "statement ended",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
    assert!(text.contains("session{id=") && text.contains("end=complete rows="), "{text}");
    // The server quotes the text of a statement that it does not understand.
    let text = run("SELECT hidden_2 FROM hidden_3", &[]);
    assert!(text.contains("error=1146") || text.contains("error=1054"), "{text}");
    assert!(!text.contains("hidden"), "{text}");
    let text = run("SELECT 'shown-1\u{1b}[2J\nforged'", &["--log-statements"]);
    assert!(text.contains("shown-1\\u{1b}[2J\\nforged"), "{text}");
    assert!(!text.contains('\u{1b}'));
    assert_eq!(fs::metadata(&log).unwrap().permissions().mode() & 0o777, 0o600);
    let lines = text.lines().filter(|line| !line.starts_with("20") || !line.contains(" rrx::")).count();
    assert_eq!(lines, 0, "{text}");
}

#[test]
fn no_secret_is_logged() {
    let home = tempdir().unwrap();
    let passphrase = "a-passphrase-that-no-log-holds";
    let key = home.path().join("key");
    let made = rrx(home.path(), &["ssh-key", "--new", key.to_str().unwrap(), "--no-passphrase"]).output().unwrap();
    assert!(made.status.success());
    fs::create_dir_all(home.path().join("config")).unwrap();
    // Nothing listens at these ports: the secrets are brought, and connecting fails.
    let settings = format!(
        "[profile.direct]\nenvironment = \"test\"\nroute = []\nhost = \"127.0.0.1\"\nport = 1\nuser = \"u\"\n\
         password = {{ command = \"echo {PASSWORD}\" }}\ntls = \"disabled\"\n\
         [profile.hop]\nenvironment = \"test\"\nroute = [\"u@127.0.0.1:1\"]\nidentity = \"{}\"\n\
         identity_passphrase = {{ command = \"echo {passphrase}\" }}\nhost = \"h\"\nuser = \"u\"\n\
         password = {{ env = \"RRX_TEST_PASSWORD\" }}\n",
        key.display()
    );
    fs::write(home.path().join("config/config.toml"), settings).unwrap();
    let log = home.path().join("debug.log");
    for profile in ["direct", "hop"] {
        let arguments = ["run", "-p", profile, "-e", "SELECT 1", "--log", log.to_str().unwrap(), "--log-statements"];
        let (code, said) =
            output(rrx(home.path(), &arguments).env("RRX_LOG", "trace").env("RRX_TEST_PASSWORD", PASSWORD));
        assert_eq!(code, Some(3), "{said}");
    }
    let text = fs::read_to_string(&log).unwrap();
    assert!(text.contains("not connected"), "{text}");
    for secret in [PASSWORD, passphrase] {
        assert!(!text.contains(secret), "{text}");
    }
}

#[test]
fn a_log_that_cannot_be_written_is_refused_before_anything_else() {
    let home = tempdir().unwrap();
    let inside = home.path().join("no/such/directory/log");
    for (arguments, level, what) in [
        (vec!["keys", "--log", inside.to_str().unwrap()], "debug", "cannot be written"),
        (vec!["keys", "--log", "/dev/null"], "debug", "not a regular file"),
        (vec!["keys", "--log-statements"], "debug", "--log-statements"),
        (vec!["keys", "--log", "log"], "loud", "RRX_LOG cannot be read"),
    ] {
        let (code, said) = output(rrx(home.path(), &arguments).current_dir(home.path()).env("RRX_LOG", level));
        assert_eq!(code, Some(2), "{arguments:?}: {said}");
        for part in [what, "because: ", "next: "] {
            assert!(said.contains(part), "{arguments:?}: {said}");
        }
    }
}

/// A process of rrx that serves until it is killed.
struct Serving(Child);

impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
#[cfg(target_os = "linux")]
fn a_running_process_cannot_write_a_core_dump() {
    let home = tempdir().unwrap();
    let mut command = rrx(home.path(), &["demo", "--listen", "127.0.0.1:0"]);
    let mut serving = Serving(command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap());
    // It has started when it says where it listens.
    let mut first = [0];
    serving.0.stderr.as_mut().unwrap().read_exact(&mut first).unwrap();
    let process = format!("/proc/{}", serving.0.id());
    let limits = fs::read_to_string(format!("{process}/limits")).unwrap();
    let core: Vec<&str> =
        limits.lines().find(|line| line.starts_with("Max core file size")).unwrap().split_whitespace().collect();
    assert_eq!(core[4..6], ["0", "0"], "{limits}");
    // The files of a process that is not dumpable belong to root.
    let begun = Instant::now();
    while fs::metadata(format!("{process}/environ")).unwrap().uid() != 0 {
        assert!(begun.elapsed() < Duration::from_secs(10));
    }
}
