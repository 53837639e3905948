//! Which way a copy takes from here, and the OSC 52 sequence for a text. It writes nothing; the terminal room does.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::domain::limits;

/// What stands between the program and the terminal: it passes a sequence on only when that is wrapped for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Multiplexer {
    /// The terminal reads us directly.
    #[default]
    None,
    /// tmux.
    Tmux,
    /// GNU screen.
    Screen,
}

/// What the environment says about the clipboards that the user may have.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Surroundings {
    /// What stands between us and the terminal.
    pub inside: Multiplexer,
    /// Whether a desktop with a clipboard is here.
    pub has_display: bool,
    /// Whether the program was reached through SSH: the clipboard of this machine is not the user's.
    pub is_remote: bool,
    /// The terminal's name, where it is known to take no OSC 52.
    pub deaf: Option<String>,
}

impl Surroundings {
    /// What the variables of this process say.
    #[must_use]
    #[expect(clippy::disallowed_methods, reason = "this room reads the environment")]
    pub fn of_this_process() -> Self {
        Self::said(|name| std::env::var(name).ok())
    }

    /// What these variables say; an empty one says nothing.
    #[must_use]
    pub fn said(variable: impl Fn(&str) -> Option<String>) -> Self {
        let said = |name: &str| variable(name).filter(|value| !value.is_empty());
        let term = said("TERM").unwrap_or_default();
        let inside = match () {
            // tmux calls itself screen too.
            () if said("TMUX").is_some() => Multiplexer::Tmux,
            () if said("STY").is_some() => Multiplexer::Screen,
            () => Multiplexer::None,
        };
        let is_deaf = DEAF.iter().any(|name| term == *name || term.starts_with(&format!("{name}-")));
        // It takes none, whatever it calls itself.
        let apple = said("TERM_PROGRAM").filter(|name| name == "Apple_Terminal");
        Self {
            inside,
            has_display: cfg!(target_os = "macos") || said("DISPLAY").or_else(|| said("WAYLAND_DISPLAY")).is_some(),
            is_remote: said("SSH_CONNECTION").or_else(|| said("SSH_TTY")).is_some(),
            deaf: if inside == Multiplexer::None { is_deaf.then_some(term).or(apple) } else { None },
        }
    }

    /// The way of a text of so many bytes. `has_system` is whether the system's clipboard can be asked: the build has it, and
    /// it has not just refused this text.
    #[must_use]
    pub fn way(&self, bytes: usize, has_system: bool) -> Way {
        match &self.deaf {
            _ if has_system && self.has_display && !self.is_remote => Way::System,
            Some(name) => Way::File(WhyFile::Deaf(name.clone())),
            None if bytes > limits::OSC52_BYTES => Way::File(WhyFile::TooLong),
            None => Way::Terminal(self.inside),
        }
    }
}

/// Terminals that are known to take no OSC 52: the consoles of the kernels, and those of hardware.
const DEAF: [&str; 8] = ["linux", "dumb", "cons25", "vt100", "vt102", "vt220", "vt320", "sun"];

/// The way of a copy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Way {
    /// The clipboard of this machine's desktop.
    System,
    /// The terminal, by OSC 52.
    Terminal(Multiplexer),
    /// A file.
    File(WhyFile),
}

/// Why a copy goes into a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WhyFile {
    /// Terminals drop so long a text.
    TooLong,
    /// The terminal of this name takes none.
    Deaf(String),
}

/// The sequence that puts this text on the clipboard of the terminal. One that is longer than [`limits::OSC52_BYTES`] is
/// dropped by terminals: [`Surroundings::way`] knows.
#[must_use]
pub fn osc52(text: &str, inside: Multiplexer) -> String {
    let plain = format!("\x1b]52;c;{}\x07", STANDARD.encode(text));
    match inside {
        Multiplexer::None => plain,
        // tmux itself takes it with `set-clipboard on`, and passes it on wrapped, every ESC doubled, with `allow-passthrough
        // on` (before 3.3 always). Which of the two holds is not asked for; the same text twice does no harm.
        Multiplexer::Tmux => format!("{plain}\x1bPtmux;{}\x1b\\", plain.replace('\x1b', "\x1b\x1b")),
        Multiplexer::Screen => {
            // It passes strings of 256 bytes at most in its older versions; the terminal joins them.
            let pieces: Vec<_> = plain.as_bytes().chunks(SCREEN_BYTES).map(String::from_utf8_lossy).collect();
            format!("\x1bP{}\x1b\\", pieces.join("\x1b\\\x1bP"))
        }
    }
}

/// Bytes of one string that every GNU screen passes on, without those around it.
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

    /// The variables, the bytes, whether the system's clipboard can be asked, and the way.
    type Case<'a> = (&'a [(&'a str, &'a str)], usize, bool, Way);

    #[test]
    fn the_way_of_a_copy_follows_from_what_is_here() {
        use Multiplexer::{None as Direct, Screen, Tmux};
        const LONGEST: usize = limits::OSC52_BYTES;
        let deaf = |name: &str| Way::File(WhyFile::Deaf(name.into()));
        let too_long = Way::File(WhyFile::TooLong);
        let table: &[Case<'_>] = &[
            // The desktop's own, where it is here and built in.
            (&[("DISPLAY", ":0")], 1, true, Way::System),
            (&[("WAYLAND_DISPLAY", "wayland-0"), ("TMUX", "x")], LONGEST + 1, true, Way::System),
            (&[("DISPLAY", ":0"), ("TERM", "linux")], 1, true, Way::System),
            // Not built in, or it has just refused.
            (&[("DISPLAY", ":0")], 1, false, Way::Terminal(Direct)),
            // No display; one that is not the user's.
            (&[], 1, true, Way::Terminal(Direct)),
            (&[("DISPLAY", "")], 1, true, Way::Terminal(Direct)),
            (&[("DISPLAY", "localhost:10.0"), ("SSH_CONNECTION", "1 2 3 4")], 1, true, Way::Terminal(Direct)),
            (&[("DISPLAY", ":0"), ("SSH_TTY", "/dev/pts/1")], LONGEST + 1, true, too_long.clone()),
            // What stands between.
            (&[("TMUX", "/tmp/tmux"), ("TERM", "screen-256color")], 1, true, Way::Terminal(Tmux)),
            (&[("STY", "12.x"), ("TERM", "screen")], 1, true, Way::Terminal(Screen)),
            (&[("TMUX", "/tmp/tmux"), ("STY", "12.x")], 1, true, Way::Terminal(Tmux)),
            // Terminals drop what is longer.
            (&[("TERM", "xterm-256color")], LONGEST, true, Way::Terminal(Direct)),
            (&[("TERM", "xterm-256color")], LONGEST + 1, true, too_long),
            // Those that take none.
            (&[("TERM", "linux")], 1, true, deaf("linux")),
            (&[("TERM", "linux-16color")], 1, true, deaf("linux-16color")),
            (&[("TERM", "vt100")], 1, true, deaf("vt100")),
            (&[("TERM", "vt100"), ("TMUX", "/tmp/tmux")], 1, true, Way::Terminal(Tmux)),
            (&[("TERM", "xterm-256color"), ("TERM_PROGRAM", "Apple_Terminal")], 1, false, deaf("Apple_Terminal")),
        ];
        for (variables, bytes, has_system, way) in table {
            if cfg!(target_os = "macos") && *has_system {
                continue;
            }
            let here = Surroundings::said(|name| {
                variables.iter().find(|(own, _)| *own == name).map(|(_, value)| (*value).to_owned())
            });
            assert_eq!(here.way(*bytes, *has_system), *way, "{variables:?} {bytes} {has_system}");
        }
    }
}
