//! Starts the demo: credentials, data, jump host, and the profile that connects to it.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use russh::keys::HashAlg;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use super::error::DemoError;
use super::server::variables::{HOST, PORT};
use super::server::{Account, Server, Translator};
use super::{credentials, data, jump_host, translate, wire};
use crate::domain::profile::{
    CommandConsent, Environment, Hop, HopDefaults, LostStatements, Profile, ProfileLimits, Secret, SecretSource,
    SessionTimeZone, Spilling, TlsMode,
};

/// The name of the built-in profile.
pub const PROFILE: &str = "demo";
/// The database account of the replica.
const ACCOUNT: &str = "RO_USER";

/// Options for starting the demo.
#[derive(Debug, Clone)]
pub struct Options {
    /// Number of subjects in each study.
    pub subjects: u32,
    /// The demo's own directory for its keys and its password. It is created if it does not exist.
    pub directory: PathBuf,
    /// The address on which other clients can reach the replica without its jump host.
    pub listen: Option<SocketAddr>,
}

/// The running demo. Dropping it stops both servers.
pub struct Running {
    /// Connects to the replica through the jump host.
    pub profile: Profile,
    pub password: Secret,
    /// The address of the jump host.
    pub jump_host: SocketAddr,
    /// The address of the replica without its jump host.
    pub listen: Option<SocketAddr>,
    server: Arc<Server>,
    stop: CancellationToken,
}

impl Running {
    /// Stops both servers and closes every connection.
    pub fn stop(&self) {
        self.stop.cancel();
        self.server.close();
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.stop();
    }
}

/// Starts the demo on the current runtime. The data is created on a blocking thread.
///
/// # Errors
/// Fails if the directory cannot be used, the data cannot be created, or a port is not available.
pub async fn start(options: Options) -> Result<Running, DemoError> {
    let translator =
        Translator { translate: translate::translate, install: translate::install, error_of: translate::error_of };
    start_with(options, translator).await
}

/// Starts the demo like [`start`], with the caller's translator.
///
/// # Errors
/// See [`start`].
pub async fn start_with(options: Options, translator: Translator) -> Result<Running, DemoError> {
    let directory = options.directory.clone();
    let credentials =
        tokio::task::spawn_blocking(move || credentials::load(&directory)).await.map_err(|_| DemoError::Lost)??;
    let (jump_listener, jump_host) = bind(SocketAddr::from((Ipv4Addr::LOCALHOST, 0))).await?;
    let direct = match options.listen {
        Some(at) => Some(bind(at).await?),
        None => None,
    };
    let account = Account { user: ACCOUNT.into(), password: credentials.password.clone() };
    let server = tokio::task::spawn_blocking(move || {
        let schema = data::schema();
        let load =
            |connection: &rusqlite::Connection| data::load_into_sqlite(connection, &schema, options.subjects).map(drop);
        Server::new(schema.clone(), load, translator, account)
    });
    let server = Arc::new(server.await.map_err(|_| DemoError::Lost)??);
    let stop = CancellationToken::new();
    let listen = direct.as_ref().map(|(_, at)| *at);
    let host_key = credentials.host.public_key().fingerprint(HashAlg::Sha256).to_string();
    let user_key = credentials.user.public_key().clone();
    tokio::spawn(jump_host::serve(jump_listener, credentials.host, user_key, Arc::clone(&server), stop.clone()));
    if let Some((listener, _)) = direct {
        tokio::spawn(serve_direct_clients(listener, Arc::clone(&server), stop.clone()));
    }
    let profile = profile(jump_host, host_key, credentials.identity, credentials.password_file);
    Ok(Running { profile, password: credentials.password, jump_host, listen, server, stop })
}

async fn bind(at: SocketAddr) -> Result<(TcpListener, SocketAddr), DemoError> {
    let listen = |why| DemoError::Listen { at, why };
    let listener = TcpListener::bind(at).await.map_err(listen)?;
    let at = listener.local_addr().map_err(listen)?;
    Ok((listener, at))
}

/// Serves clients that connect without the jump host.
async fn serve_direct_clients(listener: TcpListener, server: Arc<Server>, stop: CancellationToken) {
    loop {
        let accepted = tokio::select! {
            () = stop.cancelled() => return,
            accepted = listener.accept() => accepted,
        };
        // A client can disconnect before it is accepted; keep serving the others.
        let Ok((stream, from)) = accepted else {
            tokio::task::yield_now().await;
            continue;
        };
        let server = Arc::clone(&server);
        tokio::spawn(async move {
            // Without this option small replies are delayed. A failure does no other harm.
            let _ = stream.set_nodelay(true);
            // An error ends only this connection.
            let _ = wire::serve_client(server, stream, from.to_string()).await;
        });
    }
}

/// Returns the built-in profile for lists, before the demo is started. Only [`Running::profile`] can connect.
#[must_use]
pub fn outline(directory: &Path) -> Profile {
    let (identity, password) = credentials::file_paths(directory);
    profile(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)), String::new(), identity, password)
}

/// Builds the profile. TLS is off, because the SSH tunnel encrypts already.
fn profile(jump_host: SocketAddr, host_key: String, identity: PathBuf, password: PathBuf) -> Profile {
    Profile {
        name: PROFILE.into(),
        environment: Environment::Demo,
        route: vec![Hop {
            host: jump_host.ip().to_string(),
            port: Some(jump_host.port()),
            user: Some(jump_host::USER.into()),
            identity: vec![identity],
            certificate: None,
            host_key: vec![host_key],
            known_hosts: None,
            proxy_command: None,
        }],
        identity_passphrase: None,
        proxy_command: CommandConsent::Ask,
        host: HOST.into(),
        port: PORT,
        user: ACCOUNT.into(),
        password: Some(SecretSource::File(password)),
        tls: TlsMode::Disabled,
        ca: None,
        tls_server_name: None,
        cleartext: false,
        database: Some(data::MAIN.into()),
        require_replica: true,
        docs: Vec::new(),
        snippets: Vec::new(),
        blinding: None,
        limits: ProfileLimits::default(),
        time_zone: SessionTimeZone::default(),
        sql_mode: None,
        group_concat_max_len: 1_048_576,
        spill: Spilling::Allowed,
        lost_statements: LostStatements::Ask,
        tunnel: false,
        heartbeat: None,
        hop_defaults: HopDefaults::default(),
    }
}
