//! Forms that no browser sends.

use module_test::{Browser, DatabaseKind, on_both_databases};
use rocket::http::Method;

use super::{Filled, errors, form, log, site, superuser, value};

on_both_databases!(
    zero_characters_and_strange_text_are_errors_or_kept,
    numbers_of_any_length_are_errors,
    a_form_that_is_too_large_is_refused_with_a_page,
    what_is_no_form_is_refused_with_a_page,
    nested_names_and_forged_counts_are_of_no_account,
    what_is_typed_never_becomes_markup,
);

const ADD: &str = "/admin/atelier/maker/add/";

async fn potter(ann: &Browser<'_>) -> Filled {
    form(ann, ADD).await.set("name", "Ines").set("material", "clay")
}

async fn zero_characters_and_strange_text_are_errors_or_kept(kind: DatabaseKind) {
    let site = site(kind).await;
    let ann = superuser(&site, "ann").await;
    for field in ["name", "notes", "email"] {
        let answer = potter(&ann).await.set(field, "a\0b").send(&ann, ADD, "_save").await;
        assert_eq!(answer.status, 200, "{field}");
        let page = answer.page();
        let said = errors(&page, field);
        let expected = "Null characters are not allowed.";
        assert!(said.ends_with(expected), "{field}: {said}");
        assert!(!answer.text().contains('\0'));
    }
    for field in ["material", "age", "favorite", "tools", "member", "since_0", "since_1", "visible"]
    {
        let answer = potter(&ann).await.set(field, "\0").send(&ann, ADD, "_save").await;
        assert!(matches!(answer.status, 200 | 303), "{field} {}", answer.status);
        super::execute(&site, "DELETE FROM atelier_maker", &[]).await;
    }
    let odd = "\u{202e}🏠\u{7f}\u{1b}[0m";
    potter(&ann).await.set("name", odd).save(&ann, ADD).await;
    let name: String = value(&site, "SELECT name AS value FROM atelier_maker").await;
    assert_eq!(name, odd);
}

async fn numbers_of_any_length_are_errors(kind: DatabaseKind) {
    let site = site(kind).await;
    let ann = superuser(&site, "ann").await;
    let digits = "9".repeat(10_000);
    for typed in ["-1", "100", "2147483648", "9223372036854775808", "-9223372036854775809", &digits]
    {
        let answer = potter(&ann).await.set("age", typed).send(&ann, ADD, "_save").await;
        let said = errors(&answer.page(), "age");
        assert!(said.starts_with("Ensure this value is "), "{said}");
    }
    for typed in ["1e3", "0x10", "٤", "1_000", "NaN", "1 2"] {
        let answer = potter(&ann).await.set("age", typed).send(&ann, ADD, "_save").await;
        assert_eq!(errors(&answer.page(), "age"), "Enter a whole number.", "{typed}");
        assert_eq!(Filled::of(&answer).get("age"), Some(typed));
    }
    for (field, typed) in [
        ("favorite", "9223372036854775807"),
        ("favorite", "99999999999999999999"),
        ("tools", "9223372036854775807"),
        ("tools", "99999999999999999999"),
        ("since_0", "99999-01-01"),
        ("since_0", "0000-01-01"),
    ] {
        let typed = potter(&ann).await.set("since_1", "00:00").set(field, typed);
        assert_eq!(typed.send(&ann, ADD, "_save").await.status, 200, "{field}");
    }
    assert_eq!(log(&site).await.len(), 0);
}

/// Sends a body of any kind, with the token first.
async fn send(ann: &Browser<'_>, content_type: &str, body: &[u8]) -> (u16, String) {
    let token = ann.token();
    let headers = [("Content-Type", content_type), ("X-CSRF-Token", &token)];
    let answer = ann.request(Method::Post, ADD, &headers, body).await;
    (answer.status, answer.page().main())
}

const FORM: &str = "application/x-www-form-urlencoded";

async fn a_form_that_is_too_large_is_refused_with_a_page(kind: DatabaseKind) {
    let site = site(kind).await;
    let ann = superuser(&site, "ann").await;
    let large = format!("name=Ines&material=clay&notes={}", "x".repeat(3 << 20));
    let (status, page) = send(&ann, FORM, large.as_bytes()).await;
    assert_eq!(status, 413);
    assert!(page.contains("The form is too large") && page.contains("Nothing was changed."));
    let many = format!("name=Ines&material=clay{}", "&x=1".repeat(6000));
    let (status, page) = send(&ann, FORM, many.as_bytes()).await;
    assert_eq!(status, 400);
    assert!(page.contains("more than 5000 fields"), "{page}");
    let long = format!("name=Ines&material=clay&notes={}", "x".repeat(1 << 20));
    assert_eq!(
        ann.request(
            Method::Post,
            ADD,
            &[("Content-Type", FORM), ("X-CSRF-Token", &ann.token())],
            long.as_bytes()
        )
        .await
        .status,
        303
    );
    assert_eq!(value::<i64>(&site, "SELECT COUNT(*) AS value FROM atelier_maker").await, 1);
}

async fn what_is_no_form_is_refused_with_a_page(kind: DatabaseKind) {
    let site = site(kind).await;
    let ann = superuser(&site, "ann").await;
    for body in [&b"name=%ff%fe&material=clay"[..], b"name=\xff\xfe", b"%c3=1"] {
        let (status, page) = send(&ann, FORM, body).await;
        assert_eq!(status, 400);
        assert!(page.contains("not encoded in UTF-8"), "{page}");
    }
    for (kind, body) in [
        ("multipart/form-data; boundary=x", &b"--x\r\n\r\n--x--"[..]),
        ("application/json", b"{\"name\": \"Ines\"}"),
        ("text/plain", b"name=Ines&material=clay"),
    ] {
        let (status, page) = send(&ann, kind, body).await;
        assert_eq!(status, 415, "{kind}");
        assert!(page.contains("has no form"), "{page}");
    }
    let (status, page) = send(&ann, FORM, b"").await;
    assert_eq!(status, 200, "an empty form is one in which nothing is filled");
    assert!(page.contains("This field is required."));
    assert_eq!(value::<i64>(&site, "SELECT COUNT(*) AS value FROM atelier_maker").await, 0);
}

async fn nested_names_and_forged_counts_are_of_no_account(kind: DatabaseKind) {
    let site = site(kind).await;
    let ann = superuser(&site, "ann").await;
    let deep = format!("name{}", "[a]".repeat(2000));
    let form = potter(&ann).await.set(&deep, "1").set("name.id", "1").set("[]", "1").set("", "1");
    for (number, count) in
        ["-1", "99999999999999999999", "4294967295", "x", "", "0"].iter().enumerate()
    {
        let form = form.clone().set("name", &format!("Ines {number}"));
        let form = form.set("piece_set-TOTAL_FORMS", count).set("piece_set-INITIAL_FORMS", count);
        form.set("piece_set-MAX_NUM_FORMS", "x").save(&ann, ADD).await;
    }
    assert_eq!(value::<i64>(&site, "SELECT COUNT(*) AS value FROM atelier_maker").await, 6);
    assert_eq!(value::<i64>(&site, "SELECT COUNT(*) AS value FROM atelier_piece").await, 0);
}

async fn what_is_typed_never_becomes_markup(kind: DatabaseKind) {
    let site = site(kind).await;
    let ann = superuser(&site, "ann").await;
    let evil = "\"><script>x</script>";
    let mut form = potter(&ann).await;
    for field in [
        "name",
        "email",
        "notes",
        "material",
        "age",
        "since_0",
        "since_1",
        "favorite",
        "tools",
        "rank",
        "piece_set-0-title",
        "piece_set-0-price",
    ] {
        form = form.set(field, evil);
    }
    let answer = form.send(&ann, ADD, "_save").await;
    assert_eq!(answer.status, 200);
    assert!(!answer.text().contains("<script>x"), "it is escaped wherever it is shown");
    let kept = Filled::of(&answer);
    for field in ["name", "email", "notes", "material", "age", "favorite", "piece_set-0-title"] {
        assert_eq!(kept.get(field), Some(evil), "{field}");
    }
    let answer = ann
        .get(&format!("{ADD}?name=%22%3E%3Cscript%3Ex&_changelist_filters=%22%3E%3Cscript%3Ex"))
        .await;
    assert!(!answer.text().contains("<script>x"));
    potter(&ann)
        .await
        .set("name", "<script>x</script>")
        .set("notes", "</textarea><script>x")
        .save(&ann, ADD)
        .await;
    let page = ann.get("/admin/atelier/maker/1/change/").await;
    assert!(!page.text().contains("<script>x"));
    assert_eq!(Filled::of(&page).get("notes"), Some("</textarea><script>x"));
}
