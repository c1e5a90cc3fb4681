-- Which migrations of which module were applied, with a checksum of what was run.

CREATE TABLE "host_migration" (
    "module" varchar(40) NOT NULL,
    "name" varchar(255) NOT NULL,
    "checksum" varchar(64) NOT NULL,
    "applied" varchar(32) NOT NULL,
    PRIMARY KEY ("module", "name")
);
