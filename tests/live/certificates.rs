//! The certificate of the replica in each TLS mode, over TLS 1.2 and 1.3.

use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use rrx::domain::problem::{Problem, ProblemKind, Remedy};
use rrx::domain::profile::{Profile, TlsMode};

use rrx::io::storage::known_hosts;
use tokio::sync::Notify;

use super::harness::{connect, connect_reading, direct};
use super::rig::{Forwarder, Mariadb, Rig, run};

/// A server whose certificate the test changes.
struct TlsServer {
    rig: &'static Rig,
    mariadb: Mariadb,
    directory: PathBuf,
}

impl TlsServer {
    fn start(name: &str, version: &str) -> Self {
        let rig = Rig::start();
        let directory = rig.private_directory(&format!("certificates-{name}"));
        for (from, to) in [("server.pem", "shown.pem"), ("server.key", "shown.key")] {
            std::fs::copy(rig.directory().path(from), directory.join(to)).unwrap();
            rig.directory().give(&directory.join(to));
        }
        rig.directory().give(&directory);
        let option = |option, file: &str| format!("--ssl-{option}={}", directory.join(file).display());
        let options = [&option("cert", "shown.pem"), &option("key", "shown.key"), version, "--read-only=1"];
        let mariadb = rig.start_mariadb(name, &options);
        Self { rig, mariadb, directory }
    }

    fn openssl(&self, arguments: &[&str]) {
        run(Command::new("openssl").current_dir(&self.directory).stdin(Stdio::null()).args(arguments));
    }

    /// Makes a certificate for the server's key with the common name `replica.rrx.test`, and shows it from now on.
    fn show(&self, signed_by: SignedBy, extensions: Option<&str>) -> PathBuf {
        let path = |name| self.rig.directory().path(name).display().to_string();
        let (ca, ca_key) = (path("ca.pem"), path("ca.key"));
        self.openssl(&["req", "-new", "-key", "shown.key", "-subj", "/CN=replica.rrx.test", "-out", "new.csr"]);
        let mut arguments = vec!["x509", "-req", "-in", "new.csr", "-days", "30", "-out", "shown.pem"];
        match signed_by {
            SignedBy::RigCa => arguments.extend(["-CA", &ca, "-CAkey", &ca_key, "-set_serial", "77"]),
            SignedBy::Itself => arguments.extend(["-signkey", "shown.key"]),
        }
        if let Some(extensions) = extensions {
            std::fs::write(self.directory.join("extensions.cnf"), extensions).unwrap();
            arguments.extend(["-extfile", "extensions.cnf"]);
        }
        self.openssl(&arguments);
        self.rig.directory().give(&self.directory.join("shown.pem"));
        self.mariadb.sql("FLUSH SSL");
        self.directory.join("shown.pem")
    }

    /// Connects, and returns the problem if that fails.
    async fn connect(&self, tls: TlsMode, ca: Option<&Path>) -> Result<(), Problem> {
        self.connect_with(|profile| Profile { tls, ca: ca.map(Path::to_owned), ..profile }).await
    }

    async fn connect_with(&self, change: impl Fn(Profile) -> Profile) -> Result<(), Problem> {
        let mut live = connect(change(Profile { port: self.mariadb.port(), ..direct(self.rig) })).await?;
        assert!(live.facts.tls.is_some());
        assert_eq!(live.run("SELECT 6 * 7").await.value(), "42");
        live.close().await;
        Ok(())
    }

    /// Connects, and checks that the problem has this reason, a hint with this text, and the settings as remedy.
    async fn refuses(&self, tls: TlsMode, ca: Option<&Path>, because: &str, hint: &str) {
        let problem = self.connect(tls, ca).await.expect_err(because);
        assert_eq!((problem.kind, problem.then.as_ref()), (ProblemKind::Route, Some(&Remedy::Settings)), "{problem}");
        assert!(problem.because[0].contains(because), "{because}: {problem}");
        assert!(problem.hint.as_ref().unwrap().contains(hint), "{hint}: {problem}");
        assert!(!problem.is_transient, "{problem}");
    }
}

#[derive(Clone, Copy)]
enum SignedBy {
    RigCa,
    Itself,
}

const BOTH_VERSIONS: [(&str, &str); 2] = [("tls12", "--tls-version=TLSv1.2"), ("tls13", "--tls-version=TLSv1.3")];
const NAMES: &str = "subjectAltName=DNS:replica.rrx.test,IP:127.0.0.2\n";
use TlsMode::{Preferred, Required, VerifyCa, VerifyIdentity};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn required_and_preferred_accept_every_certificate() {
    for (name, version) in BOTH_VERSIONS {
        let server = TlsServer::start(&format!("any-{name}"), version);
        let authority = format!("{NAMES}basicConstraints=critical,CA:TRUE\n");
        for (signed_by, extensions) in [
            // Version 1: the MySQL manual's own recipe.
            (SignedBy::RigCa, None),
            (SignedBy::Itself, None),
            (SignedBy::Itself, Some(authority.as_str())),
            (SignedBy::Itself, Some("basicConstraints=CA:FALSE\n")),
        ] {
            server.show(signed_by, extensions);
            for tls in [Required, Preferred] {
                server.connect(tls, None).await.unwrap_or_else(|problem| panic!("{name} {tls:?}: {problem}"));
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_self_signed_certificate_that_is_the_ca_is_verified() {
    let other = Rig::start().other_ca();
    for (name, version) in BOTH_VERSIONS {
        let server = TlsServer::start(&format!("self-{name}"), version);
        for constraints in ["basicConstraints=critical,CA:TRUE", "basicConstraints=CA:FALSE"] {
            let shown = server.show(SignedBy::Itself, Some(&format!("{NAMES}{constraints}\n")));
            for tls in [VerifyCa, VerifyIdentity] {
                server.connect(tls, Some(&shown)).await.unwrap_or_else(|problem| panic!("{name} {tls:?}: {problem}"));
                server.refuses(tls, Some(&other), "signed by itself", "a copy of this certificate").await;
            }
            server.refuses(VerifyIdentity, None, "signed by itself", "set ca = ").await;
            let other_name = |profile| Profile {
                ca: Some(shown.clone()),
                tls_server_name: Some("other.rrx.test".into()),
                ..profile
            };
            let problem = server.connect_with(other_name).await.unwrap_err();
            assert!(problem.because[0].contains("is not for other.rrx.test but for replica.rrx.test"), "{problem}");
        }
        let shown = server.show(SignedBy::Itself, None);
        server.connect(VerifyCa, Some(&shown)).await.unwrap_or_else(|problem| panic!("{name}: {problem}"));
        server.refuses(VerifyIdentity, Some(&shown), "common name replica.rrx.test", "verify-ca").await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_self_signed_certificate_of_the_same_name_for_another_key_is_refused() {
    for (name, version) in BOTH_VERSIONS {
        let server = TlsServer::start(&format!("same-name-{name}"), version);
        for extensions in [None, Some("basicConstraints=critical,CA:TRUE\n")] {
            let mut profile = Profile { port: server.mariadb.port(), tls: VerifyCa, ..direct(server.rig) };
            // A certificate of the same names for another key.
            let trusted = server.directory.join("trusted.pem");
            server.openssl(&["ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", "other.key"]);
            std::fs::rename(server.directory.join("shown.key"), server.directory.join("kept.key")).unwrap();
            std::fs::copy(server.directory.join("other.key"), server.directory.join("shown.key")).unwrap();
            let arguments = ["req", "-new", "-key", "shown.key", "-subj", "/CN=replica.rrx.test", "-out", "other.csr"];
            server.openssl(&arguments);
            let mut arguments =
                vec!["x509", "-req", "-in", "other.csr", "-signkey", "shown.key", "-out", "trusted.pem"];
            if let Some(extensions) = extensions {
                std::fs::write(server.directory.join("extensions.cnf"), extensions).unwrap();
                arguments.extend(["-extfile", "extensions.cnf"]);
            }
            server.openssl(&arguments);
            std::fs::rename(server.directory.join("kept.key"), server.directory.join("shown.key")).unwrap();
            server.show(SignedBy::Itself, extensions);
            profile.ca = Some(trusted);
            let problem = connect(profile).await.err().unwrap();
            assert!(problem.because[0].contains("signed by itself"), "{name}: {problem}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_certificate_without_usable_names_or_of_version_1_is_explained() {
    let server = TlsServer::start("explained", "--tls-version=TLSv1.2,TLSv1.3");
    let ca = server.rig.ca();
    server.show(SignedBy::RigCa, Some("basicConstraints=CA:FALSE\n"));
    server.connect(VerifyCa, Some(&ca)).await.unwrap();
    server.refuses(VerifyIdentity, Some(&ca), "has no subjectAltName", "subjectAltName").await;
    server.refuses(VerifyIdentity, Some(&ca), "common name replica.rrx.test", "verify-ca").await;
    server.show(SignedBy::RigCa, None);
    for tls in [VerifyCa, VerifyIdentity] {
        server.refuses(tls, Some(&ca), "X.509 version 1", "-extfile").await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_certificate_is_verified_for_tls_server_name_through_a_forwarded_port() {
    let rig = Rig::start();
    let forwarder = Forwarder::to(rig.mysql_address(), rig.mysql_port());
    let by = |tls, name: Option<&str>| {
        let tls_server_name = name.map(str::to_owned);
        connect(Profile { host: "127.0.0.1".into(), port: forwarder.port(), tls, tls_server_name, ..direct(rig) })
    };
    by(VerifyIdentity, Some("replica.rrx.test")).await.unwrap().close().await;
    by(VerifyIdentity, Some("127.0.0.2")).await.unwrap().close().await;
    let without = by(VerifyIdentity, None).await.err().unwrap();
    assert!(without.hint.as_ref().unwrap().contains("tls_server_name"), "{without}");
    let wrong = by(VerifyIdentity, Some("127.0.0.1")).await.err().unwrap();
    assert!(wrong.because[0].contains("127.0.0.1"), "{wrong}");
    let malformed = by(VerifyIdentity, Some("not a name")).await.err().unwrap();
    assert_eq!((malformed.kind, malformed.then.as_ref()), (ProblemKind::Route, Some(&Remedy::Settings)));
    assert!(malformed.because[0].contains("tls_server_name"), "{malformed}");
    for tls in [VerifyCa, Required] {
        by(tls, Some("not a name")).await.unwrap().close().await;
    }
}

#[tokio::test]
async fn a_ca_file_on_a_slow_file_system_blocks_no_other_task() {
    let rig = Rig::start();
    let (release, released) = std::sync::mpsc::channel();
    let (released, begun) = (Mutex::new(released), Arc::new(Notify::new()));
    let (ca, begun_reading) = (rig.ca(), Arc::clone(&begun));
    let read = move |path: &Path| {
        if path == ca {
            begun_reading.notify_one();
            let waited = released.lock().unwrap().recv_timeout(Duration::from_mins(1));
            waited.map_err(|_| io::Error::other("the other task did not run"))?;
        }
        known_hosts::read(path)
    };
    let other_task = async {
        begun.notified().await;
        release.send(()).unwrap();
    };
    let (connected, ()) = tokio::join!(connect_reading(direct(rig), Arc::new(read)), other_task);
    connected.unwrap().close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_ca_file_without_a_usable_certificate_is_named() {
    let rig = Rig::start();
    let ca = rig.private_directory("ca-files").join("ca.pem");
    let valid = std::fs::read_to_string(rig.ca()).unwrap();
    for (text, because) in [
        (String::new(), "it has no certificate"),
        ("no certificate".into(), "it has no certificate"),
        (valid.replacen("MII", "*II", 1), "damaged"),
        ("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n".into(), "its certificate 1 is malformed"),
    ] {
        std::fs::write(&ca, &text).unwrap();
        let problem = connect(Profile { ca: Some(ca.clone()), ..direct(rig) }).await.err().unwrap();
        assert!(problem.what.contains("ca.pem") && problem.because[0].contains(because), "{text}: {problem}");
        assert_eq!(problem.kind, ProblemKind::Settings);
    }
    // One certificate in DER.
    run(Command::new("openssl").args(["x509", "-outform", "der", "-in"]).arg(rig.ca()).arg("-out").arg(&ca));
    connect(Profile { ca: Some(ca), ..direct(rig) }).await.unwrap().close().await;
}
