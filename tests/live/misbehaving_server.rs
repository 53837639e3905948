//! A server that does not follow the protocol, or falls silent: each call ends in time, with an error in plain words, and
//! without much memory.

use std::io::Write as _;
use std::time::Duration;

use rrx::domain::problem::{Problem, ProblemKind};
use rrx::domain::profile::{Profile, TlsMode};
use rrx::domain::protocol::{End, Limit, RunBounds, SessionEvent};
use tokio::time::timeout;

use super::engines::mysql_reply;
use super::harness::{TestSession, connect, direct, unlimited};
use super::rig::Rig;
use super::scripted_server::{NATIVE, Reply, ScriptedServer, column, each, has_several_statements, packet};

/// The statement whose answer is wrong.
const STATEMENT: &str = "SELECT wrong";
/// More than any call of rrx itself may take.
const IN_TIME: Duration = Duration::from_secs(25);

fn script(answer: Reply) -> impl Fn(&str) -> Reply + Send + Sync + 'static {
    move |text| each(text, |text| if text == STATEMENT { answer.clone() } else { mysql_reply(text) })
}

fn way(server: &ScriptedServer, tls: TlsMode) -> Profile {
    let rig = Rig::start();
    let host = if tls == TlsMode::Disabled { "127.0.0.1".into() } else { rig.mysql_address().into() };
    Profile { host, port: server.port, tls, ..direct(rig) }
}

async fn session(answer: Reply, tls: TlsMode) -> TestSession {
    let server = match tls {
        TlsMode::Disabled => ScriptedServer::start(script(answer)),
        _ => ScriptedServer::start_secure(Rig::start(), NATIVE, script(answer)),
    };
    connect(way(&server, tls)).await.unwrap()
}

/// Runs the statement, and returns the problem with which it ends.
async fn problem_of(live: &mut TestSession, bounds: RunBounds) -> Problem {
    let result = live.start(STATEMENT, bounds).await;
    match timeout(IN_TIME, live.report(result)).await.expect("it ends in time").end {
        End::Broken(problem) => problem,
        other => panic!("{other:?}"),
    }
}

/// What ends a statement whose answer breaks the protocol.
#[derive(Debug, Clone, Copy)]
enum Ends {
    /// An error whose text contains this.
    With(&'static str),
    Complete,
    /// The time limit: the server announces more bytes than it sends.
    ByLimit,
}

/// Starts a program that sends these bytes to each client, and then closes the connection or stays silent. Returns its port.
fn greeter(bytes: Vec<u8>, then: AfterGreeting) -> u16 {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        let mut open = Vec::new();
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            // The client may have given up.
            let _ = stream.write_all(&bytes);
            if then == AfterGreeting::Silence {
                open.push(stream);
            }
        }
    });
    port
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum AfterGreeting {
    Close,
    Silence,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_no_greeting_of_mysql_ends_the_connect_with_an_error_in_plain_words() {
    use AfterGreeting::{Close, Silence};
    let greeting =
        packet(0, b"\x0a8.0.33\0\x01\0\0\0saltsalt\0\xff\xff\x2d\x02\0\xff\xff\x15\0\0\0\0\0\0\0\0\0\0saltsaltsalt\0");
    let foreign = |bytes: &[u8], expected| (bytes.to_vec(), Silence, expected);
    let connects = [
        foreign(b"SSH-2.0-OpenSSH_9.2p1\r\n", "look like an SSH server: SSH-2.0-OpenSSH_9.2p1"),
        foreign(b"HTTP/1.1 400 Bad Request\r\n\r\n", "look like a web server (HTTP): HTTP/1.1 400 Bad Request"),
        foreign(b"\x15\x03\x03\0\x02\x02\x28", "look like a server with TLS, such as HTTPS: 15 03 03"),
        foreign(b"220 mail.example.com ESMTP\r\n", "(SMTP, FTP): 220 mail.example.com ESMTP"),
        foreign(b"-DENIED Redis is running\r\n", "look like a Redis server: -DENIED Redis is running"),
        foreign(b"E\0\0\0\x09SFATAL\0\0", "look like a PostgreSQL server: 45 00"),
        foreign(b"\x05\0\0\0\x0b\x08\x05\x1a\0", "belongs to MySQL's X protocol"),
        foreign(&[0xe7; 3000], "the first bytes are e7 e7 e7"),
        foreign(&[&packet(2, &[1, 4])[..], &[0; 300]].concat(), "the first bytes are 02 00 00 02"),
        foreign(b"ab", "the first bytes are ab, then nothing came for 15 seconds"),
        (packet(0, &[]), Close, "no MySQL server answered"),
        (packet(0, b"\x0a"), Close, "cut off or malformed"),
        (packet(0, b"\x09old\0"), Close, "version 9 of the MySQL protocol"),
        (packet(0, &vec![0x0a; 70_000]), Close, "the first bytes are 70 11 01"),
        (packet(0, b"\xff\x10\x04Too many connections"), Close, "ERROR 1040 (HY000): Too many connections"),
        (packet(1, b"\xff\x10\x04#08004Too many connections"), Close, "ERROR 1040 (08004): Too many connections"),
        (packet(0, b"\xffj\x04Host 'x' is not allowed to connect"), Silence, "ERROR 1130"),
        (greeting.clone(), Close, ""),
        ([greeting.clone(), packet(2, b"\xfemysql_native_password\0salt\0")].concat(), Close, ""),
        ([greeting.clone(), packet(2, &[]), packet(2, &[0xfe])].concat(), Close, ""),
        ([greeting.clone(), packet(2, &vec![0; 70_000])].concat(), Silence, ""),
        ([greeting[..greeting.len() - 9].to_vec(), vec![7]].concat(), Close, "cut off or malformed"),
        (Vec::new(), Close, "closed before a byte came"),
        (Vec::new(), Silence, "no MySQL server answered within 15 seconds"),
        (greeting, Silence, ""),
    ]
    .into_iter()
    .flat_map(|(bytes, then, expected)| {
        [TlsMode::Disabled, TlsMode::Required].map(|tls| (bytes.clone(), then, expected, tls))
    })
    .map(|(bytes, then, expected, tls)| async move {
        let shown = String::from_utf8_lossy(&bytes[..bytes.len().min(60)]).into_owned();
        let port = greeter(bytes, then);
        let way = Profile { host: "127.0.0.1".into(), port, tls, ..direct(Rig::start()) };
        let connecting = timeout(IN_TIME, connect(way));
        let problem = connecting.await.expect("it ends in time").err().unwrap();
        assert_eq!(problem.kind, ProblemKind::Route, "{shown}: {problem}");
        assert!(problem.to_string().contains(expected), "{shown}, {tls:?}, not {expected}: {problem}");
        for jargon in [
            "panic",
            "rrx itself",
            "PacketCodec",
            "IO error",
            "Driver error",
            "nput/output",
            "ParseBuf",
            "caching_sha2_password",
            "max_allowed_packet",
        ] {
            assert!(!problem.to_string().contains(jargon), "{shown}, {tls:?}: {problem}");
        }
    });
    futures_util::future::join_all(connects).await;
}

/// A small generator of numbers, the same ones in each run.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % bound
    }
}

/// Changes a few bytes of an answer, removes some, or cuts it off.
fn damaged(answer: &[u8], numbers: &mut Numbers) -> Vec<u8> {
    let mut bytes = answer.to_vec();
    for _ in 0..=numbers.below(3) {
        let at = numbers.below(bytes.len());
        match numbers.below(4) {
            0 => bytes[at] = [0, 1, 0xfb, 0xfc, 0xfd, 0xfe, 0xff][numbers.below(7)],
            1 => bytes[at] = u8::try_from(numbers.below(256)).unwrap(),
            2 => drop(bytes.remove(at)),
            _ => bytes.truncate(at + 1),
        }
    }
    bytes
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_damaged_answer_never_ends_the_session_without_a_report() {
    let answer = [
        packet(1, &[2]),
        packet(2, &column("a")),
        packet(3, &column("b")),
        packet(4, &eof()),
        packet(5, b"\x01a\x02bc"),
        packet(6, b"\xfb\xfb"),
        packet(7, &eof()),
    ]
    .concat();
    let mut numbers = Numbers(7);
    for round in 0..rounds() {
        let bytes = damaged(&answer, &mut numbers);
        let shown = format!("round {round}: {bytes:?}");
        let mut live = session(Reply::Cut(bytes), TlsMode::Disabled).await;
        let result = live.start(STATEMENT, unlimited()).await;
        let report = timeout(IN_TIME, live.report(result)).await.unwrap_or_else(|_| panic!("{shown}"));
        if let End::Broken(problem) = report.end {
            assert!(!problem.to_string().contains("nput/output error: "), "{shown}: {problem}");
        }
    }
}

/// `RRX_DAMAGED_ANSWERS` makes the test longer.
fn rounds() -> usize {
    std::env::var("RRX_DAMAGED_ANSWERS").ok().and_then(|text| text.parse().ok()).unwrap_or(40)
}

/// The resident memory of this process in bytes.
fn memory() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmHWM:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse::<u64>().unwrap() << 10
}

fn eof() -> Vec<u8> {
    vec![0xfe, 0, 0, 2, 0]
}

/// Answers that break the protocol, each with a word of the reason.
fn malformed() -> Vec<(&'static str, Vec<u8>, Ends)> {
    let header = [packet(1, &[1]), packet(2, &column("a")), packet(3, &eof())].concat();
    let with = |more: Vec<u8>| [header.clone(), more].concat();
    vec![
        ("2^60 columns", packet(1, b"\xfe\0\0\0\0\0\0\0\x10"), Ends::With("1152921504606846976 columns")),
        ("2^64 - 1 columns", packet(1, &[&[0xfe][..], &[0xff; 8]].concat()), Ends::With("columns")),
        ("16 million columns", packet(1, b"\xfd\xff\xff\xff"), Ends::With("16777215 columns")),
        ("a truncated number of columns", packet(1, b"\xfd\xff"), Ends::With("")),
        ("a header packet of 16 MiB", [&[0xff, 0xff, 0xff, 1][..], &[1; 64]].concat(), Ends::With("longer than")),
        ("an empty answer", packet(1, &[]), Ends::With("")),
        ("garbage", vec![0x47; 300], Ends::ByLimit),
        ("a wrong sequence number", packet(9, &[0, 0, 0, 2, 0, 0, 0]), Ends::With("out of order")),
        ("a truncated OK", packet(1, &[0, 0xfc]), Ends::Complete),
        (
            "an OK with wrong lengths",
            packet(1, &[0, 0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f, 1]),
            Ends::Complete,
        ),
        ("a truncated error", packet(1, &[0xff, 1]), Ends::With("")),
        ("a truncated column", [packet(1, &[1]), packet(2, b"\x03def\x05")].concat(), Ends::With("")),
        ("a column of garbage", [packet(1, &[1]), packet(2, &[0xfd; 40])].concat(), Ends::With("")),
        ("an empty column", [packet(1, &[1]), packet(2, &[])].concat(), Ends::With("")),
        ("a row that is too short", with(packet(4, &[5, b'a'])), Ends::With("")),
        ("a row with a length of 2^63", with(packet(4, b"\xfe\xff\xff\xff\xff\xff\xff\xff\x7f")), Ends::With("")),
        ("a row out of order", with(packet(77, &[1, b'a'])), Ends::With("out of order")),
        ("an empty row", with(packet(4, &[])), Ends::With("")),
    ]
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_that_breaks_the_protocol_ends_the_statement_with_an_error_in_plain_words() {
    for tls in [TlsMode::Disabled, TlsMode::VerifyIdentity] {
        for (name, bytes, ends) in malformed() {
            let mut live = session(Reply::Bytes(bytes), tls).await;
            let bounds = RunBounds { first_row: Duration::from_secs(2), ..unlimited() };
            let result = live.start(STATEMENT, bounds).await;
            let end = timeout(IN_TIME, live.report(result)).await.expect("it ends in time").end;
            let (problem, word) = match (end, ends) {
                (End::Broken(problem), Ends::With(word)) => (problem, word),
                // The driver skips what it cannot read of an OK packet.
                (End::Limit(_), Ends::ByLimit) | (End::Complete, Ends::Complete) => continue,
                (other, expected) => panic!("{name}: {other:?}, not {expected:?}"),
            };
            assert_eq!(problem.kind, ProblemKind::Lost, "{name}: {problem}");
            assert!(problem.to_string().contains(word), "{name}: {problem}");
            for jargon in [
                "panic",
                "fault of rrx",
                "rrx itself",
                "PacketCodec",
                "IO error",
                "Driver error",
                "Input/output",
                "ParseBuf",
            ] {
                assert!(!problem.to_string().contains(jargon), "{name}: {problem}");
            }
            assert!(matches!(live.final_event().await, SessionEvent::Lost(_)), "{name}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_endless_list_of_columns_ends_within_its_limit() {
    let before = memory();
    for tls in [TlsMode::Disabled, TlsMode::VerifyIdentity] {
        let endless = Reply::Endless(packet(1, b"\xfc\x00\x40"), {
            // 256 columns, so that the sequence numbers repeat.
            (0..256_u32)
                .flat_map(|number| packet(u8::try_from((number + 2) % 256).unwrap(), &column(&"x".repeat(200))))
                .collect()
        });
        let mut live = session(endless, tls).await;
        // It stops at the columns that were announced, and then reads rows that are none.
        let problem = problem_of(&mut live, unlimited()).await;
        assert_eq!(problem.kind, ProblemKind::Lost, "{problem}");
    }
    assert!(memory() - before < 300 << 20, "{} MiB", (memory() - before) >> 20);
}

/// A row that never ends.
fn endless_row() -> Reply {
    Reply::EndlessRow([packet(1, &[1]), packet(2, &column("a")), packet(3, &eof())].concat(), 4)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_endless_row_ends_at_the_limit_of_the_profile() {
    let before = memory();
    for tls in [TlsMode::Disabled, TlsMode::VerifyIdentity] {
        let mut live = session(endless_row(), tls).await;
        let problem = problem_of(&mut live, unlimited()).await;
        assert_eq!(problem.kind, ProblemKind::Lost, "{problem}");
        assert!(problem.to_string().contains("limits.row_bytes"), "{problem}");
    }
    assert!(memory() - before < 500 << 20, "{} MiB", (memory() - before) >> 20);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_endless_answer_to_a_query_of_rrx_ends_at_its_limit() {
    let before = memory();
    let rows = |first: u8| {
        // 256 rows, so that the sequence numbers repeat.
        let row: Vec<u8> = [vec![4], b"name".to_vec(), vec![0xfc, 0xff, 0x0f], vec![b'v'; 0x0fff]].concat();
        (0..256_u32).flat_map(move |number| packet(first.wrapping_add(u8::try_from(number).unwrap()), &row)).collect()
    };
    let header = [packet(1, &[2]), packet(2, &column("a")), packet(3, &column("b")), packet(4, &eof())].concat();
    let endless = Reply::Endless(header, rows(5));
    let server =
        ScriptedServer::start(
            move |text| if text.contains("SHOW VARIABLES") { endless.clone() } else { mysql_reply(text) },
        );
    let connecting = timeout(IN_TIME, connect(way(&server, TlsMode::Disabled)));
    let problem = connecting.await.expect("it ends in time").err().unwrap();
    assert!(problem.to_string().contains("longer than 16 MiB"), "{problem}");
    assert!(memory() - before < 300 << 20, "{} MiB", (memory() - before) >> 20);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn silence_in_the_middle_of_an_answer_ends_by_the_limits_of_the_statement() {
    let column_list = [packet(1, &[2]), packet(2, &column("a"))].concat();
    let row = [packet(1, &[1]), packet(2, &column("a")), packet(3, &eof()), vec![9, 0, 0, 4, 8, b'x']].concat();
    for (bytes, name) in [(vec![], "no answer"), (column_list, "columns"), (row, "a row"), (vec![1, 0], "a header")] {
        let mut live = session(Reply::Bytes(bytes), TlsMode::Disabled).await;
        let bounds = RunBounds { first_row: Duration::from_secs(1), fetch: Duration::from_secs(1), ..unlimited() };
        let result = live.start(STATEMENT, bounds).await;
        let end = timeout(IN_TIME, live.report(result)).await.expect("it ends in time").end;
        assert!(matches!(end, End::Limit(Limit::FirstRow(1))), "{name}: {end:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_is_silent_after_the_sign_in_is_given_up_in_time() {
    let connects = ["SHOW VARIABLES", "READ ONLY", "CONNECTION_ID()"].map(|text| async move {
        let server = ScriptedServer::start(move |statement| {
            if statement.contains(text) {
                return Reply::Nothing;
            }
            if has_several_statements(statement) { each(statement, mysql_reply) } else { mysql_reply(statement) }
        });
        let connecting = timeout(IN_TIME, connect(way(&server, TlsMode::Disabled)));
        let problem = connecting.await.expect("it ends in time").err().unwrap();
        assert!(problem.because[0].contains("did not answer within 12 seconds"), "{text}: {problem}");
    });
    futures_util::future::join_all(connects).await;
}
