"""What seems to be Heroku: its registry, its API and the site, as far as scripts/deploy-heroku asks."""

import base64
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

DOCKER = "application/vnd.docker.distribution.manifest.v2+json"
VERSION = 42


class FakeHeroku:
    """A server on this machine. How it behaves is set by its attributes; what it was asked stands in `asked`."""

    def __init__(self, key):
        self.key = key
        self.asked = []
        self.media_type = DOCKER
        # What is answered one time after the other; the last one stays.
        self.release = ["pending", "succeeded"]
        self.dynos = [[(VERSION - 1, "up")], [(VERSION, "starting")], [(VERSION, "up")]]
        self.ready = [503, 200]
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.port = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self):
        self._server.shutdown()
        self._server.server_close()

    def answer(self, method, host, path, headers, body):
        """The status and the JSON for a request to one of Heroku's hosts."""
        bearer = headers.get("Authorization") == f"Bearer {self.key}"
        basic = "Basic " + base64.b64encode(f"_:{self.key}".encode()).decode()
        if host == "registry.heroku.com":
            if headers.get("Authorization") != basic:
                return 401, {"id": "unauthorized"}
            kind = path.split("/")[3]
            digest = "sha256:" + {"web": "a", "release": "b"}[kind] * 64
            return 200, {"mediaType": self.media_type, "config": {"digest": digest}}
        if host == "site":
            return self._next(self.ready), {}
        if not bearer:
            return 401, {"id": "unauthorized"}
        match method, path:
            case "PATCH", "/apps/homes/formation":
                if headers.get("Accept") != "application/vnd.heroku+json; version=3.docker-releases":
                    return 406, {"id": "not_acceptable"}
                return 200, json.loads(body)["updates"]
            case "GET", "/apps/homes/releases":
                newest = headers.get("Range") == "version ..; order=desc,max=1"
                return 206, [{"version": VERSION if newest else 1, "status": "pending"}]
            case "GET", "/apps/homes/releases/42":
                return 200, {"version": VERSION, "status": self._next(self.release)}
            case "GET", "/apps/homes/dynos":
                web = [
                    {"type": "web", "state": state, "release": {"version": version}}
                    for version, state in self._next(self.dynos)
                ]
                return 200, [*web, {"type": "run", "state": "up", "release": {"version": 3}}]
            case "GET", "/apps/homes":
                return 200, {"web_url": "https://site/"}
        return 404, {"id": "not_found"}

    @staticmethod
    def _next(answers):
        return answers.pop(0) if len(answers) > 1 else answers[0]

    def _handler(self):
        fake = self

        class Handler(BaseHTTPRequestHandler):
            def respond(self):
                # The stand-in for curl puts the host that was asked first in the path.
                _, host, rest = self.path.split("/", 2)
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
                fake.asked.append((self.command, host, "/" + rest, body))
                status, content = fake.answer(self.command, host, "/" + rest, self.headers, body)
                content = json.dumps(content).encode()
                self.send_response(status)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            do_GET = do_PATCH = respond  # noqa: N815

            def log_message(self, *_):
                pass

        return Handler
