//! Tests the first use: creating a profile, the host-key question, the password, and the first session.

use super::harness::{Home, Terminal};
use super::rig::Rig;

/// The profile's password is in the keyring, and this build has none. The message comes before the user types anything and
/// names the next step. The user can still connect by typing the password.
#[cfg(not(feature = "keyring"))]
#[test]
fn a_build_without_a_keyring_says_so_says_what_to_do_and_lets_the_password_be_typed() {
    let rig = Rig::start();
    let home = Home::new();
    let profile = rig.profile_toml("clinic");
    let line = profile.lines().find(|line| line.starts_with("password")).unwrap();
    home.settings(&profile.replace(line, "password = { keyring = true }"));
    for what in ["set", "clear"] {
        let terminal = Terminal::start(&home, &["secret", what, "clinic"], (80, 24));
        let shown = terminal.see("[profile.clinic]");
        for words in ["This build of rrx has no keyring", "password of clinic comes from the keyring", "next: "] {
            assert!(shown.contains(words), "{shown}");
        }
        assert!(!shown.contains("Password"), "nothing is asked for: {shown}");
        assert_eq!(terminal.end().exit_code(), 2);
    }

    let mut terminal = Terminal::start(&home, &["clinic"], (80, 24));
    let shown = terminal.see("this build has no keyring");
    assert!(shown.contains("Password"), "{shown}");
    terminal.text(rig.password());
    terminal.keys("enter");
    terminal.see("TEST clinic");
    terminal.keys("ctrl-q");
    assert!(terminal.end().success());
}

#[test]
fn a_profile_made_from_questions_asks_for_the_host_key_and_the_password_and_connects() {
    let rig = Rig::start();
    let home = Home::new();
    let ssh = home.path().join(".ssh");
    std::fs::create_dir(&ssh).unwrap();
    let config = format!(
        "Host bastion\n  HostName {}\n  Port {}\n  User {}\n  IdentityFile {}\n",
        rig.ssh_host(),
        rig.ssh_port(),
        rig.ssh_user(),
        rig.user_key().display()
    );
    std::fs::write(ssh.join("config"), config).unwrap();

    let ca = rig.ca().display().to_string();
    let mut terminal = Terminal::start(&home, &["profiles", "add", "clinic", "--ca", &ca], (120, 30));
    let replica = format!("{}:{}", rig.mysql_host(), rig.mysql_port());
    for (question, answer) in [
        ("Environment", "nowhere"),
        ("choose one of these environments", "test"),
        ("Bastion", "bastion"),
        ("SSH key file", ""),
        ("Replica", &replica),
        ("Account", rig.account()),
        ("Database", ""),
        ("Source of the password", "prompt"),
    ] {
        terminal.see(question);
        terminal.text(answer);
        terminal.keys("enter");
    }
    terminal.see("Open it with `rrx clinic`");
    assert!(terminal.end().success());

    let mut terminal = Terminal::start(&home, &["clinic"], (80, 24));
    terminal.see(&rig.sshd().fingerprint("ed25519"));
    assert!(!ssh.join("known_hosts").exists(), "nothing is recorded before the answer");
    terminal.keys("ctrl-y");
    terminal.see("Password");
    terminal.text("not the password");
    terminal.keys("enter");
    let refused = terminal.see("1045");
    assert!(!refused.contains("not the password"), "{refused}");
    terminal.text(rig.password());
    terminal.keys("enter");
    let shown = terminal.see("TEST clinic");
    assert!(!shown.contains(rig.password()), "{shown}");
    terminal.keys("ctrl-q");
    assert!(terminal.end().success());
    let recorded = std::fs::read_to_string(ssh.join("known_hosts")).unwrap();
    assert!(recorded.contains("ssh-ed25519"), "{recorded}");

    // At the second start there is no question about the host.
    let mut terminal = Terminal::start(&home, &["clinic"], (80, 24));
    terminal.see("Password");
    terminal.text(rig.password());
    terminal.keys("enter");
    terminal.see("TEST clinic");
    terminal.keys("ctrl-q");
    assert!(terminal.end().success());
}

#[test]
fn a_profile_made_in_the_form_connects() {
    let rig = Rig::start();
    let home = Home::new();
    let ssh = home.path().join(".ssh");
    std::fs::create_dir(&ssh).unwrap();
    std::fs::copy(rig.user_key(), ssh.join("id_ed25519")).unwrap();
    let mut terminal = Terminal::start(&home, &[], (120, 30));
    terminal.see("choose a profile");
    terminal.keys("ctrl-n");
    terminal.see("new profile");
    terminal.text("clinic");
    terminal.keys("down");
    terminal.text("t");
    terminal.see("‹test›");
    terminal.keys("down");
    terminal.text(&format!("{}@{}:{}", rig.ssh_user(), rig.ssh_host(), rig.ssh_port()));
    terminal.keys("down down");
    terminal.text(&format!("{}:{}", rig.mysql_host(), rig.mysql_port()));
    terminal.keys("down");
    terminal.text(rig.account());
    terminal.keys("down");
    terminal.text("mysql");
    terminal.keys("down down");
    terminal.text("f");
    terminal.see("‹file›");
    terminal.keys("down");
    terminal.text(&rig.password_file().display().to_string());
    let shown = terminal.see("‹file›");
    assert!(!shown.contains(rig.password()), "{shown}");
    terminal.keys("ctrl-s");
    terminal.wait("the profile is there", |shown| shown.contains("choose a profile") && shown.contains("clinic"));
    terminal.keys("enter");
    terminal.see(&rig.sshd().fingerprint("ed25519"));
    terminal.keys("ctrl-y");
    terminal.see("Connected to MariaDB");
    terminal.see("TEST clinic  mysql");
    terminal.keys("ctrl-q");
    assert!(terminal.end().success());
    let settings = std::fs::read_to_string(home.path().join("config/config.toml")).unwrap();
    assert!(settings.contains("[profile.clinic]") && !settings.contains(rig.password()), "{settings}");
}

/// The settings file is edited while the screen is open: first a fault is corrected, then a wrong port.
#[test]
fn an_edit_of_the_settings_takes_effect_without_a_restart() {
    let rig = Rig::start();
    let home = Home::new();
    let good = rig.profile_toml("clinic");
    let user = good.lines().find(|line| line.starts_with("user")).unwrap();
    home.settings(&good.replace(user, &user.replacen("user", "usr", 1)));
    let mut terminal = Terminal::start(&home, &[], (120, 30));
    terminal.see("left out: ");
    terminal.keys("enter");
    let shown = terminal.see("The profile \"clinic\" is left out");
    assert!(shown.contains("unknown key \"usr\""), "{shown}");
    home.settings(&good.replace(user, "user = \"no-such-account\""));
    terminal.keys("enter");
    terminal.see("1045");
    home.settings(&good);
    terminal.keys("esc");
    terminal.see("profiles");
    terminal.keys("enter");
    terminal.see("TEST clinic");
    terminal.keys("ctrl-q");
    assert!(terminal.end().success());
}
