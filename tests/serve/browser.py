# SPDX-License-Identifier: ISC
"""Walk through the web page with chromium, by WebDriver, and print TAP.

usage: browser.py BASE SECRET [SCREENSHOTS]

With $AXE naming axe.min.js of axe-core, each page is checked with it too.

Every page at the size of a phone and of a desktop, light and dark: nothing in
the console, nothing against the policy, nothing wider than the screen.  Then
what a person does: log in, open, star, search, add a feed, log out.  Python's
standard library only; chromedriver must be installed.
"""
import base64
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request

SIZES = {"phone": (390, 844), "desktop": (1280, 900)}
n_tests = 0


def result(ok, name, detail=""):
    global n_tests
    n_tests += 1
    if not ok and detail != "":
        print("# %s" % str(detail)[:600].replace("\n", "\n# "))
    print("%s %d - %s" % ("ok" if ok else "not ok", n_tests, name), flush=True)


class Browser:
    """A headless chromium behind a chromedriver of its own."""

    def __init__(self):
        with socket.socket() as s:
            s.bind(("127.0.0.1", 0))
            port = s.getsockname()[1]
        self.dir = tempfile.mkdtemp(prefix="akin-browser-")
        self.driver = subprocess.Popen(
            ["chromedriver", "--port=%d" % port], cwd=self.dir,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.url = "http://127.0.0.1:%d" % port
        for _ in range(50):
            try:
                self.call("GET", "/status")
                break
            except OSError:
                time.sleep(0.2)
        args = ["--headless=new", "--no-sandbox", "--disable-gpu",
                "--disable-quic", "--no-first-run", "--hide-scrollbars",
                "--disable-background-networking", "--disable-sync",
                "--disable-component-update", "--disable-dev-shm-usage",
                "--user-data-dir=" + self.dir]
        caps = {"browserName": "chrome", "goog:loggingPrefs": {"browser": "ALL"},
                "goog:chromeOptions": {"args": args}}
        got = self.call("POST", "/session", {"capabilities": {"alwaysMatch": caps}})
        self.url += "/session/" + got["sessionId"]

    def call(self, method, path, body=None):
        data = json.dumps(body if body is not None else {}).encode()
        req = urllib.request.Request(
            self.url + path, data if method == "POST" else None,
            {"Content-Type": "application/json"}, method=method)
        with urllib.request.urlopen(req, timeout=60) as r:
            return json.load(r)["value"]

    def close(self):
        try:
            self.call("DELETE", "")
        except OSError:
            pass
        self.driver.terminate()
        self.driver.wait()
        shutil.rmtree(self.dir, ignore_errors=True)

    def cdp(self, cmd, **params):
        return self.call("POST", "/goog/cdp/execute",
                         {"cmd": cmd, "params": params})

    def show(self, size, dark):
        w, h = SIZES[size]
        self.cdp("Emulation.setDeviceMetricsOverride", width=w, height=h,
                 deviceScaleFactor=1, mobile=size == "phone")
        self.cdp("Emulation.setEmulatedMedia", features=[
            {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}])

    def open(self, url):
        self.call("POST", "/url", {"url": url})

    def run(self, script):
        return self.call("POST", "/execute/sync", {"script": script, "args": []})

    def where(self):
        return self.call("GET", "/url")

    def log(self):
        return [e for e in self.call("POST", "/se/log", {"type": "browser"})
                if e["level"] in ("SEVERE", "WARNING")]

    def find(self, css):
        got = self.call("POST", "/element",
                        {"using": "css selector", "value": css})
        return "/element/" + next(iter(got.values()))

    def click(self, css):
        self.call("POST", self.find(css) + "/click")

    def type(self, css, text):
        self.call("POST", self.find(css) + "/value", {"text": text})

    def keys(self, text):
        acts = [a for c in text for a in ({"type": "keyDown", "value": c},
                                          {"type": "keyUp", "value": c})]
        self.call("POST", "/actions", {"actions": [
            {"type": "key", "id": "k", "actions": acts}]})

    def leave(self, css):
        """Click, and wait for another page."""
        old = self.find("html")
        self.click(css)
        for _ in range(100):
            try:
                if self.find("html") != old:
                    return
            except urllib.error.HTTPError:
                pass
            time.sleep(0.1)

    def wait(self, script, seconds=10):
        end = time.time() + seconds
        while time.time() < end:
            try:
                if self.run("return " + script):
                    return True
            except urllib.error.HTTPError:
                pass
            time.sleep(0.1)
        return False

    def axe(self, path):
        """Findings of axe-core that are serious or worse, as lines."""
        with open(path) as f:
            script = f.read()
        got = self.call("POST", "/execute/async", {"args": [], "script": script + """
            ;var done = arguments[arguments.length - 1];
            axe.run().then(function (r) { done(r.violations); },
                           function (e) { done([{impact: "serious",
                               id: String(e), nodes: []}]); });"""})
        return "\n".join("%s: %s" % (v["id"], n["html"][:160]) for v in got
                         if v["impact"] in ("serious", "critical")
                         for n in v["nodes"][:4])

    def shoot(self, path, whole=False):
        png = self.cdp("Page.captureScreenshot", captureBeyondViewport=whole)
        with open(path, "wb") as f:
            f.write(base64.b64decode(png["data"]))


def look(b, base, paths, shots):
    for name, path in paths:
        for size in SIZES:
            for dark in (False, True):
                b.show(size, dark)
                b.open(base + path)
                what = "%s, %s, %s" % (name, size, "dark" if dark else "light")
                log = b.log()
                result(not log, what + ": silent console", log)
                wide = b.run("return document.documentElement.scrollWidth"
                             " - window.innerWidth")
                result(wide <= 0, what + ": fits", "%d px over" % wide)
                if os.environ.get("AXE"):
                    bad = b.axe(os.environ["AXE"])
                    result(not bad, what + ": axe finds nothing serious", bad)
                if shots:
                    b.shoot("%s/%s-%s-%s.png" % (
                        shots, name, size, "dark" if dark else "light"))


def act(b, base):
    b.show("desktop", False)
    b.open(base + "/articles")
    first = b.run("return document.querySelector('.row').dataset.id")
    b.keys("j")
    result(b.run("return document.querySelector('.row.at').dataset.id") == first,
           "j selects the first row")
    b.keys("s")
    pressed = ("document.querySelector('.row .star')"
               ".getAttribute('aria-pressed') === 'true'")
    result(b.wait(pressed), "s stars it")
    b.open(base + "/articles?starred=1")
    result(b.run("return !!document.querySelector('.row[data-id=\"%s\"]')" % first),
           "it is among the starred")
    b.click(".row .star")
    result(b.wait("!(%s)" % pressed), "a click takes the star off")
    b.open(base + "/article/" + first)
    b.wait("document.querySelector('[data-open]').classList.contains('read')")
    b.open(base + "/articles?unread=1")
    result(b.run("return !document.querySelector('.row[data-id=\"%s\"]')" % first),
           "what was opened is read")
    result(not b.log(), "all that in silence")
    b.open(base + "/feeds")
    b.type("input[name=url]", base + "/healthz")
    b.click(".add button.primary")
    result(b.wait("!!document.querySelector('.said')", 30),
           "what is no feed is refused in words", b.where())
    b.click(".foot button")
    result(b.wait("location.pathname === '/login'"), "logging out")
    b.open(base + "/")
    result(b.where().endswith("/login"), "and being out")


def without_script(b, base, secret):
    b.cdp("Emulation.setScriptExecutionDisabled", value=True)
    b.open(base + "/login")
    b.type("input[name=secret]", secret)
    b.leave("button.primary")
    b.open(base + "/articles")
    b.leave(".row .star")
    b.open(base + "/articles?starred=1")
    source = b.call("GET", "/source")
    result('class="row' in source, "starring works without scripts")
    b.leave(".row .star")
    b.open(base + "/articles?unread=1")
    b.leave(".tools button")
    source = b.call("GET", "/source")
    result("marked read" in source and 'class="row' not in source,
           "a list is marked read")
    b.leave(".said button")
    result('class="row' in b.call("GET", "/source"), "and unread again")
    b.leave(".row h3 a")
    first = b.where()
    b.leave("a[rel=next]")
    result("/article/" in b.where() and b.where() != first,
           "one article leads to the next", b.where())
    b.cdp("Emulation.setScriptExecutionDisabled", value=False)


def main():
    base, secret = sys.argv[1:3]
    shots = sys.argv[3] if len(sys.argv) > 3 else None
    if shots:
        os.makedirs(shots, exist_ok=True)
    b = Browser()
    try:
        look(b, base, [("login", "/login")], shots)
        without_script(b, base, secret)
        b.open(base + "/articles")
        result(b.wait("!!document.querySelector('.row')"), "logged in", b.where())
        article = b.run("return document.querySelector('.row').dataset.id")
        b.open(base + "/")
        thread = b.run("var a = document.querySelector('.kicker a');"
                       "return a ? a.getAttribute('href') : null")
        paths = [("front", "/"), ("list", "/articles?unread=1"),
                 ("marked", "/articles?unread=1&marked=1&n=2"),
                 ("article", "/article/" + article + "?in=list"),
                 ("words", "/search"),
                 ("search", "/search?q=the"), ("feeds", "/feeds"),
                 ("feed", "/feed/1"), ("missing", "/article/999999")]
        if thread:
            paths.append(("story", thread))
        look(b, base, [p for p in paths if p[0] != "missing"], shots)
        act(b, base)
    finally:
        b.close()
    print("1..%d" % n_tests)


main()
