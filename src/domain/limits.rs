//! Every limit of the program, each with its reason. Nobody else writes a bound as a bare number.

use std::time::Duration;

/// Rows of one chunk of the result store.
pub const CHUNK_ROWS: usize = 1024;
/// Bytes of one chunk and of one batch on the way from session to store.
pub const CHUNK_BYTES: usize = 1 << 20;
/// How long a batch that is not full may wait for its next row: a slow statement shows its first row at once.
pub const BATCH_WAIT: Duration = Duration::from_millis(10);
/// Memory for the rows of one result; older chunks go to the spill file.
pub const RESULT_MEMORY: usize = 64 << 20;
/// Room on the disk of the spill files that is left for others: a result that fills it must not keep worksheets and the access
/// log from being written.
pub const SPILL_RESERVE: u64 = 16 << 20;
/// Bytes of a cell that a window carries; the whole value is fetched on request.
pub const WINDOW_CELL_BYTES: usize = 4 << 10;
/// Rows of one window: many screens, so that a mistaken range does not copy a whole result.
pub const WINDOW_ROWS: u64 = 10_000;
/// Bytes of all cells of one window; in a window of very many cells each is cut earlier.
pub const WINDOW_BYTES: usize = 32 << 20;
/// Bytes that a window's cell carries at least: more than a screen's column shows.
pub const WINDOW_CELL_LEAST: usize = 256;
/// Memory for sorting the rows of a result here; who has more of them lets the server sort.
pub const SORT_MEMORY: usize = 128 << 20;
/// Rows that longer work on a result looks at before commands and batches get their turn.
pub const WORK_ROWS: u64 = 4096;
/// Bytes of one text for the clipboard.
pub const COPY_BYTES: usize = 64 << 20;
/// Bytes of values that a Parquet file holds back until they become a row group: a reader wants large ones, memory small.
pub const PARQUET_GROUP_BYTES: usize = 16 << 20;
/// Rows of a sheet, its header included: what a spreadsheet opens.
pub const SHEET_ROWS: u32 = 1 << 20;
/// Columns of a sheet: what a spreadsheet opens.
pub const SHEET_COLUMNS: usize = 1 << 14;
/// Characters (UTF-16 units) of a cell of a sheet: a spreadsheet calls a file with more broken.
pub const SHEET_CELL: usize = 32_767;
/// Bytes of a sheet before the next one begins: with one more row it stays under the 4 GiB of a plain zip file.
pub const SHEET_BYTES: u64 = 3 << 30;
/// Default row limit of a profile.
pub const ROWS: u64 = 1_000_000;
/// Default byte limit of a result.
pub const BYTES: u64 = 1 << 30;
/// Default time to the first row, in seconds.
pub const SECONDS: u64 = 300;
/// Default time for fetching a whole result, in seconds.
pub const FETCH_SECONDS: u64 = 3600;
/// Rows of a table preview; shown in its text.
pub const PREVIEW_ROWS: u64 = 200;

/// Objects that a find lists; who wants more types more.
pub const MOST_FOUND: usize = 500;

/// Messages waiting for the loop; a worker that is faster waits.
pub const INBOX: usize = 256;
/// Commands waiting for a session task.
pub const SESSION_QUEUE: usize = 16;
/// Commands waiting for the store task.
pub const STORE_QUEUE: usize = 64;
/// Commands waiting for the storage task.
pub const STORAGE_QUEUE: usize = 64;
/// Copies waiting for the clipboards' task.
pub const HOST_QUEUE: usize = 8;
/// Batches between session and store: back-pressure reaches the socket.
pub const BATCH_QUEUE: usize = 4;
/// Terminal events taken in one turn of the loop before news is looked at.
pub const EVENTS_A_TURN: usize = 64;
/// The shortest time between two frames: 60 a second.
pub const FRAME: Duration = Duration::from_millis(16);

/// Time for a TCP connection to a hop.
pub const REACH: Duration = Duration::from_secs(10);
/// Time for the SSH handshake and each sign-in attempt.
pub const SIGN_IN: Duration = Duration::from_secs(15);
/// Time for the SSH agent to say what it holds: it is on this machine, and a stopped one must not hold up the rest.
pub const AGENT: Duration = Duration::from_secs(3);
/// Time for the owner of a security key to touch it.
pub const TOUCH: Duration = Duration::from_mins(1);
/// Time for the MySQL handshake through the tunnel.
pub const HANDSHAKE: Duration = Duration::from_secs(15);
/// Time for a statement of our own (session facts, catalog).
pub const OWN_STATEMENT: Duration = Duration::from_mins(1);
/// Time that the tunnel's local end waits for our own connection.
pub const LOCAL_END: Duration = Duration::from_secs(5);
/// SSH keepalive: a dead peer is known one interval after [`KEEPALIVE_MISSES`] unanswered ones, so within 15 seconds.
pub const KEEPALIVE: Duration = Duration::from_secs(4);
/// Unanswered keepalives that end a link.
pub const KEEPALIVE_MISSES: u32 = 2;
/// The shortest silence after which a link is given up, whatever `ssh_config` asks for: a pause of a few seconds ends no
/// session.
pub const KEEPALIVE_LEAST: Duration = Duration::from_secs(8);
/// How long a hop may take no byte of ours: as long as it may answer no keepalive.
pub const HOP_PATIENCE: Duration = Duration::from_secs(12);
/// How often a statement is told to stop: a KILL that overtakes it on the way stops nothing.
pub const KILLS: u32 = 3;
/// Time for a statement to stop before it is told again.
pub const KILL_AGAIN: Duration = Duration::from_secs(1);
/// Time for a KILL QUERY on the control connection.
pub const KILL: Duration = Duration::from_secs(5);
/// Time for a stopped statement to give its connection back; after it the connection is thrown away.
pub const DRAIN: Duration = Duration::from_secs(10);
/// An idle connection is asked whether it lives, and the control connection while a statement sends nothing.
pub const HEARTBEAT: Duration = Duration::from_secs(5);
/// Time for the answer to a heartbeat; with [`HEARTBEAT`], and [`KILL`] for a second try, a dead link is known within 15 s.
pub const HEARTBEAT_ANSWER: Duration = Duration::from_secs(5);
/// Pauses before each attempt to connect again; the last one stays. The first attempt comes at once.
pub const PAUSES: [Duration; 7] = [
    Duration::ZERO,
    Duration::from_secs(1),
    Duration::from_secs(2),
    Duration::from_secs(5),
    Duration::from_secs(10),
    Duration::from_secs(20),
    Duration::from_secs(30),
];
/// How long a session must have stood for the next loss to begin with the shortest pause again: a server that ends each
/// session at once is not asked without end.
pub const STEADY: Duration = Duration::from_secs(30);
/// Time for making the control connection anew while nothing runs: commands wait for it.
pub const REOPEN: Duration = Duration::from_secs(5);
/// How often the replica is asked how far it is behind.
pub const LAG: Duration = Duration::from_secs(12);
/// How long after connecting it is asked first.
pub const LAG_FIRST: Duration = Duration::from_secs(1);
/// Time for that answer; after it the connection that asked is thrown away.
pub const LAG_ANSWER: Duration = Duration::from_secs(3);
/// A lag that was read longer ago than this is not shown as if it were now.
pub const LAG_STALE: Duration = Duration::from_secs(40);
/// How long the driver takes a connection for alive, in seconds; the heartbeat knows better.
pub const WAIT_TIMEOUT_SECONDS: usize = 28_800;
/// How often another server may answer for the control connection before there is none.
pub const CONTROL_ATTEMPTS: usize = 3;
/// Bytes of a worksheet: an edit costs time in proportion to its text.
pub const WORKSHEET_BYTES: usize = 1 << 20;
/// Bytes of one packet from the server: the protocol's own maximum.
pub const MAX_PACKET: usize = 1 << 30;
/// Bytes of a snippet's name: with its ending it is a file name everywhere, and short enough to read.
pub const SNIPPET_NAME_BYTES: usize = 100;
/// Blocks inside blocks of a doc page (lists in quotes in lists): deeper ones are shown flat.
pub const DOC_DEPTH: usize = 16;
/// Time that an append waits for another process that writes the access log; a stopped one must not hang a statement.
pub const ACCESS_LOG_LOCK: Duration = Duration::from_secs(2);
/// Time that a change of the settings, or of another file that is replaced as a whole, waits for another process at the same.
pub const CHANGE_LOCK: Duration = Duration::from_secs(5);
/// Bytes that the history reads from the end of the access log: opening it costs the same after years.
pub const HISTORY_BYTES: u64 = 32 << 20;
/// Time for a command that prints a secret; it may ask the user for a PIN.
pub const SECRET_COMMAND: Duration = Duration::from_mins(1);
/// Bytes of a secret: a file or a command that gives more is not one.
pub const SECRET_BYTES: u64 = 64 << 10;
/// Time for a pipe in place of a key, a CA, or a file of `ssh_config` or `known_hosts`: whoever writes it does so at once.
pub const PIPE: Duration = Duration::from_secs(5);
/// Time for reading such files at all: one that lies on a network that is gone must not hang a sign-in.
pub const READING: Duration = Duration::from_secs(10);
/// Bytes of a settings file, a snippet or a doc page; a larger file is named and left alone.
pub const TEXT_FILE_BYTES: u64 = 4 << 20;
/// Files read from one snippet folder or doc pack: a folder named by mistake must not stall the start.
pub const FOLDER_FILES: usize = 20_000;
/// Bytes of a JSON document that is shown as a tree, which is made beside a key press; a longer one is shown as text.
pub const JSON_BYTES: usize = 4 << 20;
/// Bytes of text for OSC 52: with 99,992 of base64 and what stands around them it is a sequence of 100,000, and terminals drop
/// longer ones, some without a word.
pub const OSC52_BYTES: usize = 74_994;
/// Time for the system's clipboard to take a text: a display that does not answer must not keep a copy from its other ways.
pub const SYSTEM_CLIPBOARD: Duration = Duration::from_secs(2);
/// Copies that are kept as files: they hold values, and only the newest ones are still wanted.
pub const COPIES_KEPT: usize = 10;
/// How long such a file is kept: the next start takes older ones away.
pub const COPY_AGE: Duration = Duration::from_hours(24);
/// Clients that one held tunnel serves at once; each has an SSH connection of its own.
pub const TUNNEL_CLIENTS: u64 = 64;
/// Clients of a held tunnel that sign in at once: sshd drops connections from the tenth on.
pub const TUNNEL_CLIMBS: usize = 4;
/// How long a client of a held tunnel waits for a lost way to come back.
pub const TUNNEL_WAIT: Duration = Duration::from_secs(15);
/// The longest wait between two tries to bring a held tunnel back: shorter than a client waits.
pub const TUNNEL_PAUSE: Duration = Duration::from_secs(10);
/// How long a held tunnel that ends waits for its last words to be read.
pub const LAST_WORDS: Duration = Duration::from_secs(1);
/// Bytes read from a client of a held tunnel at once.
pub const PUMP_BYTES: usize = 64 << 10;
