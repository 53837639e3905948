//! Types into the program at a terminal of its own: a prompt is answered once it is there and the echo is as it should be.

use std::io::{Read as _, Write as _};
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use portable_pty::{CommandBuilder, PtySize, native_pty_system};

use crate::rig::wait_until;

/// One answer: after these words, with the echo on or off, this is typed.
pub struct Typed<'a> {
    pub after: &'a str,
    pub is_seen: bool,
    pub text: &'a str,
}

/// Runs the program with this home until it ends, or until the last answer where that leads nowhere; tells the screen.
pub fn run(home: &Path, arguments: &[&str], answers: &[Typed<'_>]) -> String {
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
        // ECHO is the same bit on Linux and macOS.
        let echoes = || pair.master.get_termios().is_some_and(|terminal| terminal.local_flags.bits() & 8 != 0);
        wait_until(answer.after, Duration::from_secs(30), || {
            screen.lock().unwrap().contains(answer.after) && echoes() == answer.is_seen
        });
        keys.write_all(format!("{}\n", answer.text).as_bytes()).unwrap();
    }
    child.wait().unwrap();
    reader.join().unwrap();
    screen.lock().unwrap().clone()
}
