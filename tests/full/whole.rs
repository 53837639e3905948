//! Complete files: from `rrx run` to another reader, texts that XML cannot represent, and full sheets.

use std::path::Path;
use std::sync::Arc;
use std::time::SystemTime;

use rrx::commands::common::interrupts::Interrupts;
use rrx::commands::run::{PlanPolicy, RequestedRows, RunArgs, RunDeps, Stdout, run};
use rrx::domain::export::{ExportFormat, ExportWriter, Formulas, LineEnd};
use rrx::domain::results::{Cell, ChunkBuilder, Column, ColumnOrigin, GlyphSet, WireType};
use rrx::io::host::prompts::Prompts;
use rrx::io::storage::access_log::AccessLog;
use tokio::sync::mpsc;

use crate::harness::{direct, session_env};
use crate::readers::{read, read_bytes};
use crate::rig::Rig;

fn text(name: &str) -> Column {
    Column {
        name: name.to_owned(),
        table: String::new(),
        origin: ColumnOrigin::default(),
        wire: WireType::VarString,
        flags: 0,
        length: 128,
        decimals: 0,
        charset: 45,
    }
}

fn export(format: ExportFormat, columns: &[Column], rows: impl Iterator<Item = Vec<Option<String>>>) -> Vec<u8> {
    let mut writer = ExportWriter::new(format, GlyphSet::Unicode, Vec::new());
    writer.begin(columns).unwrap();
    let mut chunk = ChunkBuilder::new(columns.len());
    for row in rows {
        chunk.push(row.iter().map(|value| value.as_ref().map_or(Cell::Null, |value| Cell::Bytes(value.as_bytes()))));
        if chunk.is_full() {
            writer.chunk(&chunk.take()).unwrap();
        }
    }
    writer.chunk(&chunk.take()).unwrap();
    writer.finish().unwrap()
}

/// Runs a statement, and returns the exit code, the number of bytes on stdout, and stderr.
async fn perform(args: RunArgs, stdout: Stdout) -> (u8, usize, String) {
    let state = tempfile::tempdir().unwrap();
    let (_stop_sender, stop) = mpsc::channel(1);
    let deps = RunDeps {
        profile: Arc::new(direct(Rig::start())),
        session: session_env(),
        prompts: Prompts::default(),
        log: AccessLog::open(state.path(), SystemTime::now).unwrap(),
        interrupts: Interrupts::from_requests(stop),
    };
    let stdout_file = state.path().join("stdout");
    let out = std::fs::File::create(&stdout_file).unwrap();
    let mut err = Vec::new();
    let code = run(&args, deps, out, stdout, &mut err).await;
    let bytes = std::fs::read(&stdout_file).unwrap().len();
    (code, bytes, String::from_utf8(err).unwrap())
}

fn args(statement: &str, output: Option<&Path>) -> RunArgs {
    RunArgs {
        text: statement.into(),
        format: None,
        rows: RequestedRows::All,
        output: output.map(Path::to_owned),
        timeout: None,
        reference: None,
        is_strict: false,
        plans: PlanPolicy::Refuse,
        formulas: Formulas::Kept,
        line_end: LineEnd::Lf,
        columns: None,
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_extension_of_a_file_selects_the_typed_format() {
    let directory = tempfile::tempdir().unwrap();
    for extension in ["parquet", "xlsx"] {
        let goal = directory.path().join(format!("rows.{extension}"));
        let statement = "SELECT seq AS n, CONCAT('=', seq, '+1') AS t FROM mysql.seq_1_to_50000";
        let (code, _, err) = perform(args(statement, Some(&goal)), Stdout::Other).await;
        assert_eq!((code, err.as_str()), (0, ""));
        let read = read(&goal);
        assert_eq!((read.names, read.rows.len()), (vec!["n".to_owned(), "t".to_owned()], 50_000));
        let value = |kind: &str, value: String| Some((kind.to_owned(), value));
        assert_eq!(read.rows[49_999], [value("int", "50000".into()), value("text", "=50000+1".into())]);
    }
    let names: Vec<_> = std::fs::read_dir(directory.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(names.len(), 2, "{names:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_impossible_typed_file_is_refused_before_anything_is_sent() {
    let directory = tempfile::tempdir().unwrap();
    let goal = directory.path().join("rows.parquet");
    let (code, _, err) = perform(args("SELECT 1 AS a; SELECT 2 AS b", Some(&goal)), Stdout::Other).await;
    assert!(
        code == 2 && err.contains("can contain only one result") && err.contains("2 of the statements have a result"),
        "{err}"
    );
    let shown = RunArgs { format: Some(ExportFormat::Xlsx), ..args("SELECT 1 AS a", None) };
    let (code, bytes, err) = perform(shown.clone(), Stdout::Terminal).await;
    assert!(
        code == 2 && bytes == 0 && err.contains("cannot be shown on a terminal") && err.contains("-o FILE"),
        "{err}"
    );
    let (code, bytes, err) = perform(shown, Stdout::Other).await;
    assert!(code == 0 && bytes > 1000 && err.is_empty(), "{err}");
    assert!(!goal.exists());

    let (code, _, err) = perform(args("SELECT CAST('2024-00-10' AS DATE) AS d", Some(&goal)), Stdout::Other).await;
    assert!(
        code == 6 && err.contains("row 1, column \"d\": 2024-00-10 is not a date of the calendar"),
        "{code}: {err}"
    );
    let (code, _, err) = perform(args("USE mysql", Some(&goal)), Stdout::Other).await;
    assert!(code == 2 && err.contains("none of the statements has a result"), "{code}: {err}");
    assert_eq!(std::fs::read_dir(directory.path()).unwrap().count(), 0, "nothing is left");
}

/// The minimum and the maximum of each row group stay in memory until the end of the file. They must not keep the other
/// values in memory.
#[test]
fn the_memory_for_wide_decimals_does_not_grow_with_the_rows() {
    let state = tempfile::tempdir().unwrap();
    std::fs::create_dir(state.path().join("config")).unwrap();
    std::fs::write(state.path().join("config/config.toml"), Rig::start().profile_toml("clinic")).unwrap();
    let peak = |rows: u32| {
        let statement = format!("SELECT CAST(seq AS DECIMAL(65,2)) AS d FROM mysql.seq_1_to_{rows}");
        let script = "\"$@\" & while kill -0 $! 2>/dev/null; do grep VmHWM /proc/$!/status; sleep 0.05; done; wait $!";
        let output = std::process::Command::new("sh")
            .args(["-c", script, "sh", env!("CARGO_BIN_EXE_rrx"), "run", "-p", "clinic", "--all", "-e", &statement])
            .arg("-o")
            .arg(state.path().join("d.parquet"))
            .env("RRX_HOME", state.path())
            .output()
            .unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let peaks = String::from_utf8_lossy(&output.stdout).into_owned();
        peaks.split_whitespace().filter_map(|word| word.parse::<u64>().ok()).max().unwrap()
    };
    let (few, many) = (peak(1_000_000), peak(3_000_000));
    assert!(many < few + (20 << 10), "{few} KiB, then {many} KiB");
}

#[test]
fn a_text_stays_a_text_with_every_character() {
    let texts = [
        "=1+2",
        "+1",
        "-1",
        "@x",
        "'",
        " spaces ",
        "two\nlines",
        "\r\n\t",
        "\0\u{1}\u{1f}\u{7f}",
        "_x000D_",
        "_x0041_ _X0041_",
        "_x0041\r",
        "_x000D\r\n_x",
        "_x0041\0_X00e9\u{1}",
        "<&>\"'",
        "]]>",
        "💠é漢\u{200b}\u{202e}",
        "\u{fffe}\u{ffff}",
        "00042",
        "1e5",
        "TRUE",
        "#N/A",
        "2024-01-01",
    ];
    let rows = || texts.iter().map(|text| vec![Some((*text).to_owned()), None]);
    for format in [ExportFormat::Parquet, ExportFormat::Xlsx] {
        let read = read_bytes(&export(format, &[text("a"), text("<a>")], rows()), format.extension());
        assert_eq!(read.names, ["a", "<a>"]);
        for (row, text) in read.rows.iter().zip(texts) {
            let value = row[0].as_ref().map(|(kind, value)| (kind.as_str(), value.as_str()));
            assert_eq!((value, &row[1]), (Some(("text", text)), &None), "{format}");
        }
    }
}

#[test]
fn a_file_without_rows_is_complete_and_has_its_columns() {
    for format in [ExportFormat::Parquet, ExportFormat::Xlsx] {
        let read = read_bytes(&export(format, &[text("a"), text("a")], std::iter::empty()), format.extension());
        assert_eq!((read.names, read.rows.len()), (vec!["a".to_owned(), "a_2".to_owned()], 0));
    }
}

#[test]
fn rows_that_do_not_fit_in_a_sheet_continue_in_the_next_one() {
    let rows = (1 << 20) + 5_u32;
    let number = Column { wire: WireType::Long, ..text("n") };
    let file = export(ExportFormat::Xlsx, &[number], (0..rows).map(|row| vec![Some(row.to_string())]));
    let read = read_bytes(&file, "xlsx");
    assert_eq!((read.types, read.rows.len()), (vec!["Rows".to_owned(), "Rows 2".to_owned()], rows as usize));
    let all = read.rows.iter().zip(0..rows).all(|(row, at)| row[0].as_ref().is_some_and(|it| it.1 == at.to_string()));
    assert!(all, "each row once, in its order");
}
