DROP TABLE "guest_book_entry";
