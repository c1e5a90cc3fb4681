//! A letting that can be booked, with its price and its calendar.

use lettings::models::Letting;
use module_api::db::{DbError, Decimal, Executor};
use module_api::model::Model;
use module_api::serde::Serialize;
use module_api::time::{Date, Duration};
use module_api::{Id, now};

use crate::models::{Booking, Rate, Status};

/// A letting with a price.
#[derive(Serialize)]
#[serde(crate = "module_api::serde")]
pub(crate) struct Offer {
    letting: Letting,
    /// The price per night, with cents.
    pub(crate) price: Decimal,
    /// The months, beginning with the current one.
    months: Vec<Month>,
}

/// A month of the calendar.
#[derive(Serialize)]
#[serde(crate = "module_api::serde")]
struct Month {
    name: String,
    /// The number of days of its first week, from Sunday on, that belong to the previous month.
    blanks: u8,
    nights: Vec<Night>,
}

/// The state of a night.
#[derive(Serialize)]
#[serde(crate = "module_api::serde", rename_all = "snake_case")]
enum Night {
    Past,
    Taken,
    Free,
}

impl Offer {
    /// Returns the offer for a letting; `None` if it has no price.
    pub(crate) async fn find(
        letting: Id,
        on: impl Into<Executor<'_>>,
    ) -> Result<Option<Self>, DbError> {
        let mut on = on.into();
        let rate = Rate::objects().filter(Rate::LETTING.eq(letting)).with(&Rate::LETTING);
        let Some((Rate { mut price, .. }, letting)) = rate.first(on.reborrow()).await? else {
            return Ok(None);
        };
        price.rescale(2);
        let today = now().date();
        let first = today - Duration::days(i64::from(today.day()) - 1);
        let stays = Booking::objects()
            .filter(Booking::LETTING.eq(&letting))
            .filter(Booking::STATUS.eq(Status::Confirmed))
            .filter(Booking::DEPARTURE.gt(first));
        let months = months(first, today, &stays.all(on).await?);
        Ok(Some(Self { letting, price, months }))
    }
}

/// Returns the twelve months from the one that begins with `first`.
fn months(mut first: Date, today: Date, stays: &[Booking]) -> Vec<Month> {
    let is_taken = |night| stays.iter().any(|stay| (stay.arrival..stay.departure).contains(&night));
    let state = |night| match night {
        night if night < today => Night::Past,
        night if is_taken(night) => Night::Taken,
        _ => Night::Free,
    };
    let month = || {
        let length = first.month().length(first.year());
        let nights = (0..length).map(|day| state(first + Duration::days(day.into()))).collect();
        let name = format!("{} {}", first.month(), first.year());
        let blanks = first.weekday().number_days_from_sunday();
        first += Duration::days(length.into());
        Month { name, blanks, nights }
    };
    std::iter::repeat_with(month).take(12).collect()
}
