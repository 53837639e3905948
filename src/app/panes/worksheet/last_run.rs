//! Where a worksheet last ran. rrx asks before it runs on another profile, or on one whose environment has changed.

use crate::app::context::Context;

/// Where a worksheet last ran.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LastRun {
    pub profile: String,
    /// The label of the profile's environment; `None` if an older rrx has saved it.
    pub environment: Option<String>,
    pub database: Option<String>,
}

impl LastRun {
    /// Returns where a statement runs now.
    #[must_use]
    pub fn now(context: &Context) -> Option<Self> {
        let profile = context.profile.as_ref()?;
        Some(Self {
            profile: profile.name.clone(),
            environment: Some(profile.environment.label().to_owned()),
            database: context.database.clone(),
        })
    }

    /// Returns whether a statement would run on another profile or environment now. Another database is no other place.
    #[must_use]
    pub fn is_elsewhere(&self, context: &Context) -> bool {
        Self::now(context).is_none_or(|now| {
            let is_other = |environment: &String| now.environment.as_ref() != Some(environment);
            self.profile != now.profile || self.environment.as_ref().is_some_and(is_other)
        })
    }

    /// Returns profile and environment.
    #[must_use]
    pub fn place(&self) -> String {
        match &self.environment {
            Some(environment) => format!("{} ({environment})", self.profile),
            None => self.profile.clone(),
        }
    }
}
