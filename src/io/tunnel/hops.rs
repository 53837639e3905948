//! Resolves the hops of a route on a thread that may block: `ssh_config` and the files it includes are read from disk.

use std::sync::Arc;

use tokio::time::timeout;

use super::context::{NO_ANSWER, TunnelContext};
use super::error::TunnelError;
use crate::domain::limits;
use crate::domain::profile::Hop;
use crate::domain::ssh::resolved_hop::{LocalAccount, ResolvedHop, RouteError, resolve_route};

/// Resolves all hops of a route in order, those of `ProxyJump` included.
///
/// # Errors
/// Returns the errors of [`resolve_route`], and an error if the file system does not answer within [`limits::READING`].
pub(super) async fn resolve_hops(route: &[Hop], context: &TunnelContext) -> Result<Vec<ResolvedHop>, TunnelError> {
    let (route, ssh_config) = (route.to_vec(), context.ssh_config.clone());
    let account = LocalAccount {
        os_user: context.os_user.clone(),
        home: context.home.clone(),
        agent: context.agent.clone(),
        global_known_hosts: context.global_known_hosts.clone(),
        commands: context.commands,
        hop_defaults: context.hop_defaults.clone(),
    };
    let resolving = tokio::task::spawn_blocking(move || {
        let ssh_config = ssh_config.as_ref().map(Arc::as_ref);
        resolve_route(&route, &account, ssh_config)
    });
    let failed = |why: String| RouteError::SshConfig { place: "ssh_config".into(), why };
    let resolved = timeout(limits::READING, resolving).await.map_err(|_| failed(NO_ANSWER.into()))?;
    Ok(resolved.map_err(|error| failed(error.to_string()))??)
}
