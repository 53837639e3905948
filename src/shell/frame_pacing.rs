//! Decides when the next frame may be drawn: at most 60 frames a second on average. After a key press two frames may be drawn
//! immediately: the one that shows the effect of the key, and the one with the rows that had to be fetched for it.

use tokio::time::Instant;

use crate::domain::limits::FRAME;

/// How soon a frame is needed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Urgency {
    /// Something changed without the user, such as a row count or a clock.
    Regular,
    /// The user did something, or the result of it arrived.
    Immediate,
}

/// The frame budget. Each frame uses a time of [`FRAME`]; unused time is not saved.
#[derive(Debug, Default)]
pub(super) struct FramePacing {
    /// The end of the time that the frames so far have used.
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
