//! The documents: generated parts equal the code, links lead somewhere, named files exist, the README is short.
//!
//! `RRX_UPDATE_DOCS=1 cargo test --locked --test it documents` writes the generated parts.

mod commands;
mod keys;
mod records;
mod settings;

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

/// Each generated part: its name, the page that has it, its text.
fn generated_parts() -> Vec<(&'static str, &'static str, String)> {
    vec![
        ("settings", "docs/settings.md", settings::reference()),
        ("environment-variables", "docs/settings.md", settings::environment_variables()),
        ("main-keys", "README.md", keys::main_keys()),
        ("keys", "docs/keys.md", keys::reference()),
        ("actions", "docs/keys.md", keys::actions_without_keys()),
        ("vim", "docs/keys.md", keys::vim_commands()),
        ("commands", "docs/commands.md", commands::reference()),
        ("exit-codes", "docs/exit-codes.md", commands::exit_codes()),
        ("access-log-fields", "docs/blinding-and-access-log.md", records::reference()),
        ("snippet-fields", "docs/snippets-and-replays.md", settings::snippet_fields()),
        ("pack-fields", "docs/documentation-packs.md", settings::pack_fields()),
        ("page-fields", "docs/documentation-packs.md", settings::page_fields()),
    ]
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The Markdown files of the project: name and text.
fn pages() -> Vec<(String, String)> {
    let mut pages: Vec<PathBuf> = Vec::new();
    for directory in [root().to_owned(), root().join("docs"), root().join("fuzz"), root().join("benches")] {
        pages.extend(fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path()));
    }
    pages.retain(|path| path.extension().is_some_and(|extension| extension == "md"));
    pages.sort();
    let name = |path: &Path| path.strip_prefix(root()).unwrap().to_str().unwrap().to_owned();
    pages.into_iter().map(|path| (name(&path), fs::read_to_string(&path).unwrap())).collect()
}

/// A table in Markdown. A `|` in a cell is escaped.
fn table(header: &[&str], rows: impl IntoIterator<Item = Vec<String>>) -> String {
    let mut text = format!("| {} |\n|{}\n", header.join(" | "), "---|".repeat(header.len()));
    for row in rows {
        let cells: Vec<String> = row.iter().map(|cell| cell.replace('|', "\\|")).collect();
        writeln!(text, "| {} |", cells.join(" | ")).unwrap();
    }
    text
}

/// The anchor that a heading gets on the usual Git servers.
fn anchor(heading: &str) -> String {
    let kept = heading
        .to_lowercase()
        .chars()
        .filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'))
        .collect::<String>();
    kept.trim().replace(' ', "-")
}

/// The lines outside of code blocks.
fn prose(text: &str) -> impl Iterator<Item = &str> {
    let mut is_code = false;
    text.lines().filter(move |line| {
        let is_fence = line.trim_start().starts_with("```");
        is_code ^= is_fence;
        !is_code && !is_fence
    })
}

/// The targets of the links of a line, code left out.
fn links(line: &str) -> Vec<String> {
    let without_code: String = line.split('`').step_by(2).collect();
    without_code
        .split("](")
        .skip(1)
        .filter_map(|rest| rest.split_once(')'))
        .map(|(target, _)| target.to_owned())
        .collect()
}

#[test]
fn generated_parts_equal_the_code() {
    let update = std::env::var_os("RRX_UPDATE_DOCS").is_some();
    let mut stale = Vec::new();
    for (name, page, text) in generated_parts() {
        let path = root().join(page);
        let now = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{page}: {error}"));
        let (begin, end) = (format!("<!-- generated: {name} -->\n"), "<!-- end of generated -->");
        let (before, rest) = now.split_once(&begin).unwrap_or_else(|| panic!("{page} lacks the line {begin}"));
        let (_, after) = rest.split_once(end).unwrap_or_else(|| panic!("{page}: the part {name} has no end: {end}"));
        let right = format!("{before}{begin}\n{}\n\n{end}{after}", text.trim_end());
        if right != now && update {
            fs::write(&path, right).unwrap();
        } else if right != now {
            stale.push(format!("{page}: {name}"));
        }
    }
    assert!(
        stale.is_empty(),
        "these parts differ from the code: {}. To write them: RRX_UPDATE_DOCS=1 cargo test --locked --test it documents",
        stale.join(", ")
    );
}

#[test]
fn every_generated_part_is_known() {
    let known: BTreeSet<String> =
        generated_parts().iter().map(|(name, page, _)| format!("{page}: <!-- generated: {name} -->")).collect();
    for (page, text) in pages() {
        for line in prose(&text).filter(|line| line.starts_with("<!-- generated: ")) {
            assert!(known.contains(&format!("{page}: {line}")), "{page}: no code makes {line}");
        }
    }
}

#[test]
fn links_lead_somewhere() {
    let pages = pages();
    let anchors = |name: &str| -> Option<BTreeSet<String>> {
        let (_, text) = pages.iter().find(|(page, _)| page == name)?;
        Some(
            prose(text).filter(|line| line.starts_with('#')).map(|line| anchor(line.trim_start_matches('#'))).collect(),
        )
    };
    let mut wrong = Vec::new();
    for (page, text) in &pages {
        for target in
            prose(text).flat_map(links).filter(|target| !target.contains("://") && !target.starts_with("mailto:"))
        {
            let (file, fragment) =
                target.split_once('#').map_or((target.as_str(), None), |(file, part)| (file, Some(part)));
            let directory = Path::new(page).parent().unwrap_or(Path::new(""));
            let path = if file.is_empty() { PathBuf::from(page) } else { directory.join(file) };
            let mut parts: Vec<&str> = Vec::new();
            for part in path.to_str().unwrap().split('/') {
                match part {
                    ".." => drop(parts.pop()),
                    "." | "" => {}
                    part => parts.push(part),
                }
            }
            let name = parts.join("/");
            let is_anchor = |fragment: &str| anchors(&name).is_none_or(|anchors| anchors.contains(fragment));
            if !root().join(&name).exists() || !fragment.is_none_or(is_anchor) {
                wrong.push(format!("{page}: {target}"));
            }
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
}

#[test]
fn the_index_links_to_every_page() {
    let index = fs::read_to_string(root().join("docs/README.md")).unwrap();
    for (page, _) in pages() {
        if let Some(name) = page.strip_prefix("docs/").filter(|name| *name != "README.md") {
            assert!(index.contains(&format!("]({name})")), "docs/README.md does not link to {name}");
        }
    }
}

#[test]
fn files_that_the_documents_name_exist() {
    let starts = ["src/", "tests/", "benches/", "docs/", "keymaps/", "fuzz/"];
    let mut wrong = Vec::new();
    for (page, text) in pages().iter().filter(|(page, _)| page != "CHANGELOG.md") {
        for word in text.split(|c: char| c.is_whitespace() || "`()[]{},;\"'|<>*".contains(c)) {
            let name = word.trim_end_matches(['.', ':']).split("::").next().unwrap();
            let name = name.split_once(':').map_or(name, |(name, _)| name);
            let is_file = starts.iter().any(|start| name.starts_with(start));
            let is_pattern = name.contains("NAME") || name.contains('…') || name.contains('$');
            if is_file && !is_pattern && !root().join(name).exists() {
                wrong.push(format!("{page}: {word}"));
            }
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
}

#[test]
fn the_readme_is_read_in_two_minutes() {
    let lines = fs::read_to_string(root().join("README.md")).unwrap().lines().count();
    assert!(lines <= 150, "README.md has {lines} lines; move details to docs/");
}
