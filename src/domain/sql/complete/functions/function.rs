//! A function of the server as the completion describes it.

use crate::domain::sql::{Dialect, ServerFamily};

/// A function with its parameters and one line of help.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Function {
    /// In upper case.
    pub name: &'static str,
    /// As they are written between the parentheses; what is in `[ ]` can be left out.
    pub parameters: &'static str,
    pub help: &'static str,
    pub servers: Servers,
    pub kind: FunctionKind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FunctionKind {
    Scalar,
    /// It reads the rows of a group.
    Aggregate,
    /// It needs OVER.
    Window,
}

/// The servers that have a function, with the first version.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Servers {
    Every,
    MySql(u16, u16),
    MariaDb(u16, u16),
    /// MySQL from the first version on, and MariaDB from the second one on.
    Both((u16, u16), (u16, u16)),
}

impl Servers {
    /// Whether the server of a session has it.
    #[must_use]
    pub fn include(self, dialect: Dialect) -> bool {
        let (major, minor, _) = dialect.version;
        let since = |first: (u16, u16)| (major, minor) >= first;
        let is_maria = dialect.server == ServerFamily::MariaDb;
        match self {
            Self::Every => true,
            Self::MySql(major, minor) => !is_maria && since((major, minor)),
            Self::MariaDb(major, minor) => is_maria && since((major, minor)),
            Self::Both(_, maria) if is_maria => since(maria),
            Self::Both(mysql, _) => since(mysql),
        }
    }

    /// Returns what to say about it: `MySQL 8.0`; empty if every server has it.
    #[must_use]
    pub fn describe(self) -> String {
        match self {
            Self::Every => String::new(),
            Self::MySql(major, minor) => format!("MySQL {major}.{minor}"),
            Self::MariaDb(major, minor) => format!("MariaDB {major}.{minor}"),
            Self::Both((a, b), (c, d)) => format!("MySQL {a}.{b}, MariaDB {c}.{d}"),
        }
    }
}

/// Describes a function that every server has.
pub(super) const fn every(name: &'static str, parameters: &'static str, help: &'static str) -> Function {
    Function { name, parameters, help, servers: Servers::Every, kind: FunctionKind::Scalar }
}

/// Describes a function that some servers have.
pub(super) const fn only(
    name: &'static str,
    servers: Servers,
    parameters: &'static str,
    help: &'static str,
) -> Function {
    Function { name, parameters, help, servers, kind: FunctionKind::Scalar }
}

impl Function {
    pub(super) const fn aggregate(self) -> Self {
        Self { kind: FunctionKind::Aggregate, ..self }
    }

    pub(super) const fn window(self) -> Self {
        Self { kind: FunctionKind::Window, ..self }
    }
}
