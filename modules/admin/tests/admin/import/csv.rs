//! Tables in CSV.

use module_test::{DatabaseKind, on_both_databases};
use site_rows::{AddRows, Address};
use std::fmt::Write as _;

use super::super::desk::{site, superuser};
use super::{
    ADDRESSES, LETTINGS, Preview, add_addresses, import, log_of, preview, refusal, stored, titles,
};

on_both_databases! {
    the_page_says_what_a_file_looks_like_and_how_large_it_may_be,
    a_preview_shows_what_would_happen_and_writes_nothing,
    what_was_shown_is_done_with_entries_in_the_log,
    a_table_may_be_delimited_in_three_ways_and_have_a_byte_order_mark,
    labels_are_headings_in_small_letters_or_not,
    what_spreadsheets_write_for_true_and_false_is_understood,
    a_table_of_a_spreadsheet_in_windows_1252_is_read_and_said_to_be_one,
    only_the_fields_of_the_file_change,
    cells_that_look_like_formulas_are_text_and_lose_the_guard_of_an_export,
    empty_cells_are_empty_text_or_no_value,
    a_hundred_objects_are_shown_and_those_that_change_come_first,
    thousands_of_objects_are_imported_at_once,
    a_file_that_changes_nothing_cannot_be_confirmed,
}

async fn the_page_says_what_a_file_looks_like_and_how_large_it_may_be(on: DatabaseKind) {
    let site = site(on).await;
    let desk = superuser(&site).await;
    let page = desk.get(LETTINGS).await.page();
    assert_eq!(page.heading(), "Import lettings");
    let main = page.main();
    assert!(main.contains("at most 1 MB and 5000 lettings"), "{main}");
    assert!(main.contains(" loaddata"), "{main}");
    assert!(main.contains("titleTitleText of at most 256 characters"), "{main}");
    assert!(main.contains("addressAddressThe primary key of the address"), "{main}");
    let is_upload = |form: &&module_test::Element| {
        (form.attribute("method"), form.attribute("enctype"))
            == (Some("post"), Some("multipart/form-data"))
    };
    assert_eq!(page.all("form").filter(is_upload).count(), 1);
    assert!(page.id("file").unwrap().attribute("required").is_some());
}

async fn a_preview_shows_what_would_happen_and_writes_nothing(on: DatabaseKind) {
    let site = site(on).await;
    let beach = site.add_letting("Beach house", Address::SOMEWHERE).await;
    let cabin = site.add_letting("Cabin", Address::SOMEWHERE).await;
    let free = add_addresses(&site, 1).await[0];
    let before = titles(&site).await;
    let desk = superuser(&site).await;
    let table = format!(
        "id,title,address\n{beach},Sea <house>,{beach}\n{cabin},Cabin,{cabin}\n,New one,{free}\n"
    );
    let shown = preview(&desk, LETTINGS, "lettings.csv", table).await;
    assert_eq!(shown.counts, [1, 1, 1, 0]);
    let address = stored(&site, "lettings.letting", &["address"]).await;
    assert_eq!(address[0], beach.to_string(), "the test counts on it");
    assert_eq!(
        shown.rows,
        [
            "Line 2 changed Beach house Title: was Beach house → becomes Sea <house>".to_owned(),
            "Line 3 unchanged Cabin".to_owned(),
            format!("Line 4 new Title: New one Address: {free}"),
        ]
    );
    assert!(shown.problems.is_empty());
    assert!(shown.page.main().contains("Nothing has been imported yet."), "{}", shown.page.main());
    let form = format!("/admin/lettings/letting/{beach}/change/");
    assert_eq!(shown.page.link("Beach house"), Some(form.as_str()));
    assert_eq!(titles(&site).await, before);
    assert!(log_of(&site).await.is_empty());
}

async fn what_was_shown_is_done_with_entries_in_the_log(on: DatabaseKind) {
    let site = site(on).await;
    let beach = site.add_letting("Beach house", Address::SOMEWHERE).await;
    let cabin = site.add_letting("Cabin", Address::SOMEWHERE).await;
    let free = add_addresses(&site, 2).await;
    let desk = superuser(&site).await;
    let table = format!(
        "id,title,address\n,New one,{}\n{beach},Sea house,{beach}\n{cabin},Cabin,{cabin}\n77,Given,{}\n",
        free[0], free[1]
    );
    let message = import(&desk, LETTINGS, "lettings.csv", &table).await;
    assert_eq!(
        message,
        "The file was imported: 2 lettings added, 1 letting changed, 1 letting unchanged."
    );
    let after = stored(&site, "lettings.letting", &["id", "title", "address"]).await;
    let expected = [
        format!("{beach}|Sea house|{beach}"),
        format!("{cabin}|Cabin|{cabin}"),
        format!("77|Given|{}", free[1]),
        format!("78|New one|{}", free[0]),
    ];
    assert_eq!(after, expected, "a primary key that is given is not given away");
    let log = log_of(&site).await;
    let entry = |flag, id: &str, message: &str| (flag, id.to_owned(), message.to_owned());
    assert_eq!(
        log,
        [
            entry(2, &beach.to_string(), r#"[{"changed": {"fields": ["Title"]}}]"#),
            entry(1, "77", r#"[{"added": {}}]"#),
            entry(1, "78", r#"[{"added": {}}]"#),
        ]
    );
}

async fn a_table_may_be_delimited_in_three_ways_and_have_a_byte_order_mark(on: DatabaseKind) {
    let site = site(on).await;
    let desk = superuser(&site).await;
    let comma = "number,street,city,state,zip_code,country_iso_code\r\n\
                 1,\"Main Street, 2nd\",Größe,GA,123,USA\r\n";
    let semicolon = "number;street;city;state;zip_code;country_iso_code\n\
                     1;Main Street, 2nd;Größe;GA;123;USA\n";
    let tab = "number\tstreet\tcity\tstate\tzip_code\tcountry_iso_code\n\
               1\t\"Main Street, 2nd\"\tGröße\tGA\t123\tUSA";
    let marked = format!("\u{feff}{comma}");
    for (name, table) in
        [("a.csv", comma), ("b.csv", semicolon), ("c.tsv", tab), ("d", &marked), ("e.txt", comma)]
    {
        let shown = preview(&desk, ADDRESSES, name, table).await;
        assert_eq!(shown.counts, [1, 0, 0, 0], "{name}");
        assert!(shown.rows[0].contains("Street: Main Street, 2nd City: Größe"), "{:?}", shown.rows);
    }
}

async fn labels_are_headings_in_small_letters_or_not(on: DatabaseKind) {
    let site = site(on).await;
    let desk = superuser(&site).await;
    let table = "Number;STREET;city ;State;Zip code;Country ISO code\r\n\
                 7;Sea Road;Cork;CO;12345;IRL\r\n";
    import(&desk, ADDRESSES, "addresses.csv", table).await;
    let fields = ["number", "street", "city", "zip_code", "country_iso_code"];
    assert_eq!(stored(&site, "lettings.address", &fields).await, ["7|Sea Road|Cork|12345|IRL"]);
    let wrong = refusal(&desk, ADDRESSES, "addresses.csv", "Number,Strasse\n7,x\n").await;
    assert!(wrong.contains("Unknown column “Strasse”. Allowed: id, number, street"), "{wrong}");
    let twice = refusal(&desk, ADDRESSES, "addresses.csv", "zip_code,Zip code\n7,8\n").await;
    assert!(twice.contains("two columns for the field “Zip code”"), "{twice}");
}

const USERS: &str = "/admin/auth/user/import/";

async fn what_spreadsheets_write_for_true_and_false_is_understood(on: DatabaseKind) {
    let site = site(on).await;
    let desk = superuser(&site).await;
    let words = [("TRUE", "FALSE"), ("1", "0"), ("yes", "No"), ("VRAI", "FAUX"), ("t", "f")];
    let mut table = "Username,Active\n".to_owned();
    for (index, (yes, no)) in words.iter().enumerate() {
        writeln!(table, "yes{index},{yes}\nno{index}, {no} ").unwrap();
    }
    import(&desk, USERS, "users.csv", &table).await;
    let users = stored(&site, "auth.user", &["username", "is_active"]).await;
    for user in users.iter().filter(|user| user.starts_with("yes") || user.starts_with("no")) {
        let expected = if user.starts_with("yes") { "True" } else { "False" };
        assert!(user.ends_with(expected), "{user}");
    }
    assert_eq!(users.len(), 2 * words.len() + 1);
    let shown = preview(&desk, USERS, "users.csv", "username,is_active\nx,perhaps\n").await;
    assert!(shown.problems[0].contains("is not True or False"), "{:?}", shown.problems);
}

async fn a_table_of_a_spreadsheet_in_windows_1252_is_read_and_said_to_be_one(on: DatabaseKind) {
    let site = site(on).await;
    let free = add_addresses(&site, 1).await[0];
    let desk = superuser(&site).await;
    let mut table = format!("address;title\r\n{free};Chalet ").into_bytes();
    table.extend(b"\xe0 c\xf4t\xe9 \x80\r\n");
    let shown = preview(&desk, LETTINGS, "lettings.csv", &table).await;
    assert!(shown.page.id("encoding").unwrap().words().contains("read as Windows-1252"));
    assert_eq!(shown.confirm(&desk, LETTINGS).await.status, 303);
    assert_eq!(titles(&site).await, [format!("Chalet à côté €|{free}")]);
    let plain = preview(&desk, LETTINGS, "lettings.csv", format!("id,title\n,é{free}\n")).await;
    assert!(plain.page.id("encoding").is_none());
}

async fn only_the_fields_of_the_file_change(on: DatabaseKind) {
    let site = site(on).await;
    let id = add_addresses(&site, 1).await[0];
    let desk = superuser(&site).await;
    import(&desk, ADDRESSES, "a.csv", &format!("city,pk\nRiverside,{id}\n")).await;
    let after = stored(&site, "lettings.address", &["number", "street", "city"]).await;
    assert_eq!(after, ["1|Bedford Street|Riverside"]);
}

async fn cells_that_look_like_formulas_are_text_and_lose_the_guard_of_an_export(on: DatabaseKind) {
    let site = site(on).await;
    let free = add_addresses(&site, 5).await;
    let desk = superuser(&site).await;
    let cells = ["=1+1", "'=1+1", "''=1+1", "'-5", "'tis"];
    let lines = cells.iter().zip(&free).map(|(cell, id)| format!("{cell},{id}\n"));
    let table = format!("title,address\n{}", lines.collect::<String>());
    import(&desk, LETTINGS, "a.csv", &table).await;
    let mut after = stored(&site, "lettings.letting", &["title"]).await;
    after.sort();
    assert_eq!(after, ["'=1+1", "'tis", "-5", "=1+1", "=1+1"]);
}

async fn empty_cells_are_empty_text_or_no_value(on: DatabaseKind) {
    let site = site(on).await;
    let desk = superuser(&site).await;
    let table = "username,last_login,first_name,email,date_joined,is_active\n\
                 new,,,,2020-06-14 09:41:15.326411,False\n";
    let shown = preview(&desk, "/admin/auth/user/import/", "users.csv", table).await;
    assert_eq!(shown.problems, [] as [&str; 0]);
    assert!(shown.rows[0].contains("First name: (empty)"), "{:?}", shown.rows);
    let left_out = shown.page.id("left-out").expect("last_login is read-only").words();
    assert!(left_out.contains("last_login: read-only"), "{left_out}");
    assert_eq!(shown.confirm(&desk, "/admin/auth/user/import/").await.status, 303);
    let fields = ["username", "first_name", "date_joined", "is_active", "is_staff"];
    let users = stored(&site, "auth.user", &fields).await;
    assert!(users.contains(&"new||2020-06-14 09:41:15.326411|False|False".to_owned()), "{users:?}");
    let broken = "username,is_active,date_joined\nx,,\n";
    let shown = preview(&desk, "/admin/auth/user/import/", "users.csv", broken).await;
    assert_eq!(
        shown.problems,
        [
            "Line 2, Active: This field cannot be null.",
            "Line 2, Date joined: This field cannot be null.",
        ]
    );
}

async fn a_hundred_objects_are_shown_and_those_that_change_come_first(on: DatabaseKind) {
    let site = site(on).await;
    let ids = add_addresses(&site, 150).await;
    let desk = superuser(&site).await;
    let line = |(index, id): (usize, &i64)| {
        let number = if index == 140 { 999 } else { index + 1 };
        format!("{id},{number}\n")
    };
    let lines: String = ids.iter().enumerate().map(line).collect();
    let shown = preview(&desk, ADDRESSES, "a.csv", format!("id,number\n{lines}")).await;
    assert_eq!(shown.counts, [0, 1, 149, 0]);
    assert_eq!(shown.rows.len(), 100);
    let last = shown.rows.last().unwrap();
    assert!(last.starts_with("Line 142 changed"), "{last}");
    assert!(last.ends_with("Number: was 141 → becomes 999"), "{last}");
    assert!(shown.page.main().contains("100 of 150 objects"), "{}", shown.page.main());
}

async fn thousands_of_objects_are_imported_at_once(on: DatabaseKind) {
    let site = site(on).await;
    let desk = superuser(&site).await;
    let mut table = String::from("number,street,city,state,zip_code,country_iso_code\n");
    for number in 0..5_000 {
        writeln!(table, "{number},Long Road,Springfield,IL,62701,USA").unwrap();
    }
    let message = import(&desk, ADDRESSES, "a.csv", &table).await;
    assert_eq!(message, "The file was imported: 5000 addresses added.");
    assert_eq!(stored(&site, "lettings.address", &["id"]).await.len(), 5_000);
    assert_eq!(log_of(&site).await.len(), 5_000);
    table.push_str("1,x,y,IL,1,USA\n");
    let message = refusal(&desk, ADDRESSES, "a.csv", &table).await;
    assert!(message.contains("more than 5000 objects"), "{message}");
    assert!(message.contains(" loaddata"), "{message}");
}

async fn a_file_that_changes_nothing_cannot_be_confirmed(on: DatabaseKind) {
    let site = site(on).await;
    let id = add_addresses(&site, 1).await[0];
    let desk = superuser(&site).await;
    let Preview { counts, confirmation, page, .. } =
        preview(&desk, ADDRESSES, "a.csv", format!("id,number\n{id},1\n")).await;
    assert_eq!((counts, confirmation), ([0, 0, 1, 0], None));
    assert!(page.main().contains("Nothing to import"), "{}", page.main());
}
