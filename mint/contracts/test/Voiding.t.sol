// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC721Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";
import {IItemRegistryErrors as Errors} from "../src/interfaces/IItemRegistryErrors.sol";
import {IItemRegistryEvents as Events} from "../src/interfaces/IItemRegistryEvents.sol";
import {Entry, ReportReason} from "../src/interfaces/ItemTypes.sol";
import {Folding} from "../src/libraries/Folding.sol";
import {StepKinds} from "../src/libraries/StepKinds.sol";
import {Fixture} from "./support/Fixture.sol";

/// @dev Only who recorded a step, or a guardian, takes it back; and only a step that moved nothing else.
contract VoidingTest is Fixture {
    bytes32 private constant WHY = keccak256("why");
    uint64 private constant ALL = StepKinds.GRANTABLE;

    function test_AnActorVoidsItsOwnStep() public {
        Entry[] memory path = stepAndPath(SERVICED);
        uint256 word = registry.state(token(0));
        uint256 meta = Folding.metaOf(actor, StepKinds.VOIDED);
        vm.expectEmit();
        emit Events.StepVoided(token(0), 1, WHY, meta);
        voidBy(actor, path);

        bytes32 digest = keccak256(abi.encode(uint256(1), WHY));
        same(Folding.fold(word, registry.batchState(BATCH), digest, meta), registry.state(token(0)));
    }

    /// @dev The entry voided is the one proven, by its number, however long ago it was.
    function test_AnOldStepIsVoidedByItsNumber() public {
        step(token(0), SOURCED);
        uint256 wordBefore = registry.state(token(0));
        Entry[] memory path = new Entry[](3);
        for (uint256 i = 0; i < 3; ++i) {
            path[i] = entryNow(SERVICED);
            step(token(0), SERVICED);
        }
        vm.expectEmit();
        emit Events.StepVoided(token(0), 2, WHY, Folding.metaOf(actor, StepKinds.VOIDED));
        vm.prank(actor);
        registry.voidStep(token(0), wordBefore, path, WHY);
    }

    /// @dev One carrier's bad document on a whole batch does not spoil it for ever.
    function test_ABadBatchStepIsVoidedByAGuardian() public {
        uint256 wordBefore = registry.batchState(BATCH);
        Entry[] memory path = one(Entry(wordBefore, DOCUMENT, Folding.metaOf(actor, SHIPPED)));
        vm.prank(actor);
        registry.recordBatchStep(BATCH, SHIPPED, DOCUMENT);
        vm.expectEmit();
        emit Events.BatchStepVoided(BATCH, 2, WHY, Folding.metaOf(guardian, StepKinds.VOIDED));
        vm.prank(guardian);
        registry.voidBatchStep(BATCH, wordBefore, path, WHY);
    }

    function test_AnotherActorCannotVoid() public {
        address other = address(0x07e4);
        allow(other, ALL);
        Entry[] memory path = stepAndPath(SERVICED);
        vm.expectRevert(abi.encodeWithSelector(Errors.ItemRegistryNotRecorder.selector, other, actor));
        voidBy(other, path);
    }

    function test_TheOwnerCannotVoid() public {
        sell(token(0));
        uint256 wordBefore = registry.state(token(0));
        Entry[] memory path = one(entryNow(SERVICED));
        step(token(0), SERVICED);
        vm.expectRevert(abi.encodeWithSelector(Errors.ItemRegistryNotRecorder.selector, buyer, actor));
        vm.prank(buyer);
        registry.voidStep(token(0), wordBefore, path, WHY);
    }

    function test_AnActorWhoseTimeEndedCannotVoidButAGuardianCan() public {
        Entry[] memory path = stepAndPath(SERVICED);
        vm.prank(actorAdmin);
        registry.removeActor(actor);
        vm.expectRevert(abi.encodeWithSelector(Errors.ItemRegistryActorNotAllowed.selector, actor, SERVICED));
        voidBy(actor, path);
        voidBy(guardian, path);
    }

    function test_ADisputedActorCannotVoid() public {
        Entry[] memory path = stepAndPath(SERVICED);
        vm.prank(actorAdmin);
        registry.dispute(actor, START);
        vm.expectRevert(abi.encodeWithSelector(Errors.ItemRegistryActorDisputed.selector, actor, START));
        voidBy(actor, path);
    }

    /// @dev Every recordable kind is tried: what moved the status or the label stays.
    function test_OnlyBareStepsAreVoided() public {
        for (uint32 kind = 1; kind <= 13; ++kind) {
            if (kind == StepKinds.RECALLED || kind == StepKinds.RETIRED) continue;
            uint256 wordBefore = registry.state(token(0));
            Entry[] memory path = one(entryNow(kind));
            step(token(0), kind);
            bool moved =
                kind == StepKinds.SOLD || kind == StepKinds.LABEL_REPLACED || kind == StepKinds.RETURNED;
            if (moved) vm.expectRevert(notVoidable(kind));
            vm.prank(guardian);
            registry.voidStep(token(0), wordBefore, path, WHY);
        }
    }

    function test_ARevocationIsNeverVoided() public {
        Entry memory entry =
            Entry(registry.batchState(BATCH), DOCUMENT, Folding.metaOf(guardian, StepKinds.REVOKED));
        vm.startPrank(guardian);
        registry.revoke(token(0), DOCUMENT);
        vm.expectRevert(notVoidable(StepKinds.REVOKED));
        registry.voidStep(token(0), 0, one(entry), WHY);
    }

    function test_ATransferIsNeverVoided() public {
        sell(token(0));
        uint256 wordBefore = registry.state(token(0));
        bytes32 digest = keccak256(abi.encode(buyer, stranger));
        Entry memory entry =
            Entry(registry.batchState(BATCH), digest, Folding.metaOf(buyer, StepKinds.TRANSFERRED));
        vm.prank(buyer);
        registry.transferFrom(buyer, stranger, token(0));
        vm.expectRevert(notVoidable(StepKinds.TRANSFERRED));
        vm.prank(guardian);
        registry.voidStep(token(0), wordBefore, one(entry), WHY);
    }

    function test_AReportIsNeverVoided() public {
        sell(token(0));
        uint256 wordBefore = registry.state(token(0));
        Entry memory entry =
            Entry(registry.batchState(BATCH), 0, Folding.metaOf(buyer, StepKinds.REPORTED_STOLEN));
        vm.prank(buyer);
        registry.reportStolen(token(0), ReportReason.NotStated);
        vm.expectRevert(notVoidable(StepKinds.REPORTED_STOLEN));
        vm.prank(guardian);
        registry.voidStep(token(0), wordBefore, one(entry), WHY);
    }

    function test_ARegistrationIsNeverVoided() public {
        bytes32 root = claimRoot(BATCH, COUNT);
        bytes32 digest = keccak256(
            abi.encode(block.chainid, address(registry), BATCH, COUNT, address(stock), PASSPORTS, root)
        );
        Entry memory entry = Entry(0, digest, Folding.metaOf(registrar, StepKinds.REGISTERED));
        vm.expectRevert(notVoidable(StepKinds.REGISTERED));
        vm.prank(guardian);
        registry.voidBatchStep(BATCH, 0, one(entry), WHY);
    }

    function test_ABatchRecallIsNeverVoided() public {
        uint256 word = registry.batchState(BATCH);
        Entry memory entry = Entry(word, DOCUMENT, Folding.metaOf(actor, StepKinds.RECALLED));
        vm.prank(actor);
        registry.recordBatchStep(BATCH, StepKinds.RECALLED, DOCUMENT);
        vm.expectRevert(notVoidable(StepKinds.RECALLED));
        vm.prank(guardian);
        registry.voidBatchStep(BATCH, word, one(entry), WHY);
    }

    function test_AVoidIsNeverVoided() public {
        voidBy(actor, stepAndPath(SERVICED));
        uint256 word = registry.state(token(0));
        Entry memory entry = entryNow(StepKinds.VOIDED);
        entry.digest = keccak256(abi.encode(uint256(1), WHY));
        uint256 wordBefore = Folding.fold(0, entry.batchWord, DOCUMENT, Folding.metaOf(actor, SERVICED));
        same(word, Folding.fold(wordBefore, entry.batchWord, entry.digest, entry.meta));
        vm.expectRevert(notVoidable(StepKinds.VOIDED));
        vm.prank(guardian);
        registry.voidStep(token(0), wordBefore, one(entry), WHY);
    }

    /// @dev Voiding again with the longer path is harmless, and so allowed.
    function test_AStepMayBeVoidedTwice() public {
        Entry[] memory path = stepAndPath(SERVICED);
        voidBy(actor, path);
        Entry[] memory longer = new Entry[](2);
        longer[0] = path[0];
        longer[1] = entryNow(StepKinds.VOIDED);
        longer[1].digest = keccak256(abi.encode(uint256(1), WHY));
        voidBy(actor, longer);

        same(3, Folding.length_(registry.state(token(0))));
    }

    // ---- Paths that prove nothing ----

    function test_AStalePathIsRefused() public {
        Entry[] memory path = stepAndPath(SERVICED);
        uint256 refolded = registry.state(token(0));
        step(token(0), SERVICED);
        expectPathWrong(refolded);
        voidBy(actor, path);
    }

    function test_AForgedActorIsRefused() public {
        Entry[] memory path = stepAndPath(SERVICED);
        path[0].meta = Folding.metaOf(stranger, SERVICED);
        expectPathWrong(Folding.fold(0, path[0].batchWord, path[0].digest, path[0].meta));
        voidBy(stranger, path);
    }

    /// @dev A step moved between lanes: from the batch to a piece, and from piece to piece.
    function test_AStepOfAnotherLaneIsRefused() public {
        uint256 wordBefore = registry.batchState(BATCH);
        Entry[] memory path = one(Entry(wordBefore, DOCUMENT, Folding.metaOf(actor, SHIPPED)));
        vm.prank(actor);
        registry.recordBatchStep(BATCH, SHIPPED, DOCUMENT);
        uint256 batchWord = registry.batchState(BATCH);
        step(token(0), SERVICED);
        step(token(1), SHIPPED);

        expectPathWrong(batchWord);
        vm.prank(actor);
        registry.voidStep(token(0), wordBefore, path, WHY);
        path = one(Entry(batchWord, DOCUMENT, Folding.metaOf(actor, SHIPPED)));
        expectPathWrong(registry.state(token(1)));
        vm.prank(actor);
        registry.voidStep(token(0), 0, path, WHY);
    }

    function test_AnEmptyPathIsRefused() public {
        step(token(0), SERVICED);
        uint256 word = registry.state(token(0));
        vm.expectRevert(abi.encodeWithSelector(Errors.ItemRegistryLengthInvalid.selector, 0, 1024));
        vm.prank(guardian);
        registry.voidStep(token(0), word, new Entry[](0), WHY);
    }

    function test_APathBeyond1024EntriesIsRefused() public {
        step(token(0), SERVICED);
        vm.expectRevert(abi.encodeWithSelector(Errors.ItemRegistryLengthInvalid.selector, 1025, 1024));
        vm.prank(guardian);
        registry.voidStep(token(0), 0, new Entry[](1025), WHY);
    }

    function test_VoidingNeedsADocument() public {
        Entry[] memory path = stepAndPath(SERVICED);
        vm.expectRevert(abi.encodeWithSelector(Errors.ItemRegistryDocumentZero.selector));
        vm.prank(actor);
        registry.voidStep(token(0), 0, path, 0);
    }

    function test_NothingIsVoidedOnNoPieceAndNoBatch() public {
        Entry[] memory path = stepAndPath(SERVICED);
        vm.expectRevert(abi.encodeWithSelector(IERC721Errors.ERC721NonexistentToken.selector, token(COUNT)));
        vm.prank(guardian);
        registry.voidStep(token(COUNT), 0, path, WHY);
        vm.expectRevert(abi.encodeWithSelector(Errors.ItemRegistryBatchUnknown.selector, 9));
        vm.prank(guardian);
        registry.voidBatchStep(9, 0, path, WHY);
    }

    // ---- Helpers ----

    function stepAndPath(uint32 kind) private returns (Entry[] memory path) {
        path = one(entryNow(kind));
        step(token(0), kind);
    }

    function entryNow(uint32 kind) private view returns (Entry memory) {
        return Entry(registry.batchState(BATCH), DOCUMENT, Folding.metaOf(actor, kind));
    }

    function one(Entry memory entry) private pure returns (Entry[] memory path) {
        path = new Entry[](1);
        path[0] = entry;
    }

    function voidBy(address who, Entry[] memory path) private {
        vm.prank(who);
        registry.voidStep(token(0), 0, path, WHY);
    }

    function expectPathWrong(uint256 refolded) private {
        uint256 word = registry.state(token(0));
        vm.expectRevert(abi.encodeWithSelector(Errors.ItemRegistryPathWrong.selector, refolded, word));
    }

    function notVoidable(uint32 kind) private pure returns (bytes memory) {
        return abi.encodeWithSelector(Errors.ItemRegistryKindNotVoidable.selector, kind);
    }
}
