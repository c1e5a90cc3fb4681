//! The one trait a module implements.

use std::borrow::Cow;

use rocket::figment::value::Value;
use rocket::{Catcher, Request, Route};

use crate::admin::{AdminExtension, ModelAdmin};
use crate::model::ModelInfo;
use crate::{
    AfterMigrate, Check, Command, Configure, DatabaseCheck, Files, Gauge, Health, LocalStart,
    Migration, MigrationCode, MigrationError, NavigationItem, Section, SettingsSchema,
    migrations_with_code,
};

/// An app that plugs into a host.
///
/// Only [`name`](Module::name) is required; all other methods default to adding nothing. A name has the
/// form `[a-z][a-z0-9_]*` and is the namespace of all that the module adds:
///
/// | what | for a module `lettings` |
/// |---|---|
/// | mount | `/lettings`, unless it or the settings say otherwise |
/// | route names | `lettings:letting` |
/// | templates | `lettings/index` |
/// | assets | `/static/lettings/index.css` |
/// | tables | `lettings_letting` |
/// | migrations | `lettings`, `0001_initial` |
/// | settings | `[default.modules.lettings]` |
///
/// # Life cycle
///
/// 1. [`register!`](crate::register) puts the module into the program at link time.
/// 2. The host reads the settings, then calls the methods below on each linked module, some of them more
///    than once, and makes a plan. Nothing is open yet: these methods are plain functions of the module,
///    without a database, that return the same each time.
/// 3. It reports all problems together, or goes on: the database is opened, migrations are
///    applied (a module's requirements before its own; outside the profile `local` they have to be
///    applied already, by `migrate`), Rocket is assembled and launched.
/// 4. From then on only handlers, [`page_context`](Module::page_context) and what
///    [`configure`](Module::configure) attached are called.
///
/// # Restrictions
///
/// A module is confined to its mount: a route or catcher outside of it, a route that another
/// module or the host answers too, a template or asset in a foreign namespace stop
/// the start. It knows other modules only if it names them in [`requires`](Module::requires) or
/// [`uses`](Module::uses).
///
/// # What it is not for
///
/// Code that serves all modules (storage of sessions, logging, metrics) belongs to the host.
///
/// # Examples
///
/// ```
/// use module_api::rocket::{Route, get, routes};
/// use module_api::{Files, Module, NavigationItem, Page, context, register};
///
/// struct GuestBook;
///
/// impl Module for GuestBook {
///     fn name(&self) -> &'static str {
///         "guest_book"
///     }
///
///     fn requires(&self) -> &'static [&'static str] {
///         &["accounts"]
///     }
///
///     fn routes(&self) -> Vec<Route> {
///         routes![index]
///     }
///
///     fn templates(&self) -> Files {
///         // A module in a crate of its own writes `embed!("templates")`.
///         Files::inline(&[("guest_book/index.html.j2", b"{% extends \"base\" %}")])
///     }
///
///     fn navigation(&self) -> Vec<NavigationItem> {
///         vec![NavigationItem::new("Guest book", "guest_book:index")]
///     }
/// }
///
/// register!(GuestBook);
///
/// #[get("/")]
/// fn index() -> Page {
///     Page::render("guest_book/index", context! { entries: ["What a view!"] })
/// }
/// # fn main() {}
/// ```
pub trait Module: Send + Sync + 'static {
    /// The module's name, of the form `[a-z][a-z0-9_]*`: the namespace of all that it adds.
    fn name(&self) -> &'static str;

    /// The title for people. By default, the capitalized name with spaces for `_`.
    fn title(&self) -> Cow<'static, str> {
        let mut title = self.name().replace('_', " ");
        if let Some(first) = title.get_mut(..1) {
            first.make_ascii_uppercase();
        }
        title.into()
    }

    /// The version; by default that of the package that registers it.
    fn version(&self) -> Option<&'static str> {
        None
    }

    /// The modules that it depends on: they must be active, their migrations run first, and this
    /// module may use their crates, routes and templates.
    fn requires(&self) -> &'static [&'static str] {
        &[]
    }

    /// The optional dependencies: the module may name their routes and override their templates. They need
    /// not be linked.
    fn uses(&self) -> &'static [&'static str] {
        &[]
    }

    /// The default mount of its routes: `/` and the name. The setting `modules.NAME.mount`
    /// overrides it.
    fn mount(&self) -> Cow<'static, str> {
        format!("/{}", self.name()).into()
    }

    /// The [`Route`]s, with paths relative to the mount: `rocket::routes![index, letting]`. Handlers return
    /// a [`Page`](crate::Page) and [`Error`](crate::Error), and make addresses with [`Urls`](crate::Urls).
    ///
    /// A route's name for `url()` is that of its handler: `lettings:letting`. Pages end in `/`:
    /// `#[get("/<letting_id>")]` answers at `/lettings/1/`, and `/lettings/1` is redirected there.
    /// Only a route whose last segment is a file's name (`#[get("/feed.xml")]`) or `<path..>`
    /// keeps its form.
    fn routes(&self) -> Vec<Route> {
        Vec::new()
    }

    /// The names of its routes without CSRF protection, such as the webhook of a payment service. They
    /// must authenticate the sender in another way.
    ///
    /// Every other changing request is answered 403 unless it was sent from a page of this site with
    /// the visitor's token. Forms send it by `{{ csrf_input() }}` as the first element, scripts in the
    /// header `X-CSRF-Token`.
    fn csrf_exempt(&self) -> &'static [&'static str] {
        &[]
    }

    /// The paths below its mount that answer JSON: `&["/"]` for all of it, or `&["/api"]`.
    ///
    /// Below them errors are JSON too, those of the host included: problem details of RFC 9457, as
    /// `application/problem+json`. [`Error::Invalid`](crate::Error::Invalid) adds `errors`, lists of messages by
    /// field. Requests without a session are answered 401 there in place of a redirect to the login.
    ///
    /// ```
    /// use module_api::model::ValidationErrors;
    /// use module_api::rocket::serde::json::Json;
    /// use module_api::rocket::{Route, post, routes};
    /// use module_api::{Error, Module};
    ///
    /// struct Stars;
    ///
    /// impl Module for Stars {
    ///     fn name(&self) -> &'static str {
    ///         "stars"
    ///     }
    ///
    ///     fn routes(&self) -> Vec<Route> {
    ///         routes![add]
    ///     }
    ///
    ///     fn json_below(&self) -> &'static [&'static str] {
    ///         &["/api"]
    ///     }
    /// }
    ///
    /// /// Answers 422 to 6, with `"errors": {"stars": ["At most 5."]}`.
    /// #[post("/api/stars", format = "json", data = "<stars>")]
    /// fn add(stars: Json<u8>) -> Result<Json<u8>, Error> {
    ///     if *stars > 5 {
    ///         return Err(Error::Invalid(ValidationErrors::of("stars", "At most 5.")));
    ///     }
    ///     Ok(stars)
    /// }
    /// # assert_eq!(add(Json(6)).unwrap_err().status().code, 422);
    /// ```
    fn json_below(&self) -> &'static [&'static str] {
        &[]
    }

    /// The error pages: [`Catcher`]s with bases relative to the mount. A module mounted at `/` cannot have
    /// any, since the pages there are the host's.
    fn catchers(&self) -> Vec<Catcher> {
        Vec::new()
    }

    /// The templates, [`Files`] named as `NAME/page.html.j2`; also overrides for templates of modules that
    /// it requires or uses. [`Page`](crate::Page) renders them.
    fn templates(&self) -> Files {
        Files::none()
    }

    /// The assets, [`Files`] served below `/static/NAME/` under the paths they have here.
    fn assets(&self) -> Files {
        Files::none()
    }

    /// The models, as `vec![Letting::INFO, Address::INFO]`: see [`Model`](crate::model::Model).
    /// `makemigrations`, fixtures, the admin and deletions read them. The module's migrations create the
    /// tables.
    fn models(&self) -> Vec<&'static ModelInfo> {
        Vec::new()
    }

    /// The registrations of its models in the admin: see [`ModelAdmin`](crate::admin::ModelAdmin).
    fn admin(&self) -> Vec<ModelAdmin> {
        Vec::new()
    }

    /// The additions to registrations of other modules: see
    /// [`AdminExtension`](crate::admin::AdminExtension).
    ///
    /// ```
    /// use module_api::Module;
    /// use module_api::admin::AdminExtension;
    ///
    /// struct Phones;
    ///
    /// impl Module for Phones {
    ///     fn name(&self) -> &'static str {
    ///         "phones"
    ///     }
    ///
    ///     fn uses(&self) -> &'static [&'static str] {
    ///         &["guests"]
    ///     }
    ///
    ///     fn extend_admin(&self) -> Vec<AdminExtension> {
    ///         vec![AdminExtension::of_label("guests.entry").search_field("phone")]
    ///     }
    /// }
    /// ```
    fn extend_admin(&self) -> Vec<AdminExtension> {
        Vec::new()
    }

    /// The migrations: see [`Migration`](crate::Migration) for the names of the files.
    fn migrations(&self) -> Files {
        Files::none()
    }

    /// The migrations that are Rust code, or have code beside their file: see [`MigrationCode`].
    fn migration_code(&self) -> Vec<MigrationCode> {
        Vec::new()
    }

    /// The hook called after every `migrate` run, even if no migration was applied: see
    /// [`AfterMigrate`].
    fn after_migrate(&self) -> Option<AfterMigrate> {
        None
    }

    /// The demo data: [`Files`] in Django's fixture format, loaded in the order of their names into an
    /// empty database of the `local` profile.
    fn fixtures(&self) -> Files {
        Files::none()
    }

    /// The hook called at each start in the profile `local`: see [`LocalStart`].
    fn local_start(&self) -> Option<LocalStart> {
        None
    }

    /// Items for the site's navigation. An item can be limited to some visitors, as with
    /// [`NavigationItem::for_staff`].
    fn navigation(&self) -> Vec<NavigationItem> {
        Vec::new()
    }

    /// Values for the context of every page, also of other modules: `page.NAME` in all templates.
    ///
    /// It is called for each page and cannot wait: values from the database must be in the request's
    /// local cache by then, put there by a guard or a request fairing.
    ///
    /// ```
    /// use module_api::Module;
    /// use module_api::rocket::Request;
    /// use module_api::rocket::figment::value::Value;
    ///
    /// struct Languages;
    /// impl Module for Languages {
    ///     fn name(&self) -> &'static str {
    ///         "languages"
    ///     }
    ///
    ///     /// `{{ page.languages }}`
    ///     fn page_context(&self, request: &Request<'_>) -> Option<Value> {
    ///         request.headers().get_one("Accept-Language").map(Value::from)
    ///     }
    /// }
    /// ```
    fn page_context(&self, request: &Request<'_>) -> Option<Value> {
        let _ = request;
        None
    }

    /// The request headers, and nothing else of the request, that
    /// [`page_context`](Module::page_context) depends on. Pages that are [kept](crate::Page::kept) are kept
    /// for each of their values. With `None` a page to which the module adds something is not kept.
    fn page_context_headers(&self) -> Option<&'static [&'static str]> {
        None
    }

    /// The sections on pages of other modules: see [`Section`].
    fn sections(&self) -> Vec<Section> {
        Vec::new()
    }

    /// The settings, read from `[default.modules.NAME]`: see [`SettingsSchema`].
    fn settings(&self) -> SettingsSchema {
        SettingsSchema::none()
    }

    /// Checks of the site before it starts: see [`Check`].
    fn checks(&self) -> Vec<Check> {
        Vec::new()
    }

    /// The checks of the rows in the database: see [`DatabaseCheck`].
    fn database_checks(&self) -> Vec<DatabaseCheck> {
        Vec::new()
    }

    /// The health check: see [`Health`].
    fn health(&self) -> Option<Health> {
        None
    }

    /// The metrics: see [`Gauge`].
    fn gauges(&self) -> Vec<Gauge> {
        Vec::new()
    }

    /// The commands of the host's command line: see [`Command`].
    fn commands(&self) -> Vec<Command> {
        Vec::new()
    }

    /// The escape hatch to Rocket itself: fairings, managed state, other routes, through
    /// [`Configure`]. The same restrictions hold.
    fn configure(&self, configure: Configure) -> Configure {
        configure
    }
}

/// Returns all migrations of a module, files and code, sorted by name.
///
/// # Errors
///
/// Returns all errors in them.
pub fn migrations_of_module(module: &dyn Module) -> Result<Vec<Migration>, Vec<MigrationError>> {
    migrations_with_code(&module.migrations(), module.migration_code())
}
