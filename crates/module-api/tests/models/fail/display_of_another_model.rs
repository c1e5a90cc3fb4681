//! Errors of the derive: display of another model.

use module_api::model::{ForeignKey, Model};

#[derive(Model)]
#[model(label = "app.address")]
struct Address {
    id: i64,
    #[model(max_length = 8)]
    city: String,
}

#[derive(Model)]
#[model(label = "app.letting", display = "{address.town}")]
struct Letting {
    id: i64,
    #[model(on_delete = cascade)]
    address: ForeignKey<Address>,
}

fn main() {}
