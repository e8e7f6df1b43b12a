"""JupyterHub as a person's browser sees it: the login form, and the buttons that start and stop a server."""
import html
import re
from urllib.parse import quote

import requests

from report import Failure, expect, wait_for
from server import Server


class Refused(Failure):
    """The hub did not take this user with this password."""


class Hub:
    def __init__(self, url):
        self.url = url.rstrip("/")

    def wait_until_healthy(self):
        def healthy():
            try:
                return requests.get(f"{self.url}/hub/health", timeout=5).status_code == 200
            except requests.ConnectionError:
                return False

        wait_for("GET /hub/health to be 200", healthy)

    def log_in(self, user, password):
        """Fills in and sends the login form. Gives the person; raises Refused."""
        session = requests.Session()
        session.trust_env = False
        form = session.get(f"{self.url}/hub/login", timeout=20)
        expect(form.status_code == 200, f"GET /hub/login is {form.status_code}")
        hidden = re.search(r'name="_xsrf"\s+value="([^"]*)"', form.text)
        expect(hidden, "the login form has no _xsrf field")
        answer = session.post(
            f"{self.url}/hub/login?next=%2Fhub%2Fhome",
            data={"_xsrf": html.unescape(hidden[1]), "username": user, "password": password},
            allow_redirects=False, timeout=20)
        if answer.status_code == 403 and "Invalid username or password" in answer.text:
            raise Refused(f"{user} was refused")
        expect(answer.status_code == 302, f"POST /hub/login is {answer.status_code}: {text_of(answer)}")
        home = session.get(f"{self.url}/hub/home", allow_redirects=False, timeout=20)
        expect(home.status_code == 200, f"after the login GET /hub/home is {home.status_code}")
        return Person(self.url, user, session)

    def expect_refusal(self, user, password):
        """The hub must show its form again, and give no session."""
        try:
            self.log_in(user, password)
        except Refused:
            return
        raise Failure(f"{user} was let in")


class Person:
    """Someone who has logged in."""

    def __init__(self, url, name, session):
        self.url = url
        self.name = name
        self.session = session

    def request(self, method, path, **options):
        headers = {"X-XSRFToken": self.session.cookies.get("_xsrf", path="/hub/") or ""}
        return self.session.request(
            method, f"{self.url}/hub/api{path}", headers=headers, timeout=30, **options)

    def start_server(self):
        """Starts the person's server and waits until it is ready. Gives the server, with a token of its own."""
        own = f"/users/{quote(self.name)}"
        token = self.request("POST", f"{own}/tokens", json={"note": "judge", "expires_in": 3600})
        expect(token.status_code == 201, f"POST {own}/tokens is {token.status_code}: {text_of(token)}")
        answer = self.request("POST", f"{own}/server")
        expect(answer.status_code in (201, 202), f"POST {own}/server is {answer.status_code}: {text_of(answer)}")

        def ready():
            model = self.request("GET", own).json()
            server = model["servers"].get("")
            expect(server is not None, "the server failed to start: the hub no longer lists it")
            return server["ready"]

        wait_for("the server to be ready", ready, interval=0.25)
        return Server(self.url, self.name, token.json()["token"])

    def stop_server(self):
        answer = self.request("DELETE", f"/users/{quote(self.name)}/server")
        expect(answer.status_code in (202, 204), f"DELETE of the server is {answer.status_code}: {text_of(answer)}")

    def sees_admin_page(self):
        answer = self.session.get(f"{self.url}/hub/admin", allow_redirects=False, timeout=20)
        expect(answer.status_code in (200, 403), f"GET /hub/admin is {answer.status_code}")
        return answer.status_code == 200


def text_of(answer):
    """The start of an answer's text, without its markup."""
    return " ".join(re.sub(r"<[^>]*>", " ", answer.text).split())[:200]
