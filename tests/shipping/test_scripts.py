"""Runs the scripts that push and release the site, with stand-ins for docker and Heroku."""

import json
import os
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

from fake_heroku import FakeHeroku

ROOT = Path(__file__).resolve().parents[2]
COMMIT = subprocess.run(["git", "rev-parse", "HEAD"], cwd=ROOT, check=True, capture_output=True, text=True).stdout.strip()
HUB = f"docker.io/someone/holiday-homes:{COMMIT}"
SECRETS = {"DOCKERHUB_TOKEN": "hub-is-secret", "HEROKU_API_KEY": "heroku-is-secret"}
NAMES = {"DOCKERHUB_USERNAME": "someone", "HEROKU_APP": "homes"}

# What a script calls instead of docker: it writes down its arguments and what it reads.
DOCKER = """#!/usr/bin/env bash
echo "$* <$(cat)" >>"$CALLS"
case $1 in
    context) echo unix:///run/docker.sock ;;
    ${FAILING:-nothing}) exit 1 ;;
esac
"""

# What it calls instead of curl: the real one, sent to this machine; it writes down its arguments.
CURL = """#!/usr/bin/env bash
echo "curl $*" >>"$CALLS"
exec "$REAL_CURL" "${@/#https:\\/\\//http://127.0.0.1:$FAKE_PORT/}"
"""


def git(*arguments):
    return subprocess.run(["git", *arguments], check=True, capture_output=True, text=True).stdout


class Scripts(unittest.TestCase):
    """Runs the scripts in a checkout without changes, whatever is being edited."""

    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.site = Path(folder.name)
        git("clone", "--quiet", "--shared", ROOT, cls.site)
        # The scripts as they are now, and not a change to git.
        scripts = [path for path in (ROOT / "scripts").iterdir() if path.is_file()]
        tracked = git("-C", cls.site, "ls-files", "scripts").splitlines()
        git("-C", cls.site, "update-index", "--assume-unchanged", "--", *tracked)
        (cls.site / ".git" / "info" / "exclude").write_text("*\n")
        for script in scripts:
            shutil.copy(script, cls.site / "scripts" / script.name)

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.calls_file = self.folder / "calls"
        self.calls_file.touch()
        (self.folder / "bin").mkdir()
        for name, text in {"docker": DOCKER, "curl": CURL, "sleep": "#!/bin/sh\n"}.items():
            (self.folder / "bin" / name).write_text(text)
            (self.folder / "bin" / name).chmod(0o755)

    def script(self, *command, environment, heroku=None):
        """Runs a script; gives its exit status and all it printed, and looks for secrets there."""
        ran = subprocess.run(
            [self.site / "scripts" / command[0], *command[1:]],
            env={
                "PATH": f"{self.folder / 'bin'}:{os.environ['PATH']}",
                "TMPDIR": str(self.folder),
                "CALLS": str(self.calls_file),
                "REAL_CURL": shutil.which("curl"),
                "FAKE_PORT": str(heroku.port if heroku else 9),
                **environment,
            },
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=120,
        )
        for secret in SECRETS.values():
            self.assertNotIn(secret, ran.stdout)
        return ran.returncode, ran.stdout

    def calls(self):
        return self.calls_file.read_text().splitlines()

    def docker_calls(self):
        """What docker was called with, but for questions about itself."""
        return [call for call in self.calls() if not call.startswith(("curl ", "info", "context "))]

    def deploy(self, heroku, **environment):
        return self.script("deploy-heroku", environment={**NAMES, **SECRETS, **environment}, heroku=heroku)

    def fake_heroku(self):
        fake = FakeHeroku(SECRETS["HEROKU_API_KEY"])
        self.addCleanup(fake.close)
        return fake

    def assert_only_prints(self, script, expected):
        """A dry run prints this with secrets and without, and calls nothing."""
        for secrets in ({}, SECRETS):
            status, said = self.script(script, "--dry-run", environment={**NAMES, **secrets})
            self.assertEqual((said.splitlines(), status), (expected, 0))
        self.assertEqual(self.calls(), [])

    def test_a_dry_run_prints_what_would_be_pushed_and_does_nothing(self):
        expected = [
            f"+ docker build --build-arg GIT_REVISION={COMMIT} --tag holiday-homes:{COMMIT} .",
            '+ printf %s "$DOCKERHUB_TOKEN" | docker login --username someone --password-stdin docker.io',
            f"+ docker tag holiday-homes:{COMMIT} {HUB}",
            f"+ docker push {HUB}",
            f"+ docker tag holiday-homes:{COMMIT} docker.io/someone/holiday-homes:latest",
            "+ docker push docker.io/someone/holiday-homes:latest",
        ]
        self.assert_only_prints("push-image", expected)

    def test_a_dry_run_prints_what_would_be_released_and_does_nothing(self):
        api = "https://api.heroku.com/apps/homes"
        expected = [
            '+ printf %s "$DOCKERHUB_TOKEN" | docker login --username someone --password-stdin docker.io',
            f"+ docker pull {HUB}",
            f"+ docker tag {HUB} registry.heroku.com/homes/web",
            f"+ docker build --build-arg IMAGE={HUB} --file Dockerfile.release "
            "--tag registry.heroku.com/homes/release .",
            '+ printf %s "$HEROKU_API_KEY" | docker login --username _ --password-stdin registry.heroku.com',
            "+ docker push registry.heroku.com/homes/web",
            "+ docker push registry.heroku.com/homes/release",
            "+ GET https://registry.heroku.com/v2/homes/web/manifests/latest, and release: the ids of what was pushed",
            f"+ PATCH {api}/formation: release them",
            f"+ GET {api}/releases/VERSION until the release phase has succeeded",
            f"+ GET {api}/dynos until all of the type web run it",
            f"+ GET {api} for the site's address",
            "+ GET its /readyz until that answers 200",
        ]
        self.assert_only_prints("deploy-heroku", expected)

    def test_a_dry_run_needs_no_variable_at_all(self):
        for script in ("push-image", "deploy-heroku"):
            status, said = self.script(script, "--dry-run", environment={})
            self.assertEqual(status, 0, said)
            self.assertIn("docker.io/DOCKERHUB_USERNAME/holiday-homes:", said)

    def test_all_missing_variables_are_named_at_once(self):
        self.assertEqual(
            self.script("push-image", environment={}), (2, "not set: DOCKERHUB_USERNAME DOCKERHUB_TOKEN\n")
        )
        missing = "not set: HEROKU_APP HEROKU_API_KEY DOCKERHUB_TOKEN\n"
        self.assertEqual(self.script("deploy-heroku", environment={"DOCKERHUB_USERNAME": "someone"}), (2, missing))

    def test_the_image_of_an_archive_is_pushed_under_its_commit_and_as_latest(self):
        status, said = self.script(
            "push-image", "--archive", "image.tar", environment={**NAMES, "DOCKERHUB_TOKEN": "hub-is-secret"}
        )
        self.assertEqual(status, 0, said)
        self.assertEqual(
            self.docker_calls(),
            [
                "load --input image.tar <",
                "login --username someone --password-stdin docker.io <hub-is-secret",
                f"tag holiday-homes:{COMMIT} {HUB} <",
                f"push {HUB} <",
                f"tag holiday-homes:{COMMIT} docker.io/someone/holiday-homes:latest <",
                "push docker.io/someone/holiday-homes:latest <",
            ],
        )

    def test_without_an_archive_the_image_is_built(self):
        self.assertEqual(self.script("push-image", environment={**NAMES, **SECRETS})[0], 0)
        build = f"build --build-arg GIT_REVISION={COMMIT} --tag holiday-homes:{COMMIT} . <"
        self.assertEqual(self.docker_calls()[0], build)

    def test_what_is_not_committed_is_not_pushed(self):
        self.addCleanup(git, "-C", self.site, "checkout", "--quiet", "Cargo.toml")
        (self.site / "Cargo.toml").write_text("changed")
        status, said = self.script("push-image", environment={**NAMES, **SECRETS})
        self.assertEqual(status, 1)
        self.assertIn("not in the commit", said)
        self.assertEqual(self.calls(), [])

    def test_a_push_that_fails_ends_the_script(self):
        status, _ = self.script("push-image", environment={**NAMES, **SECRETS, "FAILING": "push"})
        self.assertEqual(status, 1)
        self.assertEqual(self.docker_calls()[-1], f"push {HUB} <")

    def test_a_deployment_ends_when_the_new_release_is_ready(self):
        heroku = self.fake_heroku()
        status, said = self.deploy(heroku)
        self.assertEqual(status, 0, said)
        self.assertEqual(said.splitlines()[-1], "v42 serves on https://site/")
        self.assertEqual(
            self.docker_calls(),
            [
                "login --username someone --password-stdin docker.io <hub-is-secret",
                f"pull {HUB} <",
                f"tag {HUB} registry.heroku.com/homes/web <",
                f"build --build-arg IMAGE={HUB} --file Dockerfile.release "
                "--tag registry.heroku.com/homes/release . <",
                "login --username _ --password-stdin registry.heroku.com <heroku-is-secret",
                "push registry.heroku.com/homes/web <",
                "push registry.heroku.com/homes/release <",
            ],
        )
        released = [json.loads(body) for method, _, _, body in heroku.asked if method == "PATCH"]
        images = {"web": "sha256:" + "a" * 64, "release": "sha256:" + "b" * 64}
        updates = [{"type": kind, "docker_image": image} for kind, image in images.items()]
        self.assertEqual(released, [{"updates": updates}])
        paths = [path for _, _, path, _ in heroku.asked]
        self.assertEqual(paths.count("/apps/homes/releases/42"), 2)
        self.assertEqual(paths.count("/apps/homes/dynos"), 3)
        self.assertEqual(paths[-2:], ["/readyz", "/readyz"])

    def test_secrets_are_no_arguments_that_others_could_see(self):
        self.deploy(self.fake_heroku())
        for call in self.calls():
            arguments = call.rsplit("<", 1)[0]
            for secret in SECRETS.values():
                self.assertNotIn(secret, arguments)

    def test_nothing_stays_of_signing_in(self):
        before = set(self.folder.iterdir())
        self.deploy(self.fake_heroku())
        self.assertEqual(set(self.folder.iterdir()), before)

    def test_a_release_phase_that_fails_fails_the_deployment(self):
        heroku = self.fake_heroku()
        heroku.release = ["pending", "failed"]
        status, said = self.deploy(heroku)
        self.assertEqual(status, 1)
        self.assertIn("failed: the release phase of v42", said)
        self.assertNotIn("/apps/homes/dynos", [path for _, _, path, _ in heroku.asked])

    def test_a_new_release_that_crashes_fails_the_deployment(self):
        heroku = self.fake_heroku()
        heroku.dynos = [[(41, "up")], [(42, "crashed")]]
        status, said = self.deploy(heroku)
        self.assertEqual(status, 1)
        self.assertIn("failed: v42 crashed", said)

    def test_what_takes_too_long_fails_the_deployment_and_is_said(self):
        for attribute, answers, says in (
            ("release", ["pending"], "v42 is pending"),
            ("dynos", [[(41, "up"), (42, "up")]], "v41 is up, v42 is up"),
            ("dynos", [[]], "there is no dyno of the type web"),
            ("ready", [503], "readyz answers 503"),
        ):
            with self.subTest(says):
                heroku = self.fake_heroku()
                # All else is well at once, however slow this machine is.
                heroku.release, heroku.dynos, heroku.ready = ["succeeded"], [[(42, "up")]], [200]
                setattr(heroku, attribute, answers)
                status, said = self.deploy(heroku, DEPLOY_SECONDS="1")
                self.assertEqual(status, 1, said)
                self.assertIn("not after 1 seconds: ", said)
                self.assertIn(says, said)

    def test_an_image_in_another_format_is_not_released(self):
        heroku = self.fake_heroku()
        heroku.media_type = "application/vnd.oci.image.index.v1+json"
        status, said = self.deploy(heroku)
        self.assertEqual(status, 1)
        self.assertIn("Heroku takes application/vnd.docker", said)
        self.assertEqual([method for method, *_ in heroku.asked], ["GET"])

    def test_a_key_that_heroku_refuses_fails_the_deployment(self):
        heroku = self.fake_heroku()
        heroku.key = "another"
        status, said = self.deploy(heroku)
        self.assertEqual(status, 1, said)
        self.assertIn("401", said)
