-- The function that ends keys has the rights of its owner, and PostgreSQL looks for tables among the
-- temporary ones first unless they are named last: anybody who may change a user could put one in the
-- place of ours, and the key would stay.
DO $$
DECLARE
    place text := (SELECT CAST(CAST(relnamespace AS regnamespace) AS text) FROM pg_class
        WHERE oid = CAST('accounts_password_reset' AS regclass));
BEGIN
    EXECUTE format(
        'ALTER FUNCTION accounts_password_reset_ends() SET search_path = %s, pg_temp', place);
END $$;
