"""The locks: hash-pinned, naming no host, serving every Python and machine that we
promise.
"""

import re
import tomllib
from importlib import metadata

import pytest
from packaging.markers import Marker
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.project.checkout import ROOT

LOCKS = ["requirements.lock", "requirements-test.lock"]
PYTHONS = ["3.11", "3.12", "3.13", "3.14"]


Named = tuple[str, str]  # canonical name, and for which Pythons and machines


def pins(lock: str) -> dict[Named, tuple[Requirement, list[str]]]:
    """Requirement and sha256 hashes (64 hex digits) of each package of a lock; some
    have a version for older Pythons and one for newer ones.
    """
    text = (ROOT / lock).read_text("utf-8").replace("\\\n", " ")
    found: dict[Named, tuple[Requirement, list[str]]] = {}
    for line in text.splitlines():
        if line and not line.lstrip().startswith("#"):
            requirement, *options = re.split(r"\s+--", line)
            pin = Requirement(requirement)
            found[canonicalize_name(pin.name), str(pin.marker or "")] = (
                pin,
                [option.strip() for option in options],
            )
    return found


@pytest.mark.parametrize("lock", LOCKS)
def test_every_package_is_pinned_and_hashed(lock: str) -> None:
    """One exact version each, every file of it by sha256."""
    for pin, options in pins(lock).values():
        assert re.fullmatch(r"==[0-9][0-9A-Za-z.]*", str(pin.specifier)), pin
        assert options and all(
            re.fullmatch(r"hash=sha256:[0-9a-f]{64}", option) for option in options
        ), pin


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_names_no_host(lock: str) -> None:
    """Whoever installs chooses the mirror."""
    assert not re.search(
        r"://|--(extra-)?index-url|--find-links|@ ", (ROOT / lock).read_text("utf-8")
    )


def test_the_test_lock_holds_the_other_whole() -> None:
    """What is tested is what runs."""
    assert pins("requirements.lock").items() <= pins("requirements-test.lock").items()


@pytest.mark.parametrize("python", PYTHONS)
@pytest.mark.parametrize("machine", ["x86_64", "aarch64"])
def test_what_we_need_is_locked(python: str, machine: str) -> None:
    """Each requirement of the project, test or build, stands in the lock in a version
    that fits.
    """
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    extras = project["project"]["optional-dependencies"]
    needed = project["project"]["dependencies"] + project["build-system"]["requires"]
    here = {
        "python_version": python,
        "python_full_version": f"{python}.0",
        "platform_machine": machine,
    }
    for lock, wanted in zip(LOCKS, (needed, needed + extras["test"]), strict=True):
        locked = pins(lock)
        for requirement in map(Requirement, wanted):
            wanted_name = canonicalize_name(requirement.name)
            (pin,) = [
                pin
                for (name, _), (pin, _) in locked.items()
                if name == wanted_name
                if pin.marker is None or Marker(str(pin.marker)).evaluate(here)
            ]
            assert requirement.specifier.contains(str(pin.specifier).removeprefix("=="))


def test_this_environment_is_the_locked_one() -> None:
    """The tests run on the very versions of the lock."""
    for (name, _), (pin, _) in pins("requirements-test.lock").items():
        if pin.marker is None or pin.marker.evaluate():
            assert metadata.version(name) == str(pin.specifier).removeprefix("=="), name
