"""Run the node: `python -m mint.localnet --data-dir DIR`."""

from __future__ import annotations

import argparse
import logging
import os
import signal
import sys
from pathlib import Path
from typing import Final

from mint.localnet.errors import LocalnetError

_SWITCH_S: Final = 0.0005
"""How soon a reader's thread gets its turn while a block is executed."""


def build_parser() -> argparse.ArgumentParser:
    """Describe the command line."""
    parser = argparse.ArgumentParser(prog="python -m mint.localnet", description="An EVM ledger of its own on SQLite.")
    parser.add_argument("--data-dir", type=Path, required=True, help="folder of the ledger and its keys")
    parser.add_argument("--port", type=int, default=0, help="port on 127.0.0.1; 0 takes a free one")
    parser.add_argument("--chain-id", type=int, default=31337, help="EIP-155 chain id, fixed at the first start")
    parser.add_argument("--block-time-s", type=float, default=1.0, help="seal at most one block in this time")
    parser.add_argument("--detach", action="store_true", help="go on in the background")
    return parser


def detach() -> None:
    """Let a child go on and end this process, so that nobody has to wait for the node's end.

    Before any thread exists. The child keeps stdout until it has said where it listens.
    """
    if os.fork():
        os._exit(0)


def main(argv: list[str] | None = None) -> int:
    """Run until a signal: 0 after a clean stop, 2 when it cannot start, 1 when it failed."""
    arguments = build_parser().parse_args(argv)
    if not 0 < arguments.chain_id < 2**53 or not 0 <= arguments.port < 2**16:
        print("localnet: chain id is 1 to 2^53-1, port 0 to 65535", file=sys.stderr)
        return 2
    if arguments.detach:
        detach()
    # The C implementations, chosen before the library that asks is imported.
    os.environ["ETH_HASH_BACKEND"] = "pysha3"
    from mint.localnet.node import Node  # noqa: PLC0415

    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    sys.setswitchinterval(_SWITCH_S)
    try:
        node = Node(
            arguments.data_dir,
            chain_id=arguments.chain_id,
            port=arguments.port,
            block_time_s=arguments.block_time_s,
        )
    except (LocalnetError, OSError) as error:
        print(f"localnet: {error}", file=sys.stderr)
        return 2
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: node.stopped.set())
    node.start()
    print(f"listening {node.url}", flush=True)
    if arguments.detach:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    node.stopped.wait()
    node.stop()
    return int(node.failed)


if __name__ == "__main__":
    sys.exit(main())
