//! The clipboard by way of the terminal: the OSC 52 sequence for a text. It writes nothing; the terminal room does.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::domain::limits;
use crate::domain::problem::{Kind, Problem};

/// Whether the program runs inside tmux, which passes a sequence on only when it is wrapped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Multiplexer {
    /// The terminal reads us directly.
    None,
    /// tmux stands between.
    Tmux,
}

/// The sequence that puts this text on the clipboard of the terminal.
///
/// # Errors
/// A problem where the text is longer than terminals take ([`limits::OSC52_BYTES`] of base64).
pub fn osc52(text: &str, inside: Multiplexer) -> Result<String, Problem> {
    let coded = STANDARD.encode(text);
    if coded.len() > limits::OSC52_BYTES {
        return Err(Problem::new(Kind::Local, "The text is too long for the terminal's clipboard")
            .because(format!("it is {} bytes; terminals take about {}", text.len(), limits::OSC52_BYTES / 4 * 3))
            .hint("copy a smaller part, or write it to a file"));
    }
    Ok(match inside {
        Multiplexer::None => format!("\x1b]52;c;{coded}\x07"),
        // Inside the wrapping every ESC is doubled.
        Multiplexer::Tmux => format!("\x1bPtmux;\x1b\x1b]52;c;{coded}\x07\x1b\\"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_becomes_one_sequence_in_base64() {
        assert_eq!(osc52("a\x1b]52;b", Multiplexer::None), Ok("\x1b]52;c;YRtdNTI7Yg==\x07".into()));
    }

    #[test]
    fn tmux_gets_it_wrapped_with_doubled_escapes() {
        assert_eq!(osc52("hi", Multiplexer::Tmux), Ok("\x1bPtmux;\x1b\x1b]52;c;aGk=\x07\x1b\\".into()));
    }

    #[test]
    fn a_text_that_terminals_would_drop_is_refused_with_its_size() {
        assert!(osc52(&"x".repeat(56_244), Multiplexer::None).is_ok());
        assert!(osc52(&"x".repeat(56_245), Multiplexer::None).is_err());
    }
}
