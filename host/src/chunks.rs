//! Bodies leave in as few chunks as possible.

use rocket::Response;

/// The largest chunk, in bytes: of it each response that is being sent has one in memory.
const LARGEST: usize = 64 * 1024;

/// Has a body of known size leave in one chunk, or a larger one in chunks of [`LARGEST`]. Rocket cuts bodies
/// at 4 KiB, and each chunk costs a write to the connection: a quarter of what a list of lettings takes.
pub(crate) fn enlarge(response: &mut Response<'_>) {
    if let Some(size) = response.body().preset_size() {
        // One byte more, so that the end is found without a second buffer.
        response.set_max_chunk_size(size.min(LARGEST) + 1);
    }
}
