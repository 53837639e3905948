//! The demo server's reader of packets: bounded, and the inverse of its writer.

use rrx::demo::wire::client_bytes::{bound_values, packets, sign_in, written};
use tokio::runtime::{Builder, Runtime};

use super::number;

thread_local! {
    // The writer has a time limit, so it needs a runtime with a clock.
    static RUNTIME: Runtime = Builder::new_current_thread().enable_time().build().expect("a runtime");
}

/// Reads the bytes as a client's packets, as a sign-in, and as the values of a statement.
pub fn wire(data: &[u8]) -> u64 {
    RUNTIME.with(|runtime| {
        runtime.block_on(async {
            let read = packets(data).await;
            if let Ok(payloads) = &read {
                let length: usize = payloads.iter().map(|payload| payload.len() + 4).sum();
                assert!(length <= data.len(), "a payload holds no byte that did not come");
                let bytes = written(payloads).await.expect("memory takes all bytes");
                assert_eq!(packets(&bytes).await.expect("own packets"), *payloads, "what is written reads as it was");
            }
            let signed = sign_in(data);
            if let Some((user, database)) = &signed {
                // A byte that is no text becomes one character of three bytes.
                assert!(user.len() <= 3 * data.len());
                assert!(database.as_ref().is_none_or(|name| !name.is_empty()));
            }
            let count = data.first().map_or(0, |&byte| usize::from(byte));
            let values = bound_values(data.get(1..).unwrap_or_default(), count);
            assert!(values.is_none_or(|values| values == count), "one value for each parameter");
            let shape = read.map(|payloads| payloads.iter().map(|payload| payload.len().min(8)).collect::<Vec<_>>());
            number((shape.map_err(|error| error.to_string()), signed.is_some(), values.map(|count| count.min(16))))
        })
    })
}
