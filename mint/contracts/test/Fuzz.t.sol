// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IItemRegistryErrors as Errors} from "../src/interfaces/IItemRegistryErrors.sol";
import {Entry} from "../src/interfaces/ItemTypes.sol";
import {Folding} from "../src/libraries/Folding.sol";
import {PassportUri} from "../src/libraries/PassportUri.sol";
import {StepKinds} from "../src/libraries/StepKinds.sol";
import {Fixture} from "./support/Fixture.sol";

/// @dev What must hold for every input, tried with many.
contract FuzzTest is Fixture {
    bytes32 private constant WHY = keccak256("why");

    /// @dev Head, length and status stand where they are said to stand, whatever is folded.
    function test_AWordIsHeadLengthStatus(uint256 word, uint256 batchWord, bytes32 digest, uint256 meta)
        public
        pure
    {
        vm.assume(uint32(word >> 8) != type(uint32).max);
        uint256 folded = Folding.fold(word, batchWord, digest, meta);

        same(uint256(keccak256(abi.encodePacked(word, batchWord, digest, meta))) / 2 ** 40, folded >> 40);
        same((word >> 8) % 2 ** 32 + 1, (folded >> 8) % 2 ** 32);
        same(statusAfter(uint8(word), uint32(meta >> 64)), folded % 256);
    }

    /// @dev Every kind there is, with every status byte.
    function test_EveryKindMovesItsBitsOnly() public pure {
        for (uint32 kind = 0; kind < 80; ++kind) {
            for (uint256 status = 0; status < 256; ++status) {
                same(statusAfter(uint8(status), kind), StepKinds.nextStatus(uint8(status), kind));
            }
        }
    }

    function test_AFullHistoryGrowsNoFurther(uint256 word, uint256 meta) public {
        vm.expectRevert();
        this.fold(word | uint256(type(uint32).max) << 8, meta);
    }

    /// @dev Any claim of any batch works with its own card and proof, and with no other piece's.
    function test_AnyPieceIsClaimedByItsOwnCardOnly(uint32 count, uint32 index, uint32 other) public {
        count = uint32(between(count, 2, 40));
        index = uint32(between(index, 0, count - 1));
        other = uint32(between(other, 0, count - 2));
        if (other >= index) ++other;
        register(77, count);
        uint256 tokenId = tokenOf(77, index);
        step(tokenId, StepKinds.SOLD);
        bytes32[] memory proof = proofOf(tokenId, count);
        address wrong = card(tokenOf(77, other));
        bytes memory forged = signClaim(cardKey(tokenOf(77, other)), tokenId, buyer);
        bytes memory signature = signClaim(cardKey(tokenId), tokenId, buyer);

        vm.expectRevert(abi.encodeWithSelector(Errors.ItemRegistryClaimKeyWrong.selector, tokenId, wrong));
        registry.claim(tokenId, buyer, wrong, proof, DEADLINE, forged);
        registry.claim(tokenId, buyer, card(tokenId), proof, DEADLINE, signature);
        same(buyer, registry.ownerOf(tokenId));
    }

    /// @dev Any entry of a lane is voided by the path that proves it; one bit off, and by none.
    function test_AnyEntryIsVoidedByItsOwnPathOnly(uint8 count, uint8 target, uint8 spoilt, uint8 bit)
        public
    {
        uint256 length = between(count, 1, 12);
        uint256 first = between(target, 0, length - 1);
        Entry[] memory path = new Entry[](length - first);
        uint256 wordBefore;
        for (uint256 i = 0; i < length; ++i) {
            if (i == first) wordBefore = registry.state(token(0));
            if (i >= first) path[i - first] = nextEntry();
            step(token(0), SERVICED);
            if (i % 3 == 1) batchStep();
        }
        uint256 word = registry.state(token(0));
        uint256 place = between(spoilt, 0, path.length - 1);
        path[place].batchWord ^= uint256(1) << bit;
        vm.expectRevert();
        vm.prank(actor);
        registry.voidStep(token(0), wordBefore, path, WHY);
        path[place].batchWord ^= uint256(1) << bit;
        vm.prank(actor);
        registry.voidStep(token(0), wordBefore, path, WHY);

        bytes32 digest = keccak256(abi.encode(first + 1, WHY));
        uint256 meta = Folding.metaOf(actor, StepKinds.VOIDED);
        same(Folding.fold(word, registry.batchState(BATCH), digest, meta), registry.state(token(0)));
    }

    function test_NoRandomBytesAreASignature(bytes calldata signature, uint256 deadline) public {
        sell(token(0));
        step(token(1), StepKinds.SOLD);
        uint256 word = registry.state(token(0));
        bytes32[] memory proof = proofOf(token(1), COUNT);
        deadline = between(deadline, START, type(uint256).max - START);

        vm.expectRevert(abi.encodeWithSelector(Errors.ItemRegistrySignatureInvalid.selector, buyer));
        registry.transferWithPermit(token(0), stranger, word, deadline, signature);
        vm.expectRevert(abi.encodeWithSelector(Errors.ItemRegistrySignatureInvalid.selector, card(token(1))));
        registry.claim(token(1), stranger, card(token(1)), proof, deadline, signature);
    }

    /// @dev Allowed from the first second on, and until before the last.
    function test_AnActorsTimeIsHeldToTheSecond(uint64 validFrom, uint64 validUntil, uint64 timestamp)
        public
    {
        validFrom = uint64(between(validFrom, START - 100 days, START + 100 days));
        validUntil = uint64(between(validUntil, START + 1, START + 101 days));
        vm.assume(validFrom < validUntil);
        timestamp = uint64(between(timestamp, START, START + 102 days));
        vm.prank(actorAdmin);
        registry.setActor(actor, StepKinds.GRANTABLE, validFrom, validUntil);
        vm.warp(timestamp);

        if (timestamp < validFrom || timestamp >= validUntil) {
            vm.expectRevert(
                abi.encodeWithSelector(Errors.ItemRegistryActorNotAllowed.selector, actor, SERVICED)
            );
        }
        step(token(0), SERVICED);
    }

    /// @dev Reading the text back as base32 gives the prefix and the digest.
    function test_AContentIdReadsBack(bytes32 digest) public pure {
        bytes memory text = bytes(PassportUri.cid(digest));
        same(59, text.length);
        same(uint256(uint8(bytes1("b"))), uint8(text[0]));
        uint256 low; // the last 256 bits read
        uint256 high; // the bits before them
        for (uint256 i = 1; i < 59; ++i) {
            uint256 c = uint8(text[i]);
            uint256 value = c >= 97 ? c - 97 : c - 50 + 26;
            high = high << 5 | low >> 251;
            low = low << 5 | value;
        }
        same(0, low % 4); // two spare bits
        same(uint256(digest), high << 254 | low >> 2);
        same(0x01701220, high >> 2);
    }

    // ---- Helpers ----

    function fold(uint256 word, uint256 meta) external pure returns (uint256) {
        return Folding.fold(word, 0, 0, meta);
    }

    function nextEntry() private view returns (Entry memory) {
        return Entry(registry.batchState(BATCH), DOCUMENT, Folding.metaOf(actor, SERVICED));
    }

    function batchStep() private {
        vm.prank(actor);
        registry.recordBatchStep(BATCH, SHIPPED, DOCUMENT);
    }

    /// @dev The published table, row by row.
    function statusAfter(uint8 status, uint32 kind) private pure returns (uint8) {
        if (kind == 7) return status | 32;
        if (kind == 11) return status | 8;
        if (kind == 12) return status | 16;
        if (kind == 13) return status & 0xdf;
        if (kind == 20) return status | 1;
        if (kind == 21) return status | 2;
        if (kind == 22) return status & 0xfc;
        if (kind == 23) return status | 4;
        if (kind == 66) return status | 64;
        if (kind == 67) return status & 0xbf;
        return status;
    }
}
