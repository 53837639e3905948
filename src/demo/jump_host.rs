//! The demo's jump host: an SSH server on a loopback port that lets one key in and forwards to the replica's name alone.
//! It opens no shell, runs no command and listens for nobody.

use std::net::SocketAddr;
use std::sync::Arc;

use russh::keys::{PrivateKey, PublicKey};
use russh::server::{Auth, ChannelOpenHandle, Config, Handler, Msg, PublicKeyOffer, Session, VerifiedPublicKey};
use russh::{Channel, ChannelOpenFailure, Disconnect, MethodKind, MethodSet};
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::CancellationToken;

use super::server::Server;
use super::server::variables::{HOST, PORT};

/// The account on the jump host.
pub(super) const USER: &str = "demo";

/// Serves every client of the listener until `stop`.
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
        // A client that is gone before it was accepted is no reason to end.
        let Ok((stream, from)) = accepted else {
            tokio::task::yield_now().await;
            continue;
        };
        let visitor = Visitor { user_key: user_key.clone(), replica: Arc::clone(&replica), from };
        tokio::spawn(client(Arc::clone(&config), stream, visitor, stop.clone()));
    }
}

async fn client(config: Arc<Config>, stream: TcpStream, visitor: Visitor, stop: CancellationToken) {
    // Without it keys of a terminal would wait for each other; where it fails they do.
    let _ = stream.set_nodelay(true);
    // What a client does wrong ends its own session, and there is nobody here to tell.
    let Ok(session) = russh::server::run_stream(config, stream, visitor).await else { return };
    let handle = session.handle();
    tokio::select! {
        _ = session => {}
        () = stop.cancelled() => {
            // A session that is over already cannot be told so.
            let _ = handle.disconnect(Disconnect::ByApplication, "the demo ends".into(), String::new()).await;
        }
    }
}

struct Visitor {
    user_key: PublicKey,
    replica: Arc<Server>,
    from: SocketAddr,
}

impl Visitor {
    fn verdict(&self, user: &str, key: &PublicKey) -> Auth {
        if user == USER && key.key_data() == self.user_key.key_data() { Auth::Accept } else { Auth::reject() }
    }
}

impl Handler for Visitor {
    type Error = russh::Error;

    async fn auth_publickey_offered(&mut self, user: &str, key: PublicKeyOffer<'_>) -> Result<Auth, Self::Error> {
        Ok(self.verdict(user, key.public_key))
    }

    async fn auth_publickey(&mut self, user: &str, key: VerifiedPublicKey<'_>) -> Result<Auth, Self::Error> {
        Ok(self.verdict(user, key.public_key))
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
                    // The client's own end of the channel tells it what happened.
                    let _ = replica.serve(channel.into_stream(), from).await;
                });
            }
            (true, false) => reply.reject(ChannelOpenFailure::ConnectFailed).await,
            (false, _) => reply.reject(ChannelOpenFailure::AdministrativelyProhibited).await,
        }
        Ok(())
    }
}
