//! A model for benches, and what a server with a large catalog reports to it.
#![allow(unreachable_pub, reason = "a module of several benches")]

use std::sync::Arc;

use rrx::app::keymaps;
use rrx::app::layout::ScreenSize;
use rrx::app::model::{Model, SettingsReading, Start};
use rrx::app::ui::look::TerminalLook;
use rrx::app::ui::theme::Theme;
use rrx::domain::catalog::{Catalog, KeyRole, NameCase, Schema, Table, TableColumn};
use rrx::domain::protocol::{PanelSizes, PrivilegeScope, Role, ServerFacts};
use rrx::domain::sql::{Dialect, SessionPins};

pub(crate) const TABLES: usize = 5_000;
pub(crate) const COLUMNS: usize = 20;
pub(crate) const SIZE: ScreenSize = ScreenSize { width: 200, height: 60 };

/// A model with one profile, not connected.
pub(crate) fn new() -> Model {
    let text = "[profile.eu]\nhost = \"replica\"\nuser = \"RO_USER\"\ndatabase = \"clinspark\"\n";
    let (settings, problems) = rrx::domain::profile::parse(text, "config.toml");
    assert!(problems.is_empty(), "{problems:?}");
    let settings = Arc::new(settings);
    let (keymap, _) = keymaps::keymap("default", None);
    Model::new(Start {
        profiles: settings.profiles.iter().cloned().map(Arc::new).collect(),
        settings,
        reading: SettingsReading::Once,
        keymap: Arc::new(keymap),
        theme: Theme::new(TerminalLook::default()),
        size: SIZE,
        problems: vec![],
        first_worksheet: None,
        panel_sizes: PanelSizes::default(),
        directory: String::new(),
    })
}

pub(crate) fn catalog(generation: u64) -> Catalog {
    let words = ["subject", "visit", "item", "form", "data", "volunteer", "study", "site", "query", "sample"];
    let word = |n: usize| words[n % words.len()];
    let tables = (0..TABLES).map(|t| Table {
        name: format!("{}_{}_{t:05}", word(t), word(t / 10)),
        comment: format!("what a {} has of a {}", word(t), word(t / 10)),
        rows: Some(t as u64),
        columns: (0..COLUMNS)
            .map(|c| TableColumn {
                name: format!("{}_{}_{c}", word(t + c), word(c)),
                type_text: "varchar(255)".into(),
                key: if c == 0 { KeyRole::Primary } else { KeyRole::None },
                comment: format!("the {} of the {}", word(c), word(t)),
                ..TableColumn::default()
            })
            .collect(),
        ..Table::default()
    });
    let schema = Schema { name: "clinspark".into(), tables: tables.collect(), ..Schema::default() };
    Catalog { generation, schemas: vec![schema] }
}

pub(crate) fn facts() -> ServerFacts {
    ServerFacts {
        product: "MariaDB".into(),
        version: "10.11".into(),
        identity: "bench".into(),
        server_id: "7".into(),
        role: Role::Replica,
        dialect: Dialect::default(),
        names: NameCase::default(),
        privileges: PrivilegeScope::WholeTables,
        account: "RO_USER@%".into(),
        connection_id: 7,
        database: Some("clinspark".into()),
        time_zone: "+00:00".into(),
        server_time_zone: None,
        sql_mode: String::new(),
        pins: SessionPins::default(),
        tls: None,
        warnings: vec![],
    }
}
