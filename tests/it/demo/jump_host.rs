//! The jump host as an SSH client sees it, and the files in the demo's directory.

use std::os::unix::fs::PermissionsExt as _;
use std::sync::Arc;

use rrx::demo::{Options, Running, start_with};
use rrx::domain::profile::{Environment, SecretSource};
use russh::client::{AuthResult, Config, Handle, Handler, connect};
use russh::keys::{HashAlg, PrivateKey, PrivateKeyWithHashAlg, PublicKeyOrCertificate};
use russh::{ChannelOpenFailure, Error};
use tokio::io::AsyncReadExt as _;

use super::small_replica::TRANSLATOR;

struct PinnedHostKey(String);

impl Handler for PinnedHostKey {
    type Error = Error;

    async fn check_server_key(&mut self, key: &PublicKeyOrCertificate) -> Result<bool, Error> {
        Ok(
            matches!(key, PublicKeyOrCertificate::PublicKey { key, .. } if key.fingerprint(HashAlg::Sha256).to_string() == self.0),
        )
    }
}

async fn demo(directory: &std::path::Path) -> Running {
    let options = Options { subjects: 2, directory: directory.into(), listen: None };
    start_with(options, TRANSLATOR).await.unwrap()
}

async fn connect_to_jump_host(demo: &Running) -> Handle<PinnedHostKey> {
    let hop = &demo.profile.route[0];
    let pinned = PinnedHostKey(hop.host_key[0].clone());
    connect(Arc::new(Config::default()), (hop.host.as_str(), hop.port.unwrap()), pinned).await.unwrap()
}

async fn sign_in(handle: &mut Handle<PinnedHostKey>, user: &str, key: PrivateKey) -> bool {
    let key = PrivateKeyWithHashAlg::new(Arc::new(key), None);
    matches!(handle.authenticate_publickey(user, key).await.unwrap(), AuthResult::Success)
}

fn own_key(demo: &Running) -> PrivateKey {
    PrivateKey::from_openssh(std::fs::read(&demo.profile.route[0].identity[0]).unwrap()).unwrap()
}

#[tokio::test]
async fn the_profile_reaches_only_the_replica() {
    let directory = tempfile::tempdir().unwrap();
    let demo = demo(directory.path()).await;
    let mut handle = connect_to_jump_host(&demo).await;
    assert!(sign_in(&mut handle, "demo", own_key(&demo)).await);
    let (host, port) = (demo.profile.host.clone(), u32::from(demo.profile.port));
    let channel = handle.channel_open_direct_tcpip(host.clone(), port, "127.0.0.1", 1).await.unwrap();
    let mut greeting = [0; 40];
    channel.into_stream().read_exact(&mut greeting).await.unwrap();
    assert!(greeting[5..].starts_with(b"5.5.5-10.11.0-MariaDB-rrx-demo\0"));
    let reason_of = |opened: Result<_, Error>| match opened {
        Err(Error::ChannelOpenFailure(reason)) => reason,
        Err(other) => panic!("{other}"),
        Ok::<russh::Channel<_>, _>(_) => panic!("opened"),
    };
    let other_port = reason_of(handle.channel_open_direct_tcpip(host, 22, "127.0.0.1", 1).await);
    assert!(matches!(other_port, ChannelOpenFailure::ConnectFailed));
    let other_host = reason_of(handle.channel_open_direct_tcpip("127.0.0.1", port, "127.0.0.1", 1).await);
    assert!(matches!(other_host, ChannelOpenFailure::AdministrativelyProhibited));
}

#[tokio::test]
async fn another_key_or_user_is_refused() {
    let directory = tempfile::tempdir().unwrap();
    let demo = demo(directory.path()).await;
    let other_directory = tempfile::tempdir().unwrap();
    let other = self::demo(other_directory.path()).await;
    assert!(!sign_in(&mut connect_to_jump_host(&demo).await, "demo", own_key(&other)).await);
    assert!(!sign_in(&mut connect_to_jump_host(&demo).await, "root", own_key(&demo)).await);
}

#[tokio::test]
async fn keys_and_password_are_kept_and_only_the_owner_can_read_them() {
    let directory = tempfile::tempdir().unwrap();
    let first = demo(directory.path()).await;
    let second = demo(directory.path()).await;
    assert_eq!(first.profile.route[0].host_key, second.profile.route[0].host_key);
    assert_eq!(first.password.reveal(), second.password.reveal());
    assert_eq!(first.password.reveal().len(), 48);
    assert_eq!(first.profile.environment, Environment::Demo);
    let Some(SecretSource::File(password)) = &first.profile.password else { panic!("a file") };
    for file in std::fs::read_dir(directory.path()).unwrap() {
        let file = file.unwrap();
        assert_eq!(file.metadata().unwrap().permissions().mode() & 0o777, 0o600, "{:?}", file.file_name());
    }
    assert_eq!(std::fs::read_to_string(password).unwrap().trim_end(), first.password.reveal());
    assert_eq!(std::fs::read_dir(directory.path()).unwrap().count(), 3);
}

#[tokio::test]
async fn nothing_listens_when_the_demo_has_stopped() {
    let directory = tempfile::tempdir().unwrap();
    let demo = demo(directory.path()).await;
    let handle = connect_to_jump_host(&demo).await;
    demo.stop();
    // The listener is closed with its task, and open connections are closed too.
    while !handle.is_closed() {
        tokio::task::yield_now().await;
    }
    while tokio::net::TcpStream::connect(demo.jump_host).await.is_ok() {
        tokio::task::yield_now().await;
    }
}
