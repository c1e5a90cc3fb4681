-- A key for a new password ends for good as soon as the user's password, address or standing is another,
-- whatever program changes it: it does not come back to life when that is as it was.
--
-- The function has the rights of its owner, since Django's user need not have any on our table; and the
-- trigger names no column, since PostgreSQL would refuse Django's migrations that alter it.

-- Both may be there already, where the ledger was lost.
CREATE OR REPLACE FUNCTION "accounts_password_reset_ends"() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
BEGIN
    IF (OLD."password", OLD."email", OLD."is_active")
        IS DISTINCT FROM (NEW."password", NEW."email", NEW."is_active")
    THEN
        DELETE FROM "accounts_password_reset" WHERE "user_id" = NEW."id";
    END IF;
    RETURN NULL;
END $$;

DROP TRIGGER IF EXISTS "accounts_password_reset_ends" ON "auth_user";
CREATE TRIGGER "accounts_password_reset_ends" AFTER UPDATE ON "auth_user"
    FOR EACH ROW EXECUTE FUNCTION "accounts_password_reset_ends"();
