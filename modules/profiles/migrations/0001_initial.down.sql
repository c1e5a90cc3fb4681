DROP TABLE "profiles_profile";
