//! Fields of every kind: Django's values are read, written and carried in fixtures, both ways.

use std::net::IpAddr;

use fixtures::{DumpOptions, Fixture, LoadOptions, dump, load};
use host::makemigrations::{Request, propose};
use module_api::db::{Decimal, Uuid, query};
use module_api::model::{Choices, Json, Model, ModelInfo};
use module_api::time::{Date, Duration, Month, Time, UtcDateTime};
use serde_json::{Value as JsonValue, json};
use site_tests::{
    DatabaseKind, Django, DjangoSite, DjangoVersion, Layout, LocalModule, TestSite,
    on_both_databases,
};

on_both_databases!(
    values_of_every_kind_go_from_django_here_and_back,
    fixtures_with_values_of_every_kind_go_both_ways,
    times_of_writing_are_given_by_the_site,
    values_of_every_kind_are_compared_and_ordered,
    an_update_and_a_fixture_with_a_number_that_sqlite_would_round_are_refused_there,
);

#[derive(Debug, Clone, Copy, PartialEq, Choices)]
enum Status {
    Requested,
    InProgress,
}

#[derive(Debug, Clone, Copy, PartialEq, Choices)]
enum Level {
    Low = 1,
    High = 10,
}

#[derive(Debug, Clone, PartialEq, Model)]
#[model(label = "kinds.every")]
struct Every {
    id: i64,
    date: Date,
    time: Time,
    duration: Duration,
    #[model(max_digits = 8, decimal_places = 2)]
    price: Decimal,
    #[model(max_digits = 29, decimal_places = 0)]
    large: Decimal,
    ratio: f64,
    #[model(default = random)]
    uuid: Uuid,
    data: Json<JsonValue>,
    #[model(url)]
    url: String,
    #[model(slug)]
    slug: String,
    address: IpAddr,
    content: Vec<u8>,
    #[model(choices, max_length = 12)]
    status: Status,
    #[model(choices)]
    level: Level,
    #[model(blank)]
    maybe_date: Option<Date>,
    #[model(max_digits = 8, decimal_places = 2, blank)]
    maybe_price: Option<Decimal>,
    #[model(blank)]
    maybe_data: Option<Json<JsonValue>>,
    #[model(blank)]
    maybe_address: Option<IpAddr>,
    #[model(auto_now_add)]
    added: Date,
    #[model(auto_now)]
    changed: UtcDateTime,
}

const MODELS: &[&ModelInfo] = &[Every::INFO];

/// The rows that Django adds.
fn expected() -> [Every; 3] {
    let date = |year, month, day| Date::from_calendar_date(year, month, day).unwrap();
    let first = Every {
        id: 0,
        date: date(1, Month::January, 1),
        time: Time::MIDNIGHT,
        duration: Duration::ZERO,
        price: Decimal::ZERO,
        large: Decimal::ZERO,
        ratio: 0.0,
        uuid: Uuid::nil(),
        data: Json(json!({})),
        url: "http://a.bc".to_owned(),
        slug: "a".to_owned(),
        address: "0.0.0.0".parse().unwrap(),
        content: Vec::new(),
        status: Status::Requested,
        level: Level::Low,
        maybe_date: None,
        maybe_price: None,
        maybe_data: None,
        maybe_address: None,
        added: Date::MIN,
        changed: UtcDateTime::UNIX_EPOCH,
    };
    let last = Every {
        date: date(2024, Month::February, 29),
        time: Time::from_hms_micro(23, 59, 59, 999_999).unwrap(),
        duration: Duration::days(-100_000) + Duration::microseconds(1),
        price: "-999999.99".parse().unwrap(),
        large: "10000000000000000000000000000".parse().unwrap(),
        ratio: 0.1 + 0.2,
        uuid: Uuid::max(),
        data: Json(json!({"😀 \"\\ é\n": [1, -2.5, null, true, 1_i64 << 60, "\u{2028}"]})),
        url: "https://user@example.com:8000/a?b=c#d".to_owned(),
        slug: "a-b_C9".to_owned(),
        address: "2001:db8::1".parse().unwrap(),
        content: (0..=255).collect(),
        status: Status::InProgress,
        level: Level::High,
        maybe_date: Some(date(9999, Month::December, 31)),
        maybe_price: Some("12.50".parse().unwrap()),
        maybe_data: Some(Json(json!([]))),
        maybe_address: Some("::ffff:1.2.3.4".parse().unwrap()),
        ..first.clone()
    };
    let middle = Every {
        time: Time::from_hms_micro(9, 41, 15, 326_000).unwrap(),
        duration: Duration::seconds(24 * 3600 + 2 * 3600 + 3) + Duration::microseconds(5),
        price: "0.10".parse().unwrap(),
        ratio: f64::MIN,
        data: Json(json!("text")),
        maybe_data: Some(Json(json!(1e300))),
        ..last.clone()
    };
    [first, middle, last]
}

/// The rows without what each database and each moment makes different.
async fn rows(site: &TestSite) -> Vec<Every> {
    let mut transaction = site.db().begin().await.unwrap();
    let rows = Every::objects().order_by([Every::ID.asc()]).all(&mut transaction).await;
    let mut rows = rows.unwrap();
    for row in &mut rows {
        (row.id, row.added, row.changed) = (0, Date::MIN, UtcDateTime::UNIX_EPOCH);
    }
    rows
}

/// A module with the model and the migrations that are proposed for it.
async fn module() -> &'static LocalModule {
    let bare = LocalModule { models: MODELS, ..LocalModule::named("kinds") };
    let bare: &'static LocalModule = Box::leak(Box::new(bare));
    let plan = TestSite::on(DatabaseKind::Sqlite).modules(&[bare]).plan().unwrap();
    let proposals = propose(&plan, &Request::default()).await.unwrap();
    let leak = |text: &str| -> &'static str { text.to_owned().leak() };
    let files = proposals[0].files.iter();
    let files = files.map(|(name, content)| (leak(name), leak(content).as_bytes()));
    let migrations: &'static [(&str, &[u8])] = files.collect::<Vec<_>>().leak();
    Box::leak(Box::new(LocalModule { models: MODELS, migrations, ..LocalModule::named("kinds") }))
}

async fn django(on: DatabaseKind) -> DjangoSite {
    Django { version: DjangoVersion::V5_2, layout: Layout::Kinds, on }.migrated().await
}

async fn values_of_every_kind_go_from_django_here_and_back(kind: DatabaseKind) {
    let django = django(kind).await;
    django.manage(&["kinds", "add"]).await;
    let theirs = django.manage_json(&["kinds", "show"]).await;
    let site = TestSite::on(kind).modules(&[module().await]).database(&django.database);
    let site = site.start().await;
    let read = rows(&site).await;
    assert_eq!(read, expected());
    assert_eq!(read[0].price.to_string(), "0.00");
    assert_eq!(read[1].maybe_price.unwrap().to_string(), "12.50");

    let mut transaction = site.db().begin().await.unwrap();
    for row in Every::objects().all(&mut transaction).await.unwrap() {
        row.save(&mut transaction).await.unwrap();
    }
    for row in &mut expected() {
        row.insert(&mut transaction).await.unwrap();
    }
    transaction.commit().await.unwrap();
    let all = django.manage_json(&["kinds", "show"]).await;
    let without_ids = |rows: &[JsonValue]| {
        let mut rows = rows.to_vec();
        for row in &mut rows {
            row.as_object_mut().unwrap().remove("id");
        }
        rows
    };
    let (all, theirs) = (without_ids(all.as_array().unwrap()), theirs.as_array().unwrap().clone());
    assert_eq!(all[..3], without_ids(&theirs));
    assert_eq!(all[3..], without_ids(&theirs));
}

async fn fixtures_with_values_of_every_kind_go_both_ways(kind: DatabaseKind) {
    let from = django(kind).await;
    from.manage(&["kinds", "add"]).await;
    let module = module().await;
    let dumped = from.manage(&["dumpdata", "kinds", "--indent", "1"]).await;
    let site = TestSite::on(kind).modules(&[module]).start().await;
    site.load_fixture(&dumped).await;
    // Django shortens times to milliseconds.
    let mut shortened = expected();
    shortened[2].time = Time::from_hms_milli(23, 59, 59, 999).unwrap();
    assert_eq!(rows(&site).await, shortened);

    let written = dump(MODELS, site.db(), DumpOptions::default(), Vec::new(), "out").await.unwrap();
    let written = String::from_utf8(written).unwrap();
    let parsed = |text: &str| serde_json::from_str::<JsonValue>(text).unwrap();
    assert_eq!(parsed(&written), parsed(&dumped));
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("kinds.json");
    std::fs::write(&file, &written).unwrap();
    let to = django(kind).await;
    to.manage(&["loaddata", file.to_str().unwrap()]).await;
    let again = to.manage(&["dumpdata", "kinds", "--indent", "1"]).await;
    assert_eq!(again, dumped);
}

async fn times_of_writing_are_given_by_the_site(kind: DatabaseKind) {
    let site = TestSite::on(kind).modules(&[module().await]).start().await;
    let mut transaction = site.db().begin().await.unwrap();
    let [mut row, ..] = expected();
    row.insert(&mut transaction).await.unwrap();
    let added = Every::get(row.id, &mut transaction).await.unwrap().unwrap();
    assert_ne!((added.added, added.changed), (row.added, row.changed));
    let long_ago = Date::from_calendar_date(2000, Month::May, 5).unwrap();
    let backdated = Every::objects().filter(Every::ID.eq(row.id));
    let past = [Every::ADDED.set(long_ago), Every::CHANGED.set(UtcDateTime::UNIX_EPOCH)];
    assert_eq!(backdated.update(past, &mut transaction).await.unwrap(), 1);
    let backdated = Every::get(row.id, &mut transaction).await.unwrap().unwrap();
    assert_eq!((backdated.added, backdated.changed), (long_ago, UtcDateTime::UNIX_EPOCH));
    backdated.save(&mut transaction).await.unwrap();
    let saved = Every::get(row.id, &mut transaction).await.unwrap().unwrap();
    assert_eq!(saved.added, long_ago);
    assert!(saved.changed >= added.changed);
}

async fn values_of_every_kind_are_compared_and_ordered(kind: DatabaseKind) {
    let site = TestSite::on(kind).modules(&[module().await]).start().await;
    let mut transaction = site.db().begin().await.unwrap();
    for row in &mut expected() {
        row.insert(&mut transaction).await.unwrap();
    }
    let [first, middle, last] = expected();
    for (condition, found) in [
        (Every::DATE.lt(middle.date), vec![1]),
        (Every::TIME.gt(middle.time), vec![3]),
        (Every::DURATION.ge(Duration::ZERO), vec![1, 2]),
        (Every::PRICE.is_in([middle.price, last.price]), vec![2, 3]),
        (Every::PRICE.gt(Decimal::new(9, 2)), vec![2]),
        (Every::LARGE.eq(last.large), vec![2, 3]),
        (Every::RATIO.gt(0.25), vec![3]),
        (Every::UUID.eq(first.uuid), vec![1]),
        (Every::ADDRESS.eq(last.address), vec![2, 3]),
        (Every::CONTENT.eq(first.content.clone()), vec![1]),
        (Every::STATUS.eq(Status::InProgress), vec![2, 3]),
        (Every::LEVEL.lt(Level::High), vec![1]),
        (Every::SLUG.starts_with("a-"), vec![2, 3]),
        (Every::MAYBE_PRICE.eq(Decimal::new(125, 1)), vec![2, 3]),
        (Every::MAYBE_DATA.is_null(), vec![1]),
    ] {
        let select = Every::objects().filter(condition).order_by([Every::ID.asc()]);
        let ids: Vec<i64> =
            select.all(&mut transaction).await.unwrap().iter().map(|row| row.id).collect();
        assert_eq!(ids, found);
    }
    let by_price = Every::objects().order_by([Every::PRICE.asc()]).all(&mut transaction).await;
    let prices: Vec<String> = by_price.unwrap().iter().map(|row| row.price.to_string()).collect();
    assert_eq!(prices, ["-999999.99", "0.00", "0.10"]);

    // SQLite keeps whole numbers in fewer bytes, which have no sign for zero.
    let mut negative = Every { ratio: -0.0, ..first.clone() };
    negative.insert(&mut transaction).await.unwrap();
    let read = Every::get(negative.id, &mut transaction).await.unwrap().unwrap();
    assert_eq!(read.ratio.is_sign_negative(), kind == DatabaseKind::Postgres);

    let exact = Every { price: "1.005".parse().unwrap(), ..first.clone() };
    let refused = exact.clone().insert(&mut transaction).await.unwrap_err().to_string();
    assert!(refused.contains("no more than 2 decimal places"), "{refused}");
    let exact = Every { large: "12345678901234567890123456789".parse().unwrap(), ..first };
    let written = exact.clone().insert(&mut transaction).await;
    if kind == DatabaseKind::Sqlite {
        let refused = written.unwrap_err().to_string();
        assert!(refused.contains("SQLite keeps 15 digits"), "{refused}");
    } else {
        written.unwrap();
        let sum = query("SELECT SUM(large) FROM kinds_every WHERE large > $1")
            .bind(last.large)
            .fetch_one::<(Decimal,)>(&mut transaction)
            .await
            .unwrap();
        assert_eq!(sum.0, exact.large);
    }
}

async fn an_update_and_a_fixture_with_a_number_that_sqlite_would_round_are_refused_there(
    kind: DatabaseKind,
) {
    let site = TestSite::on(kind).modules(&[module().await]).start().await;
    let [mut row, ..] = expected();
    let mut transaction = site.db().begin().await.unwrap();
    row.insert(&mut transaction).await.unwrap();
    transaction.commit().await.unwrap();
    let written = dump(MODELS, site.db(), DumpOptions::default(), Vec::new(), "out").await.unwrap();
    let mut objects: JsonValue = serde_json::from_slice(&written).unwrap();
    let exact: Decimal = "12345678901234567890123456789".parse().unwrap();
    objects[0]["fields"]["large"] = json!(exact.to_string());

    let mut transaction = site.db().begin().await.unwrap();
    let updated = Every::objects().update([Every::LARGE.set(exact)], &mut transaction).await;
    let mut results = vec![updated.map(drop).map_err(|error| error.to_string())];
    drop(transaction);
    for skip_validation in [false, true] {
        let fixture = Fixture::of_text("large.json", objects.to_string());
        let options = LoadOptions { skip_validation, ..LoadOptions::default() };
        let loaded = load(vec![fixture], site.db(), options).await;
        results.push(loaded.map(drop).map_err(|error| error.to_string()));
    }
    for result in results {
        match (kind, result) {
            (DatabaseKind::Sqlite, Err(error)) => {
                assert!(error.contains("large: SQLite keeps 15 digits"), "{error}");
            }
            (DatabaseKind::Postgres, Ok(())) => {}
            (_, result) => panic!("{kind:?}: {result:?}"),
        }
    }
    let large = if kind == DatabaseKind::Sqlite { Decimal::ZERO } else { exact };
    assert_eq!(rows(&site).await[0].large, large);
}
