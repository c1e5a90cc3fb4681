DROP TABLE "bookings_rate";

DROP TABLE "bookings_booking";
