//! Further connections of a session: pinned as the first one is, and to the same server, or none at all.

use mysql_async::Conn;
use tokio::time::timeout;

use super::ask::Manner;
use super::connect::Recipe;
use super::events::Teller;
use super::fault::Fault;
use super::link::Link;
use super::own::{self, Word};
use super::replica;
use super::settings::{self, Pins, Variables};
use crate::domain::limits;

/// What a further connection must be like.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Further {
    /// The first connection's server.
    pub(super) identity: String,
    pinned: own::Pinned,
    /// How it takes statements of ours.
    manner: Manner,
}

impl Further {
    /// Like a connection that was pinned to this and then read back. Only our own statements go over further ones, and
    /// they reckon in UTC.
    pub(super) fn like(pins: &Pins) -> Self {
        let pinned = own::Pinned { time_zone: Word::utc(), ..pins.pinned.clone() };
        Self { identity: replica::identity(&pins.variables), pinned, manner: pins.manner }
    }

    /// Opens one. Behind an endpoint of several servers another one may answer: then again, a few times, and `None` in
    /// the end: what is read or stopped there would be somebody else's.
    ///
    /// `first` is one that is open already, not pinned yet.
    pub(super) async fn open(
        &self,
        (recipe, link): (&Recipe, &Link),
        mut first: Option<Conn>,
        tell: &Teller,
    ) -> Result<Option<Conn>, Fault> {
        for _ in 0..limits::CONTROL_ATTEMPTS {
            let mut conn = match first.take() {
                Some(conn) => conn,
                None => recipe.open(link, None).await?,
            };
            let is_same = match settings::pin_like(&mut conn, &self.pinned, self.manner, tell).await {
                Ok((variables, _)) => replica::identity(&variables) == self.identity,
                // Another server may know other variables: that is no trouble of this session's own.
                Err(fault) if fault.code().is_some() || matches!(fault, Fault::NotPinned { .. }) => {
                    let variables = Variables::read(&mut conn, &own::identity(), tell).await?;
                    if replica::identity(&variables) == self.identity {
                        return Err(fault);
                    }
                    false
                }
                Err(fault) => return Err(fault),
            };
            if is_same {
                return Ok(Some(conn));
            }
            // Nothing is in flight on it, so it may go.
            let _ = timeout(limits::KILL, conn.disconnect()).await;
        }
        Ok(None)
    }
}
