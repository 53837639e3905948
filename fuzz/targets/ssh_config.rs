//! Fuzz target: reading an `ssh_config(5)` file gives a configuration or an error, the first value wins, and a block for
//! another host changes nothing.

use std::io;
use std::path::{Path, PathBuf};

use rrx::domain::profile::CommandConsent;
use rrx::domain::ssh::ssh_config::{HostConfig, HostLookup, SshConfigError, SshConfigFiles, host_config};

use super::fingerprint;

const PATH: &str = "/home/ann/.ssh/config";

/// A file system that returns the same file for every path, also for `Include`.
struct OneFile(Vec<u8>);

impl SshConfigFiles for OneFile {
    fn read(&self, _: &Path) -> io::Result<Option<Vec<u8>>> {
        Ok(Some(self.0.clone()))
    }

    fn matching(&self, pattern: &Path) -> Vec<PathBuf> {
        vec![pattern.to_owned()]
    }

    fn run(&self, command: &str) -> io::Result<bool> {
        Ok(command.len().is_multiple_of(2))
    }

    fn variable(&self, name: &str) -> Option<String> {
        (name == "HOME").then(|| "/home/ann".to_owned())
    }
}

fn read(text: Vec<u8>) -> Result<HostConfig, SshConfigError> {
    let lookup = HostLookup {
        host: "bastion".into(),
        user: None,
        port: None,
        local_user: "ann".into(),
        local_uid: 1000,
        local_host: "desk".into(),
        home: "/home/ann".into(),
        commands: CommandConsent::Given,
    };
    host_config(&lookup, &[PATH.into()], &OneFile(text))
}

/// Reads the bytes as the user's `ssh_config` file.
pub fn ssh_config(data: &[u8]) -> u64 {
    let found = read(data.to_vec());
    let is_including = data.windows(7).any(|word| word.eq_ignore_ascii_case(b"include"));
    if let Ok(config) = &found
        && !is_including
    {
        let other = [data, b"\nHost not-this-one\n  User mallory\n  HostName evil.example.com\n"].concat();
        assert_eq!(read(other).as_ref(), Ok(config), "a block for another host changes nothing");
    }
    if let Ok(config) = read([b"User first\n", data].concat()) {
        assert_eq!(config.user.as_deref(), Some("first"), "the first value wins");
    }
    match found {
        Ok(config) => fingerprint((
            config.user.is_some(),
            config.port.is_some(),
            (config.identity_files.len().min(4), config.certificate_files.len().min(4), config.identities_only),
            (config.proxy_jump.len().min(4), config.forbidden.len(), config.hash_known_hosts),
            (config.connect_timeout.is_some(), config.alive_interval.is_some(), config.alive_count.is_some()),
            (config.warnings.len().min(4), config.host_key_alias.is_some(), config.user_known_hosts.is_some()),
        )),
        Err(problem) => {
            let text = problem.to_string();
            fingerprint(text.chars().filter(|c| !c.is_ascii_digit()).take(80).collect::<String>())
        }
    }
}
