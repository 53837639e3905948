//! The input of a translation: schema, session state, system variables and bound values.

use crate::demo::schema::DemoSchema;

/// The input of a translation in addition to the statement.
pub struct Context<'a> {
    /// All databases, `information_schema` included.
    pub schema: &'a DemoSchema,
    pub database: Option<&'a str>,
    /// The session's time zone as an offset in seconds.
    pub zone_seconds: i32,
    /// The start of the statement in microseconds since 1970 (UTC), which is the value of `NOW()`.
    pub now: i64,
    /// `CONNECTION_ID()`.
    pub connection_id: u64,
    /// `CURRENT_USER()`, such as `RO_USER@%`.
    pub account: &'a str,
    /// Returns the value of `@@name` for a lower-case name.
    pub variables: &'a dyn Fn(&str) -> Option<Variable>,
    /// The values of `?` in order. Empty for a text statement.
    pub parameters: &'a [Parameter],
}

/// The value of a system variable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Variable {
    Text(String),
    Integer(i64),
}

/// A bound value.
#[derive(Debug, Clone, PartialEq)]
pub enum Parameter {
    Null,
    Integer(i64),
    Double(f64),
    /// Text or bytes.
    Bytes(Vec<u8>),
}
