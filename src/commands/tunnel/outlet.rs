//! Where a held tunnel prints: on a thread of its own. A reader that stops (a full pipe, Ctrl-S) stops neither the clients
//! nor Ctrl-C; what finds no room meanwhile is left out and counted. It does not know what is printed.

use std::io::{Error, ErrorKind, Result, Write};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, TrySendError, channel, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// Texts that wait for the reader.
const ROOM: usize = 256;

/// Which of the two outputs.
#[derive(Debug, Clone, Copy)]
enum Which {
    Out,
    Err,
}

/// How it is told that this many texts were left out.
pub type LeftOut = fn(u64) -> String;

/// One of the two outputs. Each write is a text that is printed whole or not at all.
pub struct Outlet {
    which: Which,
    texts: SyncSender<(Which, Vec<u8>)>,
    left_out: Arc<AtomicU64>,
    failed: Arc<Mutex<Option<ErrorKind>>>,
}

/// The end of both outputs.
pub struct Rest(Receiver<()>);

/// Two outputs that never make their writers wait, in one order: on a terminal both are the same screen.
pub fn outlets(
    mut out: impl Write + Send + 'static,
    mut err: impl Write + Send + 'static,
    words: LeftOut,
) -> (Outlet, Outlet, Rest) {
    let (texts, printed) = sync_channel::<(Which, Vec<u8>)>(ROOM);
    let (done, rest) = channel();
    let (left_out, failed) = (Arc::<AtomicU64>::default(), Arc::<Mutex<Option<ErrorKind>>>::default());
    let (not_told, why) = (Arc::clone(&left_out), Arc::clone(&failed));
    std::thread::spawn(move || {
        let _done = done;
        while let Ok((which, text)) = printed.recv() {
            let to: &mut dyn Write = match which {
                Which::Out => &mut out,
                Which::Err => &mut err,
            };
            let printed = to.write_all(&text).and_then(|()| match not_told.swap(0, Ordering::SeqCst) {
                0 => to.flush(),
                count => to.write_all(words(count).as_bytes()).and_then(|()| to.flush()),
            });
            if let Err(error) = printed
                && error.kind() != ErrorKind::BrokenPipe
            {
                *why.lock().unwrap_or_else(PoisonError::into_inner) = Some(error.kind());
                return;
            }
        }
    });
    let outlet = |which, texts| Outlet { which, texts, left_out: Arc::clone(&left_out), failed: Arc::clone(&failed) };
    (outlet(Which::Out, texts.clone()), outlet(Which::Err, texts), Rest(rest))
}

impl Write for Outlet {
    fn write(&mut self, text: &[u8]) -> Result<usize> {
        match self.texts.try_send((self.which, text.to_vec())) {
            Ok(()) => {}
            Err(TrySendError::Full(_)) => {
                self.left_out.fetch_add(1, Ordering::SeqCst);
            }
            Err(TrySendError::Disconnected(_)) => {
                let failed = *self.failed.lock().unwrap_or_else(PoisonError::into_inner);
                return Err(Error::from(failed.unwrap_or(ErrorKind::BrokenPipe)));
            }
        }
        Ok(text.len())
    }

    fn flush(&mut self) -> Result<()> {
        Ok(())
    }
}

impl Rest {
    /// Waits until all is printed, but no longer than this: a reader that has stopped is left.
    pub fn wait(self, limit: Duration) {
        // Nothing is ever sent: the sender goes when the thread ends.
        let _: std::result::Result<(), RecvTimeoutError> = self.0.recv_timeout(limit);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A reader that takes nothing until it is told to.
    struct Stopped(Receiver<()>, Arc<Mutex<Vec<u8>>>);

    impl Write for Stopped {
        fn write(&mut self, bytes: &[u8]) -> Result<usize> {
            let _ = self.0.recv();
            self.1.lock().unwrap().extend(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_reader_that_stops_holds_nobody_up_and_is_told_what_it_missed() {
        let (go, stopped) = channel();
        let printed = Arc::<Mutex<Vec<u8>>>::default();
        let reader = Stopped(stopped, Arc::clone(&printed));
        let (mut out, err, rest) = outlets(reader, Vec::new(), |count| format!("({count} left out)\n"));
        // One of them may be in the writer's hand.
        for number in 0..ROOM + 11 {
            out.write_all(format!("{number}\n").as_bytes()).unwrap();
        }
        drop(go);
        drop((out, err));
        rest.wait(Duration::from_secs(10));
        let printed = String::from_utf8(printed.lock().unwrap().clone()).unwrap();
        let lines: Vec<&str> = printed.lines().collect();
        let missed = lines.iter().filter(|line| line.ends_with("left out)")).copied().collect::<Vec<_>>();
        // One more found room where the writer took the first in hand before the room was full.
        let printed = lines.len() - 1;
        assert!(lines[0] == "0" && [ROOM, ROOM + 1].contains(&printed), "{lines:?}");
        assert_eq!(missed, [format!("({} left out)", ROOM + 11 - printed)]);
    }

    #[test]
    fn a_reader_that_stays_stopped_is_left() {
        let (_go, stopped) = channel::<()>();
        let (mut out, err, rest) = outlets(Stopped(stopped, Arc::default()), Vec::new(), |_| String::new());
        out.write_all(b"nobody reads this\n").unwrap();
        drop((out, err));
        rest.wait(Duration::from_millis(1));
    }
}
