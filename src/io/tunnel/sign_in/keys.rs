//! Signs in with keys and certificates: offers them in order, and decrypts a key file when its turn comes.

use std::collections::VecDeque;

use russh::MethodKind;

use super::attempt::{OfferOutcome, SignInAttempt};
use crate::io::tunnel::error::TunnelError;
use crate::io::tunnel::identity::{ConfiguredPassphrase, KeyOffer};

/// The maximum number of keys that are offered at one hop: OpenSSH's sshd closes the connection at the sixth failure.
const MAX_OFFERS: usize = 5;

/// The keys that are still to be offered.
#[derive(Default)]
pub(super) struct KeyQueue {
    offers: VecDeque<KeyOffer>,
    passphrase: ConfiguredPassphrase,
    /// The public parts of the keys that were offered.
    offered: Vec<Vec<u8>>,
}

impl KeyQueue {
    pub(super) fn fill(&mut self, offers: Vec<KeyOffer>) {
        self.offers = offers.into();
    }

    pub(super) fn clear(&mut self) {
        self.offers.clear();
    }

    pub(super) fn has_offered(&self) -> bool {
        !self.offered.is_empty()
    }

    /// Returns whether the next key can be offered without asking the user.
    pub(super) fn is_next_ready(&self) -> bool {
        matches!(self.offers.front(), Some(KeyOffer::Ready(_)))
    }

    /// Offers keys until the hop accepts one, or refuses them all.
    pub(super) async fn offer_all(&mut self, attempt: &mut SignInAttempt<'_>) -> Result<OfferOutcome, TunnelError> {
        while let Some(offer) = self.offers.pop_front() {
            if self.offered.len() == MAX_OFFERS {
                let note = "keys, which is the maximum: name the right one as identity in the profile";
                attempt.tried.push(format!("{MAX_OFFERS} {note}"));
                break;
            }
            let credential = match offer {
                KeyOffer::Ready(credential) => credential,
                KeyOffer::Encrypted(key) => {
                    match key.decrypt(attempt.context, &mut self.passphrase).await? {
                        Ok(credentials) => {
                            for credential in credentials.into_iter().rev() {
                                self.offers.push_front(KeyOffer::Ready(credential));
                            }
                        }
                        Err(why) => attempt.tried.push(format!("key {}: {why}", key.path.display())),
                    }
                    continue;
                }
            };
            let blob = credential.credential.public_blob();
            if self.offered.contains(&blob) {
                continue;
            }
            self.offered.push(blob);
            match attempt.offer(credential).await? {
                OfferOutcome::Refused if attempt.may_try(MethodKind::PublicKey) => {}
                outcome => return Ok(outcome),
            }
        }
        Ok(OfferOutcome::Refused)
    }
}
