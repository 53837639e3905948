//! The replication lag and its texts.

use std::time::Duration;

use crate::domain::limits::LAG_HIGH;

/// How far a replica is behind its source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Lag {
    Behind(Duration),
    /// Replication is not running, so the lag is unknown.
    Stopped,
    /// The server has no source: it does not replicate.
    NotReplicating,
    /// The lag cannot be read, with the reason.
    Unknown(String),
}

impl Lag {
    /// Describes the lag: `lag 0.02 s`, `replication stopped`, `lag unknown (no privilege: …)`.
    #[must_use]
    pub fn describe(&self) -> String {
        match self {
            Self::Behind(time) => format!("lag {}", span(*time)),
            Self::Stopped => "replication stopped".into(),
            Self::NotReplicating => "not replicating".into(),
            Self::Unknown(why) => format!("lag unknown ({why})"),
        }
    }

    /// Describes the lag without the word `lag`: `0.02 s`, `unknown (no privilege: …)`.
    #[must_use]
    pub fn value_text(&self) -> String {
        let text = self.describe();
        text.strip_prefix("lag ").map_or(text.clone(), str::to_owned)
    }

    /// Returns whether the rows are too old to be taken for current without a warning.
    #[must_use]
    pub fn is_alarming(&self) -> bool {
        match self {
            Self::Behind(time) => *time >= LAG_HIGH,
            Self::Stopped => true,
            Self::NotReplicating | Self::Unknown(_) => false,
        }
    }

    /// Describes the lag in few characters.
    #[must_use]
    pub fn short(&self) -> String {
        match self {
            Self::Behind(_) => self.describe(),
            Self::Stopped => "STOPPED".into(),
            Self::NotReplicating => "no replica".into(),
            Self::Unknown(_) => "lag ?".into(),
        }
    }
}

/// Formats a duration with suitable precision. Sources that count whole seconds show whole seconds.
fn span(time: Duration) -> String {
    let seconds = time.as_secs();
    match seconds {
        0..10 if time.subsec_micros() != 0 => format!("{:.2} s", time.as_secs_f64()),
        0..120 => format!("{seconds} s"),
        120..7200 => format!("{} min", seconds / 60),
        _ => format!("{} h {} min", seconds / 3600, seconds % 3600 / 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lag_has_suitable_precision() {
        for (milliseconds, words) in [
            (0, "lag 0 s"),
            (20, "lag 0.02 s"),
            (1_000, "lag 1 s"),
            (45_500, "lag 45 s"),
            (600_000, "lag 10 min"),
            (7_500_000, "lag 2 h 5 min"),
        ] {
            assert_eq!(Lag::Behind(Duration::from_millis(milliseconds)).describe(), words);
        }
    }

    #[test]
    fn an_unknown_lag_shows_its_reason_and_no_number() {
        let lag = Lag::Unknown("no privilege: REPLICATION CLIENT".into());
        assert_eq!(lag.describe(), "lag unknown (no privilege: REPLICATION CLIENT)");
        assert_eq!(lag.value_text(), "unknown (no privilege: REPLICATION CLIENT)");
        assert_eq!(Lag::Stopped.value_text(), "replication stopped");
        assert_eq!((lag.short().as_str(), Lag::Stopped.describe().as_str()), ("lag ?", "replication stopped"));
    }
}
