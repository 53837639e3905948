//! The rig's jump host: a private OpenSSH sshd that admits the rig's keys and forwards to the replica alone.

use std::fs;
use std::net::SocketAddr;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::folder::{Folder, Server, run};
use super::mariadb::{ADDRESS, Mariadb, NAME};
use super::ports::free_port;

/// The address of every sshd of the rig: not the replica's.
pub const HOST: &str = "127.0.0.1";

/// Another name of the replica where an sshd has names of its own; no certificate holds it.
pub const ALIAS: &str = "alias.rrx.test";

/// What differs from the shared sshd.
#[derive(Debug, Clone, Default)]
pub struct SshdOptions {
    /// More lines of `sshd_config`; they come first, and sshd takes the first of each.
    pub config: String,
    /// Further targets of forwards besides the replica, as `PermitOpen` takes them.
    pub permit: Vec<String>,
    /// Where it listens, in place of [`HOST`].
    pub address: Option<&'static str>,
    /// A file with the keys that it admits, in place of the rig's.
    pub keys: Option<PathBuf>,
    /// Options of `ssh-keygen -s` for a certificate of its ed25519 key by the rig's authority: `-h -n name -V validity`.
    pub certificate: Option<Vec<&'static str>>,
    /// Passwords by PAM: the sshd runs as root, with users, passwords and rules of its own in a mount namespace.
    pub pam: Option<Pam>,
}

/// What PAM asks of the one account.
#[derive(Debug, Clone)]
pub struct Pam {
    /// The account's password; empty: it has none, and a code alone lets it in.
    pub password: &'static str,
    /// One-time codes (eight digits) of which one is asked for after the password; without any there is no such question.
    pub codes: &'static [&'static str],
}

/// A running sshd with a host key of its own. Ended when dropped, or by the folder's watchdog.
pub struct Sshd {
    port: u16,
    folder: PathBuf,
    server: Server,
}

impl Sshd {
    /// Makes host keys (ed25519 and ECDSA) and starts the server under the unprivileged user.
    pub fn start(folder: &Folder, mariadb: &Mariadb, options: &SshdOptions) -> Self {
        let mut why = String::new();
        for _ in 0..3 {
            let port = free_port();
            let name = format!("sshd-{port}");
            let own = folder.path(&name);
            if own.exists() {
                continue;
            }
            fs::create_dir(&own).unwrap();
            folder.give(&own);
            for kind in ["ed25519", "ecdsa"] {
                folder.make_key(&format!("{name}/host_{kind}"), kind, "");
                folder.give(&own.join(format!("host_{kind}")));
            }
            let host = options.address.unwrap_or(HOST);
            write_known_hosts(&own, host, port);
            let mut config = config_text(folder, &own, (host, port), mariadb.port(), options);
            if let Some(how) = &options.certificate {
                run(Command::new("ssh-keygen")
                    .args(["-q", "-I", "host@rig", "-s"])
                    .arg(folder.path("authority"))
                    .args(how)
                    .arg(own.join("host_ed25519.pub")));
                config = format!("{config}HostCertificate {}/host_ed25519-cert.pub\n", own.display());
            }
            fs::write(own.join("sshd_config"), config).unwrap();
            let config = own.join("sshd_config");
            let log = own.join("log");
            let mut command = match &options.pam {
                Some(pam) => root_command(folder, &own, pam),
                None => sshd_command(folder, &own),
            };
            command.arg("-f").arg(&config).args(["-D", "-e"]);
            let mut server = folder.spawn(&mut command, &log);
            let address: SocketAddr = format!("{host}:{port}").parse().unwrap();
            match server.wait_for(address) {
                Ok(()) => return Self { port, folder: own, server },
                Err(told) => why = told,
            }
        }
        panic!("sshd does not start: {why}");
    }

    /// Where it listens, on [`HOST`] or its own address.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Where it logs.
    pub fn log_file(&self) -> PathBuf {
        self.folder.join("log")
    }

    /// A `known_hosts` file with its keys.
    pub fn known_hosts(&self) -> PathBuf {
        self.folder.join("known_hosts")
    }

    /// The public host key of this kind (`ed25519`, `ecdsa`): algorithm and base64, as `known_hosts` has them.
    pub fn host_key(&self, kind: &str) -> String {
        public_key(&self.folder, kind)
    }

    /// The fingerprint of its host key of this kind, `SHA256:…`.
    pub fn fingerprint(&self, kind: &str) -> String {
        let told = run(Command::new("ssh-keygen").arg("-lf").arg(self.folder.join(format!("host_{kind}.pub"))));
        told.split_whitespace().nth(1).unwrap().to_owned()
    }

    /// The picture that ssh-keygen draws of its host key of this kind.
    pub fn art(&self, kind: &str) -> Vec<String> {
        let told = run(Command::new("ssh-keygen").arg("-lvf").arg(self.folder.join(format!("host_{kind}.pub"))));
        told.lines().skip(1).map(str::to_owned).collect()
    }

    /// Ends it and starts it again at its port with host keys that nobody knows, as a host that was made anew or another one
    /// in its place. `known_hosts` stays as it was.
    pub fn start_with_other_keys(&mut self, folder: &Folder) {
        self.kill_connections();
        for kind in ["ed25519", "ecdsa"] {
            let key = self.folder.join(format!("host_{kind}"));
            fs::remove_file(&key).unwrap();
            fs::remove_file(key.with_extension("pub")).unwrap();
            folder.make_key(key.to_str().unwrap(), kind, "");
            folder.give(&key);
        }
        let mut command = sshd_command(folder, &self.folder);
        command.arg("-f").arg(self.folder.join("sshd_config")).args(["-D", "-e"]);
        // The old one ends first: both want the same port.
        self.server.end();
        self.server = folder.spawn(&mut command, &self.folder.join("log"));
        self.server.wait_for(format!("{HOST}:{}", self.port).parse().unwrap()).unwrap();
    }

    /// What it logged so far.
    pub fn log(&self) -> String {
        self.server.log()
    }

    /// The processes that serve its connections now.
    pub fn connections(&self) -> Vec<u32> {
        descendants(self.server.id())
    }

    /// Kills the processes that serve its connections; it goes on listening.
    pub fn kill_connections(&self) {
        for pid in self.stop_connections() {
            signal("KILL", pid);
        }
    }

    /// Stops the processes that serve its connections: they keep their sockets and answer nothing any more.
    ///
    /// Right after a sign-in sshd forks once more: what is found is stopped until nothing new is found.
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

    /// Lets stopped processes go on.
    pub fn continue_connections(&self) {
        for pid in self.connections() {
            signal("CONT", pid);
        }
    }
}

/// One may have ended on the way here: that is no trouble.
fn signal(name: &str, pid: u32) {
    let _ = Command::new("kill").args([&format!("-{name}"), &pid.to_string()]).stderr(Stdio::null()).status();
}

impl Drop for Sshd {
    fn drop(&mut self) {
        // The server itself ends with its field.
        self.kill_connections();
    }
}

/// Whether an sshd can have a hosts file of its own: a mount namespace, which root can have on Linux.
pub fn has_own_names() -> bool {
    Command::new("unshare")
        .args(["--mount", "mount", "--bind", "/etc/hosts", "/etc/hosts"])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}

/// The command that starts sshd under the servers' user, with the replica's name in its own hosts file where that can be.
fn sshd_command(folder: &Folder, own: &Path) -> Command {
    let program = program();
    let Some((uid, gid)) = folder.server_ids().filter(|_| has_own_names()) else {
        return folder.as_server(program);
    };
    let hosts = own.join("hosts");
    fs::write(&hosts, format!("127.0.0.1 localhost\n{ADDRESS} {NAME} {ALIAS}\n")).unwrap();
    let mut command = Command::new("unshare");
    command
        .args(["--mount", "sh", "-c", "mount --bind \"$1\" /etc/hosts && shift && exec setpriv \"$@\"", "rig-sshd"])
        .arg(&hosts)
        .args([&format!("--reuid={uid}"), &format!("--regid={gid}"), "--clear-groups", "--", program])
        .current_dir(folder.path(""))
        .stdin(Stdio::null());
    std::os::unix::process::CommandExt::process_group(&mut command, 0);
    command
}

fn program() -> &'static str {
    ["/usr/sbin/sshd", "/usr/local/sbin/sshd", "/usr/lib/ssh/sshd"]
        .into_iter()
        .find(|path| Path::new(path).exists())
        .expect("there is an sshd: tests/run installs it")
}

/// The command that starts sshd as root where it sees users, passwords and PAM rules of its own.
fn root_command(folder: &Folder, own: &Path, pam: &Pam) -> Command {
    assert!(
        folder.is_root() && has_own_names(),
        "PAM wants root and a mount namespace; tests/run --without-root leaves these tests out"
    );
    let hash = run(Command::new("openssl").args(["passwd", "-6", pam.password]));
    let user = folder.server_user();
    fs::write(own.join("shadow"), format!("root:*:19000:0:99999:7:::\n{user}:{}:19000:0:99999:7:::\n", hash.trim()))
        .unwrap();
    let mut rules = String::from(if pam.password.is_empty() { "" } else { "auth required pam_unix.so\n" });
    if !pam.codes.is_empty() {
        let file = own.join("codes");
        let text = format!("ABCDEFGHIJKLMNOPQRSTUVWXYZ\n\" DISALLOW_REUSE\n\" TOTP_AUTH\n{}\n", pam.codes.join("\n"));
        fs::write(&file, text).unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).unwrap();
        folder.give(&file);
        rules = format!("{rules}auth required pam_google_authenticator.so secret={}\n", file.display());
    }
    rules.push_str("account required pam_permit.so\nsession required pam_permit.so\n");
    fs::write(own.join("pam"), rules).unwrap();
    fs::write(own.join("hosts"), format!("127.0.0.1 localhost\n{ADDRESS} {NAME}\n")).unwrap();
    let script = "mount --bind \"$1/hosts\" /etc/hosts && mount --bind \"$1/shadow\" /etc/shadow && \
                  mount --bind \"$1/pam\" /etc/pam.d/sshd && mount -t tmpfs tmpfs /run && mkdir /run/sshd && \
                  shift && exec \"$@\"";
    let mut command = Command::new("unshare");
    command.args(["--mount", "sh", "-c", script, "rig-sshd"]).arg(own).arg(program());
    command.current_dir(folder.path("")).stdin(Stdio::null());
    std::os::unix::process::CommandExt::process_group(&mut command, 0);
    command
}

fn config_text(
    folder: &Folder,
    own: &Path,
    (host, port): (&str, u16),
    mysql_port: u16,
    options: &SshdOptions,
) -> String {
    let mut permit = format!("{NAME}:{mysql_port} {ADDRESS}:{mysql_port} localhost:{mysql_port}");
    for more in &options.permit {
        permit.push(' ');
        permit.push_str(more);
    }
    let pam = if options.pam.is_some() { "UsePAM yes\n" } else { "" };
    format!(
        "{}\n{pam}ListenAddress {host}:{port}\nHostKey {own}/host_ed25519\nHostKey {own}/host_ecdsa\nPidFile none\nUsePAM no\n\
         StrictModes no\nAuthorizedKeysFile {}\nPasswordAuthentication no\nKbdInteractiveAuthentication no\nUseDNS no\n\
         AllowTcpForwarding local\nPermitOpen {permit}\nPermitTTY no\nX11Forwarding no\nAllowAgentForwarding no\n\
         LogLevel VERBOSE\nMaxStartups 100\nPrintMotd no\n",
        options.config,
        options.keys.clone().unwrap_or_else(|| folder.path("authorized_keys")).display(),
        own = own.display(),
    )
}

fn public_key(own: &Path, kind: &str) -> String {
    let text = fs::read_to_string(own.join(format!("host_{kind}.pub"))).unwrap();
    text.split_whitespace().take(2).collect::<Vec<_>>().join(" ")
}

fn write_known_hosts(own: &Path, host: &str, port: u16) {
    let lines: String =
        ["ed25519", "ecdsa"].map(|kind| format!("[{host}]:{port} {}\n", public_key(own, kind))).concat();
    fs::write(own.join("known_hosts"), lines).unwrap();
}

/// All processes below this one, from /proc.
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
