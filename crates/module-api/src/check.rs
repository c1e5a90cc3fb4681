//! A module's own examination of the site before it starts.

use std::collections::BTreeSet;

use rocket::figment::Figment;

use crate::Problem;

/// What a [`Check`] may look at: the settings, and which modules are active.
pub struct CheckContext<'a> {
    /// All settings of the site.
    pub figment: &'a Figment,
    /// The names of the active modules.
    pub modules: &'a BTreeSet<&'static str>,
}

/// A function that looks at the site before it starts and says what is wrong.
///
/// Its problems are reported together with those the host finds, under ids that begin with the
/// module's name (`lettings.E001`). `check` runs the same ones.
///
/// ```
/// use module_api::{Check, CheckContext, Problem};
///
/// fn has_an_imprint(site: &CheckContext<'_>) -> Vec<Problem> {
///     match site.figment.find_value("imprint") {
///         Ok(_) => Vec::new(),
///         Err(_) => vec![
///             Problem::warning("legal.W001", "the site has no imprint").hint("set `imprint`"),
///         ],
///     }
/// }
///
/// let check: Check = has_an_imprint;
/// ```
pub type Check = fn(&CheckContext<'_>) -> Vec<Problem>;
