//! All limits of the program with their reasons. No other file defines a limit as a bare number.

use std::time::Duration;

/// Rows of one chunk of the result store.
pub const CHUNK_ROWS: usize = 1024;
/// Bytes of one chunk, and of one batch from the session to the store.
pub const CHUNK_BYTES: usize = 1 << 20;
/// How long a batch waits for more rows before it is sent, so that a slow statement shows its first rows quickly.
pub const BATCH_WAIT: Duration = Duration::from_millis(10);
/// Memory for the rows of one result; older chunks go to the spill file.
pub const RESULT_MEMORY: usize = 64 << 20;
/// Disk space that spill files leave free, so that worksheets and the access log can still be written.
pub const SPILL_RESERVE: u64 = 16 << 20;
/// Largest cell of a window in bytes. The whole value is fetched on request.
pub const WINDOW_CELL_BYTES: usize = 4 << 10;
/// Rows of one window: many screens, but not a whole result.
pub const WINDOW_ROWS: u64 = 10_000;
/// Bytes of all cells of one window. In a window with very many cells each cell is cut earlier.
pub const WINDOW_BYTES: usize = 32 << 20;
/// A cell of a window is never cut to fewer bytes: this is more than a column on the screen shows.
pub const WINDOW_CELL_LEAST: usize = 256;
/// Memory for sorting the rows of a result. Larger results must be sorted by the server.
pub const SORT_MEMORY: usize = 128 << 20;
/// Rows that a job on a result reads in one step, before commands and batches are handled.
pub const WORK_ROWS: u64 = 4096;
/// Bytes of one text for the clipboard.
pub const COPY_BYTES: usize = 64 << 20;
/// Bytes of values in a row group of a Parquet file: a compromise between the speed of readers and memory.
pub const PARQUET_GROUP_BYTES: usize = 16 << 20;
/// Rows of a sheet with its header: the limit of spreadsheets.
pub const SHEET_ROWS: u32 = 1 << 20;
/// Columns of a sheet: the limit of spreadsheets.
pub const SHEET_COLUMNS: usize = 1 << 14;
/// UTF-16 units in a cell of a sheet: a spreadsheet reports a file with more as damaged.
pub const SHEET_CELL: usize = 32_767;
/// Bytes of a sheet before the next one begins: with one more row it stays below the 4 GiB of a zip file.
pub const SHEET_BYTES: u64 = 3 << 30;
/// Default row limit of a profile.
pub const ROWS: u64 = 1_000_000;
/// Default byte limit of a result.
pub const BYTES: u64 = 1 << 30;
/// Default byte limit of one row: a value of MySQL's default `max_allowed_packet`, 64 MiB, and as much for the other columns.
pub const ROW_BYTES: u64 = 128 << 20;
/// Default time to the first row, in seconds.
pub const SECONDS: u64 = 300;
/// Default time for fetching a whole result, in seconds.
pub const FETCH_SECONDS: u64 = 3600;
/// Rows of a table preview. The LIMIT of its statement shows it.
pub const PREVIEW_ROWS: u64 = 200;

/// Objects that a search of the catalog lists.
pub const MAX_FOUND: usize = 500;
/// Items of one completion: more than a user reads. Another letter finds the rest.
pub const COMPLETION_ITEMS: usize = 200;

/// Messages waiting for the event loop. A faster sender waits.
pub const INBOX: usize = 256;
/// Commands waiting for a session task.
pub const SESSION_QUEUE: usize = 16;
/// Commands waiting for the store task.
pub const STORE_QUEUE: usize = 64;
/// Commands waiting for the storage task.
pub const STORAGE_QUEUE: usize = 64;
/// Copies waiting for the clipboard task.
pub const HOST_QUEUE: usize = 8;
/// Batches between session and store: few, so that back-pressure reaches the socket.
pub const BATCH_QUEUE: usize = 4;
/// Terminal events handled in one turn of the event loop before other messages.
pub const EVENTS_A_TURN: usize = 64;
/// Bytes read at once from the terminal. The terminal driver of Linux holds 4 KiB; other systems hold more.
pub const INPUT_BYTES: usize = 64 << 10;
/// Reads of the terminal that wait for the event loop. A faster sender waits, as it does for a slow terminal.
pub const INPUT_QUEUE: usize = 4;
/// How often a program in the background looks whether it has its terminal again. It is stopped most of that time.
pub const BACKGROUND_PAUSE: Duration = Duration::from_millis(100);
/// How long an ESC waits for the rest of a key: shorter than between two keys of a fast typist, longer than between two parts of
/// one key that a network has cut.
pub const ESC_WAIT: Duration = Duration::from_millis(25);
/// Parameters of one key of the terminal in bytes. Longer sequences are no keys and are dropped.
pub const SEQUENCE_BYTES: usize = 64;
/// The pause after which a paste without its end is complete: longer than a link stalls that is not lost.
pub const PASTE_WAIT: Duration = Duration::from_secs(15);
/// Bytes of one paste: more than any text of rrx may have, so what is beyond is dropped and the text is refused.
pub const PASTE_BYTES: usize = 64 << 20;
/// The shortest time between two frames: 60 a second.
pub const FRAME: Duration = Duration::from_millis(16);

/// Time for a TCP connection to a hop.
pub const REACH: Duration = Duration::from_secs(10);
/// Time for the SSH handshake and each sign-in attempt.
pub const SIGN_IN: Duration = Duration::from_secs(15);
/// Time for the SSH agent to list its keys. It is on this machine, and a stopped agent must not block the connection.
pub const AGENT: Duration = Duration::from_secs(3);
/// Time for a hop to go on after its own questions: the user may have to confirm on a phone. OpenSSH's server waits as long.
pub const HOP_ANSWER: Duration = Duration::from_mins(2);
/// Bytes of the instruction of a hop, and of its banner. Real ones have a screen at most.
pub const HOP_TEXT_BYTES: usize = 8 << 10;
/// Bytes of one question of a hop, and of the name of a request.
pub const HOP_QUESTION_BYTES: usize = 4 << 10;
/// Questions of one request of a hop. A change of a password asks three.
pub const HOP_QUESTIONS: usize = 16;
/// Requests of a hop in one sign-in attempt: a password, a second factor, and its repetitions.
pub const HOP_REQUESTS: usize = 24;
/// Messages of hops that are kept for one connection.
pub const HOP_MESSAGES: usize = 16;
/// Time for the user to touch a security key.
pub const TOUCH: Duration = Duration::from_mins(1);
/// Time for the MySQL handshake through the tunnel.
pub const HANDSHAKE: Duration = Duration::from_secs(15);
/// Time for an internal statement of rrx (session facts). One that follows a statement of the user notices a lost connection in time.
pub const OWN_STATEMENT: Duration = Duration::from_secs(12);
/// Time for a statement that reads the catalog: it may have a hundred thousand columns.
pub const CATALOG_STATEMENT: Duration = Duration::from_mins(1);
/// Time that the local end of the tunnel waits for rrx's own connection.
pub const LOCAL_END: Duration = Duration::from_secs(5);
/// Interval of SSH keepalives. A dead peer is detected one interval after [`KEEPALIVE_MISSES`] unanswered ones, so within 15 s.
pub const KEEPALIVE: Duration = Duration::from_secs(4);
/// Unanswered keepalives after which a connection counts as lost.
pub const KEEPALIVE_MISSES: u32 = 2;
/// The shortest silence after which a connection counts as lost, even if `ssh_config` has a shorter time: a pause of a few
/// seconds must not end a session.
pub const KEEPALIVE_LEAST: Duration = Duration::from_secs(8);
/// How long a hop may accept no bytes: as long as it may leave keepalives unanswered.
pub const HOP_PATIENCE: Duration = Duration::from_secs(12);
/// Attempts to stop a statement: a KILL that arrives before the statement has no effect.
pub const KILLS: u32 = 3;
/// Time for a statement to stop before the next attempt.
pub const KILL_AGAIN: Duration = Duration::from_secs(1);
/// Time for a KILL QUERY on the control connection, and for opening that connection again. A KILL on a dead route takes three
/// times as long: it fails, the connection cannot be reopened, and the statement's connection is closed. That is within 15 s.
pub const KILL: Duration = Duration::from_secs(4);
/// Time for a stopped statement to free its connection. After it the connection is closed.
pub const DRAIN: Duration = Duration::from_secs(10);
/// Interval of pings on an idle connection, and on the control connection while a statement sends nothing.
pub const HEARTBEAT: Duration = Duration::from_secs(5);
/// Time for the answer to a ping. With [`HEARTBEAT`], and [`KILL`] for a second attempt, a lost connection is reported within
/// 13 s, and the promise of 15 s leaves time for a busy machine.
pub const HEARTBEAT_ANSWER: Duration = Duration::from_secs(4);
/// How many pings an idle connection gets in the time after which the server would close it (`wait_timeout`).
pub const HEARTBEATS_A_WAIT: u32 = 3;
/// The shortest interval of pings: a server with `wait_timeout = 1`, the least that MySQL has, gets three a second.
pub const HEARTBEAT_LEAST: Duration = Duration::from_millis(300);
/// A `wait_timeout` of fewer seconds is raised where the server allows it: a pause of some seconds on the way must not end a session.
pub const WAIT_TIMEOUT_LEAST: u64 = 60;
/// Pauses before each attempt to reconnect; the last one is repeated.
pub const PAUSES: [Duration; 7] = [
    Duration::ZERO,
    Duration::from_secs(1),
    Duration::from_secs(2),
    Duration::from_secs(5),
    Duration::from_secs(10),
    Duration::from_secs(20),
    Duration::from_secs(30),
];
/// How long a session must last for the pauses to start from the beginning at the next loss, so that a server that ends each
/// session at once is not contacted continuously.
pub const STEADY: Duration = Duration::from_secs(30);
/// Interval at which the replication lag is read.
pub const LAG: Duration = Duration::from_secs(12);
/// A lag from here on is a warning: the header never leaves it out.
pub const LAG_HIGH: Duration = Duration::from_mins(1);
/// How long after connecting the lag is first read.
pub const LAG_FIRST: Duration = Duration::from_secs(1);
/// Time for the server to report the lag. After it the connection is closed.
pub const LAG_ANSWER: Duration = Duration::from_secs(3);
/// Work that takes longer shows its progress, and can be stopped.
pub const PROGRESS_AFTER: Duration = Duration::from_millis(300);
/// Age after which a lag is no longer shown as current.
pub const LAG_STALE: Duration = Duration::from_secs(40);
/// How long the driver considers a connection alive, in seconds, and what a `wait_timeout` is raised to: MySQL's default. Pings
/// detect a loss earlier.
pub const WAIT_TIMEOUT_SECONDS: u32 = 28_800;
/// Attempts to reach the same server with the control connection, if another server answers.
pub const CONTROL_ATTEMPTS: usize = 3;
/// Bytes of a worksheet: the time of an edit grows with the text.
pub const WORKSHEET_BYTES: usize = 1 << 20;
/// Bytes of a paste into a field of one line: each key in it measures and searches with the whole line.
pub const LINE_BYTES: usize = 8 << 10;
/// Closed worksheets that are kept and can be reopened.
pub const CLOSED_WORKSHEETS: usize = 20;
/// The time without a change after which a text is saved: as much as `kill -9` may lose.
pub const TEXT_PAUSE: Duration = Duration::from_secs(1);
/// The time after which a text is saved while typing goes on.
pub const TEXT_PAUSE_MOST: Duration = Duration::from_secs(5);
/// The time without a key after which the position of the cursor is saved.
pub const POSITION_PAUSE: Duration = Duration::from_secs(2);
/// The smallest byte limit of one row that a profile can set: rows of the catalog and of internal queries must pass.
pub const LEAST_ROW_BYTES: u64 = 1 << 20;
/// The largest byte limit of one row that a profile can set: the largest packet of MySQL.
pub const MAX_ROW_BYTES: u64 = 1 << 30;
/// Bytes of the answer to one of rrx's own queries about the session: some hundred times what a server answers.
pub const OWN_ANSWER_BYTES: usize = 16 << 20;
/// Bytes of the answer to one query of the catalog: a million columns.
pub const CATALOG_ANSWER_BYTES: usize = 256 << 20;
/// Pauses before a local write that failed is tried again; the last one is repeated. Short, because a directory is often
/// writable again soon, and an attempt costs little.
pub const WRITE_PAUSES: [Duration; 3] = [Duration::from_secs(1), Duration::from_secs(2), Duration::from_secs(5)];
/// Directories with unsaved worksheets of one profile in one place: more would be a fault of rrx, and fill the disk.
pub const RESCUE_DIRECTORIES: u32 = 100;
/// How long quitting waits for a disk that does not answer. After it rrx quits, and writes the texts elsewhere.
pub const QUIT_PATIENCE: Duration = Duration::from_secs(5);
/// How long a program that a signal stops waits until its texts are saved.
pub const SUSPEND_PATIENCE: Duration = Duration::from_secs(1);
/// Columns of a result. MySQL and MariaDB make at most 4,096; the driver reserves memory for each one that a server announces.
pub const RESULT_COLUMNS: u64 = 16_384;
/// Bytes of the names and types of a result's columns.
pub const RESULT_HEADER_BYTES: usize = 16 << 20;
/// Bytes kept of a program that answers in place of a MySQL server: a message shows fewer.
pub const FIRST_BYTES: usize = 64;
/// Time for more of these bytes, once the first ones are known not to be MySQL.
pub const FIRST_BYTES_WAIT: Duration = Duration::from_millis(200);
/// Bytes of a snippet's name: with its extension it is a valid file name on every system.
pub const SNIPPET_NAME_BYTES: usize = 100;
/// Depth of nested blocks of a doc page (lists in quotes in lists). Deeper ones are shown flat.
pub const DOC_DEPTH: usize = 16;
/// Time to wait for another process that writes the access log: a stopped process must not block a statement.
pub const ACCESS_LOG_LOCK: Duration = Duration::from_secs(2);
/// Time to wait for another process that changes the settings, or another file that is replaced as a whole.
pub const CHANGE_LOCK: Duration = Duration::from_secs(5);
/// Bytes that the history reads from the end of the access log, so that opening it stays fast.
pub const HISTORY_BYTES: u64 = 32 << 20;
/// Time for a command that prints a secret; it may ask the user for a PIN.
pub const SECRET_COMMAND: Duration = Duration::from_mins(1);
/// Bytes of a secret. Longer output of a file or command is refused.
pub const SECRET_BYTES: u64 = 64 << 10;
/// Time to read a pipe that is named instead of the file of a key, a CA, `ssh_config` or `known_hosts`.
pub const PIPE: Duration = Duration::from_secs(5);
/// Time for a command of `Match exec`. It runs while the files are read, within [`READING`].
pub const MATCH_COMMAND: Duration = Duration::from_secs(5);
/// Time to read such files: a lost network file system must not block connecting.
pub const READING: Duration = Duration::from_secs(10);
/// Bytes of a settings file, a snippet or a doc page. A larger file is reported and ignored.
pub const TEXT_FILE_BYTES: u64 = 4 << 20;
/// Files read from one snippet directory or doc pack: a wrong directory must not block the start.
pub const DIRECTORY_FILES: usize = 20_000;
/// Bytes of a JSON document that is shown as a tree, which is built during a key press. A longer one is shown as text.
pub const JSON_BYTES: usize = 4 << 20;
/// Bytes of text for OSC 52. As base64 with the escape sequence around it this is 100,000 bytes; terminals silently drop longer
/// sequences.
pub const OSC52_BYTES: usize = 74_994;
/// Time for the system clipboard to accept a text. After it the other ways to copy are tried.
pub const SYSTEM_CLIPBOARD: Duration = Duration::from_secs(2);
/// Copies that are kept as files. They contain values, so only the newest ones are kept.
pub const COPIES_KEPT: usize = 10;
/// Age after which the next start deletes such a file.
pub const COPY_AGE: Duration = Duration::from_hours(24);
/// Concurrent clients of one `rrx tunnel`. Each has its own SSH connection.
pub const TUNNEL_CLIENTS: u64 = 64;
/// Clients of one `rrx tunnel` that connect at the same time: sshd drops connections from the tenth on.
pub const TUNNEL_CONNECTS: usize = 4;
/// How long a client of `rrx tunnel` waits for a lost connection to return.
pub const TUNNEL_WAIT: Duration = Duration::from_secs(15);
/// The longest pause between two attempts to restore `rrx tunnel`: shorter than a client waits.
pub const TUNNEL_PAUSE: Duration = Duration::from_secs(10);
/// How long `rrx tunnel` waits at its end for its last output to be read.
pub const TUNNEL_LAST_OUTPUT: Duration = Duration::from_secs(1);
/// Bytes read at once from a client of `rrx tunnel`.
pub const TUNNEL_READ_BYTES: usize = 64 << 10;
