//! Reads what `~/.ssh/config` says about one host, as OpenSSH does: the first value of a keyword wins, keys and certificates
//! add up. Source: `ssh_config(5)`. Files come through [`SshConfigFiles`]; no command is run, nothing is connected.

mod keyword;
mod line;
mod reader;
mod settings;
mod token;
mod types;
mod value;

pub use settings::host_config;
pub use types::{
    AddressFamily, AgentSocket, ForbiddenMethod, HostConfig, HostLookup, SignInMethod, SshConfigError, SshConfigFiles,
    SshConfigSource, UnknownHostKeys,
};
