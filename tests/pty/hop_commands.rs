//! A command that connects to a hop has no terminal, and ends with rrx.

use std::time::Duration;

use nix::sys::signal::killpg;
use nix::unistd::Pid;

use crate::harness::{Home, Terminal};
use crate::rig::wait_until;

/// Returns a home with the profile `p`, whose hop is reached by this command.
fn reached_by(command: &str) -> Home {
    reached_by_in(Home::new(), command)
}

fn reached_by_in(home: Home, command: &str) -> Home {
    home.settings(&format!(
        "[profile.p]\nhost = \"127.0.0.1\"\nuser = \"u\"\npassword = {{ env = \"HOME\" }}\nproxy_command = true\n\
         route = [{{ host = \"b\", user = \"u\", proxy_command = '''{command}''' }}]\n"
    ));
    home
}

#[test]
fn a_command_of_a_hop_cannot_ask_on_the_terminal_of_the_screen() {
    let home = reached_by("sh -c 'echo QUESTION > /dev/tty; read answer < /dev/tty || exit 9'");
    let mut terminal = Terminal::start(&home, &["p"], (120, 30));
    terminal.see("exit code 9");
    assert!(!terminal.has_written("QUESTION\r\n"));
    terminal.keys("ctrl-q");
    assert!(terminal.end().success());
}

#[test]
fn a_command_of_a_hop_that_ignores_sighup_does_not_outlive_rrx() {
    let home = Home::new();
    let file = home.path().join("group");
    let home = reached_by_in(home, &format!("sh -c 'trap \"\" HUP; echo $$ > {}; sleep 1000'", file.display()));
    let mut terminal = Terminal::start(&home, &["p"], (120, 30));
    let written = || std::fs::read_to_string(&file).ok().filter(|text| text.ends_with('\n'));
    wait_until("the command runs", Duration::from_mins(1), || written().is_some());
    let group = Pid::from_raw(written().unwrap().trim().parse().unwrap());
    assert!(killpg(group, None).is_ok());
    terminal.keys("ctrl-q");
    assert!(terminal.end().success());
    wait_until("the command has ended", Duration::from_mins(1), || killpg(group, None).is_err());
}
