//! Queries by the description of a model alone, over the models of the site.

use module_api::db::{Value, query};
use module_api::model::{Comparison, Filter, ModelInfo, Models, Path, Records};
use site_tests::{
    AddRows, Address, DatabaseKind, HolidayHomes, Person, TestSite, on_both_databases,
};

on_both_databases! {
    rows_come_with_columns_of_the_models_they_lead_to,
    rows_show_as_their_models_say_and_so_do_those_they_lead_to,
    filters_find_what_they_say,
    rows_related_by_a_table_between_are_found,
    rows_are_ordered_counted_and_cut,
    values_are_counted_and_their_bounds_are_known,
}

/// Three lettings, in Brunswick, Oakland and Brunswick, titled Alpha, beta and 100% Gamma.
async fn site(on: DatabaseKind) -> TestSite {
    let site = HolidayHomes::on(on).start().await;
    for (title, city, state) in
        [("Alpha", "Brunswick", "GA"), ("beta", "Oakland", "CA"), ("100% Gamma", "Brunswick", "ME")]
    {
        site.add_letting(title, Address { city, state, ..Address::SOMEWHERE }).await;
    }
    site
}

fn model(label: &str, site: &TestSite) -> &'static ModelInfo {
    Models::of(site.db()).get(label).expect("the model is there")
}

fn path(model: &'static ModelInfo, name: &str) -> Path {
    Path::parse(model, name).unwrap()
}

async fn titles(records: &Records, site: &TestSite) -> Vec<String> {
    let mut db = site.db().acquire().await.unwrap();
    let found = records.fetch(&mut db).await.unwrap();
    found.iter().map(|record| record.get("title").to_string()).collect()
}

async fn rows_come_with_columns_of_the_models_they_lead_to(on: DatabaseKind) {
    let site = site(on).await;
    let letting = model("lettings.letting", &site);
    let mut records = Records::of(letting);
    let city = records.column(path(letting, "address__city"));
    let again = records.column(path(letting, "address__city"));
    assert_eq!(city, again, "a column is fetched once");
    let title = records.column(path(letting, "title"));
    let mut db = site.db().acquire().await.unwrap();
    let found = records.fetch(&mut db).await.unwrap();
    assert_eq!(found.len(), 3);
    assert_eq!(found[1].at(city), &Value::from("Oakland"));
    assert_eq!(found[1].at(title), &Value::from("beta"));
    assert_eq!(found[1].values().len(), letting.fields.len());
    assert_eq!(found[1].get("title"), &Value::from("beta"));

    let unknown = Path::parse(letting, "address__town").unwrap_err();
    assert_eq!(
        unknown.to_string(),
        "`lettings.address` has no field `town`, but id, number, street, city, state, zip_code, \
         country_iso_code"
    );
    assert!(Path::parse(letting, "title__city").is_err(), "a title leads nowhere");
    assert_eq!(path(letting, "pk").to_string(), "id");
    assert_eq!(path(letting, "address_id").to_string(), "address");
}

async fn rows_show_as_their_models_say_and_so_do_those_they_lead_to(on: DatabaseKind) {
    let site = site(on).await;
    let letting = model("lettings.letting", &site);
    let mut records = Records::of(letting);
    let (display, address) = (records.display(), records.display_of(&path(letting, "address")));
    let mut db = site.db().acquire().await.unwrap();
    let first = records.first(&mut db).await.unwrap().expect("there is one");
    assert_eq!(display.text(&first), "Alpha");
    assert_eq!(address.text(&first), "7217 Bedford Street");

    // A profile shows as the name of its user, which is a table further.
    drop(db);
    site.add_profile(Person::named("marisol")).await;
    let mut records = Records::of(model("profiles.profile", &site));
    let display = records.display();
    let mut db = site.db().acquire().await.unwrap();
    let profile = records.first(&mut db).await.unwrap().expect("there is one");
    assert_eq!(display.text(&profile), "marisol");
}

async fn filters_find_what_they_say(on: DatabaseKind) {
    let site = site(on).await;
    let letting = model("lettings.letting", &site);
    let title = || path(letting, "title");
    let city = || path(letting, "address__city");
    let brunswick = || Filter::compare(city(), Comparison::Eq, Value::from("Brunswick"));
    for (filter, expected) in [
        (brunswick(), &["Alpha", "100% Gamma"] as &[&str]),
        (!brunswick(), &["beta"]),
        (Filter::contains(title(), "ALPH"), &["Alpha"]),
        (Filter::contains(title(), "%"), &["100% Gamma"]),
        (Filter::contains(title(), "_"), &[]),
        (Filter::starts_with(title(), "B"), &["beta"]),
        (Filter::starts_with(title(), "eta"), &[]),
        (Filter::equals_ignoring_case(title(), "ALPHA"), &["Alpha"]),
        (Filter::is_in(title(), [Value::from("beta"), Value::from("x")]), &["beta"]),
        (Filter::is_in(title(), []), &[]),
        (Filter::is_null(title()), &[]),
        (Filter::all([brunswick(), Filter::contains(title(), "a")]), &["Alpha", "100% Gamma"]),
        (
            Filter::any([Filter::contains(title(), "beta"), brunswick()]),
            &["Alpha", "beta", "100% Gamma"],
        ),
        (Filter::any([]), &[]),
    ] {
        let found = titles(&Records::of(letting).filter(filter.clone()), &site).await;
        assert_eq!(found, expected, "{filter:?}");
    }
}

async fn rows_related_by_a_table_between_are_found(on: DatabaseKind) {
    let site = site(on).await;
    for name in ["ines", "oskar"] {
        site.add_profile(Person::named(name)).await;
    }
    let mut db = site.db().begin().await.unwrap();
    query("INSERT INTO auth_group (name) VALUES ('Editors')").execute(&mut db).await.unwrap();
    query(
        "INSERT INTO auth_user_groups (user_id, group_id) \
         SELECT u.id, g.id FROM auth_user u, auth_group g WHERE u.username = 'oskar'",
    )
    .execute(&mut db)
    .await
    .unwrap();
    let (user, group) = (model("auth.user", &site), model("auth.group", &site));
    let editors = Records::of(group).first(&mut db).await.unwrap().expect("there is one").id();
    let groups = &user.many_to_many[0];
    assert_eq!(groups.name, "groups");
    let found = Records::of(user).filter(Filter::is_related(user, groups, editors));
    let names = found.fetch(&mut db).await.unwrap();
    let names: Vec<_> = names.iter().map(|user| user.get("username").to_string()).collect();
    assert_eq!(names, ["oskar"]);
}

async fn rows_are_ordered_counted_and_cut(on: DatabaseKind) {
    let site = site(on).await;
    let letting = model("lettings.letting", &site);
    let by = |name: &str, down| Records::of(letting).order_by(path(letting, name), down);
    let by_city = by("address__city", false).order_by(path(letting, "pk"), true);
    assert_eq!(titles(&by_city, &site).await, ["100% Gamma", "Alpha", "beta"]);
    assert_eq!(titles(&by("pk", true).limit(1), &site).await, ["100% Gamma"]);
    assert_eq!(titles(&by("pk", true).limit(1).offset(1), &site).await, ["beta"]);
    assert_eq!(titles(&by("pk", false).offset(2), &site).await, ["100% Gamma"]);
    let mut db = site.db().acquire().await.unwrap();
    assert_eq!(by("pk", true).limit(1).count(&mut db).await.unwrap(), 3);
    let ids = by("pk", false).ids(&mut db).await.unwrap();
    let reversed: Vec<i64> = ids.iter().rev().copied().collect();
    assert_eq!(by("address__state", false).ids(&mut db).await.unwrap(), [ids[1], ids[0], ids[2]]);
    assert_eq!(by("pk", true).ids(&mut db).await.unwrap(), reversed);
    let two = Records::of(letting).filter(Filter::key_is_in(letting, ids[1..].iter().copied()));
    assert_eq!(two.count(&mut db).await.unwrap(), 2);
}

async fn values_are_counted_and_their_bounds_are_known(on: DatabaseKind) {
    let site = site(on).await;
    let letting = model("lettings.letting", &site);
    let city = path(letting, "address__city");
    let mut db = site.db().acquire().await.unwrap();
    let counts = Records::of(letting).counts_by(&city, 10, &mut db).await.unwrap();
    assert_eq!(counts, [(Value::from("Brunswick"), 2), (Value::from("Oakland"), 1)]);
    let one = Records::of(letting).counts_by(&city, 1, &mut db).await.unwrap();
    assert_eq!(one.len(), 1);
    let bounds = Records::of(letting).bounds(&city, &mut db).await.unwrap();
    assert_eq!(bounds, Some((Value::from("Brunswick"), Value::from("Oakland"))));
    let nothing = Records::of(letting).filter(Filter::any([]));
    assert_eq!(nothing.bounds(&city, &mut db).await.unwrap(), None);
}
