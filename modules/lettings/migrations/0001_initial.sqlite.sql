-- Lettings and their addresses, as Django made them.

CREATE TABLE "lettings_address" (
    "id" integer NOT NULL PRIMARY KEY AUTOINCREMENT,
    "number" integer unsigned NOT NULL CHECK ("number" >= 0),
    "street" varchar(64) NOT NULL,
    "city" varchar(64) NOT NULL,
    "state" varchar(2) NOT NULL,
    "zip_code" integer unsigned NOT NULL CHECK ("zip_code" >= 0),
    "country_iso_code" varchar(3) NOT NULL
);

CREATE TABLE "lettings_letting" (
    "id" integer NOT NULL PRIMARY KEY AUTOINCREMENT,
    "title" varchar(256) NOT NULL,
    "address_id" integer NOT NULL UNIQUE REFERENCES "lettings_address" ("id") DEFERRABLE INITIALLY DEFERRED
);
