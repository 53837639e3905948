//! TLS to the replica. rrx verifies the certificate itself, and sees what the server sends:
//!
//! ```text
//!  driver ══ TLS with a certificate of rrx ══► 127.0.0.1:port ── relay ══ TLS with the replica's certificate ══► replica
//! ```
//!
//! The driver can be given neither a verifier nor a stream, and it must know that the connection has TLS: on it depends
//! how it sends the password. So it speaks TLS with the relay, which passes on the greeting and the request for TLS.

use std::io;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures_util::future::BoxFuture;
use mysql_async::SslOpts;
use rustls::pki_types::{CertificateDer, IpAddr, ServerName};
use rustls::{ClientConfig, ServerConfig};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::{TlsAcceptor, TlsConnector};

use super::certificate::ca_problem;
use super::first_packet::{FirstPacketReport, read_greeting};
use super::local_certificate::{LOCAL_NAME, LocalCertificate};
use super::packet_watch::PacketWatch;
use super::server_verifier::{CertificateDefect, CertificateTrust, ServerVerifier, TrustedCertificates, VerifiedName};
use crate::domain::limits;
use crate::domain::problem::{Problem, ProblemKind, Remedy};
use crate::domain::profile::{Profile, TlsMode};
use crate::io::tunnel::{ByteStream, InspectedStream, StreamRelay, copy_streams};

/// Bytes before the payload of a packet.
const HEADER: usize = 4;
/// The length of the request for TLS. The response of a client without TLS is longer: it has the account.
const TLS_REQUEST: usize = 32;

/// What all TLS connections of a session have in common.
pub(super) struct TlsSetup {
    /// The TLS of rrx as the client of the replica.
    client: Arc<ClientConfig>,
    /// The TLS of rrx as the server of the driver.
    server: Arc<ServerConfig>,
    /// The certificate that the driver must get.
    local: CertificateDer<'static>,
    name: Result<ServerName<'static>, CertificateDefect>,
}

/// Whether the connections of a session have TLS.
pub(super) enum ReplicaTls {
    Disabled,
    IfOffered(TlsSetup),
    Always(TlsSetup),
}

impl ReplicaTls {
    /// Builds the setup for the TLS mode of the profile. `ca` is the content of the CA file.
    pub(super) fn new(profile: &Profile, ca: Option<&[u8]>) -> Result<Self, Problem> {
        let verified =
            |name| trusted_certificates(profile, ca).map(|trusted| CertificateTrust::Verified { trusted, name });
        Ok(match profile.tls {
            TlsMode::Disabled => Self::Disabled,
            TlsMode::Preferred => Self::IfOffered(TlsSetup::new(profile, CertificateTrust::Any)?),
            TlsMode::Required => Self::Always(TlsSetup::new(profile, CertificateTrust::Any)?),
            TlsMode::VerifyCa => Self::Always(TlsSetup::new(profile, verified(VerifiedName::Any)?)?),
            TlsMode::VerifyIdentity => Self::Always(TlsSetup::new(profile, verified(VerifiedName::Server)?)?),
        })
    }
}

impl TlsSetup {
    fn new(profile: &Profile, trust: CertificateTrust) -> Result<Self, Problem> {
        let name = server_name(profile, &trust);
        let setup_problem = |error: &dyn std::fmt::Display| {
            Problem::new(ProblemKind::Local, "TLS cannot be set up").because(error.to_string())
        };
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let verifier = Arc::new(ServerVerifier::new(trust, &provider));
        let client = ClientConfig::builder_with_provider(Arc::clone(&provider))
            .with_safe_default_protocol_versions()
            .map_err(|error| setup_problem(&error))?
            .dangerous()
            .with_custom_certificate_verifier(verifier)
            .with_no_client_auth();
        let LocalCertificate { certificate: local, key } =
            LocalCertificate::generate().map_err(|_| setup_problem(&"the system gives no random numbers"))?;
        let server = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(|error| setup_problem(&error))?
            .with_no_client_auth()
            .with_single_cert(vec![local.clone()], key)
            .map_err(|error| setup_problem(&error))?;
        Ok(Self { client: Arc::new(client), server: Arc::new(server), local, name })
    }

    /// Returns the driver's options for its connection to the relay.
    pub(super) fn driver_options(&self) -> SslOpts {
        SslOpts::default()
            .with_root_certs(vec![self.local.to_vec().into()])
            .with_disable_built_in_roots(true)
            // Despite its name it is not dangerous: the driver verifies this name instead of the replica's.
            .with_danger_tls_hostname_override(Some(LOCAL_NAME))
    }

    /// Returns a relay for one connection.
    pub(super) fn relay(&self, first_packet: FirstPacketReport) -> TlsRelay {
        TlsRelay {
            first_packet,
            connector: TlsConnector::from(Arc::clone(&self.client)),
            acceptor: TlsAcceptor::from(Arc::clone(&self.server)),
            name: self.name.clone(),
            failure: TlsFailure::default(),
            limit: limits::HANDSHAKE,
        }
    }
}

fn trusted_certificates(profile: &Profile, ca: Option<&[u8]>) -> Result<TrustedCertificates, Problem> {
    match (&profile.ca, ca) {
        (Some(path), Some(file)) => TrustedCertificates::read(file).map_err(|why| ca_problem(path, &why)),
        // Anyone can get a certificate of a public CA. Only its name tells the replica from other servers.
        _ if profile.tls == TlsMode::VerifyCa => {
            Err(Problem::new(ProblemKind::Settings, "The replica's certificate cannot be verified")
                .because("tls = \"verify-ca\" without ca would accept every certificate of a public CA")
                .hint("set ca in the profile, or tls = \"verify-identity\"")
                .then(Remedy::Settings))
        }
        _ => Ok(TrustedCertificates::built_in()),
    }
}

/// Returns the name that is sent to the server, and verified under verify-identity.
fn server_name(profile: &Profile, trust: &CertificateTrust) -> Result<ServerName<'static>, CertificateDefect> {
    let (key, name) = match &profile.tls_server_name {
        Some(name) => ("tls_server_name", name),
        None => ("host", &profile.host),
    };
    match (ServerName::try_from(name.clone()), trust) {
        (Ok(name), _) => Ok(name),
        // No name is verified, and that of an address is not sent.
        (Err(_), CertificateTrust::Any | CertificateTrust::Verified { name: VerifiedName::Any, .. }) => {
            Ok(ServerName::IpAddress(IpAddr::V4([0, 0, 0, 0].into())))
        }
        (Err(_), CertificateTrust::Verified { name: VerifiedName::Server, .. }) => {
            Err(CertificateDefect::UnusableName { key, name: name.clone() })
        }
    }
}

/// The error of the TLS handshake with the replica, once there is one.
#[derive(Debug, Clone, Default)]
pub(super) struct TlsFailure(Arc<Mutex<Option<io::Error>>>);

impl TlsFailure {
    pub(super) fn take(&self) -> Option<io::Error> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    fn set(&self, error: io::Error) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(error);
    }
}

/// Carries one connection of the driver to the replica, with TLS on both sides.
pub(super) struct TlsRelay {
    first_packet: FirstPacketReport,
    connector: TlsConnector,
    acceptor: TlsAcceptor,
    name: Result<ServerName<'static>, CertificateDefect>,
    failure: TlsFailure,
    /// The time until both sides have TLS.
    limit: Duration,
}

impl TlsRelay {
    /// Returns where the error of the handshake with the replica will be.
    pub(super) fn failure(&self) -> TlsFailure {
        self.failure.clone()
    }

    /// Opens TLS on both sides, then copies until one of them ends.
    ///
    /// The driver can give up at any time, and the relay reads only one side at a time: without a limit, it would keep the
    /// connection to a silent server for ever.
    async fn run(self, local: TcpStream, target: Box<dyn ByteStream>) -> io::Result<()> {
        let opened = timeout(self.limit, self.open(local, target)).await;
        let (local, target) = opened.map_err(|_| io::Error::from(io::ErrorKind::TimedOut))??;
        copy_streams(local, target).await;
        Ok(())
    }

    async fn open(
        self,
        mut local: TcpStream,
        mut target: Box<dyn ByteStream>,
    ) -> io::Result<(impl ByteStream, impl ByteStream)> {
        let failed = |error: io::Error| {
            let kind = error.kind();
            self.failure.set(error);
            io::Error::from(kind)
        };
        let name = self
            .name
            .map_err(|defect| failed(io::Error::new(io::ErrorKind::InvalidInput, rustls::Error::from(defect))))?;
        let greeting = read_greeting(&mut target, &self.first_packet).await?;
        local.write_all(&greeting).await?;
        // The driver closes the connection if the greeting offers no TLS.
        let request = read_tls_request(&mut local).await?;
        target.write_all(&request).await?;
        target.flush().await?;
        let target = self.connector.connect(name, target).await.map_err(failed)?;
        let local = self.acceptor.accept(local).await?;
        let watch = PacketWatch::after_greeting(&greeting);
        Ok((local, InspectedStream::new(target, Box::new(watch))))
    }
}

impl StreamRelay for TlsRelay {
    fn relay(self: Box<Self>, local: TcpStream, target: Box<dyn ByteStream>) -> BoxFuture<'static, ()> {
        Box::pin(async move {
            // The driver notices that its connection ends.
            let _ = self.run(local, target).await;
        })
    }
}

/// Reads the driver's request for TLS with its header. Nothing else may pass without TLS.
async fn read_tls_request(local: &mut (impl AsyncRead + Unpin)) -> io::Result<[u8; HEADER + TLS_REQUEST]> {
    let mut request = [0; HEADER + TLS_REQUEST];
    let (header, payload) = request.split_at_mut(HEADER);
    local.read_exact(header).await?;
    let [low, middle, high, _] = header else { return Err(io::ErrorKind::InvalidData.into()) };
    if usize::from(*low) != TLS_REQUEST || (*middle, *high) != (0, 0) {
        return Err(io::ErrorKind::InvalidData.into());
    }
    local.read_exact(payload).await?;
    Ok(request)
}

#[cfg(test)]
mod tests {
    use tokio::io::duplex;
    use tokio::net::TcpListener;

    use super::*;
    use crate::domain::profile::parse;

    /// What the server and the driver send before they fall silent.
    struct Sent {
        by_server: Vec<u8>,
        by_driver: Vec<u8>,
    }

    fn packet(length: u8) -> Vec<u8> {
        [&[length, 0, 0, 0][..], &vec![0; usize::from(length)]].concat()
    }

    fn greeting() -> Vec<u8> {
        vec![5, 0, 0, 0, 0x0a, b'8', b'.', b'0', 0]
    }

    /// Returns a relay with a short time limit.
    fn relay() -> TlsRelay {
        let profile = parse("[profile.x]\nhost = \"h\"\nuser = \"u\"\n", "f").0.profiles.remove(0);
        let setup = TlsSetup::new(&profile, CertificateTrust::Any).unwrap();
        TlsRelay { limit: Duration::from_millis(50), ..setup.relay(FirstPacketReport::default()) }
    }

    /// Returns the two ends of the connection of the driver.
    async fn driver() -> (TcpStream, TcpStream) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let driver = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
        (driver, listener.accept().await.unwrap().0)
    }

    #[tokio::test]
    async fn the_relay_closes_the_connection_to_a_server_that_falls_silent_before_tls() {
        let request = packet(u8::try_from(TLS_REQUEST).unwrap());
        for sent in [
            Sent { by_server: Vec::new(), by_driver: Vec::new() },
            Sent { by_server: vec![9, 0], by_driver: Vec::new() },
            Sent { by_server: greeting(), by_driver: Vec::new() },
            Sent { by_server: greeting(), by_driver: request[..9].to_vec() },
            Sent { by_server: greeting(), by_driver: request.clone() },
        ] {
            let (mut server, target) = duplex(1 << 16);
            let (mut driver, local) = driver().await;
            server.write_all(&sent.by_server).await.unwrap();
            driver.write_all(&sent.by_driver).await.unwrap();
            let ended = relay().run(local, Box::new(target)).await;
            assert_eq!(ended.unwrap_err().kind(), io::ErrorKind::TimedOut);
            // It ends only when the relay has closed the connection.
            server.read_to_end(&mut Vec::new()).await.unwrap();
        }
    }
}
