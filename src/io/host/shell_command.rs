//! Runs the commands of `ssh_config`: a `ProxyCommand`, whose standard input and output lead to a hop, and the commands of
//! `Match exec`. They run in the user's shell, each in a process group of its own.

use std::ffi::OsString;
use std::io::{self, Read};
use std::os::unix::process::{CommandExt as _, ExitStatusExt as _};
use std::process::{ChildStdin, ChildStdout, Command, ExitStatus, Stdio};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use nix::sys::signal::{Signal, killpg};
use nix::unistd::Pid;

use super::secrets::hidden_variables;

/// Bytes of standard error that are kept.
const KEPT_MESSAGES: usize = 4 << 10;
/// Lines of standard error that are reported.
const REPORTED_LINES: usize = 4;
/// Time for a command to end after SIGHUP. After it the command is killed.
const ENDING: Duration = Duration::from_secs(1);
/// The shell for users without `SHELL`.
const DEFAULT_SHELL: &str = "/bin/sh";

/// A running command. Dropping it ends its process group.
pub struct ShellCommand {
    group: Pid,
    report: Arc<CommandReport>,
}

/// What is known of a command while it runs and after its end.
#[derive(Default)]
pub struct CommandReport {
    state: Mutex<ReportState>,
    changed: Condvar,
}

#[derive(Default)]
struct ReportState {
    /// The end of standard error.
    messages: Vec<u8>,
    /// How the command ended.
    end: Option<String>,
}

/// The ends of the pipes to a command.
pub struct CommandPipes {
    pub stdin: ChildStdin,
    pub stdout: ChildStdout,
}

impl ShellCommand {
    /// Starts a command, as OpenSSH starts a `ProxyCommand`: the shell is replaced by it.
    ///
    /// # Errors
    /// Returns the system's error if the shell cannot be started.
    pub fn start(command: &str, shell: Option<OsString>) -> io::Result<(Self, CommandPipes)> {
        let mut child = shell_of(shell)
            .arg("-c")
            .arg(format!("exec {command}"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()?;
        let group = Pid::from_raw(i32::try_from(child.id()).map_err(io::Error::other)?);
        let report = Arc::new(CommandReport::default());
        let (stdin, stdout, stderr) = (child.stdin.take(), child.stdout.take(), child.stderr.take());
        let running = Self { group, report: Arc::clone(&report) };
        std::thread::Builder::new().name("rrx command end".into()).spawn({
            let report = Arc::clone(&report);
            move || {
                let end = describe_end(child.wait());
                // What it started and left behind would keep the pipes open.
                let _ = killpg(group, Signal::SIGKILL);
                report.set_end(end);
            }
        })?;
        let (Some(stdin), Some(stdout), Some(stderr)) = (stdin, stdout, stderr) else {
            return Err(io::Error::other("the command has no pipes"));
        };
        std::thread::Builder::new().name("rrx command messages".into()).spawn(move || report.keep_messages(stderr))?;
        Ok((running, CommandPipes { stdin, stdout }))
    }

    #[must_use]
    pub fn report(&self) -> Arc<CommandReport> {
        Arc::clone(&self.report)
    }
}

impl Drop for ShellCommand {
    fn drop(&mut self) {
        if self.report.end().is_some() {
            return;
        }
        let _ = killpg(self.group, Signal::SIGHUP);
        let (group, report) = (self.group, Arc::clone(&self.report));
        // Waiting here would block a task.
        let _ = std::thread::Builder::new().name("rrx command stop".into()).spawn(move || {
            if !report.has_ended_within(ENDING) {
                let _ = killpg(group, Signal::SIGKILL);
            }
        });
    }
}

impl CommandReport {
    /// Returns the last lines of standard error.
    #[must_use]
    pub fn messages(&self) -> Vec<String> {
        let state = self.lock();
        let text = String::from_utf8_lossy(&state.messages);
        let lines: Vec<&str> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
        lines.iter().skip(lines.len().saturating_sub(REPORTED_LINES)).map(|line| (*line).to_owned()).collect()
    }

    /// Returns how the command ended; `None` while it runs.
    #[must_use]
    pub fn end(&self) -> Option<String> {
        self.lock().end.clone()
    }

    fn keep_messages(&self, mut stderr: impl Read) {
        let mut buffer = [0; 1024];
        while let Ok(count @ 1..) = stderr.read(&mut buffer) {
            let mut state = self.lock();
            state.messages.extend_from_slice(buffer.get(..count).unwrap_or_default());
            let surplus = state.messages.len().saturating_sub(KEPT_MESSAGES);
            state.messages.drain(..surplus);
        }
    }

    fn set_end(&self, end: String) {
        self.lock().end = Some(end);
        self.changed.notify_all();
    }

    fn has_ended_within(&self, limit: Duration) -> bool {
        let waited = self.changed.wait_timeout_while(self.lock(), limit, |state| state.end.is_none());
        waited.is_ok_and(|(_, waited)| !waited.timed_out())
    }

    fn lock(&self) -> MutexGuard<'_, ReportState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Runs a command of `Match exec` without input and output. Returns whether it ended with 0.
///
/// # Errors
/// Returns an error if the shell cannot be started, or the command does not end in time.
pub fn succeeds(command: &str, shell: Option<OsString>, limit: Duration) -> io::Result<bool> {
    let mut child = shell_of(shell)
        .arg("-c")
        .arg(command)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()?;
    let group = Pid::from_raw(i32::try_from(child.id()).map_err(io::Error::other)?);
    let (sender, ended) = std::sync::mpsc::sync_channel(1);
    std::thread::Builder::new().name("rrx command end".into()).spawn(move || sender.send(child.wait()))?;
    if let Ok(status) = ended.recv_timeout(limit) {
        return status.map(|status| status.success());
    }
    let _ = killpg(group, Signal::SIGKILL);
    let message = format!("the command did not end within {} s", limit.as_secs_f32());
    Err(io::Error::new(io::ErrorKind::TimedOut, message))
}

#[expect(clippy::disallowed_methods, reason = "the user allows these commands of ssh_config and of the profile")]
fn shell_of(shell: Option<OsString>) -> Command {
    let mut command = Command::new(shell.filter(|shell| !shell.is_empty()).unwrap_or_else(|| DEFAULT_SHELL.into()));
    for name in hidden_variables() {
        command.env_remove(name);
    }
    command.process_group(0);
    command
}

fn describe_end(status: io::Result<ExitStatus>) -> String {
    match status.map(|status| (status.code(), status.signal())) {
        Ok((Some(code), _)) => format!("it ended with exit code {code}"),
        Ok((None, Some(signal))) => format!("it was ended by signal {signal}"),
        Ok((None, None)) | Err(_) => "it ended".into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LONG_TIME: Duration = Duration::from_secs(30);

    fn is_alive(group: Pid) -> bool {
        killpg(group, None).is_ok()
    }

    #[test]
    fn a_command_reads_and_writes_and_the_end_of_its_messages_is_kept() {
        let command = "sh -c 'for i in 1 2 3 4 5 6; do echo line $i >&2; done; cat; exit 3'";
        let (running, mut pipes) = ShellCommand::start(command, None).unwrap();
        std::io::Write::write_all(&mut pipes.stdin, b"to the hop").unwrap();
        drop(pipes.stdin);
        let mut read = String::new();
        pipes.stdout.read_to_string(&mut read).unwrap();
        assert_eq!(read, "to the hop");
        let report = running.report();
        assert!(report.has_ended_within(LONG_TIME));
        assert_eq!(report.end().as_deref(), Some("it ended with exit code 3"));
        while report.messages().last().is_none_or(|line| line != "line 6") {
            std::thread::yield_now();
        }
        assert_eq!(report.messages(), ["line 3", "line 4", "line 5", "line 6"]);
    }

    #[test]
    fn dropping_a_command_ends_its_whole_group_even_if_it_ignores_sighup() {
        for command in ["sleep 1000", "sh -c 'trap \"\" HUP; sleep 1000 & echo ready; wait'"] {
            let (running, mut pipes) = ShellCommand::start(command, Some("/bin/sh".into())).unwrap();
            if command.contains("ready") {
                let mut line = [0; 6];
                pipes.stdout.read_exact(&mut line).unwrap();
            }
            let group = running.group;
            assert!(is_alive(group));
            drop(running);
            while is_alive(group) {
                std::thread::yield_now();
            }
        }
    }

    #[test]
    fn a_match_command_is_met_if_it_ends_with_zero_in_time() {
        assert!(succeeds("true", None, LONG_TIME).unwrap());
        assert!(!succeeds("exit 7", None, LONG_TIME).unwrap());
        let late = succeeds("sleep 1000", None, Duration::from_millis(50)).unwrap_err();
        assert_eq!(late.kind(), io::ErrorKind::TimedOut);
    }
}
