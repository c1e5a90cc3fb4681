DROP TABLE "accounts_throttle";
DROP TABLE "accounts_session";
DROP TABLE "accounts_device";
