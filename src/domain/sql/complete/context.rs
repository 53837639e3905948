//! What the parts of a completion share: the input, the analysis, and the place of the cursor.

use super::model::CompletionInput;
use super::spelling::Spelling;
use super::typed::TypedWord;
use crate::domain::sql::lex::{Token, TokenKind};
use crate::domain::sql::scope::{Position, Scope, Source, SourceId};

pub(super) struct Context<'c> {
    pub input: &'c CompletionInput<'c>,
    pub word: &'c TypedWord<'c>,
    pub scope: &'c Scope<'c>,
    pub position: &'c Position,
    pub spelling: Spelling,
}

impl<'c> Context<'c> {
    /// Returns the token before the cursor's name; 0 is the last one.
    pub(super) fn before(&self, count: usize) -> Option<&'c Token> {
        self.scope.tokens.get(self.position.token.checked_sub(count + 1)?)
    }

    /// Returns its text; empty if there is none.
    pub(super) fn text_before(&self, count: usize) -> &'c str {
        self.before(count).map_or("", |token| token.text(self.scope.text))
    }

    /// Whether a token before the cursor's name is this word or mark.
    pub(super) fn is_before(&self, count: usize, word: &str) -> bool {
        let is_word = self
            .before(count)
            .is_some_and(|token| matches!(token.kind, TokenKind::Word | TokenKind::Punctuation | TokenKind::Operator));
        is_word && self.text_before(count).eq_ignore_ascii_case(word)
    }

    pub(super) fn is_after_any(&self, words: &[&str]) -> bool {
        words.iter().any(|word| self.is_before(0, word))
    }

    /// Returns the text after the word at the cursor.
    pub(super) fn text_after(&self) -> &'c str {
        self.input.text.get(self.word.replaced.end..).unwrap_or_default()
    }

    /// Returns the sources that a name at the cursor can use, with the distance of their query.
    pub(super) fn sources(&self) -> Vec<(usize, SourceId, &'c Source)> {
        let ids = self.scope.sources_at_cursor();
        ids.into_iter().filter_map(|(level, id)| Some((level, id, self.scope.source(id)?))).collect()
    }

    /// Returns the name of a source as it is written before a dot.
    pub(super) fn name_of(&self, source: &'c Source) -> Option<&'c str> {
        self.scope.source_name(source)
    }

    /// Whether the name or alias is taken by a source of the cursor's query.
    pub(super) fn is_taken(&self, alias: &str) -> bool {
        self.sources()
            .iter()
            .any(|(_, _, source)| self.name_of(source).is_some_and(|name| name.eq_ignore_ascii_case(alias)))
    }
}
