"""A malicious page in the same browser, beside an unlocked console: it neither reads nor drives it.

It knows more than it could: the port and the folder. It has another port of the same address (a browser calls that the
same site), and a name of its own that was pointed at 127.0.0.1 with the console's port (DNS rebinding).
"""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from tests.console.conftest import Sit
from tests.console.desks import Woman

PAGE = """<!doctype html><title>Kittens</title><body><script>
const folder = FOLDER, seen = {};
const all = {credentials: "include"}, body = () => new URLSearchParams({form: "x"});
const ways = {
  get: ["/", {}],
  "with cookies": ["/", all],
  opaque: ["/", {...all, mode: "no-cors"}],
  post: ["/lock", {...all, method: "POST", body: body()}],
  "opaque post": ["/lock", {...all, mode: "no-cors", method: "POST", body: body()}],
  preflight: ["/", {...all, headers: {"x-own": "1"}}],
};
const parts = {img: ["src", "/icon.svg"], script: ["src", "/"], link: ["href", "/console.css"], iframe: ["src", "/"]};
const loaded = (one) =>
  new Promise((done) => Object.assign(one, {onload: () => done("load"), onerror: () => done("error")}));
(async () => {
  for (const [name, [path, how]] of Object.entries(ways))
    seen[name] = await fetch(folder + path, how).then(async (one) => one.status + (await one.text()), () => "failed");
  for (const [kind, [attribute, path]] of Object.entries(parts)) {
    const one = document.createElement(kind), end = loaded(one);
    if (kind === "link") one.rel = "stylesheet";
    one[attribute] = folder + path;
    document.body.append(one);
    seen[kind] = await end;
    if (kind === "iframe") try { seen[kind] = one.contentDocument.body.innerText; } catch { seen[kind] = "closed"; }
  }
  document.title = JSON.stringify(seen);
})();
</script>"""
FORM = """<!doctype html><title>Kittens</title><form method="post" action="TARGET"><input name="form" value="x"></form>
<script>document.forms[0].submit()</script>"""


class Attacker:
    """A web server of somebody else on this machine."""

    def __init__(self) -> None:
        self.pages: dict[str, str] = {}
        self.cookies: list[str] = []
        attacker = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                attacker.cookies.append(self.headers.get("cookie", ""))
                body = attacker.pages.get(self.path, "").encode()
                self.send_response(200)
                self.send_header("Content-Type", "text/html")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()


@pytest.fixture
def attacker() -> Iterator[Attacker]:
    made = Attacker()
    yield made
    made.server.shutdown()
    made.server.server_close()


@pytest.fixture(scope="module")
def woman(sit: Sit) -> Woman:
    return sit("r1")


def still_open(woman: Woman) -> bool:
    woman.page.reload()
    return woman.heading == "Queue"


def folder_of(woman: Woman) -> str:
    """The secret folder, from the queue's address."""
    woman.follow("Queue")
    return str(woman.page.url).rstrip("/")


@pytest.mark.parametrize("host", ["127.0.0.1", "other.example"])
def test_it_reads_nothing_and_does_nothing(woman: Woman, attacker: Attacker, host: str) -> None:
    folder = folder_of(woman)
    attacker.pages["/"] = PAGE.replace("FOLDER", json.dumps(folder))
    other = woman.page.context.new_page()
    other.goto(f"http://{host}:{attacker.port}/")
    other.wait_for_function("document.title.startsWith('{')")
    seen = dict(json.loads(other.title()))
    failed = ("get", "with cookies", "opaque", "post", "opaque post", "preflight")
    errors = ("img", "script", "link")
    assert seen == dict.fromkeys(failed, "failed") | dict.fromkeys(errors, "error") | {"iframe": "closed"}
    shown = [frame.evaluate("document.body?.innerText ?? ''") for frame in other.frames[1:]]
    assert not [text for text in shown if "Queue" in text or "Report" in text]
    other.close()
    assert attacker.cookies
    assert not [one for one in attacker.cookies if "amana" in one]  # other ports of this address get no cookie
    assert still_open(woman)


@pytest.mark.parametrize("host", ["127.0.0.1", "other.example"])
def test_a_form_that_sends_itself_changes_nothing(woman: Woman, attacker: Attacker, host: str) -> None:
    attacker.pages["/"] = FORM.replace("TARGET", folder_of(woman) + "/lock")
    other = woman.page.context.new_page()
    other.goto(f"http://{host}:{attacker.port}/")
    other.get_by_role("heading", name="Not from there").wait_for()
    other.close()
    assert still_open(woman)


@pytest.mark.parametrize("secret", ["", "guessed", "é"])
def test_a_form_of_her_own_origin_without_the_secret_changes_nothing(woman: Woman, secret: str) -> None:
    """Were there ever a way into this origin, a POST needs the secret of this unlocking besides."""
    folder_of(woman)
    woman.page.evaluate("(given) => document.querySelectorAll('[name=form]').forEach(one => one.value = given)", secret)
    woman.press("Lock")
    assert "This form is not of now" in woman.text
    woman.follow("Queue")
    assert woman.heading == "Queue", "it was not locked"


def test_a_link_from_there_shows_nothing(woman: Woman, attacker: Attacker) -> None:
    attacker.pages["/"] = f'<a href="{folder_of(woman)}/">Kittens</a>'
    other = woman.page.context.new_page()
    other.goto(f"http://other.example:{attacker.port}/")
    other.get_by_text("Kittens").click()
    other.get_by_role("heading", name="Not from there").wait_for()
    other.close()


def test_a_name_that_was_pointed_here_reaches_nothing(woman: Woman) -> None:
    """DNS rebinding: to the browser the page and the console are one origin, so it may read what it gets."""
    folder = folder_of(woman).replace("127.0.0.1", "rebound.example")
    other = woman.page.context.new_page()
    kittens = folder.rpartition("/")[0] + "/kittens"  # as it was served before the name was turned round
    other.route(kittens, lambda route: route.fulfill(content_type="text/html", body="<h1>Kittens</h1>"))
    other.goto(kittens)
    fetched = "(url) => fetch(url, {credentials: 'include'}).then(async (one) => [one.status, await one.text()])"
    status, text = other.evaluate(fetched, f"{folder}/")
    assert status == 421
    assert "Queue" not in text
    assert other.goto(f"{folder}/").status == 421
    other.close()


def test_another_browser_with_the_printed_address_is_too_late(woman: Woman, chrome: Any) -> None:
    context = chrome.new_context()
    page = context.new_page()
    page.goto(woman.made.url)
    assert page.locator("h1").inner_text() == "This address was used already"
    page.goto(folder_of(woman) + "/")
    assert page.locator("h1").inner_text() == "Closed"
    context.close()
