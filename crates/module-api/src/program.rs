//! The name of the running program, for messages that name one of its commands.

use std::path::Path;
use std::sync::OnceLock;

/// The name by which the running program was called, without its folder: `guest-book`.
///
/// Messages that name a command say it, since a host does not know which site it serves:
///
/// ```
/// let advice = format!("run `{} migrate`", module_api::program_name());
/// # assert!(advice.ends_with(" migrate`"));
/// ```
pub fn program_name() -> &'static str {
    static NAME: OnceLock<String> = OnceLock::new();
    NAME.get_or_init(|| {
        let path = std::env::args_os().next().unwrap_or_default();
        let name = Path::new(&path).file_stem().map(|name| name.to_string_lossy().into_owned());
        name.unwrap_or_else(|| "PROGRAM".to_owned())
    })
}
