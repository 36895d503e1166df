"""Writes a file as the one comment below a pull request: a new one, or in the place of the one before.

Called by workflows, with Python alone. The file's words are partly a learner's: they are sent as a text, and cut.
"""

import json
import os
import sys
import urllib.request
from pathlib import Path
from typing import Any

MARK = "<!-- gradlings -->"  # by which the comment of the run before is found
MOST = 60_000  # characters; GitHub takes 65,536


def call(method: str, path: str, content: object = None) -> Any:
    """Ask GitHub's interface for something; its answer."""
    request = urllib.request.Request(  # noqa: S310 - the address is GitHub's own, from its runner
        f"{os.environ['GITHUB_API_URL']}/repos/{os.environ['GITHUB_REPOSITORY']}/{path}",
        method=method,
        data=None if content is None else json.dumps(content).encode(),
        headers={
            "Accept": "application/vnd.github+json",
            "Authorization": f"Bearer {os.environ['GITHUB_TOKEN']}",
            "Content-Type": "application/json",
        },
    )
    with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310 - as above
        return json.load(answer)


def before(number: int) -> int | None:
    """The comment of the run before: marked, and a bot's, for anybody can write the mark."""
    page = 1
    while comments := call("GET", f"issues/{number}/comments?per_page=100&page={page}"):
        for comment in comments:
            if comment["user"]["type"] == "Bot" and comment["body"].startswith(MARK):
                return int(comment["id"])
        page += 1
    return None


text = Path(sys.argv[1]).read_text("utf-8", "replace")
if len(text) > MOST:
    text = f"{text[:MOST]}\n\n… cut short: the whole report is among the artifacts of the run."
body = {"body": f"{MARK}\n{text}"}
pull = int(os.environ["PULL_REQUEST"])
known = before(pull)
call("PATCH", f"issues/comments/{known}", body) if known else call("POST", f"issues/{pull}/comments", body)
