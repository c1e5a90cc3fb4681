//! The log of the admin, which Django and its successor both write and read.

use serde_json::json;
use site_tests::{Django, NewUser};

use super::adoption::migrate;
use crate::admin::{PASSWORD, delete, page};

on_every_database_of_django! {
    split => [what_either_writes_the_other_shows]
}

async fn what_either_writes_the_other_shows(django: Django) {
    let site = django.filled().await;
    migrate(&site).await;
    let successor = site.successor().start().await;
    let boss = NewUser::named("boss", PASSWORD).superuser();
    let user = boss.add_to(successor.db()).await.unwrap();
    let browser = successor.sign_in("boss", PASSWORD).await;

    let before = site.manage_json(&["show_log"]).await;
    let of_letting = before
        .as_array()
        .unwrap()
        .iter()
        .filter(|entry| entry["model"] == "lettings.letting" && entry["object_id"] == "2");
    let of_letting: Vec<&str> =
        of_letting.map(|entry| entry["message"].as_str().unwrap()).collect();
    assert_eq!(of_letting, ["Changed Title and Adresse."]);
    let history = page(&browser.get("/admin/lettings/letting/2/history/").await);
    let shown: Vec<String> = history.all("td").map(site_tests::Element::words).collect();
    assert_eq!(shown.last().map(String::as_str), Some(of_letting[0]));

    let new = "a blue door in the fog";
    let answer = browser
        .post(
            &format!("/admin/auth/user/{user}/password/"),
            &[("password1", new), ("password2", new)],
        )
        .await;
    assert_eq!(answer.status, 303, "{}", answer.text());
    let title = page(&browser.get("/admin/lettings/letting/2/delete/").await).heading();
    let title = title.strip_prefix("Delete letting “").unwrap().strip_suffix('”').unwrap();
    let answer = delete(&browser, "/admin/lettings/letting/2/delete/").await;
    assert_eq!(answer.status, 303, "{}", answer.text());

    let after = site.manage_json(&["show_log"]).await;
    let (old, new) = after.as_array().unwrap().split_at(before.as_array().unwrap().len());
    assert_eq!(old, before.as_array().unwrap().as_slice(), "what was there stays");
    assert_eq!(
        new,
        [
            json!({
                "user": "boss", "model": "auth.user", "object_id": user.to_string(),
                "object": "boss", "flag": 2, "message": "Changed password.",
                "entry": "Changed “boss” — Changed password.",
            }),
            json!({
                "user": "boss", "model": "lettings.letting", "object_id": "2",
                "object": title, "flag": 3, "message": "",
                "entry": format!("Deleted “{title}.”"),
            }),
        ]
    );
    let entries = site.manage_json(&["visit_admin"]).await;
    assert!(entries["auth.user"].as_i64().unwrap() > 0, "Django's admin goes on: {entries}");
}
