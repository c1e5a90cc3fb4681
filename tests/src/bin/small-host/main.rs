//! The host's program with modules that a test wrote into a folder, for tests of its commands.
//!
//! `SMALL_MODULES` names the folder; without, it has the modules that are linked. Each folder in it
//! is a module: its `*.sql` files are its migrations, the words of its file `requires` the modules it
//! requires, its file `models` says which of the models here it has, and whether the program knows
//! its folder, each line of its file `code` a migration's name, then what its code does on the way
//! up, and on the way down if there is one, its file `after` what it does after migrating, and with a
//! file `routes` it has the routes here.

#![expect(clippy::unwrap_used, reason = "a panic is how a test reports")]

mod routes;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use host::Registry;
use module_api::db::{Db, query};
use module_api::host::Registration;
use module_api::model::{Model, ModelInfo};
use module_api::{
    AfterMigrate, Command, Files, MigrationCode, MigrationFunction, Module, ModuleFuture, clap,
};
use rocket::Route;

type Named = (&'static str, &'static [u8]);

/// A module in a folder.
struct Small {
    name: &'static str,
    requires: Vec<&'static str>,
    files: Files,
    models: Vec<&'static ModelInfo>,
    code: Vec<MigrationCode>,
    after: Option<AfterMigrate>,
    has_routes: bool,
}

/// A model as it is first, and as it is later.
mod first {
    use module_api::model::Model;

    #[derive(Model)]
    #[model(label = "papers.paper")]
    pub(crate) struct Paper {
        id: i64,
        #[model(max_length = 20)]
        title: String,
    }
}

mod second {
    use module_api::model::Model;

    #[derive(Model)]
    #[model(label = "papers.paper")]
    pub(crate) struct Paper {
        id: i64,
        #[model(max_length = 20)]
        title: String,
        #[model(max_length = 9)]
        color: String,
    }
}

impl Module for Small {
    fn name(&self) -> &'static str {
        self.name
    }

    fn requires(&self) -> &'static [&'static str] {
        self.requires.clone().leak()
    }

    fn models(&self) -> Vec<&'static ModelInfo> {
        self.models.clone()
    }

    fn migrations(&self) -> Files {
        self.files
    }

    fn routes(&self) -> Vec<Route> {
        if self.has_routes { routes::all() } else { Vec::new() }
    }

    fn csrf_exempt(&self) -> &'static [&'static str] {
        if self.has_routes { routes::CSRF_EXEMPT } else { &[] }
    }

    fn migration_code(&self) -> Vec<MigrationCode> {
        self.code.clone()
    }

    fn after_migrate(&self) -> Option<AfterMigrate> {
        self.after
    }

    fn commands(&self) -> Vec<Command> {
        let name: &'static str = format!("greet-{}", self.name).leak();
        let greet = clap::Command::new(name);
        vec![Command::new(greet, |_, _| {
            Box::pin(async {
                println!("hello");
                Ok(())
            })
        })]
    }
}

fn text(path: &Path) -> &'static str {
    fs::read_to_string(path).unwrap_or_default().leak()
}

fn read(folder: &Path) -> Registration {
    let name: &'static str = folder.file_name().unwrap().to_str().unwrap().to_owned().leak();
    let mut files: Vec<Named> = Vec::new();
    for file in fs::read_dir(folder).unwrap() {
        let path = file.unwrap().path();
        let name: &'static str = path.file_name().unwrap().to_str().unwrap().to_owned().leak();
        if name.ends_with(".sql") && path.is_file() {
            files.push((name, text(&path).as_bytes()));
        }
    }
    let code = text(&folder.join("code")).lines().map(|line| {
        let mut words = line.split_whitespace();
        let code = MigrationCode::new(words.next().unwrap(), function(words.next().unwrap()));
        words.next().map_or(code.clone(), |down| code.down(function(down)))
    });
    let requires = text(&folder.join("requires")).split_whitespace().collect();
    let models = text(&folder.join("models"));
    let models_of = |word: &str| match word {
        "first" => Some(first::Paper::INFO),
        "second" => Some(second::Paper::INFO),
        _ => None,
    };
    let files = if models.contains("folder") {
        Files::inline_from(folder.to_str().unwrap().to_owned().leak(), files.leak())
    } else {
        Files::inline(files.leak())
    };
    let models = models.split_whitespace().filter_map(models_of).collect();
    let after = match text(&folder.join("after")) {
        "" => None,
        "write a note" => Some(write_a_note as AfterMigrate),
        other => panic!("nothing after migrating is called {other}"),
    };
    let has_routes = folder.join("routes").exists();
    let module = Small { name, requires, files, models, code: code.collect(), after, has_routes };
    Registration::new(Box::leak(Box::new(module)), name, "1.0.0")
}

/// Adds a row at each call.
fn write_a_note(db: &Db) -> ModuleFuture<'_> {
    Box::pin(async move {
        let mut transaction = db.begin().await?;
        query("INSERT INTO note (id, title) SELECT COUNT(*) + 1, 'after migrating' FROM note")
            .execute(&mut transaction)
            .await?;
        Ok(transaction.commit().await?)
    })
}

/// Returns the function of a migration in code by name.
fn function(name: &str) -> MigrationFunction {
    match name {
        "nothing" => MigrationCode::nothing,
        "fail" => |_| Box::pin(async { Err("it does not want to".into()) }),
        "insert" => |transaction| {
            Box::pin(async move {
                query("INSERT INTO note (id, title) VALUES (7, 'by code')")
                    .execute(transaction)
                    .await?;
                Ok(())
            })
        },
        "delete" => |transaction| {
            Box::pin(async move {
                query("DELETE FROM note WHERE id = 7").execute(transaction).await?;
                Ok(())
            })
        },
        // It says that it has begun, and the first time it goes on for ever.
        "linger" => |transaction| {
            Box::pin(async move {
                query("INSERT INTO note (id, title) VALUES (8, 'after a while')")
                    .execute(transaction)
                    .await?;
                let begun = PathBuf::from("begun");
                if !begun.exists() {
                    fs::write(begun, "")?;
                    rocket::tokio::time::sleep(Duration::from_hours(1)).await;
                }
                Ok(())
            })
        },
        other => panic!("no code is called {other}"),
    }
}

fn main() -> ExitCode {
    let Some(folder) = std::env::var_os("SMALL_MODULES") else {
        return holiday_homes::site().run();
    };
    let modules = fs::read_dir(folder).unwrap().map(|module| read(&module.unwrap().path()));
    host::site!().modules(Registry::new(modules.collect())).run()
}
