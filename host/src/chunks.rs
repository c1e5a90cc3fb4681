//! Larger chunks for response bodies.

use rocket::Response;

/// The maximum size of a chunk, in bytes. Each response in progress has one in memory.
const LARGEST: usize = 64 * 1024;

/// Sends a body of known size in one chunk, or a larger one in chunks of [`LARGEST`]. Rocket splits bodies
/// at 4 KiB, and each chunk costs a write to the connection: a quarter of the time of a list of lettings.
pub(crate) fn enlarge(response: &mut Response<'_>) {
    if let Some(size) = response.body().preset_size() {
        // One byte more, so that the end is detected without a second buffer.
        response.set_max_chunk_size(size.min(LARGEST) + 1);
    }
}
