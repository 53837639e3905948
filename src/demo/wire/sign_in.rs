//! Signs a client in: greeting, password, initial database.

use std::io;
use std::sync::Arc;

use ring::rand::{SecureRandom as _, SystemRandom};
use tokio::io::{AsyncRead, AsyncWrite};

use super::client_connection::session_status;
use super::handshake::{self, SignInRequest};
use super::packet_stream::PacketStream;
use super::response_packets;
use crate::demo::server::errors::{denied_user, error};
use crate::demo::server::variables::VERSION;
use crate::demo::server::{ClientIdentity, Server, Session};
use crate::demo::translate::SqlError;

/// The prefix of the version. Without it, MySQL clients read the "10" of 10.11 as "1".
const REPLICATION_PREFIX: &str = "5.5.5-";

/// Signs a client in. Returns its session and its capability flags, or `None` if it was refused or disconnected.
pub(super) async fn sign_in<S>(
    server: &Arc<Server>,
    packets: &mut PacketStream<S>,
    host: String,
) -> io::Result<Option<(Session, u32)>>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let id = Session::next_id(server);
    let nonce = new_nonce()?;
    let version = format!("{REPLICATION_PREFIX}{VERSION}");
    packets.write(&handshake::greeting(&version, id, &nonce, response_packets::AUTOCOMMIT)).await?;
    packets.flush().await?;
    let Some(response) = packets.read().await? else { return Ok(None) };
    let Some(mut request) = handshake::read_response(&response) else {
        return refuse(packets, &error(1043, "08S01", "Bad handshake")).await;
    };
    if request.method.as_deref().is_some_and(|method| method != handshake::METHOD) {
        packets.write(&handshake::switch_method(&nonce)).await?;
        packets.flush().await?;
        let Some(scramble) = packets.read().await? else { return Ok(None) };
        request.scramble = scramble;
    }
    let SignInRequest { capabilities, user, scramble, database, .. } = request;
    let account = server.account();
    let is_known = user == account.user && handshake::is_correct(account.password.reveal(), &nonce, &scramble);
    if !is_known {
        let host_name = host.split(':').next().unwrap_or(&host);
        return refuse(packets, &denied_user(&user, host_name, !scramble.is_empty())).await;
    }
    let mut session = Session::new(Arc::clone(server), id, ClientIdentity { user, host });
    if let Some(database) = database
        && let Err(error) = session.use_database(&database)
    {
        return refuse(packets, &error).await;
    }
    packets.write(&response_packets::ok(session_status(&session))).await?;
    packets.flush().await?;
    Ok(Some((session, capabilities)))
}

async fn refuse<S, T>(packets: &mut PacketStream<S>, error: &SqlError) -> io::Result<Option<T>>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    packets.write(&response_packets::err(error)).await?;
    packets.flush().await?;
    Ok(None)
}

/// Returns twenty random bytes without zero bytes, because some clients stop reading at a zero byte.
fn new_nonce() -> io::Result<[u8; 20]> {
    let mut nonce = [0; 20];
    SystemRandom::new().fill(&mut nonce).map_err(|_| io::Error::other("the system has no random bytes"))?;
    Ok(nonce.map(|byte| (byte & 0x7f).max(1)))
}
