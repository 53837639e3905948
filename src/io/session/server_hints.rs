//! What to do about the server's errors that users often meet. It depends on the moment: the same number means another
//! thing while signing in than for a statement.

/// What rrx was doing when the server returned an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Moment {
    /// Signing in, up to the server's OK.
    SignIn,
    /// A query of rrx itself, after the sign-in.
    InternalQuery,
    /// A statement of the user.
    Statement,
}

/// The server's error for an `init_connect` that failed. It answers the first query after the sign-in.
const INIT_CONNECT_FAILED: u16 = 1184;
/// The server's error for a resource limit of the account. The message names the resource.
const ACCOUNT_LIMIT: u16 = 1226;

/// A resource limit of an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum AccountLimit {
    ConcurrentConnections,
    ConnectionsPerHour,
    QueriesPerHour,
    UpdatesPerHour,
    Unknown,
}

impl AccountLimit {
    /// Finds the resource that the server's message names. Its language may vary, the name does not.
    fn named_in(message: &str) -> Self {
        let names = [
            ("max_user_connections", Self::ConcurrentConnections),
            ("max_connections_per_hour", Self::ConnectionsPerHour),
            // MySQL and MariaDB name it differently.
            ("max_questions", Self::QueriesPerHour),
            ("max_queries_per_hour", Self::QueriesPerHour),
            ("max_updates", Self::UpdatesPerHour),
        ];
        names.into_iter().find(|(name, _)| message.contains(name)).map_or(Self::Unknown, |(_, limit)| limit)
    }

    fn hint(self) -> &'static str {
        match self {
            Self::ConcurrentConnections => {
                "the account has too many connections: close other programs that use it; a session of rrx needs two, and a \
                 third one while it reads the catalog"
            }
            Self::ConnectionsPerHour => {
                "the account may connect only so many times in an hour: wait until the hour is over, or ask for a higher limit"
            }
            Self::QueriesPerHour => {
                "the account may send only so many statements in an hour, and those of rrx itself count: wait until the hour \
                 is over, or ask for a higher limit"
            }
            Self::UpdatesPerHour => {
                "the account may change data only so many times in an hour: wait until the hour is over, or ask for a higher \
                 limit"
            }
            Self::Unknown => "the account has reached one of its limits: wait, or ask for a higher limit",
        }
    }
}

/// Returns whether waiting a little helps: the server is starting, stopping, or has too many connections.
pub(super) fn is_transient(code: u16, message: &str) -> bool {
    match code {
        ACCOUNT_LIMIT => AccountLimit::named_in(message) == AccountLimit::ConcurrentConnections,
        1040 | 1053 | 1077 | 1079 | 1203 | 3032 => true,
        _ => false,
    }
}

/// Returns whether the server closes the connection after this error, so that nothing more can be sent on it.
pub(super) fn ends_connection(code: u16) -> bool {
    matches!(code, 1053 | 1079 | 1152 | 1158..=1161 | INIT_CONNECT_FAILED | 1927 | 4031)
}

/// Returns what to do about an error of the server.
pub(super) fn hint(code: u16, moment: Moment, message: &str) -> Option<&'static str> {
    match code {
        ACCOUNT_LIMIT => return Some(AccountLimit::named_in(message).hint()),
        1053 | 1077 | 1079 => return Some("the server is shutting down: reconnect later"),
        3032 => return Some("the server accepts only administrators at the moment: reconnect later"),
        1820 | 1862 => return Some("the password has expired: ask for a new one"),
        1298 => return Some("the server does not know this time zone by name: write an offset such as +00:00"),
        1231 if moment == Moment::InternalQuery => {
            return Some("correct sql_mode or time_zone in the `session` table of the profile");
        }
        1231 => return Some("correct the value: the server's message names the variable, and for `sql_mode` the flag"),
        _ => {}
    }
    match moment {
        Moment::SignIn => sign_in_hint(code),
        Moment::InternalQuery => internal_query_hint(code),
        Moment::Statement => statement_hint(code, message),
    }
}

fn sign_in_hint(code: u16) -> Option<&'static str> {
    Some(match code {
        1044 => "the account has no access to this database: ask for SELECT on it, or choose another database",
        1045 => "the password may have been rotated: check the source of the password and the user in the profile",
        1698 => "the server does not accept a password for this account: ask for an account with one",
        1049 => "choose a database that exists",
        1129 => {
            "the server blocks the address of the last hop after failed attempts: ask its administrator for FLUSH HOSTS"
        }
        1130 => "the server accepts no connections from this address: it sees the address of the last hop",
        1040 | 1203 => "too many connections: close others that use the same account, or wait",
        3159 => "the server requires TLS: set tls = \"verify-identity\" and `ca` in the profile",
        3118 | 4151 => "the account is locked: ask the administrator of the replica",
        3955 => "too many wrong passwords locked the account: wait, or ask the administrator of the replica",
        _ => return None,
    })
}

fn internal_query_hint(code: u16) -> Option<&'static str> {
    Some(match code {
        INIT_CONNECT_FAILED => {
            "the server runs its init_connect for this account, and it fails: ask the administrator of the replica to correct it"
        }
        1064 | 1193 | 1235 => {
            "the server does not know a statement that rrx needs: it may not be compatible with MySQL"
        }
        1044 | 1142 | 1143 | 1227 | 1370 => "the account lacks a privilege that rrx needs: ask for it",
        1290 | 1792 => "the server refuses a statement that rrx needs: ask its administrator why",
        1317 => "another session stopped a statement of rrx: try again",
        _ => return None,
    })
}

fn statement_hint(code: u16, message: &str) -> Option<&'static str> {
    Some(match code {
        1044 => "the account has no access to this database: ask for SELECT on it, or read another one",
        1045 => {
            "this is not about your password: a view or routine in the statement runs as an account that is gone or lacks \
             privileges, or the statement needs a privilege such as FILE; ask the owner of the view or routine"
        }
        1449 => {
            "the account that defined a view or routine in the statement is gone: ask its owner to set another definer, or \
             read the tables that it uses"
        }
        1356 => {
            "the view needs a table, column or routine that is gone, or a privilege that its definer or you lack: ask its \
             owner, or read the tables that it uses"
        }
        1046 => "run USE with a database first, or write the database before the table name",
        1049 => "check the spelling of the database; the explorer lists the databases",
        1054 => "check the spelling of the column; the explorer lists the columns",
        1064 => "the server's message shows where; rrx sends the statement unchanged",
        1142 | 1143 | 1227 | 1370 => "the account lacks this privilege: ask for it, or read another table",
        1146 => "check the spelling and the current database",
        1235 => "this server does not support it: write the statement without it, or run it on another replica",
        1317 => "another session stopped the statement: run it again",
        1792 => "the session is read-only and stays read-only",
        1290 if message.contains("read-only") || message.contains("read_only") => {
            "the session is read-only and stays read-only"
        }
        1290 => "an option of the server forbids the statement: the server's message names it",
        3024 | 1969 => "narrow the statement, or raise limits.seconds and limits.fetch_seconds in the profile",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const MOMENTS: [Moment; 3] = [Moment::SignIn, Moment::InternalQuery, Moment::Statement];

    /// A word of the hint at sign-in, for an internal query and for a statement; empty where there is no hint.
    #[rustfmt::skip]
    const TABLE: &[(u16, [&str; 3])] = &[
        (1040, ["too many connections", "", ""]),
        (1044, ["choose another database", "privilege that rrx needs", "read another one"]),
        (1045, ["rotated", "", "not about your password"]),
        (1046, ["", "", "run USE"]),
        (1049, ["choose a database", "", "spelling of the database"]),
        (1053, ["shutting down", "shutting down", "shutting down"]),
        (1054, ["", "", "spelling of the column"]),
        (1064, ["", "not be compatible", "sends the statement unchanged"]),
        (1077, ["shutting down", "shutting down", "shutting down"]),
        (1079, ["shutting down", "shutting down", "shutting down"]),
        (1129, ["FLUSH HOSTS", "", ""]),
        (1130, ["address of the last hop", "", ""]),
        (1142, ["", "privilege that rrx needs", "lacks this privilege"]),
        (1143, ["", "privilege that rrx needs", "lacks this privilege"]),
        (1146, ["", "", "current database"]),
        (1184, ["", "init_connect", ""]),
        (1193, ["", "not be compatible", ""]),
        (1203, ["too many connections", "", ""]),
        (1226, ["reached one of its limits", "reached one of its limits", "reached one of its limits"]),
        (1227, ["", "privilege that rrx needs", "lacks this privilege"]),
        (1235, ["", "not be compatible", "another replica"]),
        (1290, ["", "ask its administrator", "an option of the server"]),
        (1298, ["offset", "offset", "offset"]),
        (1231, ["correct the value", "`session` table", "correct the value"]),
        (1317, ["", "try again", "run it again"]),
        (1356, ["", "", "the view needs"]),
        (1370, ["", "privilege that rrx needs", "lacks this privilege"]),
        (1449, ["", "", "another definer"]),
        (1698, ["does not accept a password", "", ""]),
        (1792, ["", "ask its administrator", "stays read-only"]),
        (1820, ["expired", "expired", "expired"]),
        (1862, ["expired", "expired", "expired"]),
        (1969, ["", "", "limits.seconds"]),
        (3024, ["", "", "limits.seconds"]),
        (3032, ["only administrators", "only administrators", "only administrators"]),
        (3118, ["locked", "", ""]),
        (3159, ["requires TLS", "", ""]),
        (3955, ["locked the account", "", ""]),
        (4151, ["locked", "", ""]),
    ];

    #[test]
    fn each_error_has_the_hint_of_its_moment() {
        for (code, expected) in TABLE {
            for (moment, word) in MOMENTS.into_iter().zip(expected) {
                let hint = hint(*code, moment, "");
                assert_eq!(hint.is_some(), !word.is_empty(), "{code} {moment:?}: {hint:?}");
                assert!(hint.is_none_or(|hint| hint.contains(word)), "{code} {moment:?}: {hint:?}");
            }
        }
    }

    #[test]
    fn no_other_error_has_a_hint() {
        for code in 0..=u16::MAX {
            let has_hint = MOMENTS.into_iter().any(|moment| hint(code, moment, "").is_some());
            assert_eq!(has_hint, TABLE.iter().any(|(listed, _)| *listed == code), "{code}");
        }
    }

    #[test]
    fn only_a_refused_sign_in_mentions_a_rotated_password() {
        for code in 0..=u16::MAX {
            for moment in [Moment::InternalQuery, Moment::Statement] {
                let hint = hint(code, moment, "using password: YES").unwrap_or_default();
                assert!(!hint.contains("rotated") && !hint.contains("source of the password"), "{code}: {hint}");
            }
        }
    }

    #[test]
    fn each_limit_of_an_account_has_its_own_hint_and_only_one_passes_soon() {
        for (resource, word, passes_soon) in [
            ("max_user_connections", "close other programs", true),
            ("max_connections_per_hour", "connect only so many times", false),
            ("max_questions", "send only so many statements", false),
            ("max_queries_per_hour", "send only so many statements", false),
            ("max_updates", "change data only so many times", false),
            ("max_updates_per_hour", "change data only so many times", false),
            ("max_something", "one of its limits", false),
        ] {
            let message = format!("User 'RO_USER' has exceeded the '{resource}' resource (current value: 1)");
            for moment in MOMENTS {
                assert!(hint(1226, moment, &message).unwrap().contains(word), "{resource}");
            }
            assert_eq!(is_transient(1226, &message), passes_soon, "{resource}");
        }
    }

    #[test]
    fn an_option_that_is_not_read_only_is_not_called_read_only() {
        let hint = |message| hint(1290, Moment::Statement, message).unwrap();
        assert!(hint("… is running with the --read-only option …").contains("stays read-only"));
        assert!(!hint("… is running with the --secure-file-priv option …").contains("read-only"));
    }
}
