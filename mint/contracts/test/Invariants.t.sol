// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ItemRegistry} from "../src/ItemRegistry.sol";
import {Life} from "./support/Life.sol";
import {Replay} from "./support/Replay.sol";
import {Checks} from "./support/Vm.sol";

/// @dev Whatever people do: the events alone tell everything the registry holds.
contract InvariantsTest is Checks {
    struct FuzzSelector {
        address addr;
        bytes4[] selectors;
    }

    Life private life;
    Replay private replay;
    ItemRegistry private registry;

    function setUp() public {
        life = new Life();
        life.setUp();
        replay = life.replay();
        registry = ItemRegistry(life.where());
    }

    function targetContracts() external view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(life);
    }

    function targetSelectors() external view returns (FuzzSelector[] memory targets) {
        bytes4[] memory selectors = new bytes4[](11);
        selectors[0] = Life.registerOne.selector;
        selectors[1] = Life.recordOne.selector;
        selectors[2] = Life.recordMany.selector;
        selectors[3] = Life.recordBatch.selector;
        selectors[4] = Life.voidLast.selector;
        selectors[5] = Life.claimOne.selector;
        selectors[6] = Life.setKey.selector;
        selectors[7] = Life.moveOne.selector;
        selectors[8] = Life.moveByPermit.selector;
        selectors[9] = Life.reportOne.selector;
        selectors[10] = Life.guardOne.selector;
        targets = new FuzzSelector[](1);
        targets[0] = FuzzSelector(address(life), selectors);
    }

    /// @dev No id twice, no stolen piece moved, no claim key used again, no burn: see {Replay}.
    function invariant_TheEventsNeverContradictEachOther() external view {
        holds(!life.contradicted(), "events without contradiction");
    }

    function invariant_WordsReplayFromTheEvents() external view {
        same(replay.issuance(), registry.issuance());
        for (uint256 i = 0; i < replay.batchCount(); ++i) {
            uint256 batchId = replay.batchIds(i);
            same(replay.batchState(batchId), registry.batchState(batchId));
        }
        for (uint256 i = 0; i < replay.tokenCount(); ++i) {
            uint256 tokenId = replay.tokenIds(i);
            same(replay.state(tokenId), registry.state(tokenId));
            same(replay.ownerOf(tokenId), registry.ownerOf(tokenId));
        }
    }

    function invariant_BalancesEqualOwners() external view {
        uint256 total;
        address[3] memory owners = life.holders();
        for (uint256 i = 0; i < owners.length; ++i) {
            same(replay.balanceOf(owners[i]), registry.balanceOf(owners[i]));
            total += registry.balanceOf(owners[i]);
        }
        same(replay.tokenCount(), total);
    }
}
