//! Signs in at a hop: keys and certificates, then keyboard-interactive, then a password, and one after the other where the
//! hop wants several. Remembers what was tried. Knows nothing of host keys and forwards.

use std::collections::VecDeque;
use std::future::Future;
use std::time::Duration;

use russh::MethodKind;
use russh::client::{AuthResult, KeyboardInteractiveAuthResponse, Prompt};
use russh::keys::agent::AgentIdentity;
use russh::keys::{Algorithm, HashAlg, PrivateKeyWithHashAlg};
use russh::{AgentAuthError, MethodSet};
use tokio::sync::Notify;
use tokio::time::timeout;

use super::context::TunnelContext;
use super::identity::{self, Agent, Credential, Offer, Passphrase};
use super::problem::{TunnelError, plain};
use super::route::Joint;
use super::ssh_config::Method;
use super::station::Station;
use crate::domain::limits;
use crate::domain::profile::Secret;
use crate::domain::protocol::{Answer, Question};

/// Keys offered at one hop: OpenSSH's sshd closes the connection at the sixth failure.
const MOST_OFFERED: usize = 5;
/// How often a password, or the answers to a hop's questions, may be given: OpenSSH's number.
const PASSWORD_TRIES: usize = 3;
/// Things that a hop may want one after the other.
const MOST_STEPS: usize = 6;

/// A sign-in that goes on: what was offered, and what came of it.
pub(super) struct SignIn<'a> {
    joint: Joint,
    hop: &'a Station,
    context: &'a TunnelContext,
    agent: Option<Agent>,
    offers: VecDeque<Offer>,
    passphrase: Passphrase,
    offered: Vec<Vec<u8>>,
    tried: Vec<String>,
    /// The methods that the hop takes now; `None` before it has said so.
    takes: Option<MethodSet>,
    /// What was taken, and its words.
    taken: Vec<(Credential, String)>,
    /// Whether the hop has ended this connection.
    is_hung_up: bool,
    /// Whether somebody was asked for anything.
    has_asked: bool,
}

/// What a sign-in that went well comes to: the connection, what let us in, and the words.
pub(super) type Signed = ((Joint, Vec<Credential>), String);

/// What one offer led to.
enum Outcome {
    In,
    /// Taken, and something more is wanted.
    More,
    /// Not taken.
    Refused,
}

impl<'a> SignIn<'a> {
    pub(super) fn new(joint: Joint, hop: &'a Station, context: &'a TunnelContext) -> Self {
        Self {
            joint,
            hop,
            context,
            agent: None,
            offers: VecDeque::new(),
            passphrase: Passphrase::default(),
            offered: Vec::new(),
            tried: Vec::new(),
            takes: None,
            taken: Vec::new(),
            is_hung_up: false,
            has_asked: false,
        }
    }

    /// Signs in with what was good before.
    pub(super) async fn again(mut self, credentials: &[Credential]) -> Result<Signed, TunnelError> {
        if credentials.iter().any(|credential| matches!(credential, Credential::Agent(_)))
            && let Some(socket) = &self.hop.agent
        {
            // One that has stopped since is not asked for a signature, which may take as long as a touch of a key.
            self.agent = identity::ask(socket).await.ok().map(|(agent, _)| agent);
        }
        for credential in credentials {
            match self.offer(credential.clone(), "the same as before".into()).await? {
                Outcome::In => return Ok(((self.joint, credentials.to_vec()), String::new())),
                Outcome::More => {}
                Outcome::Refused => break,
            }
        }
        Err(self.refused())
    }

    /// Offers what there is, in order, until the hop lets us in; the words say what it took. Tells whoever waits for it that
    /// a key at hand comes first. A hop that hangs up because of too many keys is met once more, by `anew`, for what else it
    /// takes: it counted the keys, not what was never tried.
    pub(super) async fn first<F>(
        mut self,
        offering: Option<&Notify>,
        anew: impl FnOnce() -> F,
    ) -> Result<Signed, TunnelError>
    where
        F: Future<Output = Result<Joint, TunnelError>> + Send,
    {
        if self.hop.allows(Method::PublicKey) {
            let (agent, offers) = identity::find(self.hop, self.context, &mut self.tried).await;
            (self.agent, self.offers) = (agent, offers.into());
        }
        if let (Some(offering), Some(Offer::Ready(..))) = (offering, self.offers.front()) {
            offering.notify_one();
        }
        if self.steps().await? {
            return Ok(self.done());
        }
        if self.has_tried_keys_only() {
            self.joint = anew().await?;
            self.is_hung_up = false;
            self.offers.clear();
            if self.steps().await? {
                return Ok(self.done());
            }
        }
        Err(self.refused())
    }

    /// Whether the hop has let us in, after as many steps as it takes.
    async fn steps(&mut self) -> Result<bool, TunnelError> {
        for _ in 0..MOST_STEPS {
            match self.step().await? {
                Outcome::In => return Ok(true),
                Outcome::More => {}
                Outcome::Refused => break,
            }
        }
        Ok(false)
    }

    /// Whether the hop hung up after keys alone, and may take something else.
    fn has_tried_keys_only(&self) -> bool {
        let others = [MethodKind::KeyboardInteractive, MethodKind::Password];
        self.is_closed()
            && self.taken.is_empty()
            && !self.offered.is_empty()
            && !self.has_asked
            && self.takes.as_ref().is_none_or(|takes| others.iter().any(|method| takes.contains(method)))
    }

    fn is_closed(&self) -> bool {
        self.is_hung_up || self.joint.handle.is_closed()
    }

    /// One thing that the hop wants: whatever it takes first of all that there is.
    async fn step(&mut self) -> Result<Outcome, TunnelError> {
        if self.hop.allows(Method::PublicKey)
            && self.may(MethodKind::PublicKey)
            && let outcome @ (Outcome::In | Outcome::More) = self.keys().await?
        {
            return Ok(outcome);
        }
        if self.takes.is_none() && !self.is_closed() {
            // Nothing was offered: the hop says what it takes when it is asked with nothing.
            let none = self.joint.handle.authenticate_none(self.hop.user.clone());
            let result = in_time(&self.hop.shown, limits::SIGN_IN, none).await?;
            if let Outcome::In = self.judge(result, Credential::Nothing, "nothing at all".into(), false) {
                return Ok(Outcome::In);
            }
        }
        if self.hop.allows(Method::KeyboardInteractive)
            && self.may(MethodKind::KeyboardInteractive)
            && let Some(outcome) = self.questions().await?
        {
            return Ok(outcome);
        }
        if self.hop.allows(Method::Password)
            && self.may(MethodKind::Password)
            && let Some(outcome) = self.password().await?
        {
            return Ok(outcome);
        }
        Ok(Outcome::Refused)
    }

    fn may(&self, method: MethodKind) -> bool {
        !self.is_closed() && self.takes.as_ref().is_none_or(|takes| takes.contains(&method))
    }

    async fn keys(&mut self) -> Result<Outcome, TunnelError> {
        while let Some(offer) = self.offers.pop_front() {
            if self.offered.len() == MOST_OFFERED {
                self.tried
                    .push(format!("{MOST_OFFERED} keys, and no more: name the right one as identity in the profile"));
                break;
            }
            let (credential, shown) = match offer {
                Offer::Ready(credential, shown) => (credential, shown),
                Offer::Locked(locked) => {
                    match locked.unlock(self.context, &mut self.passphrase).await? {
                        Ok(unlocked) => {
                            for (credential, shown) in unlocked.into_iter().rev() {
                                self.offers.push_front(Offer::Ready(credential, shown));
                            }
                        }
                        Err(why) => self.tried.push(format!("key {}: {why}", locked.path.display())),
                    }
                    continue;
                }
            };
            if self.offered.contains(&credential.blob()) {
                continue;
            }
            self.offered.push(credential.blob());
            match self.offer(credential, shown).await? {
                Outcome::Refused if self.may(MethodKind::PublicKey) => {}
                outcome => return Ok(outcome),
            }
        }
        Ok(Outcome::Refused)
    }

    /// Asks for the account's password, as often as the hop bears; `None` when none of them was taken.
    async fn password(&mut self) -> Result<Option<Outcome>, TunnelError> {
        let purpose = format!("Password of {} at {}", self.hop.user, self.hop.shown);
        if let Some(secret) = self.context.asker.typed(&purpose) {
            let outcome = self.offer(Credential::Password(secret), "the password typed before".into()).await?;
            if !matches!(outcome, Outcome::Refused) {
                return Ok(Some(outcome));
            }
            self.context.asker.keep(&purpose, None);
            if !self.may(MethodKind::Password) {
                return Ok(None);
            }
        }
        for attempt in 0..PASSWORD_TRIES {
            let again = if attempt == 0 { "" } else { " (that was not it)" };
            self.has_asked = true;
            let prompt = format!("{purpose}{again}");
            let Answer::Secret(secret) = self.context.asker.ask(Question::Secret { prompt, echo: false }).await else {
                self.tried.push("password: none was given".into());
                self.takes = Some(MethodSet::empty());
                return Ok(None);
            };
            match self.offer(Credential::Password(secret.clone()), "password".into()).await? {
                Outcome::Refused if self.may(MethodKind::Password) => {}
                Outcome::Refused => return Ok(None),
                outcome @ (Outcome::In | Outcome::More) => {
                    self.context.asker.keep(&purpose, Some(&secret));
                    return Ok(Some(outcome));
                }
            }
        }
        Ok(None)
    }

    /// Passes the hop's own questions on to the user; `None` when the answers were not taken.
    async fn questions(&mut self) -> Result<Option<Outcome>, TunnelError> {
        for attempt in 0..PASSWORD_TRIES {
            let mut answers =
                Answers::Asked { again: attempt > 0, given: Vec::new(), is_plain: true, purpose: String::new() };
            let outcome = self.converse(&mut answers).await?;
            let Answers::Asked { given, is_plain, purpose, .. } = &answers else { return Ok(None) };
            match (&outcome, given.as_slice()) {
                (Some(Outcome::In | Outcome::More), [answer]) if *is_plain => {
                    self.context.asker.keep(purpose, Some(answer));
                }
                _ => self.context.asker.keep(purpose, None),
            }
            if given.is_empty() && matches!(outcome, Some(Outcome::Refused)) {
                // It takes the method and asks nothing: it has nothing to ask this account.
                return Ok(None);
            }
            match outcome {
                Some(Outcome::Refused) if self.may(MethodKind::KeyboardInteractive) => {}
                Some(Outcome::Refused) => return Ok(None),
                None => {
                    self.tried.push("keyboard-interactive: no answer was given".into());
                    self.takes = Some(MethodSet::empty());
                    return Ok(None);
                }
                outcome => return Ok(outcome),
            }
        }
        Ok(None)
    }

    /// One keyboard-interactive exchange; `None` when the user gives no answer. Source: RFC 4256.
    async fn converse(&mut self, answers: &mut Answers<'_>) -> Result<Option<Outcome>, TunnelError> {
        let start = self.joint.handle.authenticate_keyboard_interactive_start(self.hop.user.clone(), None);
        let mut reply = in_time(&self.hop.shown, limits::SIGN_IN, start).await?;
        for _ in 0..MOST_STEPS {
            let (name, instructions, prompts) = match reply {
                Ok(KeyboardInteractiveAuthResponse::InfoRequest { name, instructions, prompts }) => {
                    (name, instructions, prompts)
                }
                Ok(KeyboardInteractiveAuthResponse::Success) => {
                    let credential = answers.credential();
                    let result = Ok::<_, russh::Error>(AuthResult::Success);
                    return Ok(Some(self.judge(result, credential, "keyboard-interactive".into(), true)));
                }
                Ok(KeyboardInteractiveAuthResponse::Failure { remaining_methods, partial_success }) => {
                    let result = AuthResult::Failure { remaining_methods, partial_success };
                    let credential = answers.credential();
                    let result = Ok::<_, russh::Error>(result);
                    return Ok(Some(self.judge(result, credential, "keyboard-interactive".into(), true)));
                }
                Err(why) => {
                    return Ok(Some(self.judge(Err(why), Credential::Nothing, "keyboard-interactive".into(), true)));
                }
            };
            let mut responses: Vec<Secret> = Vec::with_capacity(prompts.len());
            for prompt in prompts {
                self.has_asked = true;
                let Some(answer) = answers.next(self.hop, self.context, (&name, &instructions), &prompt).await else {
                    return Ok(None);
                };
                responses.push(answer);
            }
            // The library takes texts of its own, which it does not wipe.
            let responses = responses.iter().map(|answer| answer.reveal().to_owned()).collect();
            let answering = self.joint.handle.authenticate_keyboard_interactive_respond(responses);
            reply = in_time(&self.hop.shown, limits::SIGN_IN, answering).await?;
        }
        Ok(Some(Outcome::Refused))
    }

    fn done(self) -> Signed {
        let (credentials, words): (Vec<_>, Vec<_>) = self.taken.into_iter().unzip();
        ((self.joint, credentials), format!("{}, as {}", words.join(", then "), self.hop.user))
    }

    fn refused(self) -> TunnelError {
        let takes = self.takes.as_ref().map(names).unwrap_or_default();
        let forbidden =
            self.hop.forbidden.iter().map(|one| format!("{}: {}", one.method.name(), one.because)).collect();
        let (host, user) = (self.hop.shown.clone(), self.hop.user.clone());
        TunnelError::SignIn { host, user, tried: self.tried, takes, forbidden }
    }

    async fn offer(&mut self, credential: Credential, shown: String) -> Result<Outcome, TunnelError> {
        if let Credential::Answers { given, .. } = &credential {
            let mut answers = Answers::Given(given.iter());
            let outcome = self.converse(&mut answers).await?;
            return Ok(outcome.unwrap_or(Outcome::Refused));
        }
        let host = self.hop.shown.clone();
        let patience = if credential.wants_a_touch() { limits::TOUCH } else { limits::SIGN_IN };
        let result = in_time(&host, patience, self.attempt(&credential)).await?;
        Ok(self.judge(result, credential, shown, true))
    }

    /// Keeps what came of an offer.
    fn judge<E: ToString>(
        &mut self,
        result: Result<AuthResult, E>,
        credential: Credential,
        shown: String,
        is_told: bool,
    ) -> Outcome {
        match result {
            Ok(AuthResult::Success) => {
                self.taken.push((credential, shown));
                Outcome::In
            }
            Ok(AuthResult::Failure { remaining_methods, partial_success }) => {
                self.is_hung_up |= remaining_methods.is_empty() || self.joint.handle.is_closed();
                let what = match (partial_success, self.is_hung_up) {
                    (true, _) => "taken, and the hop wants something more",
                    (false, true) => "not taken, and the hop closed the connection",
                    (false, false) => "not taken",
                };
                if is_told {
                    self.tried.push(format!("{shown}: {what}"));
                }
                if !remaining_methods.is_empty() {
                    self.takes = Some(remaining_methods);
                }
                if partial_success {
                    self.taken.push((credential, shown));
                    Outcome::More
                } else {
                    Outcome::Refused
                }
            }
            Err(why) => {
                self.tried.push(format!("{shown}: {}", plain(&why.to_string())));
                Outcome::Refused
            }
        }
    }

    async fn attempt(&mut self, credential: &Credential) -> Result<AuthResult, String> {
        let user = self.hop.user.clone();
        let told = |error: russh::Error| error.to_string();
        match credential {
            Credential::Key(key) => {
                let hash = self.hash_for(&key.algorithm()).await;
                let key = PrivateKeyWithHashAlg::new(std::sync::Arc::clone(key), hash);
                self.joint.handle.authenticate_publickey(user, key).await.map_err(told)
            }
            Credential::Certified(key, certificate) => {
                let key = std::sync::Arc::clone(key);
                self.joint.handle.authenticate_openssh_cert(user, key, (**certificate).clone()).await.map_err(told)
            }
            Credential::Agent(identity) => {
                let hash = self.hash_for(&identity.public_key().algorithm()).await;
                let agent = self.agent.as_mut().ok_or("the agent does not answer any more")?;
                let result = match (**identity).clone() {
                    AgentIdentity::PublicKey { key, .. } => {
                        self.joint.handle.authenticate_publickey_with(user, key, hash, agent).await
                    }
                    AgentIdentity::Certificate { certificate, .. } => {
                        self.joint.handle.authenticate_certificate_with(user, certificate, hash, agent).await
                    }
                };
                result.map_err(|error| match error {
                    AgentAuthError::Send(_) => "the hop closed the connection".to_owned(),
                    AgentAuthError::Key(error) => format!("the agent does not sign: {error}"),
                })
            }
            Credential::Password(secret) => {
                self.joint.handle.authenticate_password(user, secret.reveal()).await.map_err(told)
            }
            // Answers are given in a conversation, see `converse`.
            Credential::Nothing | Credential::Answers { .. } => {
                self.joint.handle.authenticate_none(user).await.map_err(told)
            }
        }
    }

    /// The hash that the hop takes for RSA: a modern sshd refuses SHA-1. A hop that does not tell is offered SHA-512, as
    /// OpenSSH does.
    async fn hash_for(&self, algorithm: &Algorithm) -> Option<HashAlg> {
        if !matches!(algorithm, Algorithm::Rsa { .. }) {
            return None;
        }
        self.joint.handle.best_supported_rsa_hash().await.ok().flatten().unwrap_or(Some(HashAlg::Sha512))
    }
}

/// Where the answers to a hop's questions come from.
enum Answers<'a> {
    /// The user. Only the answer to one plain question for a password may be given again unasked: any other may have been
    /// a one-time code.
    Asked { again: bool, given: Vec<Secret>, is_plain: bool, purpose: String },
    /// What was given before.
    Given(std::slice::Iter<'a, Secret>),
}

impl Answers<'_> {
    async fn next(
        &mut self,
        hop: &Station,
        context: &TunnelContext,
        (name, instructions): (&str, &str),
        prompt: &Prompt,
    ) -> Option<Secret> {
        match self {
            Self::Given(given) => given.next().cloned(),
            Self::Asked { again, given, is_plain, purpose } => {
                let asked = plain(&prompt.prompt);
                let words: Vec<String> = [name, instructions]
                    .into_iter()
                    .map(plain)
                    .filter(|text| !text.is_empty())
                    .chain([asked])
                    .collect();
                *is_plain &= given.is_empty() && !prompt.echo && is_password(&words.join(" "));
                let asks = format!("{} asks {}: {}", hop.shown, hop.user, words.join(" · "));
                if given.is_empty() {
                    purpose.clone_from(&asks);
                    if let Some(answer) = context.asker.typed(&asks).filter(|_| *is_plain && !*again) {
                        given.push(answer.clone());
                        return Some(answer);
                    }
                }
                let again = if *again { " (the last answer was not taken)" } else { "" };
                let echo = prompt.echo;
                let prompt = format!("{asks}{again}");
                let Answer::Secret(answer) = context.asker.ask(Question::Secret { prompt, echo }).await else {
                    return None;
                };
                given.push(answer.clone());
                Some(answer)
            }
        }
    }

    fn credential(&self) -> Credential {
        match self {
            Self::Asked { given, is_plain, .. } => {
                Credential::Answers { given: given.clone(), is_repeatable: *is_plain }
            }
            Self::Given(_) => Credential::Nothing,
        }
    }
}

/// Whether these words may ask for something that is good once. A password that is taken for a code costs a connection of
/// its own; a code that is taken for a password is sent a second time, and servers lock accounts for that.
fn speaks_of_a_code(words: &str) -> bool {
    const CODES: [&str; 9] =
        ["one-time", "one time", "onetime", "otp", "code", "token", "verification", "authenticator", "factor"];
    let words = words.to_lowercase();
    CODES.iter().any(|code| words.contains(code))
}

/// Waits as long as this for a hop's answer.
async fn in_time<T>(host: &str, patience: Duration, answer: impl Future<Output = T>) -> Result<T, TunnelError> {
    timeout(patience, answer).await.map_err(|_| TunnelError::SignInTimedOut { host: host.to_owned() })
}

fn names(methods: &MethodSet) -> Vec<String> {
    methods.iter().map(String::from).collect()
}

/// Whether a hop's words are for the account's password, and not for one that is good once.
fn is_password(words: &str) -> bool {
    words.to_lowercase().contains("password") && !speaks_of_a_code(words)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_password_that_is_good_again_is_given_again() {
        assert!(is_password("Password:") && is_password("(me@bastion) Password for me: "));
        for once in
            ["One-time password (OATH) for `me': ", "OTP password:", "Verification code: ", "Password or token:"]
        {
            assert!(!is_password(once), "{once}");
        }
    }
}
