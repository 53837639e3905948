//! Values in many scripts, scrolled in both directions one row at a time, as two terminals show them: tmux, and the emulator of
//! the other tests. They count the cells of some marks differently. No terminal may show a part of a value in another cell.

use std::path::PathBuf;
use std::process::{Command, Output};
use std::time::{Duration, Instant};

use rrx::domain::text::visible;

use super::harness::{Home, Terminal};

/// Time limit of a condition. It is long, because only a failing test waits for it.
const TIMEOUT: Duration = Duration::from_mins(1);

/// Values with what terminals count in different ways: vowel signs, tone marks, points, conjuncts, jamo, emoji, wide letters.
const VALUES: &[&str] = &[
    "नमस्ते किताब",
    "क्षत्रिय स्त्री",
    "বাংলা ভাষা",
    "কা কি কো",
    "தமிழ் மொழி",
    "கொ கௌ",
    "తెలుగు భాష",
    "ಕನ್ನಡ ಕೋಣೆ",
    "മലയാളം ക്ഷോ",
    "සිංහල කෝ",
    "ไทยกำลังน้ำ",
    "ภาษาไทย",
    "ລາວ ນ້ຳ",
    "ខ្មែរ ភាសា",
    "မြန်မာ ကြောင်",
    "བོད་སྐད་ཀྱི",
    "ਪੰਜਾਬੀ ਕਿਤਾਬ",
    "ગુજરાતી ભાષા",
    "ଓଡ଼ିଆ ଭାଷା",
    "שָׁלוֹם עֲלֵיכֶם",
    "مُحَمَّدٌ لا",
    "각 각 한글",
    "👨‍👩‍👧 x",
    "❤️ ☺️ ❤",
    "🇩🇪 🇫🇷",
    "👍🏽 👍",
    "é ñ ǟ̈",
    "日本語 漢字",
    "ｶﾞ ﾊﾟ half",
    "が ぱ",
    "☰ ䷀ ⚊",
    "ꦗꦮ ꦏꦺꦴ",
    "ᬩᬮᬶ ᬓᬵ",
    "ⵣ ߒߞߏ",
    "ᱥᱟᱱ ꠍꠤꠟ",
    "ꯃꯤꯇꯩ ꯂꯣ",
    "𑄌𑄋𑄴 𑀓𑀸",
    "𝄞 𝐀",
    "ᥖᥭ ᦟᦹ",
    "ᩅᩢᨯ ᨾᩮᩬ",
    "ꤢꤨ ꨌꩌ",
    "ſt ﬁ",
    "ਾ া ी",
    "①㋿﷽",
];

/// The values with plain ones between them.
fn rows() -> Vec<String> {
    VALUES.iter().enumerate().flat_map(|(at, value)| [(*value).to_owned(), "c".repeat(1 + at % 7)]).collect()
}

fn statement() -> String {
    let row = |(at, value): (usize, &String)| format!("SELECT {} AS n, '{value}' AS v, 'end' AS e", at + 1);
    rows().iter().enumerate().map(row).collect::<Vec<_>>().join(" UNION ALL ")
}

/// Whether the screen has the cursor in this row, and each line of the result shows its own value and nothing else. Spaces in a
/// value are not compared, because a terminal may draw a grapheme into fewer cells than rrx reserves.
fn shows_values(screen: &str, row: usize, rows: &[String]) -> bool {
    let letters = |text: &str| text.chars().filter(|character| !character.is_whitespace()).collect::<String>();
    let mut lines = 0;
    // The panel in focus has thick borders.
    let are_right = screen.lines().filter_map(|line| line.split('┃').nth(1)).all(|line| {
        let fields: Vec<&str> = line.split('│').collect();
        let Some(number) = fields.get(1).and_then(|field| field.trim().parse::<usize>().ok()) else { return true };
        lines += 1;
        let Some(value) = number.checked_sub(1).and_then(|at| rows.get(at)) else { return false };
        let is_value = if value.is_ascii() {
            fields[2].trim_end() == format!(" {value}")
        } else {
            let (shown, whole) = (letters(fields[2]), letters(&visible(value)));
            shown.strip_suffix('…').map_or(shown == whole, |start| whole.starts_with(start))
        };
        is_value && fields[3].trim_end() == " end"
    });
    screen.contains(&format!("row {row} · col")) && are_right && lines > 2
}

/// A terminal that shows rrx.
trait Judge {
    fn press(&mut self, key: &str);
    fn paste(&mut self, text: &str);
    fn wait(&self, what: &str, condition: &dyn Fn(&str) -> bool);
}

impl Judge for Terminal {
    fn press(&mut self, key: &str) {
        self.keys(key);
    }

    fn paste(&mut self, text: &str) {
        self.text(&format!("\x1b[200~{text}\x1b[201~"));
    }

    fn wait(&self, what: &str, condition: &dyn Fn(&str) -> bool) {
        Terminal::wait(self, what, condition);
    }
}

/// A tmux server with one window.
struct Tmux {
    socket: PathBuf,
}

impl Tmux {
    fn start(home: &Home, (width, height): (u16, u16)) -> Self {
        let tmux = Self { socket: home.path().join("tmux") };
        let environment = format!("RRX_HOME={}", home.path().display());
        let (width, height) = (width.to_string(), height.to_string());
        let program = env!("CARGO_BIN_EXE_rrx");
        tmux.run(&[
            "new-session",
            "-d",
            "-x",
            &width,
            "-y",
            &height,
            "env",
            &environment,
            "LANG=C.UTF-8",
            program,
            "demo",
        ]);
        tmux
    }

    fn run(&self, arguments: &[&str]) -> Output {
        let mut command = Command::new("tmux");
        command.args(["-f", "/dev/null", "-u", "-S"]).arg(&self.socket).args(arguments).env("LANG", "C.UTF-8");
        command.output().expect("tmux starts; it is in the Debian package tmux")
    }

    fn screen(&self) -> String {
        String::from_utf8_lossy(&self.run(&["capture-pane", "-p"]).stdout).into_owned()
    }
}

impl Drop for Tmux {
    fn drop(&mut self) {
        self.run(&["kill-server"]);
    }
}

impl Judge for Tmux {
    fn press(&mut self, key: &str) {
        let key = match key {
            "down" => "Down",
            "up" => "Up",
            "f5" => "F5",
            "f6" => "F6",
            "ctrl-n" => "C-n",
            other => other,
        };
        self.run(&["send-keys", key]);
    }

    fn paste(&mut self, text: &str) {
        let file = self.socket.with_extension("paste");
        std::fs::write(&file, text).unwrap();
        self.run(&["load-buffer", file.to_str().unwrap()]);
        self.run(&["paste-buffer", "-p"]);
    }

    fn wait(&self, what: &str, condition: &dyn Fn(&str) -> bool) {
        let end = Instant::now() + TIMEOUT;
        loop {
            let screen = self.screen();
            if condition(&screen) {
                return;
            }
            assert!(Instant::now() < end, "waited for: {what}\nthe last screen:\n{screen}");
            std::thread::sleep(Duration::from_millis(10));
        }
    }
}

fn scroll_both_ways(judge: &mut impl Judge) {
    let rows = rows();
    let count = rows.len();
    judge.wait("the tables", &|screen| screen.contains("87 tables") || screen.contains("start here"));
    judge.press("ctrl-n");
    judge.wait("an empty worksheet", &|screen| screen.contains("line 1/1 · col 1"));
    judge.paste(&statement());
    judge.wait("the statement", &|screen| screen.contains("line 1/1 · col ") && !screen.contains("· col 1 "));
    judge.press("f5");
    judge.wait("all rows", &|screen| screen.contains(&format!("all {count} rows")));
    judge.press("f6");
    judge.wait("the first row", &|screen| shows_values(screen, 1, &rows));
    for (key, to) in (2..=count).map(|row| ("down", row)).chain((1..count).rev().map(|row| ("up", row))) {
        judge.press(key);
        judge.wait(&format!("row {to}, each line with its own value"), &|screen| shows_values(screen, to, &rows));
    }
}

const SIZES: [(u16, u16); 2] = [(160, 45), (80, 24)];

#[test]
fn every_line_shows_its_own_value_after_scrolling_in_tmux() {
    for size in SIZES {
        let home = Home::new();
        scroll_both_ways(&mut Tmux::start(&home, size));
    }
}

#[test]
fn every_line_shows_its_own_value_after_scrolling_in_an_emulator() {
    for size in SIZES {
        let home = Home::new();
        let mut terminal = Terminal::start(&home, &["demo"], size);
        scroll_both_ways(&mut terminal);
        terminal.kill();
    }
}
