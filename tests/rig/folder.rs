//! The rig's folder: keys and certificates, the user under whom servers run, and the watchdog that ends them.

use std::fs;
use std::io::Write as _;
use std::net::{SocketAddr, TcpStream};
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

/// The passphrase of the locked key.
pub const PASSPHRASE: &str = "open 'sesame' \"$1\"";

/// Reads process ids until the tests' end of the pipe closes (however the test process ended), then kills those processes
/// with all that descends from them, and removes the folder.
const WATCHDOG: &str = r#"
tree() {
    for stat in /proc/[0-9]*/stat; do
        read -r line 2>/dev/null <"$stat" || continue
        rest=${line##*) }; rest=${rest#* }
        if [ "${rest%% *}" = "$1" ]; then tree "${line%% *}"; fi
    done
    echo "$1"
}
pids=
while read -r pid; do
    case $pid in
        -*) kept=; for one in $pids; do [ "$one" = "${pid#-}" ] || kept="$kept $one"; done; pids=$kept ;;
        *) pids="$pids $pid" ;;
    esac
done
for pid in $pids; do kill -KILL $(tree "$pid") 2>/dev/null; done
rm -rf "$1"
"#;

/// A folder that only the rig's servers and the tests can read, with a watchdog that cleans up.
#[derive(Clone)]
pub struct Folder {
    root: PathBuf,
    user: String,
    /// The ids of an unprivileged user when the tests run as root.
    ids: Option<(u32, u32)>,
    watchdog: Arc<Mutex<ChildStdin>>,
}

impl Folder {
    /// Makes the folder, its keys' folder and the watchdog.
    pub fn new() -> Self {
        let mut tail = String::new();
        let mut root;
        loop {
            root = std::env::temp_dir().join(format!("rrx-rig-{}{tail}", std::process::id()));
            match fs::create_dir(&root) {
                Ok(()) => break,
                Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists && tail.len() < 20 => tail.push('x'),
                Err(error) => panic!("the rig's folder {} cannot be made: {error}", root.display()),
            }
        }
        let is_root = fs::metadata(&root).unwrap().uid() == 0;
        let (user, ids) = if is_root {
            let (name, uid, gid) = unprivileged();
            (name, Some((uid, gid)))
        } else {
            (own_name(), None)
        };
        fs::set_permissions(&root, fs::Permissions::from_mode(0o711)).unwrap();
        let watchdog = Command::new("sh")
            .args(["-c", WATCHDOG, "rig-watchdog"])
            .arg(&root)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .process_group(0)
            .spawn()
            .expect("sh starts")
            .stdin
            .take()
            .unwrap();
        Self { root, user, ids, watchdog: Arc::new(Mutex::new(watchdog)) }
    }

    /// A path in the folder.
    pub fn path(&self, name: &str) -> PathBuf {
        self.root.join(name)
    }

    /// The user under whom the servers run; also the account of the sshd.
    pub fn server_user(&self) -> &str {
        &self.user
    }

    /// Whether the tests run as root (and the servers do not).
    pub fn is_root(&self) -> bool {
        self.ids.is_some()
    }

    /// A new folder that only the tests' own user can enter.
    pub fn private(&self, name: &str) -> PathBuf {
        let path = self.path(name);
        fs::create_dir_all(&path).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o700)).unwrap();
        path
    }

    /// Gives a file or folder to the servers' user.
    pub fn give(&self, path: &Path) {
        if let Some((uid, gid)) = self.ids {
            std::os::unix::fs::chown(path, Some(uid), Some(gid)).unwrap();
        }
    }

    /// Makes the keys with which tests sign in, and the list of those that the sshd admits.
    pub fn make_user_keys(&self) {
        for (name, kind, passphrase) in [
            ("user_key", "ed25519", ""),
            ("rsa_key", "rsa", ""),
            ("locked_key", "ed25519", PASSPHRASE),
            ("stranger_key", "ed25519", ""),
            ("authority", "ed25519", ""),
            ("other_authority", "ed25519", ""),
        ] {
            self.make_key(name, kind, passphrase);
        }
        let admitted: String = ["user_key.pub", "rsa_key.pub", "locked_key.pub"]
            .map(|name| fs::read_to_string(self.path(name)).unwrap())
            .concat();
        let file = self.path("authorized_keys");
        fs::write(&file, admitted).unwrap();
        self.give(&file);
    }

    /// Makes a key pair with ssh-keygen.
    pub fn make_key(&self, name: &str, kind: &str, passphrase: &str) {
        let path = self.path(name);
        // Few rounds: the rig tests that a passphrase is asked for, not how hard it is to guess.
        run(Command::new("ssh-keygen")
            .args(["-q", "-a", "4", "-t", kind, "-C", &format!("{name}@rig"), "-N", passphrase, "-f"])
            .arg(&path));
    }

    /// A command that runs as the servers' user.
    pub fn as_server(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        if let Some((uid, gid)) = self.ids {
            command.uid(uid).gid(gid);
        }
        command.current_dir(&self.root).stdin(Stdio::null()).process_group(0);
        command
    }

    /// The ids of the servers' user, as setpriv takes them.
    pub fn server_ids(&self) -> Option<(u32, u32)> {
        self.ids
    }

    /// Starts a server with its output in a file; the watchdog ends it with the tests.
    pub fn spawn(&self, command: &mut Command, log: &Path) -> Server {
        let file = fs::OpenOptions::new().create(true).append(true).open(log).unwrap();
        command.stdout(file.try_clone().unwrap()).stderr(file);
        let child = command.spawn().unwrap_or_else(|error| panic!("{command:?} does not start: {error}"));
        writeln!(self.watchdog.lock().unwrap(), "{}", child.id()).unwrap();
        Server { child, watchdog: Arc::clone(&self.watchdog), log: log.to_owned() }
    }
}

/// A running server process, killed when dropped, or by the watchdog.
pub struct Server {
    child: Child,
    watchdog: Arc<Mutex<ChildStdin>>,
    log: PathBuf,
}

impl Server {
    /// Its process id.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Ends it at once.
    pub fn end(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }

    /// What it logged so far.
    pub fn log(&self) -> String {
        fs::read(&self.log).map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).unwrap_or_default()
    }

    /// Waits until it answers on an address; says with the end of its log when it does not in half a minute.
    pub fn wait_for(&mut self, address: SocketAddr) -> Result<(), String> {
        let end = Instant::now() + Duration::from_secs(30);
        loop {
            if TcpStream::connect_timeout(&address, Duration::from_secs(1)).is_ok() {
                return Ok(());
            }
            let state = self.child.try_wait().unwrap();
            if state.is_some() || Instant::now() > end {
                let log = self.log();
                let lines: Vec<&str> = log.lines().collect();
                let tail = lines[lines.len().saturating_sub(40)..].join("\n");
                return Err(format!("no server at {address} ({state:?}); its log ends:\n{tail}"));
            }
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        // Its number may belong to another process soon.
        let _ = writeln!(self.watchdog.lock().unwrap(), "-{}", self.child.id());
    }
}

/// Waits until the condition holds, asking every 10 ms.
///
/// # Panics
/// When it does not hold in time: names the condition.
pub fn wait_until(what: &str, limit: Duration, mut condition: impl FnMut() -> bool) {
    let end = Instant::now() + limit;
    while !condition() {
        assert!(Instant::now() < end, "waited {limit:?} in vain until {what}");
        std::thread::sleep(Duration::from_millis(10));
    }
}

/// Runs a command to its end.
///
/// # Panics
/// When it fails: with all that it printed.
pub fn run(command: &mut Command) -> String {
    let output =
        command.output().unwrap_or_else(|error| panic!("{command:?} does not start ({error}): tests/run installs it"));
    assert!(
        output.status.success(),
        "{command:?} ended with {}:\n{}{}",
        output.status,
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// The first of the users that a system with these servers has, with its ids.
fn unprivileged() -> (String, u32, u32) {
    let users = fs::read_to_string("/etc/passwd").unwrap();
    for wanted in ["mysql", "nobody"] {
        for line in users.lines() {
            let fields: Vec<&str> = line.split(':').collect();
            if let [name, _, uid, gid, ..] = fields[..]
                && name == wanted
            {
                return (name.into(), uid.parse().unwrap(), gid.parse().unwrap());
            }
        }
    }
    panic!("there is neither a user mysql nor a user nobody to run servers as");
}

fn own_name() -> String {
    run(Command::new("id").arg("-un")).trim().to_owned()
}
