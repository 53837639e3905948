//! Expands `%` tokens, `${NAME}` and `~` in values. Source: TOKENS and ENVIRONMENT VARIABLES in `ssh_config(5)`.

use std::path::PathBuf;

use super::types::{HostLookup, SshConfigFiles};

/// The values of the `%` tokens.
pub(super) struct TokenValues<'a> {
    pub(super) lookup: &'a HostLookup,
    /// `%h`.
    pub(super) host: &'a str,
    /// `%p`.
    pub(super) port: u16,
    /// `%r`.
    pub(super) user: &'a str,
    /// `%j`.
    pub(super) jump: &'a str,
    /// `%k`.
    pub(super) key_name: &'a str,
}

impl TokenValues<'_> {
    fn value_of(&self, token: char) -> Option<String> {
        Some(match token {
            '%' => "%".to_owned(),
            'd' => self.lookup.home.display().to_string(),
            'h' => self.host.to_owned(),
            'i' => self.lookup.local_uid.to_string(),
            'j' => self.jump.to_owned(),
            'k' => self.key_name.to_owned(),
            'L' => self.lookup.local_host.split('.').next().unwrap_or_default().to_owned(),
            'l' => self.lookup.local_host.clone(),
            'n' => self.lookup.host.clone(),
            'p' => self.port.to_string(),
            'r' => self.user.to_owned(),
            'u' => self.lookup.local_user.clone(),
            _ => return None,
        })
    }

    /// Expands tokens and variables.
    pub(super) fn expand(&self, value: &str, files: &dyn SshConfigFiles) -> Result<String, String> {
        let with_tokens = expand_tokens(value, |token| self.value_of(token))?;
        expand_variables(&with_tokens, files)
    }

    /// Expands a hop of `ProxyJump`, in which only a few tokens are valid.
    pub(super) fn expand_hop(&self, value: &str) -> Result<String, String> {
        expand_tokens(value, |token| match token {
            '%' | 'h' | 'n' | 'p' | 'r' => self.value_of(token),
            _ => None,
        })
    }

    /// Expands a command that a shell runs. As in OpenSSH, a name that the shell could read as more than a name is refused.
    pub(super) fn expand_command(&self, value: &str) -> Result<String, String> {
        let mut unsafe_value = None;
        let expanded = expand_tokens(value, |token| match token {
            '%' => Some("%".to_owned()),
            'h' | 'n' | 'p' | 'r' => {
                let value = self.value_of(token)?;
                if !is_plain_name(&value) {
                    unsafe_value = Some(value.clone());
                }
                Some(value)
            }
            _ => None,
        })?;
        match unsafe_value {
            None => Ok(expanded),
            Some(value) => Err(format!("`{value}` contains characters that a shell would interpret")),
        }
    }

    /// Expands the command of a `Match exec`.
    pub(super) fn expand_match_command(&self, value: &str) -> Result<String, String> {
        let names = [self.host, self.user, self.key_name, self.jump, &self.lookup.host];
        match names.into_iter().find(|name| !name.is_empty() && !is_plain_name(name)) {
            Some(name) if value.contains('%') => {
                Err(format!("`{name}` contains characters that a shell would interpret"))
            }
            _ => expand_tokens(value, |token| self.value_of(token)),
        }
    }

    /// Expands a path, with `~/` for the home directory.
    pub(super) fn expand_path(&self, value: &str, files: &dyn SshConfigFiles) -> Result<PathBuf, String> {
        let value = self.expand(value, files)?;
        Ok(match value.strip_prefix("~/") {
            Some(rest) => self.lookup.home.join(rest),
            None if value == "~" => self.lookup.home.clone(),
            None if value.starts_with('~') => {
                return Err(format!("`{value}`: the home directory of another user is unknown"));
            }
            None => PathBuf::from(value),
        })
    }
}

/// Returns whether a shell reads a text as one word, and a program does not read it as an option.
fn is_plain_name(text: &str) -> bool {
    !text.starts_with('-')
        && text.chars().all(|c| c.is_alphanumeric() || matches!(c, '.' | '-' | '_' | ':' | '@' | '%' | '+' | '/' | ','))
}

/// Replaces each `%x` by the value that the function returns for `x`.
pub(super) fn expand_tokens(value: &str, mut value_of: impl FnMut(char) -> Option<String>) -> Result<String, String> {
    let mut expanded = String::with_capacity(value.len());
    let mut characters = value.chars();
    while let Some(character) = characters.next() {
        if character != '%' {
            expanded.push(character);
            continue;
        }
        let token = characters.next().ok_or("a value ends with a single %")?;
        expanded.push_str(&value_of(token).ok_or_else(|| format!("`%{token}` is not a valid token here"))?);
    }
    Ok(expanded)
}

fn expand_variables(value: &str, files: &dyn SshConfigFiles) -> Result<String, String> {
    let mut expanded = String::with_capacity(value.len());
    let mut rest = value;
    while let Some((before, after_brace)) = rest.split_once("${") {
        let (name, after) = after_brace.split_once('}').ok_or("`${` is not closed")?;
        expanded.push_str(before);
        expanded.push_str(&files.variable(name).ok_or_else(|| format!("the variable {name} is not set"))?);
        rest = after;
    }
    expanded.push_str(rest);
    Ok(expanded)
}
