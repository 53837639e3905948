//! The connection screen: the picker of profiles, the form for a new one, and the ladder of the one being reached.

mod form;
mod form_view;
mod update;
mod view;

pub use form::{Field, Form};
pub use view::{ConnectView, draw_problem};

use crate::app::action::actions;
use crate::app::context::Context;
use crate::app::layout::Area;
use crate::domain::problem::Problem;
use crate::domain::protocol::{ConnectionStep, Question, StepState};

use super::widgets::list::List;
use super::widgets::secret_input::SecretInput;

actions! {
    /// What works on the connection screen.
    ConnectAction in "connect" {
        Down = "down": "next profile or field",
        Up = "up": "profile or field before",
        Connect = "connect": "connect, or give the answer",
        Add = "add": "add a profile",
        Save = "save": "save the new profile",
        NextChoice = "next-choice": "next choice of the field",
        PreviousChoice = "previous-choice": "choice of the field before",
        Accept = "accept": "accept the host key",
        Decline = "decline": "do not; back to the profiles",
        DeleteBack = "delete-back": "delete the character before the cursor",
        Close = "close": "close",
    }
}

/// What the screen shows.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum Stage {
    /// The profiles.
    #[default]
    Picking,
    /// The form for a new profile.
    Adding,
    /// The ladder.
    Climbing,
    /// The ladder, and a question that waits.
    Asking(Question),
    /// The ladder, and why it ended.
    Failed(Problem),
}

/// One line of the ladder.
#[derive(Debug, Clone, PartialEq)]
pub struct Step {
    /// Which hop; rungs past the hops carry the number of hops.
    pub hop: usize,
    /// Which rung.
    pub rung: ConnectionStep,
    /// Where it stands.
    pub state: StepState,
}

/// State of the connection screen.
#[derive(Debug, Default)]
pub struct Connect {
    /// What it shows.
    pub stage: Stage,
    /// The cursor among the profiles.
    pub list: List,
    /// The profile being reached.
    pub profile: String,
    /// The ladder so far.
    pub ladder: Vec<Step>,
    /// A profile being added.
    pub form: Form,
    /// A secret being typed; it is taken out and wiped when it is sent.
    pub secret: SecretInput,
}

/// Blank columns beside the words of a panel, on both sides together.
const BESIDE: u16 = 2;

/// Rows that a fingerprint takes where a panel has so many columns inside.
fn fingerprint_rows(fingerprint: &str, inside: u16) -> u16 {
    let wrapped = fingerprint.chars().count().div_ceil(usize::from(inside.saturating_sub(BESIDE)).max(1));
    u16::try_from(wrapped).unwrap_or(u16::MAX)
}

/// Lines that a ladder has room for.
const LADDER: usize = 18;
/// Lines that the form for a profile needs besides its border.
const FORM: usize = 8;

impl Connect {
    /// Where the connection screen lies.
    #[must_use]
    pub fn place(&self, context: &Context) -> Area {
        let rows = match self.stage {
            Stage::Picking => context.profiles.len(),
            Stage::Adding => FORM,
            Stage::Climbing | Stage::Asking(_) | Stage::Failed(_) => LADDER,
        };
        let rows = u16::try_from(rows).unwrap_or(u16::MAX).saturating_add(8).clamp(12, 26);
        context.layout.overlay(96, rows)
    }
}

/// Empty lines above the first profile of the picker, in a panel that has so many lines inside.
fn lead(inside: u16) -> u16 {
    u16::from(inside > 3)
}
