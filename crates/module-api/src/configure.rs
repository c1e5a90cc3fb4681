//! The hook by which a module configures Rocket itself, within the module's bounds.

use std::any::{TypeId, type_name};

use rocket::fairing::{Fairing, Info};
use rocket::figment::Figment;
use rocket::{Build, Catcher, Rocket, Route};

/// A value of managed state, with its type's name for messages.
pub struct ManagedState {
    /// The type of the value: Rocket keeps one value of a type.
    pub type_id: TypeId,
    /// The name of that type.
    pub type_name: &'static str,
    /// Passes the value to Rocket.
    pub manage: Box<dyn FnOnce(Rocket<Build>) -> Rocket<Build> + Send + Sync>,
}

/// A fairing to attach, with its properties.
pub struct AttachedFairing {
    /// The name and the callbacks.
    pub info: Info,
    /// The type: Rocket keeps the last of several singletons of one type.
    pub type_id: TypeId,
    /// Passes it to Rocket.
    pub attach: Box<dyn FnOnce(Rocket<Build>) -> Rocket<Build> + Send + Sync>,
}

/// The builder for what a module adds to Rocket besides its routes: a confined `Rocket<Build>`.
///
/// The host applies what the builder collects. So routes mounted here are confined and named like those of
/// [`Module::routes`](crate::Module::routes), state that two modules would manage is a problem that
/// names both instead of a panic, and fairings are attributed to the module. A fairing must not
/// mount routes at ignition, which the plan could not know.
///
/// ```
/// use module_api::rocket::fairing::AdHoc;
/// use module_api::rocket::fs::FileServer;
/// use module_api::{Configure, Module};
///
/// struct Greeter(&'static str);
///
/// struct Hello;
/// impl Module for Hello {
///     fn name(&self) -> &'static str {
///         "hello"
///     }
///
///     fn configure(&self, configure: Configure) -> Configure {
///         let files = configure.inside("/files");
///         configure
///             .manage(Greeter("Hello"))
///             .mount(&files, FileServer::from("/srv/hello"))
///             .attach(AdHoc::on_liftoff("Greeter", |_| Box::pin(async { println!("Hello") })))
///     }
/// }
/// ```
pub struct Configure {
    /// The site's settings.
    pub figment: Figment,
    /// The mount of the module.
    pub mount: String,
    /// The routes to mount, each with its base inside the mount.
    pub routes: Vec<(String, Route)>,
    /// The catchers to register, each with its base inside the mount.
    pub catchers: Vec<(String, Catcher)>,
    /// The fairings to attach.
    pub fairings: Vec<AttachedFairing>,
    /// The state to manage.
    pub state: Vec<ManagedState>,
}

impl Configure {
    /// Creates an empty builder, for a module with that mount on a site with those settings.
    pub fn new(figment: Figment, mount: String) -> Self {
        Self {
            figment,
            mount,
            routes: Vec::new(),
            catchers: Vec::new(),
            fairings: Vec::new(),
            state: Vec::new(),
        }
    }

    /// The absolute path of `path` inside the module's mount, wherever the site has put it.
    ///
    /// ```
    /// use module_api::Configure;
    /// use module_api::rocket::figment::Figment;
    ///
    /// let configure = Configure::new(Figment::new(), "/stays".to_owned());
    /// assert_eq!(configure.inside("/files"), "/stays/files");
    /// ```
    pub fn inside(&self, path: &str) -> String {
        format!("{}/{}", self.mount.trim_end_matches('/'), path.trim_start_matches('/'))
    }

    /// Mounts routes at an absolute path, as [`Rocket::mount`] does. A path outside
    /// the module's mount is a problem that stops the start: see [`inside`](Configure::inside).
    pub fn mount(mut self, base: &str, routes: impl Into<Vec<Route>>) -> Self {
        self.routes.extend(routes.into().into_iter().map(|route| (base.to_owned(), route)));
        self
    }

    /// Registers catchers at `base`, as [`mount`](Configure::mount) does with routes.
    pub fn register(mut self, base: &str, catchers: impl Into<Vec<Catcher>>) -> Self {
        self.catchers.extend(catchers.into().into_iter().map(|c| (base.to_owned(), c)));
        self
    }

    /// Attaches a fairing, as [`Rocket::attach`] does.
    pub fn attach(mut self, fairing: impl Fairing) -> Self {
        self.fairings.push(AttachedFairing {
            info: fairing.info(),
            type_id: fairing.type_id(),
            attach: Box::new(move |rocket| rocket.attach(fairing)),
        });
        self
    }

    /// Manages a value, as [`Rocket::manage`] does.
    pub fn manage<T: Send + Sync + 'static>(mut self, state: T) -> Self {
        self.state.push(ManagedState {
            type_id: TypeId::of::<T>(),
            type_name: type_name::<T>(),
            manage: Box::new(move |rocket| rocket.manage(state)),
        });
        self
    }
}
