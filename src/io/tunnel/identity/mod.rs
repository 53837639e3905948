//! Finds the keys and certificates that can be offered at a hop, in files and in the agent.

mod agent;
mod certificate;
mod credential;
mod key_file;

use std::path::PathBuf;

use russh::keys::agent::AgentIdentity;

use agent::agent_key_name;
pub(super) use agent::{SshAgent, connect_agent};
use certificate::{CertificateFile, load_certificate, user_certificate_defect, with_certificates};
pub(super) use credential::{Credential, NamedCredential};
pub(super) use key_file::{ConfiguredPassphrase, EncryptedKey};
use key_file::{LoadedKey, load_key};

use super::context::TunnelContext;
use crate::domain::ssh::resolved_hop::{KeyFileOrigin, KeyFiles, ResolvedHop};

/// A key that may be offered.
pub(super) enum KeyOffer {
    Ready(NamedCredential),
    Encrypted(EncryptedKey),
}

/// All keys that may be offered at a hop.
pub(super) struct AvailableKeys {
    pub(super) agent: Option<SshAgent>,
    /// In the order of offering.
    pub(super) offers: Vec<KeyOffer>,
    /// Files and agents that cannot be used, with the reasons.
    pub(super) unusable: Vec<String>,
}

/// Finds all keys for a hop. The order: named keys, the agent's, the default files, and last the encrypted ones. A certificate
/// comes before its key.
pub(super) async fn find_keys(hop: &ResolvedHop, context: &TunnelContext) -> AvailableKeys {
    let KeyFiles { paths, origin } = hop.key_files(&context.home);
    let mut unusable = Vec::new();
    let (agent, agent_keys) = agent_keys(hop, origin, &mut unusable).await;
    let mut certificates = named_certificates(hop, context, &mut unusable).await;
    let (mut ready, mut encrypted) = (Vec::new(), Vec::new());
    for path in paths {
        // OpenSSH looks for a certificate next to each key.
        let neighbour = PathBuf::from(format!("{}-cert.pub", path.display()));
        if let Ok(Some(certificate)) = load_certificate(&neighbour, context).await {
            certificates.push(certificate);
        }
        match load_key(&path, context, &agent_keys).await {
            LoadedKey::Ready(credential) => ready.push(credential),
            LoadedKey::Encrypted(text) => encrypted.push(EncryptedKey::new(path, text)),
            LoadedKey::Missing if origin == KeyFileOrigin::Default => {}
            LoadedKey::Missing => unusable.push(format!("key {}: there is no such file", path.display())),
            LoadedKey::Unusable(why) => unusable.push(format!("key {}: {why}", path.display())),
        }
    }
    certificates.retain(|file| match user_certificate_defect(&file.certificate, context.unix_time()) {
        None => true,
        Some(why) => {
            unusable.push(format!("certificate {}: {why}", file.path.display()));
            false
        }
    });
    for key in &mut encrypted {
        key.certificates.clone_from(&certificates);
    }
    let from_agent: Vec<NamedCredential> = if hop.keys_only {
        Vec::new()
    } else {
        let to_credential = |key: AgentIdentity| {
            let name = agent_key_name(&key);
            NamedCredential::new(Credential::AgentKey(Box::new(key)), name)
        };
        agent_keys.into_iter().map(to_credential).collect()
    };
    let in_order: Vec<NamedCredential> = match origin {
        KeyFileOrigin::Named => ready.into_iter().chain(from_agent).collect(),
        KeyFileOrigin::Default => from_agent.into_iter().chain(ready).collect(),
    };
    let offers = in_order.into_iter().flat_map(|key| with_certificates(key, &certificates)).map(KeyOffer::Ready);
    let offers = offers.chain(encrypted.into_iter().map(KeyOffer::Encrypted)).collect();
    AvailableKeys { agent, offers, unusable }
}

/// Connects to the agent of a hop. Problems are listed only if no key is named, because then the agent is the main
/// source.
async fn agent_keys(
    hop: &ResolvedHop,
    origin: KeyFileOrigin,
    unusable: &mut Vec<String>,
) -> (Option<SshAgent>, Vec<AgentIdentity>) {
    let Some(socket) = &hop.agent else { return (None, Vec::new()) };
    match connect_agent(socket).await {
        Ok((agent, keys)) => {
            if keys.is_empty() && origin == KeyFileOrigin::Default {
                unusable.push("the agent: it has no keys".into());
            }
            (Some(agent), keys)
        }
        Err(why) => {
            if origin == KeyFileOrigin::Default {
                unusable.push(format!("the agent at {}: {why}", socket.display()));
            }
            (None, Vec::new())
        }
    }
}

async fn named_certificates(
    hop: &ResolvedHop,
    context: &TunnelContext,
    unusable: &mut Vec<String>,
) -> Vec<CertificateFile> {
    let mut certificates = Vec::new();
    for path in &hop.certificates {
        match load_certificate(path, context).await {
            Ok(Some(certificate)) => certificates.push(certificate),
            Ok(None) => unusable.push(format!("certificate {}: there is no such file", path.display())),
            Err(why) => unusable.push(format!("certificate {}: {why}", path.display())),
        }
    }
    certificates
}
