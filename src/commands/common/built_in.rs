//! The built-in profile `demo`, which every command can use.

use std::sync::Arc;

use crate::domain::profile::Profile;
use crate::io::env::ProfileContext;

/// The built-in profile and its context. It uses neither the user's settings nor the user's files.
pub struct BuiltInProfile {
    pub profile: Arc<Profile>,
    pub context: ProfileContext,
    /// The worksheet of its first start: title and text.
    pub first_worksheet: (String, String),
}
