//! The state in which the program leaves the terminal: when it is suspended, when it crashes, and when the terminal is closed.

use std::time::Duration;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use super::harness::{Home, Terminal};
use super::rig::wait_until;

const SIZE: (u16, u16) = (120, 30);
const LIMIT: Duration = Duration::from_mins(1);

/// Starts the demo as a job of a shell, and types a text into a worksheet.
fn demo_in_a_shell(home: &Home) -> (Terminal, Pid) {
    let mut terminal = Terminal::start_shell(home, "$RRX demo", SIZE);
    terminal.see("REPLICA");
    terminal.see("87 tables");
    terminal.keys("ctrl-n");
    terminal.text("SELECT 6 * 7 AS answer");
    terminal.see("SELECT 6 * 7 AS answer");
    assert!(!terminal.echoes() && terminal.is_alternate_screen());
    let pid = children(terminal.pid()).into_iter().next().expect("rrx runs");
    (terminal, pid)
}

/// Returns the processes whose parent is `pid`, with those that have ended and were not waited for.
pub fn children(pid: u32) -> Vec<Pid> {
    let output = std::process::Command::new("ps").args(["-A", "-o", "pid=,ppid="]).output().expect("ps starts");
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let pairs = text.lines().filter_map(|line| {
        let mut numbers = line.split_whitespace().filter_map(|number| number.parse::<i32>().ok());
        Some((numbers.next()?, numbers.next()?))
    });
    pairs.filter(|(_, parent)| u32::try_from(*parent) == Ok(pid)).map(|(child, _)| Pid::from_raw(child)).collect()
}

pub fn children_of(pid: Pid) -> Vec<Pid> {
    children(u32::try_from(pid.as_raw()).expect("a process"))
}

/// Waits until the program has its screen again, and checks that its keys act.
fn runs_again(terminal: &mut Terminal) {
    terminal.wait_for_screen("the screen is back", |screen| {
        screen.alternate_screen() && screen.bracketed_paste() && screen.contents().contains("SELECT 6 * 7 AS answer")
    });
    wait_until("raw mode", LIMIT, || !terminal.echoes());
    terminal.keys("f5");
    terminal.wait("the result", |shown| shown.contains(" SELECT 6 * 7 AS answer ─ 1 row ·") && shown.contains(" ms"));
}

fn quit(mut terminal: Terminal) {
    terminal.keys("ctrl-q");
    terminal.see("That was the demo");
    terminal.wait_until_restored();
    terminal.text("echo ended=$?\n");
    terminal.see("ended=0");
    terminal.text("exit\n");
    terminal.end();
}

#[test]
fn a_suspended_program_gives_the_terminal_to_the_shell_and_takes_it_back() {
    let home = Home::new();
    let (mut terminal, pid) = demo_in_a_shell(&home);
    kill(pid, Signal::SIGTSTP).unwrap();
    terminal.see("Stopped");
    terminal.wait_until_restored();
    terminal.text("echo typed $((1 + 1))\n");
    terminal.see("typed 2");
    // In the background it does not touch the terminal.
    terminal.text("bg; echo in the back''ground\n");
    terminal.see("in the background");
    wait_until("the system stops it", LIMIT, || state(pid) == Some('T'));
    terminal.wait_until_restored();
    terminal.resize((100, 28));
    terminal.text("fg\n");
    runs_again(&mut terminal);
    let width = terminal.screen(|screen| screen.contents().lines().map(|line| line.chars().count()).max());
    assert_eq!(width, Some(100), "the size is the new one");
    quit(terminal);
}

#[test]
fn a_program_that_was_stopped_without_notice_takes_the_terminal_back() {
    let home = Home::new();
    let (mut terminal, pid) = demo_in_a_shell(&home);
    kill(pid, Signal::SIGSTOP).unwrap();
    terminal.see("Stopped");
    terminal.text("fg\n");
    runs_again(&mut terminal);
    quit(terminal);
}

#[test]
fn a_stopped_program_that_is_told_to_quit_saves_its_worksheets_and_ends() {
    for signal in [Signal::SIGTSTP, Signal::SIGSTOP] {
        let home = Home::new();
        let (mut terminal, pid) = demo_in_a_shell(&home);
        terminal.text(" -- kept");
        terminal.see("-- kept");
        kill(pid, signal).unwrap();
        terminal.see("Stopped");
        // The shell takes the terminal, and sends SIGTERM and SIGCONT.
        wait_until("the shell has the terminal", LIMIT, || terminal.echoes());
        // In the background the program stops itself. The shell must know that, or it sends no SIGCONT.
        terminal.text("bg; echo in the back''ground\n");
        // After SIGSTOP the shell writes to the screen that the program leaves when it continues.
        terminal.wait_for_bytes("in the background");
        wait_until("the system stops it", LIMIT, || state(pid) == Some('T'));
        terminal.text("kill %1\n");
        wait_until("the program has ended", LIMIT, || kill(pid, None).is_err());
        terminal.wait_until_restored();
        assert!(home.worksheets().contains("-- kept"), "{signal}: {}", home.worksheets());
        terminal.text("exit\n");
        terminal.end();
    }
}

#[test]
fn a_program_that_a_script_has_started_is_suspended_with_the_script() {
    let home = Home::new();
    let mut terminal = Terminal::start_shell(&home, "sh -c '$RRX demo; echo ended=$?'", SIZE);
    terminal.see("87 tables");
    terminal.keys("ctrl-n");
    terminal.text("SELECT 6 * 7 AS answer");
    terminal.see("SELECT 6 * 7 AS answer");
    let script = children(terminal.pid())[0];
    kill(children_of(script)[0], Signal::SIGTSTP).unwrap();
    terminal.see("Stopped");
    terminal.wait_until_restored();
    terminal.text("fg\n");
    runs_again(&mut terminal);
    terminal.keys("ctrl-q");
    terminal.see("ended=0");
    terminal.wait_until_restored();
    terminal.text("exit\n");
    terminal.end();
}

#[test]
fn without_a_shell_that_continues_it_the_program_is_not_stopped() {
    let home = Home::new();
    let mut terminal = Terminal::start(&home, &["demo"], SIZE);
    terminal.see("REPLICA");
    terminal.signal("TSTP");
    terminal.signal("INT");
    terminal.see("Nothing is running");
    terminal.keys("ctrl-q");
    assert!(terminal.end().success());
}

/// Returns the state of a process as `ps` shows it.
pub fn state(pid: Pid) -> Option<char> {
    let output = std::process::Command::new("ps").args(["-o", "stat=", "-p", &pid.to_string()]).output().expect("ps");
    String::from_utf8_lossy(&output.stdout).trim().chars().next()
}

#[test]
fn an_abort_and_a_kill_leave_the_terminal_as_it_was() {
    for (signal, code) in [(Signal::SIGABRT, "134"), (Signal::SIGKILL, "137")] {
        let home = Home::new();
        let (mut terminal, pid) = demo_in_a_shell(&home);
        wait_until("the watcher runs", LIMIT, || !children_of(pid).is_empty());
        kill(pid, signal).unwrap();
        terminal.wait_until_restored();
        terminal.text("echo ended=$?\n");
        terminal.see(&format!("ended={code}"));
        terminal.text("exit\n");
        terminal.end();
    }
}

#[test]
fn a_crash_under_a_shell_that_sets_no_mode_ends_raw_mode() {
    let home = Home::new();
    // Not a job: the shell waits for it, and then for a line.
    let arguments = ["-c", "$RRX demo; echo ended=$?; read line; echo \"read $line\""];
    let rrx = [("RRX", env!("CARGO_BIN_EXE_rrx"))];
    let mut terminal = Terminal::start_program("/bin/sh".as_ref(), &home, &arguments, SIZE, &rrx);
    terminal.see("REPLICA");
    let pid = children(terminal.pid())[0];
    wait_until("the watcher runs", LIMIT, || !children_of(pid).is_empty());
    kill(pid, Signal::SIGKILL).unwrap();
    terminal.wait_until_restored();
    terminal.text("a line\r");
    terminal.see("read a line");
    terminal.end();
}

#[test]
fn the_watcher_ends_with_the_program_and_leaves_no_process_when_it_is_ended() {
    let home = Home::new();
    let (terminal, pid) = demo_in_a_shell(&home);
    wait_until("the watcher runs", LIMIT, || !children_of(pid).is_empty());
    let watcher = children_of(pid)[0];
    let arguments = std::fs::read_to_string(format!("/proc/{watcher}/cmdline")).unwrap();
    let environment = std::fs::read_to_string(format!("/proc/{watcher}/environ")).unwrap();
    assert!(arguments.starts_with("/bin/sh\0-c\0trap"), "{arguments:?}");
    assert!(!environment.contains("RRX"), "{environment:?}");
    // What ends a group does not end it.
    for signal in [Signal::SIGHUP, Signal::SIGINT, Signal::SIGTERM, Signal::SIGTSTP] {
        kill(watcher, signal).unwrap();
    }
    kill(watcher, Signal::SIGKILL).unwrap();
    wait_until("nothing of it is left", LIMIT, || children_of(pid).is_empty());
    quit(terminal);

    let (terminal, pid) = demo_in_a_shell(&home);
    wait_until("the watcher runs", LIMIT, || !children_of(pid).is_empty());
    let watcher = children_of(pid)[0];
    quit(terminal);
    wait_until("the watcher has ended", LIMIT, || kill(watcher, None).is_err());
}

#[test]
fn a_killed_program_that_was_suspended_does_not_disturb_the_shell() {
    let home = Home::new();
    let (mut terminal, pid) = demo_in_a_shell(&home);
    wait_until("the watcher runs", LIMIT, || !children_of(pid).is_empty());
    let watcher = children_of(pid)[0];
    kill(pid, Signal::SIGTSTP).unwrap();
    terminal.see("Stopped");
    terminal.wait_until_restored();
    assert!(!terminal.has_written("\x18"));
    kill(pid, Signal::SIGKILL).unwrap();
    wait_until("the watcher has ended", LIMIT, || kill(watcher, None).is_err());
    terminal.text("echo typed $((1 + 1))\n");
    terminal.see("typed 2");
    assert!(!terminal.has_written("\x18"), "the watcher has written nothing");
    terminal.text("exit\n");
    terminal.end();
}

#[test]
fn a_closed_terminal_saves_the_worksheets_and_ends_the_program_with_0() {
    let home = Home::new();
    let tmux = |arguments: &[&str]| {
        let mut command = std::process::Command::new("tmux");
        command.args(["-f", "/dev/null", "-u", "-S"]).arg(home.path().join("tmux")).args(arguments);
        command.env("LANG", "C.UTF-8").env("RRX", env!("CARGO_BIN_EXE_rrx"));
        let output = command.env("RRX_HOME", home.path()).env("HOME", home.path()).output().expect("tmux starts");
        String::from_utf8_lossy(&output.stdout).into_owned()
    };
    let code = |name: &str| std::fs::read_to_string(home.path().join(name)).unwrap_or_default();
    // The second program starts in a terminal that is closed already.
    let commands = "trap '' HUP; $RRX demo; echo $? >$HOME/first; $RRX demo 2>$HOME/message; echo $? >$HOME/second";
    tmux(&["new-session", "-d", "-x", "120", "-y", "30", commands]);
    wait_until("the screen", LIMIT, || tmux(&["capture-pane", "-p"]).contains("87 tables"));
    tmux(&["send-keys", "C-n"]);
    tmux(&["send-keys", "-l", "SELECT 'kept through a closed terminal'"]);
    wait_until("the text", LIMIT, || tmux(&["capture-pane", "-p"]).contains("closed terminal'"));
    tmux(&["kill-server"]);
    wait_until("both have ended", LIMIT, || code("second").ends_with('\n'));
    assert_eq!((code("first").trim(), code("second").trim()), ("0", "2"), "{}", code("message"));
    assert!(home.worksheets().contains("kept through a closed terminal"), "{}", home.worksheets());
    assert!(code("message").contains("There is no terminal to draw on"), "{}", code("message"));
}
