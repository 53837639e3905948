//! The program in a pseudo-terminal: keys go in, the screen is read by a terminal emulator. Waits are for a condition; when
//! it does not come, the last screen is printed.

use std::io::{Read, Write};
use std::num::NonZero;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex};
use std::time::{Duration, Instant};

use portable_pty::{Child, CommandBuilder, ExitStatus, MasterPty, PtySize, native_pty_system};

/// How long a condition may take: generous, since only a failure waits for it.
const PATIENCE: Duration = Duration::from_mins(1);

/// A running program and its screen.
pub struct Story {
    child: Box<dyn Child + Send + Sync>,
    input: Box<dyn Write + Send>,
    /// What the terminal shows, who waits for it to change, whether nothing more can come.
    screen: Arc<(Mutex<vt100::Parser>, Condvar, AtomicBool)>,
    /// All that the program has written.
    raw: Arc<Mutex<Vec<u8>>>,
    _master: Box<dyn MasterPty + Send>,
}

/// A home folder of its own: settings, data and state of the program under test.
pub struct Home {
    folder: tempfile::TempDir,
}

impl Home {
    pub fn new() -> Self {
        Self { folder: tempfile::tempdir().expect("a folder") }
    }

    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Writes the settings file.
    pub fn settings(&self, text: &str) {
        let folder = self.path().join("config");
        std::fs::create_dir_all(&folder).expect("a folder");
        std::fs::write(folder.join("config.toml"), text).expect("settings");
    }

    /// Writes a keymap of the user's own.
    pub fn keymap(&self, name: &str, text: &str) {
        let folder = self.path().join("config/keymaps");
        std::fs::create_dir_all(&folder).expect("a folder");
        std::fs::write(folder.join(format!("{name}.toml")), text).expect("a keymap");
    }

    /// The texts of all worksheets on disk.
    pub fn worksheets(&self) -> String {
        fn read(folder: &Path, texts: &mut String) {
            for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
                let path = entry.path();
                if path.is_dir() {
                    read(&path, texts);
                } else if path.extension().is_some_and(|ending| ending == "sql")
                    && path.iter().any(|p| p == "worksheets")
                {
                    texts.push_str(&std::fs::read_to_string(&path).unwrap_or_default());
                    texts.push('\n');
                }
            }
        }
        let mut texts = String::new();
        read(self.path(), &mut texts);
        texts
    }

    pub fn log(&self) -> String {
        fn find(folder: &Path) -> Option<PathBuf> {
            std::fs::read_dir(folder).ok()?.flatten().find_map(|entry| {
                let path = entry.path();
                if path.is_dir() { find(&path) } else { path.ends_with("access.log.jsonl").then_some(path) }
            })
        }
        find(self.path()).and_then(|path| std::fs::read_to_string(path).ok()).unwrap_or_default()
    }
}

impl Story {
    /// Starts `rrx` with these arguments at this size.
    pub fn start(home: &Home, arguments: &[&str], size: (u16, u16)) -> Self {
        Self::start_program(Path::new(env!("CARGO_BIN_EXE_rrx")), home, arguments, size, &[])
    }

    /// Starts a program with more of the environment.
    pub fn start_program(
        program: &Path,
        home: &Home,
        arguments: &[&str],
        (width, height): (u16, u16),
        environment: &[(&str, &str)],
    ) -> Self {
        let size = PtySize { rows: height, cols: width, pixel_width: 0, pixel_height: 0 };
        let pair = native_pty_system().openpty(size).expect("a pseudo-terminal");
        let mut command = CommandBuilder::new(program);
        command.args(arguments);
        command.env_clear();
        command.env("HOME", home.path());
        command.env("RRX_HOME", home.path());
        command.env("TERM", "xterm-256color");
        command.env("LANG", "C.UTF-8");
        command.env("PATH", std::env::var("PATH").unwrap_or_default());
        for (name, value) in environment {
            command.env(name, value);
        }
        let child = pair.slave.spawn_command(command).expect("rrx starts");
        drop(pair.slave);
        let mut output = pair.master.try_clone_reader().expect("a reader");
        let input = pair.master.take_writer().expect("a writer");
        let screen = Arc::new((
            Mutex::new(vt100::Parser::new(NonZero::new(height).unwrap(), NonZero::new(width).unwrap(), 0)),
            Condvar::new(),
            AtomicBool::new(false),
        ));
        let raw = Arc::new(Mutex::new(Vec::new()));
        let (seen, kept) = (Arc::clone(&screen), Arc::clone(&raw));
        std::thread::spawn(move || {
            let mut bytes = [0; 8192];
            while let Ok(count) = output.read(&mut bytes) {
                if count == 0 {
                    break;
                }
                let Ok(mut parser) = seen.0.lock() else { break };
                kept.lock().unwrap().extend_from_slice(&bytes[..count]);
                parser.process(&bytes[..count]);
                seen.1.notify_all();
            }
            // Under the lock: whoever has just looked is already waiting when it is told.
            let _held = seen.0.lock();
            seen.2.store(true, Ordering::Release);
            seen.1.notify_all();
        });
        Self { child, input, screen, raw, _master: pair.master }
    }

    /// Types text as it is.
    pub fn text(&mut self, text: &str) {
        self.input.write_all(text.as_bytes()).expect("typed");
        self.input.flush().expect("typed");
    }

    /// Presses keys by the names of the keymaps, with blanks between.
    pub fn keys(&mut self, keys: &str) {
        for key in keys.split_whitespace() {
            let bytes: String = match key {
                "enter" => "\r".into(),
                "esc" => "\x1b".into(),
                "tab" => "\t".into(),
                "shift-tab" => "\x1b[Z".into(),
                "backspace" => "\x7f".into(),
                "space" => " ".into(),
                "up" => "\x1b[A".into(),
                "down" => "\x1b[B".into(),
                "right" => "\x1b[C".into(),
                "left" => "\x1b[D".into(),
                "home" => "\x1b[H".into(),
                "end" => "\x1b[F".into(),
                "page-up" => "\x1b[5~".into(),
                "page-down" => "\x1b[6~".into(),
                "ctrl-home" => "\x1b[1;5H".into(),
                "ctrl-end" => "\x1b[1;5F".into(),
                "f1" => "\x1bOP".into(),
                "f2" => "\x1bOQ".into(),
                "f3" => "\x1bOR".into(),
                "f4" => "\x1bOS".into(),
                "f5" => "\x1b[15~".into(),
                "f6" => "\x1b[17~".into(),
                "f7" => "\x1b[18~".into(),
                "f8" => "\x1b[19~".into(),
                key => match key.strip_prefix("ctrl-").and_then(|letter| letter.bytes().next()) {
                    Some(letter) => char::from(letter & 0x1f).to_string(),
                    None => key.to_owned(),
                },
            };
            self.text(&bytes);
        }
    }

    /// Has the rows of the results, which are in focus, written to this file as CSV.
    pub fn export_to(&mut self, path: &Path) {
        self.keys("x");
        self.see("Export: which format?");
        self.keys("enter ctrl-u");
        self.text(path.to_str().expect("a path"));
        self.see(path.file_name().and_then(|name| name.to_str()).expect("a name"));
        self.keys("enter");
    }

    /// Waits until the text of the screen fulfils a condition.
    pub fn wait(&self, what: &str, is_there: impl Fn(&str) -> bool) -> String {
        self.wait_for_screen(what, |screen| is_there(&screen.contents()))
    }

    /// Waits until the screen, with its colours, fulfils a condition.
    pub fn wait_for_screen(&self, what: &str, is_there: impl Fn(&vt100::Screen) -> bool) -> String {
        let end = Instant::now() + PATIENCE;
        let mut parser = self.screen.0.lock().unwrap();
        loop {
            let screen = parser.screen();
            if is_there(screen) {
                return screen.contents();
            }
            let left = end.saturating_duration_since(Instant::now());
            assert!(!left.is_zero(), "waited for: {what}\nthe last screen:\n{}", screen.contents());
            parser = self.screen.1.wait_timeout(parser, left).unwrap().0;
        }
    }

    /// Waits until the screen shows this text.
    pub fn see(&self, text: &str) -> String {
        self.wait(text, |shown| shown.contains(text))
    }

    /// Waits until the program has written these bytes, whatever the terminal made of them.
    pub fn sent(&self, bytes: &str) {
        self.wait(&format!("the bytes {bytes:?}"), |_| self.has_sent(bytes));
    }

    /// Whether the program has written these bytes so far.
    pub fn has_sent(&self, bytes: &str) -> bool {
        self.raw.lock().unwrap().windows(bytes.len()).any(|window| window == bytes.as_bytes())
    }

    /// Sends a signal by its name.
    pub fn signal(&self, name: &str) {
        let sent = std::process::Command::new("kill").args([&format!("-{name}"), &self.pid().to_string()]).status();
        assert!(sent.expect("kill starts").success());
    }

    /// Reads the screen as it is now.
    pub fn screen<T>(&self, read: impl FnOnce(&vt100::Screen) -> T) -> T {
        read(self.screen.0.lock().unwrap().screen())
    }

    /// Whether any cell has a colour.
    pub fn is_coloured(&self) -> bool {
        let parser = self.screen.0.lock().unwrap();
        let (rows, columns) = parser.screen().size();
        let is_coloured = |row, column| {
            parser
                .screen()
                .cell(row, column)
                .is_some_and(|cell| (cell.fgcolor(), cell.bgcolor()) != (vt100::Color::Default, vt100::Color::Default))
        };
        (0..rows.get()).any(|row| (0..columns.get()).any(|column| is_coloured(row, column)))
    }

    /// Whether the program has the terminal: its own screen is shown.
    pub fn has_terminal(&self) -> bool {
        self.screen.0.lock().unwrap().screen().alternate_screen()
    }

    /// Waits for the end of the program.
    pub fn end(mut self) -> ExitStatus {
        let end = Instant::now() + PATIENCE;
        let mut parser = self.screen.0.lock().unwrap();
        while !self.screen.2.load(Ordering::Acquire) {
            let left = end.saturating_duration_since(Instant::now());
            assert!(!left.is_zero(), "it did not end; the last screen:\n{}", parser.screen().contents());
            parser = self.screen.1.wait_timeout(parser, left).unwrap().0;
        }
        drop(parser);
        self.child.wait().expect("the program ends")
    }

    /// The process id.
    pub fn pid(&self) -> u32 {
        self.child.process_id().expect("a process")
    }

    /// Ends the program as a crash would.
    pub fn kill(mut self) {
        self.child.kill().expect("killed");
        let _ = self.child.wait();
    }
}
