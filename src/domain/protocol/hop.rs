//! What a hop says while it signs the user in: its questions (keyboard-interactive, RFC 4256) and its messages.
//!
//! Invariant: each line of a hop's text is safe for a terminal, and lines and questions are bounded.

use crate::domain::limits;
use crate::domain::text::{lines, one_line};

/// A request of a hop for answers. The answers to all its questions are sent together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HopRequest {
    /// The hop as the user names it.
    pub hop: String,
    /// The account at the hop.
    pub user: String,
    /// The lines of the name of the request and of its instruction.
    pub text: Vec<String>,
    pub questions: Vec<HopQuestion>,
    /// Whether the hop refused the last answers.
    pub is_retry: bool,
}

/// One question of a hop.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HopQuestion {
    /// Its lines; at least one, which may be empty.
    pub lines: Vec<String>,
    /// Whether the answer may be shown while it is typed.
    pub echo: bool,
}

impl HopQuestion {
    /// Makes a question from the hop's text.
    #[must_use]
    pub fn new(text: &str, echo: bool) -> Self {
        let lines = lines(text, limits::HOP_QUESTION_BYTES);
        Self { lines: if lines.is_empty() { vec![String::new()] } else { lines }, echo }
    }

    /// Returns the last line, at whose end the answer is typed.
    #[must_use]
    pub fn last_line(&self) -> &str {
        self.lines.last().map_or("", String::as_str)
    }
}

impl HopRequest {
    /// Returns the lines of the name and the instruction of a request.
    #[must_use]
    pub fn text_of(name: &str, instruction: &str) -> Vec<String> {
        let name = lines(name, limits::HOP_QUESTION_BYTES);
        name.into_iter().chain(lines(instruction, limits::HOP_TEXT_BYTES)).collect()
    }

    /// Returns the sentence in which rrx names the hop. The number of the question is from 0.
    #[must_use]
    pub fn heading(&self, number: usize) -> String {
        let Self { hop, user, questions, .. } = self;
        let count = match questions.len() {
            0 | 1 => String::new(),
            all => format!(" (question {} of {all})", number + 1),
        };
        let note = if self.is_retry { " again; the last answer was not accepted" } else { "" };
        format!("{} asks {}{count}{note}:", one_line(hop), one_line(user))
    }

    /// Returns all texts of the hop as one line.
    #[must_use]
    pub fn asked(&self) -> String {
        let asked = self.questions.iter().flat_map(|question| &question.lines);
        let parts: Vec<&str> =
            self.text.iter().chain(asked).map(|line| line.trim()).filter(|line| !line.is_empty()).collect();
        parts.join(" · ")
    }

    /// Returns who asks whom what, as one line.
    #[must_use]
    pub fn summary(&self) -> String {
        format!("{} asks {}: {}", one_line(&self.hop), one_line(&self.user), self.asked())
    }
}

/// A text of a hop that needs no answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HopMessage {
    /// The hop as the user names it.
    pub hop: String,
    pub kind: HopMessageKind,
    pub lines: Vec<String>,
}

/// Where a message of a hop comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HopMessageKind {
    /// The banner before the sign-in (RFC 4252, section 5.4).
    Banner,
    /// An instruction without a question: the hop waits for something else, such as a key press on a phone.
    Instruction,
}

impl HopMessage {
    /// Returns the sentence above the lines.
    #[must_use]
    pub fn heading(&self) -> String {
        format!("{} says:", one_line(&self.hop))
    }

    /// Returns the message as one line.
    #[must_use]
    pub fn summary(&self) -> String {
        let parts: Vec<&str> = self.lines.iter().map(|line| line.trim()).filter(|line| !line.is_empty()).collect();
        format!("{} {}", self.heading(), parts.join(" "))
    }
}

/// The messages of the hops of one connection: each one once, and a limited number of them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct HopMessages(Vec<HopMessage>);

impl HopMessages {
    /// Adds a message. Returns whether it is new and there is room for it.
    pub fn add(&mut self, message: HopMessage) -> bool {
        let is_new = self.0.len() < limits::HOP_MESSAGES && !self.0.contains(&message);
        if is_new {
            self.0.push(message);
        }
        is_new
    }

    pub fn iter(&self) -> impl Iterator<Item = &HopMessage> {
        self.0.iter()
    }

    pub fn clear(&mut self) {
        self.0.clear();
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::text::is_safe;

    #[test]
    fn a_duo_prompt_keeps_its_lines() {
        let text = "Duo two-factor login for alice\n\nEnter a passcode or select one of the following options:\n\n 1. Duo Push to \
                    XXX-XXX-1234\n 2. Phone call\n\nPasscode or option (1-2): ";
        let question = HopQuestion::new(text, true);
        assert_eq!(question.lines.len(), 8);
        assert_eq!(question.lines[4], " 1. Duo Push to XXX-XXX-1234");
        assert_eq!(question.last_line(), "Passcode or option (1-2):");
    }

    #[test]
    fn a_message_is_kept_once_and_not_without_end() {
        let message = |text: &str| HopMessage {
            hop: "bastion".into(),
            kind: HopMessageKind::Banner,
            lines: vec![text.to_owned()],
        };
        let mut messages = HopMessages::default();
        assert!(messages.add(message("a")) && !messages.add(message("a")));
        for number in 0..1000 {
            messages.add(message(&number.to_string()));
        }
        assert_eq!(messages.iter().count(), limits::HOP_MESSAGES);
    }

    proptest! {
        #[test]
        fn every_line_of_a_hop_is_safe_and_all_are_bounded(name in any::<String>(), text in any::<String>(), times in 1_usize..2000) {
            let question = HopQuestion::new(&text.repeat(times), false);
            let lines = HopRequest::text_of(&name, &text.repeat(times));
            prop_assert!(!question.lines.is_empty());
            for line in lines.iter().chain(&question.lines) {
                prop_assert!(line.chars().all(is_safe), "{:?}", line);
            }
            prop_assert!(lines.len() <= limits::HOP_QUESTION_BYTES + limits::HOP_TEXT_BYTES + 2);
        }
    }
}
