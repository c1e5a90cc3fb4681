//! The selection of tables, and properties that no attribute describes.

use module_api::host::{Registration, migrations_of_module};
use module_api::inventory;

use super::super::InspectError;
use super::*;
use accounts::models::User;

const TABLES: &str = "
    CREATE TABLE polls_question (id integer PRIMARY KEY, text varchar(9) NOT NULL DEFAULT 'why');
    CREATE TABLE polls_answer (
        \"AnswerId\" integer PRIMARY KEY AUTOINCREMENT,
        \"match\" bool NOT NULL,
        question_id integer NOT NULL REFERENCES polls_question (id) ON DELETE CASCADE,
        user_id integer NULL REFERENCES auth_user (id) ON DELETE SET NULL,
        place geometry NOT NULL,
        twice integer GENERATED ALWAYS AS (question_id * 2)
    );
    CREATE INDEX polls_answer_place ON polls_answer (place);
    CREATE TABLE auth_user (id integer PRIMARY KEY, username varchar(150) NOT NULL);
    CREATE TABLE pairs (a integer, b integer NOT NULL, PRIMARY KEY (a, b));
";

async fn place() -> Place {
    let mut place = Place::new(DatabaseKind::Sqlite, "requests").await;
    place.run(TABLES).await;
    place
}

async fn written(known: &[&'static ModelInfo], request: &Request) -> Result<String, InspectError> {
    inspect(place().await.executor(), &empty_graph(), known, request).await
}

#[rocket::async_test]
async fn what_no_attribute_describes_stands_in_comments() {
    let request = of_tables(&["polls_question", "polls_answer", "pairs"]);
    let text = written(&[User::INFO], &request).await.unwrap();
    let (_, text) = text.split_once("\n\n").unwrap();
    let expected = r#"use module_api::model::{ForeignKey, Model};

#[derive(Debug, Clone, Model)]
#[model(label = "polls.question")]
pub struct Question {
    pub id: i64,
    #[model(max_length = 9, default = "why")]
    pub text: String,
}

// The column `place` is no field: no field holds the type `geometry`. It is NOT NULL without a
// default: rows of this site would be refused.
// The column `twice` is no field: it is computed from others.
// The index `polls_answer_place` is over a column that is no field.
#[derive(Debug, Clone, Model)]
#[model(label = "polls.answer")]
pub struct Answer {
    #[model(column = "AnswerId")]
    pub id: i64,
    pub r#match: bool,
    #[model(on_delete = cascade)]
    pub question: ForeignKey<Question>,
    #[model(on_delete = set_null, blank)]
    pub user: Option<ForeignKey<accounts::models::User>>,
}

// The table `pairs` has no model: its primary key has several columns: a, b.
// `a` integer
// `b` integer NOT NULL
"#;
    assert_eq!(text, expected);
}

#[rocket::async_test]
async fn tables_that_the_site_s_migrations_create_are_not_asked_for() {
    let accounts = inventory::iter::<Registration>.into_iter().map(|linked| linked.module);
    let accounts = accounts.into_iter().find(|module| module.name() == "accounts").unwrap();
    let of_module = ModuleMigrations {
        module: "accounts",
        requires: &[],
        migrations: migrations_of_module(accounts).unwrap(),
    };
    let mut problems = Vec::new();
    let graph = MigrationGraph::build(vec![of_module], &["accounts"], &mut problems);
    assert_eq!(problems, []);
    let mut place = place().await;
    let text = inspect(place.executor(), &graph, &[User::INFO], &Request::default()).await.unwrap();
    assert!(
        text.contains("pub struct Question {") && !text.contains("pub struct User {"),
        "{text}"
    );
    let text = inspect(place.executor(), &graph, &[User::INFO], &of_tables(&["auth_user"])).await;
    assert!(text.unwrap().contains("pub struct User {"), "it is named");
}

#[rocket::async_test]
async fn an_app_selects_the_tables_that_begin_with_it_and_else_names_all() {
    let text = written(&[], &of_app("polls")).await.unwrap();
    assert_eq!(text.matches("pub struct ").count(), 2, "{text}");
    let text = written(&[], &of_app("shop")).await.unwrap();
    assert!(text.contains("label = \"shop.pollsquestion\", table = \"polls_question\""), "{text}");
    let refused = written(&[], &of_app("Shop")).await.unwrap_err();
    assert!(refused.to_string().starts_with("`Shop` is no name of an app"), "{refused}");
}

#[rocket::async_test]
async fn a_table_that_is_not_there_is_named_with_the_one_that_was_meant() {
    let refused = written(&[], &of_tables(&["polls_questions"])).await.unwrap_err();
    let expected = "there is no table `polls_questions`; did you mean `polls_question`?";
    assert_eq!(refused.to_string(), expected);
}
