-- The indexes of texts that the search asks: which there are, and of which rows the text has changed
-- since. The indexes themselves follow the registrations and are made after migrating.
-- unmanaged: admin_search_index
CREATE TABLE "admin_search_index" (
    "label" varchar(200) NOT NULL PRIMARY KEY,
    "signature" text NOT NULL
);

-- unmanaged: admin_search_change
CREATE TABLE "admin_search_change" (
    "id" integer NOT NULL PRIMARY KEY AUTOINCREMENT,
    "source" varchar(200) NOT NULL,
    "object_id" bigint NOT NULL
);
CREATE INDEX "admin_search_change_source_object_id" ON "admin_search_change" ("source", "object_id");
