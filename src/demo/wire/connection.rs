//! One client from its greeting to its end: commands in, replies out.

use std::collections::HashMap;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use ring::rand::{SecureRandom as _, SystemRandom};
use tokio::io::{AsyncRead, AsyncWrite};

use super::bound::{self, BoundType};
use super::capability;
use super::encode::{Reader, put_length};
use super::handshake::{self, SignIn};
use super::packet::Packets;
use super::reply::{self, Ending};
use super::row::RowForm;
use crate::demo::server::refuse::{denied_user, error};
use crate::demo::server::variables::VERSION;
use crate::demo::server::{News, Reply, Server, Session, Table, Visitor};
use crate::demo::translate::{Parameter, SqlError};
use crate::domain::results::{Column, ColumnOrigin, WireType};

/// Time for signing in, as `connect_timeout`.
const SIGN_IN_TIME: Duration = Duration::from_secs(10);
/// How long a connection that is to end may take over its last reply.
const LAST_WORDS: Duration = Duration::from_secs(1);
/// Prepared statements that one client may have.
const PREPARED: usize = 1024;
/// Before the version: without it, clients of MySQL read the ten of 10.11 as a one.
const REPLICATION_PREFIX: &str = "5.5.5-";

/// Serves one client.
///
/// # Errors
/// The stream's, and a client that breaks the protocol.
pub(crate) async fn serve<S>(server: Arc<Server>, stream: S, host: String) -> io::Result<()>
where
    S: AsyncRead + AsyncWrite + Unpin + Send,
{
    let mut packets = Packets::new(stream);
    let signed_in = tokio::time::timeout(SIGN_IN_TIME, sign_in(&server, &mut packets, host)).await;
    let Some((session, capabilities)) = signed_in.map_err(|_| io::ErrorKind::TimedOut)?? else {
        return Ok(());
    };
    let closed = session.closed();
    let mut client = Client {
        packets,
        session,
        knows_no_eof: capabilities & capability::DEPRECATE_EOF != 0,
        sends_several: capabilities & capability::MULTI_STATEMENTS != 0,
        has_more: false,
        prepared: HashMap::new(),
        last_prepared: 0,
    };
    loop {
        client.packets.begin();
        let command = tokio::select! {
            () = closed.cancelled() => return Ok(()),
            command = client.packets.read() => command?,
        };
        let Some(command) = command else { return Ok(()) };
        let goes_on = tokio::select! {
            goes_on = client.answer(&command) => goes_on?,
            () = async { closed.cancelled().await; tokio::time::sleep(LAST_WORDS).await } => return Ok(()),
        };
        if !goes_on {
            return Ok(());
        }
    }
}

async fn sign_in<S>(server: &Arc<Server>, packets: &mut Packets<S>, host: String) -> io::Result<Option<(Session, u32)>>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let id = Session::next_id(server);
    let nonce = nonce()?;
    let version = format!("{REPLICATION_PREFIX}{VERSION}");
    packets.write(&handshake::greeting(&version, id, &nonce, reply::AUTOCOMMIT)).await?;
    packets.flush().await?;
    let Some(first) = packets.read().await? else { return Ok(None) };
    let Some(mut said) = handshake::response(&first) else {
        return refuse(packets, &error(1043, "08S01", "Bad handshake")).await;
    };
    if said.method.as_deref().is_some_and(|method| method != handshake::METHOD) {
        packets.write(&handshake::switch_method(&nonce)).await?;
        packets.flush().await?;
        let Some(proof) = packets.read().await? else { return Ok(None) };
        said.proof = proof;
    }
    let SignIn { capabilities, user, proof, database, .. } = said;
    let account = server.account();
    let is_known = user == account.user && handshake::is_proven(account.password.reveal(), &nonce, &proof);
    if !is_known {
        let place = host.split(':').next().unwrap_or(&host);
        return refuse(packets, &denied_user(&user, place, !proof.is_empty())).await;
    }
    let mut session = Session::new(Arc::clone(server), id, Visitor { user, host });
    if let Some(database) = database
        && let Err(error) = session.choose(&database)
    {
        return refuse(packets, &error).await;
    }
    packets.write(&reply::ok(ending(&session))).await?;
    packets.flush().await?;
    Ok(Some((session, capabilities)))
}

async fn refuse<S, T>(packets: &mut Packets<S>, error: &SqlError) -> io::Result<Option<T>>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    packets.write(&reply::err(error)).await?;
    packets.flush().await?;
    Ok(None)
}

/// Twenty random bytes without a zero, which would end them early for some clients.
fn nonce() -> io::Result<[u8; 20]> {
    let mut nonce = [0; 20];
    SystemRandom::new().fill(&mut nonce).map_err(|_| io::Error::other("no random bytes"))?;
    Ok(nonce.map(|byte| (byte & 0x7f).max(1)))
}

fn ending(session: &Session) -> Ending {
    let status = if session.is_autocommit() { reply::AUTOCOMMIT } else { 0 };
    Ending { status, warnings: session.warning_count() }
}

/// A statement that waits for its values.
struct Prepared {
    text: String,
    count: usize,
    types: Vec<BoundType>,
    long: Vec<Option<Vec<u8>>>,
}

struct Client<S> {
    packets: Packets<S>,
    session: Session,
    knows_no_eof: bool,
    /// Whether a `;` in its texts parts statements.
    sends_several: bool,
    /// Whether another result comes after the one that is written.
    has_more: bool,
    prepared: HashMap<u32, Prepared>,
    last_prepared: u32,
}

impl<S: AsyncRead + AsyncWrite + Unpin> Client<S> {
    /// Answers one command; `false` when it was the last.
    async fn answer(&mut self, command: &[u8]) -> io::Result<bool> {
        let Some((&code, rest)) = command.split_first() else {
            self.fail(&unknown()).await?;
            return Ok(true);
        };
        match code {
            0x01 => return Ok(false),
            0x02 => {
                let chosen = self.session.choose(&String::from_utf8_lossy(rest));
                self.done(chosen).await?;
            }
            0x03 => self.statements(rest).await?,
            0x04 => self.field_list(rest).await?,
            0x09 => {
                let words = self.session.statistics();
                self.packets.write(words.as_bytes()).await?;
                self.packets.flush().await?;
            }
            0x0c => {
                let id = Reader::new(rest).number(4).unwrap_or_default();
                self.statement(format!("KILL {id}").as_bytes(), &[], RowForm::Text).await?;
            }
            0x0e => self.done(Ok(())).await?,
            0x16 => self.prepare(rest).await?,
            0x17 => self.execute(rest).await?,
            0x18 => self.long_value(rest),
            0x19 => {
                if let Some(id) = statement_id(&mut Reader::new(rest)) {
                    self.prepared.remove(&id);
                }
            }
            0x1a => {
                let known = statement_id(&mut Reader::new(rest)).and_then(|id| self.prepared.get_mut(&id));
                let reset = known.map(|prepared| prepared.long = vec![None; prepared.count]);
                self.done(reset.ok_or_else(no_statement)).await?;
            }
            0x1b => {
                self.packets.write(&self.end_of_rows()).await?;
                self.packets.flush().await?;
            }
            0x1f => {
                self.session.reset();
                self.prepared.clear();
                self.done(Ok(())).await?;
            }
            _ => self.fail(&unknown()).await?,
        }
        Ok(true)
    }

    async fn done(&mut self, result: Result<(), SqlError>) -> io::Result<()> {
        match result {
            Ok(()) => {
                self.packets.write(&reply::ok(self.ending())).await?;
                self.end().await
            }
            Err(error) => self.fail(&error).await,
        }
    }

    fn ending(&self) -> Ending {
        let ending = ending(&self.session);
        let more = if self.has_more { reply::MORE_RESULTS } else { 0 };
        Ending { status: ending.status | more, ..ending }
    }

    /// A result is written: it goes out, unless the next one goes with it.
    async fn end(&mut self) -> io::Result<()> {
        if self.has_more { Ok(()) } else { self.packets.flush().await }
    }

    /// Nothing is run after an error.
    async fn fail(&mut self, error: &SqlError) -> io::Result<()> {
        self.has_more = false;
        self.packets.write(&reply::err(error)).await?;
        self.packets.flush().await
    }

    /// Runs what a text holds, one after the other, until one fails.
    async fn statements(&mut self, text: &[u8]) -> io::Result<()> {
        let all = std::str::from_utf8(text).ok().filter(|_| self.sends_several);
        let all = all.map_or_else(Vec::new, Session::statements);
        let Some((last, before)) = all.split_last().filter(|(_, before)| !before.is_empty()) else {
            return self.statement(text, &[], RowForm::Text).await;
        };
        for statement in before {
            self.has_more = true;
            self.statement(statement.as_bytes(), &[], RowForm::Text).await?;
            if !std::mem::take(&mut self.has_more) {
                return Ok(());
            }
        }
        self.statement(last.as_bytes(), &[], RowForm::Text).await
    }

    /// Runs a statement and writes what it is answered with.
    async fn statement(&mut self, text: &[u8], parameters: &[Parameter], form: RowForm) -> io::Result<()> {
        let Ok(text) = std::str::from_utf8(text) else {
            return self.fail(&error(1300, "HY000", "Invalid utf8mb4 character string")).await;
        };
        let answered = self.session.run(text, parameters, form).await;
        let written = match answered {
            Ok(Reply::Done) => self.done(Ok(())).await,
            Ok(Reply::Table(table)) => self.table(&table, form).await,
            Ok(Reply::Stream(columns, news)) => self.stream(&columns, news).await,
            Err(error) => self.fail(&error).await,
        };
        if written.is_ok() {
            self.session.finish().await;
        }
        written
    }

    async fn head(&mut self, columns: &[Column]) -> io::Result<()> {
        let mut count = Vec::new();
        put_length(&mut count, columns.len() as u64);
        self.packets.write(&count).await?;
        self.definitions(columns).await
    }

    /// Definitions, and the EOF after them for clients that wait for one.
    async fn definitions(&mut self, columns: &[Column]) -> io::Result<()> {
        for column in columns {
            self.packets.write(&reply::column(column)).await?;
        }
        if !self.knows_no_eof && !columns.is_empty() {
            self.packets.write(&reply::eof(self.ending())).await?;
        }
        Ok(())
    }

    fn end_of_rows(&self) -> Vec<u8> {
        let ending = self.ending();
        if self.knows_no_eof { reply::ok_at_end(ending) } else { reply::eof(ending) }
    }

    async fn table(&mut self, table: &Table, form: RowForm) -> io::Result<()> {
        self.head(&table.columns).await?;
        let mut payload = Vec::new();
        for row in &table.rows {
            payload.clear();
            form.put(&mut payload, &table.columns, row.iter().map(Into::into));
            self.packets.write(&payload).await?;
        }
        self.packets.write(&self.end_of_rows()).await?;
        self.end().await
    }

    async fn stream(&mut self, columns: &[Column], mut news: tokio::sync::mpsc::Receiver<News>) -> io::Result<()> {
        self.head(columns).await?;
        loop {
            // What is there is written before the next wait: a slow statement shows its first rows at once.
            let next = if let Ok(next) = news.try_recv() {
                Some(next)
            } else {
                self.packets.flush().await?;
                news.recv().await
            };
            match next {
                Some(News::Rows(batch)) => {
                    for row in batch.rows() {
                        self.packets.write(row).await?;
                    }
                }
                Some(News::Failed(error)) => {
                    self.session.failed(&error);
                    return self.fail(&error).await;
                }
                Some(News::Columns(_)) => {}
                None => {
                    self.packets.write(&self.end_of_rows()).await?;
                    return self.end().await;
                }
            }
        }
    }

    /// `COM_FIELD_LIST`: the columns of a table, as clients ask for completion.
    async fn field_list(&mut self, rest: &[u8]) -> io::Result<()> {
        let name = Reader::new(rest).zero_ended().unwrap_or(rest);
        let name = String::from_utf8_lossy(name).replace('`', "``");
        match self.session.columns(&format!("SELECT * FROM `{name}`"), &[]) {
            Ok(columns) => {
                for column in &columns {
                    let mut definition = reply::column(column);
                    // No default is told.
                    definition.push(0xfb);
                    self.packets.write(&definition).await?;
                }
                self.packets.write(&self.end_of_rows()).await?;
                self.packets.flush().await
            }
            Err(error) => self.fail(&error).await,
        }
    }

    async fn prepare(&mut self, text: &[u8]) -> io::Result<()> {
        let Ok(text) = std::str::from_utf8(text) else {
            return self.fail(&error(1300, "HY000", "Invalid utf8mb4 character string")).await;
        };
        if self.prepared.len() >= PREPARED {
            let words =
                format!("Can't create more than max_prepared_stmt_count statements (current value: {PREPARED})");
            return self.fail(&error(1461, "42000", words)).await;
        }
        let count = Session::parameters(text);
        let (Ok(parameters), columns) =
            (u16::try_from(count), self.session.columns(text, &vec![Parameter::Integer(1); count]))
        else {
            return self.fail(&error(1390, "HY000", "Prepared statement contains too many placeholders")).await;
        };
        let columns = match columns {
            Ok(columns) => columns,
            Err(error) => return self.fail(&error).await,
        };
        self.last_prepared += 1;
        let id = self.last_prepared;
        let mut head = vec![0];
        head.extend_from_slice(&id.to_le_bytes());
        head.extend_from_slice(&u16::try_from(columns.len()).unwrap_or(u16::MAX).to_le_bytes());
        head.extend_from_slice(&parameters.to_le_bytes());
        head.extend_from_slice(&[0, 0, 0]);
        self.packets.write(&head).await?;
        self.definitions(&vec![placeholder(); count]).await?;
        self.definitions(&columns).await?;
        self.packets.flush().await?;
        let prepared = Prepared { text: text.to_owned(), count, types: Vec::new(), long: vec![None; count] };
        self.prepared.insert(id, prepared);
        Ok(())
    }

    async fn execute(&mut self, rest: &[u8]) -> io::Result<()> {
        let mut reader = Reader::new(rest);
        let id = statement_id(&mut reader);
        let Some(prepared) = id.and_then(|id| self.prepared.get_mut(&id)) else {
            return self.fail(&no_statement()).await;
        };
        // Flags (a cursor is never made) and an iteration count that is always one.
        reader.take(5);
        let values = bound::read(&mut reader, prepared.count, &mut prepared.types, &prepared.long);
        prepared.long = vec![None; prepared.count];
        let text = prepared.text.clone();
        match values {
            Some(values) => self.statement(text.as_bytes(), &values, RowForm::Binary).await,
            None => self.fail(&error(1210, "HY000", "Incorrect arguments to EXECUTE")).await,
        }
    }

    /// `COM_STMT_SEND_LONG_DATA` has no answer, not even to what is wrong.
    fn long_value(&mut self, rest: &[u8]) {
        let mut reader = Reader::new(rest);
        let id = statement_id(&mut reader);
        let index = reader.number(2).and_then(|index| usize::try_from(index).ok());
        let prepared = id.and_then(|id| self.prepared.get_mut(&id));
        if let Some(value) = prepared.zip(index).and_then(|(prepared, index)| prepared.long.get_mut(index)) {
            let value = value.get_or_insert_default();
            if value.len() + rest.len() <= super::packet::LONGEST_COMMAND {
                value.extend_from_slice(reader.rest());
            }
        }
    }
}

fn statement_id(reader: &mut Reader<'_>) -> Option<u32> {
    reader.number(4).and_then(|id| u32::try_from(id).ok())
}

fn unknown() -> SqlError {
    error(1047, "08S01", "Unknown command")
}

fn no_statement() -> SqlError {
    error(1243, "HY000", "Unknown prepared statement handler given to EXECUTE")
}

/// What a client is told of a `?`.
fn placeholder() -> Column {
    Column {
        name: "?".into(),
        table: String::new(),
        origin: ColumnOrigin::default(),
        wire: WireType::VarString,
        flags: 0,
        length: 0,
        decimals: 0,
        charset: 63,
    }
}
