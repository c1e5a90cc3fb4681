-- Sessions, the browsers where users signed in before, and failed attempts to sign in.
--
-- A Django on the same database knows nothing of these tables: the database deletes their rows
-- along with a user.

CREATE TABLE "accounts_session" (
    "id" integer NOT NULL PRIMARY KEY AUTOINCREMENT,
    "key_hash" varchar(64) NOT NULL UNIQUE,
    "user_id" bigint NOT NULL REFERENCES "auth_user" ("id") ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED,
    "created" datetime NOT NULL,
    "last_used" datetime NOT NULL,
    "password_fingerprint" varchar(64) NOT NULL
);
CREATE INDEX "accounts_session_user_id_a5ed2870" ON "accounts_session" ("user_id");
CREATE INDEX "accounts_session_last_used_fc3ea3c6" ON "accounts_session" ("last_used");

CREATE TABLE "accounts_device" (
    "id" integer NOT NULL PRIMARY KEY AUTOINCREMENT,
    "key_hash" varchar(64) NOT NULL,
    "user_id" bigint NOT NULL REFERENCES "auth_user" ("id") ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED,
    "last_used" datetime NOT NULL
);
CREATE UNIQUE INDEX "accounts_device_key_hash_user_id_761dab7c_uniq" ON "accounts_device" ("key_hash", "user_id");
CREATE INDEX "accounts_device_user_id_cf1ab7b9" ON "accounts_device" ("user_id");
CREATE INDEX "accounts_device_last_used_aec8bdbf" ON "accounts_device" ("last_used");

-- Moments are seconds since 1970 here, with which both databases calculate alike.
-- unmanaged: accounts_throttle
CREATE TABLE "accounts_throttle" (
    "key_hash" varchar(64) NOT NULL PRIMARY KEY,
    "failures" bigint NOT NULL,
    "counted" bigint NOT NULL,
    "blocked_until" bigint NOT NULL,
    "expires" bigint NOT NULL
);
CREATE INDEX "accounts_throttle_expires" ON "accounts_throttle" ("expires");
