//! The hops of a route as somebody on another machine needs them: names of this machine's `ssh_config` resolved, the hops of
//! `ProxyJump` among them, the host keys that are recorded here pinned, and no path of a file. Connects to nothing.

use super::context::TunnelContext;
use super::hops::resolve_hops;
use super::problem::TunnelError;
use crate::domain::profile::Hop;
use crate::domain::ssh::known_hosts::{HostKeyStatus, KnownHosts};
use crate::domain::ssh::resolved_hop::ResolvedHop;

/// Writes a route out.
///
/// # Errors
/// Where `ssh_config` or a `known_hosts` file cannot be read.
pub async fn written_out(route: &[Hop], context: &TunnelContext) -> Result<Vec<Hop>, TunnelError> {
    let mut hops = Vec::new();
    if route.is_empty() {
        return Ok(hops);
    }
    for station in resolve_hops(route, context).await? {
        let host_key = if station.pinned.is_empty() { recorded(&station, context).await? } else { station.pinned };
        hops.push(Hop {
            host: station.host,
            port: Some(station.port),
            // The account of this machine is nobody else's.
            user: Some(station.user).filter(|user| *user != context.os_user),
            identity: Vec::new(),
            certificate: None,
            host_key,
            known_hosts: None,
        });
    }
    Ok(hops)
}

/// Fingerprints of the keys that are recorded for a hop, in the order of the files.
async fn recorded(station: &ResolvedHop, context: &TunnelContext) -> Result<Vec<String>, TunnelError> {
    let (host, port) = &station.known_as;
    let mut found: Vec<String> = Vec::new();
    let mut revoked: Vec<String> = Vec::new();
    for file in station.known_hosts.iter().chain(&station.global_known_hosts) {
        let bytes = context.read_file(file).await;
        let bytes = bytes.map_err(|source| TunnelError::KnownHosts { file: file.clone(), source })?;
        let known = KnownHosts::parse(&bytes.unwrap_or_default());
        for key in known.recorded_keys(host, *port) {
            let is_revoked = matches!(known.status(host, *port, key), HostKeyStatus::Revoked { .. });
            let list = if is_revoked { &mut revoked } else { &mut found };
            let fingerprint = key.fingerprint();
            if !list.contains(&fingerprint) {
                list.push(fingerprint);
            }
        }
    }
    found.retain(|fingerprint| !revoked.contains(fingerprint));
    Ok(found)
}
