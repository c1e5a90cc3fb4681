-- Create model entry

CREATE TABLE "guest_book_entry" (
    "id" integer NOT NULL PRIMARY KEY AUTOINCREMENT,
    "title" varchar(100) NOT NULL,
    "text" text NOT NULL,
    "approved" bool NOT NULL
);
