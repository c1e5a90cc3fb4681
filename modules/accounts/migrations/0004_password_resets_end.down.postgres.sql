DROP TRIGGER "accounts_password_reset_ends" ON "auth_user";
DROP FUNCTION "accounts_password_reset_ends"();
