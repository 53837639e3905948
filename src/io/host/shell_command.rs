//! Runs the commands of `ssh_config`: a `ProxyCommand`, whose standard input and output lead to a hop, and the commands of
//! `Match exec`. They run in the user's shell, each in a session of its own, without a terminal: the terminal has the screen.

use std::ffi::{OsStr, OsString};
use std::io::{self, Read};
use std::os::unix::process::{CommandExt as _, ExitStatusExt as _};
use std::process::{Child, ChildStdin, ChildStdout, Command, ExitStatus, Stdio};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use nix::sys::signal::{Signal, kill, killpg};
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
/// The program that starts another one without a terminal (setsid(1)). A safe call for it does not exist between fork and exec.
const SETSID: &str = "setsid";
/// What keeps `ssh` from opening a window for its questions (ssh(1)).
const NO_QUESTIONS: (&str, &str) = ("SSH_ASKPASS_REQUIRE", "never");

/// The process groups of all running commands.
static RUNNING: RunningGroups = RunningGroups::new();

/// Process groups that have not ended.
struct RunningGroups {
    groups: Mutex<Vec<Pid>>,
    changed: Condvar,
}

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
    /// The signals that rrx has sent.
    sent: Vec<Signal>,
    end: Option<CommandEnd>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum CommandEnd {
    Itself(String),
    /// A signal of rrx ended it.
    Stopped,
}

/// The ends of the pipes to a command.
pub struct CommandPipes {
    pub stdin: ChildStdin,
    pub stdout: ChildStdout,
}

impl RunningGroups {
    const fn new() -> Self {
        Self { groups: Mutex::new(Vec::new()), changed: Condvar::new() }
    }

    /// Waits for the end of the first process of a group, and kills the others: they would keep the pipes open.
    fn wait(&self, child: &mut Child, group: Pid) -> io::Result<ExitStatus> {
        let status = child.wait();
        let _ = killpg(group, Signal::SIGKILL);
        self.lock().retain(|running| *running != group);
        self.changed.notify_all();
        status
    }

    /// Ends all groups: by SIGHUP, and those that have not ended after this time by SIGKILL. Waits as long for each.
    fn end_all(&self, limit: Duration) {
        let mut running = self.lock();
        for signal in [Signal::SIGHUP, Signal::SIGKILL] {
            running.iter().for_each(|group| send_signal(*group, signal));
            let waited = self.changed.wait_timeout_while(running, limit, |running| !running.is_empty());
            running = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Pid>> {
        self.groups.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Ends all commands and waits for their end, but not for long. Called before the program ends: later, nothing stops them.
pub fn end_all() {
    RUNNING.end_all(ENDING);
}

impl ShellCommand {
    /// Starts a command, as OpenSSH starts a `ProxyCommand`: the shell is replaced by it.
    ///
    /// # Errors
    /// Returns the system's error if the shell cannot be started.
    pub fn start(command: &str, shell: Option<OsString>) -> io::Result<(Self, CommandPipes)> {
        let (mut child, group) = spawn(shell, &format!("exec {command}"), Stdio::piped)?;
        let report = Arc::new(CommandReport::default());
        let (stdin, stdout, stderr) = (child.stdin.take(), child.stdout.take(), child.stderr.take());
        let running = Self { group, report: Arc::clone(&report) };
        std::thread::Builder::new().name("rrx command end".into()).spawn({
            let report = Arc::clone(&report);
            move || {
                let status = RUNNING.wait(&mut child, group);
                report.set_end(&status);
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
        if self.report.has_ended() {
            return;
        }
        self.report.stop(self.group, Signal::SIGHUP);
        let (group, report) = (self.group, Arc::clone(&self.report));
        // Waiting here would block a task.
        let _ = std::thread::Builder::new().name("rrx command stop".into()).spawn(move || {
            if !report.has_ended_within(ENDING) {
                report.stop(group, Signal::SIGKILL);
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

    #[must_use]
    pub fn has_ended(&self) -> bool {
        self.lock().end.is_some()
    }

    /// Returns how the command ended by itself; `None` while it runs, and if rrx has stopped it.
    #[must_use]
    pub fn end(&self) -> Option<String> {
        match &self.lock().end {
            Some(CommandEnd::Itself(how)) => Some(how.clone()),
            Some(CommandEnd::Stopped) | None => None,
        }
    }

    /// Sends a signal to the command, and notes that its end may come from it.
    fn stop(&self, group: Pid, signal: Signal) {
        self.lock().sent.push(signal);
        send_signal(group, signal);
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

    fn set_end(&self, status: &io::Result<ExitStatus>) {
        let mut state = self.lock();
        let signal = status.as_ref().ok().and_then(ExitStatus::signal);
        let is_stopped = signal.is_some_and(|number| state.sent.iter().any(|sent| *sent as i32 == number));
        state.end = Some(if is_stopped { CommandEnd::Stopped } else { CommandEnd::Itself(describe_end(status)) });
        drop(state);
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

/// Runs a command of `Match exec` without input and output. Returns whether it ended with 0. What it started ends with it.
///
/// # Errors
/// Returns an error if the shell cannot be started, or the command does not end in time.
pub fn succeeds(command: &str, shell: Option<OsString>, limit: Duration) -> io::Result<bool> {
    let (mut child, group) = spawn(shell, command, Stdio::null)?;
    let (sender, ended) = std::sync::mpsc::sync_channel(1);
    std::thread::Builder::new()
        .name("rrx command end".into())
        .spawn(move || sender.send(RUNNING.wait(&mut child, group)))?;
    if let Ok(status) = ended.recv_timeout(limit) {
        return status.map(|status| status.success());
    }
    send_signal(group, Signal::SIGKILL);
    let message = format!("the command did not end within {} s", limit.as_secs_f32());
    Err(io::Error::new(io::ErrorKind::TimedOut, message))
}

/// Starts the shell with this script in a session of its own. Without setsid(1) it has only a process group of its own.
fn spawn(shell: Option<OsString>, script: &str, streams: fn() -> Stdio) -> io::Result<(Child, Pid)> {
    let shell = shell.filter(|shell| !shell.is_empty()).unwrap_or_else(|| DEFAULT_SHELL.into());
    let mut in_session = command_of(SETSID.as_ref());
    in_session.arg(&shell);
    let mut in_group = command_of(&shell);
    in_group.process_group(0);
    let run = |mut command: Command| {
        command.arg("-c").arg(script).stdin(streams()).stdout(streams()).stderr(streams()).spawn()
    };
    let child = run(in_session).or_else(|_| run(in_group))?;
    let group = Pid::from_raw(i32::try_from(child.id()).map_err(io::Error::other)?);
    RUNNING.lock().push(group);
    Ok((child, group))
}

#[expect(clippy::disallowed_methods, reason = "the user allows these commands of ssh_config and of the profile")]
fn command_of(program: &OsStr) -> Command {
    let mut command = Command::new(program);
    for name in hidden_variables() {
        command.env_remove(name);
    }
    command.env(NO_QUESTIONS.0, NO_QUESTIONS.1);
    command
}

/// Sends a signal to a process group, or to its first process as long as that has not made the group.
fn send_signal(group: Pid, signal: Signal) {
    if killpg(group, signal).is_err() {
        let _ = kill(group, signal);
    }
}

fn describe_end(status: &io::Result<ExitStatus>) -> String {
    match status.as_ref().map(|status| (status.code(), status.signal())) {
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

    /// Waits for its line "ready".
    fn wait_until_ready(pipes: &mut CommandPipes) {
        let mut line = [0; 6];
        pipes.stdout.read_exact(&mut line).unwrap();
        assert_eq!(&line, b"ready\n");
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn a_command_is_in_a_session_of_its_own_without_a_terminal() {
        let command = "sh -c 'echo ready; (: < /dev/tty) && exit 1; exit 0'";
        let (running, mut pipes) = ShellCommand::start(command, None).unwrap();
        wait_until_ready(&mut pipes);
        let report = running.report();
        assert!(report.has_ended_within(LONG_TIME));
        assert_eq!(report.end().as_deref(), Some("it ended with exit code 0"));
        let (running, mut pipes) = ShellCommand::start("sh -c 'echo ready; sleep 1000'", None).unwrap();
        wait_until_ready(&mut pipes);
        assert_eq!(nix::unistd::getsid(Some(running.group)), Ok(running.group));
    }

    #[test]
    fn ssh_opens_no_window_for_its_questions() {
        let command = "sh -c 'test \"$SSH_ASKPASS_REQUIRE\" = never'";
        let (running, _pipes) = ShellCommand::start(command, None).unwrap();
        assert!(running.report().has_ended_within(LONG_TIME));
        assert_eq!(running.report().end().as_deref(), Some("it ended with exit code 0"));
        assert!(succeeds("test \"$SSH_ASKPASS_REQUIRE\" = never", None, LONG_TIME).unwrap());
    }

    #[test]
    fn an_end_by_a_signal_of_rrx_is_not_reported_and_one_by_another_signal_is() {
        let (running, _pipes) = ShellCommand::start("sleep 1000", None).unwrap();
        let report = running.report();
        drop(running);
        assert!(report.has_ended_within(LONG_TIME));
        assert_eq!(report.end(), None);
        let (running, _pipes) = ShellCommand::start("sh -c 'kill -9 $$'", None).unwrap();
        assert!(running.report().has_ended_within(LONG_TIME));
        assert_eq!(running.report().end().as_deref(), Some("it was ended by signal 9"));
    }

    #[test]
    fn dropping_a_command_ends_its_whole_group_even_if_it_ignores_sighup() {
        for command in ["sh -c 'echo ready; exec sleep 1000'", "sh -c 'trap \"\" HUP; sleep 1000 & echo ready; wait'"] {
            let (running, mut pipes) = ShellCommand::start(command, Some("/bin/sh".into())).unwrap();
            wait_until_ready(&mut pipes);
            let group = running.group;
            assert!(is_alive(group));
            drop(running);
            while is_alive(group) {
                std::thread::yield_now();
            }
        }
    }

    #[test]
    fn all_commands_are_ended_even_one_that_ignores_sighup() {
        let running = RunningGroups::new();
        let mut children = Vec::new();
        for trap in ["exit", ""] {
            let script = format!("trap '{trap}' HUP; echo ready; while :; do sleep 1000; done");
            let (mut child, group) = spawn(None, &script, Stdio::piped).unwrap();
            child.stdout.as_mut().unwrap().read_exact(&mut [0; 6]).unwrap();
            running.lock().push(group);
            children.push((child, group));
        }
        running.end_all(Duration::from_millis(50));
        for (mut child, group) in children {
            RUNNING.wait(&mut child, group).unwrap();
            while is_alive(group) {
                std::thread::yield_now();
            }
        }
    }

    #[test]
    fn what_a_match_command_started_ends_with_it() {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("group");
        assert!(succeeds(&format!("echo $$ > {}; sleep 1000 &", file.display()), None, LONG_TIME).unwrap());
        let group = std::fs::read_to_string(&file).unwrap().trim().parse().unwrap();
        while is_alive(Pid::from_raw(group)) {
            std::thread::yield_now();
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
