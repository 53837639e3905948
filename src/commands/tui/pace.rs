//! When the next frame may be drawn: 60 a second over time, of which two may come at once where somebody waits for them: the
//! frame that answers a key, and the one with the rows that the key had to fetch.

use tokio::time::Instant;

use crate::domain::limits::FRAME;

/// How much a frame is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Wanted {
    /// Something moved by itself: a count of rows, a clock.
    InTime,
    /// Somebody did something, or what was asked for is there.
    AtOnce,
}

/// Frames that were drawn, as a time: each takes [`FRAME`] of it, and it never lies behind the present.
#[derive(Debug, Default)]
pub(super) struct Pace {
    spent: Option<Instant>,
}

impl Pace {
    /// When a frame may be drawn.
    pub(super) fn due(&self, wanted: Wanted, now: Instant) -> Instant {
        let Some(spent) = self.spent else { return now };
        match wanted {
            Wanted::InTime => spent,
            Wanted::AtOnce => spent.checked_sub(FRAME).unwrap_or(now),
        }
    }

    /// A frame was drawn.
    pub(super) fn drew(&mut self, now: Instant) {
        self.spent = Some(self.spent.map_or(now, |spent| spent.max(now)) + FRAME);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Draws as soon as it may, after so many frames' time; answers with when that was, in frames.
    fn draw(pace: &mut Pace, wanted: Wanted, begun: Instant, now: u32) -> f64 {
        let now = begun + FRAME * now;
        let at = pace.due(wanted, now).max(now);
        pace.drew(at);
        at.duration_since(begun).as_secs_f64() / FRAME.as_secs_f64()
    }

    fn at(found: f64, expected: f64) {
        assert!((found - expected).abs() < 1e-3, "{found} for {expected}");
    }

    #[test]
    fn a_key_and_the_rows_that_it_fetched_are_shown_at_once_and_what_comes_then_waits() {
        let (mut pace, begun) = (Pace::default(), Instant::now());
        at(draw(&mut pace, Wanted::AtOnce, begun, 0), 0.0);
        at(draw(&mut pace, Wanted::AtOnce, begun, 0), 0.0);
        at(draw(&mut pace, Wanted::AtOnce, begun, 0), 1.0);
        at(draw(&mut pace, Wanted::InTime, begun, 1), 3.0);
    }

    #[test]
    fn a_key_amid_frames_that_come_by_themselves_waits_for_none_of_them() {
        let (mut pace, begun) = (Pace::default(), Instant::now());
        for frame in 0..100 {
            at(draw(&mut pace, Wanted::InTime, begun, frame), f64::from(frame));
        }
        at(draw(&mut pace, Wanted::AtOnce, begun, 99), 99.0);
    }

    #[test]
    fn over_time_there_are_no_more_than_sixty_a_second() {
        for wanted in [Wanted::InTime, Wanted::AtOnce] {
            let (mut pace, begun) = (Pace::default(), Instant::now());
            let last = (0..60).map(|_| draw(&mut pace, wanted, begun, 0)).last();
            assert!(last.is_some_and(|last| last >= 57.0), "{last:?}");
        }
    }
}
