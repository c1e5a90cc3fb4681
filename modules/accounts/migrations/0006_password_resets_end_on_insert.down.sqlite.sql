DROP TRIGGER IF EXISTS "accounts_password_reset_ends_on_insert";
