-- A key for a new password ends for good as soon as the user's password, address or standing is another,
-- whatever program changes it: it does not come back to life when that is as it was.

-- It may be there already, where the ledger was lost.
DROP TRIGGER IF EXISTS "accounts_password_reset_ends";
CREATE TRIGGER "accounts_password_reset_ends"
AFTER UPDATE OF "password", "email", "is_active" ON "auth_user"
WHEN OLD."password" IS NOT NEW."password"
    OR OLD."email" IS NOT NEW."email"
    OR OLD."is_active" IS NOT NEW."is_active"
BEGIN
    DELETE FROM "accounts_password_reset" WHERE "user_id" = NEW."id";
END;
