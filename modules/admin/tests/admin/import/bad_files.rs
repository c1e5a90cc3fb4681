//! Files of another format than they claim, and errors in the content of valid ones.

use super::super::desk::{site, superuser, upload};
use super::{ADDRESSES, LETTINGS, add_addresses, log_of, preview, refusal, stored, titles};
use module_test::{DatabaseKind, on_both_databases};
use site_rows::{AddRows, Address};

on_both_databases! {
    what_is_no_text_is_called_what_it_is,
    what_is_no_table_or_list_says_where_it_is_not,
    a_file_that_is_too_large_is_refused,
    every_error_is_listed_with_its_line_and_field_and_nothing_is_written,
    a_long_list_of_errors_has_an_end,
    what_has_to_be_unique_is_compared_with_the_file_and_the_database,
    what_is_not_a_form_of_the_page_is_refused,
}

async fn what_is_no_text_is_called_what_it_is(on: DatabaseKind) {
    let site = site(on).await;
    let desk = superuser(&site).await;
    let utf16: Vec<u8> = b"\xff\xfe".iter().copied().chain(*b"t\0i\0t\0l\0e\0").collect();
    for (content, message) in [
        (b"\x1f\x8b\x08\0\0\0\0\0" as &[u8], "is compressed (gzip): unpack it first"),
        (b"PK\x03\x04\x14\0", "is a ZIP archive or an Excel workbook: save the table as CSV"),
        (b"\x89PNG\r\n\x1a\n", "is a picture"),
        (&utf16, "is encoded in UTF-16: save it as UTF-8"),
        (b"title,address\nCaf\x81,1\n", "is encoded neither in UTF-8 nor in Windows-1252 (line 2)"),
        (b"title,address\na\0b,1\n", "is not a text file: it contains null bytes"),
        (b"\xef\xbb\xbf\r\n", "is empty"),
        (b"", "is empty"),
    ] {
        let error = refusal(&desk, LETTINGS, "file.csv", content).await;
        assert!(error.starts_with("The file “file.csv” is ") && error.contains(message), "{error}");
    }
    assert_eq!(refusal(&desk, LETTINGS, "", "").await, "Choose a file.");
    let error = refusal(&desk, LETTINGS, "../../<b>.csv", "").await;
    assert_eq!(error, "The file “<b>.csv” is empty.");
}

async fn what_is_no_table_or_list_says_where_it_is_not(on: DatabaseKind) {
    let site = site(on).await;
    let desk = superuser(&site).await;
    let wide = vec!["title"; 10_000].join(",");
    let deep = format!("{}{}", "[".repeat(50_000), "]".repeat(50_000));
    let inside = format!(
        "[{{\"model\": \"lettings.letting\", \"fields\": {{\"title\": {}1{}}}}}]",
        "[".repeat(1_000),
        "]".repeat(1_000)
    );
    for (name, content, message) in [
        ("a.csv", "title,address\n", "has a header, but no rows"),
        ("a.csv", &wide, "has 10000 columns"),
        ("a.csv", "title,title\na,b\n", "has two columns for the field “title”"),
        ("a.csv", "address,address_id\na,b\n", "has two columns for the field “address_id”"),
        ("a.csv", "titel,address\na,b\n", "Unknown column “titel”. Allowed: id, title, address"),
        ("a.csv", "title,\na,b\n", "Unknown column “”."),
        ("a.csv", "id\n1\n", "has no columns that can be imported"),
        ("a.csv", "title,address\na,1\nb\n", "line 3 has 1 cell, but the header 2"),
        ("a.csv", "title,address\n\"a,1\n", "the quote opened in line 2 is not closed"),
        ("a.csv", "title,address\n\"a\"b,1\n", "line 2 has text after a closing quote"),
        ("a.csv", "[{\"model\": 1}]", "has the extension .csv, but contains JSON"),
        (
            "a.json",
            "title,address\na,1\n",
            "has the extension .json, but does not contain a JSON list",
        ),
        ("a.json", "{}", "is not a JSON list of objects"),
        ("a.json", "[]", "has no objects"),
        ("a.json", "[{\"model\": \"x\"}]", "missing field `fields` at line 1 column"),
        ("a.json", "[{\"model\": \"x\", \"fields\": {}, \"extra\": 1}]", "unknown field `extra`"),
        ("a.json", "[{\"model\": \"x\", \"fields\": []}]", "expected an object at line 1"),
        ("a.json", "[{\"model\": \"x\"", "at line 1 column 14"),
        ("a.json", "[1] trailing", "is not a JSON list of objects"),
        ("a.json", &deep, "is not a JSON list of objects"),
        ("a.json", &inside, "recursion limit exceeded"),
    ] {
        let error = refusal(&desk, LETTINGS, name, content).await;
        assert!(error.contains(message), "{message}: {error}");
        assert!(error.len() < 300, "{error}");
    }
}

async fn a_file_that_is_too_large_is_refused(on: DatabaseKind) {
    let site = site(on).await;
    let desk = superuser(&site).await;
    let line = "x".repeat(1023) + "\n";
    for kilobytes in [1025, 1500, 3_000] {
        let large = format!("title\n{}", line.repeat(kilobytes));
        let answer = upload(&desk, LETTINGS, "large.csv", large.as_bytes()).await;
        let page = answer.page();
        let error = page.id("file-error").unwrap_or_else(|| panic!("{}", page.main())).words();
        assert!(error.contains("is larger than 1 MB"), "{kilobytes}: {error}");
    }
    let content = "A".repeat(1_500_000);
    let fields = [("name", "a.csv"), ("fingerprint", "x"), ("content", content.as_str())];
    let answer = desk.post(LETTINGS, &fields).await;
    assert_eq!(answer.status, 413);
    assert!(titles(&site).await.is_empty());
}

async fn every_error_is_listed_with_its_line_and_field_and_nothing_is_written(on: DatabaseKind) {
    let site = site(on).await;
    let desk = superuser(&site).await;
    let table = "number,street,city,state,zip_code,country_iso_code\n\
                 1,Good Road,Springfield,IL,62701,USA\n\
                 x,\"Two\nlines\",,IL,1,USA\n\
                 5,Good Road,Springfield,ILL,-1,US\n";
    let shown = preview(&desk, ADDRESSES, "a.csv", table).await;
    assert_eq!(shown.counts, [1, 0, 0, 2]);
    assert_eq!(
        shown.problems,
        [
            "Line 3, Number: “x” is not a whole number.",
            "Line 3, City: This field cannot be blank.",
            "Line 5, State: Ensure this value has at most 2 characters (it has 3).",
            "Line 5, Zip code: Ensure this value is greater than or equal to 0.",
            "Line 5, Country ISO code: Ensure this value has at least 3 characters (it has 2).",
        ]
    );
    assert!(shown.rows[1].starts_with("Line 3 error"), "{:?}", shown.rows);
    assert_eq!(shown.confirmation, None, "it cannot be confirmed");
    assert!(shown.page.main().contains("Nothing was imported."));
    assert!(stored(&site, "lettings.address", &["id"]).await.is_empty());
    assert!(log_of(&site).await.is_empty());
}

async fn a_long_list_of_errors_has_an_end(on: DatabaseKind) {
    let site = site(on).await;
    let desk = superuser(&site).await;
    let table = format!("title,address\n{}", ",x\n".repeat(1_000));
    let shown = preview(&desk, LETTINGS, "a.csv", table).await;
    assert_eq!(shown.counts, [0, 0, 0, 1_000]);
    assert_eq!(shown.problems.len(), 201);
    assert_eq!(shown.problems[200], "and 1800 more");
    assert_eq!(shown.rows.len(), 100);
    let long = format!("title,address\na,\"{}\"\n", "9".repeat(900_000));
    let answer = upload(&desk, LETTINGS, "a.csv", long.as_bytes()).await;
    assert!(answer.body.len() < 50_000, "a page is not as long as the file");
}

async fn what_has_to_be_unique_is_compared_with_the_file_and_the_database(on: DatabaseKind) {
    let site = site(on).await;
    let beach = site.add_letting("Beach house", Address::SOMEWHERE).await;
    let cabin = site.add_letting("Cabin", Address::SOMEWHERE).await;
    let free = add_addresses(&site, 1).await[0];
    let desk = superuser(&site).await;
    let table = format!(
        "id,title,address\n,Taken,{beach}\n,First,{free}\n,Second,{free}\n{cabin},Cabin,{beach}\n\
         {beach},Same,{beach}\n{beach},Again,{beach}\n,Nowhere,4711\n"
    );
    let shown = preview(&desk, LETTINGS, "a.csv", table).await;
    assert_eq!(
        shown.problems,
        [
            "Line 2, Address: Letting with this Address already exists.",
            "Line 4, Address: Letting with this Address is in line 3 already.",
            "Line 5, Address: Letting with this Address already exists.",
            "Line 7, ID: Duplicate: the same object is in line 6.",
            "Line 8, Address: address instance with id 4711 does not exist.",
        ]
    );
}

async fn what_is_not_a_form_of_the_page_is_refused(on: DatabaseKind) {
    let site = site(on).await;
    let desk = superuser(&site).await;
    for fields in [
        &[] as &[(&str, &str)],
        &[("name", "a.csv"), ("fingerprint", "x")],
        &[("name", "a.csv"), ("fingerprint", "x"), ("content", "not base64!")],
    ] {
        let answer = desk.post(LETTINGS, fields).await;
        assert_eq!(answer.status, 400, "{fields:?}");
        assert!(answer.page().main().contains("Choose the file again"));
    }
    let token = desk.token();
    let body = format!(
        "--xYz\r\nContent-Disposition: form-data; name=\"csrf_token\"\r\n\r\n{token}\r\n--xYz--\r\n"
    );
    let multipart = ("Content-Type", "multipart/form-data; boundary=xYz");
    let post = rocket::http::Method::Post;
    let answer = desk.request(post, LETTINGS, &[multipart], body.as_bytes()).await;
    assert!(answer.page().main().contains("Choose a file."));
    let answer = desk.post_without_token(LETTINGS, &[("name", "x")]).await;
    assert_eq!(answer.status, 403);
}
