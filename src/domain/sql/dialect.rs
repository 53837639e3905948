//! What decides how a server reads SQL text. The lexer, the splitter and the guard take one.

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Server {
    /// MySQL and Aurora MySQL.
    MySql,
    /// MariaDB: it has executable comments of its own (`/*M! */`).
    MariaDb,
    /// Another engine that speaks the protocol; read like MySQL.
    Other,
}

/// The `sql_mode` flags that change how text is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of the server's own variable")]
pub struct SqlMode {
    /// `"x"` is an identifier.
    pub ansi_quotes: bool,
    /// A backslash in a literal is a plain character.
    pub no_backslash_escapes: bool,
    /// `||` joins text.
    pub pipes_as_concat: bool,
    /// Blanks between a function's name and its parenthesis are allowed.
    pub ignore_space: bool,
}

impl SqlMode {
    /// Reads the server's `@@sql_mode`. Unknown words do not change how text is read; `ANSI` and `ORACLE` stand for several.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        let mut mode = Self::default();
        for word in text.split(',') {
            match word.trim().to_ascii_uppercase().as_str() {
                "ANSI_QUOTES" => mode.ansi_quotes = true,
                "NO_BACKSLASH_ESCAPES" => mode.no_backslash_escapes = true,
                "PIPES_AS_CONCAT" => mode.pipes_as_concat = true,
                "IGNORE_SPACE" => mode.ignore_space = true,
                "ANSI" | "ORACLE" | "DB2" | "MAXDB" | "MSSQL" | "POSTGRESQL" => {
                    mode.ansi_quotes = true;
                    mode.pipes_as_concat = true;
                    mode.ignore_space = true;
                }
                _ => {}
            }
        }
        mode
    }
}

/// How one session's server reads text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Dialect {
    pub server: Server,
    /// Major, minor, patch: `/*!80000 … */` is code from 8.0.0 on.
    pub version: (u16, u16, u16),
    pub sql_mode: SqlMode,
}

impl Default for Dialect {
    /// MySQL 8.0 with none of the flags: what a worksheet is read as before a session exists.
    fn default() -> Self {
        Self { server: Server::MySql, version: (8, 0, 0), sql_mode: SqlMode::default() }
    }
}
