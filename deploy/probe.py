"""Asks this container's web for an address and says by its exit code whether the answer was good.

python deploy/probe.py /readyz?exclude=broker
"""

import http.client
import os
import sys


def main(path: str) -> int:
    # By the name of the house: Django answers to no other.
    host = os.environ["ALLOWED_HOSTS"].split(",")[0].strip().lstrip(".*")
    port = int(os.environ.get("BIND", ":8000").rpartition(":")[2])
    caller = http.client.HTTPConnection("127.0.0.1", port, timeout=4)
    try:
        caller.request("GET", path, headers={"Host": host or "localhost"})
        return 0 if caller.getresponse().status == 200 else 1
    except OSError:
        return 1
    finally:
        caller.close()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
