//! Reads the environment variables that describe the terminal. The app decides what follows from them.

use crate::app::ui::look::TerminalEnv;
use crate::io::env::HostEnv;

/// Reads the variables that describe the terminal.
#[must_use]
pub fn terminal_variables(env: &HostEnv) -> TerminalEnv {
    let variable = |name: &str| env.text_variable(name);
    TerminalEnv {
        term: variable("TERM"),
        colour_term: variable("COLORTERM"),
        background: variable("COLORFGBG"),
        no_colour: variable("NO_COLOR"),
        // The first one that is set decides (locale(7)).
        locale: ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().find_map(variable),
    }
}
