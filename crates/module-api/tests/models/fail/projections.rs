//! Misuse of `#[derive(Projection)]`.

use module_api::model::{ForeignKey, Model, Projection};

#[derive(Model)]
#[model(label = "lettings.address")]
struct Address {
    id: i64,
    #[model(max_length = 64)]
    city: String,
}

#[derive(Model)]
#[model(label = "lettings.letting")]
struct Letting {
    id: i64,
    #[model(max_length = 256)]
    title: String,
    #[model(one_to_one, on_delete = cascade)]
    address: ForeignKey<Address>,
}

#[derive(Projection)]
struct WithoutModel {
    title: String,
}

#[derive(Projection)]
#[projection(model = Letting)]
struct Tuple(String);

#[derive(Projection)]
#[projection(model = Letting)]
struct NoColumn {
    price: i64,
}

#[derive(Projection)]
#[projection(model = Letting)]
struct WrongType {
    title: i64,
}

#[derive(Projection)]
#[projection(model = Letting)]
struct OtherModel {
    #[projection(column = Address::CITY)]
    city: String,
}

#[derive(Projection)]
#[projection(model = Letting)]
struct WrongFunction {
    #[projection(with = is_long)]
    title: bool,
}

fn is_long(number: i64) -> bool {
    number > 80
}

fn all_addresses() {
    let _ = Address::objects().project::<Letting>();
}

fn main() {}
