//! Runs a program in a pseudo-terminal, sends it keys, and reads its screen through a terminal emulator. A test waits for a
//! condition. If the condition does not become true, the test prints the last screen and fails.

use std::io::{Read, Write};
use std::num::NonZero;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex};
use std::time::{Duration, Instant};

use portable_pty::{Child, CommandBuilder, ExitStatus, MasterPty, PtySize, native_pty_system};

/// Time limit of a condition. It is long, because only a failing test waits for it.
const TIMEOUT: Duration = Duration::from_mins(1);

/// A pseudo-terminal with a running program and its screen.
pub struct Terminal {
    child: Box<dyn Child + Send + Sync>,
    input: Box<dyn Write + Send>,
    /// The screen, the signal that it has changed, and whether the program has closed its output.
    screen: Arc<(Mutex<vt100::Parser>, Condvar, AtomicBool)>,
    /// All bytes that the program has written.
    raw: Arc<Mutex<Vec<u8>>>,
    master: Box<dyn MasterPty + Send>,
}

/// A temporary home directory with the settings, data and state of the program under test.
pub struct Home {
    directory: tempfile::TempDir,
}

impl Home {
    pub fn new() -> Self {
        Self { directory: tempfile::tempdir().expect("a directory") }
    }

    pub fn path(&self) -> &Path {
        self.directory.path()
    }

    /// Writes the settings file.
    pub fn settings(&self, text: &str) {
        let directory = self.path().join("config");
        std::fs::create_dir_all(&directory).expect("a directory");
        std::fs::write(directory.join("config.toml"), text).expect("settings");
    }

    /// Writes a keymap file of the user.
    pub fn keymap(&self, name: &str, text: &str) {
        let directory = self.path().join("config/keymaps");
        std::fs::create_dir_all(&directory).expect("a directory");
        std::fs::write(directory.join(format!("{name}.toml")), text).expect("a keymap");
    }

    /// Returns the texts of all worksheets on disk.
    pub fn worksheets(&self) -> String {
        fn read(directory: &Path, texts: &mut String) {
            for entry in std::fs::read_dir(directory).into_iter().flatten().flatten() {
                let path = entry.path();
                if path.is_dir() {
                    read(&path, texts);
                } else if path.extension().is_some_and(|extension| extension == "sql")
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

    /// Returns the text of the access log.
    pub fn access_log(&self) -> String {
        fn find(directory: &Path) -> Option<PathBuf> {
            std::fs::read_dir(directory).ok()?.flatten().find_map(|entry| {
                let path = entry.path();
                if path.is_dir() { find(&path) } else { path.ends_with("access.log.jsonl").then_some(path) }
            })
        }
        find(self.path()).and_then(|path| std::fs::read_to_string(path).ok()).unwrap_or_default()
    }
}

impl Terminal {
    /// Starts `rrx` in a terminal of `size` (width, height).
    pub fn start(home: &Home, arguments: &[&str], size: (u16, u16)) -> Self {
        Self::start_program(Path::new(env!("CARGO_BIN_EXE_rrx")), home, arguments, size, &[])
    }

    /// Starts a shell with job control, and `command` in it. `$RRX` is the program under test.
    pub fn start_shell(home: &Home, command: &str, size: (u16, u16)) -> Self {
        let arguments = ["--norc", "--noprofile", "--noediting", "-i"];
        let environment = [("PS1", "PROMPT> "), ("RRX", env!("CARGO_BIN_EXE_rrx"))];
        let mut terminal = Self::start_program(Path::new("/bin/bash"), home, &arguments, size, &environment);
        terminal.see("PROMPT>");
        terminal.text(&format!("{command}\n"));
        terminal
    }

    /// Starts a program with additional environment variables.
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
        let (shared_screen, shared_raw) = (Arc::clone(&screen), Arc::clone(&raw));
        std::thread::spawn(move || {
            let mut bytes = [0; 8192];
            while let Ok(count) = output.read(&mut bytes) {
                if count == 0 {
                    break;
                }
                let Ok(mut parser) = shared_screen.0.lock() else { break };
                shared_raw.lock().unwrap().extend_from_slice(&bytes[..count]);
                parser.process(&bytes[..count]);
                shared_screen.1.notify_all();
            }
            // The lock prevents a lost signal: a reader that has checked the screen waits before the lock is available.
            let _lock = shared_screen.0.lock();
            shared_screen.2.store(true, Ordering::Release);
            shared_screen.1.notify_all();
        });
        Self { child, input, screen, raw, master: pair.master }
    }

    /// Types a text.
    pub fn text(&mut self, text: &str) {
        self.input.write_all(text.as_bytes()).expect("typed");
        self.input.flush().expect("typed");
    }

    /// Presses keys. Their names are those of the keymap files, separated by spaces.
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

    /// Exports the rows of the focused results to a CSV file.
    pub fn export_to(&mut self, path: &Path) {
        self.keys("x");
        self.see("Export: which format?");
        self.keys("enter ctrl-u");
        self.text(path.to_str().expect("a path"));
        self.see(path.file_name().and_then(|name| name.to_str()).expect("a name"));
        self.keys("enter");
    }

    /// Waits until a condition of the screen's text is true, and returns the text.
    pub fn wait(&self, what: &str, condition: impl Fn(&str) -> bool) -> String {
        self.wait_for_screen(what, |screen| condition(&screen.contents()))
    }

    /// Waits until a condition of the screen, with its colours, is true, and returns the screen's text.
    pub fn wait_for_screen(&self, what: &str, condition: impl Fn(&vt100::Screen) -> bool) -> String {
        let end = Instant::now() + TIMEOUT;
        let mut parser = self.screen.0.lock().unwrap();
        loop {
            let screen = parser.screen();
            if condition(screen) {
                return screen.contents();
            }
            let left = end.saturating_duration_since(Instant::now());
            assert!(!left.is_zero(), "waited for: {what}\nthe last screen:\n{}", screen.contents());
            // The mode of the terminal changes without a byte on the screen.
            parser = self.screen.1.wait_timeout(parser, left.min(Duration::from_millis(50))).unwrap().0;
        }
    }

    /// Returns whether a condition of the screen's text becomes true in this time.
    pub fn shows_within(&self, limit: Duration, condition: impl Fn(&str) -> bool) -> bool {
        let end = Instant::now() + limit;
        let mut parser = self.screen.0.lock().unwrap();
        loop {
            if condition(&parser.screen().contents()) {
                return true;
            }
            let left = end.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return false;
            }
            parser = self.screen.1.wait_timeout(parser, left).unwrap().0;
        }
    }

    /// Waits until the screen shows a text, and returns the screen.
    pub fn see(&self, text: &str) -> String {
        self.wait(text, |shown| shown.contains(text))
    }

    /// Waits until the program has written these bytes, even if the screen does not show them.
    pub fn wait_for_bytes(&self, bytes: &str) {
        self.wait(&format!("the bytes {bytes:?}"), |_| self.has_written(bytes));
    }

    /// Returns whether the program has written these bytes so far.
    pub fn has_written(&self, bytes: &str) -> bool {
        self.raw.lock().unwrap().windows(bytes.len()).any(|window| window == bytes.as_bytes())
    }

    /// Sends a signal, such as `TERM`, to the program.
    pub fn signal(&self, name: &str) {
        let sent = std::process::Command::new("kill").args([&format!("-{name}"), &self.pid().to_string()]).status();
        assert!(sent.expect("kill starts").success());
    }

    /// Shows text of another program on the terminal, over what is there.
    pub fn garble(&self, text: &str) {
        self.screen.0.lock().unwrap().process(text.as_bytes());
    }

    /// Reads the current screen.
    pub fn screen<T>(&self, read: impl FnOnce(&vt100::Screen) -> T) -> T {
        read(self.screen.0.lock().unwrap().screen())
    }

    /// Returns whether any cell has a colour.
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

    /// Returns whether the terminal echoes what is typed, as it does outside of raw mode.
    pub fn echoes(&self) -> bool {
        // ECHO is bit 8 on Linux and macOS.
        self.master.get_termios().is_some_and(|terminal| terminal.local_flags.bits() & 8 != 0)
    }

    /// Waits until the terminal is as a shell expects it: no alternate screen, echo, a visible cursor, no bracketed paste.
    pub fn wait_until_restored(&self) {
        let is_restored = |screen: &vt100::Screen| {
            !screen.alternate_screen() && !screen.hide_cursor() && !screen.bracketed_paste() && self.echoes()
        };
        self.wait_for_screen("the terminal is restored", is_restored);
    }

    /// Changes the size of the terminal.
    pub fn resize(&self, (width, height): (u16, u16)) {
        let size = PtySize { rows: height, cols: width, pixel_width: 0, pixel_height: 0 };
        let mut parser = self.screen.0.lock().unwrap();
        parser.screen_mut().set_size(NonZero::new(height).unwrap(), NonZero::new(width).unwrap());
        self.master.resize(size).expect("resized");
    }

    /// Returns whether the program uses the alternate screen.
    pub fn is_alternate_screen(&self) -> bool {
        self.screen.0.lock().unwrap().screen().alternate_screen()
    }

    /// Waits until the program ends.
    pub fn end(mut self) -> ExitStatus {
        let end = Instant::now() + TIMEOUT;
        let mut parser = self.screen.0.lock().unwrap();
        while !self.screen.2.load(Ordering::Acquire) {
            let left = end.saturating_duration_since(Instant::now());
            assert!(!left.is_zero(), "it did not end; the last screen:\n{}", parser.screen().contents());
            parser = self.screen.1.wait_timeout(parser, left).unwrap().0;
        }
        drop(parser);
        self.child.wait().expect("the program ends")
    }

    pub fn pid(&self) -> u32 {
        self.child.process_id().expect("a process")
    }

    /// Kills the program.
    pub fn kill(mut self) {
        self.child.kill().expect("killed");
        let _ = self.child.wait();
    }
}
