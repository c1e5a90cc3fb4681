//! Many-to-many fields with a model between.

use fixtures::{DumpOptions, Fixture, LoadOptions, dump, load};
use host::makemigrations::{Request, propose};
use module_api::db::Transaction;
use module_api::model::{Filter, ForeignKey, ManyToMany, Model, ModelInfo, Record, Records};
use module_api::time::{Date, Month};
use module_api::{Module, with_causes};
use module_test::{DatabaseKind, LocalModule, Setup, TestSite, on_both_databases};

on_both_databases!(
    rows_of_the_model_between_relate_two,
    rows_are_counted_once_however_often_they_are_related,
    what_is_related_through_a_model_is_deleted_with_either,
    fixtures_have_the_rows_between_and_not_the_field,
);

#[derive(Debug, Model)]
#[model(label = "clubs.person", ordering = ["name"])]
struct Person {
    id: i64,
    #[model(max_length = 20)]
    name: String,
    #[model(through = Friendship)]
    friends: ManyToMany<Self>,
}

#[derive(Debug, Model)]
#[model(label = "clubs.club", ordering = ["name"])]
struct Club {
    id: i64,
    #[model(max_length = 20)]
    name: String,
    #[model(through = Membership, through_fields = ["club", "person"], verbose_name = "people")]
    members: ManyToMany<Person>,
    #[model(blank)]
    patrons: ManyToMany<Person>,
}

#[derive(Debug, Model)]
#[model(label = "clubs.membership")]
struct Membership {
    id: i64,
    #[model(on_delete = set_null, blank)]
    invited_by: Option<ForeignKey<Person>>,
    #[model(on_delete = cascade)]
    person: ForeignKey<Person>,
    #[model(on_delete = cascade, column = "of")]
    club: ForeignKey<Club>,
    joined: Date,
}

#[derive(Debug, Model)]
#[model(label = "clubs.friendship")]
struct Friendship {
    id: i64,
    #[model(on_delete = cascade)]
    one: ForeignKey<Person>,
    #[model(on_delete = cascade)]
    other: ForeignKey<Person>,
}

const MODELS: &[&ModelInfo] = &[Person::INFO, Club::INFO, Membership::INFO, Friendship::INFO];

fn clubs(on: DatabaseKind, files: &[(String, String)]) -> Setup {
    let leak = |text: &str| -> &'static str { text.to_owned().leak() };
    let files: Vec<(&'static str, &'static [u8])> =
        files.iter().map(|(name, content)| (leak(name), leak(content).as_bytes())).collect();
    let module: &'static dyn Module = Box::leak(Box::new(LocalModule {
        models: MODELS,
        migrations: files.leak(),
        ..LocalModule::named("clubs")
    }));
    TestSite::on(on).modules(&[module])
}

/// A site whose tables are those that `makemigrations` makes.
async fn site(on: DatabaseKind) -> TestSite {
    let plan = clubs(DatabaseKind::Sqlite, &[]).plan().unwrap();
    let proposals = propose(&plan, &Request::default()).await.unwrap();
    let files = &proposals[0].files;
    let made = files.iter().map(|(_, sql)| sql.matches("CREATE TABLE").count());
    // Four models, and one field with a table of its own.
    let expected = files.iter().map(|(name, _)| if name.contains(".down.") { 0 } else { 5 });
    assert_eq!(made.collect::<Vec<_>>(), expected.collect::<Vec<_>>());
    let plan = clubs(DatabaseKind::Sqlite, files).plan().unwrap();
    assert_eq!(propose(&plan, &Request::default()).await.unwrap(), [], "nothing is missing");
    clubs(on, files).start().await
}

async fn person(name: &str, on: &mut Transaction) -> Person {
    let mut person = Person { id: 0, name: name.to_owned(), friends: ManyToMany::default() };
    person.insert(on).await.unwrap();
    person
}

async fn club(name: &str, on: &mut Transaction) -> Club {
    let (members, patrons) = (ManyToMany::default(), ManyToMany::default());
    let mut club = Club { id: 0, name: name.to_owned(), members, patrons };
    club.insert(on).await.unwrap();
    club
}

async fn join(club: &Club, person: &Person, on: &mut Transaction) -> Membership {
    let joined = Date::from_calendar_date(2024, Month::February, 29).unwrap();
    let (club, person) = (club.into(), person.into());
    let mut membership = Membership { id: 0, invited_by: None, person, club, joined };
    membership.insert(on).await.unwrap();
    membership
}

fn names(people: &[Person]) -> Vec<&str> {
    people.iter().map(|person| person.name.as_str()).collect()
}

async fn rows_of_the_model_between_relate_two(on: DatabaseKind) {
    let site = site(on).await;
    let mut db = site.db().begin().await.unwrap();
    let (ann, bo) = (person("Ann", &mut db).await, person("Bo", &mut db).await);
    let (chess, golf) = (club("Chess", &mut db).await, club("Golf", &mut db).await);
    join(&chess, &ann, &mut db).await;
    join(&chess, &bo, &mut db).await;
    assert_eq!(names(&Club::MEMBERS.of(chess.id, &mut db).await.unwrap()), ["Ann", "Bo"]);
    assert_eq!(names(&Club::MEMBERS.of(golf.id, &mut db).await.unwrap()), [""; 0]);

    let with_bo = Club::objects().filter(Club::MEMBERS.contains(&bo));
    assert_eq!(with_bo.all(&mut db).await.unwrap()[0].name, "Chess");
    let empty = Club::objects().filter(!Club::MEMBERS.is_any());
    assert_eq!(empty.all(&mut db).await.unwrap()[0].name, "Golf");
    Club::PATRONS.set(golf.id, &[ann.id], &mut db).await.unwrap();
    let of_ann = Club::objects().filter(Club::PATRONS.contains(&ann));
    assert_eq!(of_ann.all(&mut db).await.unwrap()[0].name, "Golf");

    // A relation to the model itself leads from the first foreign key to the second.
    Friendship { id: 0, one: (&ann).into(), other: (&bo).into() }.insert(&mut db).await.unwrap();
    assert_eq!(names(&Person::FRIENDS.of(ann.id, &mut db).await.unwrap()), ["Bo"]);
    assert_eq!(names(&Person::FRIENDS.of(bo.id, &mut db).await.unwrap()), [""; 0]);

    let members = Club::MEMBERS.info();
    assert_eq!(members.verbose_name, "people");
    assert_eq!((members.source_column, members.target_column), ("of", "person_id"));
    assert!(members.through.unwrap()().is(Membership::INFO));
}

async fn rows_are_counted_once_however_often_they_are_related(on: DatabaseKind) {
    let site = site(on).await;
    let mut db = site.db().begin().await.unwrap();
    let (ann, chess) = (person("Ann", &mut db).await, club("Chess", &mut db).await);
    join(&chess, &ann, &mut db).await;
    join(&chess, &ann, &mut db).await;
    assert_eq!(names(&Club::MEMBERS.of(chess.id, &mut db).await.unwrap()), ["Ann"]);
    let field = Club::MEMBERS.info();
    let counts = Records::of(Club::INFO).counts_by_related(field, 10, &mut db).await.unwrap();
    assert_eq!(counts, [(ann.id, 1)]);
    let related = Filter::is_related(Club::INFO, field, ann.id);
    let records: Vec<Record> =
        Records::of(Club::INFO).filter(related).fetch(&mut db).await.unwrap();
    assert_eq!(records.len(), 1);
}

async fn what_is_related_through_a_model_is_deleted_with_either(on: DatabaseKind) {
    let site = site(on).await;
    let mut db = site.db().begin().await.unwrap();
    let (ann, bo) = (person("Ann", &mut db).await, person("Bo", &mut db).await);
    let chess = club("Chess", &mut db).await;
    for person in [&ann, &bo] {
        let mut membership = join(&chess, person, &mut db).await;
        membership.invited_by = Some((&ann).into());
        membership.save(&mut db).await.unwrap();
    }
    let deleted = ann.delete(&mut db).await.unwrap();
    assert_eq!(deleted.by_model, [("clubs.membership", 1), ("clubs.person", 1)]);
    let [left] = &Membership::objects().all(&mut db).await.unwrap()[..] else { panic!("one") };
    assert_eq!((left.person, left.invited_by), ((&bo).into(), None));
    let deleted = chess.delete(&mut db).await.unwrap();
    assert_eq!(deleted.by_model, [("clubs.membership", 1), ("clubs.club", 1)]);
}

async fn fixtures_have_the_rows_between_and_not_the_field(on: DatabaseKind) {
    let first = site(on).await;
    let mut db = first.db().begin().await.unwrap();
    let (ann, chess) = (person("Ann", &mut db).await, club("Chess", &mut db).await);
    join(&chess, &ann, &mut db).await;
    db.commit().await.unwrap();
    let dumped = dump(MODELS, first.db(), DumpOptions::default(), Vec::new(), "it").await.unwrap();
    let dumped = String::from_utf8(dumped).unwrap();
    // As Django's: of the fields of a club, the one with a table of its own.
    assert!(dumped.contains(r#""fields": {"name": "Chess", "patrons": []}"#), "{dumped}");
    assert!(dumped.contains(r#""joined": "2024-02-29""#), "{dumped}");

    let second = site(on).await;
    let fixture = Fixture::of_text("clubs.json", dumped.clone());
    load(vec![fixture], second.db(), LoadOptions::default()).await.unwrap();
    let mut db = second.db().begin().await.unwrap();
    assert_eq!(names(&Club::MEMBERS.of(chess.id, &mut db).await.unwrap()), ["Ann"]);
    db.commit().await.unwrap();

    let named = dumped.replace(r#""patrons": []"#, r#""members": [1]"#);
    let fixture = Fixture::of_text("clubs.json", named);
    let error = load(vec![fixture], second.db(), LoadOptions::default()).await.unwrap_err();
    let report = with_causes(&error);
    let expected = "`clubs.club.members` is related through `clubs.membership`: remove it, and load \
                    objects of that model";
    assert!(report.contains(expected), "{report}");
}
