//! Opens single MySQL connections, with the driver's options, the TLS mode of the profile and a time limit. `pin` makes
//! such a connection safe.

use std::net::{IpAddr, Ipv4Addr};
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, Once, PoisonError};

use mysql_async::{Conn, DriverError, Error, IoError, OptsBuilder};
use tokio::time::timeout;

use super::certificate::ca_problem;
use super::env::SessionEnv;
use super::error::SessionError;
use super::first_packet::{FirstPacketReport, NoGreeting};
use super::plain_relay::PlainRelay;
use super::route::ReplicaRoute;
use super::secrets::{password_purpose, read_secret};
use super::tls_relay::{ReplicaTls, TlsSetup};
use crate::domain::limits;
use crate::domain::problem::{Problem, ServerError};
use crate::domain::profile::{Profile, Secret, SecretOddity, SecretSource, TlsMode};
use crate::io::tunnel::read_file_in_time;

/// Opens all MySQL connections of one session.
pub(super) struct Connector {
    pub(super) profile: Arc<Profile>,
    pub(super) route: ReplicaRoute,
    pub(super) password: PasswordSource,
    tls: ReplicaTls,
    /// What is odd about the stored password that was sent last.
    oddity: Mutex<Option<SecretOddity>>,
}

/// The source of the account's password. The driver keeps its own copy.
pub(super) enum PasswordSource {
    /// Read once, for all connections of the session.
    Stored(Secret),
    /// Typed once, for all connections of the session.
    Typed(Secret),
    /// Read again for each connection: a password that a command prints may be valid for minutes only.
    EachTime(SecretSource, Box<SessionEnv>),
}

impl PasswordSource {
    async fn read(&self, profile: &Profile) -> Result<Secret, Problem> {
        match self {
            Self::Stored(secret) | Self::Typed(secret) => Ok(secret.clone()),
            Self::EachTime(source, env) => read_secret(env, source.clone(), &password_purpose(profile)).await,
        }
    }
}

impl Connector {
    /// Creates a connector, and reads the CA file.
    pub(super) async fn new(
        profile: Arc<Profile>,
        route: ReplicaRoute,
        password: PasswordSource,
        env: &SessionEnv,
    ) -> Result<Self, Problem> {
        let ca = match &profile.ca {
            None => None,
            Some(path) => match read_file_in_time(&env.read, path).await {
                Ok(Some(bytes)) => Some(bytes),
                Ok(None) => return Err(ca_problem(path, "there is no such file")),
                Err(error) => return Err(ca_problem(path, &error.to_string())),
            },
        };
        install_tls_provider();
        let tls = ReplicaTls::new(&profile, ca.as_deref())?;
        Ok(Self { profile, route, password, tls, oddity: Mutex::default() })
    }

    /// Opens one connection over the route.
    pub(super) async fn open(&self, database: Option<&str>) -> Result<Conn, SessionError> {
        let password = self.password.read(&self.profile).await?;
        let oddity = match &self.password {
            PasswordSource::Stored(_) | PasswordSource::EachTime(..) => SecretOddity::of(&password),
            PasswordSource::Typed(_) => None,
        };
        *self.oddity.lock().unwrap_or_else(PoisonError::into_inner) = oddity;
        match &self.tls {
            ReplicaTls::Disabled => self.open_without_tls(database, &password).await,
            ReplicaTls::Always(tls) => self.open_with_tls(database, &password, tls).await,
            ReplicaTls::IfOffered(tls) => match self.open_with_tls(database, &password, tls).await {
                // The failed handshake has used up its connection: the attempt without TLS needs a new one.
                Err(SessionError::SignIn(Error::Driver(DriverError::NoClientSslFlagFromServer))) => {
                    self.open_without_tls(database, &password).await
                }
                other => other,
            },
        }
    }

    /// Returns what is odd about the stored password that was sent last.
    pub(super) fn password_oddity(&self) -> Option<SecretOddity> {
        *self.oddity.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn open_with_tls(
        &self,
        database: Option<&str>,
        password: &Secret,
        tls: &TlsSetup,
    ) -> Result<Conn, SessionError> {
        let first_packet = FirstPacketReport::default();
        let relay = tls.relay(first_packet.clone());
        let failure = relay.failure();
        let port = self.route.local_port(&self.profile, Box::new(relay)).await?;
        let options = self.options(port, database, password).ssl_opts(tls.driver_options());
        let connected = connect(options, &first_packet).await;
        match failure.take() {
            Some(error) => Err(SessionError::SignIn(Error::Io(IoError::Io(error)))),
            None => connected,
        }
    }

    async fn open_without_tls(&self, database: Option<&str>, password: &Secret) -> Result<Conn, SessionError> {
        let first_packet = FirstPacketReport::default();
        let relay = PlainRelay::new(first_packet.clone());
        let was_cut = relay.was_cut();
        let port = self.route.local_port(&self.profile, Box::new(relay)).await?;
        let connected = connect(self.options(port, database, password), &first_packet).await;
        if was_cut.load(Ordering::SeqCst) { Err(SessionError::NeedsTls) } else { connected }
    }

    /// Returns the byte limit of one row. The driver ends the connection before it reads a longer one.
    fn row_bytes(&self) -> usize {
        usize::try_from(self.profile.limits.row_bytes).unwrap_or(usize::MAX)
    }

    fn options(&self, port: u16, database: Option<&str>, password: &Secret) -> OptsBuilder {
        let profile = &self.profile;
        OptsBuilder::default()
            // The replica's real name, so that errors show it.
            .ip_or_hostname(profile.host.as_str())
            .resolved_ips(Some(vec![IpAddr::V4(Ipv4Addr::LOCALHOST)]))
            .tcp_port(port)
            // On by default: the driver would leave the tunnel and use a local socket at the path of the server's
            // socket.
            .prefer_socket(false)
            .tcp_keepalive(Some(limits::KEEPALIVE))
            .user(Some(profile.user.as_str()))
            .pass(Some(password.reveal()))
            .db_name(database)
            // Without these two, the driver sends its own query to read them.
            .max_allowed_packet(Some(self.row_bytes()))
            .wait_timeout(usize::try_from(limits::WAIT_TIMEOUT_SECONDS).ok())
            .stmt_cache_size(0)
            .connect_attribute("program_name", "rrx")
            .connect_attribute("program_version", env!("CARGO_PKG_VERSION"))
            .enable_cleartext_plugin(profile.cleartext && is_verified(profile.tls))
    }
}

/// Connects within the time limit. Running out of time drops the unfinished connection: no statement is in flight on it.
async fn connect(options: OptsBuilder, first_packet: &FirstPacketReport) -> Result<Conn, SessionError> {
    let error = match timeout(limits::HANDSHAKE, Conn::new(options)).await {
        Ok(Ok(conn)) => return Ok(conn),
        Ok(Err(error)) => SessionError::SignIn(error),
        Err(_) => SessionError::TimedOut(limits::HANDSHAKE),
    };
    // The driver knows only that the connection ended.
    Err(match first_packet.take() {
        Some(NoGreeting::Foreign(server)) => SessionError::NoServer(server),
        Some(NoGreeting::Refusal(ServerError { code, state, message })) => {
            SessionError::SignIn(Error::Server(mysql_async::ServerError { code, message, state }))
        }
        None => error,
    })
}

/// Returns whether the server must prove its identity.
fn is_verified(mode: TlsMode) -> bool {
    match mode {
        TlsMode::Disabled | TlsMode::Preferred | TlsMode::Required => false,
        TlsMode::VerifyCa | TlsMode::VerifyIdentity => true,
    }
}

/// Sets the TLS provider of the process, which the driver uses by default.
fn install_tls_provider() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        // An error means that it is already set.
        let _ = rustls::crypto::ring::default_provider().install_default();
    });
}
