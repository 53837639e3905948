//! Computes the server's own time limit for a statement. It ends a statement that rrx can no longer stop.

use std::time::Duration;

use super::internal_query::ServerTimeout;
use super::variables::ServerVariables;
use crate::domain::limits;

/// Returns the server timeout for a statement with these limits. The server counts the time for sending too, so its timeout
/// is the sum of both limits and some reserve.
pub(super) fn timeout_for(first_row: Duration, fetch: Duration) -> Duration {
    first_row.saturating_add(fetch).saturating_add(limits::CATALOG_STATEMENT)
}

/// Returns a longer timeout in the variable that was set before.
pub(super) fn raised(pinned: ServerTimeout, timeout: Duration) -> ServerTimeout {
    match pinned {
        ServerTimeout::Seconds(_) => ServerTimeout::Seconds(timeout.as_secs()),
        ServerTimeout::Milliseconds(_) => milliseconds(timeout),
    }
}

/// Returns the timeout for `max_execution_time`, which has 32 bits.
fn milliseconds(timeout: Duration) -> ServerTimeout {
    let requested = timeout.as_millis().min(u128::from(u32::MAX));
    ServerTimeout::Milliseconds(u64::try_from(requested).unwrap_or(u64::from(u32::MAX)))
}

/// Returns the variable that sets this timeout; `None` if the server has no such variable, or if an administrator has
/// set a shorter timeout for the account, which stays.
pub(super) fn server_timeout(variables: &ServerVariables, timeout: Duration) -> Option<ServerTimeout> {
    let is_shorter = |current: &str, requested: u128| {
        current.parse::<f64>().is_ok_and(|limit| limit > 0.0 && limit < requested as f64)
    };
    if let Some(current) = variables.get("max_statement_time") {
        let seconds = timeout.as_secs();
        (!is_shorter(current, u128::from(seconds))).then_some(ServerTimeout::Seconds(seconds))
    } else {
        let current = variables.get("max_execution_time")?;
        (!is_shorter(current, timeout.as_millis())).then_some(milliseconds(timeout))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shorter_time_limit_of_the_account_stays() {
        let minute = Duration::from_mins(1);
        let timeout = |name, value| server_timeout(&ServerVariables::of(&[(name, value)]), minute);
        assert_eq!(timeout("max_statement_time", "0.000000"), Some(ServerTimeout::Seconds(60)));
        assert_eq!(timeout("max_statement_time", "1.500000"), None);
        assert_eq!(timeout("max_execution_time", "0"), Some(ServerTimeout::Milliseconds(60_000)));
        assert_eq!(timeout("max_execution_time", "100"), None);
        assert_eq!(server_timeout(&ServerVariables::default(), minute), None);
        assert_eq!(raised(ServerTimeout::Seconds(1), minute), ServerTimeout::Seconds(60));
        assert_eq!(raised(ServerTimeout::Milliseconds(1), minute), ServerTimeout::Milliseconds(60_000));
    }
}
