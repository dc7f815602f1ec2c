"""The walk through the journey that README.md tells works as it stands there."""

import json
import re
import subprocess

from tests.support.stack import shared_stack
from tests.support.template import ROOT


def test_the_curl_walk_of_the_readme_ends_with_a_masked_profile() -> None:
    blocks = re.findall(r"```sh\n(.*?)```", (ROOT / "README.md").read_text(), re.DOTALL)
    (walk,) = [block for block in blocks if "PORTAL=" in block]
    script = walk.replace("http://localhost:8080", shared_stack().base_url)
    assert script != walk
    done = subprocess.run(["bash", "-e", "-c", script], capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    profile = json.loads(done.stdout[done.stdout.rindex('{"email"') :])
    assert profile["bank_details"]["iban"] == "******************3000"
