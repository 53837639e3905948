//! The text below the steps of a connection: messages of hops, a question or a problem. It scrolls; the line in which an answer
//! is typed and the last line of its question stay. The view and the keys that scroll read the same [`PageLayout`].

use crate::app::action::Action;
use crate::app::context::Context;
use crate::app::ui::draw::wrap;
use crate::app::ui::problem::{MARGINS, SentenceTone, problem_sentences};
use crate::app::widgets::list::{CursorMove, ListCursor};
use crate::domain::problem::Problem;
use crate::domain::protocol::{HopRequest, Question, StepState};
use crate::domain::text::one_line;

use super::{Connect, ConnectAction, ConnectStage, StepProgress};

/// The least width of the text left of a key's picture: a fingerprint fits.
const WIDTH_LEFT_OF_ART: usize = 53;

/// A line of the text. It fits into the width of the panel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct TextLine {
    pub(super) text: String,
    pub(super) tone: SentenceTone,
}

/// What the panel has room for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct PageLayout {
    /// How many of the last steps are visible.
    pub(super) steps: usize,
    /// Whether there is an empty line above the steps and one below them.
    pub(super) has_gaps: bool,
    /// The text that scrolls.
    pub(super) lines: Vec<TextLine>,
    /// The first visible line.
    pub(super) first: usize,
    /// The rows for the lines.
    pub(super) rows: usize,
    pub(super) input: InputPlace,
    /// The columns at the right that a picture of a key takes.
    pub(super) art_width: usize,
}

/// Where an answer is typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum InputPlace {
    /// Nowhere: there is no question that text answers.
    None,
    /// Below the last line of the question.
    Below(TextLine),
    /// In the second of two rows. The last line of the question is the title of the panel.
    BelowTitle(TextLine),
    /// In the only row. The text scrolls in the title of the panel.
    Alone,
}

impl PageLayout {
    /// Returns whether there are lines above the visible ones.
    pub(super) fn has_lines_above(&self) -> bool {
        self.first > 0
    }

    /// Returns whether there are lines below the visible ones.
    pub(super) fn has_lines_below(&self) -> bool {
        self.first + self.rows < self.lines.len()
    }
}

/// Which end of a text that does not fit is visible first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum TextAnchor {
    Top,
    /// A question is at the end.
    End,
}

impl Connect {
    /// Returns the steps that are drawn: those of hops are skipped in a direct connection.
    pub(super) fn visible_steps(&self) -> impl DoubleEndedIterator<Item = &StepProgress> {
        self.steps.iter().filter(|step| !matches!(step.state, StepState::Skipped))
    }

    /// Returns the layout of the panel with the steps. If not all fits, empty lines are dropped first, then the first steps.
    pub(super) fn page_layout(&self, context: &Context) -> PageLayout {
        let inside = self.place(context).inside();
        let (columns, height) = (usize::from(inside.width), usize::from(inside.height));
        let steps = self.visible_steps().count();
        let width = columns.saturating_sub(usize::from(MARGINS)).max(1);
        let art = self.art();
        let art_width = art.iter().map(String::len).max().map_or(0, |width| width + 2);
        let narrow = self.wrapped(context, LineOrder::Usual, width.saturating_sub(art_width).max(1));
        let is_art_at_right = !art.is_empty()
            && width >= WIDTH_LEFT_OF_ART + art_width
            && steps + 2 + narrow.len().max(art.len()) <= height;
        if is_art_at_right {
            let rows = height - steps - 2;
            return PageLayout {
                steps,
                has_gaps: true,
                lines: narrow,
                first: 0,
                rows,
                input: InputPlace::None,
                art_width,
            };
        }
        let mut lines = self.wrapped(context, LineOrder::Usual, width);
        let has_gaps = steps + lines.len() + usize::from(self.takes_secret()) + 2 <= height;
        if !has_gaps {
            lines = self.wrapped(context, LineOrder::ProofFirst, width);
        }
        let (input, input_rows) = match (self.takes_secret(), height) {
            (false, _) => (InputPlace::None, 0),
            (true, 0 | 1) => (InputPlace::Alone, 0),
            (true, 2) => (InputPlace::BelowTitle(lines.pop().unwrap_or_else(TextLine::empty)), 1),
            (true, 3..) => (InputPlace::Below(lines.pop().unwrap_or_else(TextLine::empty)), 2),
        };
        let gaps = if has_gaps { 2 } else { 0 };
        let rest = height.saturating_sub(lines.len() + input_rows + gaps);
        let least = usize::from(matches!(self.stage, ConnectStage::Connecting) && height > 1);
        let steps = steps.min(rest.max(least));
        let rows = match input {
            InputPlace::Alone => 1,
            InputPlace::None | InputPlace::Below(_) | InputPlace::BelowTitle(_) => {
                height.saturating_sub(steps + input_rows + gaps)
            }
        };
        if !art.is_empty() && width >= art_width {
            let picture = art.iter().map(|line| TextLine { text: line.clone(), tone: SentenceTone::Plain });
            lines.extend(std::iter::once(TextLine::empty()).chain(picture));
        }
        let last = lines.len().saturating_sub(rows);
        let anchor = match self.anchor() {
            TextAnchor::Top => 0,
            TextAnchor::End => last,
        };
        let first = self.scrolled_to.unwrap_or(anchor).min(last);
        PageLayout { steps, has_gaps, lines, first, rows, input, art_width: 0 }
    }

    /// Scrolls the text.
    pub(super) fn scroll(&mut self, step: CursorMove, context: &Context) {
        let layout = self.page_layout(context);
        let last = layout.lines.len().saturating_sub(layout.rows);
        let mut position = ListCursor { cursor: layout.first, top: 0 };
        position.go(step, last + 1, layout.rows);
        self.scrolled_to = Some(position.cursor);
    }

    /// Returns the keys that scroll the text, as far as there is more of it.
    #[must_use]
    pub fn scroll_hints(&self, context: &Context) -> Vec<(ConnectAction, &'static str)> {
        if matches!(self.stage, ConnectStage::Choosing | ConnectStage::Adding) {
            return Vec::new();
        }
        let layout = self.page_layout(context);
        let above = layout.has_lines_above().then_some((ConnectAction::PageUp, "scroll up"));
        let below = layout.has_lines_below().then_some((ConnectAction::PageDown, "more"));
        above.into_iter().chain(below).collect()
    }

    /// Returns whether text is typed as an answer now.
    pub(super) fn takes_secret(&self) -> bool {
        matches!(
            self.stage,
            ConnectStage::Asking(Question::Secret { .. } | Question::RetrySecret { .. } | Question::Hop(_))
        )
    }

    /// Returns whether the typed answer is visible.
    pub(super) fn echoes(&self) -> bool {
        match &self.stage {
            ConnectStage::Asking(Question::Hop(request)) => {
                request.questions.get(self.answers.len()).is_some_and(|question| question.echo)
            }
            _ => false,
        }
    }

    /// Returns the picture of the key in question.
    pub(super) fn art(&self) -> &[String] {
        match &self.stage {
            ConnectStage::Asking(Question::HostKey { art, .. }) => art,
            _ => &[],
        }
    }

    fn anchor(&self) -> TextAnchor {
        match &self.stage {
            ConnectStage::Asking(Question::HostKey { .. } | Question::RunCommand { .. }) | ConnectStage::Failed(_) => {
                TextAnchor::Top
            }
            ConnectStage::Asking(Question::Secret { .. } | Question::RetrySecret { .. } | Question::Hop(_))
            | ConnectStage::Choosing
            | ConnectStage::ReadingSettings
            | ConnectStage::Adding
            | ConnectStage::Connecting => TextAnchor::End,
        }
    }

    /// Returns the text in lines of at most this width.
    fn wrapped(&self, context: &Context, order: LineOrder, width: usize) -> Vec<TextLine> {
        let wrap_line = |TextLine { text, tone }: TextLine| {
            wrap(&text, width).into_iter().map(move |text| TextLine { text: text.trim_end().to_owned(), tone })
        };
        self.text(context, order).into_iter().flat_map(wrap_line).collect()
    }

    fn text(&self, context: &Context, order: LineOrder) -> Vec<TextLine> {
        let messages = self.message_lines();
        match &self.stage {
            ConnectStage::Asking(question @ (Question::HostKey { .. } | Question::RunCommand { .. })) => {
                joined(consent_lines(question, context, order), messages)
            }
            ConnectStage::Asking(Question::Secret { prompt }) => {
                joined(messages, vec![TextLine::new(prompt, SentenceTone::Next)])
            }
            ConnectStage::Asking(Question::RetrySecret { prompt, problem }) => {
                let prompt = vec![TextLine::new(prompt, SentenceTone::Next)];
                joined(messages, joined(problem_lines(problem), prompt))
            }
            ConnectStage::Asking(Question::Hop(request)) => joined(messages, self.request_lines(request)),
            ConnectStage::Failed(problem) => joined(problem_lines(problem), messages),
            ConnectStage::ReadingSettings | ConnectStage::Connecting => messages,
            ConnectStage::Choosing | ConnectStage::Adding => Vec::new(),
        }
    }

    /// Returns what the hops said. Their lines are indented, so that none looks like a line of rrx.
    fn message_lines(&self) -> Vec<TextLine> {
        let mut lines = Vec::new();
        for message in self.messages.iter() {
            if !lines.is_empty() {
                lines.push(TextLine::empty());
            }
            lines.push(TextLine::new(&message.heading(), SentenceTone::Dim));
            lines.extend(message.lines.iter().map(|line| TextLine::indented(line, SentenceTone::Plain)));
        }
        lines
    }

    /// Returns a request of a hop: its text, the questions that are answered, and the next one.
    fn request_lines(&self, request: &HopRequest) -> Vec<TextLine> {
        let mut lines = vec![TextLine::new(&request.heading(self.answers.len()), SentenceTone::Dim)];
        lines.extend(request.text.iter().map(|line| TextLine::indented(line, SentenceTone::Plain)));
        for (question, answer) in request.questions.iter().zip(&self.answers) {
            let shown = if question.echo { one_line(answer.reveal()) } else { "•••".to_owned() };
            lines.push(TextLine::indented(&format!("{} {shown}", question.last_line()), SentenceTone::Dim));
        }
        let next = request.questions.get(self.answers.len()).map_or(&[][..], |question| question.lines.as_slice());
        lines.extend(next.iter().map(|line| TextLine::indented(line, SentenceTone::Next)));
        lines
    }
}

/// The order of the lines of a question.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum LineOrder {
    Usual,
    /// What the user must compare or read comes first.
    ProofFirst,
}

impl TextLine {
    fn new(text: &str, tone: SentenceTone) -> Self {
        Self { text: text.to_owned(), tone }
    }

    fn indented(text: &str, tone: SentenceTone) -> Self {
        Self { text: format!("  {text}"), tone }
    }

    fn empty() -> Self {
        Self::new("", SentenceTone::Plain)
    }
}

/// Joins two texts with an empty line between them.
fn joined(mut first: Vec<TextLine>, second: Vec<TextLine>) -> Vec<TextLine> {
    if !first.is_empty() && !second.is_empty() {
        first.push(TextLine::empty());
    }
    first.extend(second);
    first
}

fn problem_lines(problem: &Problem) -> Vec<TextLine> {
    problem_sentences(problem).into_iter().map(|(text, tone)| TextLine { text, tone }).collect()
}

/// Returns the lines of a question about a host key or a command.
fn consent_lines(question: &Question, context: &Context, order: LineOrder) -> Vec<TextLine> {
    let accept = context.key(Action::Connect(ConnectAction::Accept));
    let decline = context.key(Action::Connect(ConnectAction::Decline));
    let (proof, mut lines) = match question {
        Question::HostKey { host, algorithm, fingerprint, recorded_in, .. } => (
            fingerprint.clone(),
            vec![
                format!("The host key of {host} is not known."),
                format!("  {algorithm}"),
                format!("  {fingerprint}"),
                "Compare it with the fingerprint from your administrator. Nothing has been sent yet.".to_owned(),
                format!(
                    "{accept} accepts it and records it in {};  {decline} declines (the default)",
                    recorded_in.display()
                ),
            ],
        ),
        Question::RunCommand { host, command, place } => (
            one_line(command),
            vec![
                format!("A command connects to {host}. It runs on this machine with your rights:"),
                format!("  {}", one_line(command)),
                format!("It is from {}.", one_line(place)),
                format!(
                    "{accept} allows it for this session;  {decline} declines (the default). proxy_command = true in the \
                     profile allows it always."
                ),
            ],
        ),
        Question::Secret { .. } | Question::RetrySecret { .. } | Question::Hop(_) => return Vec::new(),
    };
    if order == LineOrder::ProofFirst {
        lines.retain(|line| line.trim() != proof);
        lines.insert(0, proof);
    }
    lines.iter().map(|line| TextLine::new(line, SentenceTone::Next)).collect()
}
