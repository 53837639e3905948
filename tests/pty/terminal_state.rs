//! The state in which the program leaves the terminal: when it is suspended and when it runs on.

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
fn children(pid: u32) -> Vec<Pid> {
    let output = std::process::Command::new("ps").args(["-A", "-o", "pid=,ppid="]).output().expect("ps starts");
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let pairs = text.lines().filter_map(|line| {
        let mut numbers = line.split_whitespace().filter_map(|number| number.parse::<i32>().ok());
        Some((numbers.next()?, numbers.next()?))
    });
    pairs.filter(|(_, parent)| u32::try_from(*parent) == Ok(pid)).map(|(child, _)| Pid::from_raw(child)).collect()
}

/// Waits until the program has its screen again, and checks that its keys act.
fn runs_again(terminal: &mut Terminal) {
    terminal.wait_for_screen("the screen is back", |screen| {
        screen.alternate_screen() && screen.bracketed_paste() && screen.contents().contains("SELECT 6 * 7 AS answer")
    });
    wait_until("raw mode", LIMIT, || !terminal.echoes());
    terminal.keys("f5");
    terminal.wait("the result", |shown| shown.contains("Results ─ 1 row ·") && shown.contains(" ms"));
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
fn state(pid: Pid) -> Option<char> {
    let output = std::process::Command::new("ps").args(["-o", "stat=", "-p", &pid.to_string()]).output().expect("ps");
    String::from_utf8_lossy(&output.stdout).trim().chars().next()
}

