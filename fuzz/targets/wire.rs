//! Fuzz target: the demo server's packet reader uses only the bytes it receives, and is the inverse of the packet writer.

use rrx::demo::wire::client_bytes::{count_bound_values, parse_sign_in, read_packets, write_packets};
use tokio::runtime::{Builder, Runtime};

use super::fingerprint;

thread_local! {
    // The writer has a time limit, so it needs a runtime with a clock.
    static RUNTIME: Runtime = Builder::new_current_thread().enable_time().build().expect("a runtime");
}

/// Reads the bytes as a client's packets, as a sign-in, and as the values of a statement.
pub fn wire(data: &[u8]) -> u64 {
    RUNTIME.with(|runtime| {
        runtime.block_on(async {
            let read = read_packets(data).await;
            if let Ok(payloads) = &read {
                let length: usize = payloads.iter().map(|payload| payload.len() + 4).sum();
                assert!(length <= data.len(), "a payload has only bytes from the input");
                let bytes = write_packets(payloads).await.expect("writing to memory does not fail");
                let reread = read_packets(&bytes).await.expect("the writer's packets are valid");
                assert_eq!(reread, *payloads, "rereading gives the same packets");
            }
            let sign_in = parse_sign_in(data);
            if let Some((user, database)) = &sign_in {
                // An invalid byte becomes a character of three bytes.
                assert!(user.len() <= 3 * data.len());
                assert!(database.as_ref().is_none_or(|name| !name.is_empty()));
            }
            let count = data.first().map_or(0, |&byte| usize::from(byte));
            let values = count_bound_values(data.get(1..).unwrap_or_default(), count);
            assert!(values.is_none_or(|values| values == count), "one value for each parameter");
            let shape = read.map(|payloads| payloads.iter().map(|payload| payload.len().min(8)).collect::<Vec<_>>());
            fingerprint((
                shape.map_err(|error| error.to_string()),
                sign_in.is_some(),
                values.map(|count| count.min(16)),
            ))
        })
    })
}
