//! What the environment says about the terminal, read once at the start; what follows from it is the app's to decide.

use crate::app::ui::look::TerminalEnv;

/// The variables that tell about the terminal.
#[must_use]
pub fn said() -> TerminalEnv {
    TerminalEnv {
        term: variable("TERM"),
        colour_term: variable("COLORTERM"),
        background: variable("COLORFGBG"),
        no_colour: variable("NO_COLOR"),
        // The first that is set decides, as for every program (locale(7)).
        locale: ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().find_map(variable),
    }
}

#[expect(clippy::disallowed_methods, reason = "the variables that tell about the terminal, read once at the start")]
fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}
