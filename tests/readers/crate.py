"""An exported RO-Crate against its profile, with rocrate-validator and without network. Usage: crate.py CRATE SCRATCH

The JSON-LD context of RO-Crate 1.1, which the validator would fetch, comes from the package rocrate.
"""

import importlib.resources
import io
import pathlib
import subprocess
import sys

import requests
import requests_cache
import urllib3

CONTEXT = "https://w3id.org/ro/crate/1.1/context"


class Local(requests.adapters.HTTPAdapter):
    """Answers every request with the context."""

    def send(self, request, **_):
        body = importlib.resources.files("rocrate").joinpath("data/ro-crate.jsonld").read_bytes()
        assert f'"@id": "{CONTEXT}"'.encode() in body
        raw = urllib3.HTTPResponse(
            body=io.BytesIO(body),
            headers={"Content-Type": "application/ld+json"},
            status=200,
            preload_content=False,
            request_url=request.url,
        )
        return self.build_response(request, raw)


def main():
    crate, scratch = sys.argv[1:]
    cache = str(pathlib.Path(scratch) / "http")
    session = requests_cache.CachedSession(cache, backend="sqlite", expire_after=-1)
    session.mount("https://", Local())
    session.get(CONTEXT)
    session.close()
    validator = pathlib.Path(sys.executable).with_name("rocrate-validator")
    command = [validator, "--no-interactive", "--disable-color", "validate", "--offline", "--cache-path", cache]
    command += ["--requirement-severity", "recommended", "--profile-identifier", "process-run-crate-0.5"]
    ran = subprocess.run([*command, "--verbose", crate], capture_output=True, text=True)
    if ran.returncode:
        sys.exit(ran.stdout + ran.stderr)
    print("the crate follows RO-Crate 1.1 and Process Run Crate 0.5, recommendations included")


main()
