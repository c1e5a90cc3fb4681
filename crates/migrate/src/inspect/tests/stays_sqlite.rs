//! Models of existing tables, as `inspectdb` wrote them.
//!
//! Comments name what no attribute describes. Where a database leaves it to Django what
//! becomes of a row when the one it refers to is deleted, `on_delete` is `protect`: correct it.

use module_api::db::Decimal;
use module_api::model::{ForeignKey, ManyToMany, Model};
use module_api::time::Date;

#[derive(Debug, Clone, Model)]
#[model(label = "stays.guest")]
pub struct Guest {
    pub id: i64,
    #[model(max_length = 64)]
    pub name: String,
    #[model(table = "stays_bad_rooms", blank)]
    pub stays_bad_rooms: ManyToMany<Room>,
    #[model(blank)]
    pub friends: ManyToMany<Guest>,
    #[model(blank)]
    pub liked: ManyToMany<Room>,
}

#[derive(Debug, Clone, Model)]
#[model(label = "stays.option")]
pub struct OptionModel {
    pub id: i64,
    #[model(column = "self")]
    pub self_field: bool,
    #[model(on_delete = protect, blank)]
    pub parent: Option<ForeignKey<OptionModel>>,
}

#[derive(Debug, Clone, Model)]
#[model(label = "stays.room", constraint(name = "stays_room_price", check = "\"price\" >= 1"))]
pub struct Room {
    pub id: i64,
    #[model(max_length = 40, unique)]
    pub name: String,
    #[model(max_length = 50, index)]
    pub code: String,
    // The database does not tell its digits: correct them.
    #[model(max_digits = 15, decimal_places = 2)]
    pub price: Decimal,
}

// The foreign key (paper) to `stays_contract` (code) leads to no model here.
#[derive(Debug, Clone, Model)]
#[model(
    label = "stays.stay",
    unique_together = [["room", "number"]],
    indexes = [["arrival", "departure"]],
    constraint(name = "stays_stay_in_order", check = "\"departure\" > (\"arrival\")"),
    index(name = "stays_stay_latest", over = ["\"departure\" DESC"]),
    index(name = "stays_stay_lower", over = ["LOWER(\"status\")"]),
    constraint(name = "stays_stay_once", unique = ["room", "arrival"], condition = "\"status\" IN ('open', 'confirmed')"),
    constraint(name = "stays_stay_one_of_each_guest", unique = ["LOWER(\"status\")", "guest", "arrival"]),
    index(name = "stays_stay_open", over = ["arrival"], condition = "\"status\" = 'open'")
)]
pub struct Stay {
    pub id: i64,
    #[model(on_delete = protect)]
    pub room: ForeignKey<Room>,
    #[model(on_delete = protect, blank)]
    pub guest: Option<ForeignKey<Guest>>,
    #[model(max_length = 9, index)]
    pub paper: String,
    #[model(column = "chosen", one_to_one, on_delete = protect)]
    pub chosen: ForeignKey<OptionModel>,
    pub arrival: Date,
    pub departure: Date,
    #[model(max_length = 12)]
    pub status: String,
    #[model(column = "Type of Stay", positive)]
    pub type_of_stay: i16,
    #[model(positive)]
    pub number: i32,
}

// The table `stays_contract` has no model: its primary key `code` is not a number.
// `code` varchar(9) NOT NULL
// `text` text NOT NULL
