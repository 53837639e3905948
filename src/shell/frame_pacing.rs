//! Decides when the next frame may be drawn: 60 frames a second on average, of which two may be drawn at once for the user: the
//! frame that answers a key, and the frame with the rows that the key had to fetch.

use tokio::time::Instant;

use crate::domain::limits::FRAME;

/// How soon a frame is needed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Urgency {
    /// Something changed by itself: a row count, a clock.
    Regular,
    /// The user did something, or an answer to it arrived.
    Immediate,
}

/// The frame budget. Each frame costs [`FRAME`]; unused time is not saved up.
#[derive(Debug, Default)]
pub(super) struct FramePacing {
    /// The time up to which frames are paid for.
    spent_until: Option<Instant>,
}

impl FramePacing {
    /// Returns the earliest time for the next frame.
    pub(super) fn due(&self, urgency: Urgency, now: Instant) -> Instant {
        let Some(spent) = self.spent_until else { return now };
        match urgency {
            Urgency::Regular => spent,
            Urgency::Immediate => spent.checked_sub(FRAME).unwrap_or(now),
        }
    }

    /// Records that a frame was drawn.
    pub(super) fn record_frame(&mut self, now: Instant) {
        self.spent_until = Some(self.spent_until.map_or(now, |spent| spent.max(now)) + FRAME);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Draws as soon as possible after `now` frames; returns the time of the frame, counted in frames.
    fn draw(pacing: &mut FramePacing, urgency: Urgency, start: Instant, now: u32) -> f64 {
        let now = start + FRAME * now;
        let at = pacing.due(urgency, now).max(now);
        pacing.record_frame(at);
        at.duration_since(start).as_secs_f64() / FRAME.as_secs_f64()
    }

    fn assert_time(found: f64, expected: f64) {
        assert!((found - expected).abs() < 1e-3, "{found} for {expected}");
    }

    #[test]
    fn a_key_and_its_rows_are_drawn_at_once_and_later_frames_wait() {
        let (mut pacing, start) = (FramePacing::default(), Instant::now());
        assert_time(draw(&mut pacing, Urgency::Immediate, start, 0), 0.0);
        assert_time(draw(&mut pacing, Urgency::Immediate, start, 0), 0.0);
        assert_time(draw(&mut pacing, Urgency::Immediate, start, 0), 1.0);
        assert_time(draw(&mut pacing, Urgency::Regular, start, 1), 3.0);
    }

    #[test]
    fn a_key_does_not_wait_for_regular_frames() {
        let (mut pacing, start) = (FramePacing::default(), Instant::now());
        for frame in 0..100 {
            assert_time(draw(&mut pacing, Urgency::Regular, start, frame), f64::from(frame));
        }
        assert_time(draw(&mut pacing, Urgency::Immediate, start, 99), 99.0);
    }

    #[test]
    fn there_are_at_most_sixty_frames_a_second_on_average() {
        for urgency in [Urgency::Regular, Urgency::Immediate] {
            let (mut pacing, start) = (FramePacing::default(), Instant::now());
            let last = (0..60).map(|_| draw(&mut pacing, urgency, start, 0)).last();
            assert!(last.is_some_and(|last| last >= 57.0), "{last:?}");
        }
    }
}
