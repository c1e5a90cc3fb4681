//! Fields and models that `makemigrations` is told to rename keep their rows.

use host::makemigrations::{MakeMigrationsError, Proposal, Renaming, Request, propose};
use module_api::db::{FromRow, execute_script, query};
use module_api::model::ModelInfo;
use module_api::{Module, with_causes};
use module_test::{Database, DatabaseKind, LocalModule, Setup, TestSite, on_both_databases};

on_both_databases!(
    a_renamed_field_keeps_its_values_its_index_and_its_constraints,
    a_renamed_model_keeps_its_rows_and_what_leads_to_it,
);

/// The models before, and with other names for fields.
macro_rules! guests {
    ($module:ident, $name:ident, $room:ident, $check:literal) => {
        mod $module {
            use module_api::model::{ForeignKey, ManyToMany, Model};

            #[derive(Model)]
            #[model(label = "inn.room")]
            pub(super) struct Room {
                id: i64,
                number: i32,
            }

            #[derive(Model)]
            #[model(label = "inn.guest", constraint(name = "guest_named", check = $check))]
            pub(super) struct Guest {
                id: i64,
                #[model(max_length = 20, unique)]
                $name: String,
                #[model(on_delete = cascade)]
                $room: ForeignKey<Room>,
                #[model(blank)]
                rooms: ManyToMany<Room>,
            }
        }
    };
}

guests!(first, name, room, "length(name) > 1");
guests!(second, called, home, "length(called) > 1");

/// The same with another name for a model.
mod third {
    use module_api::model::{ForeignKey, ManyToMany, Model};

    #[derive(Model)]
    #[model(label = "inn.chamber")]
    pub(super) struct Chamber {
        id: i64,
        number: i32,
        #[model(max_length = 9, default = "")]
        view: String,
    }

    #[derive(Model)]
    #[model(label = "inn.visitor", constraint(name = "guest_named", check = "length(name) > 1"))]
    pub(super) struct Visitor {
        id: i64,
        #[model(max_length = 20, unique)]
        name: String,
        #[model(on_delete = cascade)]
        room: ForeignKey<Chamber>,
        #[model(blank)]
        rooms: ManyToMany<Chamber>,
    }
}

type Models = [&'static ModelInfo; 2];
const FIRST: Models = [
    <first::Room as module_api::model::Model>::INFO,
    <first::Guest as module_api::model::Model>::INFO,
];
const SECOND: Models = [
    <second::Room as module_api::model::Model>::INFO,
    <second::Guest as module_api::model::Model>::INFO,
];
const THIRD: Models = [
    <third::Chamber as module_api::model::Model>::INFO,
    <third::Visitor as module_api::model::Model>::INFO,
];

fn inn(on: DatabaseKind, models: Models, files: &[(String, String)]) -> Setup {
    let leak = |text: &str| -> &'static str { text.to_owned().leak() };
    let files: Vec<(&'static str, &'static [u8])> =
        files.iter().map(|(name, content)| (leak(name), leak(content).as_bytes())).collect();
    let module: &'static dyn Module = Box::leak(Box::new(LocalModule {
        models: Box::leak(Box::new(models)),
        migrations: files.leak(),
        ..LocalModule::named("inn")
    }));
    TestSite::on(on).modules(&[module])
}

fn renaming(from: &str, to: &str) -> Renaming {
    Renaming { from: from.to_owned(), to: to.to_owned() }
}

async fn ask(
    models: Models,
    files: &[(String, String)],
    request: Request,
) -> Result<Vec<Proposal>, MakeMigrationsError> {
    propose(&inn(DatabaseKind::Sqlite, models, files).plan().unwrap(), &request).await
}

/// Adds the migration that renames these, after which nothing is missing.
async fn make(
    models: Models,
    files: &mut Vec<(String, String)>,
    renames: &[(&str, &str)],
) -> Proposal {
    let renames = renames.iter().map(|(from, to)| renaming(from, to)).collect();
    let request = Request { renames, ..Request::default() };
    let made = ask(models, files, request).await;
    let made = made.unwrap_or_else(|error| panic!("{}", with_causes(&error)));
    let [proposal] = <[Proposal; 1]>::try_from(made).unwrap();
    files.extend(proposal.files.iter().cloned());
    assert_eq!(ask(models, files, Request::default()).await.unwrap(), []);
    proposal
}

/// The first tables, with rows.
async fn rooms(on: DatabaseKind, database: &Database) -> Vec<(String, String)> {
    let mut files = Vec::new();
    make(FIRST, &mut files, &[]).await;
    let site = inn(on, FIRST, &files).database(database).start().await;
    let mut transaction = site.db().begin().await.unwrap();
    let rows = "INSERT INTO inn_room (id, number) VALUES (1, 11), (2, 12);\
                INSERT INTO inn_guest (id, name, room_id) VALUES (1, 'Ann', 1), (2, 'Bo', 2);\
                INSERT INTO inn_guest_rooms (guest_id, room_id) VALUES (1, 1), (1, 2);";
    execute_script(rows, &mut transaction).await.unwrap();
    transaction.commit().await.unwrap();
    files
}

async fn all<T: FromRow>(site: &TestSite, sql: &'static str) -> Vec<T> {
    let mut connection = site.db().acquire().await.unwrap();
    query(sql).fetch_all(&mut connection).await.unwrap()
}

/// Fails because of the database.
async fn refused(site: &TestSite, sql: &'static str) {
    let mut transaction = site.db().begin().await.unwrap();
    let run = async {
        execute_script(sql, &mut transaction).await?;
        transaction.commit().await
    };
    let error = run.await.unwrap_err();
    assert!(error.is_conflict(), "{error:?}");
}

async fn a_renamed_field_keeps_its_values_its_index_and_its_constraints(on: DatabaseKind) {
    let database = Database::fresh(on).await;
    let mut files = rooms(on, &database).await;

    // Without being told, it would be lost, and what looks like it is asked about.
    let error = ask(SECOND, &files, Request::default()).await.unwrap_err();
    assert!(matches!(error, MakeMigrationsError::NeedsValue(_)), "{error:?}");
    let asking = Request { not_renamed: Some(Vec::new()), ..Request::default() };
    let error = ask(SECOND, &files, asking).await.unwrap_err();
    let MakeMigrationsError::PerhapsRenamed(perhaps) = error else { panic!("{error:?}") };
    assert_eq!(
        perhaps,
        [renaming("inn.guest.name", "called"), renaming("inn.guest.room_id", "home")]
    );
    let wrong =
        Request { renames: vec![renaming("inn.guest.nane", "called")], ..Request::default() };
    let error = ask(SECOND, &files, wrong).await.unwrap_err().to_string();
    assert!(
        error.contains("--rename inn.guest.nane=called: the table `inn_guest` has no"),
        "{error}"
    );
    let unknown =
        Request { renames: vec![renaming("inn.gast.name", "called")], ..Request::default() };
    let error = ask(SECOND, &files, unknown).await.unwrap_err().to_string();
    assert!(error.contains("of no model"), "{error}");

    let renames = [("inn.guest.name", "called"), ("inn.guest.room", "home")];
    let proposal = make(SECOND, &mut files, &renames).await;
    assert_eq!(
        proposal.summary[..2],
        ["Rename field name on guest to called", "Rename field room on guest to home",]
    );
    assert_eq!(proposal.no_way_down, None);
    let site = inn(on, SECOND, &files).database(&database).start().await;
    let guests: Vec<(String, i64)> =
        all(&site, "SELECT called, home_id FROM inn_guest ORDER BY id").await;
    assert_eq!(guests, [("Ann".to_owned(), 1), ("Bo".to_owned(), 2)]);
    refused(&site, "INSERT INTO inn_guest (called, home_id) VALUES ('Ann', 1)").await;
    refused(&site, "INSERT INTO inn_guest (called, home_id) VALUES ('X', 1)").await;
    refused(&site, "INSERT INTO inn_guest (called, home_id) VALUES ('Cy', 99)").await;
}

async fn a_renamed_model_keeps_its_rows_and_what_leads_to_it(on: DatabaseKind) {
    let database = Database::fresh(on).await;
    let mut files = rooms(on, &database).await;
    // One of them is changed along.
    let renames = [("inn.room", "inn.chamber"), ("inn.guest", "inn.visitor")];
    let proposal = make(THIRD, &mut files, &renames).await;
    assert_eq!(
        proposal.summary,
        [
            "Rename model room to chamber",
            "Rename model guest to visitor",
            "Add field view to chamber",
        ]
    );
    // By which content types and permissions are renamed after migrating.
    let head = "-- renames: inn.room inn.chamber\n-- renames: inn.guest inn.visitor\n";
    assert!(
        proposal
            .files
            .iter()
            .all(|(name, sql)| { name.contains(".down.") || sql.starts_with(head) })
    );
    let site = inn(on, THIRD, &files).database(&database).start().await;
    let visitors: Vec<(String, i64)> = all(
        &site,
        "SELECT name, number FROM inn_visitor JOIN inn_chamber ON inn_chamber.id = room_id \
         ORDER BY name",
    )
    .await;
    assert_eq!(visitors, [("Ann".to_owned(), 11), ("Bo".to_owned(), 12)]);
    let pairs: Vec<(i64, i64)> =
        all(&site, "SELECT visitor_id, chamber_id FROM inn_visitor_rooms ORDER BY 1, 2").await;
    assert_eq!(pairs, [(1, 1), (1, 2)]);
    refused(&site, "INSERT INTO inn_visitor (name, room_id) VALUES ('Cy', 99)").await;
    refused(&site, "INSERT INTO inn_visitor_rooms (visitor_id, chamber_id) VALUES (99, 1)").await;
}
