//! The form for a new profile: what onboarding gives, field by field. It checks, and makes a draft; it saves nothing itself.

use crate::app::widgets::line_input::LineInput;
use crate::domain::problem::Problem;
use crate::domain::profile::{Environment, Hop, ProfileDraft, SecretKind, SecretSource, check_name, parse_endpoint};

/// Where the password can come from; the first is the default.
pub(super) const SOURCES: &[&str] = if cfg!(feature = "keyring") {
    &["prompt", "keyring", "command", "file", "environment"]
} else {
    &["prompt", "command", "file", "environment"]
};
/// What a profile can reach; the first is the default.
pub(super) const ENVIRONMENTS: [Environment; 4] =
    [Environment::Production, Environment::Validation, Environment::Test, Environment::Development];

/// One field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ProfileField {
    /// The profile's name.
    Name,
    /// The environment: a choice.
    Environment,
    /// The hops.
    Bastion,
    /// The replica.
    Replica,
    /// The account.
    Account,
    /// The database.
    Database,
    /// Where the password comes from: a choice.
    Password,
    /// The command, file or variable that brings it.
    Source,
}

impl ProfileField {
    /// All, in the order of the screen.
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

/// The form and what is typed in it. It is kept while the screen is: going back discards nothing.
#[derive(Debug, Default)]
pub struct ProfileForm {
    /// Typed texts; those of choices stay empty.
    texts: [LineInput; 8],
    environment: usize,
    source: usize,
    at: usize,
    /// What is wrong, under the form.
    pub problem: Option<Problem>,
    /// Whether it is being saved now.
    pub is_saving: bool,
}

impl ProfileForm {
    /// The field that is typed in.
    #[must_use]
    pub fn field(&self) -> ProfileField {
        self.fields().get(self.at).copied().unwrap_or(ProfileField::Name)
    }

    /// The fields that are shown: the last only where the password's source needs one more word.
    #[must_use]
    pub fn fields(&self) -> Vec<ProfileField> {
        let needs_more = matches!(self.source(), "command" | "file" | "environment");
        ProfileField::ALL.into_iter().filter(|field| *field != ProfileField::Source || needs_more).collect()
    }

    /// What is typed in a field.
    #[must_use]
    pub fn text(&self, field: ProfileField) -> &str {
        self.texts.get(field as usize).map_or("", LineInput::text)
    }

    /// The chosen environment.
    #[must_use]
    pub fn environment(&self) -> Environment {
        ENVIRONMENTS.get(self.environment).copied().unwrap_or_default()
    }

    /// The chosen source of the password.
    #[must_use]
    pub fn source(&self) -> &'static str {
        SOURCES.get(self.source).copied().unwrap_or("prompt")
    }

    /// Goes to the next field, or the one before.
    pub fn step(&mut self, forward: bool) {
        let count = self.fields().len();
        self.at = (self.at + if forward { 1 } else { count - 1 }) % count;
    }

    /// Whether the last field is typed in.
    #[must_use]
    pub fn is_last(&self) -> bool {
        self.at + 1 == self.fields().len()
    }

    /// Turns a choice.
    pub fn turn(&mut self, forward: bool) {
        let (choice, count) = match self.field() {
            ProfileField::Environment => (&mut self.environment, ENVIRONMENTS.len()),
            ProfileField::Password => (&mut self.source, SOURCES.len()),
            _ => return,
        };
        *choice = (*choice + if forward { 1 } else { count - 1 }) % count;
        self.problem = None;
    }

    /// Takes a typed character: text, or the choice that begins so.
    pub fn push(&mut self, character: char) {
        self.problem = None;
        let begins = |word: &str| word.starts_with(character.to_ascii_lowercase());
        match self.field() {
            ProfileField::Environment | ProfileField::Password if character == ' ' => self.turn(true),
            ProfileField::Environment => {
                let words = ENVIRONMENTS.iter().filter_map(|environment| environment.name());
                self.environment = words.into_iter().position(begins).unwrap_or(self.environment);
            }
            ProfileField::Password => {
                self.source = SOURCES.iter().position(|word| begins(word)).unwrap_or(self.source);
            }
            field => {
                if let Some(text) = self.texts.get_mut(field as usize) {
                    text.push(character);
                }
            }
        }
    }

    /// Takes pasted text.
    pub fn paste(&mut self, pasted: &str) {
        let field = self.field();
        if !matches!(field, ProfileField::Environment | ProfileField::Password)
            && let Some(text) = self.texts.get_mut(field as usize)
        {
            text.paste(pasted.trim());
            self.problem = None;
        }
    }

    /// Takes the last character away.
    pub fn delete_back(&mut self) {
        let field = self.field();
        if let Some(text) = self.texts.get_mut(field as usize) {
            text.delete_back();
        }
        self.problem = None;
    }

    /// The draft that it describes.
    ///
    /// # Errors
    /// The first field that is wrong, and why; the cursor goes there.
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
        let needed = |field: ProfileField| {
            Some(text(field))
                .filter(|text| !text.is_empty())
                .ok_or_else(|| wrong(field, "this field is required".into()))
        };
        let name = needed(ProfileField::Name)?;
        check_name(&name).map_err(|problem| (ProfileField::Name, problem))?;
        let hops: Result<Vec<Hop>, _> = text(ProfileField::Bastion).split_whitespace().map(str::parse).collect();
        let route = hops.map_err(|why| wrong(ProfileField::Bastion, why.to_string()))?;
        let (host, port) = parse_endpoint(&needed(ProfileField::Replica)?)
            .map_err(|why| wrong(ProfileField::Replica, why.to_string()))?;
        let user = needed(ProfileField::Account)?;
        let password = match self.source() {
            "keyring" => Some(SecretSource::Keyring(SecretKind::Password.keyring_name(&name))),
            "command" => Some(SecretSource::Command(needed(ProfileField::Source)?)),
            "file" => Some(SecretSource::File(needed(ProfileField::Source)?.into())),
            "environment" => Some(SecretSource::Env(needed(ProfileField::Source)?)),
            _ => Some(SecretSource::Prompt),
        };
        let database = Some(text(ProfileField::Database)).filter(|name| !name.is_empty());
        let environment = Some(self.environment());
        Ok(ProfileDraft {
            name,
            environment,
            route,
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

/// A field's name on the screen.
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
