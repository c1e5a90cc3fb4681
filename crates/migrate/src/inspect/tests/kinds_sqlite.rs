//! Models of existing tables, as `inspectdb` wrote them.
//!
//! Comments name what no attribute describes. Where a database leaves it to Django what
//! becomes of a row when the one it refers to is deleted, `on_delete` is `protect`: correct it.

use std::net::IpAddr;

use module_api::db::{Decimal, Uuid};
use module_api::model::{Json, Model};
use module_api::time::{Date, Time, UtcDateTime};
use serde_json::Value;

#[derive(Debug, Clone, Model)]
#[model(label = "kinds.every")]
pub struct Every {
    pub id: i64,
    pub date: Date,
    pub time: Time,
    pub duration: i64,
    // The database does not tell its digits: correct them.
    #[model(max_digits = 15, decimal_places = 2)]
    pub price: Decimal,
    // The database does not tell its digits: correct them.
    #[model(max_digits = 15, decimal_places = 2)]
    pub large: Decimal,
    pub ratio: f64,
    pub uuid: Uuid,
    pub data: Json<Value>,
    #[model(max_length = 200)]
    pub url: String,
    #[model(max_length = 50, index)]
    pub slug: String,
    pub address: IpAddr,
    pub content: Vec<u8>,
    #[model(max_length = 12)]
    pub status: String,
    pub level: i32,
    #[model(blank)]
    pub maybe_date: Option<Date>,
    // The database does not tell its digits: correct them.
    #[model(max_digits = 15, decimal_places = 2, blank)]
    pub maybe_price: Option<Decimal>,
    #[model(blank)]
    pub maybe_data: Option<Json<Value>>,
    #[model(blank)]
    pub maybe_address: Option<IpAddr>,
    pub added: Date,
    pub changed: UtcDateTime,
}
