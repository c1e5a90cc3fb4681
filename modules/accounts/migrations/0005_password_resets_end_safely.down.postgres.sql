ALTER FUNCTION accounts_password_reset_ends() SET search_path FROM CURRENT;
