#!/usr/bin/env python3
"""Runs every command of Veren: `python3 manage.py demo`, `python3 manage.py test`, `python3 manage.py help`.

It needs nothing but Python: where the packages are not installed it makes `.venv` beside itself from the locked
list in requirements.txt, once, and goes on inside it. An environment that already has them is used as it is.
`python3 manage.py -m MODULE` runs a tool in that environment; -m and -c mean what they mean to Python.
"""

# Until the version is checked, nothing here may be newer than Python 3.6.
import contextlib
import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

PROJECT = Path(__file__).resolve().parent
ENVIRONMENT = PROJECT / ".venv"
PYTHON = ENVIRONMENT / "bin" / "python"
LOCK = PROJECT / "requirements.txt"
# What says that .venv is complete, and from which lock it was made.
STAMP = ENVIRONMENT / "veren-requirements.sha256"
# If these can be imported, so can the rest.
WITNESSES = ("django", "celery", "psycopg", "rest_framework", "structlog")

SETTINGS = {"test": "config.settings.test", "demo": "config.settings.demo"}
# These look at the code only: no reason to start a database.
WITHOUT_DATABASE = set(
    "help check version --version --help -h catalogues collectstatic compilemessages diffsettings findstatic "
    "makemessages makemigrations spectacular startapp".split()
)


def main():
    if sys.version_info < (3, 11):
        stop("Veren needs Python 3.11 or newer, and this is {}.{}.".format(*sys.version_info))
    if sys.platform not in {"linux", "darwin"}:
        stop("Veren runs on Linux and macOS: on Windows, open WSL and run the same command there.")
    go_on_where_the_packages_are()
    command = sys.argv[1] if len(sys.argv) > 1 else "help"
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", SETTINGS.get(command, "config.settings.development"))
    if command == "test":
        os.chdir(str(PROJECT))
        run_instead([sys.executable, "-m", "pytest", *sys.argv[2:]])
    if command in {"-m", "-c"}:
        run_instead([sys.executable, *sys.argv[1:]])
    run(command)


def run(command):
    """Run a management command, with the embedded services up when it needs them."""
    from django.conf import settings
    from django.core.management import execute_from_command_line

    from config import embedded

    if command not in WITHOUT_DATABASE and not {"--help", "-h"} & set(sys.argv):
        try:
            embedded.hold(settings)
        except embedded.EmbeddedError as refusal:
            stop(refusal)
    execute_from_command_line(sys.argv)


# ── The environment ──────────────────────────────────────────────────────────
def go_on_where_the_packages_are():
    """Return in an environment that has the packages; make it and start over inside it when need be."""
    inside = Path(sys.prefix).resolve() == ENVIRONMENT.resolve()
    if not inside and packages_are_here():
        return
    if not is_complete():
        with taking_turns():
            if not is_complete():
                install()
                inside = False
    if not inside:
        run_instead([str(PYTHON), *sys.argv])


def packages_are_here():
    return all(importlib.util.find_spec(name) for name in WITNESSES)


def is_complete():
    """Was .venv made from the present lock? One that something else made (`uv sync`) is as good if it works."""
    if not PYTHON.exists():
        return False
    if STAMP.exists():
        return STAMP.read_text() == digest_of_lock()
    question = "import {}".format(", ".join(WITNESSES))
    tried = subprocess.run([str(PYTHON), "-c", question], stderr=subprocess.DEVNULL, check=False)
    return tried.returncode == 0


def install():
    """Make .venv hold exactly the locked packages, with uv where there is one. Says each step in a line."""
    with contextlib.suppress(FileNotFoundError):
        STAMP.unlink()
    need_free_space()
    # Not .venv's own interpreter, which is about to be replaced.
    python = getattr(sys, "_base_executable", None) or sys.executable
    uv = working_uv()
    if not (uv and install_with_uv(uv, python)):
        install_with_pip(python)
    STAMP.write_text(digest_of_lock())


def install_with_uv(uv, python):
    """True when it worked. (A company's certificates or mirror are often known to pip alone.)"""
    say("Making the environment in .venv with uv, from requirements.txt.")
    make = [uv, "venv", "--quiet", "--clear", "--python", python, str(ENVIRONMENT)]
    fill = [uv, "pip", "sync", "--quiet", "--require-hashes", "--python", str(PYTHON), str(LOCK)]
    worked = not any(
        subprocess.run(it, stderr=subprocess.DEVNULL, check=False).returncode for it in (make, fill)
    )
    if not worked:
        say("uv could not do it, so pip will.")
    return worked


def install_with_pip(python):
    if not (importlib.util.find_spec("venv") and importlib.util.find_spec("ensurepip")):
        stop(
            "This Python cannot make environments: install its venv module (on Debian and Ubuntu: "
            "apt install python3-venv), or install uv, and run the command again."
        )
    say("Making the environment in .venv.")
    step([python, "-m", "venv", "--clear", str(ENVIRONMENT)])
    say("Installing the packages of requirements.txt: this takes about a minute, once.")
    pip = [str(PYTHON), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input"]
    step([*pip, "--require-hashes", "--only-binary", ":all:", "--no-compile", "-r", str(LOCK)])


def working_uv():
    """uv, when there is one that starts (a version manager may leave a shim that does not)."""
    uv = shutil.which("uv")
    if uv:
        tried = subprocess.run([uv, "--version"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)
        if tried.returncode == 0:
            return uv
    return None


def need_free_space():
    free = shutil.disk_usage(str(PROJECT)).free // 1000000
    if free < 1000:
        stop("The disk is full: {} MB are free where {} lies, 1000 MB are needed.".format(free, PROJECT))


def step(command):
    """Run one step of the installation; turn its failure into one sentence."""
    done = subprocess.run(command, stderr=subprocess.PIPE, universal_newlines=True, check=False)
    if done.returncode == 0:
        return
    for sign, sentence in FAILURES.items():
        if sign in done.stderr.lower():
            stop(sentence)
    lines = [line for line in done.stderr.splitlines() if line.strip()] or ["no reason given"]
    stop("The packages could not be installed: {}".format(lines[-1].strip()))


NO_NETWORK = "The packages could not be downloaded: check the network and run the command again."
DISK_FULL = "The disk is full: free about 1000 MB and run the command again."
# What venv and pip write when they fail, in lower case, and what it means. The first that fits is said.
FAILURES = {
    "no space left": DISK_FULL,
    "quota exceeded": DISK_FULL,
    "permission denied": "This folder cannot be written to: use a copy of Veren that belongs to you.",
    "ensurepip": "This Python cannot make environments: on Debian and Ubuntu, apt install python3-venv.",
    "name resolution": NO_NETWORK,
    "newconnectionerror": NO_NETWORK,
    "timed out": NO_NETWORK,
    "do not match the hashes": "A downloaded package is not the one requirements.txt names: check your index.",
    "from versions: none": NO_NETWORK,
    "no matching distribution": "A package does not exist for this platform: use Python 3.11 to 3.13 on Linux "
    "(glibc) or macOS, on x86-64 or ARM.",
}


@contextlib.contextmanager
def taking_turns():
    """Two first commands at once: the second waits for the first, and finds the work done."""
    import fcntl

    with LOCK.open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def digest_of_lock():
    return hashlib.sha256(LOCK.read_bytes()).hexdigest()


def run_instead(command):
    """Become another command, with the same process id."""
    sys.stdout.flush()
    os.execv(command[0], command)


def say(line):
    print(line, file=sys.stderr, flush=True)


def stop(sentence):
    sys.exit("{}".format(sentence))


if __name__ == "__main__":
    main()
