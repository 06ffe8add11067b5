"""Small contracts in plain EVM code, so that these tests need no compiler."""

from __future__ import annotations

from typing import Final

STORED_TOPIC: Final = bytes.fromhex("aa" * 32)

# With 64 bytes of call data (slot, value): store, and log topics (STORED_TOPIC, slot, caller) with the value.
# With 32 bytes (slot): give the stored word. With 1 byte: revert with Error("no"). With 2: spin for ever.
# With 3: call itself, as deep as gas allows. With nothing: give blockhash(number - 1).
_STORE: Final = """
    CALLDATASIZE PUSH1 40 EQ PUSH2 @write JUMPI
    CALLDATASIZE PUSH1 20 EQ PUSH2 @read JUMPI
    CALLDATASIZE PUSH1 01 EQ PUSH2 @refuse JUMPI
    CALLDATASIZE PUSH1 02 EQ PUSH2 @spin JUMPI
    CALLDATASIZE PUSH1 03 EQ PUSH2 @dive JUMPI
    PUSH1 01 NUMBER SUB BLOCKHASH PUSH0 MSTORE PUSH1 20 PUSH0 RETURN
@write: JUMPDEST
    PUSH1 20 CALLDATALOAD PUSH0 CALLDATALOAD SSTORE
    PUSH1 20 CALLDATALOAD PUSH0 MSTORE
    CALLER PUSH0 CALLDATALOAD PUSH32 TOPIC PUSH1 20 PUSH0 LOG3 STOP
@read: JUMPDEST
    PUSH0 CALLDATALOAD SLOAD PUSH0 MSTORE PUSH1 20 PUSH0 RETURN
@refuse: JUMPDEST
    PUSH32 08c379a000000000000000000000000000000000000000000000000000000000 PUSH0 MSTORE
    PUSH1 20 PUSH1 04 MSTORE PUSH1 02 PUSH1 24 MSTORE
    PUSH32 6e6f000000000000000000000000000000000000000000000000000000000000 PUSH1 44 MSTORE
    PUSH1 64 PUSH0 REVERT
@spin: JUMPDEST PUSH2 @spin JUMP
@dive: JUMPDEST
    PUSH0 PUSH0 PUSH1 03 PUSH0 PUSH0 ADDRESS GAS CALL PUSH0 MSTORE PUSH1 20 PUSH0 RETURN
"""
_OPCODES: Final = {
    "STOP": 0x00, "SUB": 0x03, "EQ": 0x14, "ADDRESS": 0x30, "CALLER": 0x33, "CALLDATALOAD": 0x35,
    "CALLDATASIZE": 0x36, "BLOCKHASH": 0x40, "NUMBER": 0x43, "MSTORE": 0x52, "SLOAD": 0x54, "SSTORE": 0x55,
    "JUMP": 0x56, "JUMPI": 0x57, "GAS": 0x5A, "JUMPDEST": 0x5B, "PUSH0": 0x5F, "PUSH1": 0x60, "PUSH2": 0x61,
    "PUSH32": 0x7F, "LOG3": 0xA3, "CALL": 0xF1, "RETURN": 0xF3, "REVERT": 0xFD,
}  # fmt: skip


def assemble(source: str) -> bytes:
    """Turn mnemonics into code; `@name:` marks a place, `PUSH2 @name` pushes it."""
    code, places, uses = bytearray(), {}, {}
    for word in source.replace("TOPIC", STORED_TOPIC.hex()).split():
        if word.startswith("@") and word.endswith(":"):
            places[word[:-1]] = len(code)
        elif word.startswith("@"):
            uses[len(code)] = word
            code += b"\0\0"
        else:
            code += bytes([_OPCODES[word]]) if word in _OPCODES else bytes.fromhex(word)
    for position, name in uses.items():
        code[position : position + 2] = places[name].to_bytes(2)
    return bytes(code)


STORE_CODE: Final = assemble(_STORE)
STORE_INIT: Final = bytes.fromhex(f"61{len(STORE_CODE):04x}600c5f3961{len(STORE_CODE):04x}5ff3") + STORE_CODE
"""Copies what follows it, and returns it as the contract's code."""


def store_call(slot: int, value: int) -> bytes:
    """Call data that stores `value`."""
    return slot.to_bytes(32) + value.to_bytes(32)
