//! The hook of a module for starts in the profile `local`.

use rocket::figment::Figment;

use crate::db::Db;
use crate::{ModuleFuture, Urls};

/// The input of a [`LocalStart`]: the site that starts.
///
/// See [`LocalStart`] for an example.
#[derive(Clone, Copy)]
pub struct LocalStartContext<'a> {
    /// All settings of the site.
    pub figment: &'a Figment,
    /// The site's database, migrated.
    pub db: &'a Db,
    /// The addresses of the site's routes.
    pub urls: &'a Urls,
    /// `true` if this start created the database: its rows are those of migrations and demo data.
    pub is_new: bool,
}

/// A function that returns a text for the terminal, given the address of the site:
/// `http://localhost:8000`.
///
/// See [`LocalStart`] for an example.
pub type Notice = Box<dyn FnOnce(&str) -> String + Send + Sync>;

/// The hook called at each start of the site in the profile `local`, to make it ready for use. It
/// is called in no other profile, where nobody reads the output of a start.
///
/// It is called once the database is migrated and demo data loaded, in the order in which the
/// modules start, and by one process at a time. Notices are printed when the site listens; also if
/// it cannot.
///
/// ```
/// use module_api::db::query;
/// use module_api::{LocalStart, LocalStartContext, ModuleFuture, Module, Notice};
///
/// fn welcome(site: LocalStartContext<'_>) -> ModuleFuture<'_, Option<Notice>> {
///     Box::pin(async move {
///         if !site.is_new {
///             return Ok(None);
///         }
///         let form = site.urls.url("guests:sign", &[])?;
///         let notice: Notice = Box::new(move |site| format!("Sign the guest book: {site}{form}"));
///         Ok(Some(notice))
///     })
/// }
///
/// struct Guests;
/// impl Module for Guests {
///     fn name(&self) -> &'static str {
///         "guests"
///     }
///
///     fn local_start(&self) -> Option<LocalStart> {
///         Some(welcome)
///     }
/// }
/// ```
pub type LocalStart = for<'a> fn(LocalStartContext<'a>) -> ModuleFuture<'a, Option<Notice>>;
