//! Errors of constraints and indexes in the derive.

use module_api::model::Model;

#[derive(Model)]
#[model(
    label = "app.stay",
    constraint(check = "departure > arrival"),
    constraint(name = "neither"),
    constraint(name = "both", check = "TRUE", unique = ["room"]),
    constraint(name = "if_check", check = "departure > arrival", condition = "room > 0"),
    constraint(name = "plain", unique = ["room"]),
    constraint(name = "unknown", unique = ["rom", "lower(guest)"]),
    constraint(name = "no 'field", check = "TRUE"),
    constraint(name = "nowhere", check = "TRUE", field = "depature"),
    constraint(name = "misspelt", chek = "TRUE"),
    constraint = "departure > arrival",
    index(name = "nothing"),
    index(name = "plain_index", over = ["room"]),
    index(name = "text", over = "room"),
    index(over = ["lower(guest)"])
)]
struct Stay {
    id: i64,
    room: i32,
    arrival: i32,
    departure: i32,
    #[model(max_length = 20)]
    guest: String,
}

fn main() {}
