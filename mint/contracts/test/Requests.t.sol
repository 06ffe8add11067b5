// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC721Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";
import {StockAccount} from "../src/StockAccount.sol";
import {IItemRegistryErrors as Errors} from "../src/interfaces/IItemRegistryErrors.sol";
import {IItemRegistryEvents as Events} from "../src/interfaces/IItemRegistryEvents.sol";
import {ReportReason} from "../src/interfaces/ItemTypes.sol";
import {Folding} from "../src/libraries/Folding.sol";
import {StepKinds} from "../src/libraries/StepKinds.sol";
import {TypedRequests} from "../src/libraries/TypedRequests.sol";
import {Fixture} from "./support/Fixture.sol";

/// @dev Transfers, permits and owners' reports.
contract RequestsTest is Fixture {
    function setUp() public override {
        super.setUp();
        sell(token(0));
    }

    /// @dev Else its owner would be the zero address, whose signature nobody should look at.
    function test_NobodySignsForAPieceThatIsNot() public {
        uint256 missing = token(COUNT);
        bytes memory reason = abi.encodeWithSelector(IERC721Errors.ERC721NonexistentToken.selector, missing);
        bytes memory nothing = new bytes(65);
        vm.expectRevert(reason);
        registry.transferWithPermit(missing, stranger, 0, DEADLINE, nothing);
        vm.expectRevert(reason);
        registry.reportWithPermit(
            missing, StepKinds.REPORTED_LOST, ReportReason.Mislaid, 0, DEADLINE, nothing
        );
        vm.expectRevert(reason);
        registry.reportLost(missing, ReportReason.Mislaid);
        vm.expectRevert(reason);
        vm.prank(registrar);
        registry.setClaimKey(missing, stranger);
    }

    // ---- Transfers ----

    function test_ATransferFoldsWhoCalled() public {
        vm.prank(buyer);
        registry.setApprovalForAll(stranger, true);
        uint256 word = registry.state(token(0));
        uint256 meta = Folding.metaOf(stranger, StepKinds.TRANSFERRED);
        vm.expectEmit();
        emit Events.TransferRecorded(token(0), buyer, admin, meta);
        vm.prank(stranger);
        registry.transferFrom(buyer, admin, token(0));

        bytes32 digest = keccak256(abi.encode(buyer, admin));
        same(Folding.fold(word, registry.batchState(BATCH), digest, meta), registry.state(token(0)));
    }

    function test_AStolenPieceMovesByNoPath() public {
        vm.startPrank(buyer);
        registry.approve(stranger, token(0));
        registry.reportStolen(token(0), ReportReason.Robbery);
        bytes memory reason = abi.encodeWithSelector(Errors.ItemRegistryStolen.selector, token(0));
        vm.expectRevert(reason);
        registry.transferFrom(buyer, stranger, token(0));
        vm.expectRevert(reason);
        registry.safeTransferFrom(buyer, address(stock), token(0));
        vm.stopPrank();
        vm.expectRevert(reason);
        vm.prank(stranger);
        registry.transferFrom(buyer, stranger, token(0));
        vm.expectRevert(reason);
        this.permit(BUYER_KEY, stranger);
    }

    function test_ALostPieceMayMove() public {
        vm.startPrank(buyer);
        registry.reportLost(token(0), ReportReason.Mislaid);
        registry.transferFrom(buyer, stranger, token(0));
        same(stranger, registry.ownerOf(token(0)));
    }

    function test_APermitMovesThePieceInTheOwnersName() public {
        uint256 meta = Folding.metaOf(buyer, StepKinds.TRANSFERRED);
        vm.expectEmit();
        emit Events.TransferRecorded(token(0), buyer, stranger, meta);
        vm.prank(admin);
        this.permit(BUYER_KEY, stranger);
        same(stranger, registry.ownerOf(token(0)));
    }

    function test_APermitWorksOnce() public {
        uint256 word = registry.state(token(0));
        bytes memory signature = signTransfer(BUYER_KEY, token(0), stranger);
        registry.transferWithPermit(token(0), stranger, word, DEADLINE, signature);
        vm.prank(stranger);
        registry.transferFrom(stranger, buyer, token(0));

        vm.expectRevert(stateChanged(word));
        registry.transferWithPermit(token(0), stranger, word, DEADLINE, signature);
    }

    function test_APermitOfNobodyElseCounts() public {
        vm.expectRevert(notSigned(buyer));
        this.permit(ACTOR_KEY, stranger);
    }

    function test_ALatePermitIsRefused() public {
        vm.warp(DEADLINE + 1);
        vm.expectRevert(abi.encodeWithSelector(Errors.ItemRegistryDeadlinePassed.selector, DEADLINE));
        this.permit(BUYER_KEY, stranger);
    }

    function test_StockLeavesByAnOperatorsApproval() public {
        uint256 word = registry.state(token(1));
        bytes32 request = TypedRequests.transfer(token(1), stranger, word, DEADLINE);
        bytes memory signature = signForStock(OPERATOR_KEY, stock, request);
        registry.transferWithPermit(token(1), stranger, word, DEADLINE, signature);
        same(stranger, registry.ownerOf(token(1)));
    }

    function test_ARevokedOperatorMovesNothing() public {
        bytes32 role = stock.OPERATOR();
        vm.prank(admin);
        stock.revokeRole(role, vm.addr(OPERATOR_KEY));
        bytes32 request = TypedRequests.transfer(token(1), stranger, 0, DEADLINE);
        bytes memory signature = signForStock(OPERATOR_KEY, stock, request);
        vm.expectRevert(notSigned(address(stock)));
        registry.transferWithPermit(token(1), stranger, 0, DEADLINE, signature);
    }

    // ---- Steps brought for an actor ----

    function test_AStepIsRecordedInTheActorsName() public {
        uint256 word = registry.state(token(0));
        bytes memory signature = signStep(ACTOR_KEY, actor, token(0), SERVICED);
        vm.expectEmit();
        emit Events.StepRecorded(token(0), DOCUMENT, Folding.metaOf(actor, SERVICED));
        vm.prank(stranger);
        registry.recordStepFor(actor, token(0), SERVICED, DOCUMENT, word, DEADLINE, signature);
    }

    function test_AStepIsBroughtOnce() public {
        bytes memory signature = signStep(ACTOR_KEY, actor, token(1), SERVICED);
        registry.recordStepFor(actor, token(1), SERVICED, DOCUMENT, 0, DEADLINE, signature);
        uint256 word = registry.state(token(1));
        vm.expectRevert(abi.encodeWithSelector(Errors.ItemRegistryStateChanged.selector, token(1), 0, word));
        registry.recordStepFor(actor, token(1), SERVICED, DOCUMENT, 0, DEADLINE, signature);
    }

    function test_AStepForNobodyAllowedIsRefused() public {
        bytes memory signature = signStep(BUYER_KEY, buyer, token(1), SERVICED);
        vm.expectRevert(abi.encodeWithSelector(Errors.ItemRegistryActorNotAllowed.selector, buyer, SERVICED));
        registry.recordStepFor(buyer, token(1), SERVICED, DOCUMENT, 0, DEADLINE, signature);
    }

    function test_AStepSignedByAnotherIsRefused() public {
        bytes memory signature = signStep(BUYER_KEY, actor, token(1), SERVICED);
        vm.expectRevert(notSigned(actor));
        registry.recordStepFor(actor, token(1), SERVICED, DOCUMENT, 0, DEADLINE, signature);
    }

    function test_AStepSignedForAnotherKindIsRefused() public {
        bytes memory signature = signStep(ACTOR_KEY, actor, token(1), SERVICED);
        vm.expectRevert(notSigned(actor));
        registry.recordStepFor(actor, token(1), StepKinds.SOLD, DOCUMENT, 0, DEADLINE, signature);
    }

    function test_AStatusKindIsNeverBrought() public {
        vm.expectRevert(
            abi.encodeWithSelector(Errors.ItemRegistryKindNotRecordable.selector, StepKinds.RECALLED)
        );
        registry.recordStepFor(actor, token(1), StepKinds.RECALLED, DOCUMENT, 0, DEADLINE, "");
    }

    /// @dev An actor may be a contract that answers for its operators.
    function test_AContractMayBeTheActor() public {
        allow(address(stock), StepKinds.GRANTABLE);
        bytes32 request = TypedRequests.recordStep(address(stock), token(1), SERVICED, DOCUMENT, 0, DEADLINE);
        bytes memory signature = signForStock(OPERATOR_KEY, stock, request);
        registry.recordStepFor(address(stock), token(1), SERVICED, DOCUMENT, 0, DEADLINE, signature);
        same(1, Folding.length_(registry.state(token(1))));
    }

    function test_OneOperatorInTwoStocksIsNotReplayed() public {
        StockAccount other = newStock();
        bytes32 role = other.OPERATOR();
        vm.prank(admin);
        other.grantRole(role, vm.addr(OPERATOR_KEY));
        bytes32 request = TypedRequests.transfer(token(1), stranger, 0, DEADLINE);
        bytes memory signature = signForStock(OPERATOR_KEY, other, request);
        vm.expectRevert(notSigned(address(stock)));
        registry.transferWithPermit(token(1), stranger, 0, DEADLINE, signature);
    }

    // ---- Reports ----

    function test_AnOwnerReportsAndWithdraws() public {
        vm.startPrank(buyer);
        vm.expectEmit();
        uint256 meta = Folding.metaOf(buyer, StepKinds.REPORTED_STOLEN);
        emit Events.StepRecorded(token(0), bytes32(uint256(3)), meta);
        registry.reportStolen(token(0), ReportReason.Robbery);
        registry.reportLost(token(0), ReportReason.LostInTransit);
        same(3, uint8(registry.state(token(0))) & 3);
        registry.withdrawReport(token(0), ReportReason.ReportedByMistake);
        same(0, uint8(registry.state(token(0))) & 3);
    }

    function test_AGuardianWithdrawsButDoesNotReport() public {
        vm.prank(buyer);
        registry.reportStolen(token(0), ReportReason.NotStated);
        vm.startPrank(guardian);
        bytes memory reason = abi.encodeWithSelector(Errors.ItemRegistryNotOwner.selector, token(0), guardian);
        vm.expectRevert(reason);
        registry.reportLost(token(0), ReportReason.NotStated);
        registry.withdrawReport(token(0), ReportReason.Recovered);
        vm.expectRevert(reason);
        registry.reportStolen(token(0), ReportReason.NotStated);
    }

    function test_AStrangerNeitherReportsNorWithdraws() public {
        bytes memory reason = abi.encodeWithSelector(Errors.ItemRegistryNotOwner.selector, token(0), stranger);
        vm.startPrank(stranger);
        vm.expectRevert(reason);
        registry.reportStolen(token(0), ReportReason.NotStated);
        vm.expectRevert(reason);
        registry.reportLost(token(0), ReportReason.NotStated);
        vm.expectRevert(reason);
        registry.withdrawReport(token(0), ReportReason.NotStated);
    }

    function test_AReportThatChangesNothingIsRefused() public {
        vm.startPrank(buyer);
        vm.expectRevert(unchanged(StepKinds.REPORT_WITHDRAWN));
        registry.withdrawReport(token(0), ReportReason.Recovered);
        registry.reportStolen(token(0), ReportReason.Theft);
        vm.expectRevert(unchanged(StepKinds.REPORTED_STOLEN));
        registry.reportStolen(token(0), ReportReason.Theft);
    }

    /// @dev All reasons with all three reports.
    function test_AReasonGoesWithItsReport() public {
        for (uint8 i = 0; i <= uint8(type(ReportReason).max); ++i) {
            ReportReason reason = ReportReason(i);
            bool[3] memory fits = [i <= 4, i == 0 || i == 5 || i == 6, i == 0 || i >= 7];
            for (uint32 k = 0; k < 3; ++k) {
                uint32 kind = StepKinds.REPORTED_STOLEN + k;
                if (k == 2 && fits[2]) continue; // shown below: without a report there is nothing to withdraw
                if (!fits[k]) {
                    vm.expectRevert(
                        abi.encodeWithSelector(Errors.ItemRegistryReasonInvalid.selector, kind, reason)
                    );
                }
                this.report(BUYER_KEY, kind, reason);
                if (fits[k]) this.report(BUYER_KEY, StepKinds.REPORT_WITHDRAWN, ReportReason.Recovered);
            }
        }
    }

    function test_ASignedReportIsNoOtherKind() public {
        vm.expectRevert(
            abi.encodeWithSelector(
                Errors.ItemRegistryReasonInvalid.selector, StepKinds.REVOKED, ReportReason.NotStated
            )
        );
        this.report(BUYER_KEY, StepKinds.REVOKED, ReportReason.NotStated);
    }

    function test_ASignedReportCountsAsTheOwners() public {
        uint256 word = registry.state(token(0));
        bytes memory signature = signReport(BUYER_KEY, token(0), 20, ReportReason.Fraud);
        vm.expectEmit();
        emit Events.StepRecorded(token(0), bytes32(uint256(4)), Folding.metaOf(buyer, 20));
        vm.prank(stranger);
        registry.reportWithPermit(token(0), 20, ReportReason.Fraud, word, DEADLINE, signature);

        uint256 grown = registry.state(token(0));
        vm.expectRevert(
            abi.encodeWithSelector(Errors.ItemRegistryStateChanged.selector, token(0), word, grown)
        );
        registry.reportWithPermit(token(0), 20, ReportReason.Fraud, word, DEADLINE, signature);
    }

    function test_AReportSignedByAnotherIsRefused() public {
        vm.expectRevert(notSigned(buyer));
        this.report(ACTOR_KEY, 20, ReportReason.Fraud);
    }

    // ---- Helpers ----

    function permit(uint256 key, address to) external {
        uint256 word = registry.state(token(0));
        registry.transferWithPermit(token(0), to, word, DEADLINE, signTransfer(key, token(0), to));
    }

    function report(uint256 key, uint32 kind, ReportReason reason) external {
        uint256 word = registry.state(token(0));
        bytes memory signature = signReport(key, token(0), kind, reason);
        registry.reportWithPermit(token(0), kind, reason, word, DEADLINE, signature);
    }

    function notSigned(address who) private pure returns (bytes memory) {
        return abi.encodeWithSelector(Errors.ItemRegistrySignatureInvalid.selector, who);
    }

    function unchanged(uint32 kind) private pure returns (bytes memory) {
        return abi.encodeWithSelector(Errors.ItemRegistryReportUnchanged.selector, token(0), kind);
    }

    function stateChanged(uint256 expected) private view returns (bytes memory) {
        uint256 word = registry.state(token(0));
        return abi.encodeWithSelector(Errors.ItemRegistryStateChanged.selector, token(0), expected, word);
    }
}
