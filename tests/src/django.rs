//! The Django site of `tests/django`: builds databases, and runs its commands on them.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::{env, fmt};

use rocket::tokio::task::spawn_blocking;

use crate::{Database, DatabaseKind, Dump, HolidayHomes, Setup};

/// The variable with the path of the virtual environments: `target/django`.
const ENVIRONMENTS: &str = "TEST_DJANGO";

/// The version of Django.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DjangoVersion {
    /// 5.2, whose keys are 64 bits wide.
    V5_2,
    /// 3.2, whose keys are 32 bits wide.
    V3_2,
}

/// The apps of the site's models.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Layout {
    /// The apps `lettings` and `profiles`.
    Split,
    /// The previous app `oc_lettings_site` of all models.
    Old,
    /// The app `kinds`, whose model has a field of every kind.
    Kinds,
}

impl Layout {
    /// The table of a model: `letting`, `address` or `profile`.
    pub fn table(self, model: &str) -> String {
        let app = match (self, model) {
            (Self::Old, _) => "oc_lettings_site",
            (Self::Kinds, _) => "kinds",
            (Self::Split, "profile") => "profiles",
            (Self::Split, _) => "lettings",
        };
        format!("{app}_{model}")
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Split => "split",
            Self::Old => "old",
            Self::Kinds => "kinds",
        }
    }
}

/// A Django on one of the databases, for tests that run on all combinations.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Django {
    /// The version of Django.
    pub version: DjangoVersion,
    /// The apps.
    pub layout: Layout,
    /// The kind of the database.
    pub on: DatabaseKind,
}

impl Django {
    /// Creates a site with rows in each table.
    pub async fn filled(self) -> DjangoSite {
        let site = DjangoSite { django: self, database: Database::fresh(self.on).await };
        site.manage(&["build"]).await;
        site
    }

    /// Creates a site with tables, and only Django's own rows.
    pub async fn migrated(self) -> DjangoSite {
        let site = DjangoSite { django: self, database: Database::fresh(self.on).await };
        site.manage(&["migrate", "--run-syncdb", "--verbosity=0"]).await;
        site
    }
}

/// A database created by Django, and Django on it.
#[derive(Debug)]
pub struct DjangoSite {
    /// The version, apps and database kind.
    pub django: Django,
    /// The database.
    pub database: Database,
}

impl DjangoSite {
    /// Runs a command of `manage.py`, which must not fail, and returns its output.
    pub async fn manage(&self, arguments: &[&str]) -> String {
        self.manage_as(self.django.layout, arguments).await
    }

    /// Runs a command with the apps of a layout that need not be that of the database.
    pub async fn manage_as(&self, layout: Layout, arguments: &[&str]) -> String {
        let output = self.try_manage_as(layout, arguments).await;
        let text = |bytes| String::from_utf8(bytes).expect("Django prints UTF-8");
        let (printed, errors) = (text(output.stdout), text(output.stderr));
        assert!(
            output.status.success(),
            "manage.py {arguments:?} in {:?}: {}\n{printed}{errors}",
            self.django,
            output.status
        );
        printed
    }

    /// Runs a command of `manage.py` that may fail.
    pub async fn try_manage(&self, arguments: &[&str]) -> Output {
        self.try_manage_as(self.django.layout, arguments).await
    }

    async fn try_manage_as(&self, layout: Layout, arguments: &[&str]) -> Output {
        let python = python(self.django.version);
        let mut command = Command::new(&python);
        command
            .arg(project().join("manage.py"))
            .args(arguments)
            .current_dir(project())
            .env("DATABASE_URL", &self.database.url)
            .env("LAYOUT", layout.name())
            .env("PYTHONDONTWRITEBYTECODE", "1")
            .env("PYTHONUTF8", "1")
            .env_remove("DJANGO_SETTINGS_MODULE");
        // The site on the same database goes on meanwhile.
        let output = spawn_blocking(move || command.output()).await.expect("nothing panics");
        output.unwrap_or_else(|error| {
            panic!("{} cannot be run ({error}): run scripts/django-envs", python.display())
        })
    }

    /// Returns the JSON output of `manage.py`.
    pub async fn manage_json(&self, arguments: &[&str]) -> serde_json::Value {
        let printed = self.manage(arguments).await;
        serde_json::from_str(&printed).unwrap_or_else(|error| panic!("{error}: {printed}"))
    }

    /// Dumps the whole database.
    pub async fn dump(&self) -> Dump {
        Dump::of(&self.database).await
    }

    /// Runs statements as the database's own shell would.
    pub async fn execute(&self, sql: &'static str) {
        self.database.execute(sql).await;
    }

    /// The site that takes the database over, with all rows of a list on one page.
    pub fn successor(&self) -> Setup {
        HolidayHomes::on(self.django.on)
            .database(&self.database)
            .setting("modules.lettings.page_size", 1000)
            .setting("modules.profiles.page_size", 1000)
    }
}

impl fmt::Display for DjangoVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::V5_2 => "5.2",
            Self::V3_2 => "3.2",
        })
    }
}

fn project() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("django")
}

fn python(version: DjangoVersion) -> PathBuf {
    let environments = env::var_os(ENVIRONMENTS).unwrap_or_else(|| {
        panic!("run scripts/test; or scripts/django-envs, and set {ENVIRONMENTS} to target/django")
    });
    // Tests run in the folder of their crate, and a person names a folder from the root.
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    root.join(environments).join(version.to_string()).join("bin/python")
}
