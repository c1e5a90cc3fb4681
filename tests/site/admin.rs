//! The admin beside fixtures, and its pages as other tests use them.

use serde_json::Value;
use site_tests::{
    Answer, Browser, DatabaseKind, Document, HolidayHomes, NewUser, on_both_databases,
};

use crate::fixtures::empty;

on_both_databases! {
    what_is_exported_can_be_loaded_elsewhere,
    entries_come_and_go_with_fixtures,
}

/// The password of users in tests.
pub(crate) const PASSWORD: &str = "a kettle sings at noon";

/// A page that is there.
pub(crate) fn page(answer: &Answer) -> Document {
    assert_eq!(answer.status, 200, "{}", answer.text());
    answer.page()
}

/// Looks at what deleting means, and does it.
pub(crate) async fn delete(browser: &Browser<'_>, address: &str) -> Answer {
    let asked = page(&browser.get(address).await);
    let value = |name| {
        let field = asked.all("input").find(|input| input.attribute("name") == Some(name));
        field.and_then(|field| field.attribute("value")).unwrap_or_default()
    };
    let (fingerprint, confirmed) = (value("_fingerprint"), value("_confirmed"));
    let fields = [("post", "yes"), ("_fingerprint", fingerprint), ("_confirmed", confirmed)];
    browser.post(address, &fields).await
}

async fn what_is_exported_can_be_loaded_elsewhere(on: DatabaseKind) {
    let site = HolidayHomes::on(on).demo_data().start().await;
    NewUser::named("boss", PASSWORD).superuser().add_to(site.db()).await.unwrap();
    let browser = site.sign_in("boss", PASSWORD).await;
    let elsewhere = empty(on).await;
    for model in ["lettings/address", "lettings/letting"] {
        let answer = browser.get(&format!("/admin/{model}/export/?format=json")).await;
        let name = model.replace('/', ".");
        elsewhere.fixture(&format!("{name}.json"), answer.text());
        elsewhere.run(&["loaddata", &format!("{name}.json")]);
        let output = elsewhere.command(&["dumpdata", &name]).output().unwrap();
        let dumped: Value = serde_json::from_slice(&output.stdout).unwrap();
        let exported: Value = serde_json::from_str(answer.text()).unwrap();
        assert_eq!(dumped, exported);
        assert!(exported.as_array().unwrap().len() > 10);
    }
}

async fn entries_come_and_go_with_fixtures(kind: DatabaseKind) {
    let workshop = empty(kind).await;
    workshop.run(&["loaddata", "demo"]);
    let entry = |flag: &str| {
        format!(
            "[{{\"model\": \"admin.logentry\", \"pk\": 3, \"fields\": {{\"action_time\": \
             \"2020-06-14T09:41:15.326Z\", \"user\": 1, \"content_type\": null, \"object_id\": \
             \"7\", \"object_repr\": \"It\", \"action_flag\": {flag}, \"change_message\": \
             \"[{{\\\"added\\\": {{}}}}]\"}}}}]"
        )
    };
    workshop.fixture("log.json", entry("1"));
    workshop.run(&["loaddata", "log.json"]);
    assert_eq!(workshop.dump(&["admin"]), entry("1"));
    for (flag, why) in [
        ("4", "Value 4 is not a valid choice."),
        ("40000", "Value 40000 is not a valid choice."),
        ("\"x\"", "“x” is not a whole number."),
    ] {
        workshop.fixture("log.json", entry(flag));
        let error = workshop.fails(1, &["loaddata", "log.json"]);
        assert!(error.contains(why), "{flag}: {error}");
    }
    for (flag, why) in
        [("40000", "less than or equal to 32767"), ("-1", "greater than or equal to 0")]
    {
        workshop.fixture("log.json", entry(flag));
        let error = workshop.fails(1, &["loaddata", "log.json", "--skip-validation"]);
        assert!(error.contains(why), "{flag}: {error}");
    }
    workshop.fixture("log.json", entry("4"));
    workshop.run(&["loaddata", "log.json", "--skip-validation"]);
    assert_eq!(workshop.dump(&["admin"]), entry("4"));
}
