//! Questions of a hop, from a test server that asks in different ways. Also agents that end or hang, and keys on a security
//! key device.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use rrx::domain::profile::{Hop, Secret};
use rrx::domain::protocol::{Answer, HopMessageKind, Question};
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

/// A request of the hop: name, instruction, prompts.
type InfoRequest = (&'static str, &'static str, Prompts);

/// An SSH server that asks given questions and accepts every answer. Its forwards are not connected.
struct QuestioningHop {
    address: SocketAddr,
    fingerprint: String,
    sign_ins: Arc<AtomicUsize>,
    answers: Arc<Mutex<Vec<Vec<String>>>>,
}

#[derive(Clone)]
struct QuestioningHandler {
    banner: Option<&'static str>,
    requests: Vec<InfoRequest>,
    next: usize,
    sign_ins: Arc<AtomicUsize>,
    answers: Arc<Mutex<Vec<Vec<String>>>>,
}

impl Handler for QuestioningHandler {
    type Error = russh::Error;

    async fn authentication_banner(&mut self) -> Result<Option<String>, Self::Error> {
        Ok(self.banner.map(str::to_owned))
    }

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
        let Some((name, instruction, prompts)) = self.requests.get(self.next).copied() else {
            self.sign_ins.fetch_add(1, Ordering::SeqCst);
            return Ok(Auth::Accept);
        };
        self.next += 1;
        let prompts: Vec<_> = prompts.iter().map(|(prompt, echo)| ((*prompt).into(), *echo)).collect();
        Ok(Auth::Partial { name: name.into(), instructions: instruction.into(), prompts: prompts.into() })
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
        Self::start_with(requests.iter().map(|prompts| ("", "", *prompts)).collect(), None).await
    }

    async fn start_with(requests: Vec<InfoRequest>, banner: Option<&'static str>) -> Self {
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
        let handler = QuestioningHandler {
            banner,
            requests,
            next: 0,
            sign_ins: Arc::clone(&sign_ins),
            answers: Arc::clone(&answers),
        };
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

fn answers(texts: &[&str]) -> Answer {
    Answer::Secrets(texts.iter().map(|text| Secret::new((*text).into())).collect())
}

/// The only question of a Duo sign-in.
const DUO: Prompts = &[(
    "Duo two-factor login for alice\n\nEnter a passcode or select one of the following options:\n\n 1. Duo Push to \
     XXX-XXX-1234\n 2. Phone call to XXX-XXX-1234\n 3. SMS passcodes to XXX-XXX-1234\n\nPasscode or option (1-3): ",
    true,
)];

/// The request that follows a press of 1.
const PUSHED: &str = "Pushed a login request to your device...\n";

fn profile(hop: &QuestioningHop) -> String {
    format!(
        "[profile.far]\nenvironment = \"test\"\nhost = \"replica\"\nuser = \"me\"\npassword = {{ env = \"RRX_NOT_THERE\" }}\n\
         route = [{{ host = \"127.0.0.1\", port = {}, user = \"asked\", host_key = [\"{}\"] }}]\n",
        hop.address.port(),
        hop.fingerprint
    )
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_questions_of_one_request_are_asked_together_with_its_texts() {
    const CHANGE: Prompts = &[("(current) UNIX password: ", false), ("New password: ", false), ("Colour: ", true)];
    let requests = vec![("Password expired", "Your password has expired.\nChoose a new one.", CHANGE), ("", "", DUO)];
    let hop = QuestioningHop::start_with(requests, None).await;
    let home = home();
    let (mut context, _steps) = context(home.path());
    let script = ScriptedPrompter::with_answers([answers(&["old", "new", "red"]), answers(&["1"])]);
    context.prompter = script.clone();
    Tunnel::open(&[hop.hop()], context).await.unwrap();
    let questions = script.questions();
    let [Question::Hop(change), Question::Hop(duo)] = questions.as_slice() else { panic!("{questions:?}") };
    assert_eq!(change.text, ["Password expired", "Your password has expired.", "Choose a new one."]);
    assert_eq!(change.questions.iter().map(|question| question.echo).collect::<Vec<_>>(), [false, false, true]);
    assert_eq!(duo.questions[0].lines.len(), 9, "{duo:?}");
    assert_eq!(duo.questions[0].last_line(), "Passcode or option (1-3):");
    assert_eq!(*hop.answers.lock().unwrap(), [vec!["old", "new", "red"], vec!["1"]]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_banner_and_an_instruction_without_a_question_are_told_once_and_safely() {
    let banner = "NOTICE\n\tauthorised use only\u{1b}[2J\u{202e}\n";
    let hop = QuestioningHop::start_with(vec![("", "", DUO), ("Duo", PUSHED, &[])], Some(banner)).await;
    let home = home();
    let (mut context, _steps) = context(home.path());
    let script = ScriptedPrompter::with_answers([answers(&["1"])]);
    context.prompter = script.clone();
    Tunnel::open_with_standby(&[hop.hop()], context).await.unwrap();
    let told: Vec<_> = script.messages().into_iter().map(|message| (message.kind, message.lines)).collect();
    assert_eq!(
        told,
        [
            (HopMessageKind::Banner, vec!["NOTICE".into(), "    authorised use only␛[2J‹U+202E›".into()]),
            (HopMessageKind::Instruction, vec!["Duo".into(), "Pushed a login request to your device...".to_owned()]),
        ]
    );
    assert_eq!(*hop.answers.lock().unwrap(), [vec!["1".to_owned()], vec![]]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hop_that_asks_too_much_is_refused_with_the_reason() {
    const MANY: Prompts = &[("?", true); 17];
    let endless = vec![("", "", &[][..]); 100];
    for (requests, reason) in [(vec![("", "", MANY)], "asks 17 questions at once"), (endless, "asks again and again")] {
        let hop = QuestioningHop::start_with(requests, None).await;
        let home = home();
        let (mut context, _steps) = context(home.path());
        context.prompter = ScriptedPrompter::with_answers([]);
        let error = Tunnel::open(&[hop.hop()], context).await.unwrap_err();
        let TunnelError::SignIn { tried, .. } = &error else { panic!("{error:?}") };
        assert!(tried.iter().any(|tried| tried.contains(reason)), "{tried:?}");
    }
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
    const QUESTIONS: Prompts = &[("Badge number: ", true), ("Birthday: ", false)];
    let requests = vec![("Door", "Line one\nLine two", QUESTIONS), ("", "", DUO), ("", PUSHED, &[])];
    let hop = QuestioningHop::start_with(requests, Some("Authorised use only\n")).await;
    let home = home();
    let config = home.path().join("config.toml");
    let text = profile(&hop);
    std::fs::write(&config, text).unwrap();
    let directory = home.path().to_owned();
    let screen = tokio::task::spawn_blocking(move || {
        let answers = [
            TypedAnswer { after: "Badge number:", is_echoed: true, text: "4711-seen" },
            TypedAnswer { after: "Birthday:", is_echoed: false, text: "1-May-unseen" },
            TypedAnswer { after: "Passcode or option (1-3):", is_echoed: true, text: "1" },
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
    let mut rest = screen.as_str();
    for expected in [
        "says:\r\n  Authorised use only",
        "asks asked (question 1 of 2):\r\n  Door\r\n  Line one\r\n  Line two\r\n  Badge number: ",
        "asks asked (question 2 of 2):\r\n  Birthday: ",
        "  Duo two-factor login for alice",
        "   1. Duo Push to XXX-XXX-1234",
        "  Passcode or option (1-3): 1",
        "  Pushed a login request to your device...",
    ] {
        rest = rest.split_once(expected).unwrap_or_else(|| panic!("{expected:?} in order: {screen}")).1;
    }
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
