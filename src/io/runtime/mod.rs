//! What runs effects: the clock, and the workers beside the loop.

pub mod clock;
pub mod compute;
