DROP TABLE "admin_search_change";
DROP TABLE "admin_search_index";
