//! The connection screen: the list of profiles, the form for a new profile, and the progress of a connection.

pub mod actions;
mod form;
mod form_view;
mod mouse;
mod profile_columns;
mod profiles;
mod profiles_view;
mod text;
mod update;
mod view;

pub use actions::ConnectAction;
pub use form::{ProfileField, ProfileForm};
pub use view::ConnectView;

use std::time::Duration;

use crate::app::context::Context;
use crate::app::ui::draw::wrap;
use crate::app::ui::problem::MARGINS;
use crate::domain::problem::Problem;
use crate::domain::profile::Secret;
use crate::domain::protocol::{ConnectionStep, HopMessages, Question, StepState};

use crate::app::widgets::line_input::LineInput;
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
    /// When it began.
    pub since: Duration,
}

/// The state of the connection screen.
#[derive(Debug, Default)]
pub struct Connect {
    pub stage: ConnectStage,
    /// The cursor among the profiles.
    pub list: ListCursor,
    /// The text that narrows the list.
    pub filter: LineInput,
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

impl Connect {
    /// Makes the connection screen with the cursor on the current profile, if there is one.
    #[must_use]
    pub fn at_current_profile(context: &Context) -> Self {
        let current = context.profile.as_ref().map(|profile| profile.name.as_str());
        let mut page = Self::default();
        if let Some(current) = current {
            page.select(current, context);
        }
        page
    }
}
