DROP TABLE "accounts_password_reset";
