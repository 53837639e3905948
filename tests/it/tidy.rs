//! The architecture, held by a test: layers, which module may use which, circles, first lines, lengths, outside libraries.

mod uses;

use std::fs;
use std::path::{Path, PathBuf};

use uses::{Sources, module_of};

/// Files may be longer than this only by name.
const LONGEST: usize = 560;
/// Files that are one list: words of SQL.
const TABLES: &[&str] = &["src/domain/sql/keywords.rs"];

/// Which directory or file may name which modules. Its own module, and those inside it, it may always name.
const MAY_NAME: &[(&str, &[&str])] = &[
    ("src/domain/problem.rs", &[]),
    ("src/domain/limits.rs", &[]),
    ("src/domain/mouse.rs", &[]),
    ("src/domain/ids.rs", &[]),
    ("src/domain/quantity.rs", &[]),
    ("src/domain/calendar.rs", &[]),
    ("src/domain/screen_width.rs", &[]),
    ("src/domain/text.rs", &["domain::screen_width"]),
    ("src/domain/sql/complete", &["domain::sql", "domain::catalog", "domain::docs", "domain::limits"]),
    ("src/domain/sql/scope", &["domain::sql", "domain::catalog"]),
    ("src/domain/text_diff.rs", &[]),
    (
        "src/domain/sql",
        &[
            "domain::text",
            "domain::ids",
            "domain::limits",
            "domain::problem",
            "domain::calendar",
            "domain::nearest",
            "domain::catalog",
        ],
    ),
    ("src/domain/catalog", &["domain::text", "domain::word_match", "domain::limits", "domain::problem", "domain::ids"]),
    (
        "src/domain/results",
        &[
            "domain::text",
            "domain::screen_width",
            "domain::calendar",
            "domain::quantity",
            "domain::limits",
            "domain::problem",
            "domain::ids",
        ],
    ),
    (
        "src/domain/editing",
        &[
            "domain::keys",
            "domain::sql",
            "domain::screen_width",
            "domain::nearest",
            "domain::text",
            "domain::limits",
            "domain::problem",
        ],
    ),
    ("src/domain/plan", &["domain::text", "domain::screen_width", "domain::quantity", "domain::sql"]),
    ("src/domain/keys", &["domain::text", "domain::limits", "domain::problem"]),
    ("src/domain/nearest.rs", &[]),
    ("src/domain/word_match.rs", &[]),
    ("src/domain/documented_key.rs", &[]),
    (
        "src/domain/profile",
        &["domain::text", "domain::quantity", "domain::nearest", "domain::limits", "domain::problem"],
    ),
    (
        "src/domain/access_log",
        &["domain::text", "domain::ids", "domain::sql", "domain::limits", "domain::problem", "domain::quantity"],
    ),
    (
        "src/domain/export",
        &[
            "domain::text",
            "domain::calendar",
            "domain::quantity",
            "domain::results",
            "domain::sql",
            "domain::limits",
            "domain::problem",
        ],
    ),
    (
        "src/domain/docs",
        &[
            "domain::text",
            "domain::documented_key",
            "domain::sql",
            "domain::catalog",
            "domain::limits",
            "domain::problem",
        ],
    ),
    (
        "src/domain/snippets",
        &[
            "domain::text",
            "domain::documented_key",
            "domain::nearest",
            "domain::sql",
            "domain::catalog",
            "domain::results",
            "domain::limits",
            "domain::problem",
        ],
    ),
    ("src/domain/ssh", &["domain::limits", "domain::profile"]),
    ("src/domain/compute.rs", &["domain::catalog", "domain::sql", "domain::docs", "domain::snippets"]),
    ("src/domain/protocol", &["domain"]),
    ("src/app", &["domain", "app"]),
    ("src/io/session", &["domain", "io::tunnel", "io::session"]),
    ("src/io/tunnel", &["domain", "io::tunnel"]),
    ("src/io/store", &["domain", "io::store"]),
    ("src/io/storage", &["domain", "io::storage", "io::host", "io::runtime"]),
    ("src/io/export", &["domain", "io::export", "io::storage"]),
    ("src/io/env.rs", &["domain", "io"]),
    ("src/io/terminal", &["domain", "io::terminal"]),
    ("src/io/runtime", &["domain", "io::runtime"]),
    ("src/io/host", &["domain", "io::host"]),
    ("src/cli.rs", &["domain"]),
    ("src/demo", &["domain", "demo"]),
    ("src/shell", &["domain", "app", "io", "shell"]),
    ("src/commands", &["domain", "app", "io", "shell", "commands", "cli", "demo"]),
    ("src/entry.rs", &["domain", "io", "commands", "cli"]),
];

/// Files that only list the modules below them, and the program itself.
const MODULE_LISTS: &[&str] = &["src/lib.rs", "src/main.rs", "src/domain/mod.rs", "src/io/mod.rs"];

/// Outside libraries, and where they may be used.
const LIBRARIES: &[(&str, &[&str])] = &[
    ("mysql_async", &["src/io/session"]),
    ("rustls", &["src/io/session"]),
    ("tokio_rustls", &["src/io/session"]),
    ("webpki_roots", &["src/io/session"]),
    ("russh", &["src/io/tunnel", "src/demo"]),
    ("std::fs", &["src/io/storage", "src/io/host", "src/io/export", "src/io/store", "src/demo", "src/commands"]),
    ("crossterm", &["src/io/terminal"]),
    ("arboard", &["src/io/host"]),
    ("rusqlite", &["src/demo"]),
    ("sqlparser", &["src/demo"]),
    ("use ::parquet", &["src/domain/export/parquet"]),
    ("flate2", &["src/domain/export/xlsx/zip.rs"]),
    ("tui_textarea", &["src/app/panes/worksheet/editor.rs"]),
    ("unicode_width", &["src/domain/screen_width.rs"]),
    ("unbounded_channel", &[]),
];

fn sources() -> Vec<(String, String)> {
    fn walk(directory: &Path, files: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(directory).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() { walk(&path, files) } else { files.push(path) }
        }
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = Vec::new();
    walk(&root.join("src"), &mut files);
    files
        .into_iter()
        .filter(|path| path.extension().is_some_and(|extension| extension == "rs"))
        .map(|path| {
            let name = path.strip_prefix(root).unwrap().to_str().unwrap().to_owned();
            (name, fs::read_to_string(&path).unwrap())
        })
        .collect()
}

/// The lines that are code: comments taken off.
fn code(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.lines()
        .enumerate()
        .map(|(number, line)| (number + 1, line.split("//").next().unwrap_or_default()))
        .filter(|(_, line)| !line.trim().is_empty())
}

fn is_below(name: &str, directory: &str) -> bool {
    name == directory || name.starts_with(&format!("{directory}/")) || name.starts_with(&format!("{directory}.rs"))
}

#[test]
fn a_layer_uses_only_itself_and_the_layers_below_it() {
    let mut wrong = Vec::new();
    let files = sources();
    let sources = Sources::read(&files);
    for (name, _) in &files {
        let Some((place, may)) = MAY_NAME.iter().find(|(place, _)| is_below(name, place)) else {
            assert!(MODULE_LISTS.contains(&name.as_str()), "{name}: MAY_NAME does not say what it may use");
            continue;
        };
        let own = module_of(place);
        for named in sources.named(name) {
            let is_in = |module: &str| named.path == module || named.path.starts_with(&format!("{module}::"));
            if !is_in(&own) && !may.iter().any(|module| is_in(module)) {
                wrong.push(format!("{name}:{}: uses {}", named.line, named.path));
            }
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
}

#[test]
fn a_pane_uses_no_other_pane() {
    let mut wrong = Vec::new();
    let files = sources();
    let sources = Sources::read(&files);
    let pane_of = |name: &str| name.strip_prefix("src/app/panes/")?.split_once('/').map(|(pane, _)| pane.to_owned());
    for (name, _) in &files {
        let Some(own) = pane_of(name) else { continue };
        let others = sources.used_by(name).into_iter().filter(|used| pane_of(used).is_some_and(|pane| pane != own));
        // The table of all actions names those of every pane.
        let others = others.filter(|used| !used.ends_with("/actions.rs"));
        wrong.extend(others.map(|used| format!("{name} uses {used}")));
    }
    assert_eq!(wrong, Vec::<String>::new());
}

#[test]
fn no_files_use_each_other_in_a_circle() {
    assert_eq!(Sources::read(&sources()).circles(), Vec::new());
}

#[test]
fn outside_libraries_stay_in_their_modules() {
    let mut wrong = Vec::new();
    for (name, text) in sources() {
        for (number, line) in code(&text) {
            for (word, places) in LIBRARIES {
                let is_there = line.contains(&format!("{word}::"))
                    || line.contains(&format!("use {word}"))
                    || line.contains(&format!("{word}("));
                if is_there && !places.iter().any(|room| name.starts_with(room)) {
                    wrong.push(format!("{name}:{number}: {word}"));
                }
            }
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
}

#[test]
fn only_views_and_the_ui_draw_and_no_view_has_effects() {
    let mut wrong = Vec::new();
    for (name, text) in sources().into_iter().filter(|(name, _)| name.starts_with("src/app")) {
        let draws = name.ends_with("view.rs") || name.starts_with("src/app/ui");
        for (number, line) in code(&text) {
            if line.contains("ratatui::") && !draws {
                wrong.push(format!("{name}:{number}: draws"));
            }
            if draws && (line.contains("Effect") || line.contains("effects")) {
                wrong.push(format!("{name}:{number}: has effects"));
            }
            if line.contains("Color::") && !name.ends_with("theme.rs") {
                wrong.push(format!("{name}:{number}: names a colour"));
            }
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
}

#[test]
fn every_file_says_what_it_is_for_and_has_a_sane_length() {
    let mut wrong = Vec::new();
    for (name, text) in sources() {
        if !text.starts_with("//! ") {
            wrong.push(format!("{name}: does not begin with //!"));
        }
        if text.starts_with("//! To be built") {
            wrong.push(format!("{name}: is a placeholder"));
        }
        let lines = text.lines().count();
        if lines > LONGEST && !TABLES.contains(&name.as_str()) {
            wrong.push(format!("{name}: {lines} lines; does it have two purposes?"));
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
}

#[test]
fn a_permit_is_made_in_one_place() {
    // The guard is asked by `authorize` alone, and a begin record is written by the access log alone.
    const PLACES: [(&str, &str); 4] = [
        ("guard::check(", "src/domain/access_log/authorize.rs"),
        ("access_log::record(", "src/io/storage/access_log.rs"),
        ("impl RecordSink for", "src/io/storage/access_log.rs"),
        ("Permit {", "src/domain/access_log/authorize.rs"),
    ];
    for (name, text) in sources() {
        let product = text.split("#[cfg(test)]").next().unwrap_or_default();
        for (number, line) in code(product).filter(|_| !name.ends_with("life_table.rs")) {
            for (what, place) in PLACES {
                let is_pattern = line.contains("=>") || line.contains("StorageEvent::");
                assert!(!line.contains(what) || name == place || is_pattern, "{name}:{number}: {line}");
            }
        }
    }
}

#[test]
fn a_command_line_to_run_is_made_in_one_place() {
    // The line must repeat the settings file of this run: `CommandLine` knows it. The rest needs none, or is about this run.
    const ELSEWHERE: [&str; 4] = [
        "src/cli.rs",
        "src/domain/profile/command_line.rs",
        "src/domain/profile/settings_table.rs",
        "src/domain/profile/shared_profile.rs",
    ];
    const COMMANDS: [&str; 8] =
        ["doctor", "run ", "secret", "profiles list", "profiles add", "snippets", "PROFILE", "{"];
    for (name, text) in sources().iter().filter(|(name, _)| !ELSEWHERE.contains(&name.as_str())) {
        for (number, line) in code(text) {
            for (at, _) in line.match_indices("rrx ") {
                let rest = &line[at + "rrx ".len()..];
                let is_line = COMMANDS.iter().any(|command| rest.starts_with(command));
                assert!(!is_line, "{name}:{number}: {line}");
            }
        }
    }
}

/// The files of the repository: what git tracks, or would.
fn project_files() -> Vec<(String, String)> {
    fn walk(directory: &Path, files: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(directory).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_str().unwrap();
            let is_ours = !matches!(name, ".git" | "target" | "artifacts" | "corpus" | "coverage");
            match (is_ours, path.is_dir()) {
                (true, true) => walk(&path, files),
                (true, false) => files.push(path),
                (false, _) => {}
            }
        }
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = Vec::new();
    walk(root, &mut files);
    files
        .into_iter()
        .filter_map(|path| {
            let name = path.strip_prefix(root).unwrap().to_str().unwrap().to_owned();
            // A file that is no text names nothing.
            fs::read_to_string(&path).ok().map(|text| (name, text))
        })
        .collect()
}

#[test]
fn no_file_names_the_host_of_a_package_registry() {
    // In pieces, so that this file names none either.
    let hosts = [
        ["debian", "org"],
        ["ubuntu", "com"],
        ["crates", "io"],
        ["pypi", "org"],
        ["pythonhosted", "org"],
        ["npmjs", "org"],
        ["npmjs", "com"],
        ["rust-lang", "org"],
    ]
    .map(|pieces| pieces.join("."));
    for (name, text) in project_files() {
        for (number, line) in text.lines().enumerate() {
            // Cargo writes the name of its registry into the lock file, and cannot do without.
            let is_lock = name.ends_with("Cargo.lock") && line.starts_with("source = \"registry+");
            let named = hosts.iter().find(|host| line.contains(host.as_str()));
            assert!(is_lock || named.is_none(), "{name}:{}: names {named:?}; take the system's own mirror", number + 1);
        }
    }
}

#[test]
fn every_dependency_is_used() {
    let text = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml")).unwrap();
    let manifest: toml::Table = text.parse().unwrap();
    let sources: Vec<String> = project_files()
        .into_iter()
        .filter(|(name, _)| {
            Path::new(name).extension().is_some_and(|extension| extension == "rs") && !name.starts_with("fuzz/")
        })
        .map(|(_, text)| text)
        .collect();
    for table in ["dependencies", "dev-dependencies"] {
        for name in manifest[table].as_table().unwrap().keys() {
            let path = name.replace('-', "_");
            let uses = [format!("{path}::"), format!("use {path};"), format!("{path}!")];
            let is_used = sources.iter().any(|text| uses.iter().any(|part| text.contains(part.as_str())));
            assert!(is_used, "Cargo.toml: nothing uses {name}");
        }
    }
}

/// Words of a private language, or with a better word in the glossary of `docs/style.md`. A phrase is one entry.
const BANNED: &[(&str, &str)] = &[
    ("anew", "again, or a verb with re-"),
    ("answers with", "returns"),
    ("asker", "prompter"),
    ("aside", "a name that says of what"),
    ("behind it", "after it"),
    ("beside", "next to, with"),
    ("besides", "also, in addition"),
    ("blank", "space"),
    ("blanks", "spaces"),
    ("climb", "connect"),
    ("desk", "supervisor, pool"),
    ("folder", "directory"),
    ("folders", "directories"),
    ("house", "crate"),
    ("in its stead", "instead"),
    ("joint", "connection of a hop"),
    ("keeper", "task, store"),
    ("ladder", "connection progress"),
    ("lets go", "releases"),
    ("news", "event"),
    ("nobody", "no user, no receiver, or the sentence the other way round"),
    ("rung", "step"),
    ("rungs", "steps"),
    ("standin", "placeholder"),
    ("teller", "sender"),
    ("told", "reported, sent"),
    ("tripwire", "read-only check"),
    ("unmade", "open error"),
    ("wanted", "expected, requested"),
    ("whoever", "a user who, a task that"),
];

/// The words of a line in lower case: identifiers are taken apart at `_` and at capitals.
fn words(line: &str) -> String {
    let mut words = String::from(" ");
    let mut previous = ' ';
    for c in line.chars() {
        if c.is_uppercase() && previous.is_lowercase() || !c.is_alphanumeric() && !words.ends_with(' ') {
            words.push(' ');
        }
        if c.is_alphanumeric() {
            words.extend(c.to_lowercase());
        }
        previous = c;
    }
    words.push(' ');
    words
}

#[test]
fn the_code_speaks_plain_english() {
    let mut wrong = Vec::new();
    for (name, text) in sources() {
        for (number, line) in text.lines().enumerate() {
            let words = words(line);
            for (word, better) in BANNED {
                if words.contains(&format!(" {word} ")) {
                    wrong.push(format!("{name}:{}: `{word}`; better: {better}", number + 1));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{} lines:\n{}", wrong.len(), wrong.join("\n"));
}
