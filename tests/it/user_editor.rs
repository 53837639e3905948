//! The user's own editor: what it gets, what comes back, and how it may fail.

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};

use rrx::domain::problem::Problem;
use rrx::io::host::editor::{EditedText, EditorProcess, UserEditor};

fn editor(command: &str, directories: Vec<PathBuf>) -> UserEditor {
    UserEditor::choose(|_| Some(command.into()), directories)
}

fn edit(command: &str, text: &str) -> (tempfile::TempDir, Result<String, Problem>) {
    let root = tempfile::tempdir().unwrap();
    let editor = editor(command, vec![root.path().join("editor")]);
    let edited = editor.edit(text, &EditorProcess::default()).map(EditedText::take);
    (root, edited)
}

fn files(root: &tempfile::TempDir) -> usize {
    fs::read_dir(root.path().join("editor")).unwrap().count()
}

#[test]
fn the_text_comes_back_and_the_file_is_gone() {
    for (command, text, expected) in [
        ("true", "SELECT 1", "SELECT 1"),
        ("true", "", ""),
        ("true", "SELECT 1\n", "SELECT 1\n"),
        ("sed -i -e s/1/2/", "SELECT 1;\nSELECT 1", "SELECT 2;\nSELECT 2"),
        ("f() { printf 'a b' > \"$1\"; }; f", "SELECT 1", "a b"),
        ("f() { : > \"$1\"; }; f", "SELECT 1", ""),
    ] {
        let (root, edited) = edit(command, text);
        assert_eq!(edited.unwrap(), expected, "{command}");
        assert_eq!(files(&root), 0);
    }
}

#[test]
fn a_file_is_private_and_ends_in_sql() {
    let (_root, mode) = edit("f() { stat -c '%a %n' \"$1\" > \"$1.x\"; mv \"$1.x\" \"$1\"; }; f", "x");
    let mode = mode.unwrap();
    let is_sql = Path::new(&mode).extension().is_some_and(|extension| extension == "sql");
    assert!(mode.starts_with("600 ") && is_sql, "{mode}");
}

#[test]
fn a_failure_is_named_and_leaves_no_file() {
    for (command, why) in [
        ("no-such-editor-7 2>/dev/null", "no such program"),
        ("exit 3;", "exit code is 3"),
        ("kill -9 $$;", "signal 9"),
    ] {
        let (root, edited) = edit(command, "SELECT 1");
        let problem = edited.unwrap_err();
        assert!(problem.because[0].contains(why), "{problem}");
        assert_eq!(files(&root), 0);
    }
}

/// Returns the text and the mode of the only file that is left.
fn left(root: &tempfile::TempDir) -> (String, u32) {
    let left: Vec<PathBuf> =
        fs::read_dir(root.path().join("editor")).unwrap().map(|entry| entry.unwrap().path()).collect();
    let [file] = &left[..] else { panic!("{left:?}") };
    (fs::read_to_string(file).unwrap(), fs::metadata(file).unwrap().permissions().mode() & 0o777)
}

#[test]
fn what_was_saved_before_a_failure_is_kept_in_a_private_file_that_the_problem_names() {
    for end in ["exit 3", "kill -9 $$"] {
        let command =
            format!("f() {{ printf 'SELECT 2' > \"$1.x\"; chmod 644 \"$1.x\"; mv \"$1.x\" \"$1\"; {end}; }}; f");
        let (root, edited) = edit(&command, "SELECT 1");
        let hint = edited.unwrap_err().hint.unwrap();
        assert!(hint.contains(root.path().join("editor").to_str().unwrap()), "{hint}");
        assert_eq!(left(&root), ("SELECT 2".into(), 0o600), "{end}");
    }
}

#[test]
fn a_text_that_is_not_taken_stays_in_its_file() {
    let root = tempfile::tempdir().unwrap();
    let edit = |command: &str| {
        editor(command, vec![root.path().join("editor")]).edit("SELECT 1", &EditorProcess::default()).unwrap()
    };
    drop(edit("true"));
    assert_eq!(files(&root), 0, "it has no edits");
    drop(edit("sed -i -e s/1/2/"));
    assert_eq!(left(&root), ("SELECT 2\n".into(), 0o600));
}

#[test]
fn a_directory_that_others_can_use_is_refused() {
    let root = tempfile::tempdir().unwrap();
    let (open, link, private) = (root.path().join("open"), root.path().join("link"), root.path().join("editor"));
    fs::create_dir(&open).unwrap();
    fs::set_permissions(&open, fs::Permissions::from_mode(0o755)).unwrap();
    fs::create_dir(root.path().join("target")).unwrap();
    fs::set_permissions(root.path().join("target"), fs::Permissions::from_mode(0o700)).unwrap();
    symlink(root.path().join("target"), &link).unwrap();
    for refused in [open, link] {
        let problem = editor("true", vec![refused.clone()]).edit("x", &EditorProcess::default()).unwrap_err();
        assert!(problem.because[0].contains("not a private directory"), "{problem}");
        let edited = editor("sed -i -e s/x/y/", vec![refused, private.clone()]);
        drop(edited.edit("x", &EditorProcess::default()).unwrap());
    }
    assert_eq!(files(&root), 2, "the next directory is used");
}

#[test]
fn a_text_that_no_worksheet_can_have_is_kept_in_its_file() {
    for command in ["f() { printf '\\377' > \"$1\"; }; f", "f() { head -c 1100000 /dev/zero > \"$1\"; }; f"] {
        let (root, edited) = edit(command, "SELECT 1");
        let hint = edited.unwrap_err().hint.unwrap();
        assert_eq!(files(&root), 1);
        assert!(hint.contains(root.path().to_str().unwrap()), "{hint}");
    }
}

#[test]
fn the_next_directory_is_used_if_the_first_cannot_be() {
    let root = tempfile::tempdir().unwrap();
    fs::write(root.path().join("file"), "").unwrap();
    let directories = vec![root.path().join("file/editor"), root.path().join("editor")];
    let editor = editor("true", directories);
    assert_eq!(editor.edit("x", &EditorProcess::default()).unwrap().take(), "x");
    let mode = fs::metadata(root.path().join("editor")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o700);
}

#[test]
fn visual_comes_before_editor_and_an_empty_one_does_not_count() {
    let root = tempfile::tempdir().unwrap();
    let edited = |visual: &'static str, editor: &'static str| {
        let variable = move |name: &str| Some(if name == "VISUAL" { visual } else { editor }.into());
        UserEditor::choose(variable, vec![root.path().join("editor")])
            .edit("x", &EditorProcess::default())
            .map(EditedText::take)
    };
    let write = "f() { printf visual > \"$1\"; }; f";
    assert_eq!(edited(write, "false").unwrap(), "visual");
    assert_eq!(edited(" ", "true").unwrap(), "x");
    assert!(edited("false", "true").is_err());
}
