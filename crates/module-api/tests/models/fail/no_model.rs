//! Errors of the derive: no model.

use module_api::model::{ForeignKey, ManyToMany, Model};

struct Address;

#[derive(Model)]
#[model(label = "app.letting")]
struct Letting {
    id: i64,
    #[model(on_delete = cascade)]
    address: ForeignKey<Address>,
}

#[derive(Model)]
#[model(label = "app.street")]
struct Street {
    id: i64,
    addresses: ManyToMany<Address>,
}

fn main() {}
