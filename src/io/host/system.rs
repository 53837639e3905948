//! The clipboard of this machine's desktop, on a thread of its own: a display that does not answer holds up nobody. The thread
//! keeps the clipboard, which under X11 and Wayland is served by whoever put a text there, until it is dropped.

#[cfg(feature = "clipboard")]
mod built_in {
    use std::sync::Arc;

    use tokio::sync::{mpsc, oneshot};
    use tokio::time::timeout;

    use crate::domain::limits::SYSTEM_CLIPBOARD;

    /// A text, and who waits to hear what became of it.
    type Job = (Arc<String>, oneshot::Sender<Result<(), String>>);

    /// The clipboard; its thread begins with the first text.
    #[derive(Debug, Default)]
    pub struct SystemClipboard {
        thread: Option<Thread>,
    }

    /// The thread: what it takes, and what tells that it has ended.
    #[derive(Debug)]
    struct Thread {
        jobs: mpsc::Sender<Job>,
        ended: oneshot::Receiver<()>,
    }

    impl SystemClipboard {
        /// Whether this build has one.
        pub const IS_BUILT_IN: bool = true;

        /// Puts a text there.
        ///
        /// # Errors
        /// Why it was not taken, in words: there is none, or it did not answer in [`SYSTEM_CLIPBOARD`].
        pub async fn put(&mut self, text: Arc<String>) -> Result<(), String> {
            let thread = match self.thread.take().filter(|thread| !thread.jobs.is_closed()) {
                Some(thread) => thread,
                None => start().map_err(|error| error.to_string())?,
            };
            let thread = self.thread.insert(thread);
            let (told, answer) = oneshot::channel();
            // Still full: the one before is waiting for a display that does not answer.
            thread.jobs.try_send((text, told)).map_err(|_| "it does not answer".to_owned())?;
            match timeout(SYSTEM_CLIPBOARD, answer).await {
                Ok(Ok(put)) => put,
                Ok(Err(_)) => Err("its thread ended".into()),
                Err(_) => Err("it does not answer".into()),
            }
        }

        /// Gives the clipboard up: a desktop that keeps what programs leave takes it now. Waits for that as long as
        /// [`SYSTEM_CLIPBOARD`].
        pub async fn close(self) {
            if let Some(Thread { jobs, ended }) = self.thread {
                drop(jobs);
                let _ = timeout(SYSTEM_CLIPBOARD, ended).await;
            }
        }
    }

    fn start() -> std::io::Result<Thread> {
        let (sender, mut jobs) = mpsc::channel::<Job>(1);
        let (end, ended) = oneshot::channel::<()>();
        std::thread::Builder::new().name("clipboard".into()).spawn(move || {
            let mut clipboard = None;
            while let Some((text, told)) = jobs.blocking_recv() {
                // Whoever waited has given up, and taken another way: what was copied since stays.
                if told.is_closed() {
                    continue;
                }
                let _ = told.send(put(&mut clipboard, &text).map_err(|error| error.to_string()));
            }
            drop(clipboard);
            drop(end);
        })?;
        Ok(Thread { jobs: sender, ended })
    }

    fn put(clipboard: &mut Option<arboard::Clipboard>, text: &str) -> Result<(), arboard::Error> {
        let open = match clipboard.take() {
            Some(open) => open,
            None => arboard::Clipboard::new()?,
        };
        // Dropped where it fails, so that the next text tries the display anew.
        let mut open = open;
        open.set_text(text)?;
        *clipboard = Some(open);
        Ok(())
    }
}

#[cfg(not(feature = "clipboard"))]
mod built_in {
    use std::sync::Arc;

    /// None is built in.
    #[derive(Debug, Default)]
    pub struct SystemClipboard {}

    impl SystemClipboard {
        /// Whether this build has one.
        pub const IS_BUILT_IN: bool = false;

        /// Says that there is none.
        ///
        /// # Errors
        /// Always.
        #[expect(clippy::unused_async, reason = "the other build waits for a display")]
        pub async fn put(&mut self, _text: Arc<String>) -> Result<(), String> {
            Err("this build has none".into())
        }

        /// There is nothing to give up.
        #[expect(clippy::unused_async, reason = "the other build waits for a desktop")]
        pub async fn close(self) {}
    }
}

pub use built_in::SystemClipboard;
