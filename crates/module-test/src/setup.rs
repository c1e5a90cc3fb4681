//! The description of a site before it starts: its modules, settings and folder.

use std::net::TcpListener;
use std::path::Path;
use std::sync::Mutex;
use std::time::Duration;

use host::{BootError, DatabaseError, Plan, Registry, Settings, Site};
use module_api::db::Db;
use module_api::{Module, Problem};
use rocket::figment::Figment;
use rocket::figment::value::Value;
use rocket::local::asynchronous::Client;
use rocket::tokio::net::TcpStream;
use rocket::{Ignite, Rocket, tokio};
use tempfile::TempDir;

use crate::site::write_template;
use crate::{Database, DatabaseKind, ServedSite, TestSite};

/// A secret of sufficient length.
pub const SECRET_KEY: &str = "a kettle, a stone, nine blue herons, and a boat at noon";

/// The description of a site to be started. By default, it has all linked modules, no demo data, and
/// the default settings.
///
/// ```
/// use module_test::{DatabaseKind, LocalModule, TestSite};
///
/// static NEWS: LocalModule = LocalModule::named("news");
///
/// module_test::block_on(async {
///     let page = r#"{% extends "base" %}{% block content %}<h1>Nothing here</h1>{% endblock %}"#;
///     let setup = TestSite::on(DatabaseKind::Sqlite)
///         .modules(&[&NEWS])
///         .setting("site_name", "Daily News")
///         .template("errors/404.html.j2", page);
///     let answer = setup.start().await.get("/nowhere/").await;
///     assert_eq!(answer.page().heading(), "Nothing here");
/// });
///
/// let setup = TestSite::on(DatabaseKind::Sqlite).modules(&[&NEWS]).installed(&["news", "blog"]);
/// assert!(setup.problems()[0].contains("blog"));
/// ```
pub struct Setup {
    kind: DatabaseKind,
    site: Site,
    registry: Registry,
    figment: Figment,
    root: TempDir,
    database: Option<Database>,
}

impl TestSite {
    /// Describes a site on a fresh database.
    pub fn on(kind: DatabaseKind) -> Setup {
        Setup::on(kind)
    }
}

impl Setup {
    pub(crate) fn on(kind: DatabaseKind) -> Self {
        let figment = Figment::from(rocket::Config::default())
            .merge(("log_level", "off"))
            .merge(("address", "127.0.0.1"))
            .merge(("shutdown.ctrlc", false))
            .merge(("shutdown.grace", 0))
            .merge(("shutdown.mercy", 0))
            .merge(("databases.site.max_connections", 2))
            // As in a release build.
            .merge(("kept_pages_mib", 16))
            .select("local");
        let (registry, root) = (Registry::linked(), tempfile::tempdir().unwrap());
        let site = Site::new("test-site", "1.0.0");
        Self { kind, site, registry, figment, root, database: None }
    }

    /// Sets the name, files and migrations of a site; by default it has none. The modules are still
    /// those of this setup.
    pub fn site(mut self, site: Site) -> Self {
        self.site = site;
        self
    }

    /// Sets the modules.
    pub fn modules(mut self, modules: &[&'static dyn Module]) -> Self {
        self.registry = crate::registry_of(modules);
        self
    }

    /// Keeps only the modules with these names, regardless of others that are linked into the tests.
    ///
    /// # Panics
    ///
    /// There is no module with one of the names.
    pub fn only(mut self, names: &[&str]) -> Self {
        for name in names {
            let known = self.registry.iter().any(|linked| linked.module.name() == *name);
            assert!(known, "no module `{name}` is linked into the tests");
        }
        self.registry = self.registry.only(names);
        self
    }

    /// Adds these modules.
    pub fn and_modules(mut self, modules: &[&'static dyn Module]) -> Self {
        self.registry = self.registry.and(crate::registry_of(modules));
        self
    }

    /// Sets a setting: `modules.lettings.mount`.
    pub fn setting(mut self, key: &str, value: impl Into<Value>) -> Self {
        self.figment = self.figment.merge((key, value.into()));
        self
    }

    /// Sets another profile than `local`, with the secret that it requires.
    pub fn profile(mut self, name: &str) -> Self {
        self.figment = self.figment.select(name);
        self.setting("secret_key", SECRET_KEY)
    }

    /// Sets the active modules, in this order.
    pub fn installed(self, names: &[&str]) -> Self {
        let names: Vec<Value> = names.iter().map(|name| Value::from(*name)).collect();
        self.setting("installed", names)
    }

    /// Loads the modules' demo data.
    pub fn demo_data(self) -> Self {
        self.setting("demo_data", true)
    }

    /// Adds a template of the site, below its folder `templates`.
    pub fn template(self, file: &str, text: &str) -> Self {
        write_template(self.root.path(), file, text);
        self
    }

    /// Uses this database in place of a fresh one.
    pub fn database(mut self, database: &Database) -> Self {
        assert_eq!(self.kind, database.kind);
        self.database = Some(database.clone());
        self
    }

    /// The folder of the site.
    pub fn root(&self) -> &Path {
        self.root.path()
    }

    fn settings(&self, database: Option<&Database>) -> Settings {
        let mut figment = self.figment.clone();
        if let Some(database) = database {
            figment = figment.merge(("databases.site.url", &database.url));
        }
        Settings::from_figment(figment, self.root.path().to_owned()).expect("good settings")
    }

    /// The plan of the site, which needs no database.
    ///
    /// # Errors
    ///
    /// Returns all problems of the plan.
    pub fn plan(&self) -> Result<Plan, Vec<Problem>> {
        self.site.clone().modules(self.registry.clone()).plan(&self.settings(None))
    }

    /// The problems that keep the site from starting, each as one text.
    pub fn problems(&self) -> Vec<String> {
        let problems = self.plan().err().expect("a site that cannot start");
        problems.iter().map(ToString::to_string).collect()
    }

    /// Assembles Rocket, ready to launch.
    ///
    /// # Errors
    ///
    /// Returns the error of a start whose plan is valid.
    pub async fn boot(&self) -> (Result<Rocket<Ignite>, BootError>, Database) {
        let database = match &self.database {
            Some(database) => database.clone(),
            None => Database::fresh(self.kind).await,
        };
        let (plan, settings) = self.plan_on(&database);
        (host::boot(plan, &settings).await, database)
    }

    /// Migrates the database like a start in the profile `local`, which is equivalent to `migrate`.
    ///
    /// # Errors
    ///
    /// Returns the error of the migration.
    pub async fn migrate(&self) -> Result<(), DatabaseError> {
        let database = self.database.as_ref().expect("a database to migrate is given");
        let (plan, settings) = self.plan_on(database);
        host::open_database(&plan, &settings).await.map(drop)
    }

    fn plan_on(&self, database: &Database) -> (Plan, Settings) {
        let settings = self.settings(Some(database));
        let plan = self.site.clone().modules(self.registry.clone()).plan(&settings).unwrap_or_else(
            |problems| {
                let problems: Vec<String> = problems.iter().map(ToString::to_string).collect();
                panic!("the site cannot start:\n{}", problems.join("\n"));
            },
        );
        (plan, settings)
    }

    async fn rocket(&self) -> (Rocket<Ignite>, Database) {
        let (rocket, database) = self.boot().await;
        (rocket.expect("the site boots"), database)
    }

    /// Starts the site inside this process.
    pub async fn start(self) -> TestSite {
        let (rocket, database) = self.rocket().await;
        let client = Client::untracked(rocket).await.expect("the site launches");
        assert!(client.rocket().state::<Db>().is_some(), "the database is managed");
        TestSite { client, ahead: Mutex::default(), root: self.root, database }
    }

    /// Starts the site on a free port.
    pub async fn serve(self) -> ServedSite {
        // The port is free now; that another program takes it in between is unlikely.
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let setup = self.setting("port", port);
        let (rocket, database) = setup.rocket().await;
        let shutdown = rocket.shutdown();
        let task = tokio::spawn(async { rocket.launch().await.map(drop).map_err(drop) });
        while TcpStream::connect(("127.0.0.1", port)).await.is_err() {
            assert!(!task.is_finished(), "the site launches");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        ServedSite { port, shutdown, task, root: setup.root, database }
    }
}
