//! The built-in profile `demo`: every command can use it. Its replica starts when a session connects.

use std::sync::Arc;

use crate::domain::profile::Profile;
use crate::io::env::{HostEnv, ProfileContext};

/// The built-in profile, with a context of its own: it uses neither the user's settings nor the user's files.
pub struct BuiltInProfile {
    pub profile: Arc<Profile>,
    pub context: ProfileContext,
    /// The worksheet of its first start: title and text.
    pub first_worksheet: (String, String),
}

/// Returns the built-in profile, if it is compiled in. Nothing is started yet.
#[cfg(feature = "demo")]
#[must_use]
#[expect(clippy::unnecessary_wraps, reason = "without the feature `demo` there is none")]
pub fn built_in(env: &HostEnv) -> Option<BuiltInProfile> {
    Some(super::demo_profile::profile(crate::demo::data::SUBJECTS, env))
}

/// Returns the built-in profile, if it is compiled in.
#[cfg(not(feature = "demo"))]
#[must_use]
pub fn built_in(_env: &HostEnv) -> Option<BuiltInProfile> {
    None
}
