//! The outputs of a tunnel, on their own thread, so that a reader that stalls (a full pipe, Ctrl-S) delays neither the clients
//! nor Ctrl-C. If the queue is full, texts are dropped and counted.

use std::io::{Error, ErrorKind, Result, Write};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, TrySendError, channel, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// How many texts can wait for the reader.
const QUEUE_LENGTH: usize = 256;

#[derive(Debug, Clone, Copy)]
enum Stream {
    Out,
    Err,
}

/// Makes the message about a number of dropped texts.
pub(super) type DroppedMessage = fn(u64) -> String;

/// One of the two outputs. The text of each write is printed completely or not at all.
pub(super) struct QueuedOutput {
    stream: Stream,
    texts: SyncSender<(Stream, Vec<u8>)>,
    dropped: Arc<AtomicU64>,
    failed: Arc<Mutex<Option<ErrorKind>>>,
}

/// The thread that prints; it ends when both outputs are dropped.
pub(super) struct OutputThread(Receiver<()>);

/// Starts the thread. The two outputs never block. They keep their common order, because on a terminal both are the same screen.
pub(super) fn queued_outputs(
    mut out: impl Write + Send + 'static,
    mut err: impl Write + Send + 'static,
    dropped_message: DroppedMessage,
) -> (QueuedOutput, QueuedOutput, OutputThread) {
    let (texts, queue) = sync_channel::<(Stream, Vec<u8>)>(QUEUE_LENGTH);
    let (done, ended) = channel();
    let (dropped, failed) = (Arc::<AtomicU64>::default(), Arc::<Mutex<Option<ErrorKind>>>::default());
    let (thread_dropped, thread_failed) = (Arc::clone(&dropped), Arc::clone(&failed));
    std::thread::spawn(move || {
        let _done = done;
        while let Ok((stream, text)) = queue.recv() {
            let output: &mut dyn Write = match stream {
                Stream::Out => &mut out,
                Stream::Err => &mut err,
            };
            let printed = output.write_all(&text).and_then(|()| match thread_dropped.swap(0, Ordering::SeqCst) {
                0 => output.flush(),
                count => output.write_all(dropped_message(count).as_bytes()).and_then(|()| output.flush()),
            });
            if let Err(error) = printed
                && error.kind() != ErrorKind::BrokenPipe
            {
                *thread_failed.lock().unwrap_or_else(PoisonError::into_inner) = Some(error.kind());
                return;
            }
        }
    });
    let output =
        |stream, texts| QueuedOutput { stream, texts, dropped: Arc::clone(&dropped), failed: Arc::clone(&failed) };
    (output(Stream::Out, texts.clone()), output(Stream::Err, texts), OutputThread(ended))
}

impl Write for QueuedOutput {
    fn write(&mut self, text: &[u8]) -> Result<usize> {
        match self.texts.try_send((self.stream, text.to_vec())) {
            Ok(()) => {}
            Err(TrySendError::Full(_)) => {
                self.dropped.fetch_add(1, Ordering::SeqCst);
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

impl OutputThread {
    /// Waits until everything is printed, but at most for this time, because the reader may stall.
    pub(super) fn wait(self, limit: Duration) {
        // The thread sends nothing. It closes the channel when it ends.
        let _: std::result::Result<(), RecvTimeoutError> = self.0.recv_timeout(limit);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A reader that takes nothing until it is released.
    struct StalledReader(Receiver<()>, Arc<Mutex<Vec<u8>>>);

    impl Write for StalledReader {
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
    fn a_stalled_reader_blocks_no_writer_and_learns_what_was_dropped() {
        let (release, stalled) = channel();
        let printed = Arc::<Mutex<Vec<u8>>>::default();
        let reader = StalledReader(stalled, Arc::clone(&printed));
        let (mut out, err, thread) = queued_outputs(reader, Vec::new(), |count| format!("({count} dropped)\n"));
        for number in 0..QUEUE_LENGTH + 11 {
            out.write_all(format!("{number}\n").as_bytes()).unwrap();
        }
        drop(release);
        drop((out, err));
        thread.wait(Duration::from_secs(10));
        let printed = String::from_utf8(printed.lock().unwrap().clone()).unwrap();
        let lines: Vec<&str> = printed.lines().collect();
        let dropped = lines.iter().filter(|line| line.ends_with("dropped)")).copied().collect::<Vec<_>>();
        // One more finds space if the thread takes the first text before the queue is full.
        let printed = lines.len() - 1;
        assert!(lines[0] == "0" && [QUEUE_LENGTH, QUEUE_LENGTH + 1].contains(&printed), "{lines:?}");
        assert_eq!(dropped, [format!("({} dropped)", QUEUE_LENGTH + 11 - printed)]);
    }

    #[test]
    fn waiting_for_a_stalled_reader_ends() {
        let (_release, stalled) = channel::<()>();
        let reader = StalledReader(stalled, Arc::default());
        let (mut out, err, thread) = queued_outputs(reader, Vec::new(), |_| String::new());
        out.write_all(b"this is not read\n").unwrap();
        drop((out, err));
        thread.wait(Duration::from_millis(1));
    }
}
