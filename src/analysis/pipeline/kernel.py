"""Kernels for papermill: ordinary ones, and warm ones forked from a process that has imported the stack.

Both talk over socket files in a private folder instead of TCP ports. A warm kernel is the fork of the worker process
that runs papermill, made before that process has any thread (`prepare_kernel`); it waits for papermill to launch it.
"""

from __future__ import annotations

import os
import shutil
import signal
import sys
import tempfile
import threading
from multiprocessing import get_context
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

from jupyter_client.connect import KernelConnectionInfo
from jupyter_client.manager import AsyncKernelManager
from jupyter_client.provisioning.local_provisioner import LocalProvisioner

#: Arguments of every kernel: quiet, and no history file in the user's home folder.
ARGUMENTS = ("--IPKernelApp.log_level=50", "--HistoryManager.enabled=False")


class WarmKernel:
    """A forked process that becomes a kernel when it is told its connection file, arguments, environment and folder.

    It looks like a `subprocess.Popen` to jupyter_client's provisioner.
    """

    stdin = stdout = stderr = None

    def __init__(self, process: BaseProcess, channel: Connection) -> None:
        self._process, self._channel = process, channel

    @property
    def pid(self) -> int:
        """The kernel's process number."""
        return int(self._process.pid or 0)

    def launch(self, arguments: list[str], environment: dict[str, str], folder: str) -> None:
        """Let the fork become a kernel."""
        self._channel.send((arguments, environment, folder))
        self._channel.close()

    def poll(self) -> int | None:
        """Return the exit code, or None while the kernel lives."""
        self._process.join(0)
        return self._process.exitcode

    def wait(self) -> int | None:
        """Wait for the end and return the exit code."""
        self._process.join()
        return self._process.exitcode

    def send_signal(self, number: int) -> None:
        """Send a signal to the kernel, if it lives."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        """End the kernel at once."""
        self.send_signal(signal.SIGKILL)

    def terminate(self) -> None:
        """Ask the kernel to end."""
        self.send_signal(signal.SIGTERM)


class _ForkProvisioner(LocalProvisioner):
    """Starts the kernel that `prepare_kernel` has forked, instead of a new Python."""

    kernel: WarmKernel

    async def launch_kernel(self, cmd: list[str], **options: Any) -> KernelConnectionInfo:
        """Start the waiting fork with the arguments that a new Python would have got."""
        arguments = cmd[cmd.index("-f") :]
        self.kernel.launch(arguments, dict(options["env"]), str(options.get("cwd") or Path.cwd()))
        self.process: Any = self.kernel
        self.pid = self.pgid = self.kernel.pid
        return self.connection_info


def manager_class(sockets: Path, kernel: WarmKernel | None) -> type[AsyncKernelManager]:
    """Return a kernel manager whose socket and connection files lie below `sockets`; with `kernel` it starts that one."""

    class FileSocketKernelManager(AsyncKernelManager):
        def __init__(self, **options: Any) -> None:
            self._place = Path(tempfile.mkdtemp(dir=sockets, prefix="k"))
            place = {"transport": "ipc", "ip": str(self._place / "k")}
            super().__init__(**{**options, **place, "connection_file": str(self._place / "kernel.json")})

        async def _async_pre_start_kernel(self, **options: Any) -> Any:
            if kernel is not None and self.provisioner is None:
                self.kernel_id = "varm"
                self.provisioner = _ForkProvisioner(
                    kernel_id=self.kernel_id, kernel_spec=self.kernel_spec, parent=self
                )
                self.provisioner.kernel = kernel
            return await super()._async_pre_start_kernel(**options)

        async def _async_cleanup_resources(self, restart: bool = False) -> None:
            await super()._async_cleanup_resources(restart)
            shutil.rmtree(self._place, ignore_errors=True)

        cleanup_resources = _async_cleanup_resources

    return FileSocketKernelManager


def prepare_kernel() -> WarmKernel:
    """Fork this process into a kernel-to-be. No other thread may live here: a lock that it holds would never open.

    Raises
    ------
    RuntimeError
        If this process has more than one thread.
    """
    if threading.active_count() != 1:
        raise RuntimeError(f"{threading.active_count()} threads live in a process that is to be forked")
    here, there = get_context("fork").Pipe()
    process = get_context("fork").Process(target=_become_kernel, args=(there, here), name="kernel")
    process.start()
    there.close()
    return WarmKernel(process, here)


def _become_kernel(channel: Connection, other_end: Connection) -> None:
    """Wait for the launch and run the kernel; end with the worker if it goes before that."""
    other_end.close()
    try:
        arguments, environment, folder = channel.recv()
    except EOFError:
        return
    channel.close()
    os.setsid()
    os.environ.clear()
    os.environ.update({**environment, "JPY_PARENT_PID": str(os.getppid())})
    os.chdir(folder)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    sys.argv = ["ipykernel_launcher", *arguments]
    from ipykernel.kernelapp import IPKernelApp

    app: Any = IPKernelApp.instance()
    app.initialize(arguments)
    app.start()
