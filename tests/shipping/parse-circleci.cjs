// Reads CircleCI's configuration as CircleCI's own library does, which knows what a schema cannot say:
// whether the jobs of a workflow are there. Prints their names.
const { readFileSync } = require("node:fs");
const { createRequire } = require("node:module");

const [tools, file] = process.argv.slice(2);
const { parseConfig } = createRequire(`${tools}/`)("@circleci/circleci-config-parser");
try {
    const { workflows } = parseConfig(readFileSync(file, "utf8"));
    console.log(workflows.flatMap(({ jobs }) => jobs.map(({ job }) => job.name)).join("\n"));
} catch (error) {
    // Thrown to the top, it would come with a line of the library's code, which has only one.
    console.error(`${file}: ${error.message}`);
    process.exitCode = 1;
}
