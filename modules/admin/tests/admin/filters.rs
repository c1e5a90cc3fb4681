//! The filters of a list, and its date hierarchy.

use module_api::model::ForeignKey;
use module_api::time::UtcDateTime;
use module_test::{Browser, DatabaseKind, Document, Element, TestSite, on_both_databases};

use crate::hotel::{
    Guest, add_guests, add_room, add_tag, firsts, hotel, messages, moment, names, page, superuser,
    tag,
};

on_both_databases! {
    conditions_are_djangos,
    each_choice_says_how_many_rows_the_other_conditions_leave,
    a_choice_takes_the_place_of_another_and_keeps_the_rest,
    a_value_that_no_row_has_still_shows_as_chosen,
    a_filter_with_too_many_values_asks_for_one,
    dates_are_chosen_by_ranges,
    dates_are_walked_through_by_year_month_and_day,
    dates_that_all_are_in_one_month_begin_with_its_days,
    what_cannot_be_understood_leads_to_the_whole_list,
    nobody_finds_out_by_conditions_what_a_list_does_not_show,
    conditions_on_other_fields_can_be_taken_away,
}

/// Guests with rooms, tags and dates.
async fn guests(site: &TestSite) -> Vec<i64> {
    let (one, two) = (add_room(site, 1).await, add_room(site, 2).await);
    let guests = [
        Guest {
            kind: 2,
            is_member: true,
            room: Some(ForeignKey::to(one)),
            left: Some(moment("2024-05-02 10:00")),
            town: "Oslo".to_owned(),
            ..Guest::named("Ann")
        },
        Guest {
            is_member: true,
            room: Some(ForeignKey::to(two)),
            arrived: moment("2023-12-31 23:59:59.999999"),
            town: "Rome".to_owned(),
            ..Guest::named("Bob")
        },
        Guest { arrived: moment("2024-01-01"), town: "Oslo".to_owned(), ..Guest::named("Cid") },
        Guest { kind: 2, room: Some(ForeignKey::to(one)), ..Guest::named("Dan") },
    ];
    let ids = add_guests(site, guests).await;
    let (early, late) = (add_tag(site, "Early").await, add_tag(site, "Late").await);
    tag(site, ids[0], &[early, late]).await;
    tag(site, ids[1], &[late]).await;
    ids
}

async fn conditions_are_djangos(on: DatabaseKind) {
    let site = hotel(on).await;
    let ids = guests(&site).await;
    let browser = superuser(&site).await;
    let (ann, bob) = (ids[0], ids[1]);
    for (query, expected) in [
        ("is_member__exact=1", &["Bob", "Ann"] as &[&str]),
        ("is_member__exact=0", &["Dan", "Cid"]),
        ("is_member=True", &["Bob", "Ann"]),
        ("kind__exact=2", &["Dan", "Ann"]),
        ("kind=2&is_member__exact=1", &["Ann"]),
        ("kind__in=1,2", &["Dan", "Cid", "Bob", "Ann"]),
        ("kind__exact=1&kind__exact=2", &["Dan", "Cid", "Bob", "Ann"]),
        ("kind__gt=1", &["Dan", "Ann"]),
        ("kind__lte=1", &["Cid", "Bob"]),
        ("room__id__exact=1", &["Dan", "Ann"]),
        ("room__exact=2", &["Bob"]),
        ("room__pk__in=1,2", &["Dan", "Bob", "Ann"]),
        ("room__isnull=True", &["Cid"]),
        ("room__isnull=False", &["Dan", "Bob", "Ann"]),
        ("tags__id__exact=2", &["Bob", "Ann"]),
        ("tags__id__exact=1", &["Ann"]),
        ("tags__id__in=1,2", &["Bob", "Ann"]),
        ("tags__isnull=True", &["Dan", "Cid"]),
        ("tags__isnull=0", &["Bob", "Ann"]),
        ("town__exact=Oslo", &["Cid", "Ann"]),
        ("town=Oslo", &["Cid", "Ann"]),
        ("town__exact=", &["Dan"]),
        ("town__icontains=OM", &["Bob"]),
        ("left__isnull=True", &["Dan", "Cid", "Bob"]),
        ("left__gte=2024-05-02+10%3A00%3A00%2B00%3A00", &["Ann"]),
        ("left__lt=2024-05-02+10:00", &[]),
        ("left__gte=2024-05-02+12:00%2B02:00", &["Ann"]),
        ("arrived__gte=2024-01-01&arrived__lt=2024-05-01", &["Cid"]),
        ("arrived__month=5", &["Dan", "Ann"]),
        ("arrived__month__lt=12&arrived__month__gte=1", &["Dan", "Cid", "Ann"]),
        ("arrived__year=2024&arrived__day=1", &["Dan", "Cid", "Ann"]),
        ("arrived__year__lt=2024", &["Bob"]),
        ("arrived__quarter=4", &["Bob"]),
        ("arrived__week_day=1", &["Bob"]),
        ("arrived__week_day=2", &["Cid"]),
        ("arrived__hour=23&arrived__minute=59&arrived__second=59", &["Bob"]),
        ("arrived__date=2023-12-31", &["Bob"]),
        ("arrived__date__gt=2023-12-31", &["Dan", "Cid", "Ann"]),
        ("arrived__date__lte=2024-01-01", &["Cid", "Bob"]),
        ("arrived__range=2023-12-31,2024-01-01", &["Cid", "Bob"]),
        ("left__year=2024", &["Ann"]),
        ("left__month=13", &[]),
        ("left__day__exact=2", &["Ann"]),
        ("kind__range=2,9", &["Dan", "Ann"]),
        ("town__iendswith=LO", &["Cid", "Ann"]),
        ("name__istartswith=a", &["Ann"]),
        ("name__iexact=BOB", &["Bob"]),
        ("is_member__exact=1&q=ann", &["Ann"]),
        ("_popup=1&_to_field=id", &["Dan", "Cid", "Bob", "Ann"]),
    ] {
        assert_eq!(names(&browser, &format!("?{query}")).await, expected, "{query}");
    }
    for (query, expected) in [
        (format!("id__exact={ann}"), &["Ann"] as &[&str]),
        (format!("pk__in={ann},{bob}"), &["Bob", "Ann"]),
        (format!("id__gt={bob}"), &["Dan", "Cid"]),
    ] {
        assert_eq!(names(&browser, &format!("?{query}")).await, expected, "{query}");
    }
}

/// The choices of a filter, the chosen one in brackets: `All`, `[Yes (2)]`.
fn choices(page: &Document, title: &str) -> Vec<String> {
    let heading = format!("By {title}");
    let mut elements = page
        .elements
        .iter()
        .skip_while(|element| element.name != "summary" || element.words() != heading);
    assert!(elements.next().is_some(), "there is a filter {title}");
    let mut choices = Vec::new();
    let mut chosen = false;
    for element in elements {
        match element.name.as_str() {
            "summary" => break,
            "li" => {
                choices.push(element.words());
                chosen = false;
            }
            "a" if element.attribute("aria-current").is_some() && !chosen => {
                chosen = true;
                let last = choices.last_mut().expect("a link is in a list");
                *last = format!("[{last}]");
            }
            _ => {}
        }
    }
    choices
}

async fn filter(browser: &Browser<'_>, query: &str, title: &str) -> Vec<String> {
    choices(&page(browser, &format!("/admin/hotel/guest/{query}")).await, title)
}

async fn each_choice_says_how_many_rows_the_other_conditions_leave(on: DatabaseKind) {
    let site = hotel(on).await;
    guests(&site).await;
    let browser = superuser(&site).await;
    for (query, title, expected) in [
        ("", "member of the club", &["[All]", "Yes (2)", "No (2)"] as &[&str]),
        ("?is_member__exact=1", "member of the club", &["All", "[Yes (2)]", "No (2)"]),
        ("?is_member=t", "member of the club", &["All", "[Yes (2)]", "No (2)"]),
        ("?kind__exact=2", "member of the club", &["[All]", "Yes (1)", "No (1)"]),
        ("?q=ann", "member of the club", &["[All]", "Yes (1)", "No (0)"]),
        ("", "kind", &["[All]", "Regular (2)", "Important (2)"]),
        ("?kind__exact=2&is_member=1", "kind", &["All", "Regular (1)", "[Important (1)]"]),
        ("", "room", &["[All]", "Room 1 (2)", "Room 2 (1)", "- (1)"]),
        ("?room__id__exact=2", "room", &["All", "Room 1 (2)", "[Room 2 (1)]", "- (1)"]),
        ("?room__isnull=True", "room", &["All", "Room 1 (2)", "Room 2 (1)", "[- (1)]"]),
        ("", "tags", &["[All]", "Early (1)", "Late (2)", "- (2)"]),
        ("?kind__exact=1", "tags", &["[All]", "Late (1)", "- (1)"]),
        ("?tags__id__exact=2", "room", &["[All]", "Room 1 (1)", "Room 2 (1)", "- (0)"]),
        ("", "town", &["[All]", "(empty) (1)", "Oslo (2)", "Rome (1)"]),
        ("?town__exact=Oslo", "town", &["All", "(empty) (1)", "[Oslo (2)]", "Rome (1)"]),
        ("?kind__in=1,2", "kind", &["All", "Regular (2)", "Important (2)", "[kind in: 1,2]"]),
    ] {
        assert_eq!(filter(&browser, query, title).await, expected, "{title} at {query}");
    }
}

async fn a_choice_takes_the_place_of_another_and_keeps_the_rest(on: DatabaseKind) {
    let site = hotel(on).await;
    guests(&site).await;
    let browser = superuser(&site).await;
    let query = "?q=n&o=-1&p=1&kind__exact=2&is_member__exact=1&e=1";
    let list = page(&browser, &format!("/admin/hotel/guest/{query}")).await;
    assert_eq!(list.link("No"), Some("?q=n&o=-1&kind__exact=2&e=1&is_member__exact=0"));
    assert_eq!(list.link("Regular"), Some("?q=n&o=-1&is_member__exact=1&e=1&kind__exact=1"));
    assert_eq!(list.link("Clear all filters"), Some("?q=n&o=-1"));
    let list = page(&browser, "/admin/hotel/guest/?q=n").await;
    assert_eq!(list.link("Clear all filters"), None);
    let hidden: Vec<(&str, &str)> = list
        .all("input")
        .filter(|input| input.attribute("type") == Some("hidden"))
        .filter_map(|input| Some((input.attribute("name")?, input.attribute("value")?)))
        .filter(|(name, _)| *name != "csrf_token")
        .collect();
    assert_eq!(hidden, [], "the search alone has nothing to keep");
}

async fn a_value_that_no_row_has_still_shows_as_chosen(on: DatabaseKind) {
    let site = hotel(on).await;
    guests(&site).await;
    let browser = superuser(&site).await;
    let town = filter(&browser, "?town__exact=Paris", "town").await;
    assert_eq!(town, ["All", "(empty) (1)", "Oslo (2)", "Rome (1)", "[Paris (0)]"]);
    let room = filter(&browser, "?room__id__exact=77", "room").await;
    assert_eq!(room.last().unwrap(), "[room id: 77]");
}

async fn a_filter_with_too_many_values_asks_for_one(on: DatabaseKind) {
    let site = hotel(on).await;
    let guests = (0..51).map(|number| Guest {
        town: format!("Town {number}"),
        ..Guest::named(&number.to_string())
    });
    add_guests(&site, guests).await;
    let browser = superuser(&site).await;
    let list =
        page(&browser, "/admin/hotel/guest/?is_member__exact=0&town__exact=Town+7&p=1").await;
    assert_eq!(firsts(&list), ["7"]);
    let field = list.id("filter-town").expect("a value is asked for");
    assert_eq!(field.attribute("name"), Some("town__exact"));
    assert_eq!(field.attribute("value"), Some("Town 7"));
    assert!(list.main().contains("Too many values to list."));
    assert_eq!(choices(&list, "town"), ["All", "[town: Town 7]"]);
    let answer = browser.get("/admin/hotel/guest/?is_member__exact=0&town__exact=Town+70").await;
    assert_eq!(firsts(&answer.page()), [] as [&str; 0]);
    let few = page(&browser, "/admin/hotel/guest/?q=1").await;
    assert!(few.id("filter-town").is_none(), "the search leaves few");
}

async fn dates_are_chosen_by_ranges(on: DatabaseKind) {
    let site = hotel(on).await;
    let now = UtcDateTime::now();
    let days = |days: i64| Some(now - module_api::time::Duration::days(days));
    let guests = [
        Guest { left: days(0), ..Guest::named("today") },
        Guest { left: days(6), ..Guest::named("this week") },
        Guest { left: days(800), ..Guest::named("long ago") },
        Guest::named("not yet"),
    ];
    add_guests(&site, guests).await;
    let browser = superuser(&site).await;
    let list = page(&browser, "/admin/hotel/guest/").await;
    let offered = choices(&list, "left");
    assert_eq!(offered[..3], ["[Any date]", "Today (1)", "Past 7 days (2)"]);
    assert_eq!(offered[5..], ["No date (1)", "Has date (3)"]);
    let today = list.link("Today").unwrap();
    let date = &module_api::db::datetime_text(now)[..10];
    assert!(
        today.starts_with(&format!("?left__gte={date}%2000%3A00%3A00%2B00%3A00&left__lt=")),
        "{today}"
    );
    assert_eq!(names(&browser, today).await, ["today"]);
    assert_eq!(names(&browser, list.link("Past 7 days").unwrap()).await, ["this week", "today"]);
    assert_eq!(names(&browser, list.link("No date").unwrap()).await, ["not yet"]);
    assert_eq!(names(&browser, list.link("Has date").unwrap()).await.len(), 3);
    let chosen = filter(&browser, today, "left").await;
    assert_eq!(chosen[..2], ["Any date", "[Today (1)]"]);
    let other = filter(&browser, "?left__gte=2020-01-01", "left").await;
    assert_eq!(other.last().unwrap(), "[left gte: 2020-01-01]");
}

/// The steps of the way through the dates.
async fn dates(browser: &Browser<'_>, query: &str) -> Vec<String> {
    let list = page(browser, &format!("/admin/hotel/guest/{query}")).await;
    let mut elements =
        list.elements.iter().skip_while(|e| e.attribute("aria-label") != Some("Dates"));
    elements.next();
    elements
        .take_while(|e| matches!(e.name.as_str(), "ul" | "li" | "a" | "span" | "strong"))
        .filter(|element| element.name == "li")
        .map(Element::words)
        .collect()
}

async fn dates_are_walked_through_by_year_month_and_day(on: DatabaseKind) {
    let site = hotel(on).await;
    guests(&site).await;
    let browser = superuser(&site).await;
    assert_eq!(dates(&browser, "").await, ["2023 (1)", "2024 (3)"]);
    let query = "?arrived__year=2024";
    assert_eq!(dates(&browser, query).await, ["All dates", "January 2024 (1)", "May 2024 (2)"]);
    assert_eq!(names(&browser, query).await, ["Dan", "Cid", "Ann"]);
    let query = "?arrived__year=2024&arrived__month=5";
    assert_eq!(dates(&browser, query).await, ["2024", "May 1 (2)"]);
    assert_eq!(names(&browser, query).await, ["Dan", "Ann"]);
    let query = "?arrived__year=2023&arrived__month=12&arrived__day=31";
    assert_eq!(dates(&browser, query).await, ["December 2023", "December 31"]);
    assert_eq!(names(&browser, query).await, ["Bob"]);
    let list = page(&browser, "/admin/hotel/guest/?q=a&arrived__year=2024&p=1").await;
    assert_eq!(list.link("May 2024"), Some("?q=a&arrived__year=2024&arrived__month=5"));
    assert_eq!(list.link("All dates"), Some("?q=a"));
    assert_eq!(list.link("Clear all filters"), Some("?q=a"));
}

async fn dates_that_all_are_in_one_month_begin_with_its_days(on: DatabaseKind) {
    let site = hotel(on).await;
    let guests = ["2024-02-01", "2024-02-29 23:59:59", "2024-02-29"]
        .map(|arrived| Guest { arrived: moment(arrived), ..Guest::named(arrived) });
    add_guests(&site, guests).await;
    let browser = superuser(&site).await;
    assert_eq!(dates(&browser, "").await, ["February 1 (1)", "February 29 (2)"]);
    let list = page(&browser, "/admin/hotel/guest/").await;
    assert_eq!(
        list.link("February 29"),
        Some("?arrived__year=2024&arrived__month=2&arrived__day=29")
    );
}

async fn what_cannot_be_understood_leads_to_the_whole_list(on: DatabaseKind) {
    let site = hotel(on).await;
    guests(&site).await;
    let browser = superuser(&site).await;
    let long = format!("q={}", "a".repeat(5_000));
    let many = format!("kind__in={}", "1,".repeat(200));
    let twice = "kind__exact=1&".repeat(101);
    for query in [
        "nothing=1",
        "kind__exact=two",
        "kind__exact=",
        "kind__in=1,x",
        "kind__regex=1",
        "kind__exact__exact=1",
        "kind__=1",
        "is_member__exact=maybe",
        "is_member__gt=0",
        "room__id__exact=x",
        "room__id__exact=99999999999999999999",
        "room__suffix=a",
        "room__isnull=perhaps",
        "tags__id__exact=x",
        "tags__name=Early",
        "left__gte=yesterday",
        "left__gte=2024-05-01+00:00:00+00:00",
        "town__gt=a",
        "arrived__year=x",
        "arrived__year=0",
        "arrived__year=10000",
        "arrived__year=2024&arrived__month=13",
        "arrived__year=2023&arrived__month=2&arrived__day=29",
        "arrived__month=x",
        "arrived__month=-1",
        "arrived__month__contains=1",
        "arrived__century=1",
        "arrived__date=yesterday",
        "kind__month=1",
        "town__date=2024-01-01",
        "tags__month=1",
        "kind__range=1",
        "kind__range=1,x",
        "town__range=a,b",
        "=1",
        &long,
        &many,
        &twice,
    ] {
        let answer = browser.get(&format!("/admin/hotel/guest/?{query}")).await;
        let short = &query[..query.len().min(60)];
        assert_eq!(answer.status, 303, "{short}");
        assert_eq!(answer.location(), "/admin/hotel/guest/?e=1", "{short}");
        let said = messages(&browser, &answer).await;
        assert!(said[0].ends_with("Showing all guests."), "{short}: {said:?}");
        let export = browser.get(&format!("/admin/hotel/guest/export/?{query}")).await;
        assert_eq!(export.location(), "/admin/hotel/guest/?e=1", "{short}");
        messages(&browser, &export).await;
    }
    assert_eq!(names(&browser, "?e=1").await.len(), 4);
}

async fn nobody_finds_out_by_conditions_what_a_list_does_not_show(on: DatabaseKind) {
    let site = hotel(on).await;
    add_guests(&site, [Guest { secret: "pbkdf2".to_owned(), ..Guest::named("Ann") }]).await;
    let browser = superuser(&site).await;
    for address in [
        "/admin/hotel/guest/?secret__startswith=p",
        "/admin/hotel/guest/?secret=pbkdf2",
        "/admin/hotel/guest/?secret__isnull=0",
        "/admin/auth/user/?password__startswith=argon2",
        "/admin/auth/user/?password=x",
        "/admin/auth/user/?groups__permissions__codename=x",
        "/admin/profiles/profile/?user__password__startswith=a",
        "/admin/profiles/profile/?user__email=a",
        "/admin/lettings/letting/?address__number=1",
    ] {
        assert_eq!(browser.get(address).await.status, 303, "{address}");
    }
    let joined = "UPDATE auth_user SET date_joined = '2020-02-29 09:41:15'";
    crate::archive::execute(&site, joined).await;
    for (bookmarked, expected) in [
        ("last_login__isnull=True", &[] as &[&str]),
        ("last_login__isnull=False", &["boss"]),
        ("date_joined__month=2", &["boss"]),
        ("date_joined__month=3", &[]),
        ("date_joined__year=2020&date_joined__month=2&date_joined__day=29", &["boss"]),
        ("date_joined__gte=2020-01-01&email__endswith=x", &[]),
        ("user_permissions__id=1", &[]),
    ] {
        let list = page(&browser, &format!("/admin/auth/user/?{bookmarked}")).await;
        assert_eq!(firsts(&list), expected, "what the form shows can be asked: {bookmarked}");
    }
    let found = page(&browser, "/admin/auth/user/?q=argon2").await;
    assert_eq!(firsts(&found), [] as [&str; 0], "a search does not look at hashes");
}

async fn conditions_on_other_fields_can_be_taken_away(on: DatabaseKind) {
    let site = hotel(on).await;
    guests(&site).await;
    let browser = superuser(&site).await;
    let list = page(&browser, "/admin/hotel/guest/?name__istartswith=a&kind=2&p=1").await;
    assert_eq!(firsts(&list), ["Ann"]);
    assert!(list.main().contains("name istartswith: a"), "{}", list.main());
    assert_eq!(list.link("Remove this condition"), Some("?kind=2"));
}
