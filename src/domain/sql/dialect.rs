//! The dialect: what decides how a server reads SQL text.

/// A family of servers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ServerFamily {
    /// MySQL and Aurora MySQL.
    MySql,
    /// MariaDB has executable comments of its own (`/*M! */`).
    MariaDb,
    /// Another engine with the MySQL protocol. Its text is read like MySQL's.
    Other,
}

/// The `sql_mode` flags that change how text is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of the server's own variable")]
pub struct SqlMode {
    /// `"x"` is an identifier.
    pub ansi_quotes: bool,
    /// A backslash in a literal is an ordinary character.
    pub no_backslash_escapes: bool,
    /// `||` concatenates text.
    pub pipes_as_concat: bool,
    /// Spaces between a function name and its parenthesis are allowed.
    pub ignore_space: bool,
    /// MariaDB reads Oracle's PL/SQL, with `sequence.NEXTVAL`.
    pub oracle: bool,
}

impl SqlMode {
    /// Reads the server's `@@sql_mode`. Modes that do not affect how text is read are ignored; `ANSI` and `ORACLE` set several.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        let mut mode = Self::default();
        for word in text.split(',') {
            let flag = word.trim().to_ascii_uppercase();
            match flag.as_str() {
                "ANSI_QUOTES" => mode.ansi_quotes = true,
                "NO_BACKSLASH_ESCAPES" => mode.no_backslash_escapes = true,
                "PIPES_AS_CONCAT" => mode.pipes_as_concat = true,
                "IGNORE_SPACE" => mode.ignore_space = true,
                "ANSI" | "ORACLE" | "DB2" | "MAXDB" | "MSSQL" | "POSTGRESQL" => {
                    mode.ansi_quotes = true;
                    mode.pipes_as_concat = true;
                    mode.ignore_space = true;
                    mode.oracle |= flag == "ORACLE";
                }
                _ => {}
            }
        }
        mode
    }
}

/// How the server of a session reads text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Dialect {
    pub server: ServerFamily,
    /// Major, minor and patch version: `/*!80000 … */` is code from 8.0.0 on.
    pub version: (u16, u16, u16),
    pub sql_mode: SqlMode,
}

impl Default for Dialect {
    /// MySQL 8.0 without flags: the dialect of a worksheet before a session exists.
    fn default() -> Self {
        Self { server: ServerFamily::MySql, version: (8, 0, 0), sql_mode: SqlMode::default() }
    }
}
