//! The monkey: random keys, pastes, sizes, suspensions and faults of the link, against a real MariaDB. Afterwards the program
//! must still do everything, leave with 0, restore the terminal, and have all texts on disk.
//!
//! `RRX_MONKEY_STEPS` is the number of steps, `RRX_MONKEY_SEED` repeats a run as far as times allow. A failure prints the seed and
//! the last steps.

use std::collections::{HashSet, VecDeque};
use std::time::{Duration, SystemTime};

use nix::sys::signal::{Signal, kill, killpg};
use nix::unistd::Pid;

use super::harness::{Home, Terminal};
use super::rig::{Forwarder, Mode, Rig, wait_until};
use super::terminal_state::{children, children_of, state};

/// Steps of a run without `RRX_MONKEY_STEPS`: about 25 seconds.
const STEPS: u64 = 200;
/// Time limit of a condition. It is long, because only a failing test waits for it.
const LIMIT: Duration = Duration::from_mins(1);
/// Attempts to run a statement at the end.
const LAST_ATTEMPTS: u32 = 10;
/// The steps that a failure prints.
const SHOWN_STEPS: usize = 60;
const SIZES: [(u16, u16); 8] = [(2, 1), (1, 2), (20, 5), (40, 10), (80, 24), (100, 30), (160, 45), (250, 70)];

/// Keys as they are named in the keymap files. Ctrl-Q is not here; the monkey finds Quit in the list of commands all the same.
const KEYS: &[&str] = &[
    "enter",
    "esc",
    "tab",
    "shift-tab",
    "backspace",
    "space",
    "up",
    "down",
    "left",
    "right",
    "home",
    "end",
    "page-up",
    "page-down",
    "ctrl-home",
    "ctrl-end",
    "f1",
    "f2",
    "f3",
    "f4",
    "f5",
    "f6",
    "f7",
    "f8",
    "ctrl-a",
    "ctrl-c",
    "ctrl-e",
    "ctrl-k",
    "ctrl-l",
    "ctrl-n",
    "ctrl-o",
    "ctrl-p",
    "ctrl-r",
    "ctrl-s",
    "ctrl-t",
    "ctrl-u",
    "ctrl-v",
    "ctrl-w",
    "ctrl-y",
    "ctrl-z",
    "/",
    "?",
    ":",
    "g",
    "G",
    "y",
    "n",
    "p",
    "s",
    "f",
    "x",
    "e",
    "P",
    "i",
];

/// Keys that a terminal sends as ESC and something.
const SEQUENCES: &[&str] = &[
    "\x1b\x1b[D",
    "\x1b\x1b[C",
    "\x1b\x1bOA",
    "\x1b[1;5D",
    "\x1b[1;2A",
    "\x1b[15;2~",
    "\x1b[20~",
    "\x1b[24~",
    "\x1bw",
    "\x1bu",
    "\x1br",
    "\x1bh",
    "\x1bc",
    "\x1b\r",
    "\x1b[7^",
    "\x1b[13;5u",
    "\x1b[<0;5;5M",
    "\x1b[I",
    "\x1b[3~",
];

/// Texts. A shell may read them if the program has ended, so they have no signs that are dangerous there.
const TEXTS: &[&str] = &[
    "SELECT 1;",
    "SELECT SLEEP(2);",
    "SELECT seq, REPEAT('x', 300) FROM scratch.seq_1_to_200000;",
    "SELECT TABLE_NAME FROM information_schema.TABLES;",
    "SHOW DATABASES;",
    "DELETE FROM mysql.user;",
    "DROP DATABASE scratch;",
    "SELECT '日本語 नमस्ते מ 👨‍👩‍👧';",
    "SET @a = 1;",
    "USE scratch;",
    "-- a note",
    "'",
];

/// The generator of xorshift64*.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 16
    }

    fn below(&mut self, end: u64) -> u64 {
        self.next() % end
    }

    fn of<'a, T>(&mut self, values: &'a [T]) -> &'a T {
        &values[usize::try_from(self.below(values.len() as u64)).unwrap()]
    }
}

/// Prints the seed and the last steps if the test fails.
struct Trace {
    seed: u64,
    steps: VecDeque<String>,
}

impl Trace {
    fn add(&mut self, step: String) {
        if self.steps.len() == SHOWN_STEPS {
            self.steps.pop_front();
        }
        self.steps.push_back(step);
    }
}

impl Drop for Trace {
    #[expect(clippy::print_stderr, reason = "a failing test prints it")]
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("RRX_MONKEY_SEED={}; the last steps:\n{}", self.seed, Vec::from(self.steps.clone()).join("\n"));
        }
    }
}

struct Monkey {
    terminal: Terminal,
    forwarder: Forwarder,
    random: Random,
    trace: Trace,
}

impl Monkey {
    /// Returns the job of the shell and the program in it, if they run.
    fn processes(&self) -> Option<(Pid, Pid)> {
        let job = *children(self.terminal.pid()).first()?;
        Some((job, *children_of(job).first()?))
    }

    fn start(&mut self) {
        // Removes what the shell has read already.
        self.terminal.text("\x03\n");
        self.terminal.text("sh -c '$RRX --log log clinic; echo $? >>codes'\n");
        self.wait_for_screen();
    }

    fn wait_for_screen(&self) {
        self.terminal
            .wait_for_screen("the screen is open", |screen| screen.alternate_screen() && screen.bracketed_paste());
        wait_until("raw mode", LIMIT, || !self.terminal.echoes());
    }

    fn step(&mut self) {
        let step = match self.random.below(100) {
            0..40 => {
                let key = *self.random.of(KEYS);
                self.terminal.keys(key);
                format!("key {key}")
            }
            40..48 => {
                let sequence = *self.random.of(SEQUENCES);
                self.terminal.text(sequence);
                format!("sequence {sequence:?}")
            }
            48..66 => {
                let text = *self.random.of(TEXTS);
                self.terminal.text(text);
                format!("text {text}")
            }
            66..71 => {
                let text = self.long_text(8000);
                self.terminal.text(&format!("\x1b[200~{text}\x1b[201~"));
                format!("paste of {} bytes with brackets", text.len())
            }
            71..75 => {
                let text = self.long_text(2000);
                self.terminal.text(&text);
                format!("paste of {} bytes without brackets", text.len())
            }
            75..76 => {
                self.terminal.text(&format!("\x1b[200~{}\x1b[201~", "x".repeat(2 << 20)));
                "paste that is too large".to_owned()
            }
            76..84 => {
                let size = *self.random.of(&SIZES);
                self.terminal.resize(size);
                format!("size {size:?}")
            }
            84..86 => {
                let signal = *self.random.of(&[Signal::SIGTSTP, Signal::SIGSTOP]);
                self.trace.add(format!("{signal}"));
                self.suspend(signal);
                "fg".to_owned()
            }
            86..88 => {
                if let Some((_, program)) = self.processes() {
                    kill(program, Signal::SIGINT).unwrap();
                }
                "SIGINT".to_owned()
            }
            88..94 => {
                let delay = Mode::Delay(Duration::from_millis(30));
                let mode = *self.random.of(&[Mode::Stall, Mode::BlackHole, Mode::Reset, Mode::HalfOpen, delay]);
                self.forwarder.set(mode);
                format!("link {mode:?}")
            }
            _ => {
                self.forwarder.set(Mode::Pass);
                "link passes".to_owned()
            }
        };
        self.trace.add(step);
        // The program has time to do something, and sometimes none.
        std::thread::sleep(Duration::from_millis(self.random.below(4) * 25));
        if self.random.below(8) == 0 {
            self.wait_until_idle();
        }
        if self.processes().is_none() {
            self.trace.add("the program has ended, and is started again".into());
            self.start();
        }
    }

    /// Waits until the program has handled what was sent to it, so that not all of it waits at the end.
    fn wait_until_idle(&self) {
        let Some((_, program)) = self.processes() else { return };
        let mut before = None;
        wait_until("the program is idle", LIMIT, || {
            std::thread::sleep(Duration::from_millis(60));
            // The times in user and system mode, in ticks; see proc(5).
            let stat = std::fs::read_to_string(format!("/proc/{program}/stat")).unwrap_or_default();
            let now = stat.split(' ').skip(13).take(2).map(str::to_owned).collect::<Vec<_>>();
            before.replace(now.clone()) == Some(now)
        });
    }

    fn long_text(&mut self, longest: u64) -> String {
        let length = usize::try_from(self.random.below(longest)).unwrap();
        let text = *self.random.of(TEXTS);
        let mut all = format!("{text}\n").repeat(length / text.len() + 1);
        all.truncate(all.floor_char_boundary(length));
        all
    }

    /// Stops the job of the shell, and brings it back.
    fn suspend(&mut self, signal: Signal) {
        let Some((job, program)) = self.processes() else { return };
        killpg(job, signal).unwrap();
        // It may have been about to end.
        wait_until("the program stops", LIMIT, || [None, Some('T'), Some('Z')].contains(&state(program)));
        if state(program) == Some('T') {
            wait_until("its job stops", LIMIT, || state(job) != Some('S'));
            // Before that, Ctrl-C would be a signal to the job.
            let shell = self.terminal.pid();
            wait_until("the shell has the terminal", LIMIT, || {
                self.terminal.echoes() && foreground_group(shell) == shell
            });
            // Removes what the program has not read.
            self.terminal.text("\x03\nfg\n");
            wait_until("the program runs on", LIMIT, || state(program) != Some('T'));
            if self.processes().is_some() {
                self.wait_for_screen();
            }
        }
    }

    /// Runs a statement, whatever the program shows: a dialog may still open for a key that was pressed before, the link may be
    /// lost. Each attempt has another answer, because a later attempt may find the answer of an earlier one.
    fn run_a_statement(&mut self) {
        self.forwarder.set(Mode::Pass);
        self.terminal.resize((160, 45));
        // The end of a paste.
        self.terminal.text("\x1b[201~");
        let answers = |attempts: u32| (0..=attempts).map(|attempt| format!(" monkey-{attempt} "));
        for attempt in 0..LAST_ATTEMPTS {
            self.terminal.keys("esc esc");
            // An Esc and a key that come together are one key with Alt.
            self.wait_until_idle();
            if self.terminal.screen(|screen| screen.contents().contains("LINK LOST")) {
                self.terminal.text("\x1br");
            }
            self.terminal.keys("ctrl-n");
            self.terminal.text(&format!("SELECT CONCAT('monk', 'ey-{attempt}')"));
            self.terminal.keys("f5");
            if self
                .terminal
                .shows_within(Duration::from_secs(5), |shown| answers(attempt).any(|answer| shown.contains(&answer)))
            {
                return;
            }
        }
        self.terminal.wait("the answer", |shown| answers(LAST_ATTEMPTS).any(|answer| shown.contains(&answer)));
    }
}

fn number(variable: &str) -> Option<u64> {
    std::env::var(variable).ok().map(|value| value.parse().expect(variable))
}

/// Returns the process group that has the terminal of a process.
fn foreground_group(pid: u32) -> u32 {
    let output = std::process::Command::new("ps").args(["-o", "tpgid=", "-p", &pid.to_string()]).output().expect("ps");
    String::from_utf8_lossy(&output.stdout).trim().parse().unwrap_or_default()
}

/// Returns a home with the profile `clinic`, which connects through the forwarder.
fn home_through(rig: &Rig, forwarder: &Forwarder) -> Home {
    let home = Home::new();
    let known = home.path().join("known_hosts");
    let keys = std::fs::read_to_string(rig.known_hosts()).unwrap();
    std::fs::write(&known, keys.replace(&format!(":{}", rig.ssh_port()), &format!(":{}", forwarder.port()))).unwrap();
    let profile = rig.profile_toml_through("clinic", rig.ssh_host(), forwarder.port());
    home.settings(&profile.replace(&rig.known_hosts().display().to_string(), &known.display().to_string()));
    home
}

/// Returns the first words of the statements that the read-only account has sent, as the server has logged them.
fn verbs(log: &str) -> HashSet<String> {
    let mut ids = HashSet::new();
    let mut verbs = HashSet::new();
    for line in log.lines() {
        let Some((before, statement)) = line.split_once("Query\t").or_else(|| line.split_once("Connect\t")) else {
            continue;
        };
        let Some(id) = before.split_whitespace().last() else { continue };
        if line.contains("Connect\t") {
            if statement.starts_with("RO_USER@") {
                ids.insert(id.to_owned());
            }
        } else if ids.contains(id) {
            let statement =
                statement.trim_start_matches(|character: char| !character.is_alphabetic() && character != '/');
            let verb: String = statement.chars().take_while(|character| character.is_alphabetic()).collect();
            verbs.insert(verb.to_ascii_uppercase());
        }
    }
    verbs
}

#[test]
fn after_random_keys_sizes_suspensions_and_faults_of_the_link_everything_still_works() {
    let seed = number("RRX_MONKEY_SEED").unwrap_or_else(|| {
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap();
        u64::try_from(now.as_micros()).unwrap()
    });
    println!("RRX_MONKEY_SEED={seed}");
    let rig = Rig::start();
    rig.sql("CREATE DATABASE IF NOT EXISTS scratch");
    let logged_before = rig.general_log().len();
    let forwarder = Forwarder::to(rig.ssh_host(), rig.ssh_port());
    let home = home_through(rig, &forwarder);
    let terminal = Terminal::start_shell(&home, "cd $HOME", (160, 45));
    let trace = Trace { seed, steps: VecDeque::new() };
    let mut monkey = Monkey { terminal, forwarder, random: Random(seed | 1), trace };
    monkey.start();
    monkey.terminal.see("Connected to MariaDB");
    for _ in 0..number("RRX_MONKEY_STEPS").unwrap_or(STEPS) {
        monkey.step();
    }
    monkey.run_a_statement();
    let terminal = &mut monkey.terminal;
    terminal.keys("ctrl-q");
    let is_asked = |screen: &vt100::Screen| screen.contents().contains("Stop it and quit");
    terminal.wait_for_screen("the end, or a question", |screen| !screen.alternate_screen() || is_asked(screen));
    if terminal.screen(is_asked) {
        terminal.text("y");
    }
    let shell = terminal.pid();
    wait_until("the program has ended", LIMIT, || children(shell).is_empty());
    terminal.wait_until_restored();
    assert!(home.worksheets().contains("'ey-"), "{}", home.worksheets());
    let codes = std::fs::read_to_string(home.path().join("codes")).unwrap();
    assert!(codes.lines().all(|code| code == "0"), "{codes}");
    let log = std::fs::read_to_string(home.path().join("log")).unwrap();
    let panics: Vec<&str> = log.lines().filter(|line| line.contains("panic")).collect();
    assert!(panics.is_empty(), "{panics:#?}");
    let verbs = verbs(&rig.general_log()[logged_before..]);
    let reads =
        ["SELECT", "SHOW", "SET", "USE", "KILL", "EXPLAIN", "WITH", "DESC", "DESCRIBE", "ROLLBACK", "START", ""];
    assert!(verbs.contains("SELECT") && verbs.iter().all(|verb| reads.contains(&verb.as_str())), "{verbs:?}");
    monkey.terminal.text("\x03\nexit\n");
    monkey.terminal.end();
}
