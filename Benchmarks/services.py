"""The registry and the AWS API double of Tests/EndToEndTests/Services, up for as long as a figure needs them."""
import json
import re
import subprocess
import sys
from pathlib import Path

SCRIPT = Path(__file__).resolve().parent.parent / "Tests/EndToEndTests/Services/services.py"


class Services:
    """Use with `with`."""

    def __init__(self, state, roster):
        self.state = Path(state)
        self.roster = roster

    def __enter__(self):
        self.call("down", self.state, "--remove")
        self.call("up", self.state, "--roster", self.roster)
        document = json.loads((self.state / "services.json").read_text())
        self.environment = document["environment"]
        registry = document["registry"]
        self.registry, self.login = registry["address"], f"{registry['user']}:{registry['password']}"
        return self

    def __exit__(self, *_):
        self.call("down", self.state, "--remove")

    @staticmethod
    def call(*words):
        subprocess.run([sys.executable, "-B", SCRIPT, *words], check=True)

    def requests(self, methods):
        """How many requests of these methods (a regular expression) the registry has had so far."""
        log = (self.state / "registry.log").read_text(errors="replace")
        return len(re.findall(rf'"(?:{methods}) /v2/\S* HTTP', log))
