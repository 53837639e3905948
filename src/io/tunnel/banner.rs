//! Passes the banner of a hop on to the user (RFC 4252, section 5.4), with bounds: a hop may send any number of them.

use std::fmt;
use std::sync::Arc;

use super::context::UserPrompter;
use crate::domain::limits;
use crate::domain::protocol::{HopMessage, HopMessageKind};
use crate::domain::text::lines;

/// Tells the user the banners of one connection to a hop.
pub(super) struct BannerSender {
    /// `None` for a connection of which the user sees nothing.
    prompter: Option<Arc<dyn UserPrompter>>,
    hop: String,
    /// How many banners came.
    count: usize,
}

impl BannerSender {
    pub(super) fn new(prompter: Option<Arc<dyn UserPrompter>>, hop: String) -> Self {
        Self { prompter, hop, count: 0 }
    }

    /// Tells the user one banner. Ignores empty ones, and those after many.
    pub(super) async fn tell(&mut self, banner: &str) {
        self.count += 1;
        let Some(prompter) = self.prompter.as_ref().filter(|_| self.count <= limits::HOP_MESSAGES) else { return };
        let lines = lines(banner, limits::HOP_TEXT_BYTES);
        if !lines.is_empty() {
            prompter.tell(HopMessage { hop: self.hop.clone(), kind: HopMessageKind::Banner, lines }).await;
        }
    }
}

impl fmt::Debug for BannerSender {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BannerSender").field("hop", &self.hop).finish_non_exhaustive()
    }
}
