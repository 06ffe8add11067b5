// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Strings} from "@openzeppelin/contracts/utils/Strings.sol";

/// @title Where the passport of a piece is found
library PassportUri {
    bytes32 private constant ALPHABET = "abcdefghijklmnopqrstuvwxyz234567";
    /// @dev CIDv1, dag-pb, SHA-256, 32 bytes.
    bytes4 private constant PREFIX = 0x01701220;
    uint256 private constant CID_BYTES = 36;
    uint256 private constant CID_CHARACTERS = 59;
    /// @dev Passports of one sub-directory, so that no directory block grows beyond a few kilobytes.
    uint32 private constant FILES_PER_DIRECTORY = 64;

    /// @dev ipfs://<CIDv1 of the directory>/<index div 64>/<index mod 64>.json
    function locate(bytes32 directory, uint32 index) internal pure returns (string memory) {
        return string.concat(
            "ipfs://",
            cid(directory),
            "/",
            Strings.toString(index / FILES_PER_DIRECTORY),
            "/",
            Strings.toString(index % FILES_PER_DIRECTORY),
            ".json"
        );
    }

    /// @dev The text form of a directory's content id: multibase base32 in lower case.
    function cid(bytes32 digest) internal pure returns (string memory) {
        bytes memory raw = bytes.concat(PREFIX, digest);
        bytes memory text = new bytes(CID_CHARACTERS);
        text[0] = "b";
        uint256 held; // bits read and not yet written
        uint256 heldBits;
        uint256 next = 1;
        for (uint256 i = 0; i < CID_BYTES; ++i) {
            held = held << 8 | uint8(raw[i]);
            heldBits += 8;
            while (heldBits >= 5) {
                heldBits -= 5;
                text[next++] = ALPHABET[held >> heldBits & 31];
            }
            held %= 2 ** heldBits;
        }
        text[next] = ALPHABET[held << (5 - heldBits) & 31]; // 288 bits leave 3 over
        return string(text);
    }
}
