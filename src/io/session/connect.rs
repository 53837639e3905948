//! One connection to the replica: the driver's options, TLS as the profile asks for it, and a time limit.
//! What the session must hold true on it is the next room's (`settings`).

use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Once};

use mysql_async::{Conn, DriverError, Error, OptsBuilder, SslOpts};
use tokio::time::timeout;

use super::Outside;
use super::certificate;
use super::fault::Fault;
use super::link::{End, Link};
use super::sign_in::{bring, password_of};
use super::tripwire::Tripwire;
use crate::domain::limits;
use crate::domain::problem::{Problem, ProblemKind, Remedy};
use crate::domain::profile::{Profile, Secret, SecretSource, TlsMode};
use crate::io::tunnel::Watch;

/// What every connection of one session is made from.
pub(super) struct Recipe {
    /// The profile.
    pub(super) profile: std::sync::Arc<Profile>,
    pub(super) password: Password,
    /// The bytes of the CA file.
    ca: Option<Vec<u8>>,
    /// Under `verify-ca`: the certificate was for another name before, so the name is not asked about again.
    is_nameless: AtomicBool,
}

/// The account's password; the driver keeps a copy of its own.
pub(super) enum Password {
    /// There already, for every connection of the session.
    Kept(Secret),
    /// The same, typed: a user is asked for it once.
    Typed(Secret),
    /// Brought anew for each connection: what a command prints may be valid for minutes only.
    Fresh(SecretSource, Box<Outside>),
}

impl Password {
    async fn bring(&self, profile: &Profile) -> Result<Secret, Problem> {
        match self {
            Self::Kept(secret) | Self::Typed(secret) => Ok(secret.clone()),
            Self::Fresh(source, outside) => bring(outside, source.clone(), &password_of(profile)).await,
        }
    }
}

impl Recipe {
    /// Reads the CA file.
    pub(super) fn new(
        profile: std::sync::Arc<Profile>,
        password: Password,
        outside: &Outside,
    ) -> Result<Self, Problem> {
        let ca = match &profile.ca {
            None => None,
            Some(path) => match (outside.read)(path) {
                Ok(Some(bytes)) => Some(bytes),
                Ok(None) => return Err(no_ca(path, "there is no such file")),
                Err(error) => return Err(no_ca(path, &error.to_string())),
            },
        };
        Ok(Self { profile, password, ca, is_nameless: AtomicBool::default() })
    }

    /// Opens one connection through the link.
    pub(super) async fn open(&self, link: &Link, database: Option<&str>) -> Result<Conn, Fault> {
        provide_tls();
        let password = self.password.bring(&self.profile).await?;
        let way = (database, &password);
        match self.profile.tls {
            TlsMode::Disabled => self.one(link, way, Tls::Off).await,
            TlsMode::Preferred => match self.one(link, way, Tls::On(Name::Asked)).await {
                // The handshake is spent: trying without TLS takes a connection, and a local end, of its own.
                Err(Fault::Driver(Error::Driver(DriverError::NoClientSslFlagFromServer))) => {
                    self.one(link, way, Tls::Off).await
                }
                other => other,
            },
            TlsMode::VerifyCa if self.is_nameless.load(Ordering::Relaxed) => {
                self.one(link, way, Tls::On(Name::Any)).await
            }
            TlsMode::VerifyCa => match self.one(link, way, Tls::On(Name::Asked)).await {
                // The name that is asked for goes to the server too, and one in between may go by it: it is tried first.
                Err(Fault::Driver(Error::Io(error))) if certificate::is_for_another_name(&error) => {
                    self.is_nameless.store(true, Ordering::Relaxed);
                    self.one(link, way, Tls::On(Name::Any)).await
                }
                other => other,
            },
            TlsMode::Required | TlsMode::VerifyIdentity => self.one(link, way, Tls::On(Name::Asked)).await,
        }
    }

    async fn one(&self, link: &Link, way: (Option<&str>, &Secret), tls: Tls) -> Result<Conn, Fault> {
        let (watch, has_sprung) = match tls {
            Tls::Off => {
                let wire = Tripwire::default();
                let witness = wire.witness();
                (Some(Box::new(wire) as Box<dyn Watch>), witness)
            }
            // It is on before anything of the account goes out, or the driver gives up.
            Tls::On(_) => (None, Arc::default()),
        };
        let end = link.end(&self.profile, watch).await?;
        let opts = self.options(&end, way, tls);
        // Giving up drops the connection that is not made yet: nothing is in flight on it.
        match timeout(limits::HANDSHAKE, Conn::new(opts)).await {
            _ if has_sprung.load(Ordering::SeqCst) => Err(Fault::NeedsTls),
            Ok(made) => Ok(made?),
            Err(_) => Err(Fault::TimedOut(limits::HANDSHAKE)),
        }
    }

    fn options(&self, end: &End, (database, password): (Option<&str>, &Secret), tls: Tls) -> OptsBuilder {
        let profile = &self.profile;
        OptsBuilder::default()
            // The replica's real name even through a tunnel: TLS verifies it, errors show it.
            .ip_or_hostname(profile.host.as_str())
            .resolved_ips(end.address.map(|address| vec![address]))
            .tcp_port(end.port)
            // On by default, and then the driver leaves the tunnel for a socket of the same path on this machine.
            .prefer_socket(false)
            .tcp_keepalive(Some(limits::KEEPALIVE))
            .user(Some(profile.user.as_str()))
            .pass(Some(password.reveal()))
            .db_name(database)
            // Both are asked of the server by a statement of the driver's own where they are not given.
            .max_allowed_packet(Some(limits::MAX_PACKET))
            .wait_timeout(Some(limits::WAIT_TIMEOUT_SECONDS))
            .stmt_cache_size(0)
            .connect_attribute("program_name", "rrx")
            .connect_attribute("program_version", env!("CARGO_PKG_VERSION"))
            .enable_cleartext_plugin(profile.cleartext && profile.tls.is_verified())
            .ssl_opts(match tls {
                Tls::Off => None,
                Tls::On(name) => Some(self.tls_options(name)),
            })
    }

    fn tls_options(&self, name: Name) -> SslOpts {
        let opts = match name {
            Name::Asked => SslOpts::default(),
            Name::Any => SslOpts::default()
                .with_danger_skip_domain_validation(true)
                .with_danger_tls_hostname_override(Some(NO_NAME)),
        };
        match (self.profile.tls.is_verified(), &self.ca) {
            (true, Some(ca)) => opts.with_root_certs(vec![ca.clone().into()]).with_disable_built_in_roots(true),
            (true, None) => opts,
            // The built-in roots stay: without any root the driver refuses to begin.
            (false, _) => opts.with_danger_accept_invalid_certs(true),
        }
    }
}

/// The name that no certificate holds, asked for where any name will do.
///
/// The driver leaves out the name when it finds this word in the words of what is wrong with a certificate, where the
/// library once wrote it. Today these quote the name that was asked for, so the name has to be the word. A name is looked
/// at last, after signature, CA, purpose and dates: no other fault carries these words. Should they change again, the name
/// counts, as under verify-identity. Source: `mysql_async` 0.37.1 `io/tls/rustls_io.rs`, rustls 0.23 `error.rs`.
const NO_NAME: &str = "NotValidForName";

fn no_ca(path: &Path, why: &str) -> Problem {
    Problem::new(ProblemKind::Settings, format!("The CA file {} cannot be read", path.display()))
        .because(why)
        .hint("correct `ca` in the profile")
        .then(Remedy::Settings)
}

/// Whether TLS is tried.
#[derive(Debug, Clone, Copy)]
enum Tls {
    Off,
    On(Name),
}

/// Which name the certificate must hold, where it is verified.
#[derive(Debug, Clone, Copy)]
enum Name {
    /// The replica's.
    Asked,
    /// Whichever: the CA's signature is enough.
    Any,
}

impl TlsMode {
    /// Whether the server must prove who it is.
    fn is_verified(self) -> bool {
        match self {
            Self::Disabled | Self::Preferred | Self::Required => false,
            Self::VerifyCa | Self::VerifyIdentity => true,
        }
    }
}

/// Names the one provider of the process; the driver takes whatever is the default.
fn provide_tls() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        // An error means that it is there already.
        let _ = rustls::crypto::ring::default_provider().install_default();
    });
}
