//! What the user has set in a session: which of it can be set again in the next session, and which cannot.

use super::Dialect;
use super::guard::{GuardTokens, is_pinned};
use super::lex::{TokenKind, lex};
use super::set_statement::{SetItem, SetTarget, items, user_variable};

/// Something that a statement has set.
#[derive(Debug, Clone, PartialEq, Eq)]
struct SetVariable {
    /// Identifies it: a later SET of the same replaces it.
    name: String,
    /// The statement that sets it again. `None` if its value depends on data or on other variables.
    statement: Option<String>,
}

/// What the statements of a session have set, in the order in which it was set last.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SessionVariables {
    variables: Vec<SetVariable>,
}

impl SessionVariables {
    /// Takes in a statement that has run to its end.
    pub fn record(&mut self, statement: &str, dialect: Dialect) {
        let tokens = lex(statement, dialect);
        let tokens = GuardTokens::new(statement, &tokens);
        if !tokens.is(0, "SET") {
            for name in assigned_in_passing(&tokens) {
                self.set(format!("@{name}"), None);
            }
            return;
        }
        for item in items(&tokens) {
            let Some(name) = display_name(&item) else { continue };
            let before_value = if item.value.is_empty() { item.name.end } else { item.value.start };
            let target = statement.get(tokens.span_between(item.name.start, before_value.saturating_sub(1)));
            let value = constant(statement, &tokens, &item);
            let again = target.zip(value).map(|(target, value)| format!("SET {target} {value}").trim_end().to_owned());
            self.set(name, again);
        }
    }

    /// Records the value of a variable that was read back from the server.
    pub fn set_text(&mut self, name: &str, value: &str) {
        if let Some(variable) = self.variables.iter_mut().find(|variable| variable.name == name) {
            variable.statement = Some(format!("SET {name} = '{}'", value.replace('\'', "''")));
        }
    }

    /// Whether the variable of this name is set.
    #[must_use]
    pub fn contains(&self, name: &str) -> bool {
        self.variables.iter().any(|variable| variable.name == name)
    }

    fn set(&mut self, name: String, statement: Option<String>) {
        self.variables.retain(|variable| variable.name != name);
        self.variables.push(SetVariable { name, statement });
    }

    /// Returns the names of what can be set again, with the statement that does it.
    #[must_use]
    pub fn restorable(&self) -> Vec<(&str, &str)> {
        let variables = self.variables.iter();
        variables.filter_map(|variable| Some((variable.name.as_str(), variable.statement.as_deref()?))).collect()
    }

    /// Removes what cannot be set again, and returns its names.
    pub fn take_lost(&mut self) -> Vec<String> {
        let lost = self.variables.extract_if(.., |variable| variable.statement.is_none());
        lost.map(|variable| variable.name).collect()
    }

    /// Removes a variable that could not be set again.
    pub fn remove(&mut self, name: &str) {
        self.variables.retain(|variable| variable.name != name);
    }
}

/// Returns the user variables that a statement reads, in lower case and with their `@`.
#[must_use]
pub fn read_variables(statement: &str, dialect: Dialect) -> Vec<String> {
    let tokens = lex(statement, dialect);
    let tokens = GuardTokens::new(statement, &tokens);
    let targets: Vec<usize> =
        if tokens.is(0, "SET") { items(&tokens).iter().map(|item| item.name.start).collect() } else { Vec::new() };
    let is_read = |at: &usize| {
        let is_assigned = targets.contains(at) || tokens.is_mark(at + 1, ":=");
        tokens.kind(*at) == Some(TokenKind::Variable) && !tokens.text(*at).starts_with("@@") && !is_assigned
    };
    (0..tokens.len()).filter(is_read).map(|at| format!("@{}", user_variable(tokens.text(at)))).collect()
}

/// Returns the name under which an item is kept. `None` if nothing is left of it in the session.
fn display_name(item: &SetItem) -> Option<String> {
    match &item.target {
        SetTarget::UserVariable(name) => Some(format!("@{name}")),
        // A pinned variable has its value in each session.
        SetTarget::SessionVariable(name) if is_pinned(name) => None,
        SetTarget::SessionVariable(name) => Some(name.clone()),
        SetTarget::Names { .. } => Some("collation_connection".into()),
        SetTarget::Role => Some("ROLE".into()),
        // Without SESSION it would be gone with the next transaction, which is the next statement.
        SetTarget::Transaction(_) if item.name.len() == 2 => Some("TRANSACTION".into()),
        SetTarget::Transaction(_)
        | SetTarget::CharacterSet(_)
        | SetTarget::GlobalVariable
        | SetTarget::Other(_)
        | SetTarget::Malformed => None,
    }
}

/// Returns the value as a text that means the same in every session and under every `sql_mode`. `None` if there is none: the value
/// depends on data, on other variables, or on how backslashes are read.
fn constant(statement: &str, tokens: &GuardTokens<'_>, item: &SetItem) -> Option<String> {
    if item.value.is_empty() {
        return Some(String::new());
    }
    if matches!(item.target, SetTarget::Transaction(_) | SetTarget::Role) {
        // They consist of names and words.
        let span = tokens.span_between(item.value.start, item.value.end.saturating_sub(1));
        return statement.get(span).map(str::to_owned);
    }
    let takes_words = item.value.len() == 1 && matches!(item.target, SetTarget::SessionVariable(_));
    let parts: Option<Vec<String>> = item.value.clone().map(|at| constant_part(tokens, at, takes_words)).collect();
    Some(parts?.join(" "))
}

fn constant_part(tokens: &GuardTokens<'_>, at: usize, takes_words: bool) -> Option<String> {
    /// Words that are values themselves, or begin one.
    const CONSTANTS: [&str; 6] = ["TRUE", "FALSE", "NULL", "DATE", "TIME", "TIMESTAMP"];
    let text = tokens.text(at);
    let is_constant = match tokens.kind(at)? {
        TokenKind::Number | TokenKind::HexOrBit => true,
        // A minus that changes a sign, and sums and products: other operators depend on the mode or on other variables.
        TokenKind::Operator => matches!(text, "+" | "-" | "*"),
        TokenKind::Punctuation => matches!(text, "(" | ")"),
        TokenKind::QuotedIdentifier => takes_words,
        TokenKind::String => return plain_literal(text),
        TokenKind::Word => {
            let is_introducer = text.starts_with('_') && tokens.kind(at + 1) == Some(TokenKind::String);
            let is_call = tokens.is_mark(at + 1, "(");
            takes_words || is_introducer || (tokens.is_any(at, &CONSTANTS) && !is_call)
        }
        _ => false,
    };
    is_constant.then(|| text.to_owned())
}

/// Returns a text literal in single quotes, if it has no backslash.
fn plain_literal(text: &str) -> Option<String> {
    if text.contains('\\') {
        return None;
    }
    match text.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) {
        Some(inside) => Some(format!("'{}'", inside.replace("\"\"", "\"").replace('\'', "''"))),
        None => Some(text.to_owned()),
    }
}

/// Returns the user variables that a statement other than SET assigns: `@x := 1`.
fn assigned_in_passing(tokens: &GuardTokens<'_>) -> Vec<String> {
    let is_assigned = |at: &usize| {
        tokens.kind(*at) == Some(TokenKind::Variable)
            && !tokens.text(*at).starts_with("@@")
            && tokens.is_mark(at + 1, ":=")
    };
    (0..tokens.len()).filter(is_assigned).map(|at| user_variable(tokens.text(at))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(statements: &[&str]) -> SessionVariables {
        let mut variables = SessionVariables::default();
        for statement in statements {
            variables.record(statement, Dialect::default());
        }
        variables
    }

    #[test]
    fn variables_with_constant_values_can_be_set_again() {
        let variables = after(&[
            "SET @start = '2024-06-30', @n := -5",
            "set session group_concat_max_len = 1024*1024, @@optimizer_switch='mrr=on'",
            "SET NAMES utf8mb4 COLLATE utf8mb4_bin",
            "SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED",
            "SET @d = DATE '2024-01-01', profiling = ON",
            "SET @Start = '2024-07-01'",
            "SELECT @seen",
            "SET TRANSACTION READ ONLY",
            "SET autocommit = 1, SESSION time_zone = '+00:00'",
        ]);
        let restored: Vec<&str> = variables.restorable().into_iter().map(|(_, statement)| statement).collect();
        assert_eq!(
            restored,
            [
                "SET @n := - 5",
                "SET session group_concat_max_len = 1024 * 1024",
                "SET @@optimizer_switch= 'mrr=on'",
                "SET NAMES utf8mb4 COLLATE utf8mb4_bin",
                "SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED",
                "SET @d = DATE '2024-01-01'",
                "SET profiling = ON",
                "SET @Start = '2024-07-01'",
            ]
        );
    }

    #[test]
    fn a_value_that_another_mode_would_read_differently_is_not_set_again() {
        let mut variables = after(&[
            r"SET @a = 'it\'s', @b = 'x' || 'y', @c = 1/3",
            "SET @d = \"it's\", @e = _utf8mb4 'z'",
            "SET ROLE 'a'@'b', c",
        ]);
        assert_eq!(variables.take_lost(), ["@a", "@b", "@c"]);
        let restored: Vec<&str> = variables.restorable().into_iter().map(|(_, statement)| statement).collect();
        assert_eq!(restored, ["SET @d = 'it''s'", "SET @e = _utf8mb4 'z'", "SET ROLE 'a'@'b', c"]);
    }

    #[test]
    fn variables_whose_values_depend_on_something_are_named() {
        let mut variables = after(&[
            "SET @a = (SELECT MAX(i) FROM t), @b = @c + 1, @`d e` = NOW(), @f = 1",
            "SELECT @row := @row + 1 FROM t",
            "SET sql_mode = CONCAT(@@sql_mode, ',ANSI_QUOTES')",
        ]);
        variables.set_text("sql_mode", "ANSI_QUOTES");
        assert_eq!(variables.take_lost(), ["@a", "@b", "@d e", "@row"]);
        assert_eq!(variables.restorable(), [("@f", "SET @f = 1"), ("sql_mode", "SET sql_mode = 'ANSI_QUOTES'")]);
    }

    #[test]
    fn the_user_variables_of_a_statement_are_found_in_every_spelling() {
        let read = |text| read_variables(text, Dialect::default());
        assert_eq!(read("SELECT @A, @`b c`, @@version, '@no' FROM t WHERE x = @'d'"), ["@a", "@b c", "@d"]);
        assert_eq!(read("SET @a = @b + 1, @c := 2"), ["@b"]);
        assert_eq!(read("SELECT @row := @row + 1"), ["@row"]);
    }
}
