//! Errors of the derive: many-to-many fields with a model between.

use module_api::model::{ForeignKey, ManyToMany, Model};

#[derive(Model)]
#[model(label = "clubs.person")]
struct Person {
    id: i64,
    #[model(through = Membership)]
    friends: ManyToMany<Person>,
}

#[derive(Model)]
#[model(label = "clubs.club")]
struct Club {
    id: i64,
    #[model(through = Membership)]
    members: ManyToMany<Person>,
    #[model(through = Membership, through_fields = ["person", "club"])]
    reversed: ManyToMany<Person>,
    #[model(through = Membership, through_fields = ["club", "person"])]
    right: ManyToMany<Person>,
    #[model(through = Other)]
    others: ManyToMany<Person>,
}

#[derive(Model)]
#[model(label = "clubs.membership")]
struct Membership {
    id: i64,
    #[model(on_delete = cascade)]
    club: ForeignKey<Club>,
    #[model(on_delete = cascade)]
    person: ForeignKey<Person>,
    #[model(on_delete = cascade)]
    invited_by: ForeignKey<Person>,
}

#[derive(Model)]
#[model(label = "clubs.other")]
struct Other {
    id: i64,
    #[model(on_delete = cascade)]
    club: ForeignKey<Club>,
}

fn main() {}
