//! Runs the program in a terminal, and answers each prompt when it is on the screen and the echo is on or off as expected.

use std::io::{Read as _, Write as _};
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use portable_pty::{CommandBuilder, PtySize, native_pty_system};

use crate::rig::wait_until;

/// A typed answer: the prompt, whether the terminal echoes the answer, and its text.
pub struct TypedAnswer<'a> {
    pub after: &'a str,
    pub is_echoed: bool,
    pub text: &'a str,
}

/// Runs the program until it ends, and returns everything that the screen has shown.
pub fn run(home: &Path, arguments: &[&str], answers: &[TypedAnswer<'_>]) -> String {
    let pair = native_pty_system().openpty(PtySize { rows: 40, cols: 200, pixel_width: 0, pixel_height: 0 }).unwrap();
    let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_rrx"));
    command.args(arguments);
    command.env("RRX_HOME", home);
    command.env("HOME", home);
    command.env_remove("SSH_AUTH_SOCK");
    let mut child = pair.slave.spawn_command(command).unwrap();
    drop(pair.slave);
    let (mut out, mut keys) = (pair.master.try_clone_reader().unwrap(), pair.master.take_writer().unwrap());
    let screen = Arc::new(Mutex::new(String::new()));
    let reader = {
        let screen = Arc::clone(&screen);
        std::thread::spawn(move || {
            let mut bytes = [0; 1024];
            while let Ok(count @ 1..) = out.read(&mut bytes) {
                screen.lock().unwrap().push_str(&String::from_utf8_lossy(&bytes[..count]));
            }
        })
    };
    for answer in answers {
        // ECHO is bit 8 on Linux and macOS.
        let echoes = || pair.master.get_termios().is_some_and(|terminal| terminal.local_flags.bits() & 8 != 0);
        wait_until(answer.after, Duration::from_secs(30), || {
            screen.lock().unwrap().contains(answer.after) && echoes() == answer.is_echoed
        });
        keys.write_all(format!("{}\n", answer.text).as_bytes()).unwrap();
    }
    child.wait().unwrap();
    reader.join().unwrap();
    screen.lock().unwrap().clone()
}
