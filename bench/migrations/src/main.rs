//! The host's command line for a hundred modules of ten migrations each, to measure the cost of a
//! thousand migrations when all are applied.
//!
//! Each module makes a table in its first migration and adds a column to it in each of the others.
//! Each but the first requires the one before and, as far as there is one, the one ten before.

use host::Registry;
use module_api::host::Registration;
use module_api::{Files, Module};

const MODULES: usize = 100;
const MIGRATIONS: usize = 10;

/// A module whose table was changed often.
struct Changed {
    name: &'static str,
    requires: &'static [&'static str],
    migrations: &'static [(&'static str, &'static [u8])],
}

impl Module for Changed {
    fn name(&self) -> &'static str {
        self.name
    }

    fn requires(&self) -> &'static [&'static str] {
        self.requires
    }

    fn migrations(&self) -> Files {
        Files::inline(self.migrations)
    }
}

fn name(module: usize) -> &'static str {
    format!("changed{module}").leak()
}

fn migration(module: usize, number: usize) -> (&'static str, &'static [u8]) {
    let table = format!("changed{module}_thing");
    let sql = if number == 1 {
        format!(
            "CREATE TABLE {table} (id integer NOT NULL PRIMARY KEY, title varchar(64) NOT NULL);\n"
        )
    } else {
        format!("ALTER TABLE {table} ADD COLUMN number_{number} integer NULL;\n")
    };
    (format!("{number:04}_step.sql").leak(), sql.leak().as_bytes())
}

fn module(number: usize) -> Registration {
    let requires: Vec<_> = [1, 10].iter().filter_map(|back| number.checked_sub(*back)).collect();
    let requires: Vec<_> = requires.into_iter().map(name).collect();
    let migrations: Vec<_> = (1..=MIGRATIONS).map(|step| migration(number, step)).collect();
    let module =
        Changed { name: name(number), requires: requires.leak(), migrations: migrations.leak() };
    Registration::new(Box::leak(Box::new(module)), name(number), "1.0.0")
}

fn main() -> std::process::ExitCode {
    host::site!().modules(Registry::new((0..MODULES).map(module).collect())).run()
}
