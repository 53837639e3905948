//! The way to the replica: straight, or through a tunnel that gives each connection a local end of its own.

use std::net::{IpAddr, Ipv4Addr};
use std::time::Duration;

use super::Outside;
use super::news::Asker;
use crate::domain::port::{Rung, RungState};
use crate::domain::problem::{Kind, Problem};
use crate::domain::profile::Profile;

/// An open way to the replica.
pub(super) enum Link {
    /// No hops: the replica's own name and port.
    Direct,
}

/// Where one connection of the driver goes.
pub(super) struct End {
    /// The address in place of the name's own; `None` resolves the name.
    pub(super) address: Option<IpAddr>,
    /// The port.
    pub(super) port: u16,
}

impl Link {
    /// Opens the way: resolves, reaches and signs in at each hop.
    pub(super) async fn open(profile: &Profile, outside: &Outside, asker: &mut Asker) -> Result<Self, Problem> {
        let _ = outside;
        if profile.route.is_empty() {
            for rung in [Rung::HostKey, Rung::SignIn, Rung::Forward] {
                asker.tell.rung(0, rung, RungState::Skipped).await;
            }
            return Ok(Self::Direct);
        }
        Err(Problem::new(Kind::Route, "The route has hops, and the tunnel is not there yet"))
    }

    /// A fresh end for exactly one connection.
    pub(super) async fn end(&self, profile: &Profile) -> Result<End, Problem> {
        match self {
            Self::Direct => Ok(End { address: None, port: profile.port }),
        }
    }

    /// Waits until the way is gone; a direct one never says so.
    pub(super) async fn closed(&self) -> Problem {
        match self {
            Self::Direct => std::future::pending().await,
        }
    }
}

/// The loopback address of local ends.
const LOOPBACK: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);
const _: (IpAddr, Duration) = (LOOPBACK, Duration::ZERO);
