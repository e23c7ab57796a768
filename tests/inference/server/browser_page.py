"""The page in a real browser: what one does with it and what it shows."""

from __future__ import annotations

import csv
import io
import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

pytest.importorskip("selenium")
from chromium import open_chromium, set_screen

TASKS = ("sentiment", "troll", "complaint")
NASTY = [
    ["id", "author", "text", "note"],
    ["1", "Ann", 'She said "no", twice', "plain"],
    ["2", "Борис", "Посылка не пришла,\nжду третью неделю", "line end"],
    ["3", "Eve", '=HYPERLINK("http://evil.example","win")', "=1+1"],
    ["4", "", "", ""],
    ["5", "Ștefan", "  Livrarea a fost rapidă!  ", "'quoted"],
    ["6", "Żaneta", "Paczka; która | nie\tprzyszła", "+48 600"],
]
PATIENCE = 30.0


class Page:
    """The page in a browser, and what one does with it."""

    def __init__(self, browser: Any, downloads: Path) -> None:
        self.browser = browser
        self.downloads = downloads

    def open(self, url: str, tab: str = "mentions", *, ready: bool = True) -> None:
        # Another document first: only the part behind # may differ from what is open.
        self.browser.get("about:blank")
        self.browser.get(f"{url}/#/{tab}")
        if ready:
            self.until(f"document.querySelector('#panel-{tab}:not([hidden])') !== null")

    def js(self, code: str, *arguments: Any) -> Any:
        return self.browser.execute_script(code, *arguments)

    def until(self, condition: str, seconds: float = PATIENCE) -> None:
        end = time.monotonic() + seconds
        while not self.js(f"return Boolean({condition})"):
            assert time.monotonic() < end, (
                f"{condition}\n{self.js('return document.body.innerText')}"
            )
            time.sleep(0.03)

    def element(self, selector: str) -> Any:
        return self.browser.find_element("css selector", selector)

    def text(self, selector: str) -> str:
        return self.js("return document.querySelector(arguments[0]).innerText", selector)

    def texts(self, selector: str) -> list[str]:
        code = "return [...document.querySelectorAll(arguments[0])].map(found => found.innerText)"
        return self.js(code, selector)

    def write(self, text: str) -> None:
        """Put a text into the field at once, as pasting does."""
        code = """
            const field = document.getElementById('mentions');
            field.value = arguments[0];
            field.dispatchEvent(new InputEvent('input', {bubbles: true}));"""
        self.js(code, text)

    def answered(self, number: int) -> None:
        words = f"{number} mention{'' if number == 1 else 's'} answered"
        self.until(f"document.getElementById('mentions-status').textContent === '{words}'")

    def labels(self, selector: str = "#answers > li") -> list[dict[str, str]]:
        """Return the shown label of each task of each card."""
        code = """
            return [...document.querySelectorAll(arguments[0])].map(card =>
                Object.fromEntries([...card.querySelectorAll('[data-task]')].map(task =>
                    [task.dataset.task, task.querySelector('.verdict strong').textContent])))"""
        return self.js(code, selector)

    def choose_file(self, path: Path) -> None:
        self.element("#file").send_keys(str(path))
        self.until(f"document.getElementById('file-name').textContent === {json.dumps(path.name)}")

    def score(self) -> None:
        self.element("#file-start").click()
        self.until("!document.getElementById('file-result').hidden")

    def download(self) -> bytes:
        for old in self.downloads.iterdir():
            old.unlink()
        self.js("document.getElementById('download').click()")
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            found = [path for path in self.downloads.iterdir() if ".scored" in path.name]
            if found and found[0].suffix != ".crdownload" and found[0].stat().st_size:
                return found[0].read_bytes()
            time.sleep(0.05)
        raise AssertionError("nothing was downloaded")

    def slow_down(self, milliseconds: int) -> None:
        """Let every answer of the service take so much longer; 0 ends that."""
        self.browser.execute_cdp_cmd("Network.enable", {})
        conditions = {
            "offline": False,
            "latency": milliseconds,
            "downloadThroughput": -1,
            "uploadThroughput": -1,
        }
        self.browser.execute_cdp_cmd("Network.emulateNetworkConditions", conditions)

    def requests(self) -> list[str]:
        """Return the addresses that were asked for since the last call."""
        messages = [
            json.loads(entry["message"])["message"] for entry in self.browser.get_log("performance")
        ]
        return [
            message["params"]["request"]["url"]
            for message in messages
            if message["method"] == "Network.requestWillBeSent"
        ]

    def complaints(self, *, but: tuple[int, ...] = ()) -> list[str]:
        """Return what the console got since the last call, without expected statuses."""
        expected = tuple(f"the server responded with a status of {status}" for status in but)
        messages = [entry["message"] for entry in self.browser.get_log("browser")]
        return [m for m in messages if not any(words in m for words in expected)]


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    driver = open_chromium()
    yield driver
    driver.quit()


@pytest.fixture
def page(browser: Any, tmp_path: Path) -> Iterator[Page]:
    """A page on a desk; afterwards nothing may have been complained about or fetched elsewhere."""
    downloads = tmp_path / "downloads"
    downloads.mkdir()
    behaviour = {"behavior": "allow", "downloadPath": str(downloads)}
    browser.execute_cdp_cmd("Browser.setDownloadBehavior", behaviour)
    set_screen(browser, 1280, "light")
    found = Page(browser, downloads)
    found.complaints()
    found.requests()
    yield found
    found.slow_down(0)
    found.js("sessionStorage.clear()")
    assert found.complaints() == []
    hosts = {
        urlsplit(url).hostname
        for url in found.requests()
        if not url.startswith(("data:", "about:", "blob:"))
    }
    assert hosts <= {"127.0.0.1"}


def written(path: Path, rows: list[list[str]], *, encoding: str = "utf-8", **dialect: Any) -> Path:
    with path.open("w", encoding=encoding, newline="") as file:
        csv.writer(file, **dialect).writerows(rows)
    return path


def read(content: bytes, *, encoding: str = "utf-8", delimiter: str = ",") -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode(encoding), newline=""), delimiter=delimiter))


def predicted(service: Any, *texts: str) -> list[dict[str, Any]]:
    status, answer = service.post("/v1/predict", {"mentions": [{"text": text} for text in texts]})
    assert status == 200
    return answer["results"]


def labels_of(results: list[dict[str, Any]]) -> list[dict[str, str]]:
    return [{task: result[task]["label"] for task in TASKS} for result in results]
