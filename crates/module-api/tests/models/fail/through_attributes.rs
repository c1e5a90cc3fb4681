//! Errors of the derive: what stands beside `through`.

use module_api::model::{ManyToMany, Model};

#[derive(Model)]
#[model(label = "clubs.person", ordering = ["clubs"])]
struct Person {
    id: i64,
    #[model(max_length = 9, through = Membership)]
    name: String,
    #[model(through = "Membership")]
    text: ManyToMany<Person>,
    #[model(through)]
    alone: ManyToMany<Person>,
    #[model(through = Membership, table = "clubs_membership")]
    table: ManyToMany<Person>,
    #[model(through = Membership, through_fields = ["club"])]
    one: ManyToMany<Person>,
    #[model(through_fields = ["club", "person"])]
    fields: ManyToMany<Person>,
}

fn main() {}
