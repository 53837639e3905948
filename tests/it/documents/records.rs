//! The fields of the access log.

use std::fmt::Write as _;

use rrx::domain::access_log::{
    BeginRecord, CopyRecord, EndRecord, ExportRecord, RECORDS, TunnelEvent, TunnelRecord, write_begin, write_copy,
    write_end, write_export, write_tunnel,
};
use rrx::domain::sql::Param;

use super::table;

pub fn reference() -> String {
    let mut text = String::new();
    for record in RECORDS {
        let title = record
            .event
            .map_or_else(|| format!("`{}`", record.kind), |event| format!("`{}`, event `{event}`", record.kind));
        write!(text, "### Record {title}\n\nWritten {}.\n\n", record.written).unwrap();
        let rows = record
            .fields
            .iter()
            .map(|field| vec![format!("`{}`", field.name), field.value_type.to_owned(), field.description.to_owned()]);
        text.push_str(&table(&["field", "type", "meaning"], rows));
        text.push('\n');
    }
    text
}

/// One line of each kind, with every field that can be there.
fn lines() -> Vec<String> {
    let text = || "x".to_owned();
    let tunnel = |event| {
        let record = TunnelRecord {
            id: text(),
            time: text(),
            os_user: text(),
            profile: text(),
            account: text(),
            server: text(),
            event,
        };
        write_tunnel(&record).unwrap()
    };
    let begin = BeginRecord {
        id: text(),
        time: text(),
        os_user: text(),
        profile: text(),
        account: text(),
        server: text(),
        database: None,
        statement: text(),
        params: vec![Param::Null],
        reference: None,
    };
    let end = EndRecord { id: text(), time: text(), milliseconds: 1, rows: 1, end: text() };
    let export = ExportRecord {
        id: text(),
        time: text(),
        os_user: text(),
        profile: text(),
        statement: text(),
        path: text(),
        format: text(),
        rows: 1,
        bytes: 1,
        sha256: text(),
    };
    let copy = CopyRecord {
        id: text(),
        time: text(),
        os_user: text(),
        profile: text(),
        statement: text(),
        what: text(),
        bytes: 1,
        to: text(),
    };
    vec![
        write_begin(&begin).unwrap(),
        write_end(&end).unwrap(),
        write_export(&export).unwrap(),
        write_copy(&copy).unwrap(),
        tunnel(TunnelEvent::Opened { at: text(), reason: None }),
        tunnel(TunnelEvent::Connected { client: 1 }),
        tunnel(TunnelEvent::Disconnected { client: 1, up: 1, down: 1, milliseconds: 1, end: text() }),
        tunnel(TunnelEvent::Closed { clients: 1, refused: 1, up: 1, down: 1, end: text() }),
    ]
}

#[test]
fn the_described_fields_are_those_that_are_written() {
    let lines = lines();
    assert_eq!(lines.len(), RECORDS.len());
    for (line, record) in lines.iter().zip(RECORDS) {
        let written: serde_json::Map<String, serde_json::Value> = serde_json::from_str(line).unwrap();
        assert_eq!(written["kind"], record.kind);
        assert_eq!(written.get("event").and_then(|event| event.as_str()), record.event);
        let mut keys: Vec<&str> = written.keys().map(String::as_str).collect();
        keys.retain(|key| !matches!(*key, "v" | "kind" | "event"));
        let mut described: Vec<&str> = record.fields.iter().map(|field| field.name).collect();
        keys.sort_unstable();
        described.sort_unstable();
        assert_eq!(keys, described, "{line}");
    }
}
