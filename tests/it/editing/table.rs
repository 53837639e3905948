//! The keys of vim by a table of texts, keys, and the texts after them.

use rrx::domain::editing::vim::{VIM_COMMANDS, VimMode};

use super::app::App;

const TABLE: &str = include_str!("../../fixtures/editing/vim.txt");

struct Case<'a> {
    number: usize,
    /// The keys of the key reference that the case belongs to.
    section: &'a str,
    text: &'a str,
    keys: &'a str,
    expected: &'a str,
}

fn cases() -> Vec<Case<'static>> {
    let mut section = "";
    let mut cases = Vec::new();
    for (at, line) in TABLE.lines().enumerate() {
        if let Some(name) = line.strip_prefix("## ") {
            section = name;
        }
        let parts: Vec<&str> = line.split(" ║ ").collect();
        if let [text, keys, expected, ..] = parts.as_slice() {
            cases.push(Case { number: at + 1, section, text, keys, expected });
        }
    }
    cases
}

#[test]
fn keys_change_texts_as_the_table_says() {
    let mut wrong = Vec::new();
    let cases = cases();
    for case in &cases {
        let mut app = App::new(case.text);
        app.keys(case.keys);
        if app.marked() != case.expected || app.is_group_open != (app.vim.mode() == VimMode::Insert) {
            let got = app.marked();
            wrong.push(format!("{}: {} ║ {} ║ {}, not {got}", case.number, case.text, case.keys, case.expected));
        }
    }
    assert!(wrong.is_empty(), "{} of {} cases:\n{}", wrong.len(), cases.len(), wrong.join("\n"));
}

/// The keys of a case as the key reference writes them.
fn as_in_reference(keys: &str) -> String {
    let mut text = keys.replace("<lt>", "<").replace("<Space>", "Space").replace("<BS>", "Backspace");
    text = text.replace("<Esc>", "Esc");
    for letter in 'a'..='z' {
        text = text.replace(&format!("<C-{letter}>"), &format!("Ctrl-{}", letter.to_ascii_uppercase()));
    }
    text.replace("<C-[>", "Ctrl-[")
}

/// The parts of a key of the reference that stand for themselves: without `{char}` and the like.
fn literals(key: &str) -> Vec<&str> {
    let names =
        ["{char}", "{count}", "{motion}", "{register}", "{pattern}", "{text}", "{file}", "{number}", "{from}", "{to}"];
    let mut parts = vec![key];
    for name in names {
        parts = parts.into_iter().flat_map(|part| part.split(name)).collect();
    }
    parts.into_iter().filter(|part| !part.is_empty()).collect()
}

#[test]
fn every_key_of_the_reference_is_in_the_table() {
    let cases = cases();
    let mut missing = Vec::new();
    for help in VIM_COMMANDS {
        let section = format!("{:?}: {}", help.mode, help.keys);
        let keys: Vec<String> =
            cases.iter().filter(|case| case.section == section).map(|case| as_in_reference(case.keys)).collect();
        for key in help.keys.split(' ') {
            if !keys.iter().any(|typed| literals(key).iter().all(|part| typed.contains(part))) {
                missing.push(format!("{section}: {key}"));
            }
        }
    }
    assert!(missing.is_empty(), "no case for:\n{}", missing.join("\n"));
    let sections: Vec<String> = VIM_COMMANDS.iter().map(|help| format!("{:?}: {}", help.mode, help.keys)).collect();
    let unknown: Vec<&str> =
        cases.iter().map(|case| case.section).filter(|name| !sections.iter().any(|s| s == name)).collect();
    assert_eq!(unknown, Vec::<&str>::new());
}
