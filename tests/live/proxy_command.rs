//! Hops that a command connects to: `ProxyCommand` of `ssh_config` and `proxy_command` of the profile.

use std::path::{Path, PathBuf};
use std::time::Duration;

use nix::sys::signal::killpg;
use nix::unistd::Pid;
use rrx::domain::problem::Remedy;
use rrx::domain::profile::{CommandConsent, Hop, Profile};
use rrx::domain::protocol::{Answer, ConnectionStep, Question};
use rrx::io::tunnel::{Tunnel, TunnelContext, TunnelError};

use super::harness::{connect, connect_answering};
use super::hops::{alias, host, with_config};
use super::tunnel::{ScriptedPrompter, done, drain, greeting, home};
use crate::rig::{Rig, SshdOptions, wait_until};

/// Returns a command that connects as `nc` does, and writes the number of its process group to a file.
fn relay_command(group: &Path) -> String {
    format!("bash -c 'echo $$ >> {}; exec 3<>/dev/tcp/%h/%p; cat <&3 & cat >&3; kill %%1'", group.display())
}

fn groups(file: &Path) -> Vec<Pid> {
    let text = std::fs::read_to_string(file).unwrap_or_default();
    text.lines().map(|line| Pid::from_raw(line.trim().parse().unwrap())).collect()
}

fn are_any_alive(file: &Path) -> bool {
    groups(file).into_iter().any(|group| killpg(group, None).is_ok())
}

/// Returns `ssh_config` for a hop `b` that this command connects to.
fn config(rig: &Rig, command: &str) -> String {
    format!("{}  ProxyCommand {command}\n", host("b", rig, rig.sshd(), "127.0.0.1"))
}

fn allowing(context: TunnelContext) -> TunnelContext {
    TunnelContext { commands: CommandConsent::Given, ..context }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_command_connects_to_the_hop_and_ends_with_the_tunnel() {
    let (rig, home) = (Rig::start(), home());
    let group = home.path().join("group");
    let (context, mut steps) = with_config(home.path(), &config(rig, &relay_command(&group)));
    let script = ScriptedPrompter::with_answers([Answer::Accept]);
    let context = TunnelContext { prompter: script.clone(), ..context };
    let tunnel = Tunnel::open(&[alias("b")], context).await.unwrap();
    assert!(greeting(&tunnel, rig).await.contains("MariaDB"));
    let questions = script.questions();
    let [Question::RunCommand { host, command, place }] = questions.as_slice() else { panic!("{questions:?}") };
    assert_eq!(host, "b");
    assert!(command.contains(&format!("/dev/tcp/127.0.0.1/{}", rig.ssh_port())), "{command}");
    assert!(command.contains("kill %1"), "{command}");
    assert!(place.ends_with(".ssh/config line 7"), "{place}");
    assert!(done(&drain(&mut steps), ConnectionStep::HostKey).contains("known"));
    // A second forward has a connection of its own, without another question.
    let _second = tunnel.local_end(rig.mysql_host(), rig.mysql_port()).await.unwrap();
    wait_until("the second command runs", Duration::from_secs(20), || groups(&group).len() == 2);
    assert_eq!(script.questions().len(), 1);
    assert!(are_any_alive(&group));
    tunnel.close().await;
    wait_until("the commands have ended", Duration::from_secs(20), || !are_any_alive(&group));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ssh_itself_can_be_the_command() {
    let (rig, home) = (Rig::start(), home());
    let target = format!("127.0.0.1:{}", rig.ssh_port());
    let jump = rig.start_sshd(&SshdOptions { permit: vec![target], ..SshdOptions::default() });
    let ssh = format!(
        "ssh -F none -o BatchMode=yes -o IdentitiesOnly=yes -o UserKnownHostsFile={} -i {} -p {} -W %h:%p {}@127.0.0.1",
        jump.known_hosts().display(),
        rig.user_key().display(),
        jump.port(),
        rig.ssh_user(),
    );
    let (context, _steps) = with_config(home.path(), &config(rig, &ssh));
    let tunnel = Tunnel::open(&[alias("b")], allowing(context)).await.unwrap();
    assert!(greeting(&tunnel, rig).await.contains("MariaDB"));
    tunnel.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_consent_the_command_does_not_run_and_the_refusal_names_it_and_the_setting() {
    let (rig, home) = (Rig::start(), home());
    let marker = home.path().join("marker");
    let text = config(rig, &format!("touch {}", marker.display()));
    for prompter in [None, Some(ScriptedPrompter::with_answers([Answer::Decline]))] {
        let (mut context, _steps) = with_config(home.path(), &text);
        if let Some(prompter) = prompter {
            context.prompter = prompter;
        }
        let error = Tunnel::open(&[alias("b")], context).await.unwrap_err();
        assert!(matches!(error, TunnelError::CommandNotAllowed { .. }), "{error:?}");
        let problem = error.problem();
        assert!(problem.because[0].contains(&format!("touch {}", marker.display())), "{problem}");
        assert!(problem.hint.as_ref().unwrap().contains("proxy_command = true"), "{problem}");
        assert_eq!((problem.then.as_ref(), problem.is_transient), (Some(&Remedy::Settings), false));
        assert!(!marker.exists());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_last_messages_of_a_command_that_fails_are_shown_harmlessly() {
    let (rig, home) = (Rig::start(), home());
    for (command, expected) in [
        ("sh -c 'for i in 1 2 3 4 5 6; do echo line $i >&2; done; exit 7'", vec!["exit code 7", "it said: line 6"]),
        ("sh -c 'printf \"\\033[31mno credentials\\n\" >&2; exit 1'", vec!["exit code 1", "no credentials"]),
        ("/nonexistent/command", vec!["exit code 127", "it said: "]),
        ("sh -c 'kill -9 $$'", vec!["signal 9"]),
        ("echo this is not SSH", vec!["echo this is not SSH"]),
    ] {
        let (context, _steps) = with_config(home.path(), &config(rig, command));
        let error = Tunnel::open(&[alias("b")], allowing(context)).await.unwrap_err();
        assert!(matches!(error, TunnelError::Command { .. }), "{command}: {error:?}");
        let text = error.problem().to_string();
        for part in expected {
            assert!(text.contains(part), "{command}: {text}");
        }
        assert!(!text.contains('\u{1b}') && !text.contains("line 2"), "{text}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_command_that_rrx_stops_is_reported_as_too_slow_and_not_by_its_end() {
    let (rig, home) = (Rig::start(), home());
    for command in [
        "sh -c 'echo please wait >&2; sleep 1000'",
        "sh -c 'trap \"exit 5\" HUP; echo please wait >&2; sleep 1000 & wait'",
    ] {
        let text = format!("{}  ConnectTimeout 1\n", config(rig, command));
        let error = Tunnel::open(&[alias("b")], allowing(with_config(home.path(), &text).0)).await.unwrap_err();
        let text = error.problem().to_string();
        assert!(text.contains("did not finish in time") && text.contains("please wait"), "{text}");
        assert!(!text.contains("signal") && !text.contains("exit code"), "{text}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_host_key_is_verified_through_a_command_too() {
    let (rig, home) = (Rig::start(), home());
    let group = home.path().join("group");
    let other = rig.start_sshd(&SshdOptions::default());
    let text = format!(
        "{}  ProxyCommand {}\n",
        host("b", rig, &other, "127.0.0.1"),
        relay_command(&group).replace("%p", &rig.ssh_port().to_string())
    );
    let (context, _steps) = with_config(home.path(), &text);
    let error = Tunnel::open(&[alias("b")], allowing(context)).await.unwrap_err();
    assert!(matches!(error, TunnelError::HostKeyChanged { .. }), "{error:?}");
    wait_until("the command has ended", Duration::from_secs(20), || !are_any_alive(&group));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_session_runs_over_the_command_of_the_profile() {
    let (rig, home) = (Rig::start(), home());
    let group = home.path().join("group");
    let hop = Hop { proxy_command: Some(relay_command(&group)), ..rig.hop(rig.ssh_port(), &rig.known_hosts()) };
    let by = |proxy_command| Profile { route: vec![hop.clone()], proxy_command, ..rig.profile() };
    let mut live = connect(by(CommandConsent::Given)).await.unwrap();
    assert_eq!(live.run("SELECT 6 * 7").await.value(), "42");
    live.close().await;
    wait_until("the commands have ended", Duration::from_secs(20), || !are_any_alive(&group));
    let mut asked = 0;
    let live = connect_answering(by(CommandConsent::Ask), |question| {
        asked += 1;
        assert!(matches!(question, Question::RunCommand { .. }), "{question:?}");
        Answer::Accept
    });
    live.await.unwrap().close().await;
    assert_eq!(asked, 1);
    let declined = connect_answering(by(CommandConsent::Ask), |_| Answer::Decline).await.err().unwrap();
    assert!(declined.hint.as_ref().unwrap().contains("proxy_command = true"), "{declined}");
    let second = Profile { route: vec![rig.hop(rig.ssh_port(), &rig.known_hosts()), hop], ..rig.profile() };
    let problem = connect(second).await.err().unwrap();
    assert!(problem.because[0].contains("only the first hop"), "{problem}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_command_of_match_runs_with_the_same_consent() {
    let (rig, home) = (Rig::start(), home());
    let marker: PathBuf = home.path().join("marker");
    let text = format!(
        "Match originalhost b exec \"touch {}\"\n  Port {}\n{}",
        marker.display(),
        rig.ssh_port(),
        host("b", rig, rig.sshd(), "127.0.0.1")
            .lines()
            .filter(|line| !line.contains("Port"))
            .collect::<Vec<_>>()
            .join("\n")
    );
    let (context, _steps) = with_config(home.path(), &text);
    assert!(Tunnel::open(&[alias("b")], context).await.is_err(), "without consent the port is 22");
    assert!(!marker.exists());
    let (context, _steps) = with_config(home.path(), &text);
    let tunnel = Tunnel::open(&[alias("b")], allowing(context)).await.unwrap();
    assert!(marker.exists());
    tunnel.close().await;
}
