//! System variables: a believable table, and what a session may set in it.
//!
//! Values are those of a MariaDB 10.11 replica. A setting that would change the meaning of a statement in a way that the
//! translator does not know is refused, never pretended.

mod table;

use std::collections::BTreeMap;

use self::table::May::{self, Read, Set};
use self::table::{MODES, NUMBERS, OTHER_MODES, SWITCHES, TEXTS};
use super::refuse::{error, unknown_variable, unsupported, wrong_type, wrong_value};
use crate::demo::translate::{SqlError, Variable};

/// The server's version.
pub(crate) const VERSION: &str = "10.11.0-MariaDB-rrx-demo";
/// The host name that the replica has behind its jump host.
pub(crate) const HOST: &str = "replica.demo.internal";
/// Its port.
pub(crate) const PORT: u16 = 3306;

/// A value.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Setting {
    /// Shown as ON and OFF, 1 and 0 as `@@name`.
    Switch(bool),
    /// A whole number.
    Number(i64),
    /// Seconds with six digits.
    Seconds(f64),
    /// Text.
    Text(String),
}

impl Setting {
    /// As SHOW VARIABLES tells it.
    pub(super) fn shown(&self) -> String {
        match self {
            Self::Switch(is_on) => if *is_on { "ON" } else { "OFF" }.into(),
            // The server's numbers are unsigned; its "no limit" lies over ours.
            Self::Number(i64::MAX) => u64::MAX.to_string(),
            Self::Number(number) => number.to_string(),
            Self::Seconds(seconds) => format!("{seconds:.6}"),
            Self::Text(text) => text.clone(),
        }
    }

    fn variable(&self) -> Variable {
        match self {
            Self::Switch(is_on) => Variable::Integer(i64::from(*is_on)),
            Self::Number(number) => Variable::Integer(*number),
            Self::Seconds(_) | Self::Text(_) => Variable::Text(self.shown()),
        }
    }
}

/// The variables of one session.
#[derive(Debug, Clone)]
pub(super) struct Variables {
    all: BTreeMap<&'static str, (Setting, May)>,
    zone_seconds: i32,
}

impl Default for Variables {
    fn default() -> Self {
        let numbers = NUMBERS.iter().map(|&(name, value, may)| (name, (Setting::Number(value), may)));
        let switches = SWITCHES.iter().map(|&(name, value, may)| (name, (Setting::Switch(value), may)));
        let texts = TEXTS.iter().map(|&(name, value, may)| (name, (Setting::Text(value.into()), may)));
        let mut all: BTreeMap<_, _> = numbers.chain(switches).chain(texts).collect();
        all.insert("max_statement_time", (Setting::Seconds(0.0), Set));
        Self { all, zone_seconds: 0 }
    }
}

impl Variables {
    /// A variable as `@@name`.
    pub(super) fn get(&self, name: &str) -> Option<Variable> {
        self.setting(name).map(Setting::variable)
    }

    fn setting(&self, name: &str) -> Option<&Setting> {
        self.all.get(name.to_ascii_lowercase().as_str()).map(|(setting, _)| setting)
    }

    /// All of them by name, as SHOW VARIABLES tells them.
    pub(super) fn shown(&self) -> Vec<(&'static str, String)> {
        self.all.iter().map(|(name, (setting, _))| (*name, setting.shown())).collect()
    }

    /// The session's time zone.
    pub(super) fn zone_seconds(&self) -> i32 {
        self.zone_seconds
    }

    /// Whether a switch is on.
    pub(super) fn is_on(&self, name: &str) -> bool {
        self.setting(name) == Some(&Setting::Switch(true))
    }

    /// A number's value.
    pub(super) fn number(&self, name: &str) -> i64 {
        if let Some(Setting::Number(number)) = self.setting(name) { *number } else { 0 }
    }

    /// `max_statement_time` in seconds; nought is none.
    pub(super) fn statement_time(&self) -> f64 {
        if let Some(Setting::Seconds(seconds)) = self.setting("max_statement_time") { *seconds } else { 0.0 }
    }

    /// Counters that the server keeps itself.
    pub(super) fn put_number(&mut self, name: &'static str, number: i64) {
        self.all.insert(name, (Setting::Number(number), Read));
    }

    /// SET NAMES: only what is UTF-8 already.
    pub(super) fn set_names(&mut self, charset: &str, collation: Option<&str>) -> Result<(), SqlError> {
        let charset = charset.to_ascii_lowercase();
        let charset = match charset.as_str() {
            "utf8mb4" | "default" => "utf8mb4",
            "utf8" | "utf8mb3" => "utf8mb3",
            "binary" | "latin1" | "ascii" => return Err(unsupported(format!("SET NAMES {charset}"))),
            _ => return Err(error(1115, "42000", format!("Unknown character set: '{charset}'"))),
        };
        let default = format!("{charset}_general_ci");
        let collation = collation.map_or(default, str::to_ascii_lowercase);
        if !collation.starts_with(charset) {
            return Err(error(
                1253,
                "42000",
                format!("COLLATION '{collation}' is not valid for CHARACTER SET '{charset}'"),
            ));
        }
        if !["general_ci", "unicode_ci", "bin"].iter().any(|known| collation.ends_with(known)) {
            return Err(error(1273, "HY000", format!("Unknown collation: '{collation}'")));
        }
        for name in ["character_set_client", "character_set_connection", "character_set_results"] {
            self.all.insert(name, (Setting::Text(charset.into()), Read));
        }
        self.all.insert("collation_connection", (Setting::Text(collation), Read));
        Ok(())
    }

    /// Sets a variable of the session; `None` is DEFAULT.
    pub(super) fn set(&mut self, name: &str, value: Option<Setting>) -> Result<(), SqlError> {
        let (known, may) = match self.all.get_key_value(name.to_ascii_lowercase().as_str()) {
            Some((known, (_, may))) => (*known, *may),
            None => return Err(unknown_variable(name)),
        };
        if matches!(known, "character_set_client" | "character_set_connection" | "character_set_results") {
            return match value {
                Some(Setting::Text(charset)) => self.set_names(&charset, None),
                None => self.set_names("utf8mb4", None),
                Some(_) => Err(wrong_type(name)),
            };
        }
        if may == Read {
            return Err(match known {
                "read_only" | "innodb_read_only" | "general_log" | "slow_query_log" | "max_connections"
                | "connect_timeout" | "event_scheduler" | "local_infile" => error(
                    1229,
                    "HY000",
                    format!("Variable '{known}' is a GLOBAL variable and should be set with SET GLOBAL"),
                ),
                "hostname"
                | "version"
                | "version_comment"
                | "port"
                | "socket"
                | "datadir"
                | "basedir"
                | "lower_case_table_names"
                | "have_ssl"
                | "system_time_zone"
                | "log_bin" => error(1238, "HY000", format!("Variable '{known}' is a read only variable")),
                _ => unsupported(format!("SET {known}")),
            });
        }
        let fresh = Self::default();
        let value = value.or_else(|| fresh.setting(known).cloned()).unwrap_or(Setting::Number(0));
        let checked = self.checked(known, value)?;
        self.all.insert(known, (checked, may));
        Ok(())
    }

    fn checked(&mut self, name: &'static str, value: Setting) -> Result<Setting, SqlError> {
        match (name, self.setting(name)) {
            ("sql_mode", _) => sql_mode(value),
            ("time_zone", _) => {
                let Setting::Text(zone) = value else { return Err(wrong_type(name)) };
                self.zone_seconds = zone_seconds(&zone)
                    .ok_or_else(|| error(1298, "HY000", format!("Unknown or incorrect time zone: '{zone}'")))?;
                Ok(Setting::Text(zone))
            }
            ("tx_isolation", _) => match value {
                Setting::Text(level)
                    if ["READ-UNCOMMITTED", "READ-COMMITTED", "REPEATABLE-READ", "SERIALIZABLE"]
                        .contains(&level.to_ascii_uppercase().as_str()) =>
                {
                    Ok(Setting::Text(level.to_ascii_uppercase()))
                }
                other => Err(wrong_value(name, &other.shown())),
            },
            (_, Some(Setting::Switch(_))) => match value {
                Setting::Switch(is_on) => Ok(Setting::Switch(is_on)),
                Setting::Number(number @ 0..=1) => Ok(Setting::Switch(number == 1)),
                Setting::Text(word) if ["on", "true"].contains(&word.to_ascii_lowercase().as_str()) => {
                    Ok(Setting::Switch(true))
                }
                Setting::Text(word) if ["off", "false"].contains(&word.to_ascii_lowercase().as_str()) => {
                    Ok(Setting::Switch(false))
                }
                other => Err(wrong_value(name, &other.shown())),
            },
            (_, Some(Setting::Seconds(_))) => match value {
                #[expect(clippy::cast_precision_loss, reason = "nobody waits for so many seconds")]
                Setting::Number(number) => Ok(Setting::Seconds((number as f64).clamp(0.0, 31_536_000.0))),
                Setting::Seconds(seconds) => Ok(Setting::Seconds(seconds.clamp(0.0, 31_536_000.0))),
                Setting::Switch(_) | Setting::Text(_) => Err(wrong_type(name)),
            },
            (_, Some(Setting::Number(_))) => match value {
                Setting::Number(number) => Ok(Setting::Number(number.max(least(name)))),
                Setting::Switch(is_on) => Ok(Setting::Number(i64::from(is_on).max(least(name)))),
                // Over the signed range: the server's own "no limit".
                Setting::Text(digits) if digits == "18446744073709551615" => Ok(Setting::Number(i64::MAX)),
                Setting::Seconds(_) | Setting::Text(_) => Err(wrong_type(name)),
            },
            (_, Some(Setting::Text(_)) | None) => Ok(Setting::Text(value.shown())),
        }
    }
}

/// The least value of a number; a lesser one is raised to it, as the server does.
fn least(name: &str) -> i64 {
    match name {
        "group_concat_max_len" => 4,
        "sql_select_limit" | "idle_transaction_timeout" | "lock_wait_timeout" => 0,
        _ => 1,
    }
}

fn sql_mode(value: Setting) -> Result<Setting, SqlError> {
    let text = match value {
        Setting::Text(text) => text,
        Setting::Number(0) => String::new(),
        other => return Err(wrong_value("sql_mode", &other.shown())),
    };
    let mut names = Vec::new();
    for name in text.split(',').map(str::trim).filter(|name| !name.is_empty()) {
        let upper = name.to_ascii_uppercase();
        if OTHER_MODES.contains(&upper.as_str()) {
            return Err(unsupported(format!("sql_mode {upper}")));
        }
        if !MODES.contains(&upper.as_str()) {
            return Err(wrong_value("sql_mode", name));
        }
        if !names.contains(&upper) {
            names.push(upper);
        }
    }
    Ok(Setting::Text(names.join(",")))
}

/// The offset of a zone; names other than UTC need tables that this server has not loaded.
fn zone_seconds(zone: &str) -> Option<i32> {
    if ["SYSTEM", "UTC"].iter().any(|name| zone.eq_ignore_ascii_case(name)) {
        return Some(0);
    }
    let (sign, rest) = match zone.split_at_checked(1)? {
        ("+", rest) => (1, rest),
        ("-", rest) => (-1, rest),
        _ => return None,
    };
    let (hours, minutes) = rest.split_once(':')?;
    let (hours, minutes): (i32, i32) = (hours.parse().ok()?, minutes.parse().ok()?);
    let seconds = sign * (hours * 3600 + minutes * 60);
    ((0..60).contains(&minutes) && hours >= 0 && (-46_740..=46_800).contains(&seconds)).then_some(seconds)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(variables: &mut Variables, name: &str, value: &str) -> Result<(), SqlError> {
        variables.set(name, Some(Setting::Text(value.into())))
    }

    #[test]
    fn a_mode_that_changes_the_meaning_of_text_is_refused() {
        let mut variables = Variables::default();
        assert_eq!(set(&mut variables, "sql_mode", "ANSI_QUOTES").unwrap_err().code, 1235);
        assert_eq!(set(&mut variables, "sql_mode", "NONSENSE").unwrap_err().code, 1231);
        set(&mut variables, "sql_mode", "strict_trans_tables").unwrap();
        assert_eq!(variables.get("sql_mode"), Some(Variable::Text("STRICT_TRANS_TABLES".into())));
    }

    #[test]
    fn a_zone_is_an_offset() {
        let mut variables = Variables::default();
        set(&mut variables, "time_zone", "-05:30").unwrap();
        assert_eq!(variables.zone_seconds(), -19_800);
        assert_eq!(set(&mut variables, "time_zone", "Europe/Berlin").unwrap_err().code, 1298);
        assert_eq!(set(&mut variables, "time_zone", "+25:00").unwrap_err().code, 1298);
    }

    #[test]
    fn a_session_may_turn_itself_read_only_and_not_the_server_writable() {
        let mut variables = Variables::default();
        variables.set("TX_READ_ONLY", Some(Setting::Number(1))).unwrap();
        assert!(variables.is_on("tx_read_only"));
        assert_eq!(variables.set("read_only", Some(Setting::Number(0))).unwrap_err().code, 1229);
        assert_eq!(variables.set("nonsense", None).unwrap_err().code, 1193);
    }
}
