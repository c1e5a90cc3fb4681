//! Errors of the derive: many to many.

use module_api::model::{ManyToMany, Model};

#[derive(Model)]
#[model(label = "app.group")]
struct Group {
    id: i64,
    #[model(max_length = 8, table = "groups")]
    name: String,
}

#[derive(Model)]
#[model(label = "app.user", ordering = ["groups"])]
struct User {
    id: i64,
    groups: Option<ManyToMany<Group>>,
}

#[derive(Model)]
#[model(label = "app.guest", ordering = ["groups"])]
struct Guest {
    id: i64,
    #[model(unique, on_delete = cascade)]
    groups: ManyToMany<Group>,
    #[model(column = "others")]
    others: ManyToMany<Group>,
    #[model(table = "app_guest_groups")]
    same: ManyToMany<Group>,
    #[model(table = "app_guest")]
    own: ManyToMany<Group>,
    #[model(source_column = "group_id")]
    twice: ManyToMany<Group>,
    everybody: ManyToMany,
}

fn main() {}
