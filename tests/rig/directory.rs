//! The rig's directory: keys, certificates, the user of the servers, and the watchdog that kills the servers.

use std::fs;
use std::io::Write as _;
use std::net::{SocketAddr, TcpStream};
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

/// The passphrase of the encrypted key.
pub const PASSPHRASE: &str = "open 'sesame' \"$1\"";

/// A shell script that reads process ids until the test process has ended and its pipe is closed. Then it kills these processes
/// with their descendants, and removes the directory. A negative number removes a process id from the list.
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

/// A directory that only the rig's servers and the tests can read, with the watchdog that removes it.
#[derive(Clone)]
pub struct RigDirectory {
    root: PathBuf,
    user: String,
    /// The user and group id of the servers if the tests run as root.
    ids: Option<(u32, u32)>,
    watchdog: Arc<Mutex<ChildStdin>>,
}

impl RigDirectory {
    /// Creates the directory, and starts the watchdog.
    pub fn new() -> Self {
        let mut tail = String::new();
        let mut root;
        loop {
            root = std::env::temp_dir().join(format!("rrx-rig-{}{tail}", std::process::id()));
            match fs::create_dir(&root) {
                Ok(()) => break,
                Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists && tail.len() < 20 => tail.push('x'),
                Err(error) => panic!("cannot create the rig's directory {}: {error}", root.display()),
            }
        }
        let is_root = fs::metadata(&root).unwrap().uid() == 0;
        let (user, ids) = if is_root {
            let (name, uid, gid) = unprivileged_user();
            (name, Some((uid, gid)))
        } else {
            (current_user(), None)
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

    /// Returns a path in the directory.
    pub fn path(&self, name: &str) -> PathBuf {
        self.root.join(name)
    }

    /// Returns the user of the servers, which is also the account of the sshd.
    pub fn server_user(&self) -> &str {
        &self.user
    }

    /// Returns whether the tests run as root. The servers do not.
    pub fn is_root(&self) -> bool {
        self.ids.is_some()
    }

    /// Creates a directory that only the user of the tests can access.
    pub fn private(&self, name: &str) -> PathBuf {
        let path = self.path(name);
        fs::create_dir_all(&path).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o700)).unwrap();
        path
    }

    /// Makes the servers' user the owner of a file or directory.
    pub fn give(&self, path: &Path) {
        if let Some((uid, gid)) = self.ids {
            std::os::unix::fs::chown(path, Some(uid), Some(gid)).unwrap();
        }
    }

    /// Creates the keys of the tests, and the list of keys that the sshd accepts.
    pub fn make_user_keys(&self) {
        for (name, kind, passphrase) in [
            ("user_key", "ed25519", ""),
            ("rsa_key", "rsa", ""),
            ("encrypted_key", "ed25519", PASSPHRASE),
            ("unauthorized_key", "ed25519", ""),
            ("authority", "ed25519", ""),
            ("untrusted_authority", "ed25519", ""),
        ] {
            self.make_key(name, kind, passphrase);
        }
        let accepted: String = ["user_key.pub", "rsa_key.pub", "encrypted_key.pub"]
            .map(|name| fs::read_to_string(self.path(name)).unwrap())
            .concat();
        let file = self.path("authorized_keys");
        fs::write(&file, accepted).unwrap();
        self.give(&file);
    }

    /// Creates a key pair with ssh-keygen.
    pub fn make_key(&self, name: &str, kind: &str, passphrase: &str) {
        let path = self.path(name);
        // Few rounds make it fast. The strength of the encryption does not matter here.
        run(Command::new("ssh-keygen")
            .args(["-q", "-a", "4", "-t", kind, "-C", &format!("{name}@rig"), "-N", passphrase, "-f"])
            .arg(&path));
    }

    /// Returns a command that runs as the servers' user.
    pub fn as_server(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        if let Some((uid, gid)) = self.ids {
            command.uid(uid).gid(gid);
        }
        command.current_dir(&self.root).stdin(Stdio::null()).process_group(0);
        command
    }

    /// Returns the user and group id of the servers if the tests run as root.
    pub fn server_ids(&self) -> Option<(u32, u32)> {
        self.ids
    }

    /// Starts a server that writes its output to a file. The watchdog kills it when the tests end.
    pub fn spawn(&self, command: &mut Command, log: &Path) -> Server {
        let file = fs::OpenOptions::new().create(true).append(true).open(log).unwrap();
        command.stdout(file.try_clone().unwrap()).stderr(file);
        let child = command.spawn().unwrap_or_else(|error| panic!("{command:?} does not start: {error}"));
        writeln!(self.watchdog.lock().unwrap(), "{}", child.id()).unwrap();
        Server { child, watchdog: Arc::clone(&self.watchdog), log: log.to_owned() }
    }
}

/// A running server process. Dropping it kills the process.
pub struct Server {
    child: Child,
    watchdog: Arc<Mutex<ChildStdin>>,
    log: PathBuf,
}

impl Server {
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Kills the process.
    pub fn kill(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }

    /// Returns the server's log so far.
    pub fn log(&self) -> String {
        fs::read(&self.log).map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).unwrap_or_default()
    }

    /// Waits until the server accepts connections. After half a minute it returns the end of the server's log as an error.
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
        // The system can give its id to another process.
        let _ = writeln!(self.watchdog.lock().unwrap(), "-{}", self.child.id());
    }
}

/// Waits until the condition is true, and checks it every 10 ms.
///
/// # Panics
/// If the condition is not true after `limit`.
pub fn wait_until(what: &str, limit: Duration, mut condition: impl FnMut() -> bool) {
    let end = Instant::now() + limit;
    while !condition() {
        assert!(Instant::now() < end, "not within {limit:?}: {what}");
        std::thread::sleep(Duration::from_millis(10));
    }
}

/// Runs a command, and returns its standard output.
///
/// # Panics
/// If the command fails. The message contains its output.
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

/// Returns the first unprivileged user that exists, with its user and group id.
fn unprivileged_user() -> (String, u32, u32) {
    let users = fs::read_to_string("/etc/passwd").unwrap();
    for candidate in ["mysql", "nobody"] {
        for line in users.lines() {
            let fields: Vec<&str> = line.split(':').collect();
            if let [name, _, uid, gid, ..] = fields[..]
                && name == candidate
            {
                return (name.into(), uid.parse().unwrap(), gid.parse().unwrap());
            }
        }
    }
    panic!("the servers need a user mysql or nobody");
}

fn current_user() -> String {
    run(Command::new("id").arg("-un")).trim().to_owned()
}
