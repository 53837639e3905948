//! Secrets leave no traces. The real program signs in with each source of a secret, and the tests search everything that it
//! writes or shows: argument lists, the environment of its children, files, its output, and the access log.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::time::Duration;

use super::at_terminal::{self, TypedAnswer};
use crate::rig::{Rig, wait_until};

/// A wrong password that occurs nowhere else.
const WRONG: &str = "wr0ng-but-d1stinct;p@ss";

struct TestHome {
    root: tempfile::TempDir,
    /// The argument lists and the environment that the password command could read.
    observed: tempfile::TempDir,
}

impl TestHome {
    /// Creates a home directory with a profile for each source of the password and of the passphrase of an encrypted key.
    fn new(rig: &Rig) -> Self {
        let (root, observed) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let wrong = observed.path().join("wrong");
        fs::write(&wrong, WRONG).unwrap();
        fs::set_permissions(&wrong, fs::Permissions::from_mode(0o600)).unwrap();
        let out = observed.path().display();
        let spying = format!(
            "cat /proc/$PPID/cmdline > {out}/cmdline; cat /proc/$$/environ > {out}/environ; \
             for p in /proc/[0-9]*; do cat $p/cmdline; done > {out}/ps 2>/dev/null; cat {}",
            rig.password_file().display()
        );
        let sources = [
            ("command", format!("{{ command = '{spying}' }}")),
            ("env", "{ env = 'RRX_TEST_PASSWORD' }".to_owned()),
            ("file", format!("{{ file = '{}' }}", rig.password_file().display())),
            ("wrong", format!("{{ file = '{}' }}", wrong.display())),
            ("loud", format!("{{ command = 'set -x; secret=$(cat {}); echo $secret; exit 3' }}", wrong.display())),
            ("keyring", "{ keyring = true }".to_owned()),
            ("prompt", "{ prompt = true }".to_owned()),
        ];
        let mut config = String::new();
        for (name, source) in sources {
            for line in rig.profile_toml(name).lines() {
                let line = match line.split(' ').next().unwrap_or_default() {
                    "password" => format!("password = {source}"),
                    "identity" => format!(
                        "identity = '{}'\nidentity_passphrase = {{ env = 'RRX_TEST_PASSPHRASE' }}",
                        rig.encrypted_key().display()
                    ),
                    _ => line.to_owned(),
                };
                config.push_str(&line);
                config.push('\n');
            }
        }
        fs::create_dir_all(root.path().join("config")).unwrap();
        fs::write(root.path().join("config/config.toml"), config).unwrap();
        Self { root, observed }
    }

    fn run(&self, rig: &Rig, arguments: &[&str]) -> Output {
        Command::new("setsid")
            .arg("--wait")
            .arg(env!("CARGO_BIN_EXE_rrx"))
            .args(arguments)
            .env("RRX_HOME", self.root.path())
            .env("HOME", self.root.path())
            .env("RRX_TEST_PASSWORD", rig.password())
            .env("RRX_TEST_PASSPHRASE", rig.passphrase())
            .env("MYSQL_PWD", rig.password())
            .env("RUST_BACKTRACE", "1")
            .env_remove("SSH_AUTH_SOCK")
            .env_remove("DBUS_SESSION_BUS_ADDRESS")
            .stdin(Stdio::null())
            .output()
            .unwrap()
    }

    /// Returns all files in the home directory, and what the password command could read.
    fn traces(&self) -> Vec<(String, Vec<u8>)> {
        let mut all = Vec::new();
        walk(self.root.path(), &mut all);
        for name in ["cmdline", "environ", "ps"] {
            let path = self.observed.path().join(name);
            all.push((path.display().to_string(), fs::read(path).unwrap_or_default()));
        }
        all
    }
}

fn walk(directory: &Path, all: &mut Vec<(String, Vec<u8>)>) {
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            walk(&path, all);
        } else {
            all.push((path.display().to_string(), fs::read(&path).unwrap()));
        }
    }
}

fn contains(bytes: &[u8], secret: &str) -> bool {
    bytes.windows(secret.len()).any(|window| window == secret.as_bytes())
}

#[test]
fn no_secret_is_written_or_shown_from_any_source() {
    let rig = Rig::start();
    let test_home = TestHome::new(rig);
    let mut outputs = Vec::new();
    for source in ["command", "env", "file"] {
        let output = test_home.run(rig, &["run", "-p", source, "-e", "SELECT CONCAT('signed', ' in')"]);
        assert!(String::from_utf8_lossy(&output.stdout).contains("signed in"), "{source}: {output:?}");
        assert_eq!(output.status.code(), Some(0));
        outputs.push((source, output));
    }
    for (source, code, words) in [
        ("wrong", 3, "the file was written today: it may have been rotated"),
        ("loud", 2, "the command failed"),
        ("keyring", 2, "keyring"),
        ("prompt", 2, "no terminal to ask on"),
    ] {
        let output = test_home.run(rig, &["run", "-p", source, "-e", "SELECT 1"]);
        assert_eq!(output.status.code(), Some(code), "{source}: {output:?}");
        assert!(String::from_utf8_lossy(&output.stderr).contains(words), "{source}: {output:?}");
        outputs.push((source, output));
    }
    outputs.push(("list", test_home.run(rig, &["profiles", "list", "--json"])));
    outputs.push(("export", test_home.run(rig, &["profiles", "export", "command"])));
    let exported = String::from_utf8_lossy(&outputs.last().unwrap().1.stdout).into_owned();
    assert!(
        exported.contains("rrx_profile = 1") && exported.contains("SHA256:"),
        "the host key goes along: {exported}"
    );

    let mut traces = test_home.traces();
    let environ = &traces.iter().find(|(name, _)| name.ends_with("environ")).unwrap().1;
    assert!(contains(environ, "RRX_HOME="), "the command's environment was seen");
    for variable in ["MYSQL_PWD", "RRX_TEST_PASSWORD", "RRX_TEST_PASSPHRASE"] {
        assert!(!contains(environ, variable), "{variable} reached the password command");
    }
    assert!(
        traces.iter().any(|(name, bytes)| name.ends_with("ps") && contains(bytes, "signed")),
        "argument lists were seen"
    );
    assert!(traces.iter().any(|(_, bytes)| contains(bytes, "CONCAT")), "the access log was searched");
    for (source, output) in outputs {
        traces.push((format!("{source}: stdout"), output.stdout));
        traces.push((format!("{source}: stderr"), output.stderr));
    }
    for (name, bytes) in &traces {
        for secret in [rig.password(), rig.passphrase(), WRONG] {
            assert!(!contains(bytes, secret), "a secret is in {name}");
        }
    }
}

#[test]
fn typed_secrets_are_not_written_or_shown_anywhere() {
    let rig = Rig::start();
    let test_home = TestHome::new(rig);
    let settings = test_home.root.path().join("config/config.toml");
    let text = fs::read_to_string(&settings).unwrap();
    let asking: Vec<&str> = text.lines().filter(|line| !line.starts_with("identity_passphrase")).collect();
    fs::write(&settings, asking.join("\n")).unwrap();
    let bundle = test_home.root.path().join("bundle.txt");
    let bundle = bundle.to_str().unwrap();
    let statement = "SELECT CONCAT('signed', ' in')";
    let mut traces = Vec::new();
    for (arguments, expected) in [
        (&["run", "-p", "prompt", "-e", statement][..], "signed in"),
        (&["doctor", "prompt", "--bundle", bundle], "bundle.txt"),
    ] {
        let answers = [
            TypedAnswer { after: "Passphrase of the key", is_echoed: false, text: rig.passphrase() },
            TypedAnswer { after: "Password of", is_echoed: false, text: rig.password() },
        ];
        let screen = at_terminal::run(test_home.root.path(), arguments, &answers);
        assert!(screen.contains(expected), "{screen}");
        traces.push((format!("the screen of {}", arguments[0]), screen.into_bytes()));
    }
    traces.extend(test_home.traces());
    assert!(traces.iter().any(|(name, bytes)| name.ends_with("bundle.txt") && !bytes.is_empty()));
    assert!(traces.iter().any(|(name, bytes)| name.ends_with("access.log.jsonl") && contains(bytes, "CONCAT")));
    for (name, bytes) in &traces {
        for secret in [rig.password(), rig.passphrase()] {
            assert!(!contains(bytes, secret), "a typed secret is in {name}");
        }
    }
}

#[test]
fn no_process_shows_a_secret_from_any_source_while_it_is_used() {
    let rig = Rig::start();
    let test_home = TestHome::new(rig);
    let settings = test_home.root.path().join("config/config.toml");
    let passphrase = test_home.observed.path().join("passphrase");
    fs::write(&passphrase, rig.passphrase()).unwrap();
    let by_command = format!("identity_passphrase = {{ command = 'cat {}' }}", passphrase.display());
    let text = fs::read_to_string(&settings).unwrap();
    fs::write(&settings, text.replace("identity_passphrase = { env = 'RRX_TEST_PASSPHRASE' }", &by_command)).unwrap();
    for source in ["command", "env", "file"] {
        let marker = format!("SLEEP(1 + {})", source.len());
        let statement = format!("SELECT {marker}");
        let mut child = Command::new(env!("CARGO_BIN_EXE_rrx"))
            .args(["run", "-p", source, "-e", &statement])
            .env("RRX_HOME", test_home.root.path())
            .env("HOME", test_home.root.path())
            .env("RRX_TEST_PASSWORD", rig.password())
            .env_remove("SSH_AUTH_SOCK")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        let runs = format!("SELECT COUNT(*) FROM information_schema.processlist WHERE info = '{statement}'");
        wait_until("the statement runs", Duration::from_secs(30), || rig.sql(&runs).trim() == "1");
        for process in fs::read_dir("/proc").unwrap().flatten() {
            let shown = fs::read(process.path().join("cmdline")).unwrap_or_default();
            for secret in [rig.password(), rig.passphrase()] {
                assert!(!contains(&shown, secret), "{source}: {}", String::from_utf8_lossy(&shown));
            }
        }
        match fs::read(format!("/proc/{}/environ", child.id())) {
            Ok(environ) => {
                assert!(contains(&environ, "RRX_HOME="));
                assert!(!contains(&environ, rig.passphrase()), "{source}");
            }
            // The process is not dumpable, so only root can read it.
            Err(error) => assert_eq!(error.kind(), std::io::ErrorKind::PermissionDenied),
        }
        child.kill().unwrap();
        child.wait().unwrap();
    }
}

#[test]
fn openssh_can_read_a_key_that_rrx_creates() {
    let home = tempfile::tempdir().unwrap();
    let create_key = |arguments: &[&str]| {
        let output = Command::new(env!("CARGO_BIN_EXE_rrx"))
            .args(["ssh-key", "--new", "key", "--comment", "me at home"])
            .args(arguments)
            .current_dir(home.path())
            .env("RRX_HOME", home.path())
            .output()
            .unwrap();
        (output.status.code(), String::from_utf8_lossy(&output.stdout).into_owned())
    };
    let (code, ticket) = create_key(&["--no-passphrase"]);
    assert_eq!(code, Some(0));
    let openssh = |arguments: &[&str]| {
        let output = Command::new("ssh-keygen").args(arguments).current_dir(home.path()).output().unwrap();
        assert!(output.status.success(), "{output:?}");
        String::from_utf8(output.stdout).unwrap()
    };
    let public = openssh(&["-y", "-P", "", "-f", "key"]);
    assert!(public.starts_with("ssh-ed25519 ") && ticket.contains(public.trim()), "{public}{ticket}");
    let listed = openssh(&["-l", "-f", "key.pub"]);
    assert!(ticket.contains(listed.split(' ').nth(1).unwrap()), "{listed}{ticket}");
    assert_eq!(create_key(&["--no-passphrase"]).0, Some(6), "a key that is there stays");
}
