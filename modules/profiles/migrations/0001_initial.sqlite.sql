-- The members' profiles, as Django made them.

CREATE TABLE "profiles_profile" (
    "id" integer NOT NULL PRIMARY KEY AUTOINCREMENT,
    "favorite_city" varchar(64) NOT NULL,
    "user_id" integer NOT NULL UNIQUE REFERENCES "auth_user" ("id") DEFERRABLE INITIALLY DEFERRED
);
