//! A port on which a connection is neither accepted nor refused.

/// A port that does not answer, because its queue of connections is full until this value is dropped.
pub struct Silent {
    port: u16,
    _runtime: tokio::runtime::Runtime,
    _listener: tokio::net::TcpListener,
    _waiting: Vec<tokio::task::JoinHandle<()>>,
}

impl Silent {
    pub fn new() -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let listener = runtime.block_on(async {
            let socket = tokio::net::TcpSocket::new_v4().unwrap();
            socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
            socket.listen(0).unwrap()
        });
        let port = listener.local_addr().unwrap().port();
        let fill = || {
            runtime.spawn(async move {
                let _open = tokio::net::TcpStream::connect(("127.0.0.1", port)).await;
                std::future::pending::<()>().await;
            })
        };
        let waiting = (0..4).map(|_| fill()).collect();
        // The queue is full when another connection is not established at once.
        super::directory::wait_until("the port does not answer", std::time::Duration::from_secs(5), || {
            let address = format!("127.0.0.1:{port}").parse().unwrap();
            std::net::TcpStream::connect_timeout(&address, std::time::Duration::from_millis(300)).is_err()
        });
        Self { port, _runtime: runtime, _listener: listener, _waiting: waiting }
    }

    /// Returns the port on 127.0.0.1.
    pub fn port(&self) -> u16 {
        self.port
    }
}
