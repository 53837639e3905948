//! Opens single MySQL connections, with the driver's options, the TLS mode of the profile and a time limit. `pin` makes
//! such a connection safe.

use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, Once, PoisonError};

use mysql_async::{Conn, DriverError, Error, OptsBuilder, SslOpts};
use tokio::time::timeout;

use super::certificate;
use super::env::SessionEnv;
use super::error::SessionError;
use super::password_watch::PasswordWatch;
use super::route::{ConnectTarget, ReplicaRoute};
use super::secrets::{password_purpose, read_secret};
use crate::domain::limits;
use crate::domain::problem::{Problem, ProblemKind, Remedy};
use crate::domain::profile::{Profile, Secret, SecretOddity, SecretSource, TlsMode};
use crate::io::tunnel::StreamInspector;

/// Opens all MySQL connections of one session.
pub(super) struct Connector {
    pub(super) profile: Arc<Profile>,
    pub(super) route: ReplicaRoute,
    pub(super) password: PasswordSource,
    /// The bytes of the CA file.
    ca: Option<Vec<u8>>,
    /// Whether the name is no longer verified, because an earlier certificate was for another name (`verify-ca` only).
    skips_name: AtomicBool,
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
    pub(super) fn new(
        profile: Arc<Profile>,
        route: ReplicaRoute,
        password: PasswordSource,
        env: &SessionEnv,
    ) -> Result<Self, Problem> {
        let ca = match &profile.ca {
            None => None,
            Some(path) => match (env.read)(path) {
                Ok(Some(bytes)) => Some(bytes),
                Ok(None) => return Err(ca_problem(path, "there is no such file")),
                Err(error) => return Err(ca_problem(path, &error.to_string())),
            },
        };
        Ok(Self { profile, route, password, ca, skips_name: AtomicBool::default(), oddity: Mutex::default() })
    }

    /// Opens one connection over the route.
    pub(super) async fn open(&self, database: Option<&str>) -> Result<Conn, SessionError> {
        install_tls_provider();
        let password = self.password.read(&self.profile).await?;
        let oddity = match &self.password {
            PasswordSource::Stored(_) | PasswordSource::EachTime(..) => SecretOddity::of(&password),
            PasswordSource::Typed(_) => None,
        };
        *self.oddity.lock().unwrap_or_else(PoisonError::into_inner) = oddity;
        let open = |tls| self.open_with(database, &password, tls);
        match self.profile.tls {
            TlsMode::Disabled => open(Tls::Off).await,
            TlsMode::Preferred => match open(Tls::On(VerifiedName::Host)).await {
                // The failed handshake has used up its connection: the attempt without TLS needs a new one.
                Err(SessionError::Driver(Error::Driver(DriverError::NoClientSslFlagFromServer))) => {
                    open(Tls::Off).await
                }
                other => other,
            },
            TlsMode::VerifyCa if self.skips_name.load(Ordering::Relaxed) => open(Tls::On(VerifiedName::Any)).await,
            TlsMode::VerifyCa => match open(Tls::On(VerifiedName::Host)).await {
                // The name is also sent to the server, and a proxy may need it. So the first attempt uses the name.
                Err(SessionError::Driver(Error::Io(error))) if certificate::is_for_another_name(&error) => {
                    self.skips_name.store(true, Ordering::Relaxed);
                    open(Tls::On(VerifiedName::Any)).await
                }
                other => other,
            },
            TlsMode::Required | TlsMode::VerifyIdentity => open(Tls::On(VerifiedName::Host)).await,
        }
    }

    /// Returns what is odd about the stored password that was sent last.
    pub(super) fn password_oddity(&self) -> Option<SecretOddity> {
        *self.oddity.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn open_with(&self, database: Option<&str>, password: &Secret, tls: Tls) -> Result<Conn, SessionError> {
        let (watch, was_cut) = match tls {
            Tls::Off => {
                let watch = PasswordWatch::default();
                let was_cut = watch.was_cut();
                (Some(Box::new(watch) as Box<dyn StreamInspector>), was_cut)
            }
            // TLS is on before any account data is sent, or the driver gives up.
            Tls::On(_) => (None, Arc::default()),
        };
        let target = self.route.target(&self.profile, watch).await?;
        let options = self.options(&target, database, password, tls);
        // A time-out drops the unfinished connection: no statement is in flight on it.
        match timeout(limits::HANDSHAKE, Conn::new(options)).await {
            _ if was_cut.load(Ordering::SeqCst) => Err(SessionError::NeedsTls),
            Ok(connected) => Ok(connected?),
            Err(_) => Err(SessionError::TimedOut(limits::HANDSHAKE)),
        }
    }

    fn options(&self, target: &ConnectTarget, database: Option<&str>, password: &Secret, tls: Tls) -> OptsBuilder {
        let profile = &self.profile;
        OptsBuilder::default()
            // The replica's real name, also through a tunnel: TLS verifies it, and errors show it.
            .ip_or_hostname(profile.host.as_str())
            .resolved_ips(target.address.map(|address| vec![address]))
            .tcp_port(target.port)
            // On by default: the driver would leave the tunnel and use a local socket at the path of the server's
            // socket.
            .prefer_socket(false)
            .tcp_keepalive(Some(limits::KEEPALIVE))
            .user(Some(profile.user.as_str()))
            .pass(Some(password.reveal()))
            .db_name(database)
            // Without these two, the driver sends its own query to read them.
            .max_allowed_packet(Some(limits::MAX_PACKET))
            .wait_timeout(Some(limits::WAIT_TIMEOUT_SECONDS))
            .stmt_cache_size(0)
            .connect_attribute("program_name", "rrx")
            .connect_attribute("program_version", env!("CARGO_PKG_VERSION"))
            .enable_cleartext_plugin(profile.cleartext && is_verified(profile.tls))
            .ssl_opts(match tls {
                Tls::Off => None,
                Tls::On(name) => Some(self.tls_options(name)),
            })
    }

    fn tls_options(&self, name: VerifiedName) -> SslOpts {
        let opts = match name {
            VerifiedName::Host => SslOpts::default(),
            VerifiedName::Any => SslOpts::default()
                .with_danger_skip_domain_validation(true)
                .with_danger_tls_hostname_override(Some(NO_NAME)),
        };
        match (is_verified(self.profile.tls), &self.ca) {
            (true, Some(ca)) => opts.with_root_certs(vec![ca.clone().into()]).with_disable_built_in_roots(true),
            (true, None) => opts,
            // The built-in roots stay, because the driver refuses to start without any root.
            (false, _) => opts.with_danger_accept_invalid_certs(true),
        }
    }
}

/// A host name that is in no certificate. It is verified if any name is accepted.
///
/// The driver skips the check of the name when the text of the certificate error contains this word, which an earlier version
/// of the library wrote. Today's text quotes the host name, so the host name must be this word. The library checks the name
/// last, after signature, CA, purpose and dates, so no other error has this text. If the text changes again, the name is
/// verified, as under verify-identity. Source: `mysql_async` 0.37.1 `io/tls/rustls_io.rs`, rustls 0.23 `error.rs`.
const NO_NAME: &str = "NotValidForName";

fn ca_problem(path: &Path, why: &str) -> Problem {
    Problem::new(ProblemKind::Settings, format!("The CA file {} cannot be read", path.display()))
        .because(why)
        .hint("correct `ca` in the profile")
        .then(Remedy::Settings)
}

/// Whether a connection uses TLS.
#[derive(Debug, Clone, Copy)]
enum Tls {
    Off,
    On(VerifiedName),
}

/// The name that a verified certificate must have.
#[derive(Debug, Clone, Copy)]
enum VerifiedName {
    /// The replica's host name.
    Host,
    /// Any name: the CA's signature is enough.
    Any,
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
