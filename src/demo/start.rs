//! Starts the demo: keys, data, jump host, and the profile that leads there.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use russh::keys::HashAlg;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use super::server::variables::{HOST, PORT};
use super::server::{Account, Server, Translator};
use super::{data, jump_host, keys, translate};
use crate::domain::profile::{Environment, Hop, Profile, ProfileLimits, Secret, SecretSource, TlsMode};

/// The name of the built-in profile.
pub const PROFILE: &str = "demo";
/// The replica's account.
const ACCOUNT: &str = "RO_USER";

/// How to start the demo.
#[derive(Debug, Clone)]
pub struct Options {
    /// Subjects of each study.
    pub subjects: u32,
    /// The demo's own folder, for its keys and its password; made when it is not there.
    pub folder: PathBuf,
    /// Where to serve the replica without its jump host, for other clients.
    pub listen: Option<SocketAddr>,
}

/// Why the demo does not start.
#[derive(Debug, thiserror::Error)]
pub enum DemoError {
    /// Its folder.
    #[error("the demo cannot use {path}: {why}")]
    Folder {
        /// The file or folder.
        path: PathBuf,
        /// What is wrong.
        why: String,
    },
    /// Its data.
    #[error("the demo cannot make its data: {0}")]
    Data(#[from] rusqlite::Error),
    /// Its ports.
    #[error("the demo cannot listen on {at}: {why}")]
    Listen {
        /// The address.
        at: SocketAddr,
        /// What is wrong.
        why: std::io::Error,
    },
    /// The thread that makes the data broke.
    #[error("the demo's data was not made")]
    Lost,
}

/// The running demo; dropping it ends it.
pub struct Running {
    /// Leads through the jump host to the replica.
    pub profile: Profile,
    /// The replica's password.
    pub password: Secret,
    /// Where the jump host is.
    pub jump_host: SocketAddr,
    /// Where the replica is served without it.
    pub listen: Option<SocketAddr>,
    server: Arc<Server>,
    stop: CancellationToken,
}

impl Running {
    /// Ends every connection and both servers.
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

/// Starts the demo on the current runtime. The data is made on a blocking thread.
///
/// # Errors
/// What of the folder, the data or the ports is wrong.
pub async fn start(options: Options) -> Result<Running, DemoError> {
    let translator =
        Translator { translate: translate::translate, install: translate::install, error_of: translate::error_of };
    start_with(options, translator).await
}

/// Starts the demo on the current runtime, with a translator of the caller's. The data is made on a blocking thread.
///
/// # Errors
/// What of the folder, the data or the ports is wrong.
pub async fn start_with(options: Options, translator: Translator) -> Result<Running, DemoError> {
    let folder = options.folder.clone();
    let kept = tokio::task::spawn_blocking(move || keys::load(&folder)).await.map_err(|_| DemoError::Lost)??;
    let jump = bind(SocketAddr::from((Ipv4Addr::LOCALHOST, 0))).await?;
    let open = match options.listen {
        Some(at) => Some(bind(at).await?),
        None => None,
    };
    let account = Account { user: ACCOUNT.into(), password: kept.password.clone() };
    let server = tokio::task::spawn_blocking(move || {
        let schema = data::schema();
        let fill = |made: &rusqlite::Connection| data::fill(made, &schema, options.subjects).map(drop);
        Server::new(schema.clone(), fill, translator, account)
    });
    let server = Arc::new(server.await.map_err(|_| DemoError::Lost)??);
    let stop = CancellationToken::new();
    let (jump_host, listen) = (jump.1, open.as_ref().map(|(_, at)| *at));
    let host_key = kept.host.public_key().fingerprint(HashAlg::Sha256).to_string();
    let user_key = kept.user.public_key().clone();
    tokio::spawn(jump_host::serve(jump.0, kept.host, user_key, Arc::clone(&server), stop.clone()));
    if let Some((listener, _)) = open {
        tokio::spawn(serve_openly(listener, Arc::clone(&server), stop.clone()));
    }
    let profile = profile(jump_host, host_key, kept.identity, kept.password_file);
    Ok(Running { profile, password: kept.password, jump_host, listen, server, stop })
}

async fn bind(at: SocketAddr) -> Result<(TcpListener, SocketAddr), DemoError> {
    let listen = |why| DemoError::Listen { at, why };
    let listener = TcpListener::bind(at).await.map_err(listen)?;
    let at = listener.local_addr().map_err(listen)?;
    Ok((listener, at))
}

async fn serve_openly(listener: TcpListener, server: Arc<Server>, stop: CancellationToken) {
    loop {
        let accepted = tokio::select! {
            () = stop.cancelled() => return,
            accepted = listener.accept() => accepted,
        };
        // A client that is gone before it was accepted is no reason to end.
        let Ok((stream, from)) = accepted else {
            tokio::task::yield_now().await;
            continue;
        };
        let server = Arc::clone(&server);
        tokio::spawn(async move {
            // Small replies would wait for each other otherwise; where it fails they do. What a client does wrong ends
            // its own connection.
            let _ = stream.set_nodelay(true);
            let _ = server.serve(stream, from.to_string()).await;
        });
    }
}

/// The built-in profile before anything of it is started: what a list shows. Only [`Running::profile`] leads anywhere.
#[must_use]
pub fn outline(folder: &Path) -> Profile {
    let (identity, password) = keys::files(folder);
    profile(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)), String::new(), identity, password)
}

/// The built-in profile. TLS is off: inside the program there is only the tunnel, which encrypts.
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
        }],
        identity_passphrase: None,
        host: HOST.into(),
        port: PORT,
        user: ACCOUNT.into(),
        password: Some(SecretSource::File(password)),
        tls: TlsMode::Disabled,
        ca: None,
        cleartext: false,
        database: Some(data::MAIN.into()),
        require_replica: true,
        docs: Vec::new(),
        snippets: Vec::new(),
        blinding: None,
        limits: ProfileLimits::default(),
        time_zone: "+00:00".into(),
        group_concat_max_len: 1_048_576,
        spill: true,
        tunnel: false,
        heartbeat: None,
    }
}
