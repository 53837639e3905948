//! The clock, and the worker threads for heavy computations.

pub mod clock;
pub mod worker_pool;
