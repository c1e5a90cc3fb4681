-- Keys with which users set a new password who forgot theirs.
--
-- A Django on the same database knows nothing of this table: the database deletes its rows along
-- with a user.

CREATE TABLE "accounts_password_reset" (
    "id" integer NOT NULL PRIMARY KEY AUTOINCREMENT,
    "key_hash" varchar(64) NOT NULL UNIQUE,
    "user_id" bigint NOT NULL REFERENCES "auth_user" ("id") ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED,
    "expires" datetime NOT NULL,
    "account_fingerprint" varchar(64) NOT NULL
);
CREATE INDEX "accounts_password_reset_user_id_ab570bab" ON "accounts_password_reset" ("user_id");
CREATE INDEX "accounts_password_reset_expires_289607fc" ON "accounts_password_reset" ("expires");
