//! What a user typed to be let in, for the sessions of one story: from the first connecting until the user ends it. It is
//! kept here and nowhere else, in memory, and zeroed when it is forgotten.

use std::collections::HashMap;
use std::sync::Arc;

use tokio::sync::watch;

use crate::domain::ids::SessionId;
use crate::domain::profile::{Profile, Secret};

/// Secrets that let us in, each by the question that it answers.
///
/// The sessions of a story share it: one that connects again finds here what was typed for the one before.
#[derive(Clone, Default)]
pub struct Typed(Arc<watch::Sender<HashMap<String, Secret>>>);

impl Typed {
    /// What was typed for this and was good.
    pub(super) fn get(&self, purpose: &str) -> Option<Secret> {
        self.0.borrow().get(purpose).cloned()
    }

    /// Keeps what is good; `None` forgets what is not good any more.
    pub(super) fn keep(&self, purpose: &str, good: Option<&Secret>) {
        self.0.send_modify(|kept| match good {
            Some(secret) => drop(kept.insert(purpose.to_owned(), secret.clone())),
            None => drop(kept.remove(purpose)),
        });
    }

    /// Forgets everything, for all sessions of the story.
    fn forget(&self) {
        self.0.send_modify(HashMap::clear);
    }
}

/// One story: the profile that its sessions connect to, and what was typed for it.
struct Story {
    profile: Arc<Profile>,
    typed: Typed,
}

/// The stories of a program, each by its last session.
#[derive(Default)]
pub struct Stories(HashMap<SessionId, Story>);

impl Stories {
    /// A session begins. One that comes after another session of the same profile goes on with that one's story; what was
    /// typed for a profile never serves one that says anything else.
    pub fn begin(&mut self, id: SessionId, profile: &Arc<Profile>, after: Option<SessionId>) -> Typed {
        let before = after.and_then(|before| self.0.remove(&before));
        let typed = match before {
            Some(story) if story.profile == *profile => story.typed,
            Some(story) => {
                story.typed.forget();
                Typed::default()
            }
            None => Typed::default(),
        };
        self.0.insert(id, Story { profile: Arc::clone(profile), typed: typed.clone() });
        typed
    }

    /// The user ends the story of this session.
    pub fn end(&mut self, id: SessionId) {
        if let Some(story) = self.0.remove(&id) {
            story.typed.forget();
        }
    }

    /// Ends the stories of which this is not said: those that nobody goes on with once another one begins.
    pub fn keep_only(&mut self, is_going_on: impl Fn(SessionId) -> bool) {
        let over: Vec<SessionId> = self.0.keys().copied().filter(|id| !is_going_on(*id)).collect();
        for id in over {
            self.end(id);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::profile::parse;

    fn profile(host: &str) -> Arc<Profile> {
        let text = format!("[profile.p]\nroute = []\nhost = \"{host}\"\nuser = \"RO\"\n");
        let (settings, problems) = parse(&text, "config.toml");
        Arc::new(settings.profile("p").unwrap_or_else(|| panic!("{problems:?}")).clone())
    }

    const ONE: SessionId = SessionId(1);
    const TWO: SessionId = SessionId(2);

    fn typed(stories: &mut Stories, id: SessionId) -> Typed {
        let typed = stories.begin(id, &profile("a"), None);
        typed.keep("Password", Some(&Secret::new("s3cret".into())));
        typed
    }

    fn has(typed: &Typed) -> bool {
        typed.get("Password").is_some()
    }

    #[test]
    fn a_session_that_comes_after_another_has_what_was_typed_for_it() {
        let mut stories = Stories::default();
        typed(&mut stories, ONE);
        let second = stories.begin(TWO, &profile("a"), Some(ONE));
        assert_eq!(second.get("Password").as_ref().map(Secret::reveal), Some("s3cret"));
        // Ending the session that it came after takes nothing from it.
        stories.end(ONE);
        assert!(has(&second));
    }

    #[test]
    fn a_profile_that_says_anything_else_gets_nothing() {
        let mut stories = Stories::default();
        let first = typed(&mut stories, ONE);
        assert!(!has(&stories.begin(TWO, &profile("b"), Some(ONE))));
        assert!(!has(&first));
    }

    #[test]
    fn nothing_outlives_the_end_of_its_story_nor_what_was_refused() {
        let mut stories = Stories::default();
        let first = typed(&mut stories, ONE);
        stories.end(ONE);
        assert!(!has(&first) && !has(&stories.begin(TWO, &profile("a"), Some(ONE))));
        let second = typed(&mut stories, ONE);
        second.keep("Password", None);
        assert!(!has(&stories.begin(TWO, &profile("a"), Some(ONE))));
    }

    #[test]
    fn stories_that_nobody_goes_on_with_are_ended_and_others_are_not() {
        let mut stories = Stories::default();
        let (first, second) = (typed(&mut stories, ONE), typed(&mut stories, TWO));
        stories.keep_only(|id| id == TWO);
        assert!(!has(&first) && has(&second));
    }
}
