//! The first day of a new user: a profile from questions, the host-key question, the password, the first session.

use super::harness::{Home, Story};
use super::rig::Rig;

/// A profile whose password is in the keyring, in a build that has none: told before anything is typed, with the way out, and
/// the way to the replica is open all the same.
#[cfg(not(feature = "keyring"))]
#[test]
fn a_build_without_a_keyring_says_so_says_what_to_do_and_lets_the_password_be_typed() {
    let rig = Rig::start();
    let home = Home::new();
    let profile = rig.profile_toml("clinic");
    let line = profile.lines().find(|line| line.starts_with("password")).unwrap();
    home.settings(&profile.replace(line, "password = { keyring = true }"));
    for what in ["set", "clear"] {
        let story = Story::start(&home, &["secret", what, "clinic"], (80, 24));
        let shown = story.see("[profile.clinic]");
        for words in ["This build of rrx has no keyring", "password of clinic comes from the keyring", "next: "] {
            assert!(shown.contains(words), "{shown}");
        }
        assert!(!shown.contains("Password"), "nothing is asked for: {shown}");
        assert_eq!(story.end().exit_code(), 2);
    }

    let mut story = Story::start(&home, &["clinic"], (80, 24));
    let shown = story.see("this build has no keyring");
    assert!(shown.contains("Password"), "{shown}");
    story.text(rig.password());
    story.keys("enter");
    story.see("TEST clinic");
    story.keys("ctrl-q");
    assert!(story.end().success());
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
    let mut story = Story::start(&home, &["profiles", "add", "clinic", "--ca", &ca], (120, 30));
    let replica = format!("{}:{}", rig.mysql_host(), rig.mysql_port());
    for (question, answer) in [
        ("Environment", "nowhere"),
        ("choose one of these environments", "test"),
        ("Bastion", "bastion"),
        ("Replica", &replica),
        ("Account", rig.account()),
        ("Database", ""),
        ("Source of the password", "prompt"),
    ] {
        story.see(question);
        story.text(answer);
        story.keys("enter");
    }
    story.see("Open it with `rrx clinic`");
    assert!(story.end().success());

    let mut story = Story::start(&home, &["clinic"], (80, 24));
    story.see(&rig.sshd().fingerprint("ed25519"));
    assert!(!ssh.join("known_hosts").exists(), "nothing is recorded before the answer");
    story.keys("ctrl-y");
    story.see("Password");
    story.text("not the password");
    story.keys("enter");
    let refused = story.see("1045");
    assert!(!refused.contains("not the password"), "{refused}");
    story.text(rig.password());
    story.keys("enter");
    let shown = story.see("TEST clinic");
    assert!(!shown.contains(rig.password()), "{shown}");
    story.keys("ctrl-q");
    assert!(story.end().success());
    let recorded = std::fs::read_to_string(ssh.join("known_hosts")).unwrap();
    assert!(recorded.contains("ssh-ed25519"), "{recorded}");

    // The second day: no question about the host any more.
    let mut story = Story::start(&home, &["clinic"], (80, 24));
    story.see("Password");
    story.text(rig.password());
    story.keys("enter");
    story.see("TEST clinic");
    story.keys("ctrl-q");
    assert!(story.end().success());
}

#[test]
fn a_profile_made_in_the_form_connects() {
    let rig = Rig::start();
    let home = Home::new();
    let ssh = home.path().join(".ssh");
    std::fs::create_dir(&ssh).unwrap();
    std::fs::copy(rig.user_key(), ssh.join("id_ed25519")).unwrap();
    let mut story = Story::start(&home, &[], (120, 30));
    story.see("choose a profile");
    story.keys("ctrl-n");
    story.see("new profile");
    story.text("clinic");
    story.keys("down");
    story.text("t");
    story.see("‹test›");
    story.keys("down");
    story.text(&format!("{}@{}:{}", rig.ssh_user(), rig.ssh_host(), rig.ssh_port()));
    story.keys("down");
    story.text(&format!("{}:{}", rig.mysql_host(), rig.mysql_port()));
    story.keys("down");
    story.text(rig.account());
    story.keys("down");
    story.text("mysql");
    story.keys("down");
    story.text("f");
    story.see("‹file›");
    story.keys("down");
    story.text(&rig.password_file().display().to_string());
    let shown = story.see("‹file›");
    assert!(!shown.contains(rig.password()), "{shown}");
    story.keys("ctrl-s");
    story.wait("the profile is there", |shown| shown.contains("choose a profile") && shown.contains("clinic"));
    story.keys("enter");
    story.see(&rig.sshd().fingerprint("ed25519"));
    story.keys("ctrl-y");
    story.see("Connected to MariaDB");
    story.see("TEST clinic  mysql");
    story.keys("ctrl-q");
    assert!(story.end().success());
    let settings = std::fs::read_to_string(home.path().join("config/config.toml")).unwrap();
    assert!(settings.contains("[profile.clinic]") && !settings.contains(rig.password()), "{settings}");
}
