//! Reports what a session does to the debug log. Texts that come from a statement, or from a server that quotes one,
//! have the target `rrx::statement_text`, which only `--log-statements` enables.

use tracing::{debug, info, trace};

use crate::domain::access_log::Permit;
use crate::domain::ids::ResultId;
use crate::domain::protocol::{End, RunReport, SessionEvent};

/// Reports a statement that is about to be sent.
pub(super) fn log_statement(result: ResultId, permit: &Permit) {
    let (text, values) = (permit.checked().text(), permit.params());
    debug!(result = result.0, bytes = text.len(), values = values.len(), "statement starts");
    debug!(target: "rrx::statement_text", result = result.0, text, values = ?values, "statement");
}

/// Reports an event that the session sends.
pub(super) fn log_event(event: &SessionEvent) {
    match event {
        SessionEvent::ConnectionStep { hop, step, state } => debug!(hop, ?step, ?state, "connection step"),
        SessionEvent::Asked(_) => debug!("question to the user"),
        SessionEvent::HopMessage(message) => debug!(hop = message.hop, kind = ?message.kind, "message of a hop"),
        SessionEvent::Ready(facts) => info!(
            product = ?facts.product,
            version = %facts.version,
            role = ?facts.role,
            warnings = facts.warnings.len(),
            "connected"
        ),
        SessionEvent::Failed(problem) => info!(%problem, "not connected"),
        SessionEvent::Catalog(catalog) => debug!(schemas = catalog.schemas.len(), "catalog read"),
        SessionEvent::CatalogFailed(problem) => debug!(%problem, "catalog not read"),
        SessionEvent::CatalogNotStopped => debug!("the load of the catalog goes on"),
        SessionEvent::Ended { result, report } => ended(*result, report),
        SessionEvent::Lag(lag) => trace!(?lag, "lag"),
        SessionEvent::LeftRunning(running) => info!(count = running.len(), "statements of lost connections run"),
        SessionEvent::Explained { answer: Ok(answer), took, .. } => {
            debug!(rows = answer.rows.len(), ms = took.as_millis(), "plan read");
        }
        SessionEvent::Explained { answer: Err(problem), .. } => {
            debug!(error = problem.server.as_ref().map(|error| error.code), "plan not read");
        }
        SessionEvent::LeftNotStopped(problem) => info!(%problem, "statement of a lost connection not stopped"),
        SessionEvent::InternalQuery { text, took, error } => {
            trace!(tag = tag(text), ?took, failed = error.is_some(), "internal query");
            trace!(target: "rrx::statement_text", text = text.as_str(), ?error, "internal query");
        }
        SessionEvent::Lost(problem) => info!(%problem, "connection lost"),
        SessionEvent::Closed => info!("closed"),
    }
}

fn ended(result: ResultId, report: &RunReport) {
    let (end, server) = match &report.end {
        End::Complete => ("complete", None),
        End::Limit(_) => ("limit", None),
        End::Cancelled => ("cancelled", None),
        End::Broken(problem) => ("broken", problem.server.as_ref()),
    };
    debug!(
        result = result.0,
        end,
        rows = report.rows,
        bytes = report.bytes,
        first_row = ?report.first_row,
        total = ?report.total,
        warnings = report.warning_count,
        error = server.map(|error| error.code),
        state = server.map(|error| error.state.as_str()),
        "statement ended"
    );
    if let End::Broken(problem) = &report.end {
        debug!(target: "rrx::statement_text", result = result.0, %problem, "statement failed");
    }
}

/// Returns the `rrx:…` of the comment before an internal query.
fn tag(text: &str) -> &str {
    text.strip_prefix("/* ").and_then(|text| text.split_once(" */")).map_or("", |(tag, _)| tag)
}
