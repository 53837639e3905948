//! Finds where a stored program ends. Its body has `;` in it, at which only a server that gets the whole program would go on.
//!
//! The rule is on the safe side: what could open a block counts as one, and only an END that must close a block does. So a program may seem
//! to reach too far, up to the end of the text, but no statement of its body stands alone.

use crate::domain::sql::lex::{Token, TokenKind};
use crate::domain::sql::{Dialect, ServerFamily};

/// Reads the tokens of one statement, and says whether a `;` in it ends the statement.
#[derive(Debug, Clone)]
pub(super) struct ProgramReader {
    dialect: Dialect,
    state: State,
    /// How many blocks are open.
    depth: usize,
    /// The last token that the grammar reads.
    before: Before,
    /// Whether the current statement of the body is a handler, which can have any statement after its condition.
    is_handler: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Start,
    /// After CREATE or ALTER, before the kind of the object.
    Kind,
    /// A statement that has no body.
    Plain,
    /// A program before the first `;`.
    Header,
    Body,
    /// From a DELIMITER line on.
    Delimiter,
    /// After the word DELIMITER: a `;` that follows is the delimiter again.
    DelimiterWord,
}

/// What the token before was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Before {
    Nothing,
    /// `;`, or a word after which a statement of the body begins.
    StatementStart,
    /// BEGIN: an END may follow directly.
    Begin,
    /// The END that closed a block, or did not.
    Closed,
    NotClosed,
    /// A word that was counted as a block, but is none before EXISTS or EACH.
    Counted,
    /// RETURN, HANDLER, `.` or `=`: no block begins directly after it.
    Expression,
    Other,
}

impl ProgramReader {
    pub(super) fn new(dialect: Dialect) -> Self {
        Self { dialect, state: State::Start, depth: 0, before: Before::Nothing, is_handler: false }
    }

    /// Reads a token that does not end the statement.
    pub(super) fn read(&mut self, token: &Token, text: &str) {
        if token.is_ignored() || token.is_marker() || self.state == State::Plain {
            return;
        }
        let word = if token.kind == TokenKind::Word { token.text(text).to_ascii_uppercase() } else { String::new() };
        match self.state {
            State::Start => self.first(&word),
            State::Kind => self.kind(&word, token, text),
            State::Header | State::Body => self.body(&word, token, text),
            State::Delimiter | State::DelimiterWord => {
                let is_again = word == "DELIMITER" && begins_line(token, text);
                self.state = if is_again { State::DelimiterWord } else { State::Delimiter };
            }
            State::Plain => {}
        }
    }

    /// Whether the statement goes on after a `;`.
    pub(super) fn goes_on(&mut self) -> bool {
        match self.state {
            State::Delimiter => true,
            State::Header | State::Body => {
                let is_inside = self.depth > 0 || self.dialect.sql_mode.oracle;
                (self.state, self.before, self.is_handler) = (State::Body, Before::StatementStart, false);
                is_inside
            }
            State::Start | State::Kind | State::Plain | State::DelimiterWord => false,
        }
    }

    fn first(&mut self, word: &str) {
        let is_mariadb = self.dialect.server == ServerFamily::MariaDb;
        match word {
            "CREATE" | "ALTER" => self.state = State::Kind,
            "DELIMITER" => self.state = State::DelimiterWord,
            // A block outside of a program. Without NOT ATOMIC it begins a transaction.
            "BEGIN" if is_mariadb => (self.state, self.before) = (State::Kind, Before::Begin),
            "IF" | "LOOP" | "WHILE" | "REPEAT" | "FOR" if is_mariadb => {
                (self.state, self.depth, self.before) = (State::Header, 1, Before::Other);
            }
            _ => self.state = State::Plain,
        }
    }

    /// Reads what is between CREATE and the kind of the object, such as a definer.
    fn kind(&mut self, word: &str, token: &Token, text: &str) {
        if self.before == Before::Begin {
            self.state = if word == "NOT" { State::Header } else { State::Plain };
            (self.depth, self.before) = (1, Before::Other);
            return;
        }
        let is_name = self.before == Before::Expression;
        self.before = if token.text(text) == "=" { Before::Expression } else { Before::Other };
        match word {
            _ if is_name => {}
            "PROCEDURE" | "FUNCTION" | "TRIGGER" | "EVENT" | "PACKAGE" => self.state = State::Header,
            "TABLE" | "VIEW" | "INDEX" | "DATABASE" | "SCHEMA" | "USER" | "ROLE" | "SERVER" | "SEQUENCE"
            | "TABLESPACE" | "INSTANCE" | "LOGFILE" | "RESOURCE" | "SPATIAL" | "UNDO" => self.state = State::Plain,
            _ => {}
        }
    }

    fn body(&mut self, word: &str, token: &Token, text: &str) {
        let before = self.before;
        self.before = Before::Other;
        // In the header, and in a handler, a statement may follow without a mark.
        let may_begin = before == Before::StatementStart
            || before == Before::Begin
            || ((self.state == State::Header || self.is_handler) && before != Before::Expression);
        let is_after_end = matches!(before, Before::Closed | Before::NotClosed);
        match word {
            _ if before == Before::Expression && word != "BEGIN" && word != "END" => {
                self.before = mark_before(token, text);
            }
            "BEGIN" => {
                self.depth += 1;
                (self.state, self.before, self.is_handler) = (State::Body, Before::Begin, false);
            }
            "END" => {
                let closes = matches!(before, Before::StatementStart | Before::Begin);
                self.depth = self.depth.saturating_sub(usize::from(closes));
                self.before = if closes { Before::Closed } else { Before::NotClosed };
            }
            // UNTIL … END REPEAT. After the other ENDs of a block there is a `;`.
            "REPEAT" if before == Before::NotClosed => self.depth = self.depth.saturating_sub(1),
            "IF" | "CASE" | "LOOP" | "WHILE" | "REPEAT" | "FOR" if may_begin && !is_after_end => {
                self.depth += 1;
                let begins_list = matches!(word, "LOOP" | "REPEAT");
                self.before = if begins_list { Before::StatementStart } else { Before::Counted };
            }
            "EXISTS" | "NOT" | "EACH" if before == Before::Counted && self.state == State::Header => {
                self.depth = self.depth.saturating_sub(1);
            }
            "THEN" | "ELSE" | "DO" => self.before = Before::StatementStart,
            // The FOR after it is no loop.
            "HANDLER" => (self.is_handler, self.before) = (true, Before::Expression),
            _ => self.before = mark_before(token, text),
        }
    }
}

/// Returns what an ordinary token is for the one after it.
fn mark_before(token: &Token, text: &str) -> Before {
    match token.text(text) {
        "." | "=" => Before::Expression,
        ":" => Before::StatementStart,
        other if other.eq_ignore_ascii_case("RETURN") => Before::Expression,
        _ => Before::Other,
    }
}

fn begins_line(token: &Token, text: &str) -> bool {
    let before = text.get(..token.span.start).unwrap_or_default();
    before.chars().rev().find(|c| *c == '\n' || !c.is_whitespace()).is_none_or(|c| c == '\n')
}
