"""The report in a real browser: no complaint on its console, nothing wider than a phone, a page to print."""

from __future__ import annotations

import html
import re
import shutil
import subprocess

import pytest
from tests.reports.sample import ISLAND, sample

from comity.reports.html import render_html

BROWSER = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(
        BROWSER is None, reason="no Chromium on this machine: the report is not opened in a browser"
    ),
]
FLAGS = (
    "--headless",
    "--hide-scrollbars",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
)
MEASURE = """<!doctype html><body><script>
addEventListener("load", () => {
  const widths = [];
  for (const frame of document.querySelectorAll("iframe")) {
    const page = frame.contentDocument;
    for (const d of page.querySelectorAll("details")) d.open = true;
    const shown = page.documentElement;
    const wide = [...page.body.querySelectorAll("*")].filter(e => !e.closest("svg, .scroll, .contents")
      && e.getBoundingClientRect().right > frame.clientWidth + 1).map(e => e.tagName + "." + e.className);
    widths.push(frame.width + "=" + shown.scrollWidth + wide.slice(0, 3).join(","));
  }
  document.title = "measured " + widths.join(" ");
});
</script>"""


def run(tmp_path, *arguments):
    command = [BROWSER, *FLAGS, f"--user-data-dir={tmp_path / 'profile'}", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)


def test_it_fits_a_phone_and_the_console_is_silent(tmp_path):
    page = html.escape(render_html(sample(ISLAND)))
    widths = (320, 360, 390, 768, 1280)
    frames = "".join(f'<iframe width="{width}" height="800" srcdoc="{page}"></iframe>' for width in widths)
    (tmp_path / "frames.html").write_text(MEASURE + frames, encoding="utf-8")
    done = run(tmp_path, "--enable-logging=stderr", "--dump-dom", (tmp_path / "frames.html").as_uri())
    measured = re.search(r"<title>measured (.*?)</title>", done.stdout)
    assert measured, done.stderr[-2000:]
    assert measured[1].split() == [f"{width}={width}" for width in widths]
    assert "CONSOLE" not in done.stderr


def test_it_prints(tmp_path):
    (tmp_path / "report.html").write_text(render_html(sample(ISLAND)), encoding="utf-8")
    target = tmp_path / "report.pdf"
    run(tmp_path, f"--print-to-pdf={target}", "--no-pdf-header-footer", (tmp_path / "report.html").as_uri())
    assert target.read_bytes().startswith(b"%PDF")
    if shutil.which("pdftotext") is None:
        return
    words = subprocess.run(
        ["pdftotext", "-layout", target, "-"], capture_output=True, text=True, check=True
    ).stdout
    assert "A zone of agreement exists" in words
    assert "The search stopped at a gap of" in words  # what is folded away on screen is printed
    assert "https://www.un.org/" in words
