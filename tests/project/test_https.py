"""What serving over https changes, seen in a process of its own with its own settings."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

PROGRAM = """
import json
import django
django.setup()
from django.test import Client
client = Client(HTTP_HOST="portal.body.example", HTTP_X_FORWARDED_PROTO="https")
page = client.get("/sign-in/")
plain = Client(HTTP_HOST="portal.body.example").get("/health/live")
print(json.dumps({
    "status": page.status_code,
    "cookies": {name: [morsel["secure"], morsel["path"], morsel["domain"]]
                for name, morsel in page.cookies.items()},
    "hsts": page.headers.get("Strict-Transport-Security", ""),
    "csp": page.headers.get("Content-Security-Policy", ""),
    "plain": [plain.status_code, plain.headers.get("Location", "")],
}))
"""


def _served_over_https(folder: Path) -> dict[str, object]:
    environment = {
        key: value for key, value in os.environ.items() if not key.startswith("SCRIPTORIUM_")
    } | {
        "SCRIPTORIUM_BASE_URL": "https://portal.body.example",
        "SCRIPTORIUM_SECRET_KEY": "k" * 60,
        "SCRIPTORIUM_VAR": str(folder),
        "SCRIPTORIUM_TESTING": "1",
        "DJANGO_SETTINGS_MODULE": "scriptorium.project.settings",
    }
    subprocess.run(
        [sys.executable, "-m", "scriptorium.project.console", "migrate", "-v0"],
        env=environment,
        check=True,
    )
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], env=environment, check=True, capture_output=True, text=True
    )
    found: dict[str, object] = json.loads(done.stdout.splitlines()[-1])
    return found


def test_over_https_cookies_are_host_bound_and_plain_http_is_sent_away(tmp_path: Path) -> None:
    found = _served_over_https(tmp_path)
    assert found["status"] == 200
    assert found["cookies"] == {"__Host-csrftoken": [True, "/", ""]}
    assert str(found["hsts"]).startswith("max-age=31536000")
    assert found["plain"] == [301, "https://portal.body.example/health/live"]
    policy = str(found["csp"])
    assert "default-src 'none'" in policy
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy


def test_over_https_a_missing_key_is_refused_with_a_sentence(tmp_path: Path) -> None:
    environment = {
        key: value for key, value in os.environ.items() if not key.startswith("SCRIPTORIUM_")
    } | {"SCRIPTORIUM_BASE_URL": "https://portal.body.example", "SCRIPTORIUM_VAR": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-m", "scriptorium.project.console", "check"],
        env=environment,
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 1
    assert "Set SCRIPTORIUM_SECRET_KEY to a long random text" in done.stderr
