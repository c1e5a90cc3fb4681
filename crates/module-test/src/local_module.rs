//! A module that a test defines in a few lines.

use std::borrow::Cow;

use host::Registry;
use module_api::admin::{AdminExtension, ModelAdmin};
use module_api::host::Registration;
use module_api::model::ModelInfo;
use module_api::{Configure, Files, Health, Module, NavigationItem, Section};
use rocket::figment::value::Value;
use rocket::{Catcher, Request, Route};

/// Inline files: pairs of path and content.
type Inline = &'static [(&'static str, &'static [u8])];

/// A module in a test. It stands in a `static`, with `..LocalModule::named("name")` for the rest.
///
/// ```
/// use module_api::rocket::{get, routes};
/// use module_test::{DatabaseKind, LocalModule, TestSite};
///
/// static NEWS: LocalModule = LocalModule { routes: || routes![index], ..LocalModule::named("news") };
///
/// #[get("/")]
/// fn index() -> &'static str {
///     "No news"
/// }
///
/// module_test::block_on(async {
///     let site = TestSite::on(DatabaseKind::Sqlite).modules(&[&NEWS]).start().await;
///     assert_eq!(site.get("/news/").await.text(), "No news");
/// });
/// ```
#[derive(Debug)]
pub struct LocalModule {
    /// The name.
    pub name: &'static str,
    /// The mount; by default `/` and the name.
    pub mount: Option<&'static str>,
    /// The modules it requires.
    pub requires: &'static [&'static str],
    /// The modules it uses.
    pub uses: &'static [&'static str],
    /// The routes.
    pub routes: fn() -> Vec<Route>,
    /// The routes that need no CSRF token.
    pub csrf_exempt: &'static [&'static str],
    /// The paths that answer JSON.
    pub json_below: &'static [&'static str],
    /// The catchers.
    pub catchers: fn() -> Vec<Catcher>,
    /// The templates.
    pub templates: Inline,
    /// The assets.
    pub assets: Inline,
    /// The models.
    pub models: &'static [&'static ModelInfo],
    /// The registrations of its models in the admin.
    pub admin: fn() -> Vec<ModelAdmin>,
    /// The additions to registrations of other modules.
    pub extend_admin: fn() -> Vec<AdminExtension>,
    /// The migrations.
    pub migrations: Inline,
    /// The route of its navigation item, if it has one.
    pub navigation: Option<&'static str>,
    /// Values that it adds to the context of every page.
    pub page_context: fn(&Request<'_>) -> Option<Value>,
    /// The headers that its page context depends on.
    pub page_context_headers: Option<&'static [&'static str]>,
    /// The sections on pages of other modules.
    pub sections: &'static [Section],
    /// The health check.
    pub health: Option<Health>,
    /// The hook that configures Rocket.
    pub configure: fn(Configure) -> Configure,
}

impl LocalModule {
    /// A module with a name, and without anything else.
    pub const fn named(name: &'static str) -> Self {
        Self {
            name,
            mount: None,
            requires: &[],
            uses: &[],
            routes: Vec::new,
            csrf_exempt: &[],
            json_below: &[],
            catchers: Vec::new,
            templates: &[],
            assets: &[],
            models: &[],
            admin: Vec::new,
            extend_admin: Vec::new,
            migrations: &[],
            navigation: None,
            page_context: |_| None,
            page_context_headers: None,
            sections: &[],
            health: None,
            configure: |configure| configure,
        }
    }
}

impl Module for LocalModule {
    fn name(&self) -> &'static str {
        self.name
    }

    fn mount(&self) -> Cow<'static, str> {
        self.mount.map_or_else(|| format!("/{}", self.name).into(), Cow::Borrowed)
    }

    fn requires(&self) -> &'static [&'static str] {
        self.requires
    }

    fn uses(&self) -> &'static [&'static str] {
        self.uses
    }

    fn routes(&self) -> Vec<Route> {
        (self.routes)()
    }

    fn csrf_exempt(&self) -> &'static [&'static str] {
        self.csrf_exempt
    }

    fn json_below(&self) -> &'static [&'static str] {
        self.json_below
    }

    fn catchers(&self) -> Vec<Catcher> {
        (self.catchers)()
    }

    fn templates(&self) -> Files {
        Files::inline(self.templates)
    }

    fn assets(&self) -> Files {
        Files::inline(self.assets)
    }

    fn models(&self) -> Vec<&'static ModelInfo> {
        self.models.to_vec()
    }

    fn admin(&self) -> Vec<ModelAdmin> {
        (self.admin)()
    }

    fn extend_admin(&self) -> Vec<AdminExtension> {
        (self.extend_admin)()
    }

    fn migrations(&self) -> Files {
        Files::inline(self.migrations)
    }

    fn navigation(&self) -> Vec<NavigationItem> {
        self.navigation.map(|route| NavigationItem::new(self.name, route)).into_iter().collect()
    }

    fn page_context_headers(&self) -> Option<&'static [&'static str]> {
        self.page_context_headers
    }

    fn page_context(&self, request: &Request<'_>) -> Option<Value> {
        (self.page_context)(request)
    }

    fn sections(&self) -> Vec<Section> {
        self.sections.to_vec()
    }

    fn health(&self) -> Option<Health> {
        self.health
    }

    fn configure(&self, configure: Configure) -> Configure {
        (self.configure)(configure)
    }
}

/// A registry of local modules.
pub fn registry_of(modules: &[&'static dyn Module]) -> Registry {
    let register = |module: &&'static dyn Module| Registration::new(*module, "test", "1.0.0");
    Registry::new(modules.iter().map(register).collect())
}
