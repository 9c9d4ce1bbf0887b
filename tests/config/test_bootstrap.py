"""`manage.py` on a machine that has Python and nothing else, with a lock that names no package: quick, and real."""

import ast
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from config import embedded

PROJECT = Path(embedded.__file__).parents[2]
BARE_PYTHON = Path(sys.base_prefix) / "bin" / "python3"
WHERE = "import sys; print(sys.prefix)"


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    shutil.copy(PROJECT / "manage.py", tmp_path)
    (tmp_path / "requirements.txt").write_text("# nothing\n")
    return tmp_path


def command(clone: Path, **variables: str) -> subprocess.Popen[str]:
    """`manage.py -c` under a Python without packages, with an empty home and no uv."""
    return subprocess.Popen(
        [BARE_PYTHON, clone / "manage.py", "-c", WHERE],
        env={"PATH": "/usr/bin:/bin", "HOME": str(clone), "PIP_CONFIG_FILE": os.devnull, **variables},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def run(clone: Path, **variables: str) -> tuple[int, str, str]:
    with command(clone, **variables) as process:
        said, complained = process.communicate()
    return process.returncode, said.strip(), complained.strip()


def test_the_environment_is_made_once_for_each_lock(clone):
    code, where, said = run(clone)
    assert (code, where) == (0, str(clone / ".venv")), said
    assert len(said.splitlines()) == 2

    assert run(clone) == (0, str(clone / ".venv"), "")

    (clone / "requirements.txt").write_text("# nothing, in other words\n")

    code, where, said = run(clone)

    assert (code, where) == (0, str(clone / ".venv"))
    assert "Installing" in said


def test_two_first_commands_at_once_take_turns(clone):
    both = [command(clone), command(clone)]
    answers = [(process.communicate(), process.returncode) for process in both]

    assert [code for _, code in answers] == [0, 0]
    assert sorted(len(complained.splitlines()) for (_, complained), _ in answers) == [0, 2]


def test_a_machine_without_the_venv_module_gets_one_sentence(clone):
    """As Debian without python3-venv: the modules are not there."""
    (clone / "sitecustomize.py").write_text(
        "import importlib.util\n"
        "found = importlib.util.find_spec\n"
        "importlib.util.find_spec = lambda name, *rest: None if name == 'ensurepip' else found(name, *rest)\n"
    )

    code, _, said = run(clone, PYTHONPATH=str(clone))

    assert code == 1
    assert len(said.splitlines()) == 1
    assert "apt install python3-venv" in said


def test_a_machine_without_a_network_gets_one_sentence(clone):
    (clone / "requirements.txt").write_text(f"django==5.2.1 --hash=sha256:{'0' * 64}\n")

    code, _, said = run(clone, PIP_INDEX_URL="http://127.0.0.1:9/", PIP_RETRIES="0")

    assert code == 1
    assert said.splitlines()[-1] == (
        "The packages could not be downloaded: check the network and run the command again."
    )


def test_a_folder_that_cannot_be_written_gets_one_sentence(clone):
    if os.geteuid() == 0:
        pytest.skip("root may write anywhere")
    clone.chmod(0o555)

    code, _, said = run(clone)

    clone.chmod(0o755)
    assert code == 1
    assert "cannot be written" in said.splitlines()[-1]


def test_an_old_python_can_read_that_it_is_too_old():
    ast.parse((PROJECT / "manage.py").read_text(), feature_version=(3, 6))


def test_the_lock_names_no_address():
    assert "://" not in (PROJECT / "requirements.txt").read_text()
