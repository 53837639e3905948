//! Reads the settings of one host in `~/.ssh/config`, as OpenSSH does: the first value of a keyword wins; keys and certificates
//! are collected. Source: `ssh_config(5)`. [`SshConfigFiles`] provides the files and runs the commands. It runs the commands
//! of `Match exec`, if the user allows it, and opens no connection.

mod keyword;
mod line;
mod reader;
mod settings;
mod token;
mod types;
mod value;

pub(super) use settings::expand_command;
pub use settings::host_config;
pub use types::{
    AddressFamily, AgentSocket, ForbiddenMethod, HostConfig, HostLookup, ProxyCommand, SignInMethod, SshConfigError,
    SshConfigFiles, SshConfigSource, UnknownHostKeys,
};
