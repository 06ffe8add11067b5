// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IAccessControl} from "@openzeppelin/contracts/access/IAccessControl.sol";
import {IERC721Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";
import {IItemRegistryErrors as Errors} from "../src/interfaces/IItemRegistryErrors.sol";
import {IItemRegistryEvents as Events} from "../src/interfaces/IItemRegistryEvents.sol";
import {Folding} from "../src/libraries/Folding.sol";
import {StepKinds} from "../src/libraries/StepKinds.sol";
import {Fixture} from "./support/Fixture.sol";

/// @dev Steps and guardians' status changes, on pieces and on batches.
contract StepsTest is Fixture {
    function test_AStepGrowsTheWordAndTellsIt() public {
        uint256 meta = Folding.metaOf(actor, SERVICED);
        uint256 word = Folding.fold(0, registry.batchState(BATCH), DOCUMENT, meta);
        vm.expectEmit();
        emit Events.StepRecorded(token(0), DOCUMENT, meta);
        step(token(0), SERVICED);

        same(word, registry.state(token(0)));
        same(0, registry.state(token(1)));
    }

    /// @dev All kinds from 0 to 255: an actor holding every bit can record these eleven and no other.
    function test_OnlyRecordableKindsAreRecorded() public {
        for (uint32 kind = 0; kind < 256; ++kind) {
            bool recordable = (kind >= 1 && kind <= 10) || kind == StepKinds.RETURNED;
            if (!recordable) vm.expectRevert(notRecordable(kind));
            step(token(0), kind);
        }
    }

    /// @dev A kind whose low bits look allowed must not pass by wrapping around.
    function test_AKindBeyond64NeverWraps(uint32 kind) public {
        kind = uint32(between(kind, 64, type(uint32).max));
        vm.expectRevert(notRecordable(kind));
        step(token(0), kind);
    }

    function test_OnlySixKindsAreRecordedOnABatch() public {
        for (uint32 kind = 0; kind < 256; ++kind) {
            bool recordable = (kind >= 1 && kind <= 5) || kind == StepKinds.RECALLED;
            if (!recordable) vm.expectRevert(notRecordable(kind));
            vm.prank(actor);
            registry.recordBatchStep(BATCH, kind, DOCUMENT);
        }
    }

    function test_ABatchStepFoldsItsOwnWordTwice() public {
        uint256 word = registry.batchState(BATCH);
        vm.prank(actor);
        registry.recordBatchStep(BATCH, SHIPPED, DOCUMENT);

        uint256 expected = Folding.fold(word, word, DOCUMENT, Folding.metaOf(actor, SHIPPED));
        same(expected, registry.batchState(BATCH));
    }

    function test_AStepNeedsADocument() public {
        vm.expectRevert(abi.encodeWithSelector(Errors.ItemRegistryDocumentZero.selector));
        vm.prank(actor);
        registry.recordStep(token(0), SERVICED, 0);
    }

    function test_ABatchStepNeedsADocument() public {
        vm.expectRevert(abi.encodeWithSelector(Errors.ItemRegistryDocumentZero.selector));
        vm.prank(actor);
        registry.recordBatchStep(BATCH, SHIPPED, 0);
    }

    function test_AStepOfNoPieceIsRefused() public {
        vm.expectRevert(abi.encodeWithSelector(IERC721Errors.ERC721NonexistentToken.selector, token(COUNT)));
        step(token(COUNT), SERVICED);
    }

    function test_AStepOfNoBatchIsRefused() public {
        vm.expectRevert(abi.encodeWithSelector(Errors.ItemRegistryBatchUnknown.selector, 9));
        vm.prank(actor);
        registry.recordBatchStep(9, SHIPPED, DOCUMENT);
    }

    function test_ManyStepsAreEachRecorded() public {
        (uint256[] memory tokenIds, bytes32[] memory documents) = lists(3, 3);
        vm.prank(actor);
        registry.recordSteps(tokenIds, SERVICED, documents);

        uint256 meta = Folding.metaOf(actor, SERVICED);
        for (uint32 i = 0; i < 3; ++i) {
            uint256 expected = Folding.fold(0, registry.batchState(BATCH), documents[i], meta);
            same(expected, registry.state(token(i)));
        }
    }

    function test_ManyStepsAreForActorsAlone() public {
        (uint256[] memory tokenIds, bytes32[] memory documents) = lists(3, 3);
        vm.expectRevert(
            abi.encodeWithSelector(Errors.ItemRegistryActorNotAllowed.selector, stranger, SERVICED)
        );
        vm.prank(stranger);
        registry.recordSteps(tokenIds, SERVICED, documents);
    }

    function test_ABatchStepIsForActorsAlone() public {
        vm.expectRevert(abi.encodeWithSelector(Errors.ItemRegistryActorNotAllowed.selector, stranger, SHIPPED));
        vm.prank(stranger);
        registry.recordBatchStep(BATCH, SHIPPED, DOCUMENT);
    }

    function test_ListsMustPair() public {
        (uint256[] memory tokenIds, bytes32[] memory documents) = lists(3, 2);
        vm.expectRevert(abi.encodeWithSelector(Errors.ItemRegistryLengthInvalid.selector, 2, 3));
        vm.prank(actor);
        registry.recordSteps(tokenIds, SERVICED, documents);
    }

    function test_AnEmptyListIsRefused() public {
        (uint256[] memory tokenIds, bytes32[] memory documents) = lists(0, 0);
        vm.expectRevert(abi.encodeWithSelector(Errors.ItemRegistryLengthInvalid.selector, 0, 1024));
        vm.prank(actor);
        registry.recordSteps(tokenIds, SERVICED, documents);
    }

    function test_MoreThan1024StepsInOneCallAreRefused() public {
        (uint256[] memory tokenIds, bytes32[] memory documents) = lists(1025, 1025);
        vm.expectRevert(abi.encodeWithSelector(Errors.ItemRegistryLengthInvalid.selector, 1025, 1024));
        vm.prank(actor);
        registry.recordSteps(tokenIds, SERVICED, documents);
    }

    function test_OneBadPieceStopsTheWholeList() public {
        (uint256[] memory tokenIds, bytes32[] memory documents) = lists(3, 3);
        tokenIds[2] = token(COUNT);
        vm.expectRevert(abi.encodeWithSelector(IERC721Errors.ERC721NonexistentToken.selector, token(COUNT)));
        vm.prank(actor);
        registry.recordSteps(tokenIds, SERVICED, documents);
        same(0, registry.state(token(0)));
    }

    // ---- Steps that move more than the head ----

    function test_SoldAndReturnedMoveTheSoldBit() public {
        step(token(0), StepKinds.SOLD);
        same(StepKinds.IS_SOLD, uint8(registry.state(token(0))));
        step(token(0), StepKinds.RETURNED);
        same(0, uint8(registry.state(token(0))));
    }

    function test_APieceInOtherHandsIsNotReturned() public {
        sell(token(0));
        vm.expectRevert(abi.encodeWithSelector(Errors.ItemRegistryNotInStock.selector, token(0), buyer));
        step(token(0), StepKinds.RETURNED);
    }

    function test_AReplacedLabelFoldsIntoTheIssuance() public {
        uint256 issued = registry.issuance();
        uint256 meta = Folding.metaOf(actor, StepKinds.LABEL_REPLACED);
        uint256 word = Folding.fold(0, registry.batchState(BATCH), DOCUMENT, meta);
        vm.expectEmit();
        emit Events.LabelReplaced(token(0), word, DOCUMENT, meta);
        step(token(0), StepKinds.LABEL_REPLACED);

        bytes32 digest = keccak256(abi.encode(token(0), DOCUMENT));
        same(Folding.fold(issued, word, digest, meta), registry.issuance());
    }

    function test_AnOtherStepLeavesTheIssuance() public {
        uint256 issued = registry.issuance();
        step(token(0), SERVICED);
        same(issued, registry.issuance());
    }

    // ---- Status by guardians ----

    function test_GuardiansMarkAPiece() public {
        vm.startPrank(guardian);
        registry.recall(token(0), DOCUMENT);
        registry.retire(token(1), DOCUMENT);
        registry.revoke(token(2), DOCUMENT);
        registry.revokeBatch(BATCH, DOCUMENT);

        same(StepKinds.IS_RECALLED, uint8(registry.state(token(0))));
        same(StepKinds.IS_RETIRED, uint8(registry.state(token(1))));
        same(StepKinds.IS_REVOKED, uint8(registry.state(token(2))));
        same(StepKinds.IS_REVOKED, uint8(registry.batchState(BATCH)));
    }

    function test_OnlyGuardiansMarkAPiece() public {
        bytes memory reason = abi.encodeWithSelector(
            IAccessControl.AccessControlUnauthorizedAccount.selector, actor, registry.GUARDIAN()
        );
        vm.startPrank(actor);
        vm.expectRevert(reason);
        registry.recall(token(0), DOCUMENT);
        vm.expectRevert(reason);
        registry.retire(token(0), DOCUMENT);
        vm.expectRevert(reason);
        registry.revoke(token(0), DOCUMENT);
        vm.expectRevert(reason);
        registry.revokeBatch(BATCH, DOCUMENT);
    }

    function test_AStatusChangeNeedsADocumentAndAPiece() public {
        vm.startPrank(guardian);
        vm.expectRevert(abi.encodeWithSelector(Errors.ItemRegistryDocumentZero.selector));
        registry.revoke(token(0), 0);
        vm.expectRevert(abi.encodeWithSelector(IERC721Errors.ERC721NonexistentToken.selector, token(COUNT)));
        registry.revoke(token(COUNT), DOCUMENT);
        vm.expectRevert(abi.encodeWithSelector(Errors.ItemRegistryDocumentZero.selector));
        registry.revokeBatch(BATCH, 0);
        vm.expectRevert(abi.encodeWithSelector(Errors.ItemRegistryBatchUnknown.selector, 9));
        registry.revokeBatch(9, DOCUMENT);
    }

    function lists(uint256 pieces, uint256 texts)
        private
        pure
        returns (uint256[] memory tokenIds, bytes32[] memory documents)
    {
        tokenIds = new uint256[](pieces);
        documents = new bytes32[](texts);
        for (uint32 i = 0; i < pieces; ++i) {
            tokenIds[i] = token(i);
        }
        for (uint256 i = 0; i < texts; ++i) {
            documents[i] = keccak256(abi.encode(i));
        }
    }

    function notRecordable(uint32 kind) private pure returns (bytes memory) {
        return abi.encodeWithSelector(Errors.ItemRegistryKindNotRecordable.selector, kind);
    }
}
