"""Where everything of one run lies: below one directory, so that two checkouts never meet."""

import shutil
from dataclasses import dataclass
from pathlib import Path

PAGES = Path(__file__).with_name("pages")
"""The templates of the mailbox."""


@dataclass(frozen=True, slots=True)
class Layout:
    """The files of a project and of its local state."""

    project: Path
    state: Path

    @property
    def template(self) -> Path:
        """The template as written."""
        return self.project / "template.yaml"

    @property
    def samconfig(self) -> Path:
        """The environments for `sam`."""
        return self.project / "samconfig.toml"

    @property
    def build(self) -> Path:
        """What `sam build` makes."""
        return self.state / "build"

    @property
    def built_template(self) -> Path:
        """The template with the built functions and layers in it."""
        return self.build / "template.yaml"

    @property
    def unversioned_template(self) -> Path:
        """The same, as it is deployed to the emulator."""
        return self.build / "unversioned.json"

    @property
    def cache(self) -> Path:
        """What `sam build` need not make again."""
        return self.state / "cache"

    @property
    def home(self) -> Path:
        """HOME of the programs that must not see the user's settings."""
        return self.state / "home"

    @property
    def tmp(self) -> Path:
        """TMPDIR of all programs; the emulator leaves its functions' directories there."""
        return self.state / "tmp"

    @property
    def logs(self) -> Path:
        """What the programs print."""
        return self.state / "logs"

    @property
    def emulator(self) -> Path:
        """The emulator's saved state."""
        return self.state / "emulator"

    @property
    def emulator_port(self) -> Path:
        """The port of the last run."""
        return self.state / "emulator-port"

    @property
    def mails(self) -> Path:
        """The mails of earlier runs."""
        return self.state / "mails.json"

    @property
    def parameters(self) -> Path:
        """The parameter overrides of this run, for `sam`."""
        return self.state / "parameters.yaml"

    @property
    def stack(self) -> Path:
        """What tests need to know of the running stack; there only while it runs."""
        return self.state / "stack.json"

    @property
    def lock(self) -> Path:
        """Held while a run uses the directory."""
        return self.state / "lock"

    def forget(self) -> None:
        """Delete the data of earlier runs; builds stay, they depend on the sources alone."""
        for directory in (self.emulator, self.home):
            shutil.rmtree(directory, ignore_errors=True)
        for file in (self.emulator_port, self.mails):
            file.unlink(missing_ok=True)

    def prepare(self) -> None:
        """Make the directories, and clear what only a running stack may have."""
        shutil.rmtree(self.tmp, ignore_errors=True)
        for directory in (self.home, self.tmp, self.logs, self.emulator):
            directory.mkdir(parents=True, exist_ok=True)
        self.stack.unlink(missing_ok=True)
