// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {CheckpointAnchor} from "../src/CheckpointAnchor.sol";
import {ICheckpointAnchor} from "../src/interfaces/ICheckpointAnchor.sol";
import {Fixture} from "./support/Fixture.sol";

/// @dev The two small contracts on their own.
contract AccountsTest is Fixture {
    bytes32 private constant TOPIC = keccak256("receipts");
    bytes32 private constant ROOT = keccak256("root");
    bytes4 private constant YES = 0x1626ba7e;
    CheckpointAnchor private anchor = CheckpointAnchor(launch("CheckpointAnchor", ""));

    // ---- StockAccount ----

    function test_AnOperatorsApprovalCounts() public view {
        holds(stock.isValidSignature(ROOT, approve(OPERATOR_KEY, ROOT)) == YES, "approved");
    }

    function test_AnApprovalOfSomethingElseDoesNotCount() public view {
        holds(stock.isValidSignature(TOPIC, approve(OPERATOR_KEY, ROOT)) == 0xffffffff, "another hash");
    }

    function test_AStrangersApprovalDoesNotCount() public view {
        holds(stock.isValidSignature(ROOT, approve(BUYER_KEY, ROOT)) == 0xffffffff, "no operator");
    }

    /// @dev A raw signature over the hash, without the account's own domain, could come from anywhere.
    function test_ABareSignatureDoesNotCount() public view {
        bytes memory bare = signDigest(OPERATOR_KEY, ROOT);
        holds(stock.isValidSignature(ROOT, bare) == 0xffffffff, "no domain");
    }

    function test_ABrokenSignatureDoesNotCount() public {
        bytes32 role = stock.OPERATOR();
        vm.prank(admin);
        stock.grantRole(role, address(0));
        holds(stock.isValidSignature(ROOT, new bytes(65)) == 0xffffffff, "ecrecover gives zero");
        holds(stock.isValidSignature(ROOT, "") == 0xffffffff, "empty");
    }

    function test_StockAcceptsPieces() public view {
        holds(stock.onERC721Received(admin, admin, 1, "") == 0x150b7a02, "accepted");
    }

    // ---- CheckpointAnchor ----

    function test_CheckpointsAreChained() public {
        anchor.anchor(TOPIC, ROOT, 5);
        bytes32 first = keccak256(abi.encode(bytes32(0), ROOT, uint64(5), START));
        vm.warp(START + 60);
        bytes32 second = keccak256(abi.encode(first, TOPIC, uint64(5), START + 60));
        vm.expectEmit();
        emit ICheckpointAnchor.Anchored(address(this), TOPIC, TOPIC, 5, 2, START + 60, second);
        anchor.anchor(TOPIC, TOPIC, 5);

        ICheckpointAnchor.Lane memory lane = anchor.lane(address(this), TOPIC);
        same(second, lane.head);
        same(5, lane.size);
        same(2, lane.count);
        same(START + 60, lane.anchoredAt);
        (bytes32 head,,,) = anchor.lanes(keccak256(abi.encode(address(this), TOPIC)));
        same(second, head);
    }

    function test_ALogNeverShrinks() public {
        anchor.anchor(TOPIC, ROOT, 5);
        vm.expectRevert(
            abi.encodeWithSelector(ICheckpointAnchor.CheckpointAnchorShrunk.selector, TOPIC, 4, 5)
        );
        anchor.anchor(TOPIC, ROOT, 4);
    }

    function test_ARootOfZeroIsRefused() public {
        vm.expectRevert(abi.encodeWithSelector(ICheckpointAnchor.CheckpointAnchorRootZero.selector, TOPIC));
        anchor.anchor(TOPIC, 0, 4);
    }

    function test_NobodyWritesIntoAnothersLane() public {
        anchor.anchor(TOPIC, ROOT, 5);
        vm.prank(stranger);
        anchor.anchor(TOPIC, ROOT, 1);
        same(5, anchor.lane(address(this), TOPIC).size);
        same(1, anchor.lane(stranger, TOPIC).size);
    }

    function approve(uint256 key, bytes32 hash) private view returns (bytes memory) {
        bytes32 approval = keccak256(abi.encode(keccak256("Approval(bytes32 hash)"), hash));
        return signDigest(key, digestOf(domain("Assay StockAccount", address(stock)), approval));
    }
}
