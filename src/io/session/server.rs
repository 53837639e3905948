//! Derives from the server's variables which server this is: product, version, identity and role. A variable that the
//! server does not have leaves a fact unknown; it is not an error.

use super::run_internal::Batching;
use super::variables::ServerVariables;
use crate::domain::catalog::NameCase;
use crate::domain::protocol::Role;
use crate::domain::sql::ServerFamily;

/// The product name of the embedded replica.
const DEMO: &str = "rrx demo replica";

/// Returns the name of the product.
pub(super) fn product(variables: &ServerVariables) -> &'static str {
    let contains =
        |name: &str, part: &str| variables.get(name).is_some_and(|value| value.to_ascii_lowercase().contains(part));
    let engine = [("tidb", "TiDB"), ("starrocks", "StarRocks"), ("doris", "Doris")]
        .into_iter()
        .find(|(part, _)| contains("version", part) || contains("version_comment", part));
    if variables.get("aurora_version").is_some() {
        "Aurora MySQL"
    } else if let Some((_, name)) = engine {
        name
    } else if contains("version", "mariadb") || contains("version_comment", "mariadb") {
        "MariaDB"
    } else if contains("version_comment", "rrx") {
        DEMO
    } else {
        "MySQL"
    }
}

/// Returns the family of SQL syntax of the server, and its version.
pub(super) fn family_and_version(variables: &ServerVariables) -> (ServerFamily, (u16, u16, u16)) {
    let family = match product(variables) {
        "MariaDB" => ServerFamily::MariaDb,
        "MySQL" | "Aurora MySQL" => ServerFamily::MySql,
        _ => ServerFamily::Other,
    };
    (family, version_numbers(variables.get("version").unwrap_or_default()))
}

/// Returns how the server compares names of tables.
pub(super) fn name_case(variables: &ServerVariables) -> NameCase {
    match variables.get("lower_case_table_names") {
        None | Some("0") => NameCase::Distinguished,
        Some(_) => NameCase::Ignored,
    }
}

/// Returns how internal queries are sent to this server at first. An engine that only implements the protocol may take
/// several statements in one text for an attack, and close the connection.
pub(super) fn batching(variables: &ServerVariables) -> Batching {
    match product(variables) {
        "MySQL" | "Aurora MySQL" | "MariaDB" | DEMO => Batching::Together,
        _ => Batching::OneByOne,
    }
}

/// Parses the three numbers of a version: `10.11.6-MariaDB` → 10, 11, 6.
fn version_numbers(version: &str) -> (u16, u16, u16) {
    let mut parts = version.split(|sign: char| !sign.is_ascii_digit()).map(|part| part.parse().unwrap_or(0));
    let mut next = || parts.next().unwrap_or(0);
    (next(), next(), next())
}

/// Returns a text that identifies the server: the same on every connection to it, and different for another server.
pub(super) fn identity(variables: &ServerVariables) -> String {
    let value = |name: &str| variables.get(name).unwrap_or_default();
    let address = format!("{}:{}/{}", value("hostname"), value("port"), value("server_id"));
    // Instances of an Aurora cluster may share a uuid, and so do servers whose data directory was copied.
    match (variables.get("aurora_server_id"), variables.get("server_uuid")) {
        (Some(instance), _) => format!("{instance} {address}"),
        (None, Some(uuid)) => format!("{uuid} {address}"),
        (None, None) => address,
    }
}

/// Returns whether the server is a replica or a writer, as far as its variables show.
pub(super) fn role(variables: &ServerVariables) -> Role {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_role_of_a_server_without_read_only_variables_is_unknown() {
        assert_eq!(role(&ServerVariables::default()), Role::Unknown);
        assert_eq!(role(&ServerVariables::of(&[("read_only", "OFF"), ("super_read_only", "ON")])), Role::Replica);
        assert_eq!(role(&ServerVariables::of(&[("read_only", "OFF")])), Role::Writer);
        let aurora = [("aurora_version", "3.04.0"), ("read_only", "ON"), ("innodb_read_only", "OFF")];
        assert_eq!(role(&ServerVariables::of(&aurora)), Role::Writer);
    }

    #[test]
    fn versions_are_parsed_to_three_numbers() {
        assert_eq!(version_numbers("10.11.6-MariaDB-0+deb12u1"), (10, 11, 6));
        assert_eq!(version_numbers("8.0.36"), (8, 0, 36));
        assert_eq!(version_numbers(""), (0, 0, 0));
    }
}
