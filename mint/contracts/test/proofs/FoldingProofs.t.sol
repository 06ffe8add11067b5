// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Folding} from "../../src/libraries/Folding.sol";
import {StepKinds} from "../../src/libraries/StepKinds.sol";

/// @dev Proved by halmos over every input of the types named; keccak256 counts as a function without collisions.
/// What no proof can give: that two histories never meet in the 216 bits of a head. That rests on the hash.
contract FoldingProofs {
    uint8 private constant FOR_EVER = StepKinds.IS_REVOKED | StepKinds.IS_RECALLED | StepKinds.IS_RETIRED;

    function fold(uint256 word, uint256 batchWord, bytes32 digest, uint256 meta)
        external
        pure
        returns (uint256)
    {
        return Folding.fold(word, batchWord, digest, meta);
    }

    /// @dev The three parts of a word, each from what it should be made of, and nothing else in it.
    function check_AWordIsHeadLengthAndStatus(uint256 word, uint256 batchWord, bytes32 digest, uint256 meta)
        external
        pure
    {
        if (uint32(word >> 8) == type(uint32).max) return;
        uint256 folded = Folding.fold(word, batchWord, digest, meta);
        uint256 hash = uint256(keccak256(abi.encode(word, batchWord, digest, meta)));
        assert(folded >> 40 == hash >> 40);
        assert(uint32(folded >> 8) == uint32(word >> 8) + 1);
        assert(uint8(folded) == StepKinds.nextStatus(uint8(word), uint32(meta >> 64)));
    }

    /// @dev Signed requests name a word, so that they work once: no word comes back.
    function check_AWordNeverComesBack(uint256 word, uint256[3] memory batchWords, uint256[3] memory metas)
        external
        pure
    {
        if (uint32(word >> 8) > type(uint32).max - 3) return;
        uint256 folded = word;
        for (uint256 i = 0; i < 3; ++i) {
            folded = Folding.fold(folded, batchWords[i], bytes32(i), metas[i]);
            assert(folded != word);
            assert(uint32(folded >> 8) > uint32(word >> 8));
        }
    }

    /// @dev After 2^32 - 1 entries a lane takes no more; it does not begin anew.
    function check_AFullLaneTakesNoMore(uint256 head, uint8 status, uint256 batchWord, bytes32 digest, uint256 meta)
        external
        view
    {
        uint256 word = head << 40 | uint256(type(uint32).max) << 8 | status;
        try this.fold(word, batchWord, digest, meta) returns (uint256) {
            assert(false);
        } catch {}
    }

    /// @dev What is hashed names all four parts: other parts, other hash.
    function check_EveryPartIsHashed(
        uint256[2] memory word,
        uint256[2] memory batchWord,
        bytes32[2] memory digest,
        uint256[2] memory meta
    ) external pure {
        bytes32 first = keccak256(abi.encode(word[0], batchWord[0], digest[0], meta[0]));
        bytes32 second = keccak256(abi.encode(word[1], batchWord[1], digest[1], meta[1]));
        if (first != second) return;
        assert(word[0] == word[1] && batchWord[0] == batchWord[1]);
        assert(digest[0] == digest[1] && meta[0] == meta[1]);
    }

    /// @dev A meta keeps apart who, what and when.
    function check_AMetaIsActorKindAndTime(address actor, uint32 kind) external view {
        uint256 meta = Folding.metaOf(actor, kind);
        assert(Folding.actorOf(meta) == actor);
        assert(Folding.kindOf(meta) == kind);
        assert(uint64(meta) == uint64(block.timestamp));
    }

    /// @dev Revoked, recalled and retired stay for ever, whatever is recorded after them.
    function check_SomeBitsAreNeverCleared(uint8 status, uint32 kind) external pure {
        uint8 next = StepKinds.nextStatus(status, kind);
        assert(status & FOR_EVER & ~next == 0);
    }

    /// @dev Each bit is moved by its own kinds alone.
    function check_ABitIsMovedByItsOwnKindsAlone(uint8 status, uint32 kind) external pure {
        uint8 moved = status ^ StepKinds.nextStatus(status, kind);
        if (moved & StepKinds.IS_STOLEN != 0) {
            assert(kind == StepKinds.REPORTED_STOLEN || kind == StepKinds.REPORT_WITHDRAWN);
        }
        if (moved & StepKinds.IS_LOST != 0) {
            assert(kind == StepKinds.REPORTED_LOST || kind == StepKinds.REPORT_WITHDRAWN);
        }
        if (moved & StepKinds.IS_REVOKED != 0) assert(kind == StepKinds.REVOKED);
        if (moved & StepKinds.IS_RECALLED != 0) assert(kind == StepKinds.RECALLED);
        if (moved & StepKinds.IS_RETIRED != 0) assert(kind == StepKinds.RETIRED);
        if (moved & StepKinds.IS_SOLD != 0) assert(kind == StepKinds.SOLD || kind == StepKinds.RETURNED);
        if (moved & StepKinds.IS_CLAIMED != 0) {
            assert(kind == StepKinds.CLAIMED || kind == StepKinds.CLAIM_KEY_SET);
        }
        assert(moved & 0x80 == 0);
    }
}
