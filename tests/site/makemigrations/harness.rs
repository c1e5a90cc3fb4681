//! A module `shop` whose migrations are those that were proposed so far.

use host::Plan;
use host::makemigrations::{MakeMigrationsError, Proposal, Request, propose};
use module_api::Module;
use module_api::db::query;
use module_api::model::ModelInfo;
use module_api::rocket_db_pools::Pool;
use site_tests::{DatabaseKind, LocalModule, TestSite};
use sqlx::AssertSqlSafe;

use crate::workshop::Workshop;

/// A version of the models.
pub(super) type Models = &'static [&'static ModelInfo];

/// The name of the module, and of the app in the models' labels.
pub(super) const MODULE: &str = "shop";

/// Makes a model `shop.item` with these fields after `id`.
macro_rules! item {
    ($module:ident, { $($field:tt)* }) => {
        pub(super) mod $module {
            #[allow(unused_imports, reason = "not every version has every kind of field")]
            use module_api::model::{ForeignKey, ManyToMany, Model, ModelInfo};
            #[allow(unused_imports, reason = "not every version has every kind of field")]
            use module_api::time::UtcDateTime;

            #[derive(Model)]
            #[model(label = "shop.item")]
            #[allow(dead_code, reason = "it is only described")]
            pub(crate) struct Item {
                id: i64,
                $($field)*
            }

            #[allow(dead_code, reason = "some stand beside other models")]
            pub(crate) const MODELS: super::super::harness::Models = &[Item::INFO];
        }
    };
}
pub(super) use item;

/// The module's files, and a database on which they are applied.
pub(super) struct Shop {
    pub(super) workshop: Workshop,
    kind: DatabaseKind,
    files: Vec<(String, String)>,
    /// The names of its migrations, in their order.
    pub(super) names: Vec<String>,
}

fn leak(files: &[(String, String)]) -> &'static [(&'static str, &'static [u8])] {
    let leak = |text: &str| -> &'static str { text.to_owned().leak() };
    let pair = |(name, content): &(String, String)| (leak(name), leak(content).as_bytes());
    files.iter().map(pair).collect::<Vec<_>>().leak()
}

/// The plan of a site of one module with these models and files.
fn plan(models: Models, files: &[(String, String)]) -> Plan {
    plan_of(vec![LocalModule { models, migrations: leak(files), ..LocalModule::named(MODULE) }])
}

/// The plan of a site of these modules.
pub(super) fn plan_of(modules: Vec<LocalModule>) -> Plan {
    let leak = |module: LocalModule| -> &'static dyn Module { Box::leak(Box::new(module)) };
    let modules: Vec<&'static dyn Module> = modules.into_iter().map(leak).collect();
    TestSite::on(DatabaseKind::Sqlite).modules(&modules).plan().unwrap()
}

/// Returns a request with this value for a field.
pub(super) fn with(field: &str, value: &str) -> Request {
    Request { fillings: vec![(field.to_owned(), value.to_owned())], ..Request::default() }
}

/// Returns a request that allows the loss of data.
pub(super) fn losing() -> Request {
    Request { may_lose_data: true, ..Request::default() }
}

impl Shop {
    /// One without migrations.
    pub(super) async fn on(kind: DatabaseKind) -> Self {
        let workshop = Workshop::on(kind).await;
        Self { workshop, kind, files: Vec::new(), names: Vec::new() }
    }

    /// One whose first migration is proposed and applied.
    pub(super) async fn with(kind: DatabaseKind, models: Models) -> Self {
        let mut shop = Self::on(kind).await;
        shop.step(models, &Request::default()).await;
        shop
    }

    /// Returns the proposal for these models.
    pub(super) async fn propose(
        &self,
        models: Models,
        request: &Request,
    ) -> Result<Vec<Proposal>, MakeMigrationsError> {
        propose(&plan(models, &self.files), request).await
    }

    /// Returns the error of the proposal.
    pub(super) async fn refusal(&self, models: Models, request: &Request) -> String {
        let error = self.propose(models, request).await.unwrap_err();
        module_api::with_causes(&error)
    }

    /// Adds the files of a migration, proposed or written by hand.
    pub(super) fn add(&mut self, name: &str, files: &[(String, String)]) {
        self.files.extend(files.iter().cloned());
        let files: Vec<(&str, &str)> = files.iter().map(|(a, b)| (&**a, &**b)).collect();
        self.workshop.module(MODULE, &files);
        self.names.push(name.to_owned());
    }

    /// Adds and applies a migration that was written by hand.
    pub(super) fn by_hand(&mut self, name: &str, sql: &str) {
        self.add(name, &[(format!("{name}.sql"), sql.to_owned())]);
        self.workshop.run(&["migrate"]);
    }

    /// Proposes the one migration that is missing and applies it.
    pub(super) async fn apply(&mut self, models: Models, request: &Request) -> Proposal {
        let proposals = self.propose(models, request).await.unwrap_or_else(|error| {
            panic!("{}", module_api::with_causes(&error));
        });
        let [proposal] = <[Proposal; 1]>::try_from(proposals).unwrap();
        assert_eq!(proposal.module, MODULE);
        self.add(&proposal.name, &proposal.files);
        self.migrate(&proposal);
        let again = self.propose(models, &Request::default()).await.unwrap();
        assert_eq!(again, [], "what was built is not what the models say");
        proposal
    }

    /// Proposes the one migration that is missing, applies it, and looks at all that is to be true
    /// of it; goes back and forward again if there is a way down.
    pub(super) async fn step(&mut self, models: Models, request: &Request) -> Proposal {
        let before = self.shape().await;
        let previous = self.names.last().cloned().unwrap_or_else(|| "zero".to_owned());
        let proposal = self.apply(models, request).await;
        let expected = built_at_once(self.kind, models).await;
        assert_eq!(self.shape().await, expected, "{:#?}", proposal.files);

        let has_down = proposal.files.iter().any(|(file, _)| file.contains(".down."));
        assert_eq!(has_down, proposal.no_way_down.is_none(), "{proposal:#?}");
        if has_down {
            self.workshop.run(&["migrate", MODULE, &previous]);
            assert_eq!(self.shape().await, before, "{:#?}", proposal.files);
            self.migrate(&proposal);
            assert_eq!(self.shape().await, expected, "{:#?}", proposal.files);
        } else {
            let error = self.workshop.fails(1, &["migrate", MODULE, &previous]);
            assert!(error.contains("has no way down"), "{error}");
        }
        proposal
    }

    fn migrate(&self, proposal: &Proposal) {
        let output = self.workshop.command(&["migrate"]).output().unwrap();
        assert!(output.status.success(), "{output:?}: {:#?}", proposal.files);
    }

    /// Runs statements behind the host's back.
    pub(super) async fn execute(&self, statements: &[&str]) {
        self.workshop.execute(statements).await;
    }

    /// A statement that the database does not take, at once or at the end of its transaction.
    pub(super) async fn refuses(&self, statement: &str) {
        let pool = self.workshop.pool().await;
        let mut transaction = pool.begin().await.unwrap();
        let done = query(AssertSqlSafe(statement.to_owned())).execute(&mut transaction).await;
        let refused = match done {
            Err(_) => {
                // The pool would wait for it.
                drop(transaction);
                true
            }
            Ok(_) => transaction.commit().await.is_err(),
        };
        pool.close().await;
        assert!(refused, "{statement}");
    }

    /// The values of an expression in the rows of `shop_item`, as text.
    pub(super) async fn items(&self, expression: &str) -> Vec<Option<String>> {
        let sql = format!("SELECT CAST({expression} AS text) AS value FROM shop_item ORDER BY id");
        self.workshop.values(&sql).await
    }

    /// The module's tables as the database tells them, a line for everything but names of indexes
    /// and constraints; and that no row refers to one that is not there.
    pub(super) async fn shape(&self) -> Vec<String> {
        shape(&self.workshop, self.kind).await
    }
}

/// Some texts, as [`Shop::items`] gives them.
pub(super) fn some(texts: &[&str]) -> Vec<Option<String>> {
    texts.iter().map(|text| Some((*text).to_owned())).collect()
}

/// The tables that the models make on an empty database.
async fn built_at_once(kind: DatabaseKind, models: Models) -> Vec<String> {
    let workshop = Workshop::on(kind).await;
    let [proposal] =
        <[Proposal; 1]>::try_from(propose(&plan(models, &[]), &Request::default()).await.unwrap())
            .unwrap();
    assert_eq!(proposal.name, "0001_initial");
    let files: Vec<(&str, &str)> = proposal.files.iter().map(|(a, b)| (&**a, &**b)).collect();
    workshop.module(MODULE, &files);
    workshop.run(&["migrate"]);
    shape(&workshop, kind).await
}

const SQLITE: &[&str] = &[
    "SELECT m.name || '.' || c.name || ': ' || c.type || CASE c.\"notnull\" WHEN 1 THEN ' NOT NULL' \
     ELSE '' END || CASE c.pk WHEN 0 THEN '' ELSE ' KEY' END || coalesce(' = ' || c.dflt_value, '') \
     || CASE WHEN m.sql LIKE '%CHECK (\"' || c.name || '\" >= 0)%' THEN ' >= 0' ELSE '' END \
     || CASE WHEN m.sql LIKE '%AUTOINCREMENT%' THEN ' numbered' ELSE '' END AS value \
     FROM sqlite_master m JOIN pragma_table_xinfo(m.name) c \
     WHERE m.type = 'table' AND m.name LIKE 'shop\\_%' ESCAPE '\\'",
    "SELECT m.name || CASE i.\"unique\" WHEN 1 THEN ' unique (' ELSE ' index (' END || (SELECT \
     group_concat(name, ', ') FROM (SELECT x.name FROM pragma_index_xinfo(i.name) x WHERE x.key \
     ORDER BY x.seqno)) || ')' || CASE i.partial WHEN 1 THEN ' some' ELSE '' END AS value \
     FROM sqlite_master m JOIN pragma_index_list(m.name) i \
     WHERE m.type = 'table' AND m.name LIKE 'shop\\_%' ESCAPE '\\'",
    "SELECT m.name || '.' || f.\"from\" || ' -> ' || f.\"table\" || '.' || f.\"to\" || ' ' || \
     f.on_delete || CASE WHEN m.sql LIKE '%DEFERRABLE INITIALLY DEFERRED%' THEN ' deferred' ELSE '' \
     END AS value \
     FROM sqlite_master m JOIN pragma_foreign_key_list(m.name) f \
     WHERE m.type = 'table' AND m.name LIKE 'shop\\_%' ESCAPE '\\'",
    "SELECT name || ' is a ' || type || ' on ' || tbl_name AS value FROM sqlite_master \
     WHERE type IN ('trigger', 'view')",
    "SELECT 'broken: ' || \"table\" AS value FROM pragma_foreign_key_check",
];

const POSTGRES: &[&str] = &[
    "SELECT c.relname || '.' || a.attname || ': ' || format_type(a.atttypid, a.atttypmod) \
     || CASE WHEN a.attnotnull THEN ' NOT NULL' ELSE '' END || CASE a.attidentity WHEN '' THEN '' \
     ELSE ' numbered' END || coalesce(' = ' || pg_get_expr(d.adbin, d.adrelid), '') AS value \
     FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT \
     a.attisdropped LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum \
     WHERE c.relkind = 'r' AND c.relname LIKE 'shop\\_%'",
    "SELECT c.relname || ' ' || pg_get_constraintdef(k.oid) AS value FROM pg_constraint k \
     JOIN pg_class c ON c.oid = k.conrelid WHERE c.relname LIKE 'shop\\_%'",
    "SELECT tablename || regexp_replace(indexdef, 'INDEX .* ON', 'INDEX ON') AS value \
     FROM pg_indexes WHERE tablename LIKE 'shop\\_%'",
];

async fn shape(workshop: &Workshop, kind: DatabaseKind) -> Vec<String> {
    let queries = match kind {
        DatabaseKind::Sqlite => SQLITE,
        DatabaseKind::Postgres => POSTGRES,
    };
    let mut lines = Vec::new();
    for sql in queries {
        lines.extend(workshop.values::<String>(sql).await);
    }
    lines.sort();
    lines.retain(|line| !line.starts_with("sqlite_sequence"));
    lines
}
