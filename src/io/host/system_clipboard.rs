//! The clipboard of this machine's desktop, on a separate thread, because a display that does not answer blocks its
//! caller. The thread keeps running: under X11 and Wayland, the program that copied a text serves it to others.

#[cfg(feature = "clipboard")]
mod built_in {
    use std::sync::Arc;

    use tokio::sync::{mpsc, oneshot};
    use tokio::time::timeout;

    use crate::domain::limits::SYSTEM_CLIPBOARD;

    /// A text, and where to report the outcome.
    type PutRequest = (Arc<String>, oneshot::Sender<Result<(), String>>);

    /// The clipboard. Its thread starts with the first text.
    #[derive(Debug, Default)]
    pub struct SystemClipboard {
        thread: Option<ClipboardThread>,
    }

    /// The queue of the thread, and the signal that it has ended.
    #[derive(Debug)]
    struct ClipboardThread {
        requests: mpsc::Sender<PutRequest>,
        ended: oneshot::Receiver<()>,
    }

    impl SystemClipboard {
        /// Whether this build has a system clipboard.
        pub const IS_BUILT_IN: bool = true;

        /// Copies a text to the clipboard.
        ///
        /// # Errors
        /// Returns the reason: there is no clipboard, or it did not answer within [`SYSTEM_CLIPBOARD`].
        pub async fn put(&mut self, text: Arc<String>) -> Result<(), String> {
            let thread = match self.thread.take().filter(|thread| !thread.requests.is_closed()) {
                Some(thread) => thread,
                None => start().map_err(|error| error.to_string())?,
            };
            let thread = self.thread.insert(thread);
            let (outcome, answer) = oneshot::channel();
            // Full: the previous request still waits for a display that does not answer.
            thread.requests.try_send((text, outcome)).map_err(|_| "it does not answer".to_owned())?;
            match timeout(SYSTEM_CLIPBOARD, answer).await {
                Ok(Ok(put)) => put,
                Ok(Err(_)) => Err("its thread ended".into()),
                Err(_) => Err("it does not answer".into()),
            }
        }

        /// Releases the clipboard, so that a clipboard manager can take over the text. Waits at most
        /// [`SYSTEM_CLIPBOARD`].
        pub async fn close(self) {
            if let Some(ClipboardThread { requests, ended }) = self.thread {
                drop(requests);
                let _ = timeout(SYSTEM_CLIPBOARD, ended).await;
            }
        }
    }

    fn start() -> std::io::Result<ClipboardThread> {
        let (requests, mut queue) = mpsc::channel::<PutRequest>(1);
        let (end, ended) = oneshot::channel::<()>();
        std::thread::Builder::new().name("clipboard".into()).spawn(move || {
            let mut clipboard = None;
            while let Some((text, outcome)) = queue.blocking_recv() {
                // The caller gave up and copied the text elsewhere.
                if outcome.is_closed() {
                    continue;
                }
                let _ = outcome.send(put(&mut clipboard, &text).map_err(|error| error.to_string()));
            }
            drop(clipboard);
            drop(end);
        })?;
        Ok(ClipboardThread { requests, ended })
    }

    fn put(clipboard: &mut Option<arboard::Clipboard>, text: &str) -> Result<(), arboard::Error> {
        let open = match clipboard.take() {
            Some(open) => open,
            None => arboard::Clipboard::new()?,
        };
        // Dropped on failure, so that the next text connects to the display again.
        let mut open = open;
        open.set_text(text)?;
        *clipboard = Some(open);
        Ok(())
    }
}

#[cfg(not(feature = "clipboard"))]
mod built_in {
    use std::sync::Arc;

    /// A placeholder: this build has no system clipboard.
    #[derive(Debug, Default)]
    pub struct SystemClipboard {}

    impl SystemClipboard {
        /// Whether this build has a system clipboard.
        pub const IS_BUILT_IN: bool = false;

        /// Fails, because there is no clipboard.
        ///
        /// # Errors
        /// Always returns an error.
        #[expect(clippy::unused_async, reason = "the other build waits for a display")]
        pub async fn put(&mut self, _text: Arc<String>) -> Result<(), String> {
            Err("this build has no system clipboard".into())
        }

        #[expect(clippy::unused_async, reason = "the other build waits for a desktop")]
        pub async fn close(self) {}
    }
}

pub use built_in::SystemClipboard;
