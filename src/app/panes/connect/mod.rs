//! The connection screen: the list of profiles, the form for a new profile, and the progress of a connection.

pub mod actions;
mod form;
mod form_view;
mod mouse;
mod text;
mod update;
mod view;

pub use actions::ConnectAction;
pub use form::{ProfileField, ProfileForm};
pub use view::ConnectView;

use std::sync::Arc;

use crate::app::context::Context;
use crate::app::layout::Area;
use crate::app::ui::draw::wrap;
use crate::app::ui::problem::MARGINS;
use crate::domain::problem::Problem;
use crate::domain::profile::{Environment, LeftOutProfile, Profile, Secret};
use crate::domain::protocol::{ConnectionStep, HopMessages, Question, StepState};

use crate::app::widgets::list::ListCursor;
use crate::app::widgets::secret_input::SecretInput;

/// What the connection screen shows.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum ConnectStage {
    #[default]
    Choosing,
    /// The settings are being read, to connect to a profile.
    ReadingSettings,
    /// The form for a new profile.
    Adding,
    Connecting,
    /// The steps, and a question to the user.
    Asking(Question),
    /// The steps, and why connecting failed.
    Failed(Problem),
}

/// A step of the connection.
#[derive(Debug, Clone, PartialEq)]
pub struct StepProgress {
    /// The number of the hop, from 0. Steps after the hops have the number of hops.
    pub hop: usize,
    pub step: ConnectionStep,
    pub state: StepState,
}

/// The state of the connection screen.
#[derive(Debug, Default)]
pub struct Connect {
    pub stage: ConnectStage,
    /// The cursor among the profiles.
    pub list: ListCursor,
    /// The name of the profile that is connecting.
    pub profile: String,
    /// The steps that have begun.
    pub steps: Vec<StepProgress>,
    /// The form for a new profile.
    pub form: ProfileForm,
    /// The secret that is being typed. It moves out of here when it is sent.
    pub secret: SecretInput,
    /// The answers to the first questions of a hop's request.
    pub answers: Vec<Secret>,
    /// What the hops said.
    pub messages: HopMessages,
    /// The first visible line of the text below the steps, once the user has scrolled it.
    pub scrolled_to: Option<usize>,
}

/// Returns the rows that a fingerprint or a command takes in a panel with so many columns inside.
fn text_rows(text: &str, inside: u16) -> u16 {
    let width = usize::from(inside.saturating_sub(MARGINS)).max(1);
    u16::try_from(wrap(text, width).len()).unwrap_or(u16::MAX)
}

/// Lines for the steps and what is below them.
const STEP_LINES: usize = 18;
/// Lines of the form for a profile.
const FORM_LINES: usize = 11;

/// A line of the list of profiles.
#[derive(Debug, Clone, Copy)]
enum ListedProfile<'a> {
    Usable(&'a Profile),
    /// It has errors in the settings file. Choosing it shows them.
    LeftOut(&'a LeftOutProfile),
}

impl<'a> ListedProfile<'a> {
    fn usable(profile: &'a Arc<Profile>) -> Self {
        Self::Usable(profile)
    }

    fn name(self) -> &'a str {
        match self {
            Self::Usable(profile) => &profile.name,
            Self::LeftOut(profile) => &profile.name,
        }
    }
}

/// Returns the lines of the list of profiles: those of the settings, then the built-in one.
fn listed_profiles(context: &Context) -> impl Iterator<Item = ListedProfile<'_>> {
    let is_built_in = |profile: &&Arc<Profile>| profile.environment == Environment::Demo;
    let own = context.profiles.iter().filter(move |profile| !is_built_in(profile));
    let built_in = context.profiles.iter().filter(is_built_in);
    let left_out = context.settings.left_out.iter().map(ListedProfile::LeftOut);
    own.map(ListedProfile::usable).chain(left_out).chain(built_in.map(ListedProfile::usable))
}

impl Connect {
    /// Makes the connection screen with the cursor on the current profile, if there is one.
    #[must_use]
    pub fn at_current_profile(context: &Context) -> Self {
        let current = context.profile.as_ref().map(|profile| profile.name.as_str());
        let cursor = listed_profiles(context).position(|profile| Some(profile.name()) == current);
        Self { list: ListCursor { cursor: cursor.unwrap_or(0), top: 0 }, ..Self::default() }
    }

    /// Returns the area of the connection screen.
    #[must_use]
    pub fn place(&self, context: &Context) -> Area {
        let rows = match self.stage {
            ConnectStage::Choosing => listed_profiles(context).count(),
            ConnectStage::Adding => FORM_LINES,
            ConnectStage::ReadingSettings
            | ConnectStage::Connecting
            | ConnectStage::Asking(_)
            | ConnectStage::Failed(_) => STEP_LINES,
        };
        let rows = u16::try_from(rows).unwrap_or(u16::MAX).saturating_add(8).clamp(12, 26);
        context.layout.overlay(96, rows)
    }
}

/// Returns the empty lines above the first profile, in a panel with so many lines inside.
fn top_margin(inside: u16) -> u16 {
    u16::from(inside > 3)
}
