"""What processes started by a test inherit."""

import os


def inherited_environment() -> dict[str, str]:
    """This process's variables, without the one that the browser's tests set for their own thread.

    It stays set from the first browser test to the end of the process, so a child would see it or not by the order in
    which tests happened to run; and `check --deploy` refuses it.
    """
    return {name: value for name, value in os.environ.items() if name != "DJANGO_ALLOW_ASYNC_UNSAFE"}
