//! Opens a channel from a hop to a target (`direct-tcpip` of RFC 4254, section 7.2).

use std::time::Duration;

use russh::client::Msg;
use russh::{Channel, ChannelOpenFailure};
use tokio::time::timeout;

use super::error::TunnelError;
use super::hop_connection::HopConnection;
use super::library_errors::remote_text;
use crate::domain::limits;

/// How long to wait for the hop's text about a failed forward. It arrives right after the failure.
const MESSAGE_WAIT: Duration = Duration::from_millis(500);

/// Opens a channel from a hop to a target. `hop` is the hop's name in messages.
pub(super) async fn open_channel(
    connection: &HopConnection,
    hop: &str,
    target: (&str, u16),
) -> Result<Channel<Msg>, TunnelError> {
    let (host, port) = (target.0.to_owned(), target.1);
    let hop = hop.to_owned();
    let mut forward_message = connection.forward_message.clone();
    forward_message.mark_unchanged();
    let opening = connection.handle.channel_open_direct_tcpip(host.clone(), u32::from(port), "127.0.0.1", 0);
    match timeout(limits::REACH, opening).await {
        Ok(Ok(channel)) => Ok(channel),
        Ok(Err(russh::Error::ChannelOpenFailure(reason))) => {
            let arrived = timeout(MESSAGE_WAIT, forward_message.changed()).await;
            let message = arrived.is_ok().then(|| forward_message.borrow().as_deref().map(remote_text)).flatten();
            let message = message.filter(|text| !text.is_empty());
            Err(match reason {
                ChannelOpenFailure::ConnectFailed => TunnelError::ForwardFailed { hop, host, port, message },
                ChannelOpenFailure::AdministrativelyProhibited
                | ChannelOpenFailure::UnknownChannelType
                | ChannelOpenFailure::ResourceShortage
                | ChannelOpenFailure::Other { .. } => TunnelError::ForwardRefused { hop, host, port, message },
            })
        }
        Ok(Err(error)) => Err(TunnelError::Lost { host: hop, why: remote_text(&error.to_string()) }),
        Err(_) => Err(TunnelError::ForwardTimedOut { hop, host, port }),
    }
}
