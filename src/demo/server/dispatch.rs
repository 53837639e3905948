//! Runs statements: decides which statement a text is and passes it to its handler.

use std::sync::Arc;

use tokio::sync::mpsc;

use super::named_statements::NamedStatements;
use super::result_table::ResultTable;
use super::select_task::{self, SelectEvent, SelectTask};
use super::session::Session;
use super::statement::{self, Statement, TokenBuffer};
use super::tokens::{Token, TokenCursor, tokenize};
use super::{dynamic_tables, errors, explain, kill, set, show, sleep};
use crate::demo::translate::{DivisionByZero, Parameter, SqlError};
use crate::demo::wire::row_encoding::ValueEncoding;
use crate::domain::results::Column;

/// The result of a statement.
pub(crate) enum Reply {
    /// The statement is done and has no rows.
    Done,
    Table(ResultTable),
    /// The columns, and the channel on which the rows will come.
    Stream(Vec<Column>, mpsc::Receiver<SelectEvent>),
}

impl Session {
    /// Runs one statement. After its rows are read or dropped, call [`Session::finish`].
    ///
    /// # Errors
    /// Returns the errors of a MariaDB server.
    pub(crate) async fn run(
        &mut self,
        statement: &str,
        parameters: &[Parameter],
        format: ValueEncoding,
    ) -> Result<Reply, SqlError> {
        self.begin_statement(statement);
        let mut buffer = TokenBuffer::default();
        // EXECUTE is replaced by the statement that it names.
        let expanded = self.named.expand_execute(statement);
        let (statement, parameters) = match &expanded {
            Ok(Some((text, values))) => (text.as_str(), values.as_slice()),
            Ok(None) | Err(_) => (statement, parameters),
        };
        let parsed = expanded.as_ref().map_err(Clone::clone).and_then(|_| statement::parse(statement, &mut buffer));
        let reply = match parsed {
            Ok(parsed) => {
                // SHOW keeps the warnings, so that SHOW WARNINGS can list them.
                if !matches!(parsed, Statement::Show(_)) {
                    self.begin_warnings();
                }
                self.run_parsed(statement, parsed, parameters, format).await
            }
            Err(error) => {
                self.warnings.begin(DivisionByZero::Silent);
                Err(error)
            }
        };
        if let Err(error) = &reply {
            self.add_error_warning(error);
        }
        reply
    }

    /// Splits a text into statements.
    pub(crate) fn split_statements(text: &str) -> Vec<&str> {
        statement::split(text)
    }

    /// Counts the `?` of a statement.
    pub(crate) fn parameter_count(statement: &str) -> usize {
        tokenize(statement).iter().filter(|token| token.is_sign('?')).count()
    }

    /// Returns the columns that a statement would return. The list is empty for a statement without rows.
    ///
    /// # Errors
    /// Returns the errors that running it would give.
    pub(crate) fn columns(&self, text: &str, parameters: &[Parameter]) -> Result<Vec<Column>, SqlError> {
        let mut buffer = TokenBuffer::default();
        Ok(match statement::parse(text, &mut buffer)? {
            Statement::Select { text, .. } => self.statement_context().translate(text, parameters)?.columns,
            Statement::Show(cursor) => show::run(self, cursor)?.columns,
            Statement::Describe(cursor) => show::describe(self, cursor)?.columns,
            Statement::Explain { .. } => explain::columns(),
            Statement::Sleep(_) => sleep::columns(statement::after_first_word(text)),
            Statement::Set(_)
            | Statement::Prepare(_)
            | Statement::Deallocate(_)
            | Statement::Use(_)
            | Statement::Kill(_)
            | Statement::Transaction
            | Statement::Write => Vec::new(),
        })
    }

    async fn run_parsed(
        &mut self,
        whole: &str,
        statement: Statement<'_>,
        parameters: &[Parameter],
        format: ValueEncoding,
    ) -> Result<Reply, SqlError> {
        match statement {
            Statement::Select { text, tokens } => self.run_select(text, tokens, parameters, format).await,
            Statement::Show(cursor) => show::run(self, cursor).map(Reply::Table),
            Statement::Describe(cursor) => show::describe(self, cursor).map(Reply::Table),
            Statement::Explain { text, tokens } => explain::run(self, text, tokens).await.map(Reply::Table),
            Statement::Sleep(seconds) => {
                sleep::run(self, statement::after_first_word(whole), seconds).await.map(Reply::Table)
            }
            Statement::Set(cursor) if NamedStatements::sets_user_variables(&cursor) => {
                self.named.set(cursor, parameters).map(|()| Reply::Done)
            }
            Statement::Set(cursor) => set::run(self, cursor).await.map(|()| Reply::Done),
            Statement::Prepare(cursor) => self.prepare(cursor).map(|()| Reply::Done),
            Statement::Deallocate(cursor) => self.named.deallocate(cursor).map(|()| Reply::Done),
            Statement::Use(name) => self.use_database(&name).map(|()| Reply::Done),
            Statement::Kill(cursor) => kill::run(self, cursor).map(|()| Reply::Done),
            Statement::Transaction => Ok(Reply::Done),
            Statement::Write => Err(if self.variables.is_on("tx_read_only") {
                errors::read_only_transaction()
            } else {
                errors::read_only_server()
            }),
        }
    }

    /// Prepares a statement under a name. It is refused only if it would fail with any values.
    fn prepare(&mut self, cursor: TokenCursor<'_>) -> Result<(), SqlError> {
        let (name, text) = self.named.parse_prepare(cursor)?;
        match self.columns(&text, &vec![Parameter::Integer(1); Self::parameter_count(&text)]) {
            // 1235 may depend on the type of the values, so it is reported by EXECUTE.
            Err(error) if error.code != errors::UNSUPPORTED => Err(error),
            Ok(_) | Err(_) => self.named.store(name, text),
        }
    }

    async fn run_select(
        &mut self,
        text: &str,
        tokens: &[Token],
        parameters: &[Parameter],
        format: ValueEncoding,
    ) -> Result<Reply, SqlError> {
        let sqlite = self.take_sqlite().await?;
        let task = SelectTask {
            context: self.statement_context(),
            text: text.to_owned(),
            parameters: parameters.to_vec(),
            format,
            dynamic_tables: dynamic_tables::current_rows(self, tokens),
            stop: Arc::clone(&self.stop),
        };
        self.start_timer();
        let (mut events, handle) = select_task::start(sqlite, task);
        self.set_running(handle);
        match events.recv().await {
            Some(SelectEvent::Columns(columns)) => Ok(Reply::Stream(columns, events)),
            Some(SelectEvent::Failed(error)) => Err(error),
            Some(SelectEvent::Rows(_)) | None => Err(errors::error(1105, "HY000", "Unknown error")),
        }
    }
}
