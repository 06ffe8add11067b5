// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {StepKinds} from "../src/libraries/StepKinds.sol";
import {Fixture} from "./support/Fixture.sol";

/// @dev What each call may cost as a whole transaction: base fee, calldata and execution, all storage cold.
/// Every call runs as its own transaction (`isolate`), so cold and warm, old and new are as on a chain.
/// The figures are written to `snapshots/gas.json`; a changed figure shows in review.
/// forge-config: default.isolate = true
contract GasTest is Fixture {
    uint64 private constant LARGE = 0xdead_beef_0000_1000;
    uint32 private constant LARGE_COUNT = 1000;

    function test_RegisterOne() public {
        bytes32 root = claimRoot(0xfeed_beef_0000_0001, 1);
        vm.prank(registrar);
        registry.registerBatch(0xfeed_beef_0000_0001, 1, PASSPORTS, root, address(stock));
        limit("register_one", 130_000, 1);
    }

    function test_RegisterThousand() public {
        vm.prank(registrar);
        registry.registerBatch(LARGE, LARGE_COUNT, PASSPORTS, DOCUMENT, address(stock));
        limit("register_per_item_1000", 2150, LARGE_COUNT);
    }

    function test_StepFirstAndLater() public {
        step(token(0), SERVICED);
        limit("step_first", 55_000, 1);
        step(token(0), SERVICED);
        limit("step_later", 37_500, 1);
    }

    function limit(string memory name, uint256 gasMax, uint256 items) private {
        uint256 gasUsed = vm.lastCallGas().gasTotalUsed / items;
        vm.snapshotValue("gas", name, gasUsed);
        if (gasUsed > gasMax) revert AboveLimit(name, gasMax, gasUsed);
    }
}
