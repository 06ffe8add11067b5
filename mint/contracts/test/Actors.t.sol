// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IAccessControl} from "@openzeppelin/contracts/access/IAccessControl.sol";
import {IItemRegistryErrors as Errors} from "../src/interfaces/IItemRegistryErrors.sol";
import {StepKinds} from "../src/libraries/StepKinds.sol";
import {Fixture} from "./support/Fixture.sol";

/// @dev Who may record what, when, and how that ends.
contract ActorsTest is Fixture {
    address private someone = address(0x5001);
    uint64 private constant ONE_KIND = uint64(1) << SERVICED;

    function test_AnActorRecordsOnlyItsKinds() public {
        allow(someone, ONE_KIND);
        vm.expectRevert(notAllowed(someone, SHIPPED));
        vm.prank(someone);
        registry.recordStep(token(0), SHIPPED, DOCUMENT);
    }

    function test_AStrangerRecordsNothing() public {
        vm.expectRevert(notAllowed(stranger, SERVICED));
        vm.prank(stranger);
        registry.recordStep(token(0), SERVICED, DOCUMENT);
    }

    function test_ValidityIsHeldAtBothEdges() public {
        vm.prank(actorAdmin);
        registry.setActor(someone, ONE_KIND, START + 10, START + 20);

        vm.warp(START + 9);
        vm.expectRevert(notAllowed(someone, SERVICED));
        serviceBy(someone);
        vm.warp(START + 10);
        serviceBy(someone);
        vm.warp(START + 19);
        serviceBy(someone);
        vm.warp(START + 20);
        vm.expectRevert(notAllowed(someone, SERVICED));
        serviceBy(someone);
    }

    function test_ARemovedActorRecordsNothingMoreFromThisSecond() public {
        allow(someone, ONE_KIND);
        serviceBy(someone);
        vm.prank(actorAdmin);
        registry.removeActor(someone);

        vm.expectRevert(notAllowed(someone, SERVICED));
        serviceBy(someone);
    }

    function test_RemovalNeverLengthensValidity() public {
        vm.prank(actorAdmin);
        registry.setActor(someone, ONE_KIND, START, START + 20);
        vm.warp(START + 50);
        vm.prank(actorAdmin);
        registry.removeActor(someone);

        (, uint64 validUntil,,) = registry.actors(someone);
        same(START + 20, validUntil);
    }

    function test_AnUnknownActorCannotBeRemoved() public {
        vm.expectRevert(notAllowed(someone, 0));
        vm.prank(actorAdmin);
        registry.removeActor(someone);
    }

    /// @dev Every single bit is tried: only 1 to 11 and 13 can be held.
    function test_NoOtherKindCanBeGranted() public {
        for (uint32 kind = 0; kind < 64; ++kind) {
            bool grantable = (kind >= 1 && kind <= 11) || kind == 13;
            if (!grantable) {
                vm.expectRevert(
                    abi.encodeWithSelector(Errors.ItemRegistryKindsInvalid.selector, uint64(1) << kind)
                );
            }
            vm.prank(actorAdmin);
            registry.setActor(someone, uint64(1) << kind, START, START + 1);
        }
    }

    function test_AnActorWithoutKindsIsRefused() public {
        vm.expectRevert(abi.encodeWithSelector(Errors.ItemRegistryKindsInvalid.selector, 0));
        vm.prank(actorAdmin);
        registry.setActor(someone, 0, START, START + 1);
    }

    function test_AnEmptyValidityIsRefused() public {
        vm.expectRevert(
            abi.encodeWithSelector(Errors.ItemRegistryValidityInvalid.selector, START + 5, START + 5)
        );
        vm.prank(actorAdmin);
        registry.setActor(someone, ONE_KIND, START + 5, START + 5);
    }

    function test_AValidityAllInThePastIsRefused() public {
        vm.expectRevert(abi.encodeWithSelector(Errors.ItemRegistryValidityInvalid.selector, START - 5, START));
        vm.prank(actorAdmin);
        registry.setActor(someone, ONE_KIND, START - 5, START);
    }

    function test_OnlyTheActorAdminSetsRemovesAndDisputes() public {
        bytes memory reason = abi.encodeWithSelector(
            IAccessControl.AccessControlUnauthorizedAccount.selector, guardian, registry.ACTOR_ADMIN()
        );
        vm.startPrank(guardian);
        vm.expectRevert(reason);
        registry.setActor(someone, ONE_KIND, START, START + 1);
        vm.expectRevert(reason);
        registry.removeActor(actor);
        vm.expectRevert(reason);
        registry.dispute(actor, START);
    }

    // ---- Disputes ----

    function test_ADisputedActorRecordsNothingMore() public {
        disputeAt(actor, START);
        vm.expectRevert(disputed(actor, START));
        step(token(0), SERVICED);
    }

    function test_SettingAnActorAgainKeepsTheDispute() public {
        disputeAt(actor, START);
        allow(actor, ONE_KIND);

        (uint64 since,,, uint64 kinds) = registry.actors(actor);
        same(START, since);
        same(uint256(ONE_KIND), kinds);
        vm.expectRevert(disputed(actor, START));
        step(token(0), SERVICED);
    }

    function test_ADisputeIsMadeOnce() public {
        disputeAt(actor, START);
        vm.expectRevert(disputed(actor, START));
        disputeAt(actor, START - 1);
    }

    function test_ADisputeReachesBackNinetyDaysAndNoFurther() public {
        vm.expectRevert(outOfRange(START - 90 days - 1));
        disputeAt(actor, START - 90 days - 1);
        disputeAt(actor, START - 90 days);
    }

    function test_ADisputeNeverBeginsInTheFuture() public {
        vm.expectRevert(outOfRange(START + 1));
        disputeAt(actor, START + 1);
    }

    function test_ADisputeFromSecondZeroIsRefused() public {
        vm.warp(30 days);
        vm.expectRevert(abi.encodeWithSelector(Errors.ItemRegistryDisputeOutOfRange.selector, 0, 30 days));
        disputeAt(actor, 0);
    }

    function test_ADisputedRegistrarIsOneNoMore() public {
        disputeAt(registrar, START - 1 days);
        vm.expectRevert(
            abi.encodeWithSelector(
                IAccessControl.AccessControlUnauthorizedAccount.selector, registrar, registry.REGISTRAR()
            )
        );
        vm.prank(registrar);
        registry.registerBatch(5, 1, PASSPORTS, DOCUMENT, address(stock));
    }

    function test_ADisputedGuardianIsOneNoMore() public {
        disputeAt(guardian, START - 1 days);
        vm.expectRevert(
            abi.encodeWithSelector(
                IAccessControl.AccessControlUnauthorizedAccount.selector, guardian, registry.GUARDIAN()
            )
        );
        vm.prank(guardian);
        registry.revoke(token(0), DOCUMENT);
    }

    function test_ADisputedAccountGetsNoRoleAgain() public {
        disputeAt(registrar, START);
        bytes32 role = registry.REGISTRAR();
        vm.expectRevert(disputed(registrar, START));
        vm.prank(admin);
        registry.grantRole(role, registrar);
    }

    function test_TheAdminRoleMovesInTwoStepsWithDelay() public {
        vm.prank(admin);
        registry.beginDefaultAdminTransfer(someone);
        vm.warp(START + 3 days);
        vm.expectRevert();
        vm.prank(someone);
        registry.acceptDefaultAdminTransfer();
        vm.warp(START + 3 days + 1);
        vm.prank(someone);
        registry.acceptDefaultAdminTransfer();

        same(someone, registry.defaultAdmin());
        holds(!registry.hasRole(0, admin), "the old admin is none");
    }

    function serviceBy(address who) private {
        vm.prank(who);
        registry.recordStep(token(0), SERVICED, DOCUMENT);
    }

    function disputeAt(address who, uint64 since) private {
        vm.prank(actorAdmin);
        registry.dispute(who, since);
    }

    function notAllowed(address who, uint32 kind) private pure returns (bytes memory) {
        return abi.encodeWithSelector(Errors.ItemRegistryActorNotAllowed.selector, who, kind);
    }

    function disputed(address who, uint64 since) private pure returns (bytes memory) {
        return abi.encodeWithSelector(Errors.ItemRegistryActorDisputed.selector, who, since);
    }

    function outOfRange(uint64 since) private pure returns (bytes memory) {
        return abi.encodeWithSelector(Errors.ItemRegistryDisputeOutOfRange.selector, since, START);
    }
}
