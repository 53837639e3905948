//! Names of messages and effects for the debug log. It never logs their content: a key may belong to a password.

use crate::app::{Effect, Message};
use crate::domain::protocol::ExportEvent;

/// Returns the kind of a message.
pub(super) fn message_name(message: &Message) -> &'static str {
    match message {
        Message::Key(_) => "key",
        Message::Mouse(_) => "mouse",
        Message::Paste(_) => "paste",
        Message::Resize(_) => "resize",
        Message::Clock(_) => "clock",
        Message::Session(..) => "session",
        Message::Result(..) => "result",
        Message::Export(..) => "export",
        Message::Storage(_) => "storage",
        Message::Computed(_) => "computed",
        Message::Host(_) => "host",
        Message::Connect(_) => "connect",
        Message::Refused(_) => "refused",
        Message::Interrupt => "interrupt",
        Message::Terminate => "terminate",
        Message::TerminalFocus => "terminal focus",
        Message::Edited(_) => "edited",
        Message::Suspend => "suspend",
        Message::WorkerLost { .. } => "worker lost",
    }
}

/// Returns the kind of an effect.
pub(super) fn effect_name(effect: &Effect) -> &'static str {
    match effect {
        Effect::Session(..) => "session",
        Effect::Store(_) => "store",
        Effect::Export(_) => "export",
        Effect::Storage(_) => "storage",
        Effect::Host(_) => "host",
        Effect::Compute(_) => "compute",
        Effect::Discard(_) => "discard",
        Effect::Mouse(_) => "mouse",
        Effect::Edit(_) => "edit",
        Effect::Redraw => "redraw",
        Effect::Wake(_) => "wake",
        Effect::Quit(_) => "quit",
    }
}

/// Returns the kind of an export event.
pub(super) fn export_name(event: &ExportEvent) -> &'static str {
    match event {
        ExportEvent::Progress { .. } => "progress",
        ExportEvent::Ready => "ready",
        ExportEvent::Exists(_) => "file exists",
        ExportEvent::Written(_) => "written",
        ExportEvent::Cut(..) => "cut",
        ExportEvent::Cancelled => "cancelled",
        ExportEvent::Failed(_) => "failed",
    }
}
