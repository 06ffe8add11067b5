// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {StepKinds} from "../src/libraries/StepKinds.sol";
import {Fixture} from "./support/Fixture.sol";

/// @dev What each call may cost as a whole transaction: base fee, calldata and execution, all storage cold.
/// Every call runs as its own transaction (`isolate`), so cold and warm, old and new are as on a chain.
/// Batch numbers have no zero byte, so that no calldata is cheaper than a random one's.
/// The figures are written to `snapshots/gas.json`; a changed figure shows in review.
/// forge-config: default.isolate = true
contract GasTest is Fixture {
    uint64 private constant ONE = 0xfeed_beef_1111_1111;
    uint64 private constant HUNDRED = 0xfeed_beef_1111_1112;
    uint64 private constant THOUSAND = 0xfeed_beef_1111_1113;
    uint64 private constant LARGEST = 0xfeed_beef_1111_1114;

    /// @dev In a registry that holds a batch already: the issuance word and the balance exist.
    function test_RegisterOne() public {
        registerBare(ONE, 1);
        limit("register_one", 134_000, 1);
    }

    function test_RegisterThousand() public {
        registerBare(THOUSAND, 1000);
        limit("register_per_item_1000", 2150, 1000);
    }

    /// @dev One transaction may use 16,777,216 gas (EIP-7825).
    function test_RegisterLargest() public {
        registerBare(LARGEST, 4096);
        limit("register_4096", 16_777_216, 1);
    }

    function test_StepFirstAndLater() public {
        registerBare(ONE, 1);
        uint256 tokenId = tokenOf(ONE, 0);
        step(tokenId, SERVICED);
        limit("step_first", 55_000, 1);
        step(tokenId, SERVICED);
        limit("step_later", 37_500, 1);
        step(tokenId, StepKinds.LABEL_REPLACED);
        limit("label_replaced", 50_000, 1);
    }

    function test_StepOfHundred() public {
        registerBare(HUNDRED, 100);
        stepHundred();
        limit("step_batch100_first_each", 27_500, 100);
        stepHundred();
        limit("step_batch100_each", 9300, 100);
    }

    function test_BatchStep() public {
        registerBare(THOUSAND, 1000);
        vm.prank(actor);
        registry.recordBatchStep(THOUSAND, SHIPPED, DOCUMENT);
        limit("batch_step", 37_500, 1);
    }

    /// @dev First: out of stock by permit, straight to a new holder. Later: on to another new holder.
    function test_TransferFirstAndLater() public {
        registerBare(THOUSAND, 1000);
        uint256 tokenId = tokenOf(THOUSAND, 999);
        step(tokenId, SERVICED);
        vm.prank(address(stock));
        registry.transferFrom(address(stock), buyer, tokenId);
        limit("transfer_first", 105_000, 1);
        vm.prank(buyer);
        registry.transferFrom(buyer, stranger, tokenId);
        limit("transfer_later", 70_000, 1);
    }

    function test_TransferWithPermit() public {
        sell(token(0));
        uint256 word = registry.state(token(0));
        bytes memory signature = signTransfer(BUYER_KEY, token(0), stranger);
        registry.transferWithPermit(token(0), stranger, word, DEADLINE, signature);
        limit("transfer_with_permit", 80_000, 1);
    }

    /// @dev With the ten-node proof of a batch of 1,000.
    function test_Claim() public {
        uint256 tokenId = tokenOf(THOUSAND, 999);
        bytes32[] memory proof = new bytes32[](10);
        bytes32 root = leafOf(tokenId);
        for (uint256 i = 0; i < 10; ++i) {
            proof[i] = keccak256(abi.encode(i));
            root = pair(root, proof[i]);
        }
        vm.prank(registrar);
        registry.registerBatch(THOUSAND, 1000, PASSPORTS, root, address(stock));
        step(tokenId, StepKinds.SOLD);
        bytes memory signature = signClaim(cardKey(tokenId), tokenId, buyer);
        registry.claim(tokenId, buyer, card(tokenId), proof, DEADLINE, signature);
        limit("claim", 145_000, 1);
    }

    function registerBare(uint64 batchId, uint32 count) private {
        vm.prank(registrar);
        registry.registerBatch(batchId, count, PASSPORTS, DOCUMENT, address(stock));
    }

    function stepHundred() private {
        uint256[] memory tokenIds = new uint256[](100);
        bytes32[] memory documents = new bytes32[](100);
        for (uint32 i = 0; i < 100; ++i) {
            tokenIds[i] = tokenOf(HUNDRED, i);
            documents[i] = keccak256(abi.encode(i));
        }
        vm.prank(actor);
        registry.recordSteps(tokenIds, SERVICED, documents);
    }

    function limit(string memory name, uint256 gasMax, uint256 items) private {
        uint256 gasUsed = vm.lastCallGas().gasTotalUsed / items;
        vm.snapshotValue("gas", name, gasUsed);
        if (gasUsed > gasMax) revert AboveLimit(name, gasMax, gasUsed);
    }
}
