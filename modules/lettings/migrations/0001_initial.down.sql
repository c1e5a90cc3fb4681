DROP TABLE "lettings_letting";
DROP TABLE "lettings_address";
