//! A server that speaks the MySQL protocol and answers by a script: for engines that cannot be had here.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};

use super::rig::Rig;

/// What the script answers.
#[derive(Debug, Clone)]
pub enum Reply {
    /// An OK packet.
    Done,
    /// Rows of text, each as wide as the first.
    Rows(Vec<&'static str>, Vec<Vec<Option<String>>>),
    /// An error of this code.
    No(u16, &'static str),
    /// Nothing, ever.
    Nothing,
    /// The end of the connection.
    Bye,
    /// One answer after the other, up to the first error.
    Several(Vec<Reply>),
}

/// How clients sign in where nothing else is said.
pub const NATIVE: &str = "mysql_native_password";

/// The sign-in that may want the whole password; a server that pretends always wants it.
pub const SHA2: &str = "caching_sha2_password";

/// A variable and its value.
pub type Variable = (&'static str, &'static str);

/// Rows of SHOW VARIABLES.
pub fn variables(of: &[Variable]) -> Reply {
    let row = |(name, value): &Variable| vec![Some((*name).to_owned()), Some((*value).to_owned())];
    Reply::Rows(vec!["Variable_name", "Value"], of.iter().map(row).collect())
}

/// Answers a text of several statements one by one.
pub fn each(text: &str, says: impl Fn(&str) -> Reply) -> Reply {
    if has_several_statements(text) { Reply::Several(text.split("; ").map(says).collect()) } else { says(text) }
}

/// Whether this text holds several statements of rrx's own.
pub fn has_several_statements(text: &str) -> bool {
    text.contains("; /* rrx:")
}

/// A running server; its threads end with the test process.
pub struct ScriptedServer {
    pub port: u16,
    asked: Arc<Mutex<Vec<String>>>,
}

impl ScriptedServer {
    /// Starts one that answers by this script.
    pub fn start(script: impl Fn(&str) -> Reply + Send + Sync + 'static) -> Self {
        Self::start_with(NATIVE, script)
    }

    /// The same where the client is asked to sign in in this way. What it says then is told like a statement.
    pub fn start_with(sign_in: &'static str, script: impl Fn(&str) -> Reply + Send + Sync + 'static) -> Self {
        Self::serve(("127.0.0.1", None), ("8.0.33", sign_in), script)
    }

    /// The same where the greeting names this version.
    pub fn start_as(
        version: &'static str,
        sign_in: &'static str,
        script: impl Fn(&str) -> Reply + Send + Sync + 'static,
    ) -> Self {
        Self::serve(("127.0.0.1", None), (version, sign_in), script)
    }

    /// The same behind TLS, at the rig's replica's address and with its certificate.
    pub fn start_secure(
        rig: &Rig,
        sign_in: &'static str,
        script: impl Fn(&str) -> Reply + Send + Sync + 'static,
    ) -> Self {
        let pem = |name| std::fs::read(rig.directory().path(name)).unwrap();
        let chain = CertificateDer::pem_slice_iter(&pem("server.pem")).map(Result::unwrap).collect();
        let key = PrivateKeyDer::from_pem_slice(&pem("server.key")).unwrap();
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
        let config = config.with_no_client_auth().with_single_cert(chain, key).unwrap();
        Self::serve((rig.mysql_address(), Some(Arc::new(config))), ("8.0.33", sign_in), script)
    }

    fn serve(
        (address, tls): (&str, Option<Arc<ServerConfig>>),
        (version, sign_in): (&'static str, &'static str),
        script: impl Fn(&str) -> Reply + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind((address, 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        let asked = Arc::new(Mutex::new(Vec::new()));
        let (script, told) = (Arc::new(script), Arc::clone(&asked));
        std::thread::spawn(move || {
            for (id, stream) in (1..).zip(listener.incoming()) {
                let (script, told, tls) = (Arc::clone(&script), Arc::clone(&told), tls.clone());
                // A client that goes away is no trouble of the server.
                std::thread::spawn(move || drop(serve(stream.unwrap(), tls, (id, version, sign_in), &*script, &told)));
            }
        });
        Self { port, asked }
    }

    /// The statements that came, over all connections.
    pub fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }
}

/// A plain stream, or one behind TLS.
trait Wire: Read + Write {}
impl<T: Read + Write> Wire for T {}

fn serve(
    mut plain: TcpStream,
    tls: Option<Arc<ServerConfig>>,
    (id, version, sign_in): (u32, &str, &str),
    script: &dyn Fn(&str) -> Reply,
    told: &Mutex<Vec<String>>,
) -> std::io::Result<()> {
    // Several statements and several results among them.
    let capabilities: u32 = 1 | 4 | 8 | 0x200 | 0x2000 | 0x8000 | 0x0001_0000 | 0x0002_0000 | 0x0008_0000;
    let capabilities = capabilities | if tls.is_some() { 0x800 } else { 0 };
    let mut greeting = vec![10];
    greeting.extend_from_slice(version.as_bytes());
    greeting.push(0);
    greeting.extend_from_slice(&id.to_le_bytes());
    greeting.extend_from_slice(b"saltsalt\0");
    greeting.extend_from_slice(&capabilities.to_le_bytes()[..2]);
    greeting.extend_from_slice(&[45, 2, 0]);
    greeting.extend_from_slice(&capabilities.to_le_bytes()[2..]);
    greeting.push(21);
    greeting.extend_from_slice(&[0; 10]);
    greeting.extend_from_slice(b"saltsaltsalt\0");
    greeting.extend_from_slice(NATIVE.as_bytes());
    greeting.push(0);
    send(&mut plain, &mut 0, &greeting)?;
    let (mut said, mut number) = receive(&mut plain)?;
    // A wish for TLS has nothing of the account in it.
    let mut stream: Box<dyn Wire> = match tls.filter(|_| said.len() == 32) {
        Some(config) => {
            let mut secure = StreamOwned::new(ServerConnection::new(config).unwrap(), plain);
            (said, number) = receive(&mut secure)?;
            Box::new(secure)
        }
        None => Box::new(plain),
    };
    if sign_in != NATIVE {
        told.lock().unwrap().push(String::from_utf8_lossy(&said).into_owned());
        send(&mut stream, &mut number, &[b"\xfe", sign_in.as_bytes(), b"\0saltsaltsaltsaltsalt\0"].concat())?;
        (said, number) = receive(&mut stream)?;
    }
    told.lock().unwrap().push(String::from_utf8_lossy(&said).into_owned());
    if sign_in == SHA2 {
        // It remembers nobody.
        send(&mut stream, &mut number, &[1, 4])?;
        (said, number) = receive(&mut stream)?;
        told.lock().unwrap().push(String::from_utf8_lossy(&said).into_owned());
    }
    send(&mut stream, &mut number, &OK)?;
    loop {
        let (command, mut number) = receive(&mut stream)?;
        let says = match command.split_first() {
            Some((0x03, text)) => {
                let text = String::from_utf8_lossy(text).into_owned();
                let says = script(&text);
                told.lock().unwrap().push(text);
                says
            }
            Some((0x0e, _)) => Reply::Done,
            _ => return Ok(()),
        };
        let mut all = match says {
            Reply::Bye => return Ok(()),
            Reply::Several(all) => all,
            one => vec![one],
        };
        if let Some(error) = all.iter().position(|says| matches!(says, Reply::No(..))) {
            all.truncate(error + 1);
        }
        while !all.is_empty() {
            let says = all.remove(0);
            answer(&mut stream, &mut number, says, !all.is_empty())?;
        }
    }
}

/// One answer; its status tells whether there is another one behind it.
fn answer(stream: &mut impl Write, number: &mut u8, says: Reply, has_more: bool) -> std::io::Result<()> {
    let status = if has_more { 2 | 8 } else { 2 };
    let end = [0xfe, 0, 0, status, 0];
    match says {
        Reply::Done => send(stream, number, &[0, 0, 0, status, 0, 0, 0]),
        Reply::No(code, message) => {
            let mut packet = vec![0xff];
            packet.extend_from_slice(&code.to_le_bytes());
            packet.extend_from_slice(b"#HY000");
            packet.extend_from_slice(message.as_bytes());
            send(stream, number, &packet)
        }
        Reply::Rows(names, rows) => {
            send(stream, number, &[u8::try_from(names.len()).unwrap()])?;
            for name in &names {
                send(stream, number, &column(name))?;
            }
            send(stream, number, &end)?;
            for row in rows {
                let mut packet = Vec::new();
                for value in row {
                    match value {
                        Some(value) => put(&mut packet, value.as_bytes()),
                        None => packet.push(0xfb),
                    }
                }
                send(stream, number, &packet)?;
            }
            send(stream, number, &end)
        }
        Reply::Nothing | Reply::Bye | Reply::Several(_) => Ok(()),
    }
}

const OK: [u8; 7] = [0, 0, 0, 2, 0, 0, 0];

fn column(name: &str) -> Vec<u8> {
    let mut packet = Vec::new();
    for part in ["def", "", "", "", name, name] {
        put(&mut packet, part.as_bytes());
    }
    packet.push(0x0c);
    packet.extend_from_slice(&45_u16.to_le_bytes());
    packet.extend_from_slice(&1024_u32.to_le_bytes());
    packet.extend_from_slice(&[0xfd, 0, 0, 0, 0, 0]);
    packet
}

/// Bytes with their length before them; none here is long.
fn put(packet: &mut Vec<u8>, bytes: &[u8]) {
    packet.push(u8::try_from(bytes.len()).ok().filter(|length| *length < 0xfb).expect("a short value"));
    packet.extend_from_slice(bytes);
}

fn send(stream: &mut impl Write, number: &mut u8, packet: &[u8]) -> std::io::Result<()> {
    let length = u32::try_from(packet.len()).unwrap().to_le_bytes();
    let mut out = length[..3].to_vec();
    out.push(*number);
    out.extend_from_slice(packet);
    *number = number.wrapping_add(1);
    stream.write_all(&out)
}

fn receive(stream: &mut impl Read) -> std::io::Result<(Vec<u8>, u8)> {
    let mut head = [0; 4];
    stream.read_exact(&mut head)?;
    let length = u32::from_le_bytes([head[0], head[1], head[2], 0]);
    let mut packet = vec![0; usize::try_from(length).unwrap()];
    stream.read_exact(&mut packet)?;
    Ok((packet, head[3].wrapping_add(1)))
}
