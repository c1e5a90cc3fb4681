//! Errors of the derive: queries.

use module_api::db::Db;
use module_api::model::Model;

#[derive(Model)]
#[model(label = "app.letting")]
struct Letting {
    id: i64,
    #[model(max_length = 8)]
    title: String,
    number: i32,
    subtitle: Option<i32>,
}

#[derive(Model)]
#[model(label = "app.other")]
struct Other {
    id: i64,
}

async fn queries(db: &Db) {
    let mut on = db.begin().await.unwrap();
    let _ = Letting::TITLE.eq(3);
    let _ = Letting::NUMBER.eq("three");
    let _ = Letting::NUMBER.contains("three");
    let _ = Letting::NUMBER.is_null();
    let _ = Letting::SUBTITLE.eq(None);
    let _ = Letting::objects().filter(Other::ID.eq(3));
    let _ = Letting::objects().with(&Letting::NUMBER);
    let _ = Letting::get_by(&Letting::TITLE, "x", &mut on).await;
}

fn main() {}
