-- A key for a new password ends, too, when the user's row is replaced: `REPLACE` inserts it, and SQLite calls
-- no trigger for the row that goes. A user who is new has no keys.

-- It may be there already, where the ledger was lost.
DROP TRIGGER IF EXISTS "accounts_password_reset_ends_on_insert";
CREATE TRIGGER "accounts_password_reset_ends_on_insert" AFTER INSERT ON "auth_user"
BEGIN
    DELETE FROM "accounts_password_reset" WHERE "user_id" = NEW."id";
END;
