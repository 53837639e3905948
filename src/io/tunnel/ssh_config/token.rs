//! `%` tokens, `${NAME}` and `~` in values. Source: TOKENS and ENVIRONMENT VARIABLES in `ssh_config(5)`.

use std::path::PathBuf;

use super::{Asked, Files};

/// What tokens stand for.
pub(super) struct Meaning<'a> {
    pub(super) asked: &'a Asked,
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

impl Meaning<'_> {
    fn of(&self, token: char) -> Option<String> {
        Some(match token {
            '%' => "%".to_owned(),
            'd' => self.asked.home.display().to_string(),
            'h' => self.host.to_owned(),
            'i' => self.asked.local_uid.to_string(),
            'j' => self.jump.to_owned(),
            'k' => self.key_name.to_owned(),
            'L' => self.asked.local_host.split('.').next().unwrap_or_default().to_owned(),
            'l' => self.asked.local_host.clone(),
            'n' => self.asked.host.clone(),
            'p' => self.port.to_string(),
            'r' => self.user.to_owned(),
            'u' => self.asked.local_user.clone(),
            _ => return None,
        })
    }

    /// A value with its tokens and variables put in.
    pub(super) fn expand(&self, value: &str, files: &dyn Files) -> Result<String, String> {
        let with_tokens = tokens(value, |token| self.of(token))?;
        variables(&with_tokens, files)
    }

    /// A hop of `ProxyJump`, in which fewer tokens mean something.
    pub(super) fn hop(&self, value: &str) -> Result<String, String> {
        tokens(value, |token| match token {
            '%' | 'h' | 'n' | 'p' | 'r' => self.of(token),
            _ => None,
        })
    }

    /// A path: also with `~/` taken from the home folder.
    pub(super) fn path(&self, value: &str, files: &dyn Files) -> Result<PathBuf, String> {
        let value = self.expand(value, files)?;
        Ok(match value.strip_prefix("~/") {
            Some(rest) => self.asked.home.join(rest),
            None if value == "~" => self.asked.home.clone(),
            None if value.starts_with('~') => return Err(format!("`{value}`: the home of another user is not known")),
            None => PathBuf::from(value),
        })
    }
}

/// Puts in what `meaning` gives for each `%x`.
pub(super) fn tokens(value: &str, meaning: impl Fn(char) -> Option<String>) -> Result<String, String> {
    let mut expanded = String::with_capacity(value.len());
    let mut characters = value.chars();
    while let Some(character) = characters.next() {
        if character != '%' {
            expanded.push(character);
            continue;
        }
        let token = characters.next().ok_or("a value ends with %")?;
        expanded.push_str(&meaning(token).ok_or_else(|| format!("`%{token}` means nothing here"))?);
    }
    Ok(expanded)
}

fn variables(value: &str, files: &dyn Files) -> Result<String, String> {
    let mut expanded = String::with_capacity(value.len());
    let mut rest = value;
    while let Some((before, behind)) = rest.split_once("${") {
        let (name, after) = behind.split_once('}').ok_or("`${` is not closed")?;
        expanded.push_str(before);
        expanded.push_str(&files.variable(name).ok_or_else(|| format!("the variable {name} is not set"))?);
        rest = after;
    }
    expanded.push_str(rest);
    Ok(expanded)
}
