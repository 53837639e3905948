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
use crate::domain::ssh::resolved_hop::{KeyFiles, ResolvedHop};

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

/// Where a key file comes from. A missing default file is not reported.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum KeyFileOrigin {
    Named,
    Default,
}

/// What the agent is for at a hop. Its problems are listed only if no key file is named.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum AgentRole {
    MainSource,
    AfterNamedFiles,
}

/// Finds all keys for a hop. The order: named keys, the agent's, the default files, and last the encrypted ones. A certificate
/// comes before its key.
pub(super) async fn find_keys(hop: &ResolvedHop, context: &TunnelContext) -> AvailableKeys {
    let KeyFiles { named, default } = hop.key_files(&context.home);
    let mut unusable = Vec::new();
    let role = if named.is_empty() { AgentRole::MainSource } else { AgentRole::AfterNamedFiles };
    let (agent, agent_keys) = agent_keys(hop, role, &mut unusable).await;
    let mut certificates = named_certificates(hop, context, &mut unusable).await;
    let (mut ready_named, mut ready_default, mut encrypted) = (Vec::new(), Vec::new(), Vec::new());
    let files = named.into_iter().map(|path| (path, KeyFileOrigin::Named));
    for (path, origin) in files.chain(default.into_iter().map(|path| (path, KeyFileOrigin::Default))) {
        // OpenSSH looks for a certificate next to each key.
        let neighbour = PathBuf::from(format!("{}-cert.pub", path.display()));
        if let Ok(Some(certificate)) = load_certificate(&neighbour, context).await {
            certificates.push(certificate);
        }
        match load_key(&path, context, &agent_keys).await {
            LoadedKey::Ready(credential) if origin == KeyFileOrigin::Default => ready_default.push(credential),
            LoadedKey::Ready(credential) => ready_named.push(credential),
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
    let in_order = ready_named.into_iter().chain(from_agent).chain(ready_default);
    let offers = in_order.flat_map(|key| with_certificates(key, &certificates)).map(KeyOffer::Ready);
    let offers = offers.chain(encrypted.into_iter().map(KeyOffer::Encrypted)).collect();
    AvailableKeys { agent, offers, unusable }
}

/// Connects to the agent of a hop. Problems are listed only if no key is named, because then the agent is the main
/// source.
async fn agent_keys(
    hop: &ResolvedHop,
    role: AgentRole,
    unusable: &mut Vec<String>,
) -> (Option<SshAgent>, Vec<AgentIdentity>) {
    let Some(socket) = &hop.agent else { return (None, Vec::new()) };
    match connect_agent(socket).await {
        Ok((agent, keys)) => {
            if keys.is_empty() && role == AgentRole::MainSource {
                unusable.push("the agent: it has no keys".into());
            }
            (Some(agent), keys)
        }
        Err(why) => {
            if role == AgentRole::MainSource {
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
