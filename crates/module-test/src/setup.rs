//! A site before it starts: its modules, its settings, its folder.

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

/// A secret that is long enough.
pub const SECRET_KEY: &str = "a kettle, a stone, nine blue herons, and a boat at noon";

/// A site in the making. Without further ado it has all linked modules, no demo data, and
/// the settings nobody gave.
pub struct Setup {
    kind: DatabaseKind,
    site: Site,
    registry: Registry,
    figment: Figment,
    root: TempDir,
    database: Option<Database>,
}

impl TestSite {
    /// A site on a fresh database, to be described further and started.
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

    /// With the name, files and migrations of a site, in place of one that has none. Its modules are
    /// those of this setup.
    pub fn site(mut self, site: Site) -> Self {
        self.site = site;
        self
    }

    /// Only these modules.
    pub fn modules(mut self, modules: &[&'static dyn Module]) -> Self {
        self.registry = crate::registry_of(modules);
        self
    }

    /// Only those of its modules that have these names, whatever else is linked into the tests.
    ///
    /// # Panics
    ///
    /// A name is that of none of its modules.
    pub fn only(mut self, names: &[&str]) -> Self {
        for name in names {
            let known = self.registry.iter().any(|linked| linked.module.name() == *name);
            assert!(known, "no module `{name}` is linked into the tests");
        }
        self.registry = self.registry.only(names);
        self
    }

    /// These modules beside those there are.
    pub fn and_modules(mut self, modules: &[&'static dyn Module]) -> Self {
        self.registry = self.registry.and(crate::registry_of(modules));
        self
    }

    /// A setting: `modules.lettings.mount`.
    pub fn setting(mut self, key: &str, value: impl Into<Value>) -> Self {
        self.figment = self.figment.merge((key, value.into()));
        self
    }

    /// Another profile than `local`, with the secret that it needs.
    pub fn profile(mut self, name: &str) -> Self {
        self.figment = self.figment.select(name);
        self.setting("secret_key", SECRET_KEY)
    }

    /// The modules that are active, in this order.
    pub fn installed(self, names: &[&str]) -> Self {
        let names: Vec<Value> = names.iter().map(|name| Value::from(*name)).collect();
        self.setting("installed", names)
    }

    /// The modules' demo data.
    pub fn demo_data(self) -> Self {
        self.setting("demo_data", true)
    }

    /// A template of the site itself, below its folder `templates`.
    pub fn template(self, file: &str, text: &str) -> Self {
        write_template(self.root.path(), file, text);
        self
    }

    /// On this database, in place of a fresh one.
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

    /// The plan of the site, for which no database is needed.
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

    /// Rocket, ready to launch; or why it is not.
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

    /// Brings the database up to date as a start in the profile `local` does, which is what
    /// `migrate` does in all.
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

    /// Starts the site on a port of its own.
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
