//! Questions of a hop, from a test server that asks in different ways. Also agents that end or hang, and keys on a security
//! key device.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use rrx::domain::profile::{Hop, Secret};
use rrx::domain::protocol::{Answer, Question};
use rrx::io::tunnel::{Tunnel, TunnelError};
use russh::keys::ssh_key::private::Ed25519Keypair;
use russh::keys::{HashAlg, PrivateKey};
use russh::server::{Auth, ChannelOpenHandle, Config, Handler, Msg, Response, Session};
use russh::{Channel, MethodKind, MethodSet};
use tokio::net::TcpListener;

use super::at_terminal::{self, TypedAnswer};
use super::tunnel::{Agent, ScriptedPrompter, context, greeting, home};
use crate::rig::Rig;

/// Prompts, and whether the terminal may show the answers.
type Prompts = &'static [(&'static str, bool)];

/// An SSH server that asks given questions and accepts every answer. Its forwards are not connected.
struct QuestioningHop {
    address: SocketAddr,
    fingerprint: String,
    sign_ins: Arc<AtomicUsize>,
    answers: Arc<Mutex<Vec<Vec<String>>>>,
}

#[derive(Clone)]
struct QuestioningHandler {
    requests: &'static [Prompts],
    next: usize,
    sign_ins: Arc<AtomicUsize>,
    answers: Arc<Mutex<Vec<Vec<String>>>>,
}

impl Handler for QuestioningHandler {
    type Error = russh::Error;

    async fn auth_keyboard_interactive<'a>(
        &'a mut self,
        _user: &str,
        _submethods: &str,
        response: Option<Response<'a>>,
    ) -> Result<Auth, Self::Error> {
        if let Some(response) = response {
            let texts = response.map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).collect();
            self.answers.lock().unwrap().push(texts);
        }
        let Some(prompts) = self.requests.get(self.next) else {
            self.sign_ins.fetch_add(1, Ordering::SeqCst);
            return Ok(Auth::Accept);
        };
        self.next += 1;
        let prompts: Vec<_> = prompts.iter().map(|(prompt, echo)| ((*prompt).into(), *echo)).collect();
        Ok(Auth::Partial { name: "".into(), instructions: "".into(), prompts: prompts.into() })
    }

    async fn channel_open_direct_tcpip(
        &mut self,
        _channel: Channel<Msg>,
        _host: &str,
        _port: u32,
        _originator: &str,
        _originator_port: u32,
        reply: ChannelOpenHandle,
        _session: &mut Session,
    ) -> Result<(), Self::Error> {
        reply.accept().await;
        Ok(())
    }
}

impl QuestioningHop {
    async fn start(requests: &'static [Prompts]) -> Self {
        let key = PrivateKey::from(Ed25519Keypair::from_seed(&[3; 32]));
        let fingerprint = key.fingerprint(HashAlg::Sha256).to_string();
        let config = Arc::new(Config {
            methods: MethodSet::from(&[MethodKind::KeyboardInteractive][..]),
            auth_rejection_time: Duration::ZERO,
            auth_rejection_time_initial: Some(Duration::ZERO),
            keys: vec![key],
            ..Config::default()
        });
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (sign_ins, answers) = (Arc::<AtomicUsize>::default(), Arc::<Mutex<Vec<_>>>::default());
        let handler =
            QuestioningHandler { requests, next: 0, sign_ins: Arc::clone(&sign_ins), answers: Arc::clone(&answers) };
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (config, handler) = (Arc::clone(&config), handler.clone());
                tokio::spawn(async move {
                    if let Ok(session) = russh::server::run_stream(config, stream, handler).await {
                        let _ = session.await;
                    }
                });
            }
        });
        Self { address, fingerprint, sign_ins, answers }
    }

    fn hop(&self) -> Hop {
        Hop {
            host: self.address.ip().to_string(),
            port: Some(self.address.port()),
            user: Some("asked".into()),
            identity: Vec::new(),
            certificate: None,
            host_key: vec![self.fingerprint.clone()],
            known_hosts: None,
            proxy_command: None,
        }
    }

    fn sign_ins(&self) -> usize {
        self.sign_ins.load(Ordering::SeqCst)
    }
}

fn answer(text: &str) -> Answer {
    Answer::Secret(Secret::new(text.into()))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn several_questions_of_one_request_are_asked_one_by_one_and_answered_together() {
    let hop =
        QuestioningHop::start(&[&[("Badge number: ", true), ("Birthday: ", false)], &[], &[("Colour: ", true)]]).await;
    let home = home();
    let (mut context, _steps) = context(home.path());
    let script = ScriptedPrompter::with_answers([answer("4711"), answer("1 May"), answer("red")]);
    context.prompter = script.clone();
    Tunnel::open(&[hop.hop()], context).await.unwrap();
    let asked: Vec<(String, bool)> = script
        .questions()
        .into_iter()
        .map(|question| match question {
            Question::Secret { prompt, echo } => {
                (prompt.rsplit(": ").nth(1).map_or(prompt.clone(), str::to_owned), echo)
            }
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(asked.iter().map(|(_, echo)| *echo).collect::<Vec<_>>(), [true, false, true], "{asked:?}");
    let answers = hop.answers.lock().unwrap().clone();
    assert_eq!(answers, [vec!["4711".to_owned(), "1 May".to_owned()], vec![], vec!["red".to_owned()]]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_password_is_reused_and_a_possible_code_is_not() {
    const CASES: [(&[Prompts], usize); 4] = [
        (&[&[("Password: ", false)]], 2),
        (&[&[("One-time password: ", false)]], 1),
        (&[&[("Password + token: ", false)]], 1),
        (&[&[("Your passcode: ", false)]], 1),
    ];
    for (requests, sign_ins) in CASES {
        let hop = QuestioningHop::start(requests).await;
        let home = home();
        let (mut context, _steps) = context(home.path());
        context.prompter = ScriptedPrompter::with_answers([answer("123456")]);
        let tunnel = Tunnel::open_with_standby(&[hop.hop()], context).await.unwrap();
        let _first = tunnel.local_end("nowhere", 1).await.unwrap();
        let _second = tunnel.local_end("nowhere", 1).await.unwrap();
        assert_eq!(hop.sign_ins(), sign_ins, "{requests:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_command_shows_typed_text_only_if_the_hop_allows_it() {
    let hop = QuestioningHop::start(&[&[("Badge number: ", true), ("Birthday: ", false)]]).await;
    let home = home();
    let config = home.path().join("config.toml");
    let text = format!(
        "[profile.far]\nenvironment = \"test\"\nhost = \"replica\"\nuser = \"me\"\npassword = {{ env = \"RRX_NOT_THERE\" }}\n\
         route = [{{ host = \"127.0.0.1\", port = {}, user = \"asked\", host_key = [\"{}\"] }}]\n",
        hop.address.port(),
        hop.fingerprint
    );
    std::fs::write(&config, text).unwrap();
    let directory = home.path().to_owned();
    let screen = tokio::task::spawn_blocking(move || {
        let answers = [
            TypedAnswer { after: "Badge number:", is_echoed: true, text: "4711-seen" },
            TypedAnswer { after: "Birthday:", is_echoed: false, text: "1-May-unseen" },
        ];
        at_terminal::run(
            &directory,
            &["run", "-p", "far", "-e", "SELECT 1", "--config", config.to_str().unwrap()],
            &answers,
        )
    })
    .await
    .unwrap();
    assert!(screen.contains("4711-seen"), "{screen}");
    assert!(!screen.contains("unseen"), "{screen}");
}

/// Opens a tunnel with the agent's keys only.
async fn open_with_agent(rig: &Rig, agent: &Agent, home: &Path) -> Result<Tunnel, TunnelError> {
    let (mut context, _steps) = context(home);
    context.agent = Some(agent.socket.clone());
    Tunnel::open(&[Hop { identity: vec![], ..super::tunnel::hop(rig) }], context).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_agent_that_ends_or_stops_after_the_sign_in_does_not_affect_the_connections() {
    let rig = Rig::start();
    for signal in ["STOP", "KILL"] {
        let home = home();
        let agent = Agent::start(home.path(), &[rig.user_key()]);
        let tunnel = open_with_agent(rig, &agent, home.path()).await.unwrap();
        let _first = tunnel.local_end(rig.mysql_host(), rig.mysql_port()).await.unwrap();
        agent.signal(signal);
        let begun = Instant::now();
        assert!(greeting(&tunnel, rig).await.contains("MariaDB"), "{signal}");
        assert!(begun.elapsed() < Duration::from_secs(5), "{signal}: {:?}", begun.elapsed());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_agent_that_has_stopped_is_named_within_five_seconds() {
    let rig = Rig::start();
    let home = home();
    let agent = Agent::start(home.path(), &[rig.user_key()]);
    agent.signal("STOP");
    let begun = Instant::now();
    let error = open_with_agent(rig, &agent, home.path()).await.unwrap_err();
    let TunnelError::SignIn { tried, .. } = &error else { panic!("{error:?}") };
    assert_eq!(tried, &[format!("the agent at {}: it does not answer", agent.socket.display())]);
    assert!(begun.elapsed() < Duration::from_secs(5), "{:?}", begun.elapsed());
}

/// Returns a private key file as `ssh-keygen -t ed25519-sk` writes it. The device does not exist.
fn security_key_file() -> String {
    fn text(bytes: &[u8]) -> Vec<u8> {
        [&u32::try_from(bytes.len()).unwrap().to_be_bytes(), bytes].concat()
    }
    let kind = text(b"sk-ssh-ed25519@openssh.com");
    let public = [kind.clone(), text(&[7; 32]), text(b"ssh:")].concat();
    let mut private =
        [&[1, 2, 3, 4, 1, 2, 3, 4][..], &public, &[1], &text(&[9; 64]), &text(b""), &text(b"device")].concat();
    private.extend((1..=8).take((8 - private.len() % 8) % 8));
    let file = [
        b"openssh-key-v1\0".to_vec(),
        text(b"none"),
        text(b"none"),
        text(b""),
        1_u32.to_be_bytes().to_vec(),
        text(&public),
        text(&private),
    ]
    .concat();
    let encoded = base64::Engine::encode(&base64::engine::general_purpose::STANDARD, file);
    let lines: Vec<_> = encoded.as_bytes().chunks(70).map(String::from_utf8_lossy).collect();
    format!("-----BEGIN OPENSSH PRIVATE KEY-----\n{}\n-----END OPENSSH PRIVATE KEY-----\n", lines.join("\n"))
}

#[tokio::test]
async fn a_key_on_a_device_is_named_with_the_way_to_use_it() {
    let rig = Rig::start();
    let home = home();
    let key = home.path().join("id_ed25519_sk");
    std::fs::write(&key, security_key_file()).unwrap();
    let (context, _steps) = context(home.path());
    let hop = Hop { identity: vec![key.clone()], ..super::tunnel::hop(rig) };
    let error = Tunnel::open(&[hop], context).await.unwrap_err();
    let TunnelError::SignIn { tried, .. } = &error else { panic!("{error:?}") };
    let reason = format!("key {}: it is on a security key, which rrx can use only through the agent", key.display());
    assert!(tried[0].starts_with(&reason) && tried[0].contains("ssh-add"), "{tried:?}");
}
