-- Prices and bookings of lettings.
--
-- A Django on the same database knows nothing of these tables: the database deletes their rows along with a
-- letting or a user.
-- constraints: bookings_booking_arrival_once bookings_booking_in_future bookings_booking_in_order

CREATE TABLE "bookings_booking" (
    "id" integer NOT NULL PRIMARY KEY AUTOINCREMENT,
    "letting_id" bigint NOT NULL REFERENCES "lettings_letting" ("id") ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED,
    "user_id" bigint NOT NULL REFERENCES "auth_user" ("id") ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED,
    "arrival" date NOT NULL,
    "departure" date NOT NULL,
    "status" varchar(9) NOT NULL,
    "total" decimal(10, 2) NOT NULL,
    "requested_on" date NOT NULL,
    CONSTRAINT "bookings_booking_in_future" CHECK (arrival >= requested_on),
    CONSTRAINT "bookings_booking_in_order" CHECK (departure > arrival)
);

CREATE INDEX "bookings_booking_letting_id_dc0dbfda" ON "bookings_booking" ("letting_id");

CREATE INDEX "bookings_booking_user_id_63bbbfdc" ON "bookings_booking" ("user_id");

CREATE UNIQUE INDEX "bookings_booking_arrival_once" ON "bookings_booking" ("letting_id", "arrival") WHERE status = 'confirmed';

CREATE TABLE "bookings_rate" (
    "id" integer NOT NULL PRIMARY KEY AUTOINCREMENT,
    "letting_id" bigint NOT NULL UNIQUE REFERENCES "lettings_letting" ("id") ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED,
    "price" decimal(8, 2) NOT NULL
);
