//! What a held tunnel tells while it stands: settings on stdout, events on stderr, one of them a line that renews itself on a
//! terminal; or one JSON object a line on stdout. Once the tunnel stands, what cannot be told is no reason to end it: clients
//! are served, and the access log has what happened, whether or not somebody still reads.

use std::io::Write;
use std::time::Duration;

use serde_json::{Value, json};

use super::outlet::LeftOut;
use super::settings::{self, At};
use crate::commands::print;
use crate::domain::access_log::TunnelEvent;
use crate::domain::problem::Problem;
use crate::domain::profile::Profile;
use crate::domain::words::counted;
use crate::io::tunnel::Counts;

/// How it tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// Lines.
    Lines,
    /// Lines, and a last one with the counts that renews itself.
    Terminal,
    /// JSON, one object a line.
    Json,
}

impl Shape {
    /// How it tells that texts were left out, since nobody took them.
    #[must_use]
    pub fn left_out(self) -> LeftOut {
        match self {
            Self::Json => |count| format!("{}\n", json!({ "event": "left-out", "count": count })),
            Self::Lines | Self::Terminal => |count| {
                format!("rrx: {} left out, which found no room; the access log has it all\n", counted(count, "line"))
            },
        }
    }
}

/// Where it tells.
pub(super) struct Show<'a> {
    shape: Shape,
    out: &'a mut (dyn Write + Send),
    err: &'a mut (dyn Write + Send),
    /// The last counts shown.
    last: String,
}

impl<'a> Show<'a> {
    pub(super) fn new(shape: Shape, out: &'a mut (dyn Write + Send), err: &'a mut (dyn Write + Send)) -> Self {
        Self { shape, out, err, last: String::new() }
    }

    /// How often the counts are looked at.
    pub(super) fn period(&self) -> Duration {
        match self.shape {
            Shape::Terminal => Duration::from_millis(500),
            Shape::Lines | Shape::Json => Duration::from_hours(1),
        }
    }

    pub(super) fn opened(&mut self, profile: &Profile, at: &At, last_hop: &str) -> Result<(), Problem> {
        match self.shape {
            Shape::Json => self.event(&settings::json(profile, at, last_hop)),
            Shape::Lines | Shape::Terminal => print::text(self.out, &settings::words(profile, at, last_hop)),
        }
    }

    /// Renews the last line of a terminal.
    pub(super) fn counts(&mut self, counts: &Counts) {
        if self.shape != Shape::Terminal {
            return;
        }
        let (up, down) = counts.bytes();
        let who = counted(counts.live(), "client");
        let mut words = format!("{who} · {} up · {} down", size(up), size(down));
        if counts.strangers() > 0 {
            words = format!("{words} · {} turned away", counted(counts.strangers(), "stranger"));
        }
        if words == self.last {
            return;
        }
        self.last.clone_from(&words);
        self.say(&format!("\r\u{1b}[K{words}"));
    }

    pub(super) fn came(&mut self, client: u64) {
        self.tell(&json!({ "event": "came", "client": client }), &format!("client {client} is there"));
    }

    pub(super) fn left(&mut self, left: &TunnelEvent) {
        let TunnelEvent::Left { client, up, down, milliseconds, end } = left else { return };
        let words = format!(
            "client {client} is gone after {:.1} s: {} up, {} down, {}",
            Duration::from_millis(*milliseconds).as_secs_f64(),
            size(*up),
            size(*down),
            print::line(end)
        );
        self.tell(&written(left), &words);
    }

    pub(super) fn closed(&mut self, closed: &TunnelEvent) {
        // The counts stand in its words, and no line is renewed any more.
        self.last.clear();
        self.tell(&written(closed), &closed.words());
    }

    pub(super) fn stranger(&mut self) {
        self.tell(&json!({ "event": "stranger" }), "a client that is not yours was turned away");
    }

    pub(super) fn lost(&mut self, problem: &Problem) {
        let words = format!("the way is lost ({}); trying to come back", print::line(&problem.because.join("; ")));
        self.tell(&json!({ "event": "lost", "because": problem.because }), &words);
    }

    pub(super) fn not_back(&mut self, problem: &Problem, again: Duration) {
        let words = format!("not back yet: {} Next try in {:.1} s", print::line(&problem.what), again.as_secs_f64());
        self.tell(&json!({ "event": "not-back", "what": problem.what, "because": problem.because }), &words);
    }

    pub(super) fn back(&mut self) {
        self.tell(&json!({ "event": "back" }), "the way is there again");
    }

    /// The way does not come back: what the program says at its end has the words.
    pub(super) fn gone(&mut self, problem: &Problem) {
        match self.shape {
            Shape::Json => self.trouble_event("gone", problem),
            Shape::Lines | Shape::Terminal => {}
        }
    }

    pub(super) fn trouble(&mut self, problem: &Problem) {
        match self.shape {
            Shape::Json => self.trouble_event("trouble", problem),
            Shape::Lines | Shape::Terminal => self.tell(&Value::Null, &print::block(&problem.to_string())),
        }
    }

    fn trouble_event(&mut self, name: &str, problem: &Problem) {
        let event = json!({ "event": name, "what": problem.what, "because": problem.because, "next": problem.hint });
        let _ = self.event(&event);
    }

    fn tell(&mut self, value: &Value, words: &str) {
        match self.shape {
            Shape::Json => {
                let _ = self.event(value);
            }
            Shape::Lines => self.say(&format!("rrx: {words}\n")),
            Shape::Terminal => {
                let last = std::mem::take(&mut self.last);
                self.say(&format!("\r\u{1b}[Krrx: {words}\n{last}"));
                self.last = last;
            }
        }
    }

    fn say(&mut self, words: &str) {
        let _ = print::text(self.err, words);
    }

    fn event(&mut self, value: &Value) -> Result<(), Problem> {
        print::text(self.out, &format!("{value}\n"))
    }
}

/// A record's own event as JSON.
fn written(event: &TunnelEvent) -> Value {
    serde_json::to_value(event).unwrap_or_default()
}

fn size(bytes: u64) -> String {
    let mut value = bytes as f64;
    for unit in ["B", "KiB", "MiB"] {
        if value < 1024.0 {
            return if unit == "B" { format!("{bytes} B") } else { format!("{value:.1} {unit}") };
        }
        value /= 1024.0;
    }
    format!("{value:.1} GiB")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(shape: Shape, tell: impl FnOnce(&mut Show<'_>)) -> (String, String) {
        let (mut out, mut err) = (Vec::new(), Vec::new());
        tell(&mut Show::new(shape, &mut out, &mut err));
        (String::from_utf8(out).unwrap(), String::from_utf8(err).unwrap())
    }

    #[test]
    fn on_a_terminal_the_counts_stay_below_what_happens() {
        let counts = Counts::default();
        let (out, err) = shown(Shape::Terminal, |show| {
            show.counts(&counts);
            show.counts(&counts);
            show.came(1);
        });
        let line = "0 clients · 0 B up · 0 B down";
        assert_eq!(
            err,
            format!("\r\u{1b}[K{line}\r\u{1b}[Krrx: client 1 is there\n{line}"),
            "written once while nothing changes"
        );
        assert_eq!(out, "");
    }

    #[test]
    fn elsewhere_there_are_lines_or_json_and_no_counts() {
        let counts = Counts::default();
        let (_, lines) = shown(Shape::Lines, |show| {
            show.counts(&counts);
            show.back();
        });
        assert_eq!(lines, "rrx: the way is there again\n");
        let left = TunnelEvent::Left { client: 2, up: 3, down: 5 << 20, milliseconds: 1500, end: "closed".into() };
        let (json, _) = shown(Shape::Json, |show| show.left(&left));
        let value: Value = serde_json::from_str(&json).unwrap();
        assert_eq!((&value["event"], &value["down"]), (&"left".into(), &(5 << 20).into()));
        let (_, lines) = shown(Shape::Lines, |show| show.left(&left));
        assert_eq!(lines, "rrx: client 2 is gone after 1.5 s: 3 B up, 5.0 MiB down, closed\n");
    }
}
