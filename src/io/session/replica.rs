//! Who answers: product, version, identity, role, and what the account may do. Absent variables are absent facts, never errors.

use mysql_async::Conn;

use super::ask::{Manner, Series, optional};
use super::convert;
use super::events::Teller;
use super::fault::Fault;
use super::own::{self, Own};
use super::settings::Variables;
use crate::domain::profile::{Profile, TlsMode};
use crate::domain::protocol::{Role, ServerFacts};
use crate::domain::sql::{Dialect, Server, SqlMode};

/// Collects the facts of a pinned connection.
pub(super) async fn facts(
    conn: &mut Conn,
    variables: &Variables,
    (profile, manner): (&Profile, Manner),
    tell: &Teller,
) -> Result<ServerFacts, Fault> {
    let (whoami, tls, grants) = (own::whoami(), own::tls(), own::grants());
    // Where there is none, nobody needs to be asked which.
    let tls = Some(tls).filter(|_| !matches!(profile.tls, TlsMode::Disabled));
    let wanted: Vec<&Own> = [Some(&whoami), tls.as_ref(), Some(&grants)].into_iter().flatten().collect();
    let mut series = Series::send(conn, &wanted, manner, tell).await?;
    let who = optional(series.answer(conn, &whoami, tell).await)?;
    let who = who.first();
    let tls = match &tls {
        Some(tls) => optional(series.answer(conn, tls, tell).await)?,
        None => Vec::new(),
    };
    let tls = tls
        .iter()
        .find(|row| convert::text(row, 0).is_some_and(|name| name.eq_ignore_ascii_case("Ssl_version")))
        .and_then(|row| convert::text(row, 1))
        .filter(|version| !version.is_empty());
    let grants: Vec<String> =
        optional(series.answer(conn, &grants, tell).await)?.iter().filter_map(|row| convert::text(row, 0)).collect();
    let version = variables.get("version").unwrap_or_default().to_owned();
    let (server, numbers) = speaks(variables);
    let mut warnings = Vec::new();
    if let Some(warning) = write_privileges(&grants) {
        warnings.push(warning);
    }
    Ok(ServerFacts {
        identity: identity(variables),
        server_id: variables
            .get("aurora_server_id")
            .or_else(|| variables.get("server_id"))
            .unwrap_or_default()
            .to_owned(),
        role: role(variables),
        dialect: Dialect {
            server,
            version: numbers,
            sql_mode: SqlMode::parse(variables.get("sql_mode").unwrap_or_default()),
        },
        account: who.and_then(|row| convert::text(row, 1)).unwrap_or_else(|| profile.user.clone()),
        connection_id: who.and_then(|row| convert::number(row, 0)).unwrap_or_else(|| u64::from(conn.id())),
        database: who.and_then(|row| convert::text(row, 2)),
        time_zone: variables.get("time_zone").unwrap_or_default().to_owned(),
        product: product(variables).to_owned(),
        version,
        tls,
        warnings,
    })
}

/// What the embedded replica calls itself.
const DEMO: &str = "rrx demo replica";

fn product(variables: &Variables) -> &'static str {
    let says =
        |name: &str, word: &str| variables.get(name).is_some_and(|value| value.to_ascii_lowercase().contains(word));
    let engine = [("tidb", "TiDB"), ("starrocks", "StarRocks"), ("doris", "Doris")]
        .into_iter()
        .find(|(word, _)| says("version", word) || says("version_comment", word));
    if variables.get("aurora_version").is_some() {
        "Aurora MySQL"
    } else if let Some((_, name)) = engine {
        name
    } else if says("version", "mariadb") || says("version_comment", "mariadb") {
        "MariaDB"
    } else if says("version_comment", "rrx") {
        DEMO
    } else {
        "MySQL"
    }
}

/// Whose words the server speaks, and which version.
pub(super) fn speaks(variables: &Variables) -> (Server, (u16, u16, u16)) {
    (family(product(variables)), numbers(variables.get("version").unwrap_or_default()))
}

/// How statements of ours are sent to this server at first. An engine that only speaks the protocol may count several in one
/// text as an attack, and cut the connection.
pub(super) fn manner(variables: &Variables) -> Manner {
    match product(variables) {
        "MySQL" | "Aurora MySQL" | "MariaDB" | DEMO => Manner::Together,
        _ => Manner::OneByOne,
    }
}

fn family(product: &str) -> Server {
    match product {
        "MariaDB" => Server::MariaDb,
        "MySQL" | "Aurora MySQL" => Server::MySql,
        _ => Server::Other,
    }
}

/// `10.11.6-MariaDB` → 10, 11, 6.
fn numbers(version: &str) -> (u16, u16, u16) {
    let mut parts = version.split(|sign: char| !sign.is_ascii_digit()).map(|part| part.parse().unwrap_or(0));
    let mut next = || parts.next().unwrap_or(0);
    (next(), next(), next())
}

/// Which server this is, as far as its variables tell: the same on every connection to it, another one elsewhere.
pub(super) fn identity(variables: &Variables) -> String {
    let told = |name: &str| variables.get(name).unwrap_or_default();
    let place = format!("{}:{}/{}", told("hostname"), told("port"), told("server_id"));
    // Instances of an Aurora cluster may share a uuid; a copied data folder shares it too.
    match (variables.get("aurora_server_id"), variables.get("server_uuid")) {
        (Some(instance), _) => format!("{instance} {place}"),
        (None, Some(uuid)) => format!("{uuid} {place}"),
        (None, None) => place,
    }
}

/// Replica or writer, as far as its variables tell.
pub(super) fn role(variables: &Variables) -> Role {
    let switches = if variables.get("aurora_version").is_some() {
        vec!["innodb_read_only"]
    } else {
        vec!["read_only", "super_read_only", "innodb_read_only"]
    };
    let known: Vec<bool> = switches.into_iter().filter_map(|name| variables.is_on(name)).collect();
    if known.is_empty() {
        Role::Unknown
    } else if known.contains(&true) {
        Role::Replica
    } else {
        Role::Writer
    }
}

/// Privileges with which an account could change something, were it not for the other three layers.
const WRITING: [&str; 17] = [
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

fn write_privileges(grants: &[String]) -> Option<String> {
    let mut found: Vec<&str> = Vec::new();
    for grant in grants {
        let upper = grant.to_ascii_uppercase();
        let Some(list) = upper.strip_prefix("GRANT ").and_then(|rest| rest.split(" ON ").next()) else { continue };
        for privilege in list.split(',').map(str::trim) {
            // "INSERT (a, b)" grants single columns; its name is what comes first.
            let name = privilege.split(" (").next().unwrap_or(privilege);
            if let Some(known) =
                WRITING.iter().find(|known| **known == name || name.starts_with("CREATE") && **known == "CREATE")
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
            "the account may write ({}): rrx does not let it, but a read-only account would be the better wall",
            found.join(", ")
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_account_that_may_only_read_gets_no_warning() {
        let grants = ["GRANT SELECT, SHOW VIEW, PROCESS ON *.* TO `RO_USER`@`%`".to_owned()];
        assert_eq!(write_privileges(&grants), None);
    }

    #[test]
    fn an_account_that_may_write_is_named_with_its_privileges() {
        let grants = [
            "GRANT USAGE ON *.* TO `a`@`%`".to_owned(),
            "GRANT SELECT, INSERT, CREATE TEMPORARY TABLES ON `ops`.* TO `a`@`%`".to_owned(),
        ];
        let warning = write_privileges(&grants).unwrap();
        assert!(warning.contains("INSERT, CREATE"), "{warning}");
    }

    #[test]
    fn the_role_of_a_server_that_does_not_tell_is_unknown() {
        assert_eq!(role(&Variables::default()), Role::Unknown);
        assert_eq!(role(&Variables::of(&[("read_only", "OFF"), ("super_read_only", "ON")])), Role::Replica);
        assert_eq!(role(&Variables::of(&[("read_only", "OFF")])), Role::Writer);
        assert_eq!(
            role(&Variables::of(&[("aurora_version", "3.04.0"), ("read_only", "ON"), ("innodb_read_only", "OFF")])),
            Role::Writer
        );
    }

    #[test]
    fn versions_read_as_three_numbers() {
        assert_eq!(numbers("10.11.6-MariaDB-0+deb12u1"), (10, 11, 6));
        assert_eq!(numbers("8.0.36"), (8, 0, 36));
        assert_eq!(numbers(""), (0, 0, 0));
    }
}
