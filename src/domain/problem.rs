//! The one error value that a user sees: what failed, why, and what to do next. It knows no screen and no exit call.

/// What kind of trouble a [`Problem`] is; it decides the exit code and the colour, never the words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ProblemKind {
    /// The command line or the settings are wrong.
    Settings,
    /// A statement failed on the server.
    Statement,
    /// The route, the tunnel or the sign-in failed.
    Route,
    /// The link was lost while it was in use.
    Lost,
    /// Guard, blinding or policy said no.
    Refused,
    /// A comparison or a check found something.
    Finding,
    /// A local file or folder is in trouble.
    Local,
    /// A limit of the profile cut a result.
    Cut,
    /// A time limit ran out, ours or the server's.
    TimeLimit,
    Interrupted,
}

impl ProblemKind {
    /// The documented exit code of a headless command that ends with this kind of problem.
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

/// An error as a MySQL server sends it (ERR packet): shown as it came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServerError {
    /// The server's error number, such as 1064.
    pub code: u16,
    /// The five characters of SQLSTATE.
    pub state: String,
    pub message: String,
}

/// What the user can do about a problem with one key or one command. The app maps it to a key, commands to a command line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Remedy {
    Reconnect,
    ChooseProfile,
    /// Walk the route rung by rung (`rrx doctor`).
    Doctor,
    /// Look at the settings file.
    Settings,
    /// Run the statement again with a higher limit.
    RaiseLimit,
}

/// One thing that went wrong, told so that a user can act on it. It is data: tests compare it, screens show it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    pub kind: ProblemKind,
    /// One sentence: what failed.
    pub what: String,
    /// Why, from the nearest cause to the farthest.
    pub because: Vec<String>,
    pub hint: Option<String>,
    /// The action that helps, when there is one.
    pub then: Option<Remedy>,
    /// The server's own error, when it was the server that said no.
    pub server: Option<ServerError>,
    /// Where in the statement, as a byte offset, when that is known.
    pub at: Option<usize>,
    /// Whether it may pass by itself: whoever tries the same again later may get through, without anybody's doing.
    pub passes: bool,
}

impl Problem {
    /// A problem with nothing but its sentence.
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
            passes: false,
        }
    }

    /// Adds a cause behind those already named.
    #[must_use]
    pub fn because(mut self, cause: impl Into<String>) -> Self {
        self.because.push(cause.into());
        self
    }

    /// Says what to do next.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// Names the action that helps.
    #[must_use]
    pub fn then(mut self, remedy: Remedy) -> Self {
        self.then = Some(remedy);
        self
    }

    /// Carries the server's own error.
    #[must_use]
    pub fn server(mut self, error: ServerError) -> Self {
        self.server = Some(error);
        self
    }

    /// Says that it may pass by itself.
    #[must_use]
    pub fn passing(mut self) -> Self {
        self.passes = true;
        self
    }

    /// Marks the place in the statement, as a byte offset.
    #[must_use]
    pub fn at(mut self, offset: usize) -> Self {
        self.at = Some(offset);
        self
    }
}

impl std::fmt::Display for Problem {
    /// Several lines for standard error: what, why, the server's words, what next.
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
