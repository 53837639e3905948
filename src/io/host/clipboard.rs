//! Decides where a copy goes, by the environment of the process, and encodes a copy to the terminal (OSC 52). It writes nothing.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::domain::limits;

/// A program between rrx and the terminal, which forwards a sequence only if the sequence is wrapped for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Multiplexer {
    /// The terminal reads rrx directly.
    #[default]
    None,
    Tmux,
    Screen,
}

/// The clipboards that the user may have, according to the environment.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ClipboardEnv {
    pub multiplexer: Multiplexer,
    /// Whether there is a desktop with a clipboard.
    pub has_display: bool,
    /// Whether the user is logged in by SSH: then the clipboard of this machine is not the user's.
    pub is_remote: bool,
    /// The name of the terminal, if it is known not to support OSC 52.
    pub unsupported_terminal: Option<String>,
}

impl ClipboardEnv {
    /// Reads environment variables; an empty one counts as unset.
    #[must_use]
    pub fn from_variables(variable: impl Fn(&str) -> Option<String>) -> Self {
        let value = |name: &str| variable(name).filter(|value| !value.is_empty());
        let term = value("TERM").unwrap_or_default();
        let multiplexer = match () {
            // Checked first, because TERM is "screen" inside tmux too.
            () if value("TMUX").is_some() => Multiplexer::Tmux,
            () if value("STY").is_some() => Multiplexer::Screen,
            () => Multiplexer::None,
        };
        let is_unsupported = WITHOUT_OSC52.iter().any(|name| term == *name || term.starts_with(&format!("{name}-")));
        // It does not support OSC 52, whatever TERM says.
        let apple_terminal = value("TERM_PROGRAM").filter(|name| name == "Apple_Terminal");
        Self {
            multiplexer,
            has_display: cfg!(target_os = "macos") || value("DISPLAY").or_else(|| value("WAYLAND_DISPLAY")).is_some(),
            is_remote: value("SSH_CONNECTION").or_else(|| value("SSH_TTY")).is_some(),
            unsupported_terminal: match multiplexer {
                Multiplexer::None => is_unsupported.then_some(term).or(apple_terminal),
                Multiplexer::Tmux | Multiplexer::Screen => None,
            },
        }
    }

    /// Returns where a text of this length goes. `has_system` is whether the system clipboard can be used: the build
    /// has it, and it has not just refused this text.
    #[must_use]
    pub fn target(&self, bytes: usize, has_system: bool) -> CopyTarget {
        match &self.unsupported_terminal {
            _ if has_system && self.has_display && !self.is_remote => CopyTarget::System,
            Some(name) => CopyTarget::File(FileReason::UnsupportedTerminal(name.clone())),
            None if bytes > limits::OSC52_BYTES => CopyTarget::File(FileReason::TooLong),
            None => CopyTarget::Terminal(self.multiplexer),
        }
    }
}

/// Terminals that are known not to support OSC 52: kernel consoles and hardware terminals.
const WITHOUT_OSC52: [&str; 8] = ["linux", "dumb", "cons25", "vt100", "vt102", "vt220", "vt320", "sun"];

/// Where a copy goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CopyTarget {
    /// The clipboard of the desktop of this machine.
    System,
    /// The clipboard of the terminal, by OSC 52.
    Terminal(Multiplexer),
    File(FileReason),
}

/// Why a copy goes to a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FileReason {
    /// Longer than terminals accept.
    TooLong,
    /// This terminal does not support OSC 52.
    UnsupportedTerminal(String),
}

/// Encodes a text as the sequence that copies it to the terminal's clipboard. Terminals drop texts longer than
/// [`limits::OSC52_BYTES`]; [`ClipboardEnv::target`] checks that.
#[must_use]
pub fn osc52(text: &str, multiplexer: Multiplexer) -> String {
    let plain = format!("\x1b]52;c;{}\x07", STANDARD.encode(text));
    match multiplexer {
        Multiplexer::None => plain,
        // tmux takes the plain sequence with `set-clipboard on`, and forwards the wrapped one (every ESC doubled) with
        // `allow-passthrough on` (before 3.3 always). rrx sends both, because the same text twice does no harm.
        Multiplexer::Tmux => format!("{plain}\x1bPtmux;{}\x1b\\", plain.replace('\x1b', "\x1b\x1b")),
        Multiplexer::Screen => {
            // Old versions forward at most 256 bytes at a time; the terminal joins the pieces.
            let pieces: Vec<_> = plain.as_bytes().chunks(SCREEN_BYTES).map(String::from_utf8_lossy).collect();
            format!("\x1bP{}\x1b\\", pieces.join("\x1b\\\x1bP"))
        }
    }
}

/// The bytes that every version of GNU screen forwards in one piece, without the wrapping.
const SCREEN_BYTES: usize = 252;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_becomes_one_sequence_in_base64() {
        assert_eq!(osc52("a\x1b]52;b", Multiplexer::None), "\x1b]52;c;YRtdNTI7Yg==\x07");
    }

    #[test]
    fn tmux_gets_it_plain_and_wrapped_with_doubled_escapes() {
        let both = "\x1b]52;c;aGk=\x07\x1bPtmux;\x1b\x1b]52;c;aGk=\x07\x1b\\";
        assert_eq!(osc52("hi", Multiplexer::Tmux), both);
    }

    #[test]
    fn screen_gets_it_in_pieces_that_join_to_the_whole() {
        let sent = osc52(&"x".repeat(1000), Multiplexer::Screen);
        let pieces: Vec<&str> = sent.split_terminator("\x1b\\").collect();
        assert!(pieces.len() > 4 && pieces.iter().all(|piece| piece.len() <= 254), "{pieces:?}");
        let joined: String = pieces.iter().map(|piece| piece.strip_prefix("\x1bP").unwrap()).collect();
        assert_eq!(joined, osc52(&"x".repeat(1000), Multiplexer::None));
    }

    /// Variables, bytes, `has_system`, and the expected target.
    type Case<'a> = (&'a [(&'a str, &'a str)], usize, bool, CopyTarget);

    #[test]
    fn the_target_of_a_copy_depends_on_the_environment() {
        use Multiplexer::{None as Direct, Screen, Tmux};
        const LONGEST: usize = limits::OSC52_BYTES;
        let unsupported = |name: &str| CopyTarget::File(FileReason::UnsupportedTerminal(name.into()));
        let too_long = CopyTarget::File(FileReason::TooLong);
        let table: &[Case<'_>] = &[
            // The system clipboard.
            (&[("DISPLAY", ":0")], 1, true, CopyTarget::System),
            (&[("WAYLAND_DISPLAY", "wayland-0"), ("TMUX", "x")], LONGEST + 1, true, CopyTarget::System),
            (&[("DISPLAY", ":0"), ("TERM", "linux")], 1, true, CopyTarget::System),
            // Not built in, or just refused.
            (&[("DISPLAY", ":0")], 1, false, CopyTarget::Terminal(Direct)),
            // No display; one that is not the user's.
            (&[], 1, true, CopyTarget::Terminal(Direct)),
            (&[("DISPLAY", "")], 1, true, CopyTarget::Terminal(Direct)),
            (&[("DISPLAY", "localhost:10.0"), ("SSH_CONNECTION", "1 2 3 4")], 1, true, CopyTarget::Terminal(Direct)),
            (&[("DISPLAY", ":0"), ("SSH_TTY", "/dev/pts/1")], LONGEST + 1, true, too_long.clone()),
            // Inside a multiplexer.
            (&[("TMUX", "/tmp/tmux"), ("TERM", "screen-256color")], 1, true, CopyTarget::Terminal(Tmux)),
            (&[("STY", "12.x"), ("TERM", "screen")], 1, true, CopyTarget::Terminal(Screen)),
            (&[("TMUX", "/tmp/tmux"), ("STY", "12.x")], 1, true, CopyTarget::Terminal(Tmux)),
            // Long texts.
            (&[("TERM", "xterm-256color")], LONGEST, true, CopyTarget::Terminal(Direct)),
            (&[("TERM", "xterm-256color")], LONGEST + 1, true, too_long),
            // Terminals without OSC 52.
            (&[("TERM", "linux")], 1, true, unsupported("linux")),
            (&[("TERM", "linux-16color")], 1, true, unsupported("linux-16color")),
            (&[("TERM", "vt100")], 1, true, unsupported("vt100")),
            (&[("TERM", "vt100"), ("TMUX", "/tmp/tmux")], 1, true, CopyTarget::Terminal(Tmux)),
            (
                &[("TERM", "xterm-256color"), ("TERM_PROGRAM", "Apple_Terminal")],
                1,
                false,
                unsupported("Apple_Terminal"),
            ),
        ];
        for (variables, bytes, has_system, target) in table {
            if cfg!(target_os = "macos") && *has_system {
                continue;
            }
            let env = ClipboardEnv::from_variables(|name| {
                variables.iter().find(|(variable, _)| *variable == name).map(|(_, value)| (*value).to_owned())
            });
            assert_eq!(env.target(*bytes, *has_system), *target, "{variables:?} {bytes} {has_system}");
        }
    }
}
