//! Django and its successor run on one database at the same time.

use rocket::tokio;
use site_tests::{AddRows, Address, Django, Layout};

use super::adoption::migrate;

on_every_database_of_django! {
    split, old => [both_write_and_read_at_the_same_time]
}

async fn both_write_and_read_at_the_same_time(django: Django) {
    let site = django.filled().await;
    migrate(&site).await;
    let successor = site.successor().start().await;
    let titles: Vec<String> = (0..40).map(|number| format!("Django's {number}")).collect();
    let mut arguments = vec!["add_lettings"];
    arguments.extend(titles.iter().map(String::as_str));

    let writing = site.manage_json(&arguments);
    tokio::pin!(writing);
    let mut written = Vec::new();
    let by_django = loop {
        let page = async {
            let title = format!("ours {}", written.len());
            let id = successor.add_letting(&title, Address::SOMEWHERE).await;
            assert_eq!(successor.get("/lettings/").await.status, 200);
            assert_eq!(successor.get(&format!("/lettings/{id}/")).await.page().heading(), title);
            assert_eq!(successor.get("/profiles/").await.status, 200);
            (id, title)
        };
        tokio::select! {
            biased;
            ids = &mut writing => break ids,
            one = page => written.push(one),
        }
    };
    assert!(!written.is_empty(), "something was written meanwhile");

    let ids = by_django.as_array().unwrap();
    assert_eq!(ids.len(), titles.len());
    let table = site.dump().await.table(&django.layout.table("letting")).clone();
    let has = |id: i64, title: &str| {
        table.rows.iter().any(|row| row["id"] == id && row["title"] == title)
    };
    for (id, title) in ids.iter().zip(&titles) {
        assert!(has(id.as_i64().unwrap(), title), "{title}");
    }
    if django.layout == Layout::Split {
        for (id, title) in &written {
            assert!(has(*id, title), "{title}");
        }
        let list = successor.get("/lettings/").await.page();
        for title in &titles {
            assert!(list.link(title).is_some(), "{title}");
        }
    }
    site.manage(&["check", "--database", "default"]).await;
}
