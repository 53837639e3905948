//! Prints the events of a tunnel: settings on stdout and events on stderr, with a line of counts on a terminal; or JSON on
//! stdout, one object a line. Once the tunnel is open, a print that fails does not end it: clients are still served, and the
//! access log has all events.

use std::io::Write;
use std::time::Duration;

use serde_json::{Value, json};

use super::client_settings::{self, LocalAddress};
use super::queued_output::DroppedMessage;
use crate::commands::common::print;
use crate::domain::access_log::TunnelEvent;
use crate::domain::problem::Problem;
use crate::domain::profile::Profile;
use crate::domain::quantity::counted;
use crate::io::tunnel::ListenerCounts;

/// How events are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum EventStyle {
    Lines,
    /// Lines, and a last line with counts, which is updated in place.
    Terminal,
    /// JSON, one object a line.
    Json,
}

impl EventStyle {
    /// Returns the function that makes the message about texts that were dropped because the reader stalled.
    pub(super) fn dropped_message(self) -> DroppedMessage {
        match self {
            Self::Json => |count| format!("{}\n", json!({ "event": "left-out", "count": count })),
            Self::Lines | Self::Terminal => |count| {
                format!("rrx: {} dropped because the output was blocked; see the access log\n", counted(count, "line"))
            },
        }
    }
}

/// Prints the events of one tunnel.
pub(super) struct EventPrinter<'a> {
    style: EventStyle,
    out: &'a mut (dyn Write + Send),
    err: &'a mut (dyn Write + Send),
    /// The line of counts on the terminal.
    counts_line: String,
}

impl<'a> EventPrinter<'a> {
    pub(super) fn new(style: EventStyle, out: &'a mut (dyn Write + Send), err: &'a mut (dyn Write + Send)) -> Self {
        Self { style, out, err, counts_line: String::new() }
    }

    /// Returns how often to print the counts.
    pub(super) fn count_interval(&self) -> Duration {
        match self.style {
            EventStyle::Terminal => Duration::from_millis(500),
            EventStyle::Lines | EventStyle::Json => Duration::from_hours(1),
        }
    }

    pub(super) fn opened(&mut self, profile: &Profile, address: &LocalAddress, last_hop: &str) -> Result<(), Problem> {
        match self.style {
            EventStyle::Json => self.print_json(&client_settings::opened_json(profile, address, last_hop)),
            EventStyle::Lines | EventStyle::Terminal => {
                print::text(self.out, &client_settings::opened_text(profile, address, last_hop))
            }
        }
    }

    /// Updates the line of counts on a terminal.
    pub(super) fn counts(&mut self, counts: &ListenerCounts) {
        if self.style != EventStyle::Terminal {
            return;
        }
        let (up, down) = counts.bytes();
        let clients = counted(counts.connected(), "client");
        let mut line = format!("{clients} · {} up · {} down", size(up), size(down));
        if counts.rejected() > 0 {
            line = format!("{line} · refused {} of other users", counted(counts.rejected(), "connection"));
        }
        if line == self.counts_line {
            return;
        }
        self.counts_line.clone_from(&line);
        self.print_err(&format!("\r\u{1b}[K{line}"));
    }

    pub(super) fn client_connected(&mut self, client: u64) {
        self.print(&json!({ "event": "came", "client": client }), &format!("client {client} connected"));
    }

    pub(super) fn client_disconnected(&mut self, event: &TunnelEvent) {
        let TunnelEvent::Disconnected { client, up, down, milliseconds, end } = event else { return };
        let text = format!(
            "client {client} disconnected after {:.1} s: {} up, {} down, {}",
            Duration::from_millis(*milliseconds).as_secs_f64(),
            size(*up),
            size(*down),
            print::one_line(end)
        );
        self.print(&record_json(event), &text);
    }

    pub(super) fn closed(&mut self, closed: &TunnelEvent) {
        // The line of counts is not updated any more: the text of the event has the counts.
        self.counts_line.clear();
        self.print(&record_json(closed), &closed.describe());
    }

    pub(super) fn refused_client(&mut self) {
        self.print(&json!({ "event": "stranger" }), "refused a connection of another user");
    }

    pub(super) fn connection_lost(&mut self, problem: &Problem) {
        let text = format!("the connection was lost ({}); reconnecting", print::one_line(&problem.because.join("; ")));
        self.print(&json!({ "event": "lost", "because": problem.because }), &text);
    }

    pub(super) fn reconnect_failed(&mut self, problem: &Problem, next_try: Duration) {
        let text = format!(
            "reconnecting failed: {}. Next attempt in {:.1} s",
            print::one_line(problem.what.trim_end_matches('.')),
            next_try.as_secs_f64()
        );
        self.print(&json!({ "event": "not-back", "what": problem.what, "because": problem.because }), &text);
    }

    pub(super) fn reconnected(&mut self) {
        self.print(&json!({ "event": "back" }), "reconnected");
    }

    /// Prints as JSON that rrx gave up reconnecting. In the other styles, the error message of the command reports it.
    pub(super) fn gave_up(&mut self, problem: &Problem) {
        match self.style {
            EventStyle::Json => self.print_problem_json("gone", problem),
            EventStyle::Lines | EventStyle::Terminal => {}
        }
    }

    pub(super) fn problem(&mut self, problem: &Problem) {
        match self.style {
            EventStyle::Json => self.print_problem_json("trouble", problem),
            EventStyle::Lines | EventStyle::Terminal => {
                self.print(&Value::Null, &print::multi_line(&problem.to_string()));
            }
        }
    }

    fn print_problem_json(&mut self, event: &str, problem: &Problem) {
        let value = json!({ "event": event, "what": problem.what, "because": problem.because, "next": problem.hint });
        let _ = self.print_json(&value);
    }

    /// Prints an event as JSON or as text.
    fn print(&mut self, value: &Value, text: &str) {
        match self.style {
            EventStyle::Json => {
                let _ = self.print_json(value);
            }
            EventStyle::Lines => self.print_err(&format!("rrx: {text}\n")),
            EventStyle::Terminal => {
                let counts = std::mem::take(&mut self.counts_line);
                self.print_err(&format!("\r\u{1b}[Krrx: {text}\n{counts}"));
                self.counts_line = counts;
            }
        }
    }

    fn print_err(&mut self, text: &str) {
        let _ = print::text(self.err, text);
    }

    fn print_json(&mut self, value: &Value) -> Result<(), Problem> {
        print::text(self.out, &format!("{value}\n"))
    }
}

/// Returns the event of a record as JSON, as in the access log.
fn record_json(event: &TunnelEvent) -> Value {
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

    fn printed(style: EventStyle, print: impl FnOnce(&mut EventPrinter<'_>)) -> (String, String) {
        let (mut out, mut err) = (Vec::new(), Vec::new());
        print(&mut EventPrinter::new(style, &mut out, &mut err));
        (String::from_utf8(out).unwrap(), String::from_utf8(err).unwrap())
    }

    #[test]
    fn on_a_terminal_the_counts_stay_below_the_events() {
        let counts = ListenerCounts::default();
        let (out, err) = printed(EventStyle::Terminal, |printer| {
            printer.counts(&counts);
            printer.counts(&counts);
            printer.client_connected(1);
        });
        let line = "0 clients · 0 B up · 0 B down";
        assert_eq!(
            err,
            format!("\r\u{1b}[K{line}\r\u{1b}[Krrx: client 1 connected\n{line}"),
            "unchanged counts are written once"
        );
        assert_eq!(out, "");
    }

    #[test]
    fn lines_and_json_have_no_counts() {
        let counts = ListenerCounts::default();
        let (_, lines) = printed(EventStyle::Lines, |printer| {
            printer.counts(&counts);
            printer.reconnected();
        });
        assert_eq!(lines, "rrx: reconnected\n");
        let left =
            TunnelEvent::Disconnected { client: 2, up: 3, down: 5 << 20, milliseconds: 1500, end: "closed".into() };
        let (json, _) = printed(EventStyle::Json, |printer| printer.client_disconnected(&left));
        let value: Value = serde_json::from_str(&json).unwrap();
        assert_eq!((&value["event"], &value["down"]), (&"left".into(), &(5 << 20).into()));
        let (_, lines) = printed(EventStyle::Lines, |printer| printer.client_disconnected(&left));
        assert_eq!(lines, "rrx: client 2 disconnected after 1.5 s: 3 B up, 5.0 MiB down, closed\n");
    }
}
