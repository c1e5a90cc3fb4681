DROP TRIGGER "accounts_password_reset_ends";
