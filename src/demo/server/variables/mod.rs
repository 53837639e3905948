//! System variables of a session.
//!
//! The values are those of a MariaDB 10.11 replica. A value that would change the meaning of statements in a way that the
//! translator does not support is refused.

mod table;

use std::collections::BTreeMap;

use self::table::Access::{self, ReadOnly, Settable};
pub(crate) use self::table::{HOST, PORT, VERSION};
use self::table::{NUMBERS, SUPPORTED_MODES, SWITCHES, TEXTS, UNSUPPORTED_MODES};
use super::errors::{error, unknown_variable, unsupported, wrong_type, wrong_value};
use crate::demo::translate::{SqlError, Variable};

/// The value of a variable.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum VariableValue {
    /// SHOW prints ON and OFF, `@@name` is 1 or 0.
    Switch(bool),
    Number(i64),
    /// Seconds, printed with six digits after the point.
    Seconds(f64),
    Text(String),
}

impl VariableValue {
    /// Prints the value as SHOW VARIABLES does.
    pub(super) fn print(&self) -> String {
        match self {
            Self::Switch(is_on) => if *is_on { "ON" } else { "OFF" }.into(),
            // Means "no limit", which is the largest unsigned number on a real server.
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
            Self::Seconds(_) | Self::Text(_) => Variable::Text(self.print()),
        }
    }
}

/// The variables of one session.
#[derive(Debug, Clone)]
pub(super) struct Variables {
    all: BTreeMap<&'static str, (VariableValue, Access)>,
    zone_seconds: i32,
}

impl Default for Variables {
    fn default() -> Self {
        let numbers = NUMBERS.iter().map(|&(name, value, access)| (name, (VariableValue::Number(value), access)));
        let switches = SWITCHES.iter().map(|&(name, value, access)| (name, (VariableValue::Switch(value), access)));
        let texts = TEXTS.iter().map(|&(name, value, access)| (name, (VariableValue::Text(value.into()), access)));
        let mut all: BTreeMap<_, _> = numbers.chain(switches).chain(texts).collect();
        all.insert("max_statement_time", (VariableValue::Seconds(0.0), Settable));
        Self { all, zone_seconds: 0 }
    }
}

impl Variables {
    /// Returns the value of `@@name`.
    pub(super) fn get(&self, name: &str) -> Option<Variable> {
        self.value(name).map(VariableValue::variable)
    }

    fn value(&self, name: &str) -> Option<&VariableValue> {
        self.all.get(name.to_ascii_lowercase().as_str()).map(|(value, _)| value)
    }

    /// Returns the names and values of SHOW VARIABLES, sorted by name.
    pub(super) fn list(&self) -> Vec<(&'static str, String)> {
        self.all.iter().map(|(name, (value, _))| (*name, value.print())).collect()
    }

    /// Returns the offset of the session's time zone in seconds.
    pub(super) fn zone_seconds(&self) -> i32 {
        self.zone_seconds
    }

    pub(super) fn is_on(&self, name: &str) -> bool {
        self.value(name) == Some(&VariableValue::Switch(true))
    }

    /// Returns the value of a numeric variable, or 0.
    pub(super) fn number(&self, name: &str) -> i64 {
        if let Some(VariableValue::Number(number)) = self.value(name) { *number } else { 0 }
    }

    /// Returns `max_statement_time` in seconds; 0 means no limit.
    pub(super) fn max_statement_time(&self) -> f64 {
        if let Some(VariableValue::Seconds(seconds)) = self.value("max_statement_time") { *seconds } else { 0.0 }
    }

    /// Sets a variable that only the server changes.
    pub(super) fn put_number(&mut self, name: &'static str, number: i64) {
        self.all.insert(name, (VariableValue::Number(number), ReadOnly));
    }

    /// Runs SET NAMES. Only UTF-8 is supported.
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
            self.all.insert(name, (VariableValue::Text(charset.into()), ReadOnly));
        }
        self.all.insert("collation_connection", (VariableValue::Text(collation), ReadOnly));
        Ok(())
    }

    /// Sets a session variable. `None` means DEFAULT.
    pub(super) fn set(&mut self, name: &str, value: Option<VariableValue>) -> Result<(), SqlError> {
        let (known, access) = match self.all.get_key_value(name.to_ascii_lowercase().as_str()) {
            Some((known, (_, access))) => (*known, *access),
            None => return Err(unknown_variable(name)),
        };
        if matches!(known, "character_set_client" | "character_set_connection" | "character_set_results") {
            return match value {
                Some(VariableValue::Text(charset)) => self.set_names(&charset, None),
                None => self.set_names("utf8mb4", None),
                Some(_) => Err(wrong_type(name)),
            };
        }
        if access == ReadOnly {
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
        let defaults = Self::default();
        let value = value.or_else(|| defaults.value(known).cloned()).unwrap_or(VariableValue::Number(0));
        let checked = self.checked(known, value)?;
        self.all.insert(known, (checked, access));
        Ok(())
    }

    fn checked(&mut self, name: &'static str, value: VariableValue) -> Result<VariableValue, SqlError> {
        match (name, self.value(name)) {
            ("sql_mode", _) => check_sql_mode(value),
            ("time_zone", _) => {
                let VariableValue::Text(zone) = value else { return Err(wrong_type(name)) };
                self.zone_seconds = zone_seconds(&zone)
                    .ok_or_else(|| error(1298, "HY000", format!("Unknown or incorrect time zone: '{zone}'")))?;
                Ok(VariableValue::Text(zone))
            }
            ("tx_isolation", _) => match value {
                VariableValue::Text(level)
                    if ["READ-UNCOMMITTED", "READ-COMMITTED", "REPEATABLE-READ", "SERIALIZABLE"]
                        .contains(&level.to_ascii_uppercase().as_str()) =>
                {
                    Ok(VariableValue::Text(level.to_ascii_uppercase()))
                }
                other => Err(wrong_value(name, &other.print())),
            },
            (_, Some(VariableValue::Switch(_))) => match value {
                VariableValue::Switch(is_on) => Ok(VariableValue::Switch(is_on)),
                VariableValue::Number(number @ 0..=1) => Ok(VariableValue::Switch(number == 1)),
                VariableValue::Text(word) if ["on", "true"].contains(&word.to_ascii_lowercase().as_str()) => {
                    Ok(VariableValue::Switch(true))
                }
                VariableValue::Text(word) if ["off", "false"].contains(&word.to_ascii_lowercase().as_str()) => {
                    Ok(VariableValue::Switch(false))
                }
                other => Err(wrong_value(name, &other.print())),
            },
            (_, Some(VariableValue::Seconds(_))) => match value {
                #[expect(clippy::cast_precision_loss, reason = "the value is clamped to a year")]
                VariableValue::Number(number) => Ok(VariableValue::Seconds((number as f64).clamp(0.0, 31_536_000.0))),
                VariableValue::Seconds(seconds) => Ok(VariableValue::Seconds(seconds.clamp(0.0, 31_536_000.0))),
                VariableValue::Switch(_) | VariableValue::Text(_) => Err(wrong_type(name)),
            },
            (_, Some(VariableValue::Number(_))) => match value {
                VariableValue::Number(number) => Ok(VariableValue::Number(number.max(minimum(name)))),
                VariableValue::Switch(is_on) => Ok(VariableValue::Number(i64::from(is_on).max(minimum(name)))),
                // The largest unsigned number means "no limit".
                VariableValue::Text(digits) if digits == "18446744073709551615" => Ok(VariableValue::Number(i64::MAX)),
                VariableValue::Seconds(_) | VariableValue::Text(_) => Err(wrong_type(name)),
            },
            (_, Some(VariableValue::Text(_)) | None) => Ok(VariableValue::Text(value.print())),
        }
    }
}

/// Returns the minimum of a numeric variable. Smaller values are raised to it, as on a real server.
fn minimum(name: &str) -> i64 {
    match name {
        "group_concat_max_len" => 4,
        "sql_select_limit" | "idle_transaction_timeout" | "lock_wait_timeout" => 0,
        _ => 1,
    }
}

fn check_sql_mode(value: VariableValue) -> Result<VariableValue, SqlError> {
    let text = match value {
        VariableValue::Text(text) => text,
        VariableValue::Number(0) => String::new(),
        other => return Err(wrong_value("sql_mode", &other.print())),
    };
    let mut names = Vec::new();
    for name in text.split(',').map(str::trim).filter(|name| !name.is_empty()) {
        let upper = name.to_ascii_uppercase();
        if UNSUPPORTED_MODES.contains(&upper.as_str()) {
            return Err(unsupported(format!("sql_mode {upper}")));
        }
        if !SUPPORTED_MODES.contains(&upper.as_str()) {
            return Err(wrong_value("sql_mode", name));
        }
        if !names.contains(&upper) {
            names.push(upper);
        }
    }
    Ok(VariableValue::Text(names.join(",")))
}

/// Returns the offset of a time zone. Names other than UTC need time zone tables, which this server does not have.
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
        variables.set(name, Some(VariableValue::Text(value.into())))
    }

    #[test]
    fn a_mode_that_changes_the_meaning_of_statements_is_refused() {
        let mut variables = Variables::default();
        assert_eq!(set(&mut variables, "sql_mode", "ANSI_QUOTES").unwrap_err().code, 1235);
        assert_eq!(set(&mut variables, "sql_mode", "NONSENSE").unwrap_err().code, 1231);
        set(&mut variables, "sql_mode", "strict_trans_tables").unwrap();
        assert_eq!(variables.get("sql_mode"), Some(Variable::Text("STRICT_TRANS_TABLES".into())));
    }

    #[test]
    fn a_time_zone_is_an_offset() {
        let mut variables = Variables::default();
        set(&mut variables, "time_zone", "-05:30").unwrap();
        assert_eq!(variables.zone_seconds(), -19_800);
        assert_eq!(set(&mut variables, "time_zone", "Europe/Berlin").unwrap_err().code, 1298);
        assert_eq!(set(&mut variables, "time_zone", "+25:00").unwrap_err().code, 1298);
    }

    #[test]
    fn a_session_can_be_set_read_only_but_the_server_cannot_be_set_writable() {
        let mut variables = Variables::default();
        variables.set("TX_READ_ONLY", Some(VariableValue::Number(1))).unwrap();
        assert!(variables.is_on("tx_read_only"));
        assert_eq!(variables.set("read_only", Some(VariableValue::Number(0))).unwrap_err().code, 1229);
        assert_eq!(variables.set("nonsense", None).unwrap_err().code, 1193);
    }
}
