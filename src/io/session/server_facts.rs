//! Reads the facts about the server and the account on a pinned connection. Facts that the server does not provide are
//! left out.

use mysql_async::Conn;

use super::convert;
use super::error::SessionError;
use super::events::EventSender;
use super::internal_query::{self, InternalQuery};
use super::pin::Pins;
use super::run_internal::{InternalBatch, allow_refusal};
use super::server;
use super::variables::ServerVariables;
use crate::domain::profile::{Profile, TlsMode};
use crate::domain::protocol::{PrivilegeScope, ServerFacts};
use crate::domain::sql::{Dialect, SessionPins, SqlMode};

/// Reads the facts on a pinned connection.
pub(super) async fn read_facts(
    conn: &mut Conn,
    pins: &Pins,
    profile: &Profile,
    events: &EventSender,
) -> Result<ServerFacts, SessionError> {
    let read_back = &pins.read_back;
    let variables = &read_back.variables;
    let (whoami, tls, grants) = (internal_query::whoami(), internal_query::tls(), internal_query::grants());
    // Without TLS there is no version to read.
    let tls = Some(tls).filter(|_| !matches!(profile.tls, TlsMode::Disabled));
    let queries: Vec<&InternalQuery> = [Some(&whoami), tls.as_ref(), Some(&grants)].into_iter().flatten().collect();
    let mut batch = InternalBatch::send(conn, &queries, read_back.batching, events).await?;
    let whoami = allow_refusal(batch.answer(conn, &whoami, events).await)?;
    let whoami = whoami.first();
    let tls = match &tls {
        Some(tls) => allow_refusal(batch.answer(conn, tls, events).await)?,
        None => Vec::new(),
    };
    let tls = tls
        .iter()
        .find(|row| convert::text(row, 0).is_some_and(|name| name.eq_ignore_ascii_case("Ssl_version")))
        .and_then(|row| convert::text(row, 1))
        .filter(|version| !version.is_empty());
    let grants = allow_refusal(batch.answer(conn, &grants, events).await)?;
    let grants: Vec<String> = grants.iter().filter_map(|row| convert::text(row, 0)).collect();
    let (server, version) = server::family_and_version(variables);
    let variable = |name: &str| variables.get(name).unwrap_or_default().to_owned();
    let mut time_zone = variable("time_zone");
    if time_zone.eq_ignore_ascii_case("SYSTEM") {
        time_zone.clone_from(&pins.server_time_zone);
    }
    Ok(ServerFacts {
        identity: server::identity(variables),
        server_id: variables.get("aurora_server_id").map_or_else(|| variable("server_id"), str::to_owned),
        role: server::role(variables),
        dialect: Dialect { server, version, sql_mode: SqlMode::parse(&variable("sql_mode")) },
        names: server::name_case(variables),
        account: whoami.and_then(|row| convert::text(row, 1)).unwrap_or_else(|| profile.user.clone()),
        connection_id: whoami.and_then(|row| convert::number(row, 0)).unwrap_or_else(|| u64::from(conn.id())),
        database: whoami.and_then(|row| convert::text(row, 2)),
        server_time_zone: Some(pins.server_time_zone.clone())
            .filter(|zone| !zone.is_empty() && !is_same_zone(zone, &time_zone)),
        pins: SessionPins { time_zone: Some(variable("time_zone")), statement_seconds: statement_seconds(variables) },
        time_zone,
        sql_mode: variable("sql_mode"),
        product: server::product(variables).to_owned(),
        version: variable("version"),
        tls,
        privileges: privilege_scope(&grants),
        warnings: write_warning(&grants).into_iter().collect(),
    })
}

/// Returns whether two names are surely of the same time zone: the same text, or two names of UTC.
fn is_same_zone(one: &str, other: &str) -> bool {
    let is_utc =
        |zone: &str| ["UTC", "GMT", "ETC/UTC", "+00:00", "-00:00"].iter().any(|utc| utc.eq_ignore_ascii_case(zone));
    one.eq_ignore_ascii_case(other) || (is_utc(one) && is_utc(other))
}

/// Returns the server's own time limit for a statement, in whole seconds.
fn statement_seconds(variables: &ServerVariables) -> Option<u64> {
    let number = |name: &str| variables.get(name).and_then(|value| value.split('.').next()?.parse::<u64>().ok());
    let seconds =
        number("max_statement_time").or_else(|| number("max_execution_time").map(|milliseconds| milliseconds / 1_000));
    seconds.filter(|seconds| *seconds > 0)
}

/// Returns whether one of these grants can be for a part of a table.
fn privilege_scope(grants: &[String]) -> PrivilegeScope {
    let is_whole = |grant: &String| match grant.split_once(" ON ") {
        // `GRANT SELECT (a, b) ON …`
        Some((privileges, _)) => !privileges.contains('('),
        // `GRANT role TO …` has no object.
        None => !grant.to_ascii_uppercase().starts_with("GRANT "),
    };
    // Without an answer nothing is known.
    if !grants.is_empty() && grants.iter().all(is_whole) {
        PrivilegeScope::WholeTables
    } else {
        PrivilegeScope::MaybeColumns
    }
}

/// Privileges that would allow the account to change data.
const WRITE_PRIVILEGES: [&str; 17] = [
    "ALL PRIVILEGES",
    "INSERT",
    "UPDATE",
    "DELETE",
    "CREATE",
    "DROP",
    "ALTER",
    "INDEX",
    "TRIGGER",
    "EXECUTE",
    "EVENT",
    "FILE",
    "SUPER",
    "GRANT OPTION",
    "LOCK TABLES",
    "DELETE HISTORY",
    "READ_ONLY ADMIN",
];

/// Returns a warning that names the write privileges in these grants; `None` if there are none.
fn write_warning(grants: &[String]) -> Option<String> {
    let mut found: Vec<&str> = Vec::new();
    for grant in grants {
        let upper = grant.to_ascii_uppercase();
        let Some(list) = upper.strip_prefix("GRANT ").and_then(|rest| rest.split(" ON ").next()) else { continue };
        for privilege in list.split(',').map(str::trim) {
            // "INSERT (a, b)" grants the privilege on single columns.
            let name = privilege.split(" (").next().unwrap_or(privilege);
            if let Some(known) = WRITE_PRIVILEGES
                .iter()
                .find(|known| **known == name || name.starts_with("CREATE") && **known == "CREATE")
                && !found.contains(known)
            {
                found.push(known);
            }
        }
        if upper.contains("WITH GRANT OPTION") && !found.contains(&"GRANT OPTION") {
            found.push("GRANT OPTION");
        }
    }
    (!found.is_empty()).then(|| {
        format!(
            "the account has write privileges ({}): rrx blocks writes, but a read-only account is safer",
            found.join(", ")
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_account_with_read_privileges_only_gets_no_warning() {
        let grants = ["GRANT SELECT, SHOW VIEW, PROCESS ON *.* TO `RO_USER`@`%`".to_owned()];
        assert_eq!(write_warning(&grants), None);
    }

    #[test]
    fn privileges_on_columns_and_roles_may_cover_a_part_of_a_table() {
        let scope =
            |grants: &[&str]| privilege_scope(&grants.iter().map(|grant| (*grant).to_owned()).collect::<Vec<_>>());
        let usage = "GRANT USAGE ON *.* TO `a`@`%`";
        assert_eq!(scope(&[usage, "GRANT SELECT ON `db (x)`.* TO `a`@`%`"]), PrivilegeScope::WholeTables);
        assert_eq!(scope(&[usage, "GRANT SELECT (`id`, `name`) ON `db`.`t` TO `a`@`%`"]), PrivilegeScope::MaybeColumns);
        assert_eq!(scope(&[usage, "GRANT `reader`@`%` TO `a`@`%`"]), PrivilegeScope::MaybeColumns);
        assert_eq!(scope(&[]), PrivilegeScope::MaybeColumns);
    }

    #[test]
    fn the_warning_names_the_write_privileges() {
        let grants = [
            "GRANT USAGE ON *.* TO `a`@`%`".to_owned(),
            "GRANT SELECT, INSERT, CREATE TEMPORARY TABLES ON `ops`.* TO `a`@`%`".to_owned(),
        ];
        let warning = write_warning(&grants).unwrap();
        assert!(warning.contains("INSERT, CREATE"), "{warning}");
    }
}
