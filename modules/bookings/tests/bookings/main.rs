//! Bookings, as guests and staff meet them.

#![expect(clippy::unwrap_used, reason = "a panic is how a test reports")]

mod asking;
mod calendar;
mod house;
mod mine;
mod races;
mod rules;
mod staff;

use admin as _;
use bookings as _;
