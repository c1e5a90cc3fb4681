//! Addresses in the admin: how their codes are kept and shown.

use module_api::db::query;
use module_test::{Browser, DatabaseKind, TestSite, on_both_databases};
use site_rows::{AddRows, Address};

use crate::archive::{log, page, value_of};
use crate::desk::{site, superuser, upload};
use crate::hotel::rows;

on_both_databases! {
    a_zip_code_of_the_usa_shows_its_five_digits_everywhere,
    codes_are_kept_in_capitals_on_every_way_in,
    codes_that_are_none_are_refused,
    an_address_from_before_the_rules_can_be_edited,
}

const CHANGE: &str = "/admin/lettings/address/1/change/";
const BOSTON: Address =
    Address { city: "Boston", state: "MA", zip_code: 2134, ..Address::SOMEWHERE };

/// The stored codes of the addresses: `MA 2134 USA`.
async fn codes(site: &TestSite) -> Vec<String> {
    let mut db = site.db().acquire().await.unwrap();
    let sql = "SELECT state || ' ' || CAST(zip_code AS text) || ' ' || country_iso_code AS value \
               FROM lettings_address ORDER BY id";
    let rows = query(sql).fetch_all::<(String,)>(&mut db).await.unwrap();
    rows.into_iter().map(|(codes,)| codes).collect()
}

/// Saves the form of the first address with these fields; what it says is wrong, field by field.
async fn save(desk: &Browser<'_>, changed: &[(&str, &str)]) -> Vec<String> {
    let form = page(&desk.get(CHANGE).await);
    let kept =
        ["number", "street", "city", "state", "zip_code", "country_iso_code", "_fingerprint"];
    let mut sent: Vec<(&str, String)> =
        kept.map(|name| (name, value_of(&form, name).unwrap())).to_vec();
    for field in &mut sent {
        if let Some((_, value)) = changed.iter().find(|(name, _)| *name == field.0) {
            (*value).clone_into(&mut field.1);
        }
    }
    let sent: Vec<(&str, &str)> =
        sent.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let answer = desk.post(CHANGE, &sent).await;
    let is_error = |element: &&module_test::Element| {
        element.attribute("id").is_some_and(|id| id.ends_with("_errors"))
    };
    match answer.status {
        303 => Vec::new(),
        _ => page(&answer).all("ul").filter(is_error).map(module_test::Element::words).collect(),
    }
}

async fn a_zip_code_of_the_usa_shows_its_five_digits_everywhere(on: DatabaseKind) {
    let site = site(on).await;
    site.add_letting("Home", BOSTON).await;
    site.add_letting("Heim", Address { country_iso_code: "CHE", zip_code: 405, ..BOSTON }).await;
    let desk = superuser(&site).await;
    let list = rows(&page(&desk.get("/admin/lettings/address/?o=1").await));
    let shown: Vec<&str> = list.iter().map(|row| row[3].as_str()).collect();
    assert_eq!(shown, ["405", "02134"]);
    let form = page(&desk.get(CHANGE).await);
    assert_eq!(value_of(&form, "zip_code").as_deref(), Some("02134"));
    let letting = page(&desk.get("/admin/lettings/letting/1/change/").await);
    assert_eq!(value_of(&letting, "address-zip_code").as_deref(), Some("02134"));
    let reader = crate::desk::staff(&site, "lettings.view_address").await;
    assert!(page(&reader.get(CHANGE).await).main().contains("Zip code 02134"));
    let file = desk.get("/admin/lettings/address/export/?format=csv").await;
    assert!(file.text().contains("MA,02134,USA"), "{}", file.text());
    let fixture = desk.get("/admin/lettings/address/export/?format=json").await;
    assert!(fixture.text().contains("\"zip_code\": 2134,"), "{}", fixture.text());
    // What is sent back as it was shown changes nothing, neither by the form nor by the file.
    assert_eq!(save(&desk, &[]).await, [] as [&str; 0]);
    let preview = upload(&desk, "/admin/lettings/address/import/", "a.csv", file.text().as_bytes());
    assert!(preview.await.page().main().contains("unchanged"));
    assert_eq!(codes(&site).await, ["MA 2134 USA", "MA 405 CHE"]);
    assert_eq!(log(&site).await, []);
    let found = rows(&page(&desk.get("/admin/lettings/address/?q=02134").await));
    assert_eq!(found.len(), 1, "it is found as it is shown");
    let late = [("zip_code", "02134"), ("street", "Mine"), ("_fingerprint", "of before")];
    let conflict = desk.post(CHANGE, &late).await.page();
    let of_zip = conflict.all("tr").find(|row| row.words().starts_with("Zip code")).unwrap();
    assert!(of_zip.words().ends_with("unchanged"), "{}", of_zip.words());
}

async fn codes_are_kept_in_capitals_on_every_way_in(on: DatabaseKind) {
    let site = site(on).await;
    site.add_letting("Home", BOSTON).await;
    let desk = superuser(&site).await;
    let saved = save(&desk, &[("state", "ca"), ("country_iso_code", "can")]).await;
    assert_eq!(saved, [] as [&str; 0]);
    let table = "number,street,city,state,zip_code,country_iso_code\n7,Kelp Lane,Avalon,ca,1,usa\n";
    let import = "/admin/lettings/address/import/";
    let preview = upload(&desk, import, "a.csv", table.as_bytes()).await.page();
    let hidden = |name| value_of(&preview, name).unwrap();
    let (file, content, print) = (hidden("name"), hidden("content"), hidden("fingerprint"));
    let confirmed = [("name", &*file), ("content", &*content), ("fingerprint", &*print)];
    assert_eq!(desk.post(import, &confirmed).await.status, 303);
    assert_eq!(codes(&site).await, ["CA 2134 CAN", "CA 1 USA"]);
    let choices = page(&desk.get("/admin/lettings/address/").await);
    assert_eq!(choices.all("a").filter(|link| link.words() == "CA").count(), 1, "one choice");
}

async fn codes_that_are_none_are_refused(on: DatabaseKind) {
    let site = site(on).await;
    site.add_letting("Home", BOSTON).await;
    let desk = superuser(&site).await;
    for (field, typed, message) in [
        ("state", "C1", "Enter letters only."),
        ("state", "É!", "Enter letters only."),
        ("state", "C", "Ensure this value has at least 2 characters (it has 1)."),
        ("country_iso_code", "XYZ", "“XYZ” is no country’s code of three letters"),
        ("country_iso_code", "12a", "“12A” is no country’s code of three letters"),
        ("country_iso_code", "US", "Ensure this value has at least 3 characters (it has 2)."),
    ] {
        let said = save(&desk, &[(field, typed)]).await.join(" ");
        assert!(said.starts_with(message), "{typed}: {said}");
    }
    assert_eq!(codes(&site).await, ["MA 2134 USA"]);
}

async fn an_address_from_before_the_rules_can_be_edited(on: DatabaseKind) {
    let site = site(on).await;
    let old = Address { state: "c1", country_iso_code: "xyz", ..BOSTON };
    site.add_letting("Home", old).await;
    let desk = superuser(&site).await;
    assert_eq!(save(&desk, &[("street", "Quay")]).await, [] as [&str; 0]);
    assert_eq!(codes(&site).await, ["c1 2134 xyz"], "what was not touched stays");
    let table = "id,city,state,country_iso_code\n1,Salem,c1,xyz\n";
    let preview = upload(&desk, "/admin/lettings/address/import/", "a.csv", table.as_bytes()).await;
    assert!(preview.page().main().contains("changed"), "{}", preview.page().main());
    assert!(save(&desk, &[("country_iso_code", "xyy")]).await[0].contains("is no country"));
    assert_eq!(save(&desk, &[("country_iso_code", "usa"), ("state", "ma")]).await, [] as [&str; 0]);
    assert_eq!(codes(&site).await, ["MA 2134 USA"]);
    let listed = rows(&page(&desk.get("/admin/lettings/address/").await));
    assert_eq!(listed[0][1..], ["Boston", "MA", "02134", "USA"]);
}
