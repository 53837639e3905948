//! The error value that users see: what failed, why, and what to do next.

/// The kind of a [`Problem`]. It decides the exit code and the colour, not the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ProblemKind {
    /// The command line or the settings are wrong.
    Settings,
    /// A statement failed on the server.
    Statement,
    /// The route, the tunnel or the authentication failed.
    Route,
    /// The connection was lost while it was in use.
    Lost,
    /// The guard or blinding refused a statement.
    Refused,
    /// A comparison or a check found something.
    Finding,
    /// A problem with a local file or directory.
    Local,
    /// A limit of the profile cut a result.
    Cut,
    /// A time limit was exceeded, in rrx or on the server.
    TimeLimit,
    Interrupted,
}

impl ProblemKind {
    /// Returns the documented exit code of a command that ends with this kind of problem.
    #[must_use]
    pub fn exit_code(self) -> u8 {
        match self {
            Self::Statement => 1,
            Self::Settings => 2,
            Self::Route | Self::Lost => 3,
            Self::Refused => 4,
            Self::Finding => 5,
            Self::Local => 6,
            Self::Cut => 7,
            Self::TimeLimit => 124,
            Self::Interrupted => 130,
        }
    }
}

/// An error of a MySQL server (ERR packet), shown unchanged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServerError {
    /// The error number, such as 1064.
    pub code: u16,
    /// SQLSTATE, five characters.
    pub state: String,
    pub message: String,
}

/// An action of the user that helps against a problem: one key or one command. The inspector shows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Remedy {
    Reconnect,
    ChooseProfile,
    /// Check the connection step by step with the command `doctor`.
    Doctor,
    /// Check the settings with the command `profiles list`.
    Settings,
}

/// A problem, described so that a user can act on it. It is data: tests compare it, the screen shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    pub kind: ProblemKind,
    /// What failed, in one sentence.
    pub what: String,
    /// The causes, the direct one first.
    pub because: Vec<String>,
    pub hint: Option<String>,
    /// The action that helps, if there is one.
    pub then: Option<Remedy>,
    /// The error of the server, if it was one.
    pub server: Option<ServerError>,
    /// Byte offset in the statement, if known.
    pub at: Option<usize>,
    /// Whether it may go away by itself, so that a later attempt may succeed.
    pub is_transient: bool,
}

impl Problem {
    /// Makes a problem with a description only.
    #[must_use]
    pub fn new(kind: ProblemKind, what: impl Into<String>) -> Self {
        Self {
            kind,
            what: what.into(),
            because: Vec::new(),
            hint: None,
            then: None,
            server: None,
            at: None,
            is_transient: false,
        }
    }

    /// Adds a cause after those already named.
    #[must_use]
    pub fn because(mut self, cause: impl Into<String>) -> Self {
        self.because.push(cause.into());
        self
    }

    /// Makes the problem of a statement that was not sent, because the session ended with this one.
    #[must_use]
    pub fn of_unsent_statement(self) -> Self {
        Self { kind: ProblemKind::Route, ..self }.because("the statement was not sent")
    }

    /// Sets what to do next.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// Sets the action that helps.
    #[must_use]
    pub fn then(mut self, remedy: Remedy) -> Self {
        self.then = Some(remedy);
        self
    }

    /// Sets the error of the server.
    #[must_use]
    pub fn server(mut self, error: ServerError) -> Self {
        self.server = Some(error);
        self
    }

    /// Marks the problem as transient: it may go away by itself.
    #[must_use]
    pub fn transient(mut self) -> Self {
        self.is_transient = true;
        self
    }

    /// Sets the byte offset in the statement.
    #[must_use]
    pub fn at(mut self, offset: usize) -> Self {
        self.at = Some(offset);
        self
    }
}

impl std::fmt::Display for Problem {
    /// Formats the problem on several lines: what failed, why, the server's error, what to do next.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.what)?;
        for cause in &self.because {
            write!(f, "\n  because: {cause}")?;
        }
        if let Some(error) = &self.server {
            write!(f, "\n  server: ERROR {} ({}): {}", error.code, error.state, error.message)?;
        }
        if let Some(hint) = &self.hint {
            write!(f, "\n  next: {hint}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Problem {}
