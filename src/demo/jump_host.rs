//! The demo's jump host: an SSH server on a loopback port that accepts one key and forwards only to the replica. It opens no
//! shell, runs no commands and accepts no remote forwarding.

use std::net::SocketAddr;
use std::sync::Arc;

use russh::keys::{PrivateKey, PublicKey};
use russh::server::{Auth, ChannelOpenHandle, Config, Handler, Msg, PublicKeyOffer, Session, VerifiedPublicKey};
use russh::{Channel, ChannelOpenFailure, Disconnect, MethodKind, MethodSet};
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::CancellationToken;

use super::server::Server;
use super::server::variables::{HOST, PORT};
use super::wire::serve_client;

/// The account on the jump host.
pub(super) const USER: &str = "demo";

/// Serves clients until `stop` is cancelled.
pub(super) async fn serve(
    listener: TcpListener,
    host_key: PrivateKey,
    user_key: PublicKey,
    replica: Arc<Server>,
    stop: CancellationToken,
) {
    let config = Arc::new(Config {
        methods: MethodSet::from(&[MethodKind::PublicKey][..]),
        auth_rejection_time_initial: Some(std::time::Duration::ZERO),
        keys: vec![host_key],
        inactivity_timeout: None,
        nodelay: true,
        ..Config::default()
    });
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
        let client = JumpHostClient { user_key: user_key.clone(), replica: Arc::clone(&replica), from };
        tokio::spawn(run_session(Arc::clone(&config), stream, client, stop.clone()));
    }
}

async fn run_session(config: Arc<Config>, stream: TcpStream, client: JumpHostClient, stop: CancellationToken) {
    // Without this option small packets are delayed. A failure does no other harm.
    let _ = stream.set_nodelay(true);
    // An error ends only this session.
    let Ok(session) = russh::server::run_stream(config, stream, client).await else { return };
    let handle = session.handle();
    tokio::select! {
        _ = session => {}
        () = stop.cancelled() => {
            // Fails if the session has ended already.
            let _ = handle.disconnect(Disconnect::ByApplication, "the demo has stopped".into(), String::new()).await;
        }
    }
}

struct JumpHostClient {
    user_key: PublicKey,
    replica: Arc<Server>,
    from: SocketAddr,
}

impl JumpHostClient {
    fn authenticate(&self, user: &str, key: &PublicKey) -> Auth {
        if user == USER && key.key_data() == self.user_key.key_data() { Auth::Accept } else { Auth::reject() }
    }
}

impl Handler for JumpHostClient {
    type Error = russh::Error;

    async fn auth_publickey_offered(&mut self, user: &str, key: PublicKeyOffer<'_>) -> Result<Auth, Self::Error> {
        Ok(self.authenticate(user, key.public_key))
    }

    async fn auth_publickey(&mut self, user: &str, key: VerifiedPublicKey<'_>) -> Result<Auth, Self::Error> {
        Ok(self.authenticate(user, key.public_key))
    }

    async fn channel_open_direct_tcpip(
        &mut self,
        channel: Channel<Msg>,
        host: &str,
        port: u32,
        _originator: &str,
        _originator_port: u32,
        reply: ChannelOpenHandle,
        _session: &mut Session,
    ) -> Result<(), Self::Error> {
        match (host == HOST, port == u32::from(PORT)) {
            (true, true) => {
                reply.accept().await;
                let (replica, from) = (Arc::clone(&self.replica), format!("jump.demo.internal:{}", self.from.port()));
                tokio::spawn(async move {
                    // The client sees an error at its own end of the channel.
                    let _ = serve_client(replica, channel.into_stream(), from).await;
                });
            }
            (true, false) => reply.reject(ChannelOpenFailure::ConnectFailed).await,
            (false, _) => reply.reject(ChannelOpenFailure::AdministrativelyProhibited).await,
        }
        Ok(())
    }
}
