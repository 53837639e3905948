//! Pins what decides the meaning of a statement's text, and what keeps it from doing harm, on one connection; reads it
//! back, and does not let a connection through on which one of them is otherwise.

use std::collections::HashMap;
use std::time::Duration;

use mysql_async::{Conn, Row};

use super::ask::{Manner, Series, ask, optional};
use super::convert;
use super::events::Teller;
use super::fault::{Fault, NOT_READ_ONLY};
use super::own::{self, Net, Pinned, Word};
use super::replica;
use crate::domain::limits;
use crate::domain::problem::{Problem, ProblemKind};
use crate::domain::profile::Profile;

/// The server's variables by name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Variables(HashMap<String, String>);

impl Variables {
    /// Reads them.
    pub(super) async fn read(conn: &mut Conn, own: &own::Own, tell: &Teller) -> Result<Self, Fault> {
        let answer = ask(conn, own, tell).await;
        Self::answered(answer, conn, tell).await
    }

    /// Takes what the server answered; where it refused, every variable is asked for.
    async fn answered(answer: Result<Vec<Row>, Fault>, conn: &mut Conn, tell: &Teller) -> Result<Self, Fault> {
        let rows = match answer {
            // An engine that knows the statement, but not its WHERE.
            Err(fault) if fault.code().is_some() => ask(conn, &own::all_variables(), tell).await?,
            other => other?,
        };
        let pairs =
            rows.iter().filter_map(|row| Some((convert::text(row, 0)?.to_ascii_lowercase(), convert::text(row, 1)?)));
        Ok(Self(pairs.collect()))
    }

    /// The variable's value, if the server knows it.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    /// Whether rows may be missing: MySQL cuts the rows of SHOW by `sql_select_limit`, in whatever order they come. A
    /// server that does not tell it may have cut it away.
    fn may_be_cut(&self) -> bool {
        self.get("sql_select_limit") != Some(u64::MAX.to_string().as_str())
    }

    /// Whether a switch is on; `None` where the server does not know it.
    pub(super) fn is_on(&self, name: &str) -> Option<bool> {
        self.get(name).map(|value| !matches!(value.to_ascii_uppercase().as_str(), "OFF" | "0" | "NO" | ""))
    }

    /// Reads them again and compares what no statement may change: a stored function can, and then a later statement
    /// would write, or be read otherwise than the guard read it.
    pub(super) async fn hold(&self, conn: &mut Conn, tell: &Teller) -> Result<(), Fault> {
        self.compare(&Self::read(conn, &own::variables(), tell).await?)
    }

    fn compare(&self, after: &Self) -> Result<(), Fault> {
        match HELD.into_iter().find(|name| self.get(name) != after.get(name)) {
            None => Ok(()),
            Some(name) => {
                Err(not_pinned(name, self.get(name).unwrap_or_default(), after.get(name).unwrap_or_default()))
            }
        }
    }

    #[cfg(test)]
    pub(super) fn of(pairs: &[(&str, &str)]) -> Self {
        Self(pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect())
    }
}

/// What stays as it was pinned for the whole session. Not among them: what the guard lets a SET change.
const HELD: [&str; 9] = [
    "transaction_read_only",
    "tx_read_only",
    "autocommit",
    "sql_mode",
    "character_set_client",
    "character_set_connection",
    "character_set_results",
    "time_zone",
    "sql_select_limit",
];

/// Flags of `sql_mode` that change how text is read, with those that stand for several of them.
const MEANING: [&str; 12] = [
    "NO_BACKSLASH_ESCAPES",
    "ANSI_QUOTES",
    "PIPES_AS_CONCAT",
    "IGNORE_SPACE",
    "HIGH_NOT_PRECEDENCE",
    "EMPTY_STRING_IS_NULL",
    "ANSI",
    "ORACLE",
    "DB2",
    "MAXDB",
    "MSSQL",
    "POSTGRESQL",
];

/// The server's own mode without what changes the meaning of text.
fn plain_mode(mode: &str) -> String {
    let kept: Vec<&str> = mode
        .split(',')
        .map(str::trim)
        .filter(|flag| !flag.is_empty() && !MEANING.contains(&flag.to_ascii_uppercase().as_str()))
        .collect();
    kept.join(",")
}

/// How wide the server's own time limit is cast for a statement that may take this long. It counts sending too, so it
/// stands behind both of our limits, with room.
pub(super) fn net_for(first_row: Duration, fetch: Duration) -> Duration {
    first_row.saturating_add(fetch).saturating_add(limits::OWN_STATEMENT)
}

/// The same in the server's words; `None` where it has no such limit, or a narrower one that somebody set for the
/// account: that one stays.
pub(super) fn net(variables: &Variables, width: Duration) -> Option<Net> {
    let stays =
        |there: &str, wanted: u128| there.parse::<f64>().is_ok_and(|there| there > 0.0 && there < wanted as f64);
    if let Some(there) = variables.get("max_statement_time") {
        (!stays(there, u128::from(width.as_secs()))).then_some(Net::Seconds(width.as_secs()))
    } else {
        let there = variables.get("max_execution_time")?;
        // The variable has 32 bits.
        let wanted = width.as_millis().min(u128::from(u32::MAX));
        (!stays(there, wanted)).then(|| Net::Milliseconds(u64::try_from(wanted).unwrap_or(u64::from(u32::MAX))))
    }
}

/// A pinned connection.
pub(super) struct Pins {
    /// What was read back.
    pub(super) variables: Variables,
    /// What it was pinned to.
    pub(super) pinned: Pinned,
    /// How statements of ours go out to this server.
    pub(super) manner: Manner,
}

/// Pins the session facts on the first connection and reads them back.
pub(super) async fn pin(conn: &mut Conn, profile: &Profile, manner: Manner, tell: &Teller) -> Result<Pins, Fault> {
    let mut before = Variables::read(conn, &own::variables(), tell).await?;
    if before.may_be_cut() {
        optional(ask(conn, &own::lift_select_limit(), tell).await)?;
        before = Variables::read(conn, &own::variables(), tell).await?;
    }
    let pinned = wanted(&before, profile)?;
    let manner = match manner {
        Manner::Together => replica::manner(&before),
        Manner::OneByOne => manner,
    };
    let (variables, manner) = pin_like(conn, &pinned, manner, tell).await?;
    Ok(Pins { variables, pinned, manner })
}

/// Pins a connection and reads it back. Enough for a further one to the same server: what is there before is known.
///
/// Nothing is taken for granted because it went out together: each answer counts by itself, and the last one tells what
/// is there.
pub(super) async fn pin_like(
    conn: &mut Conn,
    pinned: &Pinned,
    manner: Manner,
    tell: &Teller,
) -> Result<(Variables, Manner), Fault> {
    let (pin, read_only, variables) = (own::pin(pinned), own::read_only(), own::variables());
    let mut series = Series::send(conn, &[&pin, &read_only, &variables], manner, tell).await?;
    series.answer(conn, &pin, tell).await?;
    series.answer(conn, &read_only, tell).await.map_err(Fault::not_read_only)?;
    let answer = series.answer(conn, &variables, tell).await;
    let after = Variables::answered(answer, conn, tell).await?;
    verify(&after, pinned)?;
    Ok((after, series.manner))
}

fn wanted(before: &Variables, profile: &Profile) -> Result<Pinned, Fault> {
    let mode = plain_mode(before.get("sql_mode").unwrap_or_default());
    let word = |name: &'static str, value: &str| {
        Word::new(value).ok_or_else(|| Fault::NotAWord { name, value: value.to_owned() })
    };
    Ok(Pinned {
        sql_mode: word("sql_mode", &mode)?,
        time_zone: word("session.time_zone", &profile.time_zone)?,
        group_concat_max_len: before.get("group_concat_max_len").map(|_| profile.group_concat_max_len),
        net: net(before, net_for(profile.limits.first_row, profile.limits.fetch)),
        lifts_select_limit: before.get("sql_select_limit").is_some(),
    })
}

/// Compares what is there with what was set.
fn verify(after: &Variables, pinned: &Pinned) -> Result<(), Fault> {
    let mode = after.get("sql_mode").unwrap_or_default();
    if plain_mode(mode) != mode {
        return Err(not_pinned("sql_mode", pinned.sql_mode.text(), mode));
    }
    let group_concat = pinned.group_concat_max_len.map(|bytes| bytes.to_string());
    let mut facts = vec![
        ("character_set_client", "utf8mb4"),
        ("character_set_connection", "utf8mb4"),
        ("character_set_results", "utf8mb4"),
        ("time_zone", pinned.time_zone.text()),
    ];
    facts.extend(group_concat.as_deref().map(|bytes| ("group_concat_max_len", bytes)));
    let no_limit = u64::MAX.to_string();
    if pinned.lifts_select_limit {
        facts.push(("sql_select_limit", no_limit.as_str()));
    }
    for (name, wanted) in facts {
        let found = after.get(name).unwrap_or_default();
        if !found.eq_ignore_ascii_case(wanted) {
            return Err(not_pinned(name, wanted, found));
        }
    }
    if after.is_on("autocommit") != Some(true) {
        return Err(not_pinned("autocommit", "ON", after.get("autocommit").unwrap_or_default()));
    }
    // MySQL 8 knows the first, MariaDB before 11.1 the second, versions between both.
    match after.is_on("transaction_read_only").or_else(|| after.is_on("tx_read_only")) {
        Some(true) => Ok(()),
        Some(false) => Err(not_pinned("transaction_read_only", "ON", "OFF")),
        None => Err(Fault::Told(
            Problem::new(ProblemKind::Refused, NOT_READ_ONLY)
                .because("the server knows neither transaction_read_only nor tx_read_only")
                .hint("rrx needs MySQL 5.7.20 or MariaDB 10.0, or newer"),
        )),
    }
}

fn not_pinned(name: &'static str, wanted: &str, found: &str) -> Fault {
    Fault::NotPinned { name, wanted: wanted.to_owned(), found: found.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flags_that_change_the_meaning_of_text_are_taken_out_and_others_stay() {
        assert_eq!(plain_mode("REAL_AS_FLOAT,PIPES_AS_CONCAT,ANSI_QUOTES,IGNORE_SPACE,ANSI"), "REAL_AS_FLOAT");
        assert_eq!(plain_mode("STRICT_TRANS_TABLES,NO_BACKSLASH_ESCAPES"), "STRICT_TRANS_TABLES");
        assert_eq!(plain_mode(""), "");
    }

    fn pinned() -> Pinned {
        Pinned {
            sql_mode: Word::new("").unwrap(),
            time_zone: Word::new("+00:00").unwrap(),
            group_concat_max_len: Some(1024),
            net: None,
            lifts_select_limit: false,
        }
    }

    const GOOD: [(&str, &str); 8] = [
        ("sql_mode", ""),
        ("character_set_client", "utf8mb4"),
        ("character_set_connection", "utf8mb4"),
        ("character_set_results", "utf8mb4"),
        ("time_zone", "+00:00"),
        ("group_concat_max_len", "1024"),
        ("autocommit", "ON"),
        ("tx_read_only", "ON"),
    ];

    #[test]
    fn a_connection_on_which_any_fact_is_otherwise_is_refused() {
        assert!(verify(&Variables::of(&GOOD), &pinned()).is_ok());
        for (name, _) in GOOD {
            let mut pairs = GOOD.to_vec();
            pairs.retain(|(other, _)| *other != name);
            pairs.push((name, if name == "sql_mode" { "ANSI_QUOTES" } else { "OFF" }));
            assert!(verify(&Variables::of(&pairs), &pinned()).is_err(), "{name}");
        }
    }

    #[test]
    fn a_fact_that_is_otherwise_after_a_statement_is_found_and_one_that_a_set_may_change_is_not() {
        let before = Variables::of(&GOOD);
        assert!(before.compare(&before.clone()).is_ok());
        for (name, _) in GOOD {
            let mut pairs = GOOD.to_vec();
            pairs.retain(|(other, _)| *other != name);
            assert_eq!(before.compare(&Variables::of(&pairs)).is_err(), name != "group_concat_max_len", "{name}");
        }
    }

    #[test]
    fn a_narrower_time_limit_of_the_account_stays() {
        let minute = Duration::from_mins(1);
        assert_eq!(net(&Variables::of(&[("max_statement_time", "0.000000")]), minute), Some(Net::Seconds(60)));
        assert_eq!(net(&Variables::of(&[("max_statement_time", "1.500000")]), minute), None);
        assert_eq!(net(&Variables::of(&[("max_execution_time", "0")]), minute), Some(Net::Milliseconds(60_000)));
        assert_eq!(net(&Variables::of(&[("max_execution_time", "100")]), minute), None);
        assert_eq!(net(&Variables::default(), minute), None);
    }

    #[test]
    fn an_answer_that_a_select_limit_may_have_cut_is_not_taken_for_whole() {
        // What MySQL answers under sql_select_limit = 2: the first two rows, of which none is the limit.
        assert!(Variables::of(&[("autocommit", "ON"), ("character_set_client", "utf8mb4")]).may_be_cut());
        assert!(Variables::of(&[("sql_select_limit", "15"), ("autocommit", "ON")]).may_be_cut());
        assert!(!Variables::of(&[("sql_select_limit", "18446744073709551615")]).may_be_cut());
    }

    #[test]
    fn a_server_that_does_not_tell_whether_it_is_read_only_is_refused() {
        assert!(verify(&Variables::of(&GOOD[..7]), &pinned()).is_err());
    }
}
