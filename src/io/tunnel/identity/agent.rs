//! The SSH agent: connects to it, lists its keys, and finds the one for a public key.

use std::path::Path;

use russh::keys::agent::AgentIdentity;
use russh::keys::agent::client::AgentClient;
use russh::keys::{HashAlg, PublicKey};
use tokio::net::UnixStream;
use tokio::time::timeout;

use super::credential::Credential;
use crate::domain::limits;
use crate::io::tunnel::library_errors::remote_text;

/// A connection to the SSH agent.
pub(in crate::io::tunnel) type SshAgent = AgentClient<UnixStream>;

/// Connects to the agent and lists its keys.
///
/// # Errors
/// Returns a text for the user if the agent does not answer.
pub(in crate::io::tunnel) async fn connect_agent(socket: &Path) -> Result<(SshAgent, Vec<AgentIdentity>), String> {
    let connecting = async {
        let mut agent = AgentClient::connect_uds(socket).await?;
        let keys = agent.request_identities().await?;
        Ok::<_, russh::keys::Error>((agent, keys))
    };
    match timeout(limits::AGENT, connecting).await {
        Ok(answer) => answer.map_err(|error| error.to_string()),
        Err(_) => Err("it does not answer".into()),
    }
}

/// Returns the name of an agent's key in messages.
pub(super) fn agent_key_name(identity: &AgentIdentity) -> String {
    match identity.comment() {
        "" => format!("agent key {}", identity.public_key().fingerprint(HashAlg::Sha256)),
        comment => format!("agent key {}", remote_text(comment)),
    }
}

/// Returns the agent's key for this public key.
pub(super) fn find_agent_key(agent_keys: &[AgentIdentity], public: &PublicKey) -> Option<Credential> {
    agent_keys
        .iter()
        .find(
            |identity| matches!(identity, AgentIdentity::PublicKey { key, .. } if key.key_data() == public.key_data()),
        )
        .map(|identity| Credential::AgentKey(Box::new(identity.clone())))
}
