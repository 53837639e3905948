//! The tunnel with a real sshd: host keys, sign-in, forwards, the local end, and the end of the SSH connection.

use std::collections::VecDeque;
use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use futures_util::future::BoxFuture;
use rrx::domain::problem::ProblemKind;
use rrx::domain::profile::{CommandConsent, Hop, Secret};
use rrx::domain::protocol::{Answer, ConnectionStep, HopMessage, Question, StepState};
use rrx::io::env::start_command;
use rrx::io::host::own_sockets;
use rrx::io::storage::known_hosts;
use rrx::io::tunnel::{HopProgress, NoPrompter, ReachFailure, Tunnel, TunnelContext, TunnelError, UserPrompter};
use tokio::sync::mpsc;

use crate::rig::{Forwarder, Mode, Rig, SshdOptions, wait_until};

// ---------------------------------------------------------------- helpers

/// Answers questions from a list, and records them.
#[derive(Default)]
pub struct ScriptedPrompter {
    answers: Mutex<VecDeque<Answer>>,
    questions: Mutex<Vec<Question>>,
    messages: Mutex<Vec<HopMessage>>,
}

impl ScriptedPrompter {
    pub fn with_answers(answers: impl IntoIterator<Item = Answer>) -> Arc<Self> {
        Arc::new(Self {
            answers: Mutex::new(answers.into_iter().collect()),
            questions: Mutex::default(),
            messages: Mutex::default(),
        })
    }

    pub fn messages(&self) -> Vec<HopMessage> {
        self.messages.lock().unwrap().clone()
    }

    pub fn questions(&self) -> Vec<Question> {
        self.questions.lock().unwrap().clone()
    }
}

impl UserPrompter for ScriptedPrompter {
    fn ask(&self, question: Question) -> BoxFuture<'_, Answer> {
        let answer = self.answers.lock().unwrap().pop_front().unwrap_or(Answer::Decline);
        let answer = match (answer, &question) {
            (Answer::Secret(secret), Question::Hop(_)) => Answer::Secrets(vec![secret]),
            (answer, _) => answer,
        };
        self.questions.lock().unwrap().push(question);
        Box::pin(std::future::ready(answer))
    }

    fn tell(&self, message: HopMessage) -> BoxFuture<'_, ()> {
        self.messages.lock().unwrap().push(message);
        Box::pin(std::future::ready(()))
    }
}

/// Returns a context for a home directory, without an agent, and the channel of its progress.
pub fn context(home: &Path) -> (TunnelContext, mpsc::Receiver<HopProgress>) {
    let (progress, steps) = mpsc::channel(256);
    let context = TunnelContext {
        os_user: "test-user".into(),
        home: home.to_owned(),
        agent: None,
        global_known_hosts: Vec::new(),
        hop_defaults: rrx::domain::profile::HopDefaults::default(),
        ssh_config: None,
        clock: std::time::SystemTime::now,
        read: Arc::new(known_hosts::read),
        append: Arc::new(known_hosts::append),
        is_own_socket: Arc::new(own_sockets::is_own),
        start_command: start_command(|name| std::env::var_os(name)),
        commands: CommandConsent::Ask,
        passphrase: None,
        prompter: Arc::new(NoPrompter),
        progress,
    };
    (context, steps)
}

pub fn home() -> tempfile::TempDir {
    tempfile::tempdir().unwrap()
}

/// Returns a hop for the shared sshd, whose key is known.
pub fn hop(rig: &Rig) -> Hop {
    rig.hop(rig.ssh_port(), &rig.known_hosts())
}

pub async fn open(hop: Hop) -> Result<Tunnel, TunnelError> {
    let home = home();
    let (context, _steps) = context(home.path());
    Tunnel::open(&[hop], context).await
}

/// Returns the first bytes of the replica through a tunnel: the greeting with the version.
pub async fn greeting(tunnel: &Tunnel, rig: &Rig) -> String {
    let end = tunnel.local_end(rig.mysql_host(), rig.mysql_port()).await.unwrap();
    read_some(end.port()).await
}

pub async fn read_some(port: u16) -> String {
    tokio::task::spawn_blocking(move || {
        let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
        let mut bytes = [0; 512];
        let count = stream.read(&mut bytes).unwrap();
        String::from_utf8_lossy(&bytes[..count]).into_owned()
    })
    .await
    .unwrap()
}

pub fn drain(steps: &mut mpsc::Receiver<HopProgress>) -> Vec<HopProgress> {
    std::iter::from_fn(|| steps.try_recv().ok()).collect()
}

/// Returns the description of a finished step.
pub fn done(steps: &[HopProgress], expected: ConnectionStep) -> String {
    steps
        .iter()
        .find_map(|step| match &step.state {
            StepState::Done(description, _) if step.step == expected => Some(description.clone()),
            _ => None,
        })
        .unwrap_or_else(|| panic!("{expected:?} is not done: {steps:?}"))
}

/// Starts a TCP server that handles each connection on a thread, and returns its port.
fn serve(handle: fn(TcpStream)) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            std::thread::spawn(move || handle(stream));
        }
    });
    port
}

fn echo(mut stream: TcpStream) {
    let mut bytes = [0; 4096];
    while let Ok(count @ 1..) = stream.read(&mut bytes) {
        if stream.write_all(&bytes[..count]).is_err() {
            return;
        }
    }
}

/// The number of bytes that [`flood`] has sent.
static FLOODED: AtomicU64 = AtomicU64::new(0);

fn flood(mut stream: TcpStream) {
    while stream.write_all(&[7; 1000]).is_ok() {
        FLOODED.fetch_add(1000, Ordering::SeqCst);
    }
}

pub struct Agent {
    pub socket: PathBuf,
    child: Child,
}

impl Agent {
    pub fn start(directory: &Path, keys: &[PathBuf]) -> Self {
        let socket = directory.join("agent.sock");
        let child = Command::new("ssh-agent").arg("-D").arg("-a").arg(&socket).stdout(Stdio::null()).spawn().unwrap();
        let agent = Self { socket, child };
        // The socket exists a moment before the agent listens on it.
        wait_until("the agent listens", Duration::from_secs(5), || {
            std::os::unix::net::UnixStream::connect(&agent.socket).is_ok()
        });
        for key in keys {
            let added = Command::new("ssh-add")
                .arg("-q")
                .arg(key)
                .env("SSH_AUTH_SOCK", &agent.socket)
                .stdin(Stdio::null())
                .status()
                .unwrap();
            assert!(added.success());
        }
        agent
    }
}

impl Agent {
    /// Sends a signal to the agent: `STOP`, `CONT` or `KILL`.
    pub fn signal(&self, name: &str) {
        let sent = Command::new("kill").args([&format!("-{name}"), &self.child.id().to_string()]).status().unwrap();
        assert!(sent.success());
    }
}

impl Drop for Agent {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Creates a key that no hop accepts.
pub fn new_key(directory: &Path, number: u32) -> PathBuf {
    let path = directory.join(format!("key{number}"));
    let status = Command::new("ssh-keygen").args(["-q", "-t", "ed25519", "-N", "", "-f"]).arg(&path).status().unwrap();
    assert!(status.success());
    path
}

// ---------------------------------------------------------------- sign-in

#[tokio::test]
async fn a_key_file_opens_the_tunnel_and_each_step_is_reported() {
    let rig = Rig::start();
    let home = home();
    let (context, mut steps) = context(home.path());
    let tunnel = Tunnel::open(&[hop(rig)], context).await.unwrap();
    assert!(greeting(&tunnel, rig).await.contains("MariaDB"));
    let steps = drain(&mut steps);
    assert_eq!(done(&steps, ConnectionStep::Resolve), "127.0.0.1");
    assert_eq!(done(&steps, ConnectionStep::Reach), format!("127.0.0.1 port {}", rig.ssh_port()));
    let key = format!("ED25519 {} known (known_hosts line 1)", rig.sshd().fingerprint("ed25519"));
    assert_eq!(done(&steps, ConnectionStep::HostKey), key);
    assert_eq!(
        done(&steps, ConnectionStep::SignIn),
        format!("key {}, as {}", rig.user_key().display(), rig.ssh_user())
    );
    assert_eq!(steps.len(), 8, "four steps, each tried and done: {steps:?}");
}

#[tokio::test]
async fn an_rsa_key_is_offered_with_a_hash_that_a_modern_sshd_accepts() {
    let rig = Rig::start();
    let mut hop = hop(rig);
    hop.identity = vec![rig.rsa_key()];
    assert!(greeting(&open(hop).await.unwrap(), rig).await.contains("MariaDB"));
}

#[tokio::test]
async fn the_agents_keys_are_used_when_the_profile_names_none() {
    let rig = Rig::start();
    let home = home();
    let agent = Agent::start(home.path(), &[rig.unauthorized_key(), rig.rsa_key()]);
    let (mut context, mut steps) = context(home.path());
    context.agent = Some(agent.socket.clone());
    let mut hop = hop(rig);
    hop.identity.clear();
    let tunnel = Tunnel::open(&[hop], context).await.unwrap();
    assert!(greeting(&tunnel, rig).await.contains("MariaDB"));
    assert_eq!(
        done(&drain(&mut steps), ConnectionStep::SignIn),
        format!("agent key rsa_key@rig, as {}", rig.ssh_user())
    );
}

#[tokio::test]
async fn an_encrypted_key_is_decrypted_with_the_users_answer_and_a_wrong_answer_is_asked_for_again() {
    let rig = Rig::start();
    let home = home();
    let (mut context, _steps) = context(home.path());
    let right = Answer::Secret(Secret::new(rig.passphrase().into()));
    let script = ScriptedPrompter::with_answers([Answer::Secret(Secret::new("wrong".into())), right]);
    context.prompter = script.clone();
    let mut hop = hop(rig);
    hop.identity = vec![rig.encrypted_key()];
    let tunnel = Tunnel::open(&[hop], context).await.unwrap();
    assert!(greeting(&tunnel, rig).await.contains("MariaDB"));
    let prompt = format!("Passphrase of the key {}", rig.encrypted_key().display());
    let again = Question::Secret { prompt: format!("{prompt} (wrong, try again)") };
    assert_eq!(script.questions(), [Question::Secret { prompt }, again]);
}

#[tokio::test]
async fn a_configured_passphrase_is_used_without_a_question() {
    let rig = Rig::start();
    let home = home();
    let (mut context, _steps) = context(home.path());
    let passphrase = rig.passphrase();
    context.passphrase = Some(Arc::new(move || Box::pin(std::future::ready(Ok(Secret::new(passphrase.into()))))));
    let mut hop = hop(rig);
    hop.identity = vec![rig.encrypted_key()];
    assert!(Tunnel::open(&[hop], context).await.is_ok());
}

#[tokio::test]
async fn a_wrong_key_is_reported_with_the_tried_and_the_accepted_methods_within_five_seconds() {
    let rig = Rig::start();
    let home = home();
    let agent = Agent::start(home.path(), &[rig.unauthorized_key()]);
    let (mut context, _steps) = context(home.path());
    context.agent = Some(agent.socket.clone());
    let mut hop = hop(rig);
    hop.identity.clear();
    let begin = Instant::now();
    let error = Tunnel::open(&[hop], context).await.unwrap_err();
    assert!(begin.elapsed() < Duration::from_secs(5));
    let TunnelError::SignIn { tried, accepts, user, .. } = &error else { panic!("{error:?}") };
    assert_eq!(
        (user.as_str(), tried.as_slice()),
        (rig.ssh_user(), &["agent key unauthorized_key@rig: not accepted".into()][..])
    );
    assert_eq!(accepts, &["publickey"]);
    assert_eq!(error.problem().kind, ProblemKind::Route);
}

#[tokio::test]
async fn an_agent_with_many_keys_stops_offering_before_the_hop_disconnects() {
    let rig = Rig::start();
    let home = home();
    let mut keys: Vec<PathBuf> = Vec::new();
    for number in 0..7 {
        keys.push(new_key(home.path(), number));
    }
    let agent = Agent::start(home.path(), &keys);
    let (mut context, _steps) = context(home.path());
    context.agent = Some(agent.socket.clone());
    let mut hop = hop(rig);
    hop.identity.clear();
    let error = Tunnel::open(&[hop], context).await.unwrap_err();
    let TunnelError::SignIn { tried, .. } = &error else { panic!("{error:?}") };
    assert_eq!(tried.len(), 6, "{tried:?}");
    assert!(tried[5].contains("which is the maximum"), "{tried:?}");
}

#[tokio::test]
async fn a_missing_key_file_is_named() {
    let rig = Rig::start();
    let mut hop = hop(rig);
    hop.identity = vec!["/nowhere/id".into()];
    let error = open(hop).await.unwrap_err();
    let TunnelError::SignIn { tried, .. } = &error else { panic!("{error:?}") };
    assert_eq!(tried, &["key /nowhere/id: there is no such file"]);
}

// ---------------------------------------------------------------- host keys

#[tokio::test]
async fn an_unknown_key_is_asked_for_recorded_and_then_known() {
    let rig = Rig::start();
    let home = home();
    let (mut first, mut steps) = context(home.path());
    let script = ScriptedPrompter::with_answers([Answer::Accept]);
    first.prompter = script.clone();
    let mut hop = hop(rig);
    hop.known_hosts = None;
    let tunnel = Tunnel::open(std::slice::from_ref(&hop), first).await.unwrap();
    assert!(greeting(&tunnel, rig).await.contains("MariaDB"));
    let file = home.path().join(".ssh/known_hosts");
    let question = Question::HostKey {
        host: format!("127.0.0.1:{}", rig.ssh_port()),
        algorithm: "ssh-ed25519".into(),
        fingerprint: rig.sshd().fingerprint("ed25519"),
        art: rig.sshd().art("ed25519"),
        recorded_in: file.clone(),
    };
    assert_eq!(script.questions(), [question]);
    let line = format!("[127.0.0.1]:{} {}\n", rig.ssh_port(), rig.sshd().host_key("ed25519"));
    assert_eq!(std::fs::read_to_string(&file).unwrap(), line);
    let steps = drain(&mut steps);
    assert!(done(&steps, ConnectionStep::HostKey).contains("known (known_hosts line 1)"), "{steps:?}");

    let (second, _steps) = context(home.path());
    assert!(Tunnel::open(&[hop], second).await.is_ok(), "known now, though nobody is there to ask");
}

#[tokio::test]
async fn an_unknown_key_that_is_not_accepted_ends_the_attempt_and_is_not_recorded() {
    let rig = Rig::start();
    let home = home();
    let (context, mut steps) = context(home.path());
    let mut hop = hop(rig);
    hop.known_hosts = None;
    let error = Tunnel::open(&[hop], context).await.unwrap_err();
    assert!(matches!(error, TunnelError::HostKeyDeclined { authority: None, .. }), "{error:?}");
    assert_eq!(error.problem().kind.exit_code(), 3);
    assert!(!home.path().join(".ssh").exists());
    let last = drain(&mut steps).pop().unwrap();
    assert_eq!((last.step, last.state), (ConnectionStep::HostKey, StepState::Failed(error.problem())));
}

#[tokio::test]
async fn a_changed_key_is_refused_with_file_and_line_and_without_a_question() {
    let rig = Rig::start();
    let other = rig.start_sshd(&SshdOptions::default());
    let home = home();
    let file = home.path().join("known");
    let name = format!("[127.0.0.1]:{}", rig.ssh_port());
    std::fs::write(&file, format!("# mine\n{name} {}\n", other.host_key("ed25519"))).unwrap();
    let (mut context, _steps) = context(home.path());
    let script = ScriptedPrompter::with_answers([Answer::Accept]);
    context.prompter = script.clone();
    let error = Tunnel::open(&[rig.hop(rig.ssh_port(), &file)], context).await.unwrap_err();
    let TunnelError::HostKeyChanged { file: named, line: 2, recorded, presented, .. } = &error else {
        panic!("{error:?}")
    };
    assert_eq!(named, &file);
    assert_eq!(recorded, &format!("ED25519 {}", other.fingerprint("ed25519")));
    assert_eq!(presented, &format!("ED25519 {}", rig.sshd().fingerprint("ed25519")));
    assert!(script.questions().is_empty());
}

#[tokio::test]
async fn a_hop_that_is_known_by_another_type_is_asked_for_a_key_of_that_type() {
    let rig = Rig::start();
    let home = home();
    let file = home.path().join("known");
    std::fs::write(&file, format!("[127.0.0.1]:{} {}\n", rig.ssh_port(), rig.sshd().host_key("ecdsa"))).unwrap();
    assert!(open(rig.hop(rig.ssh_port(), &file)).await.is_ok());
}

#[tokio::test]
async fn a_revoked_key_is_refused_though_it_is_recorded() {
    let rig = Rig::start();
    let home = home();
    let file = home.path().join("known");
    let key = rig.sshd().host_key("ed25519");
    std::fs::write(&file, format!("[127.0.0.1]:{} {key}\n@revoked * {key}\n", rig.ssh_port())).unwrap();
    let error = open(rig.hop(rig.ssh_port(), &file)).await.unwrap_err();
    assert!(matches!(error, TunnelError::HostKeyRevoked { line: 2, .. }), "{error:?}");
}

#[tokio::test]
async fn a_pinned_key_of_any_type_takes_precedence_over_known_hosts() {
    let rig = Rig::start();
    let other = rig.start_sshd(&SshdOptions::default());
    let home = home();
    let file = home.path().join("known");
    std::fs::write(&file, format!("[127.0.0.1]:{} {}\n", rig.ssh_port(), other.host_key("ed25519"))).unwrap();
    let mut hop = rig.hop(rig.ssh_port(), &file);
    for kind in ["ed25519", "ecdsa"] {
        hop.host_key = vec![rig.sshd().fingerprint(kind)];
        open(hop.clone()).await.unwrap_or_else(|error| panic!("pinned {kind}: {error:?}"));
    }
    hop.known_hosts = Some(rig.known_hosts());
    hop.host_key = vec![other.fingerprint("ed25519")];
    let error = open(hop).await.unwrap_err();
    let TunnelError::HostKeyNotPinned { presented, .. } = &error else { panic!("{error:?}") };
    let all = ["ed25519", "ecdsa"].map(|kind| format!("{} {}", kind.to_uppercase(), rig.sshd().fingerprint(kind)));
    assert_eq!(presented, &all);
}

// ---------------------------------------------------------------- connecting and forwarding

#[tokio::test]
async fn a_refused_port_is_distinguished_from_a_silent_one() {
    let rig = Rig::start();
    let free = crate::rig::free_port();
    let error = open(rig.hop(free, &rig.known_hosts())).await.unwrap_err();
    assert!(matches!(error, TunnelError::Reach { failure: ReachFailure::Refused, .. }), "{error:?}");

    let silent = Forwarder::to("127.0.0.1", rig.ssh_port());
    silent.set(Mode::BlackHole);
    let error = open(rig.hop(silent.port(), &rig.known_hosts())).await.unwrap_err();
    assert!(matches!(error, TunnelError::HandshakeTimedOut { .. }), "{error:?}");
}

#[tokio::test]
async fn a_name_without_an_address_is_reported() {
    let mut hop = hop(Rig::start());
    hop.host = "bastion.rrx.invalid".into();
    let error = open(hop).await.unwrap_err();
    assert!(matches!(error, TunnelError::Resolve { .. }), "{error:?}");
}

#[tokio::test]
async fn a_target_that_refuses_is_distinguished_from_one_that_the_hop_does_not_allow() {
    let rig = Rig::start();
    let free = crate::rig::free_port();
    let sshd = rig.start_sshd(&SshdOptions { permit: vec![format!("127.0.0.1:{free}")], ..SshdOptions::default() });
    let tunnel = open(rig.hop(sshd.port(), &sshd.known_hosts())).await.unwrap();
    let error = tunnel.local_end("127.0.0.1", free).await.unwrap_err();
    let TunnelError::ForwardFailed { message, .. } = &error else { panic!("{error:?}") };
    assert_eq!(message.as_deref(), Some("Connection refused"));
    let error = tunnel.local_end("127.0.0.9", 3306).await.unwrap_err();
    assert!(matches!(error, TunnelError::ForwardRefused { .. }), "{error:?}");
    assert!(greeting(&tunnel, rig).await.contains("MariaDB"), "the tunnel is still good");
}

#[tokio::test]
async fn two_hops_lead_to_the_replica() {
    let rig = Rig::start();
    let permit = vec![format!("127.0.0.1:{}", rig.ssh_port())];
    let outer = rig.start_sshd(&SshdOptions { permit, ..SshdOptions::default() });
    let home = home();
    let (context, mut steps) = context(home.path());
    let route = [rig.hop(outer.port(), &outer.known_hosts()), hop(rig)];
    let tunnel = Tunnel::open(&route, context).await.unwrap();
    assert!(greeting(&tunnel, rig).await.contains("MariaDB"));
    assert!(greeting(&tunnel, rig).await.contains("MariaDB"));
    let hops: Vec<usize> = drain(&mut steps).iter().map(|step| step.hop).collect();
    assert_eq!(hops, [0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1]);
}

// ---------------------------------------------------------------- the local end

#[tokio::test]
async fn another_process_at_the_local_end_is_rejected_and_our_own_connection_works() {
    let rig = Rig::start();
    let tunnel = open(hop(rig)).await.unwrap();
    let end = tunnel.local_end(rig.mysql_host(), rig.mysql_port()).await.unwrap();
    let port = end.port();
    let stranger = tokio::task::spawn_blocking(move || {
        let script = format!("exec 3<>/dev/tcp/127.0.0.1/{port} && head -c 5 <&3");
        Command::new("bash").args(["-c", &script]).stderr(Stdio::null()).output().unwrap()
    });
    assert_eq!(stranger.await.unwrap().stdout, b"", "not one byte for a stranger");
    assert!(read_some(port).await.contains("MariaDB"));
    assert_eq!(tunnel.rejected_clients(), 1);
    assert!(TcpStream::connect(("127.0.0.1", port)).is_err(), "the port takes one connection only");
}

#[tokio::test]
async fn an_unread_result_does_not_block_the_other_connection() {
    let rig = Rig::start();
    let (flooding, echoing) = (serve(flood), serve(echo));
    let permit = vec![format!("127.0.0.1:{flooding}"), format!("127.0.0.1:{echoing}")];
    let sshd = rig.start_sshd(&SshdOptions { permit, ..SshdOptions::default() });
    let tunnel = open(rig.hop(sshd.port(), &sshd.known_hosts())).await.unwrap();
    let end = tunnel.local_end("127.0.0.1", flooding).await.unwrap();
    let _unread = tokio::net::TcpStream::connect(("127.0.0.1", end.port())).await.unwrap();
    // The flood stops when all windows and buffers are full.
    let mut before = 0;
    while before == 0 || FLOODED.load(Ordering::SeqCst) != before {
        before = FLOODED.load(Ordering::SeqCst);
        tokio::time::sleep(Duration::from_millis(300)).await;
    }
    let end = tunnel.local_end("127.0.0.1", echoing).await.unwrap();
    let answered = tokio::task::spawn_blocking(move || {
        let mut stream = TcpStream::connect(("127.0.0.1", end.port())).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
        stream.write_all(b"kill").unwrap();
        let mut back = [0; 4];
        stream.read_exact(&mut back).map(|()| back)
    });
    assert_eq!(&answered.await.unwrap().unwrap(), b"kill");
}

#[tokio::test]
async fn dropping_the_tunnel_closes_all_its_connections() {
    let rig = Rig::start();
    let port = serve(echo);
    let sshd = rig.start_sshd(&SshdOptions { permit: vec![format!("127.0.0.1:{port}")], ..SshdOptions::default() });
    let tunnel = open(rig.hop(sshd.port(), &sshd.known_hosts())).await.unwrap();
    let mut streams = Vec::new();
    for _ in 0..2 {
        let end = tunnel.local_end("127.0.0.1", port).await.unwrap();
        let mut stream = tokio::net::TcpStream::connect(("127.0.0.1", end.port())).await.unwrap();
        tokio::io::AsyncWriteExt::write_all(&mut stream, b"x").await.unwrap();
        assert_eq!(tokio::io::AsyncReadExt::read_u8(&mut stream).await.unwrap(), b'x');
        streams.push(stream);
    }
    drop(tunnel);
    for mut stream in streams {
        let end = tokio::time::timeout(Duration::from_secs(5), tokio::io::AsyncReadExt::read_u8(&mut stream)).await;
        assert!(end.expect("cut at once").is_err());
    }
    wait_until("the sshd has no connection left", Duration::from_secs(5), || sshd.connections().is_empty());
}

// ---------------------------------------------------------------- the end of the SSH connection

#[tokio::test]
async fn a_killed_hop_is_noticed_at_once() {
    let rig = Rig::start();
    let sshd = rig.start_sshd(&SshdOptions::default());
    let tunnel = open(rig.hop(sshd.port(), &sshd.known_hosts())).await.unwrap();
    sshd.kill_connections();
    let lost = tokio::time::timeout(Duration::from_secs(2), tunnel.closed()).await.expect("known at once");
    assert!(matches!(lost, TunnelError::Lost { .. }));
    assert_eq!(lost.problem().kind, ProblemKind::Lost);
    let error = tunnel.local_end(rig.mysql_host(), rig.mysql_port()).await.unwrap_err();
    assert!(matches!(error, TunnelError::Lost { .. }), "{error:?}");
}

#[tokio::test]
async fn a_stopped_hop_is_noticed_within_fifteen_seconds() {
    let rig = Rig::start();
    let sshd = rig.start_sshd(&SshdOptions::default());
    let tunnel = open(rig.hop(sshd.port(), &sshd.known_hosts())).await.unwrap();
    sshd.stop_connections();
    let begin = Instant::now();
    let lost = tokio::time::timeout(Duration::from_secs(15), tunnel.closed()).await.expect("known in time");
    let TunnelError::Lost { why, .. } = &lost else { panic!("{lost:?}") };
    assert_eq!(why, "the hop no longer answers");
    assert!(begin.elapsed() > Duration::from_secs(4), "not before it was asked twice");
}

#[tokio::test]
async fn a_stopped_hop_with_full_buffers_is_noticed_within_fifteen_seconds() {
    let rig = Rig::start();
    let port = serve(|stream| {
        // Keeps the connection open without reading.
        std::thread::park();
        drop(stream);
    });
    let sshd = rig.start_sshd(&SshdOptions { permit: vec![format!("127.0.0.1:{port}")], ..SshdOptions::default() });
    let tunnel = open(rig.hop(sshd.port(), &sshd.known_hosts())).await.unwrap();
    let end = tunnel.local_end("127.0.0.1", port).await.unwrap();
    let mut stream = tokio::net::TcpStream::connect(("127.0.0.1", end.port())).await.unwrap();
    sshd.stop_connections();
    let writer =
        tokio::spawn(
            async move { while tokio::io::AsyncWriteExt::write_all(&mut stream, &[1; 8192]).await.is_ok() {} },
        );
    tokio::time::timeout(Duration::from_secs(15), tunnel.closed()).await.expect("known in time");
    tokio::time::timeout(Duration::from_secs(5), writer).await.expect("the writer gets an error").unwrap();
}

#[tokio::test]
async fn a_reset_connection_is_noticed_at_once() {
    let rig = Rig::start();
    let forwarder = Forwarder::to("127.0.0.1", rig.ssh_port());
    let mut hop = rig.hop(forwarder.port(), &rig.known_hosts());
    hop.host_key = vec![rig.sshd().fingerprint("ed25519")];
    let tunnel = open(hop).await.unwrap();
    assert!(greeting(&tunnel, rig).await.contains("MariaDB"));
    forwarder.set(Mode::Reset);
    tokio::time::timeout(Duration::from_secs(2), tunnel.closed()).await.expect("known at once");
}
