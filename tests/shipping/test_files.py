"""What no schema says of the files that ship the site: that they fit each other, and the scripts."""

import json
import os
import subprocess
import unittest
from pathlib import Path

from ruamel.yaml import YAML

ROOT = Path(__file__).resolve().parents[2]


def read_yaml(name):
    return YAML(typ="safe").load(ROOT / name)


class CircleCi(unittest.TestCase):
    """What a schema does not say of .circleci/config.yml."""

    def setUp(self):
        self.config = read_yaml(".circleci/config.yml")
        self.workflow = {}
        for job in self.config["workflows"]["main"]["jobs"]:
            self.workflow.update({job: {}} if isinstance(job, str) else job)

    def test_each_job_is_in_the_workflow(self):
        jobs = ["compile-lint-test", "image-test", "build-and-push-image", "deploy"]
        self.assertEqual(list(self.config["jobs"]), jobs)
        self.assertEqual(list(self.workflow), jobs)

    def test_pushes_and_releases_come_after_what_they_need_and_on_main_alone(self):
        needs = {"build-and-push-image": ["compile-lint-test", "image-test"], "deploy": ["build-and-push-image"]}
        self.assertEqual({name: job["requires"] for name, job in self.workflow.items() if "requires" in job}, needs)
        for name, job in self.workflow.items():
            only = job.get("filters", {}).get("branches", {}).get("only")
            self.assertEqual(only, "main" if name in needs else None, name)

    def test_secrets_come_from_one_context_and_only_where_they_are_needed(self):
        contexts = {name: job["context"] for name, job in self.workflow.items() if "context" in job}
        self.assertEqual(contexts, {"build-and-push-image": "holiday-homes", "deploy": "holiday-homes"})

    def test_each_step_that_runs_something_runs_a_script_of_the_repository(self):
        commands = []
        for job in self.config["jobs"].values():
            commands += [step["run"]["command"] for step in job["steps"] if "run" in step]
        self.assertEqual(len(commands), 4)
        for command in commands:
            self.assertTrue(os.access(ROOT / command.split()[0], os.X_OK), command)

    def test_what_is_pushed_is_what_was_tried_out(self):
        steps = {name: job["steps"] for name, job in self.config["jobs"].items()}
        self.assertIn("scripts/image-test --save target/image.tar", str(steps["image-test"]))
        self.assertIn({"persist_to_workspace": {"root": "target", "paths": ["image.tar"]}}, steps["image-test"])
        self.assertIn({"attach_workspace": {"at": "target"}}, steps["build-and-push-image"])
        self.assertIn("scripts/push-image --archive target/image.tar", str(steps["build-and-push-image"]))

    def test_the_cache_goes_by_the_lock_file(self):
        steps = self.config["jobs"]["compile-lint-test"]["steps"]
        saved = [step["save_cache"]["key"] for step in steps if "save_cache" in step]
        restored = [step["restore_cache"]["keys"] for step in steps if "restore_cache" in step]
        self.assertEqual(saved, ['cargo-v3-{{ checksum "Cargo.lock" }}'])
        self.assertEqual(restored, [[*saved, "cargo-v3-"]])

    def test_the_report_of_the_tests_is_stored(self):
        nextest = (ROOT / ".config" / "nextest.toml").read_text()
        self.assertIn('[profile.ci.junit]\npath = "junit.xml"\n', nextest)
        self.assertIn("--profile ci", (ROOT / "scripts" / "test").read_text())
        stored = [step for step in self.config["jobs"]["compile-lint-test"]["steps"] if "store_test_results" in step]
        self.assertEqual(stored, [{"store_test_results": {"path": "target/nextest/ci"}}])


class HerokuFiles(unittest.TestCase):
    """heroku.yml and app.json, which set up the same site."""

    def setUp(self):
        self.yml = read_yaml("heroku.yml")
        self.json = json.loads((ROOT / "app.json").read_text())

    def test_both_name_the_same_database_and_profile(self):
        self.assertEqual(self.yml["setup"]["addons"], self.json["addons"])
        self.assertEqual(self.yml["setup"]["config"]["ROCKET_PROFILE"], self.json["env"]["ROCKET_PROFILE"]["value"])
        self.assertIn(f"[{self.json['env']['ROCKET_PROFILE']['value']}]\n", (ROOT / "host" / "Rocket.toml").read_text())
        self.assertEqual(self.json["stack"], "container")

    def test_the_secret_key_is_generated(self):
        self.assertEqual(self.json["env"]["SECRET_KEY"]["generator"], "secret")
        self.assertNotIn("value", self.json["env"]["SECRET_KEY"])

    def test_the_release_phase_is_the_image_with_the_command_migrate(self):
        self.assertEqual(self.yml["build"]["docker"], {"web": "Dockerfile"})
        self.assertEqual(self.yml["release"], {"image": "web", "command": ["migrate"]})
        self.assertIn('ENTRYPOINT ["/holiday-homes"]\nCMD ["serve"]\n', (ROOT / "Dockerfile").read_text())
        self.assertIn('CMD ["migrate"]\n', (ROOT / "Dockerfile.release").read_text())


class Dockerfile(unittest.TestCase):
    """What the build may see."""

    def test_each_member_of_the_workspace_gets_into_the_build(self):
        asked = ["cargo", "metadata", "--no-deps", "--offline", "--format-version", "1"]
        metadata = json.loads(subprocess.run(asked, cwd=ROOT, check=True, capture_output=True).stdout)
        ignore = (ROOT / ".dockerignore").read_text().splitlines()
        patterns = [line[1:] for line in ignore if line.startswith("!")]
        for package in metadata["packages"]:
            manifest = Path(package["manifest_path"]).relative_to(ROOT)
            seen = any(Path(pattern) in (manifest, *manifest.parents) for pattern in patterns)
            self.assertTrue(seen, f".dockerignore hides {manifest}, without which Cargo builds nothing")
