//! Reads which files of `src` use which others: `use` lines with braces, `super::`, `self::`, and paths in code.

use std::collections::{BTreeMap, BTreeSet};

/// A path of this crate that a file names, such as `domain::text::visible`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Named {
    pub path: String,
    /// Line of the file, from 1.
    pub line: usize,
    /// Whether it only passes a name on (`pub use`).
    is_passed_on: bool,
    /// The name under which it is used or passed on; `*` for a glob.
    name: String,
}

/// The files of the crate as modules.
pub struct Sources {
    /// Of each file the paths that it names.
    named: BTreeMap<String, Vec<Named>>,
    /// The file of each module.
    files: BTreeMap<String, String>,
}

impl Sources {
    /// Reads the files: name (`src/app/view.rs`) and text.
    pub fn read(files: &[(String, String)]) -> Self {
        let modules: BTreeMap<String, String> = files.iter().map(|(name, _)| (module_of(name), name.clone())).collect();
        let named = files.iter().map(|(name, text)| (name.clone(), read(&module_of(name), text, &modules))).collect();
        Self { named, files: modules }
    }

    /// Returns the paths that a file names.
    pub fn named(&self, file: &str) -> &[Named] {
        self.named.get(file).map_or(&[], Vec::as_slice)
    }

    /// Returns the files that a file uses. A name that another file only passes on is used from where it is defined.
    pub fn used_by(&self, file: &str) -> BTreeSet<String> {
        let named = self.named(file).iter().filter(|named| !named.is_passed_on);
        let mut used: BTreeSet<String> = named.filter_map(|named| self.defined_in(&named.path, 0)).collect();
        used.remove(file);
        used
    }

    /// Returns the file that defines what a path names.
    fn defined_in(&self, path: &str, depth: usize) -> Option<String> {
        let segments: Vec<&str> = path.split("::").collect();
        let (at, file) = (1..=segments.len())
            .rev()
            .find_map(|at| self.files.get(&segments[..at].join("::")).map(|file| (at, file)))?;
        let Some(item) = segments.get(at).filter(|_| depth < 8) else { return Some(file.clone()) };
        let passed_on = self.named(file).iter().filter(|named| named.is_passed_on);
        for named in passed_on.filter(|named| named.name == **item && named.path != path) {
            if let Some(found) = self.defined_in(&named.path, depth + 1) {
                return Some(found);
            }
        }
        Some(file.clone())
    }

    /// Returns the circles: groups of files of which each uses, over others of the group, every other one.
    pub fn circles(&self) -> Vec<BTreeSet<String>> {
        let uses: BTreeMap<&String, BTreeSet<String>> =
            self.named.keys().map(|file| (file, self.used_by(file))).collect();
        let reached = |start: &String| {
            let mut reached = BTreeSet::new();
            let mut open = vec![start.clone()];
            while let Some(file) = open.pop() {
                for next in uses.get(&file).into_iter().flatten() {
                    if reached.insert(next.clone()) {
                        open.push(next.clone());
                    }
                }
            }
            reached
        };
        let reached: BTreeMap<&String, BTreeSet<String>> = uses.keys().map(|file| (*file, reached(file))).collect();
        let mut circles: Vec<BTreeSet<String>> = Vec::new();
        for (file, files) in &reached {
            if files.contains(*file) && !circles.iter().any(|circle| circle.contains(*file)) {
                circles.push(files.iter().filter(|other| reached[other].contains(*file)).cloned().collect());
            }
        }
        circles
    }
}

/// Returns the module of a file: `src/app/panes/mod.rs` is `app::panes`; that of `src/lib.rs` is empty.
pub fn module_of(name: &str) -> String {
    let path = name.trim_start_matches("src/").trim_end_matches(".rs").trim_end_matches("/mod");
    if matches!(path, "lib" | "main") { String::new() } else { path.replace('/', "::") }
}

/// Returns the text without comments and without its test module.
fn code_of(text: &str) -> String {
    let text = text.find("\n#[cfg(test)]\nmod ").map_or(text, |end| &text[..end]);
    text.lines().map(|line| line.split("//").next().unwrap_or_default()).collect::<Vec<_>>().join("\n")
}

fn read(module: &str, text: &str, modules: &BTreeMap<String, String>) -> Vec<Named> {
    let code = code_of(text);
    let mut named = Vec::new();
    let mut rest = String::new();
    let mut lines = code.lines().enumerate();
    while let Some((number, line)) = lines.next() {
        let start = line.trim_start();
        let visibility = start.starts_with("pub");
        let used = start.split_once("use ").filter(|(before, _)| {
            let before = before.trim();
            before.is_empty() || before == "pub" || (before.starts_with("pub(") && before.ends_with(')'))
        });
        let Some((_, used)) = used else {
            rest.push_str(line);
            rest.push('\n');
            continue;
        };
        let mut used = used.to_owned();
        while !used.contains(';') {
            let Some((_, more)) = lines.next() else { break };
            used.push_str(more.trim());
        }
        rest.push('\n');
        for (path, name) in expand(used.split(';').next().unwrap_or_default()) {
            if let Some(path) = absolute(module, &path, modules) {
                named.push(Named { path, line: number + 1, is_passed_on: visibility, name });
            }
        }
    }
    let prefix = if module.is_empty() { String::new() } else { format!("{module}::") };
    let children = modules.keys().filter_map(|other| other.strip_prefix(&prefix)).filter(|child| !child.contains("::"));
    let starts: Vec<String> =
        ["crate", "super"].into_iter().chain(children).map(|first| format!("{first}::")).collect();
    for (number, line) in rest.lines().enumerate() {
        for start in &starts {
            for (at, _) in line.match_indices(start.as_str()) {
                let is_inner = line[..at].ends_with(|c: char| c.is_alphanumeric() || matches!(c, '_' | ':'));
                let path: String =
                    line[at..].chars().take_while(|c| c.is_alphanumeric() || matches!(c, '_' | ':')).collect();
                if let (false, Some(path)) = (is_inner, absolute(module, path.trim_end_matches(':'), modules)) {
                    named.push(Named { path, line: number + 1, is_passed_on: false, name: String::new() });
                }
            }
        }
    }
    named
}

/// Returns the paths of a `use` with the name of each: `a::{b, c::d as e}` is `a::b` as `b`, `a::c::d` as `e`.
fn expand(used: &str) -> Vec<(String, String)> {
    let used = used.trim();
    let Some((before, inside)) = used.split_once('{') else {
        let (path, name) = used.split_once(" as ").unwrap_or((used, used.rsplit("::").next().unwrap_or(used)));
        return vec![(path.trim().trim_end_matches("::self").to_owned(), name.trim().to_owned())];
    };
    let inside = inside.trim_end().strip_suffix('}').unwrap_or(inside);
    let (mut parts, mut depth, mut part) = (Vec::new(), 0, String::new());
    for c in inside.chars() {
        depth += i32::from(c == '{') - i32::from(c == '}');
        if c == ',' && depth == 0 {
            parts.push(std::mem::take(&mut part));
        } else {
            part.push(c);
        }
    }
    parts.push(part);
    let parts = parts.iter().filter(|part| !part.trim().is_empty());
    parts.flat_map(|part| expand(&format!("{}{}", before.trim(), part.trim()))).collect()
}

/// Returns a path from the root of the crate; `None` where it leads out of it.
fn absolute(module: &str, path: &str, modules: &BTreeMap<String, String>) -> Option<String> {
    let mut base: Vec<&str> = module.split("::").filter(|part| !part.is_empty()).collect();
    let mut parts = path.split("::").filter(|part| !part.is_empty()).peekable();
    let is_own_child = |first: &&str| {
        let own = if module.is_empty() { (*first).to_owned() } else { format!("{module}::{first}") };
        modules.contains_key(&own)
    };
    match parts.peek()? {
        &"crate" => {
            parts.next();
            base.clear();
        }
        &"self" => drop(parts.next()),
        &"super" => {
            while parts.next_if_eq(&"super").is_some() {
                base.pop();
            }
        }
        first if is_own_child(first) => {}
        _ => return None,
    }
    let path: Vec<&str> = base.into_iter().chain(parts).collect();
    (!path.is_empty()).then(|| path.join("::"))
}

#[test]
fn uses_are_read_with_braces_super_and_names_passed_on() {
    let files = [
        ("src/lib.rs", "pub mod a;\nuse a::b::One;\n"),
        (
            "src/a/mod.rs",
            "mod b;\nmod c;\npub use b::{One, Two as Three};\n// use crate::a::c::X;\nfn f() { c::g() }\n",
        ),
        ("src/a/b.rs", "use super::{c::{self, Four}};\nfn f() { super::c::g() }\n"),
        (
            "src/a/c.rs",
            "use std::fmt;\nuse crate::a::{\n    Three,\n};\n#[cfg(test)]\nmod tests { use super::super::Lost; }\n",
        ),
        ("src/d.rs", "use crate::a::One;\n"),
    ]
    .map(|(name, text)| (name.to_owned(), text.to_owned()));
    let sources = Sources::read(&files);
    let used = |file: &str| sources.used_by(file).into_iter().collect::<Vec<_>>();
    assert_eq!(used("src/lib.rs"), ["src/a/b.rs"]);
    assert_eq!(used("src/a/mod.rs"), ["src/a/c.rs"], "it only passes the names of b on");
    assert_eq!(used("src/a/b.rs"), ["src/a/c.rs"]);
    assert_eq!(used("src/a/c.rs"), ["src/a/b.rs"], "where `Three` is defined");
    assert_eq!(used("src/d.rs"), ["src/a/b.rs"]);
    let paths: Vec<&str> = sources.named("src/a/b.rs").iter().map(|named| named.path.as_str()).collect();
    assert_eq!(paths, ["a::c", "a::c::Four", "a::c::g"]);
    assert_eq!(sources.circles(), [["src/a/b.rs", "src/a/c.rs"].map(str::to_owned).into()]);
}
