DROP TABLE "bookings_rate", "bookings_booking";
