//! Makes the hops of a route usable on another machine: resolves the names of this machine's `ssh_config`, lists the
//! hops of `ProxyJump`, pins the recorded host keys, and leaves out file paths. Opens no connection.

use super::context::TunnelContext;
use super::error::TunnelError;
use super::hops::resolve_hops;
use crate::domain::profile::Hop;
use crate::domain::ssh::known_hosts::{HostKeyStatus, KnownHosts};
use crate::domain::ssh::resolved_hop::{ResolvedHop, RouteError};
use crate::domain::ssh::ssh_config::ProxyCommand;

/// Returns the hops of a route without references to this machine.
///
/// # Errors
/// Returns an error if `ssh_config` or a `known_hosts` file cannot be read.
pub async fn portable_route(route: &[Hop], context: &TunnelContext) -> Result<Vec<Hop>, TunnelError> {
    let mut hops = Vec::new();
    if route.is_empty() {
        return Ok(hops);
    }
    for hop in resolve_hops(route, context).await? {
        if let Some(ProxyCommand { place, .. }) = hop.proxy_command {
            let why = "a hop that a command connects to cannot be described for another machine".into();
            return Err(RouteError::SshConfig { place, why }.into());
        }
        let host_key = if hop.pinned.is_empty() { recorded_fingerprints(&hop, context).await? } else { hop.pinned };
        hops.push(Hop {
            host: hop.host,
            port: Some(hop.port),
            // The account of this machine means nothing on another one.
            user: Some(hop.user).filter(|user| *user != context.os_user),
            identity: Vec::new(),
            certificate: None,
            host_key,
            known_hosts: None,
            proxy_command: None,
        });
    }
    Ok(hops)
}

/// Returns the fingerprints of the keys that are recorded for a hop and not revoked, in the order of the files.
async fn recorded_fingerprints(hop: &ResolvedHop, context: &TunnelContext) -> Result<Vec<String>, TunnelError> {
    let (host, port) = &hop.known_as;
    let mut valid: Vec<String> = Vec::new();
    let mut revoked: Vec<String> = Vec::new();
    for file in hop.known_hosts.iter().chain(&hop.global_known_hosts) {
        let bytes = context.read_file(file).await;
        let bytes = bytes.map_err(|source| TunnelError::KnownHosts { file: file.clone(), source })?;
        let known = KnownHosts::parse(&bytes.unwrap_or_default());
        for key in known.recorded_keys(host, *port) {
            let is_revoked = matches!(known.status(host, *port, key), HostKeyStatus::Revoked { .. });
            let list = if is_revoked { &mut revoked } else { &mut valid };
            let fingerprint = key.fingerprint();
            if !list.contains(&fingerprint) {
                list.push(fingerprint);
            }
        }
    }
    valid.retain(|fingerprint| !revoked.contains(fingerprint));
    Ok(valid)
}
