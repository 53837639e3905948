//! Tests `rrx doctor` with the real program. Each step is made to fail and has its own message. A host key is
//! accepted only by its exact fingerprint.

use std::collections::HashMap;
use std::io::Write as _;
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::Value;

use crate::rig::{ALIAS, Rig, Silent, SshdOptions, has_private_hosts_file};

/// A home directory with the settings, data and state of the program.
pub struct Home(tempfile::TempDir);

impl Home {
    pub fn with(settings: &str) -> Self {
        let home = Self(tempfile::tempdir().unwrap());
        home.settings(settings);
        // The tests read the recorded lines, and Debian's ssh_config would hash them.
        std::fs::create_dir(home.path().join(".ssh")).unwrap();
        std::fs::write(home.path().join(".ssh/config"), "HashKnownHosts no\n").unwrap();
        home
    }

    pub fn settings(&self, text: &str) {
        std::fs::create_dir_all(self.path().join("config")).unwrap();
        std::fs::write(self.path().join("config/config.toml"), text).unwrap();
    }

    pub fn path(&self) -> &Path {
        self.0.path()
    }

    /// Returns the program's command without the environment of the tests.
    pub fn rrx(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_rrx"));
        command
            .args(arguments)
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("HOME", self.path())
            .env("RRX_HOME", self.path())
            .stdin(Stdio::null());
        command
    }

    pub fn run(&self, arguments: &[&str]) -> CommandResult {
        CommandResult::of(&self.rrx(arguments).output().unwrap())
    }
}

/// The result of a command.
#[derive(Debug)]
pub struct CommandResult {
    pub code: i32,
    pub out: String,
    pub err: String,
}

impl CommandResult {
    pub fn of(output: &Output) -> Self {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        Self { code: output.status.code().unwrap_or(-1), out: text(&output.stdout), err: text(&output.stderr) }
    }

    pub fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }
}

/// Returns the settings of the rig's profile with changed values (key, value).
pub fn profile(rig: &Rig, changed: &[(&str, &str)]) -> String {
    let mut lines: Vec<String> = rig.profile_toml("rig").lines().map(str::to_owned).collect();
    for (key, value) in changed {
        lines.retain(|line| line.split(" = ").next() != Some(key));
        lines.push(format!("{key} = {value}"));
    }
    lines.join("\n") + "\n"
}

pub fn route(rig: &Rig, address: &str) -> String {
    format!("[\"{}@{address}\"]", rig.ssh_user())
}

pub fn quoted(path: &Path) -> String {
    format!("'{}'", path.display())
}

/// Starts a server with another protocol, and returns its port.
fn start_http_server() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let _ = stream.write_all(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n");
        }
    });
    port
}

/// Settings with which one step fails, and the expected message.
pub struct FailingCase {
    pub name: &'static str,
    pub settings: String,
    pub step: &'static str,
    pub expected: Vec<&'static str>,
    pub next: &'static str,
}

#[test]
#[expect(clippy::too_many_lines, reason = "it is a table")]
fn each_failing_step_has_its_own_message_and_next_step() {
    let rig = Rig::start();
    let files = tempfile::tempdir().unwrap();
    let file = |name: &str, text: &str| -> PathBuf {
        let path = files.path().join(name);
        std::fs::write(&path, text).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
        path
    };
    let closed = crate::rig::free_port();
    let silent = Silent::new();
    let other = rig.start_sshd(&SshdOptions::default());
    let forbids = rig.start_sshd(&SshdOptions { config: "AllowTcpForwarding no".into(), ..SshdOptions::default() });
    let writer = rig.writable_mariadb();
    // Another notation of the replica's address, which a certificate cannot contain.
    let hex_address = "0x7f000002";
    let permissive = rig.start_sshd(&SshdOptions {
        permit: vec![
            format!("127.0.0.1:{closed}"),
            format!("{hex_address}:{}", rig.mysql_port()),
            format!("{ALIAS}:{}", rig.mysql_port()),
            format!("{}:{}", rig.mysql_address(), writer.port()),
        ],
        ..SshdOptions::default()
    });
    let through = |sshd: &crate::rig::Sshd| {
        [("route", route(rig, &format!("127.0.0.1:{}", sshd.port()))), ("known_hosts", quoted(&sshd.known_hosts()))]
    };
    let with_changes = |pairs: &[(&str, String)]| {
        let pairs: Vec<(&str, &str)> = pairs.iter().map(|(key, value)| (*key, value.as_str())).collect();
        profile(rig, &pairs)
    };
    let changed_key = file("changed", &format!("[127.0.0.1]:{} {}\n", rig.ssh_port(), other.host_key("ed25519")));
    let wrong_password = file("wrong", "not the password\n");
    let mut cases = vec![
        FailingCase {
            name: "no such name",
            settings: with_changes(&[("route", route(rig, "bastion.rrx.invalid:22"))]),
            step: "resolve",
            expected: vec!["has no address"],
            next: "spelling",
        },
        FailingCase {
            name: "no answer",
            settings: with_changes(&[("route", route(rig, &format!("127.0.0.1:{}", silent.port())))]),
            step: "reach",
            expected: vec!["timed out"],
            next: "listed addresses",
        },
        FailingCase {
            name: "nothing listens",
            settings: with_changes(&[("route", route(rig, &format!("127.0.0.1:{closed}")))]),
            step: "reach",
            expected: vec!["refused"],
            next: "port in the route",
        },
        FailingCase {
            name: "no SSH",
            settings: with_changes(&[("route", route(rig, &format!("127.0.0.1:{}", start_http_server())))]),
            step: "host-key",
            expected: vec!["handshake"],
            next: "SSH server",
        },
        FailingCase {
            name: "unknown host key",
            settings: with_changes(&[("known_hosts", quoted(&file("empty", "")))]),
            step: "host-key",
            expected: vec!["not known", "the host presents ED25519 SHA256:"],
            next: "rrx doctor rig --accept-host-key SHA256:",
        },
        FailingCase {
            name: "changed host key",
            settings: with_changes(&[("known_hosts", quoted(&changed_key))]),
            step: "host-key",
            expected: vec!["has changed", "line 1 has ED25519"],
            next: "someone intercepts the connection",
        },
        FailingCase {
            name: "key not taken",
            settings: with_changes(&[("identity", quoted(&rig.unauthorized_key()))]),
            step: "sign-in",
            expected: vec!["tried key", "the hop accepts publickey"],
            next: "public key is installed",
        },
        FailingCase {
            name: "forward prohibited",
            settings: with_changes(&through(&forbids)),
            step: "forward",
            expected: vec!["refuses to forward"],
            next: "only to listed targets",
        },
        FailingCase {
            name: "nothing behind the forward",
            settings: with_changes(
                &[&through(&permissive)[..], &[("host", "'127.0.0.1'".into()), ("port", closed.to_string())]].concat(),
            ),
            step: "forward",
            expected: vec!["cannot reach"],
            next: "the hop resolves the name",
        },
        FailingCase {
            name: "wrong password",
            settings: with_changes(&[("password", format!("{{ file = {} }}", quoted(&wrong_password)))]),
            step: "mysql",
            expected: vec!["Cannot connect to"],
            next: "rotated",
        },
        FailingCase {
            name: "unknown database",
            settings: with_changes(&[("database", "\"nowhere\"".into())]),
            step: "mysql",
            expected: vec!["There is no database nowhere"],
            next: "choose one that exists: ",
        },
        FailingCase {
            name: "another CA",
            settings: with_changes(&[("ca", quoted(&rig.other_ca()))]),
            step: "mysql",
            expected: vec!["TLS: "],
            next: "to the file with the CA of the server",
        },
        FailingCase {
            name: "a name that is none",
            settings: with_changes(&[&through(&permissive)[..], &[("host", format!("'{hex_address}'"))]].concat()),
            step: "mysql",
            expected: vec!["TLS: ", "neither a name nor an address"],
            next: "the name in the replica's certificate",
        },
        FailingCase {
            name: "a writer",
            settings: with_changes(
                &[
                    &through(&permissive)[..],
                    &[
                        ("host", format!("'{}'", rig.mysql_address())),
                        ("port", writer.port().to_string()),
                        ("tls", "\"disabled\"".into()),
                        ("require_replica", "true".into()),
                    ],
                ]
                .concat(),
            )
            .lines()
            .filter(|line| !line.starts_with("ca = "))
            .collect::<Vec<_>>()
            .join("\n"),
            step: "guard",
            expected: vec!["is not a replica", "accepts writes"],
            next: "require_replica",
        },
    ];
    if has_private_hosts_file() {
        cases.push(FailingCase {
            name: "another name",
            settings: with_changes(&[&through(&permissive)[..], &[("host", format!("'{ALIAS}'"))]].concat()),
            step: "mysql",
            expected: vec!["TLS: ", "alias.rrx.test"],
            next: "the name in the certificate",
        });
    }
    let next_steps: Vec<(&str, String)> = std::thread::scope(|scope| {
        let runs: Vec<_> = cases.iter().map(|case| (case, scope.spawn(move || run_case(case)))).collect();
        runs.into_iter().map(|(case, run)| (case.name, run.join().unwrap())).collect()
    });
    let mut by_next_step: HashMap<&str, &str> = HashMap::new();
    for (name, next) in &next_steps {
        if let Some(same) = by_next_step.insert(next, name) {
            panic!("{name} has the same next step as {same}: {next}");
        }
    }
}

/// Runs the doctor for one case, checks the message, and returns the next step.
pub fn run_case(case: &FailingCase) -> String {
    let home = Home::with(&case.settings);
    let ran = home.run(&["doctor", "rig", "--json"]);
    let name = case.name;
    assert_eq!(ran.code, 3, "{name}: {ran:?}");
    let json = ran.json();
    assert_eq!((&json["format"], &json["version"]), (&"rrx-doctor".into(), &2.into()), "{name}");
    assert_eq!((&json["outcome"], &json["exit"]), (&"failed".into(), &3.into()), "{name}");
    let steps = json["steps"].as_array().unwrap();
    let failed: Vec<&Value> = steps.iter().filter(|step| step["state"] == "failed").collect();
    let [failed] = failed.as_slice() else { panic!("{name}: not one failed step: {json:#}") };
    assert_eq!(failed["step"], case.step, "{name}: {json:#}");
    assert_eq!(steps.last(), Some(*failed), "{name}: nothing comes behind the failed step");
    assert!(steps.iter().all(|step| step["state"] != "unfinished"), "{name}: {json:#}");
    let problem = &failed["problem"];
    let words = problem.to_string();
    for expected in &case.expected {
        assert!(words.contains(expected), "{name}: no {expected:?} in {problem:#}");
    }
    let next = problem["next"].as_str().unwrap_or_default();
    assert!(next.contains(case.next), "{name}: no {:?} in {problem:#}", case.next);
    assert_eq!(json["problem"], *problem, "{name}: the end is told as the step is");
    next.to_owned()
}

#[test]
fn a_profile_that_rrx_refuses_does_not_pass_although_its_connection_works() {
    let rig = Rig::start();
    let home = Home::with(&profile(rig, &[("blinding", "\"rules.toml\"")]));
    let text = home.run(&["doctor", "rig"]);
    assert_eq!(text.code, 4, "{text:?}");
    assert!(!text.out.contains("All checks passed"), "{}", text.out);
    assert!(text.out.contains("FAILED") && text.out.contains("blinding rules"), "{}", text.out);
    assert!(text.out.contains("The connection works, but rrx refuses the profile."), "{}", text.out);
    let json = home.run(&["doctor", "rig", "--json"]).json();
    assert_eq!((&json["outcome"], &json["exit"]), (&"refused".into(), &4.into()));
    assert!(json["problem"]["what"].as_str().is_some_and(|what| what.contains("blinding rules")), "{json:#}");
}

#[test]
fn a_working_route_is_reported_step_by_step_with_the_facts_at_its_end() {
    let rig = Rig::start();
    let home = Home::with(&profile(rig, &[]));
    let text = home.run(&["doctor", "rig"]);
    assert_eq!((text.code, text.err.as_str()), (0, ""), "{text:?}");
    let mut at = 0;
    for word in
        ["resolve", "reach", "host key", "sign in", "forward", "MySQL", "guard", "server", "role", "All checks passed"]
    {
        at += text.out[at..].find(word).unwrap_or_else(|| panic!("no {word} in its place: {}", text.out));
    }
    assert!(text.out.contains("MariaDB") && text.out.contains("REPLICA") && text.out.contains(" ms"), "{}", text.out);

    let json = home.run(&["doctor", "--json"]).json();
    assert_eq!((&json["outcome"], &json["profile"]), (&"ok".into(), &"rig".into()), "the only profile needs no name");
    assert_eq!(json["server"]["role"], "REPLICA");
    assert!(json["lag"].as_str().is_some_and(|lag| lag.starts_with("lag ")), "{json:#}");
    assert!(json["fastest_milliseconds"].as_f64().is_some_and(|took| took > 0.0), "{json:#}");
    assert!(json["steps"].as_array().unwrap().iter().all(|step| step["state"] == "ok"), "{json:#}");
}

#[test]
fn an_unknown_host_key_is_recorded_only_by_its_own_fingerprint() {
    let rig = Rig::start();
    let home = Home::with(&profile(rig, &[("known_hosts", "\"~/known\"")]));
    let known = home.path().join("known");
    let right = rig.sshd().fingerprint("ed25519");

    let plain = home.run(&["doctor", "rig"]);
    assert_eq!(plain.code, 3, "{plain:?}");
    let line = format!("rrx doctor rig --accept-host-key {right}");
    assert!(plain.out.contains(&line), "{}", plain.out);
    for row in rig.sshd().art("ed25519") {
        assert!(plain.out.contains(&row), "{row} is drawn: {}", plain.out);
    }
    let run = home.run(&["run", "-p", "rig", "-e", "SELECT 1"]);
    assert_eq!(run.code, 3, "{run:?}");
    assert!(run.err.contains(&line), "every command names the line: {}", run.err);

    let wrong = rig.sshd().fingerprint("ecdsa");
    let refused = home.run(&["doctor", "rig", "--accept-host-key", &wrong]);
    assert_eq!(refused.code, 3, "{refused:?}");
    assert!(refused.out.contains(&wrong) && refused.out.contains(&right), "{}", refused.out);
    assert!(!known.exists(), "nothing is recorded");
    let short = home.run(&["doctor", "rig", "--accept-host-key", &right[..20]]);
    assert_eq!(short.code, 2, "{short:?}");

    let accepted = home.run(&["doctor", "rig", "--accept-host-key", &right]);
    assert_eq!(accepted.code, 0, "{accepted:?}");
    let recorded = format!("[127.0.0.1]:{} {}\n", rig.ssh_port(), rig.sshd().host_key("ed25519"));
    assert_eq!(std::fs::read_to_string(&known).unwrap(), recorded);
    let again = home.run(&["doctor", "rig", "--accept-host-key", &right]);
    assert!(again.code == 0 && again.out.contains("nothing was recorded"), "{again:?}");
    assert_eq!(std::fs::read_to_string(&known).unwrap(), recorded);
    assert_eq!(home.run(&["run", "-p", "rig", "-e", "SELECT 1"]).code, 0);
}

#[test]
fn the_command_for_an_unknown_host_key_works_unchanged_with_settings_from_elsewhere() {
    let rig = Rig::start();
    let home = Home::with("");
    let known = home.path().join("known");
    let file = home.path().join("the team's settings.toml");
    std::fs::write(&file, profile(rig, &[("known_hosts", &quoted(&known))])).unwrap();
    let file = file.to_str().unwrap();
    let commands: [&[&str]; 2] =
        [&["doctor", "rig", "--json"], &["--config", file, "run", "-p", "rig", "-e", "SELECT 1"]];
    assert_eq!(home.run(commands[0]).code, 2, "it is not in the usual place");
    let run = home.run(commands[1]);
    let json = home.run(&["doctor", "rig", "--json", "--config", file]).json();
    let next = json["problem"]["next"].as_str().unwrap().to_owned();
    let line = next.split_once("only then run: ").unwrap().1;
    assert!(run.err.contains(line), "every command names the line: {}", run.err);

    let bundle = home.path().join("bundle.json");
    home.run(&["doctor", "rig", "--config", file, "--bundle", bundle.to_str().unwrap(), "--anonymize"]);
    let bundle = std::fs::read_to_string(bundle).unwrap();
    assert!(bundle.contains("--config file-") && !bundle.contains("the team"), "{bundle}");

    assert!(!known.exists(), "nothing is recorded");
    let directory = Path::new(env!("CARGO_BIN_EXE_rrx")).parent().unwrap();
    let path = std::env::join_paths(
        std::iter::once(directory.to_owned())
            .chain(std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default())),
    );
    let ran = Command::new("sh")
        .args(["-c", line])
        .env("PATH", path.unwrap())
        .env("HOME", home.path())
        .env("RRX_HOME", home.path())
        .stdin(Stdio::null())
        .output()
        .unwrap();
    assert!(ran.status.success(), "{line}: {ran:?}");
    assert!(known.exists(), "it is recorded");
    assert_eq!(home.run(commands[1]).code, 0);
}

#[test]
fn a_bastion_that_closes_at_once_has_a_plain_message() {
    let rig = Rig::start();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || listener.incoming().for_each(drop));
    let home = Home::with(&profile(rig, &[("route", &route(rig, &format!("127.0.0.1:{port}")))]));
    let ran = home.run(&["doctor", "rig"]);
    assert_eq!(ran.code, 3, "{ran:?}");
    for words in ["The SSH handshake with", "because: the hop closed the connection", "only listed addresses"] {
        assert!(ran.out.contains(words), "{}", ran.out);
    }
}

#[test]
fn a_password_prompt_without_a_terminal_is_reported() {
    let rig = Rig::start();
    let home = Home::with(&profile(rig, &[("password", "{ prompt = true }")]));
    // A new process session has no terminal.
    let mut command = Command::new("setsid");
    let rrx = home.rrx(&["doctor", "rig"]);
    command.arg("-w").arg(rrx.get_program()).args(rrx.get_args()).env_clear();
    command.envs(rrx.get_envs().filter_map(|(name, value)| Some((name, value?)))).stdin(Stdio::null());
    let ran = CommandResult::of(&command.output().unwrap());
    assert_eq!(ran.code, 3, "{ran:?}");
    assert!(ran.out.contains("there is no terminal to ask on"), "{}", ran.out);
    assert!(ran.out.contains("next: configure a source in the profile"), "{}", ran.out);
}

#[test]
fn a_bundle_is_private_contains_no_secret_and_replaces_no_file() {
    let rig = Rig::start();
    let secret = rig.password();
    let command = format!("{{ command = '''cat {} ''' }}", rig.password_file().display());
    let home = Home::with(&profile(rig, &[("password", &command)]));
    let bundle = home.path().join("bundle.json");
    let path = bundle.to_str().unwrap();
    let ran = home.run(&["doctor", "rig", "--bundle", path]);
    assert_eq!(ran.code, 0, "{ran:?}");
    assert_eq!(std::fs::metadata(&bundle).unwrap().permissions().mode() & 0o777, 0o600);
    let text = std::fs::read_to_string(&bundle).unwrap();
    assert!(
        !text.contains(secret) && !text.contains("cat ") && !text.contains(home.path().to_str().unwrap()),
        "{text}"
    );
    let json: Value = serde_json::from_str(&text).unwrap();
    assert_eq!((&json["settings"]["password"], &json["format"]), (&"command".into(), &"rrx-doctor".into()));
    assert!(text.contains(rig.account()) && text.contains(rig.mysql_host()), "{text}");

    let again = home.run(&["doctor", "rig", "--bundle", path]);
    assert_eq!(again.code, 6, "{again:?}");
    assert!(!again.out.contains("resolve") && again.err.contains("exists already"), "before it walks: {again:?}");
    assert_eq!(std::fs::read_to_string(&bundle).unwrap(), text);

    let hashed = home.path().join("hashed.json");
    let ran = home.run(&["doctor", "rig", "--json", "--bundle", hashed.to_str().unwrap(), "--anonymize"]);
    assert_eq!(ran.code, 0, "{ran:?}");
    let text = std::fs::read_to_string(&hashed).unwrap();
    for name in [rig.account(), rig.mysql_host(), "127.0.0.1", "127.0.0.2", &rig.sshd().fingerprint("ed25519")] {
        assert!(!text.contains(name), "{name} in {text}");
    }

    // The message of a failed command quotes its output. The bundle does not.
    home.settings(&profile(rig, &[("password", "{ command = 'echo s3cret-words >&2; false' }")]));
    let failed = home.path().join("failed.json");
    let ran = home.run(&["doctor", "rig", "--bundle", failed.to_str().unwrap()]);
    assert_eq!(ran.code, 2, "{ran:?}");
    let text = std::fs::read_to_string(&failed).unwrap();
    assert!(!text.contains("s3cret-words") && text.contains("There is no secret"), "{text}");
}
