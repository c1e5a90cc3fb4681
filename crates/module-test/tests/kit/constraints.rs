//! Constraints that a model describes in SQL: made, changed and dropped by `makemigrations`, checked
//! before a row is written, and their refusals by the database told in the model's words.

use fixtures::{Fixture, LoadOptions, load};
use host::makemigrations::{Proposal, Request, propose};
use module_api::db::{DbError, execute_script};
use module_api::model::{Model, ModelInfo, NON_FIELD_ERRORS, ValidationErrors, WriteError};
use module_api::{Module, with_causes};
use module_test::{Database, DatabaseKind, LocalModule, Setup, TestSite, on_both_databases};

on_both_databases!(
    what_breaks_a_constraint_is_told_before_it_is_written,
    an_update_and_a_fixture_are_refused_in_the_models_words,
    a_refusal_of_the_database_is_told_in_the_models_words,
    a_race_is_decided_by_the_database,
    constraints_are_made_changed_and_dropped_on_tables_with_rows,
);

#[derive(Debug, Clone, Model)]
#[model(
    label = "inn.stay",
    constraint(
        name = "stay_in_order",
        check = "departure > arrival",
        message = "It has to be after the arrival.",
        field = "departure"
    ),
    constraint(
        name = "stay_open_room",
        unique = ["room", "lower(guest)"],
        condition = "NOT cancelled",
        message = "The guest has the room already."
    ),
    constraint(name = "stay_seat", unique = ["seat"], condition = "seat > 0"),
    index(name = "stay_guest", over = ["lower(guest)"], condition = "NOT cancelled")
)]
struct Stay {
    id: i64,
    room: i32,
    seat: i32,
    #[model(max_length = 20)]
    guest: String,
    arrival: i32,
    departure: i32,
    #[model(default = false)]
    cancelled: bool,
}

/// The same table with other constraints.
mod other {
    use module_api::model::Model;

    #[derive(Model)]
    #[model(
        label = "inn.stay",
        constraint(name = "stay_in_order", check = "departure > arrival AND arrival > 0"),
        index(name = "stay_guest", over = ["guest DESC"])
    )]
    pub(super) struct Stay {
        id: i64,
        room: i32,
        seat: i32,
        #[model(max_length = 20)]
        guest: String,
        arrival: i32,
        departure: i32,
        #[model(default = false)]
        cancelled: bool,
    }
}

/// A site of one module with these models and migrations.
fn inn(on: DatabaseKind, model: &'static ModelInfo, files: &[(String, String)]) -> Setup {
    let leak = |text: &str| -> &'static str { text.to_owned().leak() };
    let files: Vec<(&'static str, &'static [u8])> =
        files.iter().map(|(name, content)| (leak(name), leak(content).as_bytes())).collect();
    let module: &'static dyn Module = Box::leak(Box::new(LocalModule {
        models: Box::leak(Box::new([model])),
        migrations: files.leak(),
        ..LocalModule::named("inn")
    }));
    TestSite::on(on).modules(&[module])
}

/// Adds the migration that is missing for a model, if one is.
async fn make(model: &'static ModelInfo, files: &mut Vec<(String, String)>) -> Option<Proposal> {
    let plan = inn(DatabaseKind::Sqlite, model, files).plan().unwrap();
    let mut proposals = propose(&plan, &Request::default()).await.unwrap();
    let proposal = proposals.pop()?;
    files.extend(proposal.files.iter().cloned());
    Some(proposal)
}

async fn site(on: DatabaseKind) -> TestSite {
    let mut files = Vec::new();
    make(Stay::INFO, &mut files).await.unwrap();
    assert_eq!(make(Stay::INFO, &mut files).await, None, "nothing is missing");
    inn(on, Stay::INFO, &files).start().await
}

fn stay(room: i32, guest: &str, arrival: i32, departure: i32) -> Stay {
    let (id, guest) = (0, guest.to_owned());
    Stay { id, room, seat: 0, guest, arrival, departure, cancelled: false }
}

fn invalid<T: std::fmt::Debug>(result: Result<T, WriteError>) -> ValidationErrors {
    match result {
        Err(WriteError::Invalid(errors)) => errors,
        other => panic!("{other:?}"),
    }
}

async fn what_breaks_a_constraint_is_told_before_it_is_written(on: DatabaseKind) {
    let site = site(on).await;
    let mut transaction = site.db().begin().await.unwrap();
    let mut ann = stay(1, "Ann", 1, 5);
    ann.insert(&mut transaction).await.unwrap();
    // Nothing was written, so that the transaction goes on after each.
    let errors = invalid(stay(1, "ann", 5, 5).insert(&mut transaction).await);
    assert_eq!(errors.field("departure"), ["It has to be after the arrival."]);
    assert_eq!(errors.field(NON_FIELD_ERRORS), ["The guest has the room already."]);
    let mut cancelled = Stay { cancelled: true, ..stay(1, "ANN", 5, 6) };
    cancelled.insert(&mut transaction).await.unwrap();
    let errors =
        invalid(Stay { cancelled: false, ..cancelled.clone() }.save(&mut transaction).await);
    assert_eq!(errors.to_string(), "The guest has the room already.");
    ann.departure = 6;
    ann.save(&mut transaction).await.unwrap();
    Stay { seat: 7, ..stay(2, "Bo", 1, 2) }.insert(&mut transaction).await.unwrap();
    let errors = invalid(Stay { seat: 7, ..stay(3, "Cy", 1, 2) }.insert(&mut transaction).await);
    assert_eq!(errors.to_string(), "Constraint “stay_seat” is violated.");
}

async fn an_update_and_a_fixture_are_refused_in_the_models_words(on: DatabaseKind) {
    let site = site(on).await;
    let mut transaction = site.db().begin().await.unwrap();
    stay(1, "Ann", 1, 5).insert(&mut transaction).await.unwrap();
    stay(2, "Ann", 1, 5).insert(&mut transaction).await.unwrap();
    let all = Stay::objects;
    let errors = invalid(all().update([Stay::DEPARTURE.set(1)], &mut transaction).await);
    assert_eq!(errors.to_string(), "departure: It has to be after the arrival.");
    let errors = invalid(all().update([Stay::ROOM.set(3)], &mut transaction).await);
    assert_eq!(errors.to_string(), "The guest has the room already.");
    let errors = invalid(all().update([Stay::SEAT.set(3)], &mut transaction).await);
    assert_eq!(errors.to_string(), "Constraint “stay_seat” is violated.");
    assert_eq!(all().update([Stay::SEAT.set(0)], &mut transaction).await.unwrap(), 2);
    transaction.commit().await.unwrap();

    let object = |id: i64, room: i32, departure: i32| {
        format!(
            r#"{{"model": "inn.stay", "pk": {id}, "fields": {{"room": {room}, "seat": 0,
"guest": "ANN", "arrival": 1, "departure": {departure}, "cancelled": false}}}}"#
        )
    };
    let objects = [object(10, 1, 3), object(11, 9, 0), object(12, 9, 2)].join(",");
    let fixture = Fixture::of_text("stays.json", format!("[{objects}]"));
    let error = load(vec![fixture], site.db(), LoadOptions::default()).await.unwrap_err();
    let report = with_causes(&error);
    assert!(report.contains("inn.stay 10: The guest has the room already."), "{report}");
    let in_order = "inn.stay 11: departure: It has to be after the arrival.";
    assert!(report.contains(in_order), "{report}");
    assert!(report.contains("2 problems; nothing was loaded"), "{report}");
}

async fn a_refusal_of_the_database_is_told_in_the_models_words(on: DatabaseKind) {
    let site = site(on).await;
    let insert = |values: &str| {
        format!(
            "INSERT INTO inn_stay (room, seat, guest, arrival, departure, cancelled) VALUES {values}"
        )
    };
    for (values, message) in [
        ("(1, 0, 'Ann', 5, 5, FALSE)", "departure: It has to be after the arrival."),
        (
            "(1, 0, 'Ann', 5, 6, FALSE), (1, 0, 'ANN', 6, 7, FALSE)",
            "The guest has the room already.",
        ),
        (
            "(1, 4, 'Ann', 5, 6, FALSE), (2, 4, 'Bo', 6, 7, FALSE)",
            "Constraint “stay_seat” is violated.",
        ),
    ] {
        let mut transaction = site.db().begin().await.unwrap();
        let sql = sqlx::AssertSqlSafe(insert(values));
        let error: DbError = execute_script(sql, &mut transaction).await.unwrap_err();
        let told = Stay::INFO.violation(&error).unwrap_or_else(|| panic!("{error:?}"));
        assert_eq!(told.to_string(), message);
    }
}

async fn a_race_is_decided_by_the_database(on: DatabaseKind) {
    let site = site(on).await;
    for room in 0..10 {
        let writers = ["Ann", "ann", "ANN"].map(async |guest| {
            let mut transaction = site.db().begin().await?;
            stay(room, guest, 1, 2).insert(&mut transaction).await?;
            Ok::<(), WriteError>(transaction.commit().await?)
        });
        let written = rocket::futures::future::join_all(writers).await;
        let (good, bad): (Vec<_>, Vec<_>) = written.into_iter().partition(Result::is_ok);
        assert_eq!((good.len(), bad.len()), (1, 2), "{bad:?}");
        for refused in bad {
            assert_eq!(invalid(refused).to_string(), "The guest has the room already.");
        }
    }
}

async fn constraints_are_made_changed_and_dropped_on_tables_with_rows(on: DatabaseKind) {
    let mut files = Vec::new();
    make(Stay::INFO, &mut files).await.unwrap();
    let database = Database::fresh(on).await;
    let site = inn(on, Stay::INFO, &files).database(&database).start().await;
    let mut transaction = site.db().begin().await.unwrap();
    stay(1, "Ann", 1, 5).insert(&mut transaction).await.unwrap();
    transaction.commit().await.unwrap();
    drop(site);

    let proposal = make(other::Stay::INFO, &mut files).await.unwrap();
    assert_eq!(
        proposal.summary,
        [
            "Remove index stay_guest from stay",
            "Remove constraint stay_in_order from stay",
            "Remove index stay_open_room from stay",
            "Remove index stay_seat from stay",
            "Create index stay_guest on stay",
            "Create constraint stay_in_order on stay",
        ]
    );
    assert_eq!(proposal.no_way_down, None, "{proposal:#?}");
    let site = inn(on, other::Stay::INFO, &files).database(&database).start().await;
    let mut transaction = site.db().begin().await.unwrap();
    let rows = "INSERT INTO inn_stay (room, seat, guest, arrival, departure, cancelled) VALUES \
                (1, 4, 'Ann', 5, 6, FALSE), (1, 4, 'ANN', 6, 7, FALSE)";
    execute_script(rows, &mut transaction).await.unwrap();
    let guests = Stay::objects().filter(Stay::ARRIVAL.gt(0)).count(&mut transaction).await;
    assert_eq!(guests.unwrap(), 3, "rows are kept, and no constraint that was dropped is left");
    let bad = "INSERT INTO inn_stay (room, seat, guest, arrival, departure, cancelled) VALUES \
               (1, 4, 'Ann', 0, 6, FALSE)";
    let error = execute_script(bad, &mut transaction).await.unwrap_err();
    let told = other::Stay::INFO.violation(&error).unwrap();
    assert_eq!(told.to_string(), "Constraint “stay_in_order” is violated.");
}
