//! Checks that a module adds to those of the site before it starts.

use std::collections::BTreeSet;

use rocket::figment::Figment;

use crate::db::Db;
use crate::{ModuleFuture, Problem};

/// The input of a [`Check`]: the settings and the active modules.
///
/// ```
/// use std::collections::BTreeSet;
///
/// use module_api::rocket::figment::Figment;
/// use module_api::{CheckContext, Problem};
///
/// fn shop_has_an_imprint(site: &CheckContext<'_>) -> Vec<Problem> {
///     if !site.modules.contains("shop") || site.figment.contains("imprint") {
///         return Vec::new();
///     }
///     vec![Problem::error("legal.E001", "the shop has no imprint").hint("set `imprint`")]
/// }
///
/// let (figment, modules) = (Figment::new(), BTreeSet::from(["legal", "shop"]));
/// let problems = shop_has_an_imprint(&CheckContext { figment: &figment, modules: &modules });
/// assert_eq!(problems[0].id, "legal.E001");
/// ```
pub struct CheckContext<'a> {
    /// All settings of the site.
    pub figment: &'a Figment,
    /// The names of the active modules.
    pub modules: &'a BTreeSet<&'static str>,
}

/// A function that checks the site before it starts and returns problems.
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

/// A check of the rows of the site's database.
///
/// Only the command `check` runs it, on a database that is opened for reading. An error is reported
/// as `databases.W002`: the tables may not exist yet.
///
/// ```
/// use module_api::db::{Db, query};
/// use module_api::{DatabaseCheck, ModuleFuture, Problem};
///
/// fn nobody_waits(db: &Db) -> ModuleFuture<'_, Vec<Problem>> {
///     Box::pin(async move {
///         let count = query("SELECT COUNT(*) AS value FROM guests_entry WHERE NOT answered");
///         let (count,): (i64,) = count.fetch_one(&mut db.acquire().await?).await?;
///         let message = format!("{count} entries have no answer");
///         let problem = Problem::warning("guests.W001", message).hint("answer them");
///         Ok(if count > 0 { vec![problem] } else { Vec::new() })
///     })
/// }
///
/// let check: DatabaseCheck = nobody_waits;
/// ```
pub type DatabaseCheck = for<'a> fn(&'a Db) -> ModuleFuture<'a, Vec<Problem>>;
