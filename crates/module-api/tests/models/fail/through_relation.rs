//! A relation through a model is not set: its rows have more columns.

use module_api::db::Transaction;
use module_api::model::{ForeignKey, ManyToMany, Model};

#[derive(Model)]
#[model(label = "clubs.person")]
struct Person {
    id: i64,
}

#[derive(Model)]
#[model(label = "clubs.club")]
struct Club {
    id: i64,
    #[model(through = Membership)]
    members: ManyToMany<Person>,
}

#[derive(Model)]
#[model(label = "clubs.membership")]
struct Membership {
    id: i64,
    #[model(on_delete = cascade)]
    club: ForeignKey<Club>,
    #[model(on_delete = cascade)]
    person: ForeignKey<Person>,
}

async fn set(on: &mut Transaction) {
    let _ = Club::MEMBERS.set(1, &[2], on).await;
}

fn main() {}
