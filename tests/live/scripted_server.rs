//! A server with the MySQL protocol whose replies come from a script. It replaces engines that are not available here.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};

use super::rig::Rig;

/// A reply to a statement.
#[derive(Debug, Clone)]
pub enum Reply {
    /// An OK packet.
    Done,
    /// Column names, and rows of text or NULL.
    Rows(Vec<&'static str>, Vec<Vec<Option<String>>>),
    /// An error with its code and message.
    Error(u16, &'static str),
    /// These bytes, with the headers of their packets, then silence.
    Bytes(Vec<u8>),
    /// These bytes, then the server closes the connection.
    Cut(Vec<u8>),
    /// These bytes, then the others again and again.
    Endless(Vec<u8>, Vec<u8>),
    /// These bytes, then one row without end, in packets that continue each other. The first one has this number.
    EndlessRow(Vec<u8>, u8),
    /// No reply.
    Nothing,
    /// The server closes the connection.
    Close,
    /// One reply for each statement of a text, up to the first error.
    Several(Vec<Reply>),
}

/// The default authentication plugin.
pub const NATIVE: &str = "mysql_native_password";

/// The authentication plugin that can ask for the unscrambled password. This server always asks for it.
pub const SHA2: &str = "caching_sha2_password";

/// The name and the value of a variable.
pub type Variable = (&'static str, &'static str);

/// Returns the reply to SHOW VARIABLES.
pub fn variables(of: &[Variable]) -> Reply {
    let row = |(name, value): &Variable| vec![Some((*name).to_owned()), Some((*value).to_owned())];
    Reply::Rows(vec!["Variable_name", "Value"], of.iter().map(row).collect())
}

/// Replies to each statement of a text.
pub fn each(text: &str, reply: impl Fn(&str) -> Reply) -> Reply {
    if has_several_statements(text) { Reply::Several(text.split("; ").map(reply).collect()) } else { reply(text) }
}

/// Returns whether a text has several internal statements of rrx.
pub fn has_several_statements(text: &str) -> bool {
    text.contains("; /* rrx:")
}

/// A running server. Its threads end with the test process.
pub struct ScriptedServer {
    pub port: u16,
    statements: Arc<Mutex<Vec<String>>>,
    /// The time without a command after which a new connection is closed.
    idle: Arc<Mutex<Option<Duration>>>,
}

/// The record of a ping.
const PING: &str = "(ping)";

impl ScriptedServer {
    /// Starts a server whose script returns the reply to each text.
    pub fn start(script: impl Fn(&str) -> Reply + Send + Sync + 'static) -> Self {
        Self::start_with(NATIVE, script)
    }

    /// Starts a server with an authentication plugin. The packets of the sign-in are recorded like statements.
    pub fn start_with(sign_in: &'static str, script: impl Fn(&str) -> Reply + Send + Sync + 'static) -> Self {
        Self::serve(("127.0.0.1", None), ("8.0.33", sign_in), script)
    }

    /// Starts a server that reports `version` in its greeting.
    pub fn start_as(
        version: &'static str,
        sign_in: &'static str,
        script: impl Fn(&str) -> Reply + Send + Sync + 'static,
    ) -> Self {
        Self::serve(("127.0.0.1", None), (version, sign_in), script)
    }

    /// Starts a server with TLS that has the address and the certificate of the rig's replica.
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

    /// Starts a server that closes a connection after this time without a command.
    pub fn start_impatient(idle: Duration, script: impl Fn(&str) -> Reply + Send + Sync + 'static) -> Self {
        let server = Self::start(script);
        *server.idle.lock().unwrap() = Some(idle);
        server
    }

    /// Returns how many pings all connections have sent.
    pub fn pings(&self) -> usize {
        self.statements.lock().unwrap().iter().filter(|text| *text == PING).count()
    }

    fn serve(
        (address, tls): (&str, Option<Arc<ServerConfig>>),
        (version, sign_in): (&'static str, &'static str),
        script: impl Fn(&str) -> Reply + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind((address, 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        let statements = Arc::new(Mutex::new(Vec::new()));
        let (script, recorded) = (Arc::new(script), Arc::clone(&statements));
        let idle = Arc::new(Mutex::new(None));
        let idle_of_new = Arc::clone(&idle);
        std::thread::spawn(move || {
            for (id, stream) in (1..).zip(listener.incoming()) {
                let (script, recorded, tls) = (Arc::clone(&script), Arc::clone(&recorded), tls.clone());
                let stream = stream.unwrap();
                stream.set_read_timeout(*idle_of_new.lock().unwrap()).unwrap();
                // It is not an error if the client disconnects.
                std::thread::spawn(move || {
                    drop(serve(stream, tls, (id, version, sign_in), &*script, &recorded));
                });
            }
        });
        Self { port, statements, idle }
    }

    /// Returns the texts of all connections so far.
    pub fn statements(&self) -> Vec<String> {
        self.statements.lock().unwrap().clone()
    }
}

/// A stream with or without TLS.
trait ClientStream: Read + Write {}
impl<T: Read + Write> ClientStream for T {}

fn serve(
    mut plain: TcpStream,
    tls: Option<Arc<ServerConfig>>,
    (id, version, sign_in): (u32, &str, &str),
    script: &dyn Fn(&str) -> Reply,
    recorded: &Mutex<Vec<String>>,
) -> std::io::Result<()> {
    // They include CLIENT_MULTI_STATEMENTS and CLIENT_MULTI_RESULTS.
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
    let (mut response, mut number) = receive(&mut plain)?;
    // A request for TLS has 32 bytes, without the account.
    let mut stream: Box<dyn ClientStream> = match tls.filter(|_| response.len() == 32) {
        Some(config) => {
            let mut secure = StreamOwned::new(ServerConnection::new(config).unwrap(), plain);
            (response, number) = receive(&mut secure)?;
            Box::new(secure)
        }
        None => Box::new(plain),
    };
    if sign_in != NATIVE {
        recorded.lock().unwrap().push(String::from_utf8_lossy(&response).into_owned());
        send(&mut stream, &mut number, &[b"\xfe", sign_in.as_bytes(), b"\0saltsaltsaltsaltsalt\0"].concat())?;
        (response, number) = receive(&mut stream)?;
    }
    recorded.lock().unwrap().push(String::from_utf8_lossy(&response).into_owned());
    if sign_in == SHA2 {
        // The server has no cached sign-in, so it asks for the password.
        send(&mut stream, &mut number, &[1, 4])?;
        (response, number) = receive(&mut stream)?;
        recorded.lock().unwrap().push(String::from_utf8_lossy(&response).into_owned());
    }
    send(&mut stream, &mut number, &OK)?;
    loop {
        let (command, mut number) = receive(&mut stream)?;
        let reply = match command.split_first() {
            Some((0x03, text)) => {
                let text = String::from_utf8_lossy(text).into_owned();
                let reply = script(&text);
                recorded.lock().unwrap().push(text);
                reply
            }
            Some((0x0e, _)) => {
                recorded.lock().unwrap().push(PING.to_owned());
                Reply::Done
            }
            _ => return Ok(()),
        };
        let mut all = match reply {
            Reply::Close => return Ok(()),
            Reply::Several(all) => all,
            one => vec![one],
        };
        if let Some(error) = all.iter().position(|reply| matches!(reply, Reply::Error(..))) {
            all.truncate(error + 1);
        }
        while !all.is_empty() {
            let reply = all.remove(0);
            send_reply(&mut stream, &mut number, reply, !all.is_empty())?;
        }
    }
}

/// Sends a reply. Its status flags contain whether another reply follows.
fn send_reply(stream: &mut impl Write, number: &mut u8, reply: Reply, has_more: bool) -> std::io::Result<()> {
    let status = if has_more { 2 | 8 } else { 2 };
    let end = [0xfe, 0, 0, status, 0];
    match reply {
        Reply::Done => send(stream, number, &[0, 0, 0, status, 0, 0, 0]),
        Reply::Error(code, message) => {
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
        Reply::Bytes(bytes) => stream.write_all(&bytes),
        Reply::Cut(bytes) => {
            stream.write_all(&bytes)?;
            Err(std::io::ErrorKind::ConnectionAborted.into())
        }
        Reply::Endless(first, repeated) => {
            stream.write_all(&first)?;
            let many = repeated.repeat((64 << 10) / repeated.len() + 1);
            loop {
                stream.write_all(&many)?;
            }
        }
        Reply::EndlessRow(first, number) => {
            stream.write_all(&first)?;
            let part = vec![b'x'; 65_793];
            // 255 parts are a packet that the next one continues.
            for packet in (0..=u8::MAX).cycle() {
                stream.write_all(&[0xff, 0xff, 0xff, number.wrapping_add(packet)])?;
                for _ in 0..255 {
                    stream.write_all(&part)?;
                }
            }
            Ok(())
        }
        Reply::Nothing | Reply::Close | Reply::Several(_) => Ok(()),
    }
}

const OK: [u8; 7] = [0, 0, 0, 2, 0, 0, 0];

pub fn column(name: &str) -> Vec<u8> {
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

/// Appends bytes after their length, which must be below 251.
fn put(packet: &mut Vec<u8>, bytes: &[u8]) {
    packet.push(u8::try_from(bytes.len()).ok().filter(|length| *length < 0xfb).expect("a short value"));
    packet.extend_from_slice(bytes);
}

/// Returns a packet with its header.
pub fn packet(number: u8, payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len()).unwrap().to_le_bytes();
    [&length[..3], &[number], payload].concat()
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
