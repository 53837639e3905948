//! Builds the tunnel's context from what the session has, including the source of the key files' passphrase.

use std::sync::Arc;

use tokio::sync::mpsc;

use super::env::SessionEnv;
use super::secrets::read_secret;
use crate::domain::profile::{Profile, SecretSource};
use crate::domain::protocol::{Answer, Question};
use crate::io::tunnel::{HopProgress, PassphraseSource, TunnelContext, UserPrompter};

/// Builds the context for a tunnel of this profile.
pub fn tunnel_context(
    profile: &Profile,
    env: &SessionEnv,
    prompter: Arc<dyn UserPrompter>,
    progress: mpsc::Sender<HopProgress>,
) -> TunnelContext {
    TunnelContext {
        os_user: env.os_user.clone(),
        home: env.home.clone(),
        agent: env.agent.clone(),
        global_known_hosts: env.global_known_hosts.clone(),
        hop_defaults: profile.hop_defaults.clone(),
        ssh_config: env.ssh_config.clone(),
        clock: env.clock,
        read: Arc::clone(&env.read),
        append: Arc::clone(&env.append),
        is_own_socket: Arc::clone(&env.is_own_socket),
        start_command: Arc::clone(&env.start_command),
        commands: profile.proxy_command,
        passphrase: passphrase_source(profile, env, Arc::clone(&prompter)),
        prompter,
        progress,
    }
}

/// Returns the source of the passphrase that the profile names; `None` if it names none, and the user is asked.
fn passphrase_source(profile: &Profile, env: &SessionEnv, prompter: Arc<dyn UserPrompter>) -> Option<PassphraseSource> {
    let source = profile.identity_passphrase.clone().filter(|source| *source != SecretSource::Prompt)?;
    let (env, name) = (env.clone(), profile.name.clone());
    Some(Arc::new(move || {
        let (source, env, prompter) = (source.clone(), env.clone(), Arc::clone(&prompter));
        let prompt = format!("Passphrase of the keys of {name}");
        let purpose = format!("the passphrase of the keys of {name}");
        Box::pin(async move {
            let is_keyring = matches!(source, SecretSource::Keyring(_));
            if let Some(secret) = prompter.remembered_secret(&prompt) {
                return Ok(secret);
            }
            match read_secret(&env, source, &purpose).await {
                // The user can type what the keyring does not have.
                Err(problem) if is_keyring => {
                    match prompter.ask(Question::RetrySecret { prompt: prompt.clone(), problem: problem.clone() }).await
                    {
                        Answer::Secret(secret) => {
                            // Decrypting a key shows whether it is right; the tunnel asks again for a wrong one.
                            prompter.remember_secret(&prompt, Some(&secret));
                            Ok(secret)
                        }
                        Answer::Accept | Answer::Decline | Answer::Secrets(_) => Err(problem),
                    }
                }
                result => result,
            }
        })
    }))
}
