//! How far a replica is behind: what the session reads of it, and the words for it.

use std::time::Duration;

/// How far behind its source a replica is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Lag {
    Behind(Duration),
    /// Replication does not run: the rows get older, by how much nobody tells.
    Stopped,
    /// It cannot be told; why, in plain words.
    Unknown(String),
}

impl Lag {
    /// All that is known, in words: `lag 0.02 s`, `replication stopped`, `lag unknown (no privilege: …)`.
    #[must_use]
    pub fn words(&self) -> String {
        match self {
            Self::Behind(time) => format!("lag {}", span(*time)),
            Self::Stopped => "replication stopped".into(),
            Self::Unknown(why) => format!("lag unknown ({why})"),
        }
    }

    /// The same in a row that is called `lag` already: `0.02 s`, `unknown (no privilege: …)`.
    #[must_use]
    pub fn beside_its_name(&self) -> String {
        let words = self.words();
        words.strip_prefix("lag ").map_or(words.clone(), str::to_owned)
    }

    /// The same where there is little room.
    #[must_use]
    pub fn short(&self) -> String {
        match self {
            Self::Behind(_) => self.words(),
            Self::Stopped => "stopped".into(),
            Self::Unknown(_) => "lag ?".into(),
        }
    }
}

/// A span of time as precise as it matters: sources that count whole seconds show whole seconds.
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
    fn a_lag_is_told_as_precisely_as_it_matters() {
        for (milliseconds, words) in [
            (0, "lag 0 s"),
            (20, "lag 0.02 s"),
            (1_000, "lag 1 s"),
            (45_500, "lag 45 s"),
            (600_000, "lag 10 min"),
            (7_500_000, "lag 2 h 5 min"),
        ] {
            assert_eq!(Lag::Behind(Duration::from_millis(milliseconds)).words(), words);
        }
    }

    #[test]
    fn what_is_not_known_says_why_and_is_never_a_number() {
        let lag = Lag::Unknown("no privilege: REPLICATION CLIENT".into());
        assert_eq!(lag.words(), "lag unknown (no privilege: REPLICATION CLIENT)");
        assert_eq!(lag.beside_its_name(), "unknown (no privilege: REPLICATION CLIENT)");
        assert_eq!(Lag::Stopped.beside_its_name(), "replication stopped");
        assert_eq!((lag.short().as_str(), Lag::Stopped.words().as_str()), ("lag ?", "replication stopped"));
    }
}
