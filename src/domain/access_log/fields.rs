//! The fields of each kind of record, for the reference in `docs/`. A test compares them with what is written.

/// A kind of record with its fields.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RecordDescription {
    /// The value of the field `kind`.
    pub kind: &'static str,
    /// The value of the field `event`, if the records of this kind have one.
    pub event: Option<&'static str>,
    /// When it is written.
    pub written: &'static str,
    /// Its fields after `v`, `kind` and, where there is one, `event`.
    pub fields: &'static [&'static RecordField],
}

/// A field of a record.
#[derive(Debug, PartialEq, Eq)]
pub struct RecordField {
    pub name: &'static str,
    /// The JSON type, in words.
    pub value_type: &'static str,
    pub description: &'static str,
}

macro_rules! fields {
    ($($key:ident = $name:literal, $value_type:literal: $description:literal;)+) => {
        $(const $key: &RecordField =
            &RecordField { name: $name, value_type: $value_type, description: $description };)+
    };
}

fields! {
    STATEMENT_ID = "id", "text": "Joins the begin and end records of a statement; unique within the log.";
    RECORD_ID = "id", "text": "Unique within the log.";
    TUNNEL_ID = "id", "text": "Joins the records of one tunnel; unique within the log.";
    TIME = "time", "text": "UTC, RFC 3339 with milliseconds.";
    OS_USER = "os_user", "text": "The user of the operating system.";
    PROFILE = "profile", "text": "The profile.";
    ACCOUNT = "account", "text": "The MySQL account.";
    SERVER = "server", "text": "The identity of the server: its Aurora instance or its UUID, and its host name, port and server id.";
    FAR_END = "server", "text": "Host and port at the far end of the tunnel.";
    DATABASE = "database", "text or null": "The current database.";
    SENT = "statement", "text": "The statement as it is sent.";
    PARAMS = "params", "list": "The values bound to the `?` of the statement, each as `{\"text\": …}`, `{\"integer\": …}`, \
        `{\"unsigned\": …}`, `{\"bytes\": […]}` or `\"null\"`. Absent where there are none.";
    REFERENCE = "reference", "text or null": "The ticket or protocol number that the statement was run for.";
    MILLISECONDS = "milliseconds", "number": "The time from sending to the end.";
    ROWS = "rows", "number": "The rows that were received.";
    END = "end", "text": "`complete`, `cut: …`, `cancelled`, `failed: …` or `broken, not known to have finished: …`.";
    SOURCE = "statement", "text": "The statement whose rows or values they are.";
    PATH = "path", "text": "The absolute path of the file.";
    EXPORT_FORMAT = "format", "text": "The format of the file.";
    EXPORTED = "rows", "number": "The rows in the file.";
    BYTES = "bytes", "number": "The bytes that were written or copied.";
    SHA256 = "sha256", "text": "The SHA-256 of the file, in hexadecimal.";
    WHAT = "what", "text": "What was copied, such as the number of values.";
    TO = "to", "text": "The system clipboard, the terminal, or the absolute path of a file.";
    AT = "at", "text": "The local address: `127.0.0.1:PORT`, or the path of a socket.";
    REASON = "reason", "text or null": "The reason that the user gave.";
    CLIENT = "client", "number": "The number of the client, from 1.";
    UP = "up", "number": "Bytes sent to the server.";
    DOWN = "down", "number": "Bytes received from the server.";
    CONNECTED = "milliseconds", "number": "How long the client was connected.";
    HOW = "end", "text": "Why the connection or the tunnel ended.";
    CLIENTS = "clients", "number": "The number of clients that were served.";
    STRANGERS = "strangers", "number": "The number of refused connections from other users of the machine.";
}

/// All kinds of records, in the order of the reference.
pub const RECORDS: &[RecordDescription] = &[
    RecordDescription {
        kind: "begin",
        event: None,
        written: "before a statement is sent",
        fields: &[STATEMENT_ID, TIME, OS_USER, PROFILE, ACCOUNT, SERVER, DATABASE, SENT, PARAMS, REFERENCE],
    },
    RecordDescription {
        kind: "end",
        event: None,
        written: "after a statement has ended",
        fields: &[STATEMENT_ID, TIME, MILLISECONDS, ROWS, END],
    },
    RecordDescription {
        kind: "export",
        event: None,
        written: "after rows were written to a file",
        fields: &[RECORD_ID, TIME, OS_USER, PROFILE, SOURCE, PATH, EXPORT_FORMAT, EXPORTED, BYTES, SHA256],
    },
    RecordDescription {
        kind: "copy",
        event: None,
        written: "when values are copied",
        fields: &[RECORD_ID, TIME, OS_USER, PROFILE, SOURCE, WHAT, BYTES, TO],
    },
    RecordDescription {
        kind: "tunnel",
        event: Some("opened"),
        written: "before the first client can connect",
        fields: &[TUNNEL_ID, TIME, OS_USER, PROFILE, ACCOUNT, FAR_END, AT, REASON],
    },
    RecordDescription {
        kind: "tunnel",
        event: Some("came"),
        written: "when a client has connected, before any byte is transferred",
        fields: &[TUNNEL_ID, TIME, OS_USER, PROFILE, ACCOUNT, FAR_END, CLIENT],
    },
    RecordDescription {
        kind: "tunnel",
        event: Some("left"),
        written: "when a client has disconnected",
        fields: &[TUNNEL_ID, TIME, OS_USER, PROFILE, ACCOUNT, FAR_END, CLIENT, UP, DOWN, CONNECTED, HOW],
    },
    RecordDescription {
        kind: "tunnel",
        event: Some("closed"),
        written: "when the tunnel has ended",
        fields: &[TUNNEL_ID, TIME, OS_USER, PROFILE, ACCOUNT, FAR_END, CLIENTS, STRANGERS, UP, DOWN, HOW],
    },
];
