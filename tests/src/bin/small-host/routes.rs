//! Routes of a module in a folder, for tests of a program under stress: it has them if it has a file
//! `routes`, and a table `note`.

use std::fs;
use std::path::Path;
use std::time::Duration;

use module_api::db::{Db, query};
use module_api::rocket_db_pools::Connection;
use rocket::data::Capped;
use rocket::form::Form;
use rocket::fs::TempFile;
use rocket::{FromForm, Route, State, get, post, routes, tokio};

/// The routes without CSRF protection.
pub(crate) const CSRF_EXEMPT: &[&str] = &["add", "upload", "form"];

pub(crate) fn all() -> Vec<Route> {
    routes![add, count, count_in, reached, wait, long, upload, form]
}

/// Adds a note whose title has this many letters, and answers when it is committed.
#[post("/add/<id>/<letters>")]
async fn add(id: i64, letters: usize, db: &State<Db>) -> Result<String, module_api::Error> {
    let mut transaction = db.begin().await?;
    query("INSERT INTO note (id, title) VALUES ($1, $2)")
        .bind(id)
        .bind("x".repeat(letters))
        .execute(&mut transaction)
        .await?;
    transaction.commit().await?;
    Ok(format!("added {id}"))
}

/// Answers with the number of notes.
#[get("/count")]
async fn count(mut db: Connection<Db>) -> Result<String, module_api::Error> {
    let count = query("SELECT COUNT(*) AS value FROM note");
    let (count,): (i64,) = count.fetch_one(&mut db).await?;
    Ok(count.to_string())
}

/// Answers with the number of notes after a while, holding the connection.
#[get("/count/<milliseconds>")]
async fn count_in(milliseconds: u64, db: Connection<Db>) -> Result<String, module_api::Error> {
    tokio::time::sleep(Duration::from_millis(milliseconds)).await;
    count(db).await
}

/// Queries the database, but none of its tables.
#[get("/reached")]
async fn reached(mut db: Connection<Db>) -> Result<&'static str, module_api::Error> {
    let (_,): (i64,) = query("SELECT 1 AS value").fetch_one(&mut db).await?;
    Ok("reached")
}

/// Creates the file `waiting`, and answers once a file `go` exists.
#[get("/wait")]
async fn wait() -> std::io::Result<&'static str> {
    fs::write("waiting", "")?;
    while !Path::new("go").exists() {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    Ok("done")
}

/// A long response of this many letters.
#[get("/long/<letters>")]
fn long(letters: usize) -> String {
    "x".repeat(letters)
}

/// Takes a file, and answers with its length.
#[post("/upload", data = "<file>")]
fn upload(file: Capped<TempFile<'_>>) -> String {
    file.into_inner().len().to_string()
}

/// A form with one field.
#[derive(FromForm)]
struct Titled<'r> {
    title: &'r str,
}

/// Takes a form, and answers with its field.
#[post("/form", data = "<form>")]
fn form(form: Form<Titled<'_>>) -> String {
    form.into_inner().title.to_owned()
}
