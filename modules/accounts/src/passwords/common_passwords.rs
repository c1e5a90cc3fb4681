//! Django's list of common passwords.

use std::io::Read;
use std::sync::LazyLock;

use flate2::read::GzDecoder;

use super::validation::trimmed;

/// Compressed, since it is twice as long uncompressed. See `data/README.md` for its license.
const COMPRESSED: &[u8] = include_bytes!("../../data/common-passwords.txt.gz");

/// The sorted list, decompressed when the first password is set, and kept: half a megabyte.
static COMMON_PASSWORDS: LazyLock<Vec<&'static str>> = LazyLock::new(|| {
    let mut text = String::new();
    GzDecoder::new(COMPRESSED)
        .read_to_string(&mut text)
        .expect("the embedded list is gzip of UTF-8");
    let mut passwords: Vec<_> = text.leak().lines().map(trimmed).collect();
    passwords.sort_unstable();
    passwords
});

/// Returns `true` if the password, trimmed and in lower case, is on the list.
pub(super) fn is_common(password: &str) -> bool {
    let lower_case = password.to_lowercase();
    COMMON_PASSWORDS.binary_search(&trimmed(&lower_case)).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_djangos_whole_one() {
        assert_eq!(COMMON_PASSWORDS.len(), 19_640);
        assert!(COMMON_PASSWORDS.is_sorted());
    }
}
