//! The list of profiles: which profiles it has, which of them the typed text leaves, and the texts of each line.

use std::sync::Arc;

use crate::app::context::{ConnectionState, Context};
use crate::domain::profile::{Environment, LeftOutProfile, Profile};
use crate::domain::word_match::WordMatch;

use super::Connect;

/// A line of the list of profiles.
#[derive(Debug, Clone, Copy)]
pub(super) enum ListedProfile<'a> {
    Usable(&'a Profile),
    /// It has errors in the settings file. Choosing it shows them.
    LeftOut(&'a LeftOutProfile),
}

/// The texts of a line of the list.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct ProfileTexts {
    pub(super) name: String,
    pub(super) account: String,
    /// Host and port.
    pub(super) address: String,
    pub(super) database: String,
    pub(super) route: String,
    pub(super) last_use: LastUse,
}

/// When a profile was used last.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) enum LastUse {
    #[default]
    Never,
    /// In the time zone of this machine.
    At { date: String, time: String },
    /// The session is connected to it.
    Here,
    /// The session has lost its link.
    LinkLost,
    /// It cannot be used, for this reason.
    LeftOut(String),
}

impl LastUse {
    pub(super) fn text(&self) -> String {
        match self {
            Self::Never => "never".to_owned(),
            Self::At { date, time } => format!("{date} {time}").trim_end().to_owned(),
            Self::Here => "connected here".to_owned(),
            Self::LinkLost => "link lost".to_owned(),
            Self::LeftOut(reason) => format!("left out: {reason}"),
        }
    }
}

impl<'a> ListedProfile<'a> {
    fn usable(profile: &'a Arc<Profile>) -> Self {
        Self::Usable(profile)
    }

    pub(super) fn name(self) -> &'a str {
        match self {
            Self::Usable(profile) => &profile.name,
            Self::LeftOut(profile) => &profile.name,
        }
    }

    /// Returns the texts of its line. A profile that is left out has the reason in place of the address.
    pub(super) fn texts(self, context: &Context) -> ProfileTexts {
        match self {
            Self::Usable(profile) => {
                let host = &profile.host;
                let host = if host.contains(':') { format!("[{host}]") } else { host.clone() };
                let hops: Vec<String> = profile.route.iter().map(ToString::to_string).collect();
                ProfileTexts {
                    name: profile.name.clone(),
                    account: profile.user.clone(),
                    address: format!("{host}:{}", profile.port),
                    database: profile.database.clone().unwrap_or_default(),
                    route: if hops.is_empty() { "direct".into() } else { hops.join(" → ") },
                    last_use: last_use(profile, context),
                }
            }
            Self::LeftOut(profile) => {
                let reason = profile.problems.first().map_or_else(String::new, |problem| problem.what.clone());
                ProfileTexts {
                    name: profile.name.clone(),
                    last_use: LastUse::LeftOut(reason),
                    ..ProfileTexts::default()
                }
            }
        }
    }

    /// Returns how well the typed text matches: whether by single letters only, and whether outside of the name. `None` if it does
    /// not match.
    fn rank(self, typed: &str, context: &Context) -> Option<(bool, bool)> {
        let texts = self.texts(context);
        let label = match self {
            Self::Usable(profile) => profile.environment.label(),
            Self::LeftOut(_) => "",
        };
        let others = [label, &texts.account, &texts.address, &texts.database, &texts.route];
        let mut rank = (false, false);
        for word in typed.split_whitespace() {
            let in_name = WordMatch::of(word, &texts.name);
            // Letters that are spread over an address mean nothing.
            let in_others = || others.iter().any(|text| WordMatch::of(word, text).is_some_and(|kind| !kind.is_loose()));
            match in_name {
                Some(kind) if !kind.is_loose() => {}
                _ if in_others() => rank.1 = true,
                Some(_) => rank.0 = true,
                None => return None,
            }
        }
        Some(rank)
    }
}

/// Returns when a profile last worked, or that it is the one of the session.
fn last_use(profile: &Profile, context: &Context) -> LastUse {
    let is_current = context.profile.as_ref().is_some_and(|current| current.name == profile.name);
    match context.link {
        ConnectionState::Connected(_) if is_current => LastUse::Here,
        ConnectionState::Waiting { .. } | ConnectionState::Reconnecting { .. } | ConnectionState::Lost
            if is_current =>
        {
            LastUse::LinkLost
        }
        ConnectionState::None
        | ConnectionState::Connecting(_)
        | ConnectionState::Connected(_)
        | ConnectionState::Waiting { .. }
        | ConnectionState::Reconnecting { .. }
        | ConnectionState::Lost => match context.last_uses.get(&profile.name) {
            Some(used) => {
                let (date, time) = used.split_once(' ').unwrap_or((used, ""));
                LastUse::At { date: date.to_owned(), time: time.to_owned() }
            }
            None => LastUse::Never,
        },
    }
}

/// Returns all profiles: those of the settings, then the built-in one.
pub(super) fn all_profiles(context: &Context) -> impl Iterator<Item = ListedProfile<'_>> {
    let is_built_in = |profile: &&Arc<Profile>| profile.environment == Environment::Demo;
    let own = context.profiles.iter().filter(move |profile| !is_built_in(profile));
    let built_in = context.profiles.iter().filter(is_built_in);
    let left_out = context.settings.left_out.iter().map(ListedProfile::LeftOut);
    own.map(ListedProfile::usable).chain(left_out).chain(built_in.map(ListedProfile::usable))
}

impl Connect {
    /// Returns the profiles that match the typed text, best first.
    pub(super) fn listed<'a>(&self, context: &'a Context) -> Vec<ListedProfile<'a>> {
        let typed = self.filter.text();
        let mut ranked: Vec<_> =
            all_profiles(context).filter_map(|profile| Some((profile.rank(typed, context)?, profile))).collect();
        ranked.sort_by_key(|(rank, _)| *rank);
        ranked.into_iter().map(|(_, profile)| profile).collect()
    }

    /// Returns whether the list is narrowed.
    #[must_use]
    pub fn is_filtered(&self) -> bool {
        !self.filter.text().trim().is_empty()
    }

    /// Returns whether the profile under the cursor is that of the connected session.
    #[must_use]
    pub fn is_on_session(&self, context: &Context) -> bool {
        let current = context.profile.as_ref().map(|profile| profile.name.as_str());
        matches!(context.link, ConnectionState::Connected(_)) && self.selected(context) == current
    }
}

/// Returns the lines above the first profile, in a panel with so many lines inside: the filter and the titles of the columns.
pub(super) fn lines_above(inside: u16) -> u16 {
    match inside {
        0..=2 => 0,
        3..=5 => 1,
        6.. => 2,
    }
}
