//! The rig's jump host: a private OpenSSH sshd that accepts the rig's keys and forwards only to the replica.

use std::fs;
use std::net::SocketAddr;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::directory::{RigDirectory, Server, run};
use super::mariadb::{ADDRESS, Mariadb, NAME};
use super::ports::free_port;

/// The address of the rig's sshds. The replica has another one.
pub const HOST: &str = "127.0.0.1";

/// Another name of the replica in the sshd's private hosts file. No certificate contains it.
pub const ALIAS: &str = "alias.rrx.test";

/// Differences from the shared sshd.
#[derive(Debug, Clone, Default)]
pub struct SshdOptions {
    /// Additional lines of `sshd_config`. They come first, and sshd uses the first line of each keyword.
    pub config: String,
    /// Allowed targets of forwards in addition to the replica, as in `PermitOpen`.
    pub permit: Vec<String>,
    /// The address, if it is not [`HOST`].
    pub address: Option<&'static str>,
    /// A file with the accepted keys, if they are not the rig's.
    pub keys: Option<PathBuf>,
    /// Options of `ssh-keygen -s` with which the rig's authority signs the ed25519 host key: `-h -n name -V validity`.
    pub certificate: Option<Vec<&'static str>>,
    /// Passwords by PAM. The sshd then runs as root, with its own users, passwords and rules in a mount namespace.
    pub pam: Option<Pam>,
}

/// The questions of PAM for the only account.
#[derive(Debug, Clone)]
pub struct Pam {
    /// The account's password. If it is empty, PAM asks only for a code.
    pub password: &'static str,
    /// One-time codes of eight digits. If there are any, PAM asks for one after the password.
    pub codes: &'static [&'static str],
}

/// A running sshd with its own host keys. Dropping it kills it.
pub struct Sshd {
    port: u16,
    directory: PathBuf,
    server: Server,
}

impl Sshd {
    /// Creates host keys (ed25519 and ECDSA), and starts the server as the unprivileged user.
    pub fn start(directory: &RigDirectory, mariadb: &Mariadb, options: &SshdOptions) -> Self {
        let mut why = String::new();
        for _ in 0..3 {
            let port = free_port();
            let name = format!("sshd-{port}");
            let sshd_directory = directory.path(&name);
            if sshd_directory.exists() {
                continue;
            }
            fs::create_dir(&sshd_directory).unwrap();
            directory.give(&sshd_directory);
            for kind in ["ed25519", "ecdsa"] {
                directory.make_key(&format!("{name}/host_{kind}"), kind, "");
                directory.give(&sshd_directory.join(format!("host_{kind}")));
            }
            let host = options.address.unwrap_or(HOST);
            write_known_hosts(&sshd_directory, host, port);
            let mut config = config_text(directory, &sshd_directory, (host, port), mariadb.port(), options);
            if let Some(how) = &options.certificate {
                run(Command::new("ssh-keygen")
                    .args(["-q", "-I", "host@rig", "-s"])
                    .arg(directory.path("authority"))
                    .args(how)
                    .arg(sshd_directory.join("host_ed25519.pub")));
                config = format!("{config}HostCertificate {}/host_ed25519-cert.pub\n", sshd_directory.display());
            }
            fs::write(sshd_directory.join("sshd_config"), config).unwrap();
            let config = sshd_directory.join("sshd_config");
            let log = sshd_directory.join("log");
            let mut command = match &options.pam {
                Some(pam) => root_command(directory, &sshd_directory, pam),
                None => sshd_command(directory, &sshd_directory),
            };
            command.arg("-f").arg(&config).args(["-D", "-e"]);
            let mut server = directory.spawn(&mut command, &log);
            let address: SocketAddr = format!("{host}:{port}").parse().unwrap();
            match server.wait_for(address) {
                Ok(()) => return Self { port, directory: sshd_directory, server },
                Err(reason) => why = reason,
            }
        }
        panic!("sshd does not start: {why}");
    }

    /// Returns the port on [`HOST`] or on the address of the options.
    pub fn port(&self) -> u16 {
        self.port
    }

    pub fn log_file(&self) -> PathBuf {
        self.directory.join("log")
    }

    /// Returns a `known_hosts` file with the host keys.
    pub fn known_hosts(&self) -> PathBuf {
        self.directory.join("known_hosts")
    }

    /// Returns the public host key of a type (`ed25519`, `ecdsa`) as in `known_hosts`: algorithm and base64.
    pub fn host_key(&self, kind: &str) -> String {
        public_key(&self.directory, kind)
    }

    /// Returns the fingerprint of the host key of a type: `SHA256:…`.
    pub fn fingerprint(&self, kind: &str) -> String {
        let output = run(Command::new("ssh-keygen").arg("-lf").arg(self.directory.join(format!("host_{kind}.pub"))));
        output.split_whitespace().nth(1).unwrap().to_owned()
    }

    /// Returns the randomart image of the host key of a type, as ssh-keygen prints it.
    pub fn art(&self, kind: &str) -> Vec<String> {
        let output = run(Command::new("ssh-keygen").arg("-lvf").arg(self.directory.join(format!("host_{kind}.pub"))));
        output.lines().skip(1).map(str::to_owned).collect()
    }

    /// Restarts the server on the same port with new host keys, like a reinstalled host or another host at its address. The
    /// file `known_hosts` does not change.
    pub fn restart_with_new_keys(&mut self, directory: &RigDirectory) {
        self.kill_connections();
        for kind in ["ed25519", "ecdsa"] {
            let key = self.directory.join(format!("host_{kind}"));
            fs::remove_file(&key).unwrap();
            fs::remove_file(key.with_extension("pub")).unwrap();
            directory.make_key(key.to_str().unwrap(), kind, "");
            directory.give(&key);
        }
        let mut command = sshd_command(directory, &self.directory);
        command.arg("-f").arg(self.directory.join("sshd_config")).args(["-D", "-e"]);
        // The old server must end first, because both use the same port.
        self.server.kill();
        self.server = directory.spawn(&mut command, &self.directory.join("log"));
        self.server.wait_for(format!("{HOST}:{}", self.port).parse().unwrap()).unwrap();
    }

    /// Returns the server's log so far.
    pub fn log(&self) -> String {
        self.server.log()
    }

    /// Returns the processes that serve connections.
    pub fn connections(&self) -> Vec<u32> {
        descendants(self.server.id())
    }

    /// Kills the processes that serve connections. The server continues to listen.
    pub fn kill_connections(&self) {
        for pid in self.stop_connections() {
            signal("KILL", pid);
        }
    }

    /// Stops the processes that serve connections, with a signal. They keep their sockets open and do not answer.
    ///
    /// sshd forks again just after a sign-in, so this repeats until it finds no new process.
    pub fn stop_connections(&self) -> Vec<u32> {
        let mut stopped = Vec::new();
        loop {
            let found: Vec<u32> = self.connections().into_iter().filter(|pid| !stopped.contains(pid)).collect();
            if found.is_empty() {
                return stopped;
            }
            for pid in found {
                signal("STOP", pid);
                stopped.push(pid);
            }
        }
    }

    /// Resumes the stopped processes.
    pub fn resume_connections(&self) {
        for pid in self.connections() {
            signal("CONT", pid);
        }
    }
}

/// Sends a signal. It is not an error if the process has ended.
fn signal(name: &str, pid: u32) {
    let _ = Command::new("kill").args([&format!("-{name}"), &pid.to_string()]).stderr(Stdio::null()).status();
}

impl Drop for Sshd {
    fn drop(&mut self) {
        // Dropping the field `server` kills the server itself.
        self.kill_connections();
    }
}

/// Returns whether an sshd can have a private hosts file. It needs a mount namespace, so root on Linux.
pub fn has_private_hosts_file() -> bool {
    Command::new("unshare")
        .args(["--mount", "mount", "--bind", "/etc/hosts", "/etc/hosts"])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}

/// Returns the command that starts sshd as the servers' user, with the replica's name in a private hosts file if possible.
fn sshd_command(directory: &RigDirectory, sshd_directory: &Path) -> Command {
    let program = program();
    let Some((uid, gid)) = directory.server_ids().filter(|_| has_private_hosts_file()) else {
        return directory.as_server(program);
    };
    let hosts = sshd_directory.join("hosts");
    fs::write(&hosts, format!("127.0.0.1 localhost\n{ADDRESS} {NAME} {ALIAS}\n")).unwrap();
    let mut command = Command::new("unshare");
    command
        .args(["--mount", "sh", "-c", "mount --bind \"$1\" /etc/hosts && shift && exec setpriv \"$@\"", "rig-sshd"])
        .arg(&hosts)
        .args([&format!("--reuid={uid}"), &format!("--regid={gid}"), "--clear-groups", "--", program])
        .current_dir(directory.path(""))
        .stdin(Stdio::null());
    std::os::unix::process::CommandExt::process_group(&mut command, 0);
    command
}

fn program() -> &'static str {
    ["/usr/sbin/sshd", "/usr/local/sbin/sshd", "/usr/lib/ssh/sshd"]
        .into_iter()
        .find(|path| Path::new(path).exists())
        .expect("sshd is installed; tests/run installs it")
}

/// Returns the command that starts sshd as root with its own users, passwords and PAM rules.
fn root_command(directory: &RigDirectory, sshd_directory: &Path, pam: &Pam) -> Command {
    assert!(
        directory.is_root() && has_private_hosts_file(),
        "PAM needs root and a mount namespace; tests/run --without-root skips these tests"
    );
    let hash = run(Command::new("openssl").args(["passwd", "-6", pam.password]));
    let user = directory.server_user();
    fs::write(
        sshd_directory.join("shadow"),
        format!("root:*:19000:0:99999:7:::\n{user}:{}:19000:0:99999:7:::\n", hash.trim()),
    )
    .unwrap();
    let mut rules = String::from(if pam.password.is_empty() { "" } else { "auth required pam_unix.so\n" });
    if !pam.codes.is_empty() {
        let file = sshd_directory.join("codes");
        let text = format!("ABCDEFGHIJKLMNOPQRSTUVWXYZ\n\" DISALLOW_REUSE\n\" TOTP_AUTH\n{}\n", pam.codes.join("\n"));
        fs::write(&file, text).unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).unwrap();
        directory.give(&file);
        rules = format!("{rules}auth required pam_google_authenticator.so secret={}\n", file.display());
    }
    rules.push_str("account required pam_permit.so\nsession required pam_permit.so\n");
    fs::write(sshd_directory.join("pam"), rules).unwrap();
    fs::write(sshd_directory.join("hosts"), format!("127.0.0.1 localhost\n{ADDRESS} {NAME}\n")).unwrap();
    let script = "mount --bind \"$1/hosts\" /etc/hosts && mount --bind \"$1/shadow\" /etc/shadow && \
                  mount --bind \"$1/pam\" /etc/pam.d/sshd && mount -t tmpfs tmpfs /run && mkdir /run/sshd && \
                  shift && exec \"$@\"";
    let mut command = Command::new("unshare");
    command.args(["--mount", "sh", "-c", script, "rig-sshd"]).arg(sshd_directory).arg(program());
    command.current_dir(directory.path("")).stdin(Stdio::null());
    std::os::unix::process::CommandExt::process_group(&mut command, 0);
    command
}

fn config_text(
    directory: &RigDirectory,
    sshd_directory: &Path,
    (host, port): (&str, u16),
    mysql_port: u16,
    options: &SshdOptions,
) -> String {
    let mut permit = format!("{NAME}:{mysql_port} {ADDRESS}:{mysql_port} localhost:{mysql_port}");
    for target in &options.permit {
        permit.push(' ');
        permit.push_str(target);
    }
    let pam = if options.pam.is_some() { "UsePAM yes\n" } else { "" };
    format!(
        "{}\n{pam}ListenAddress {host}:{port}\nHostKey {own}/host_ed25519\nHostKey {own}/host_ecdsa\nPidFile none\nUsePAM no\n\
         StrictModes no\nAuthorizedKeysFile {}\nPasswordAuthentication no\nKbdInteractiveAuthentication no\nUseDNS no\n\
         AllowTcpForwarding local\nPermitOpen {permit}\nPermitTTY no\nX11Forwarding no\nAllowAgentForwarding no\n\
         LogLevel VERBOSE\nMaxStartups 100\nPrintMotd no\n",
        options.config,
        options.keys.clone().unwrap_or_else(|| directory.path("authorized_keys")).display(),
        own = sshd_directory.display(),
    )
}

fn public_key(sshd_directory: &Path, kind: &str) -> String {
    let text = fs::read_to_string(sshd_directory.join(format!("host_{kind}.pub"))).unwrap();
    text.split_whitespace().take(2).collect::<Vec<_>>().join(" ")
}

fn write_known_hosts(sshd_directory: &Path, host: &str, port: u16) {
    let lines: String =
        ["ed25519", "ecdsa"].map(|kind| format!("[{host}]:{port} {}\n", public_key(sshd_directory, kind))).concat();
    fs::write(sshd_directory.join("known_hosts"), lines).unwrap();
}

/// Returns all descendants of a process.
fn descendants(parent: u32) -> Vec<u32> {
    let mut pairs = Vec::new();
    for entry in fs::read_dir("/proc").into_iter().flatten().flatten() {
        let Ok(pid) = entry.file_name().to_string_lossy().parse::<u32>() else { continue };
        let Ok(stat) = fs::read_to_string(entry.path().join("stat")) else { continue };
        let above: Option<u32> =
            stat.rsplit_once(") ").and_then(|(_, rest)| rest.split(' ').nth(1)).and_then(|text| text.parse().ok());
        if let Some(above) = above {
            pairs.push((pid, above));
        }
    }
    let mut found = vec![parent];
    let mut next = 0;
    while let Some(&above) = found.get(next) {
        found.extend(pairs.iter().filter(|pair| pair.1 == above).map(|pair| pair.0));
        next += 1;
    }
    found.remove(0);
    found
}
