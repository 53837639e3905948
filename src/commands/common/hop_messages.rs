//! Shows what hops say in commands without a screen, on standard error. A banner is shown before a question and before an error:
//! a connection that needs nothing prints nothing. An instruction is shown at once, because the hop waits for the user.

use crate::domain::protocol::{HopMessage, HopMessageKind, HopMessages};
use crate::io::host::prompts::Prompts;

/// The messages of the hops of one connection.
#[derive(Debug, Clone, Default)]
pub struct ShownHopMessages {
    all: HopMessages,
    /// How many of them have been shown.
    shown: usize,
}

impl ShownHopMessages {
    /// Takes a message.
    pub fn on_message(&mut self, message: HopMessage, prompts: Prompts) {
        let kind = message.kind;
        if self.all.add(message) && kind == HopMessageKind::Instruction {
            self.show(prompts);
        }
    }

    /// Shows the messages that have not been shown yet.
    pub fn show(&mut self, prompts: Prompts) {
        for message in self.all.iter().skip(self.shown) {
            (prompts.tell)(&text(message));
            self.shown += 1;
        }
    }

    pub fn iter(&self) -> impl Iterator<Item = &HopMessage> {
        self.all.iter()
    }
}

/// Returns a message with its heading. Its lines are indented, so that none looks like a line of rrx.
#[must_use]
pub fn text(message: &HopMessage) -> String {
    let lines: String = message.lines.iter().flat_map(|line| ["  ", line.as_str(), "\n"]).collect();
    format!("{}\n{lines}", message.heading())
}
