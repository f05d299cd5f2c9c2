"""A worker is forked while a thread waits for it: it must not inherit a lock of that thread."""

import os
import signal
import subprocess
import sys
import threading

from tests.deploy.forking import LOOKED_UP
from tests.soak.processes import free_port


def test_the_worker_inherits_no_lock_of_the_thread_that_waits_for_it() -> None:
    """A server that looks up a gate by its host would wait for ever, and never be ready."""
    url = f"127.0.0.1:{free_port()}"
    command = [sys.executable, "-m", "tests.deploy.forking", url]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, start_new_session=True) as child:
        patience = threading.Timer(30, os.killpg, (child.pid, signal.SIGKILL))  # the worker, too
        patience.start()
        assert child.stdout is not None
        said = [child.stdout.readline().strip()]
        child.terminate()
        said += child.stdout.read().split("\n")
        patience.cancel()
    assert LOOKED_UP not in said
    assert said[0] == f"ready http://{url}"
