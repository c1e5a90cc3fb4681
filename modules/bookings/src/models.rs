//! Bookings, and the prices of lettings.

use accounts::models::User;
use lettings::models::Letting;
use module_api::db::{Decimal, Transaction};
use module_api::model::{Choices, ForeignKey, Model, ValidationErrors, WriteError};
use module_api::now;
use module_api::time::Date;

/// The price of a letting. One without a price cannot be booked.
#[derive(Debug, Clone, Model)]
#[model(label = "bookings.rate", display = "{price} per night")]
pub struct Rate {
    /// The primary key.
    pub id: i64,
    /// The letting.
    #[model(one_to_one, on_delete = cascade)]
    pub letting: ForeignKey<Letting>,
    /// The price per night, in dollars.
    #[model(max_digits = 8, decimal_places = 2, min = 0, verbose_name = "price per night")]
    pub price: Decimal,
}

/// The status of a booking.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choices)]
pub enum Status {
    /// The guest requested the nights.
    Requested,
    /// Staff confirmed the booking: the nights are taken.
    Confirmed,
    /// Staff declined the request.
    Declined,
    /// The guest cancelled.
    Cancelled,
}

/// Nights of a letting for a guest.
#[derive(Debug, Clone, Model)]
#[model(
    label = "bookings.booking",
    ordering = ["-arrival"],
    display = "{letting.title}, {arrival}",
    validate_in = nights_are_free,
    constraint(
        name = "bookings_booking_in_order",
        check = "departure > arrival",
        message = "The departure has to be after the arrival.",
        field = "departure"
    ),
    constraint(
        name = "bookings_booking_in_future",
        check = "arrival >= requested_on",
        message = "The arrival cannot be before the day of the request.",
        field = "arrival"
    ),
    constraint(
        name = "bookings_booking_arrival_once",
        unique = ["letting", "arrival"],
        condition = "status = 'confirmed'",
        message = "The letting is taken from this day on.",
        field = "arrival"
    )
)]
pub struct Booking {
    /// The primary key.
    pub id: i64,
    /// The letting.
    #[model(on_delete = protect)]
    pub letting: ForeignKey<Letting>,
    /// The guest.
    #[model(on_delete = cascade)]
    pub user: ForeignKey<User>,
    /// The day before the first night.
    pub arrival: Date,
    /// The day after the last night.
    pub departure: Date,
    /// The state of the request.
    #[model(choices, default = Status::Requested)]
    pub status: Status,
    /// The price of all nights, in dollars.
    #[model(max_digits = 10, decimal_places = 2, min = 0)]
    pub total: Decimal,
    /// The day of the request.
    #[model(auto_now_add)]
    pub requested_on: Date,
}

impl Booking {
    /// Returns `true` if the guest may cancel it.
    pub fn can_be_cancelled(&self) -> bool {
        matches!(self.status, Status::Requested | Status::Confirmed) && self.arrival > now().date()
    }
}

/// A booking cannot be confirmed for nights of another confirmed one, nor requested for them. A request
/// from before the confirmation can stay until it is declined.
async fn nights_are_free(booking: &Booking, on: &mut Transaction) -> Result<(), WriteError> {
    let is_new_request = booking.id == 0 && booking.status == Status::Requested;
    if booking.status != Status::Confirmed && !is_new_request {
        return Ok(());
    }
    // Of two concurrent confirmations, one waits here until it can see the other.
    Letting::objects().filter(Letting::ID.eq(booking.letting.id())).lock(on).await?;
    let taken = Booking::objects()
        .filter(Booking::LETTING.eq(booking.letting))
        .filter(Booking::STATUS.eq(Status::Confirmed))
        .filter(Booking::ID.ne(booking.id))
        .filter(Booking::ARRIVAL.lt(booking.departure))
        .filter(Booking::DEPARTURE.gt(booking.arrival));
    if taken.exists(on).await? {
        let (arrival, departure) = (booking.arrival, booking.departure);
        let message = format!("Nights between {arrival} and {departure} are taken.");
        return Err(ValidationErrors::of_object(message).into());
    }
    Ok(())
}
