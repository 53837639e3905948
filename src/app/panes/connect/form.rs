//! The form for a new profile. It checks the fields and makes a draft, but does not save it.

use crate::app::widgets::line_input::LineInput;
use crate::domain::problem::Problem;
use crate::domain::profile::{Environment, Hop, ProfileDraft, SecretKind, SecretSource, check_name, parse_endpoint};

/// The sources of a password; the first is the default.
pub(super) const SOURCES: &[&str] = if cfg!(feature = "keyring") {
    &["prompt", "keyring", "command", "file", "environment"]
} else {
    &["prompt", "command", "file", "environment"]
};
/// The environments of a profile; the first is the default.
pub(super) const ENVIRONMENTS: [Environment; 4] =
    [Environment::Production, Environment::Validation, Environment::Test, Environment::Development];

/// A field of the form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ProfileField {
    Name,
    /// A choice.
    Environment,
    Bastion,
    Replica,
    Account,
    Database,
    /// The source of the password: a choice.
    Password,
    /// The command, file or environment variable of the password.
    Source,
}

impl ProfileField {
    /// All fields, in the order of the screen.
    pub const ALL: [Self; 8] = [
        Self::Name,
        Self::Environment,
        Self::Bastion,
        Self::Replica,
        Self::Account,
        Self::Database,
        Self::Password,
        Self::Source,
    ];
}

/// The form and its typed texts. They are kept until the connection screen is closed.
#[derive(Debug, Default)]
pub struct ProfileForm {
    /// The typed texts by field. Those of choices stay empty.
    texts: [LineInput; 8],
    environment: usize,
    source: usize,
    at: usize,
    /// What is wrong with the form. It is shown under the fields.
    pub problem: Option<Problem>,
    /// Whether the profile is being saved.
    pub is_saving: bool,
}

impl ProfileForm {
    /// Returns the field with the cursor.
    #[must_use]
    pub fn field(&self) -> ProfileField {
        self.fields().get(self.at).copied().unwrap_or(ProfileField::Name)
    }

    /// Returns the fields that are shown. The last one is shown only if the source of the password needs it.
    #[must_use]
    pub fn fields(&self) -> Vec<ProfileField> {
        let needs_more = matches!(self.source(), "command" | "file" | "environment");
        ProfileField::ALL.into_iter().filter(|field| *field != ProfileField::Source || needs_more).collect()
    }

    /// Returns the typed text of a field.
    #[must_use]
    pub fn text(&self, field: ProfileField) -> &str {
        self.texts.get(field as usize).map_or("", LineInput::text)
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

    /// Goes to the next or the previous field.
    pub fn step(&mut self, forward: bool) {
        let count = self.fields().len();
        self.at = (self.at + if forward { 1 } else { count - 1 }) % count;
    }

    /// Returns whether the cursor is in the last field.
    #[must_use]
    pub fn is_last(&self) -> bool {
        self.at + 1 == self.fields().len()
    }

    pub fn turn(&mut self, forward: bool) {
        let (choice, count) = match self.field() {
            ProfileField::Environment => (&mut self.environment, ENVIRONMENTS.len()),
            ProfileField::Password => (&mut self.source, SOURCES.len()),
            _ => return,
        };
        *choice = (*choice + if forward { 1 } else { count - 1 }) % count;
        self.problem = None;
    }

    /// Takes a typed character. In a choice it selects the value that begins with it.
    pub fn push(&mut self, character: char) {
        self.problem = None;
        let begins = |value: &str| value.starts_with(character.to_ascii_lowercase());
        match self.field() {
            ProfileField::Environment | ProfileField::Password if character == ' ' => self.turn(true),
            ProfileField::Environment => {
                let names = ENVIRONMENTS.iter().filter_map(|environment| environment.name());
                self.environment = names.into_iter().position(begins).unwrap_or(self.environment);
            }
            ProfileField::Password => {
                self.source = SOURCES.iter().position(|source| begins(source)).unwrap_or(self.source);
            }
            field => {
                if let Some(text) = self.texts.get_mut(field as usize) {
                    text.push(character);
                }
            }
        }
    }

    pub fn paste(&mut self, pasted: &str) {
        let field = self.field();
        if !matches!(field, ProfileField::Environment | ProfileField::Password)
            && let Some(text) = self.texts.get_mut(field as usize)
        {
            text.paste(pasted.trim());
            self.problem = None;
        }
    }

    /// Removes the last character of the field.
    pub fn delete_back(&mut self) {
        let field = self.field();
        if let Some(text) = self.texts.get_mut(field as usize) {
            text.delete_back();
        }
        self.problem = None;
    }

    /// Makes a draft of the profile from the fields.
    ///
    /// # Errors
    /// A problem with the first wrong field. The cursor goes to that field.
    pub fn draft(&mut self) -> Result<ProfileDraft, Problem> {
        self.read().map_err(|(field, problem)| {
            self.at = self.fields().iter().position(|shown| *shown == field).unwrap_or(0);
            self.problem = Some(problem.clone());
            problem
        })
    }

    fn read(&self) -> Result<ProfileDraft, (ProfileField, Problem)> {
        let text = |field| self.text(field).trim().to_owned();
        let wrong = |field: ProfileField, why: String| {
            (field, Problem::new(crate::domain::problem::ProblemKind::Settings, format!("{}: {why}", label(field))))
        };
        let required = |field: ProfileField| {
            Some(text(field))
                .filter(|text| !text.is_empty())
                .ok_or_else(|| wrong(field, "this field is required".into()))
        };
        let name = required(ProfileField::Name)?;
        check_name(&name).map_err(|problem| (ProfileField::Name, problem))?;
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
        Ok(ProfileDraft {
            name,
            environment,
            route,
            identity: Vec::new(),
            host,
            port,
            user,
            database,
            password,
            tls: None,
            ca: None,
            removed_keys: Vec::new(),
        })
    }
}

/// Returns a field's label.
#[must_use]
pub(super) fn label(field: ProfileField) -> &'static str {
    match field {
        ProfileField::Name => "Name",
        ProfileField::Environment => "Environment",
        ProfileField::Bastion => "Bastion",
        ProfileField::Replica => "Replica",
        ProfileField::Account => "Account",
        ProfileField::Database => "Database",
        ProfileField::Password => "Password from",
        ProfileField::Source => "Source",
    }
}
