//! The connection screen: the picker of profiles, the form for a new one, and the steps of the one being reached.

pub mod actions;
mod form;
mod form_view;
mod update;
mod view;

pub use actions::ConnectAction;
pub use form::{ProfileField, ProfileForm};
pub use view::ConnectView;

use crate::app::context::Context;
use crate::app::layout::Area;
use crate::app::ui::problem::MARGINS;
use crate::domain::problem::Problem;
use crate::domain::protocol::{ConnectionStep, Question, StepState};

use crate::app::widgets::list::ListCursor;
use crate::app::widgets::secret_input::SecretInput;

/// What the screen shows.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum ConnectStage {
    /// The profiles.
    #[default]
    Choosing,
    /// The form for a new profile.
    Adding,
    /// The steps.
    Connecting,
    /// The steps, and a question that waits.
    Asking(Question),
    /// The steps, and why it ended.
    Failed(Problem),
}

/// One line of the steps.
#[derive(Debug, Clone, PartialEq)]
pub struct StepProgress {
    /// Which hop; rungs past the hops carry the number of hops.
    pub hop: usize,
    /// Which step.
    pub step: ConnectionStep,
    /// Where it stands.
    pub state: StepState,
}

/// State of the connection screen.
#[derive(Debug, Default)]
pub struct Connect {
    /// What it shows.
    pub stage: ConnectStage,
    /// The cursor among the profiles.
    pub list: ListCursor,
    /// The profile being reached.
    pub profile: String,
    /// The steps so far.
    pub steps: Vec<StepProgress>,
    /// A profile being added.
    pub form: ProfileForm,
    /// A secret being typed; it is taken out and wiped when it is sent.
    pub secret: SecretInput,
}

/// Rows that a fingerprint takes where a panel has so many columns inside.
fn fingerprint_rows(fingerprint: &str, inside: u16) -> u16 {
    let wrapped = fingerprint.chars().count().div_ceil(usize::from(inside.saturating_sub(MARGINS)).max(1));
    u16::try_from(wrapped).unwrap_or(u16::MAX)
}

/// Lines that a steps has room for.
const STEP_LINES: usize = 18;
/// Lines that the form for a profile needs besides its border.
const FORM_LINES: usize = 8;

impl Connect {
    /// Where the connection screen lies.
    #[must_use]
    pub fn place(&self, context: &Context) -> Area {
        let rows = match self.stage {
            ConnectStage::Choosing => context.profiles.len(),
            ConnectStage::Adding => FORM_LINES,
            ConnectStage::Connecting | ConnectStage::Asking(_) | ConnectStage::Failed(_) => STEP_LINES,
        };
        let rows = u16::try_from(rows).unwrap_or(u16::MAX).saturating_add(8).clamp(12, 26);
        context.layout.overlay(96, rows)
    }
}

/// Empty lines above the first profile of the picker, in a panel that has so many lines inside.
fn lead(inside: u16) -> u16 {
    u16::from(inside > 3)
}
