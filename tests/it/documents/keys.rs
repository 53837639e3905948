//! The parts made from the shipped keymaps and the tables of actions.

use std::fmt::Write as _;

use rrx::app::action::{Action, AppAction, GridAction};
use rrx::app::keymaps::{keymap, names};
use rrx::domain::editing::vim::{HelpMode, VIM_COMMANDS};
use rrx::domain::keys::{Keymap, label_of};

use super::table;

/// The layers of a keymap, in the order of the reference, with the place where their keys work.
const LAYERS: [(&str, &str); 10] = [
    ("app", "Everywhere"),
    ("worksheet", "Worksheet"),
    ("completion", "Completion in the worksheet, while items are shown"),
    ("grid", "Results"),
    ("explorer", "Explorer"),
    ("filter", "Filter of the explorer"),
    ("inspector", "Inspector"),
    ("list", "Lists and dialogs"),
    ("line", "Lines of text: forms, filters, names, passwords"),
    ("connect", "Connection screen: profiles"),
];

/// The keys of the README.
const MAIN: [(Action, &str); 17] = [
    (Action::App(AppAction::Help), "the keys that work here"),
    (Action::App(AppAction::Palette), "all commands, by name"),
    (Action::App(AppAction::Run), "run the statement at the cursor"),
    (Action::App(AppAction::RunAll), "run all statements of the worksheet"),
    (Action::App(AppAction::Stop), "stop what is running"),
    (Action::App(AppAction::FocusWorksheet), "go to the worksheet"),
    (Action::App(AppAction::FocusResults), "go to the results"),
    (Action::App(AppAction::NextPanel), "go to the next panel"),
    (Action::App(AppAction::Zoom), "one panel on the whole screen, and back"),
    (Action::App(AppAction::Find), "find a table or column"),
    (Action::App(AppAction::Snippets), "open a snippet"),
    (Action::App(AppAction::SaveSnippet), "save the statement as a snippet"),
    (Action::App(AppAction::History), "statements that were run before"),
    (Action::Grid(GridAction::Sort), "results: sort by this column"),
    (Action::Grid(GridAction::Export), "results: export to a file"),
    (Action::App(AppAction::Back), "one step back in this panel; close what covers others"),
    (Action::App(AppAction::Quit), "quit"),
];

fn labels(keymap: &Keymap<Action>, action: Action) -> String {
    let labels: Vec<String> =
        keymap.chords(action.layer(), action).map(|chords| format!("`{}`", label_of(chords))).collect();
    labels.join(", ")
}

fn shipped(name: &str) -> Keymap<Action> {
    let (keymap, bad) = keymap(name, None);
    assert_eq!(bad, [], "{name}");
    keymap
}

pub fn main_keys() -> String {
    let keymap = shipped("default");
    let rows = MAIN.iter().map(|(action, what)| {
        let first: String = labels(&keymap, *action).split(", ").take(2).collect::<Vec<_>>().join(", ");
        vec![first, (*what).to_owned()]
    });
    table(&["key", "what it does"], rows)
}

pub fn reference() -> String {
    let default = shipped("default");
    let styles: Vec<(&str, Keymap<Action>)> =
        names().filter(|name| *name != "default").map(|name| (name, shipped(name))).collect();
    let mut text = String::new();
    for (layer, place) in LAYERS {
        write!(text, "## {place}\n\nThe layer `[{layer}]` of a keymap file.\n\n").unwrap();
        let header: Vec<String> = ["keys", "what they do", "action"]
            .into_iter()
            .map(str::to_owned)
            .chain(styles.iter().map(|(name, _)| format!("`{name}`, where it differs")))
            .collect();
        let header: Vec<&str> = header.iter().map(String::as_str).collect();
        let rows = Action::all().filter(|action| action.layer() == layer).filter_map(|action| {
            let keys = labels(&default, action);
            let others: Vec<String> = styles
                .iter()
                .map(|(_, keymap)| Some(labels(keymap, action)).filter(|other| *other != keys).unwrap_or_default())
                .collect();
            let has_keys = !keys.is_empty() || others.iter().any(|keys| !keys.is_empty());
            has_keys.then(|| {
                let mut row = vec![keys, action.help().to_owned(), format!("`{}`", action.name())];
                row.extend(others);
                row
            })
        });
        text.push_str(&table(&header, rows));
        text.push('\n');
    }
    text
}

/// The keys of the modes of vim.
pub fn vim_commands() -> String {
    let places = [
        (HelpMode::Normal, "Normal mode"),
        (HelpMode::Object, "Text objects: after an operator, and in visual mode"),
        (HelpMode::Insert, "Insert mode"),
        (HelpMode::Visual, "Visual mode"),
        (HelpMode::CommandLine, "Command lines"),
    ];
    let mut text = String::new();
    for (mode, place) in places {
        let code = |key: &str| if key.contains('`') { format!("`` {key} ``") } else { format!("`{key}`") };
        let rows = VIM_COMMANDS.iter().filter(|entry| entry.mode == mode).map(|entry| {
            let keys: Vec<String> = entry.keys.split(' ').map(code).collect();
            vec![keys.join(" "), entry.help.to_owned()]
        });
        writeln!(text, "### {place}\n\n{}", table(&["keys", "what they do"], rows)).unwrap();
    }
    text
}

/// Actions that only the palette and a keymap of the user reach.
pub fn actions_without_keys() -> String {
    let keymaps: Vec<Keymap<Action>> = names().map(shipped).collect();
    let rows: Vec<Vec<String>> = Action::all()
        .filter(|action| keymaps.iter().all(|keymap| labels(keymap, *action).is_empty()))
        .map(|action| vec![format!("`{}`", action.layer()), format!("`{}`", action.name()), action.help().to_owned()])
        .collect();
    if rows.is_empty() { "Every action has a key.\n".into() } else { table(&["layer", "action", "what it does"], rows) }
}

#[test]
fn every_layer_is_in_the_reference() {
    for action in Action::all() {
        assert!(LAYERS.iter().any(|(layer, _)| *layer == action.layer()), "{}", action.layer());
    }
}
