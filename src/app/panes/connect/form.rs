//! The form for a new profile. It checks the fields and makes a draft, but does not save it.

use std::path::PathBuf;

use crate::app::widgets::line_actions::LineAction;
use crate::app::widgets::line_input::LineInput;
use crate::domain::problem::{Problem, ProblemKind};
use crate::domain::profile::{
    Environment, Hop, ImportedConnection, Overwrite, ProfileDraft, SecretKind, SecretSource, Settings, TlsMode,
    check_new_name, parse_endpoint, read_url,
};

/// The sources of a password; the first is the default.
pub(super) const SOURCES: &[&str] = if cfg!(feature = "keyring") {
    &["prompt", "keyring", "command", "file", "environment"]
} else {
    &["prompt", "command", "file", "environment"]
};
/// The environments of a profile; the first is the default.
pub(super) const ENVIRONMENTS: [Environment; 4] =
    [Environment::Production, Environment::Validation, Environment::Test, Environment::Development];

/// The TLS modes; the first is the default.
pub(super) const TLS_MODES: [TlsMode; 5] =
    [TlsMode::Required, TlsMode::VerifyIdentity, TlsMode::VerifyCa, TlsMode::Preferred, TlsMode::Disabled];

/// A field of the form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ProfileField {
    Name,
    /// A choice.
    Environment,
    Bastion,
    /// The SSH key.
    Identity,
    Replica,
    Account,
    Database,
    /// A choice.
    Tls,
    /// The file of the CA.
    Ca,
    /// The source of the password: a choice.
    Password,
    /// The command, file or environment variable of the password.
    Source,
}

impl ProfileField {
    /// All fields, in the order of the screen.
    pub const ALL: [Self; 11] = [
        Self::Name,
        Self::Environment,
        Self::Bastion,
        Self::Identity,
        Self::Replica,
        Self::Account,
        Self::Database,
        Self::Tls,
        Self::Ca,
        Self::Password,
        Self::Source,
    ];

    /// Returns whether a value of a list is chosen. Text is typed into the other fields.
    #[must_use]
    pub fn is_choice(self) -> bool {
        match self {
            Self::Environment | Self::Tls | Self::Password => true,
            Self::Name
            | Self::Bastion
            | Self::Identity
            | Self::Replica
            | Self::Account
            | Self::Database
            | Self::Ca
            | Self::Source => false,
        }
    }
}

/// The form and its typed texts. They are kept until the connection screen is closed.
#[derive(Debug, Default)]
pub struct ProfileForm {
    /// The typed texts by field. Those of choices stay empty.
    texts: [LineInput; 11],
    environment: usize,
    tls: usize,
    source: usize,
    at: usize,
    /// What is wrong with the form. It is shown under the fields.
    pub problem: Option<Problem>,
    /// What the user should know about a URL that filled the fields.
    pub note: Option<String>,
    /// Whether the profile is being saved.
    pub is_saving: bool,
}

impl ProfileForm {
    /// Returns the field with the cursor.
    #[must_use]
    pub fn field(&self) -> ProfileField {
        self.fields().get(self.at).copied().unwrap_or(ProfileField::Name)
    }

    /// Returns the fields that are shown. Some are shown only if a choice needs them.
    #[must_use]
    pub fn fields(&self) -> Vec<ProfileField> {
        let needs_source = matches!(self.source(), "command" | "file" | "environment");
        let needs_ca = matches!(self.tls(), TlsMode::VerifyCa | TlsMode::VerifyIdentity);
        let is_shown = |field: &ProfileField| match field {
            ProfileField::Source => needs_source,
            ProfileField::Ca => needs_ca,
            ProfileField::Name
            | ProfileField::Environment
            | ProfileField::Bastion
            | ProfileField::Identity
            | ProfileField::Replica
            | ProfileField::Account
            | ProfileField::Database
            | ProfileField::Tls
            | ProfileField::Password => true,
        };
        ProfileField::ALL.into_iter().filter(is_shown).collect()
    }

    /// Returns the typed text of a field.
    #[must_use]
    pub fn text(&self, field: ProfileField) -> &str {
        self.texts.get(field as usize).map_or("", LineInput::text)
    }

    /// Returns the typed text of a field before and after the cursor.
    #[must_use]
    pub(super) fn parts(&self, field: ProfileField) -> (&str, &str) {
        self.texts.get(field as usize).map_or(("", ""), LineInput::parts)
    }

    /// Returns the chosen TLS mode.
    #[must_use]
    pub fn tls(&self) -> TlsMode {
        TLS_MODES.get(self.tls).copied().unwrap_or_default()
    }

    #[must_use]
    pub fn environment(&self) -> Environment {
        ENVIRONMENTS.get(self.environment).copied().unwrap_or_default()
    }

    /// Returns the chosen source of the password.
    #[must_use]
    pub fn source(&self) -> &'static str {
        SOURCES.get(self.source).copied().unwrap_or("prompt")
    }

    /// Goes to the next field. Stays in the name if a profile of the settings has it.
    pub fn next(&mut self, settings: &Settings) {
        if self.field() == ProfileField::Name && !self.text(ProfileField::Name).trim().is_empty() {
            let checked = check_new_name(self.text(ProfileField::Name).trim(), settings, Overwrite::Forbidden);
            self.problem = checked.err();
            if self.problem.is_some() {
                return;
            }
        }
        self.at = (self.at + 1) % self.fields().len();
    }

    /// Goes to the previous field.
    pub fn previous(&mut self) {
        let count = self.fields().len();
        self.at = (self.at + count - 1) % count;
    }

    /// Returns whether the cursor is in the last field.
    #[must_use]
    pub fn is_last(&self) -> bool {
        self.at + 1 == self.fields().len()
    }

    pub fn turn(&mut self, forward: bool) {
        let (choice, count) = match self.field() {
            ProfileField::Environment => (&mut self.environment, ENVIRONMENTS.len()),
            ProfileField::Tls => (&mut self.tls, TLS_MODES.len()),
            ProfileField::Password => (&mut self.source, SOURCES.len()),
            _ => return,
        };
        *choice = (*choice + if forward { 1 } else { count - 1 }) % count;
        self.clear_messages();
    }

    /// Takes a typed character. In a choice it selects the value that begins with it.
    pub fn push(&mut self, character: char) {
        self.clear_messages();
        let letter = character.to_ascii_lowercase();
        match self.field() {
            field if field.is_choice() && character == ' ' => self.turn(true),
            ProfileField::Environment => {
                let names = ENVIRONMENTS.map(|environment| environment.name().unwrap_or_default());
                self.environment = next_with_letter(&names, self.environment, letter);
            }
            ProfileField::Tls => self.tls = next_with_letter(&TLS_MODES.map(TlsMode::name), self.tls, letter),
            ProfileField::Password => self.source = next_with_letter(SOURCES, self.source, letter),
            field => {
                if let Some(text) = self.texts.get_mut(field as usize) {
                    text.push(character);
                }
            }
        }
    }

    /// Takes pasted text. A connection URL fills the fields; its password goes nowhere.
    pub fn paste(&mut self, pasted: &str) {
        self.clear_messages();
        let pasted = pasted.trim();
        match is_url(pasted).then(|| read_url(pasted)) {
            Some(Ok(imported)) => self.fill(imported),
            Some(Err(error)) => {
                let problem = Problem::new(ProblemKind::Settings, "The URL cannot be read");
                self.problem = Some(problem.because(error.to_string()).hint(error.hint()));
            }
            None => {
                let field = self.field();
                if !field.is_choice()
                    && let Some(text) = self.texts.get_mut(field as usize)
                {
                    text.paste(pasted);
                }
            }
        }
    }

    /// Fills the fields with the values of a URL. Fields for which it has no value are emptied, because they could be of another
    /// URL; the name and the environment stay.
    fn fill(&mut self, imported: ImportedConnection) {
        let ImportedConnection {
            name,
            environment,
            route,
            identity,
            host,
            port,
            user,
            database,
            password,
            tls,
            ca,
            notes,
        } = imported;
        let mut set = |field: ProfileField, value: Option<String>| {
            if let (Some(text), Some(value)) = (self.texts.get_mut(field as usize), value) {
                *text = LineInput::with(value);
            }
        };
        let endpoint = host.map(|host| match port {
            Some(port) if host.contains(':') => format!("[{host}]:{port}"),
            Some(port) => format!("{host}:{port}"),
            None => host,
        });
        let hops: Vec<String> = route.iter().map(ToString::to_string).collect();
        let path = |file: PathBuf| file.to_string_lossy().into_owned();
        set(ProfileField::Name, name);
        set(ProfileField::Bastion, Some(hops.join(" ")));
        set(ProfileField::Identity, Some(identity.map(path).unwrap_or_default()));
        set(ProfileField::Replica, Some(endpoint.unwrap_or_default()));
        set(ProfileField::Account, Some(user.unwrap_or_default()));
        set(ProfileField::Database, Some(database.unwrap_or_default()));
        set(ProfileField::Ca, Some(ca.map(path).unwrap_or_default()));
        let position = |found: Option<usize>, old: usize| found.unwrap_or(old);
        self.environment =
            position(ENVIRONMENTS.iter().position(|known| Some(*known) == environment), self.environment);
        self.tls = position(TLS_MODES.iter().position(|known| Some(*known) == tls), Self::default().tls);
        let without_password = password.map(|_| {
            "The URL filled the fields. Its password is left out: choose below where rrx gets the password.".to_owned()
        });
        let note = without_password.unwrap_or_else(|| "The URL filled the fields.".into());
        self.note = Some(std::iter::once(note).chain(notes).collect::<Vec<_>>().join(" · "));
        self.at = 0;
    }

    /// Moves the cursor in the text of the field, or deletes from it.
    pub fn act_line(&mut self, action: LineAction) {
        let field = self.field();
        if let Some(text) = self.texts.get_mut(field as usize) {
            text.act(action);
        }
        self.clear_messages();
    }

    fn clear_messages(&mut self) {
        self.problem = None;
        self.note = None;
    }

    /// Makes a draft of the profile from the fields.
    ///
    /// # Errors
    /// A problem with the first wrong field. The cursor goes to that field.
    pub fn draft(&mut self, settings: &Settings) -> Result<ProfileDraft, Problem> {
        self.read(settings).map_err(|(field, problem)| {
            self.at = self.fields().iter().position(|shown| *shown == field).unwrap_or(0);
            self.problem = Some(problem.clone());
            problem
        })
    }

    fn read(&self, settings: &Settings) -> Result<ProfileDraft, (ProfileField, Problem)> {
        let text = |field| self.text(field).trim().to_owned();
        let wrong = |field: ProfileField, why: String| {
            (field, Problem::new(ProblemKind::Settings, format!("{}: {why}", label(field))))
        };
        let required = |field: ProfileField| {
            Some(text(field))
                .filter(|text| !text.is_empty())
                .ok_or_else(|| wrong(field, "this field is required".into()))
        };
        let name = required(ProfileField::Name)?;
        check_new_name(&name, settings, Overwrite::Forbidden).map_err(|problem| (ProfileField::Name, problem))?;
        let hops: Result<Vec<Hop>, _> = text(ProfileField::Bastion).split_whitespace().map(str::parse).collect();
        let route = hops.map_err(|why| wrong(ProfileField::Bastion, why.to_string()))?;
        let (host, port) = parse_endpoint(&required(ProfileField::Replica)?)
            .map_err(|why| wrong(ProfileField::Replica, why.to_string()))?;
        let user = required(ProfileField::Account)?;
        let password = match self.source() {
            "keyring" => Some(SecretSource::Keyring(SecretKind::Password.keyring_name(&name))),
            "command" => Some(SecretSource::Command(required(ProfileField::Source)?)),
            "file" => Some(SecretSource::File(required(ProfileField::Source)?.into())),
            "environment" => Some(SecretSource::Env(required(ProfileField::Source)?)),
            _ => Some(SecretSource::Prompt),
        };
        let database = Some(text(ProfileField::Database)).filter(|name| !name.is_empty());
        let environment = Some(self.environment());
        let path = |field| Some(text(field)).filter(|file| !file.is_empty()).map(PathBuf::from);
        let has_ca = self.fields().contains(&ProfileField::Ca);
        Ok(ProfileDraft {
            name,
            environment,
            route,
            identity: path(ProfileField::Identity).into_iter().collect(),
            host,
            port,
            user,
            database,
            password,
            tls: Some(self.tls()).filter(|tls| *tls != TlsMode::default()),
            ca: path(ProfileField::Ca).filter(|_| has_ca),
            removed_keys: Vec::new(),
        })
    }
}

/// Returns whether a text is a connection URL. A URL of another kind may belong into a field, such as a command.
fn is_url(text: &str) -> bool {
    let scheme = text.split_once("://").map(|(scheme, _)| scheme.to_ascii_lowercase());
    scheme.is_some_and(|scheme| {
        let scheme = scheme.strip_prefix("jdbc:").unwrap_or(&scheme);
        matches!(scheme.strip_suffix("+ssh").unwrap_or(scheme), "mysql" | "mariadb")
    })
}

/// Returns the next value after the chosen one that begins with a letter; the chosen one if there is none.
fn next_with_letter(values: &[&str], chosen: usize, letter: char) -> usize {
    let after = (chosen + 1..values.len()).chain(0..=chosen);
    let begins = |at: &usize| values.get(*at).is_some_and(|value| value.starts_with(letter));
    after.into_iter().find(begins).unwrap_or(chosen)
}

/// Returns a field's label.
#[must_use]
pub(super) fn label(field: ProfileField) -> &'static str {
    match field {
        ProfileField::Name => "Name",
        ProfileField::Environment => "Environment",
        ProfileField::Bastion => "Bastion",
        ProfileField::Identity => "SSH key",
        ProfileField::Replica => "Replica",
        ProfileField::Account => "Account",
        ProfileField::Database => "Database",
        ProfileField::Tls => "TLS",
        ProfileField::Ca => "CA file",
        ProfileField::Password => "Password from",
        ProfileField::Source => "Source",
    }
}
