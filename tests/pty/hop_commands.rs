//! A command that connects to a hop has no terminal, and ends with rrx.

use crate::harness::{Home, Terminal};

/// Returns a home with the profile `p`, whose hop is reached by this command.
fn reached_by(command: &str) -> Home {
    let home = Home::new();
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
