// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ItemRegistry} from "../../src/ItemRegistry.sol";
import {StockAccount} from "../../src/StockAccount.sol";
import {IItemRegistry} from "../../src/interfaces/IItemRegistry.sol";
import {ReportReason} from "../../src/interfaces/ItemTypes.sol";
import {StepKinds} from "../../src/libraries/StepKinds.sol";
import {TypedRequests} from "../../src/libraries/TypedRequests.sol";
import {Checks} from "./Vm.sol";

/// @dev A registry with people in every part, and one batch of four pieces registered.
abstract contract Fixture is Checks {
    uint32 internal constant SOURCED = 1;
    uint32 internal constant SHIPPED = 4;
    uint32 internal constant SERVICED = 8;
    uint64 internal constant START = 1_750_000_000;
    uint64 internal constant BATCH = 0xa55a_0001;
    uint32 internal constant COUNT = 4;
    bytes32 internal constant PASSPORTS = keccak256("passports");
    bytes32 internal constant DOCUMENT = keccak256("document");
    uint256 internal constant DEADLINE = START + 400 days;

    uint256 internal constant OPERATOR_KEY = 0x09e4;
    uint256 internal constant BUYER_KEY = 0xb0b;
    uint256 internal constant ACTOR_KEY = 0xac70;
    uint256 internal constant CARD_KEY = 0xca4d0000;

    address internal deployer = address(0xde910);
    address internal admin = address(0xad);
    address internal registrar = address(0x4e6);
    address internal guardian = address(0x60a4d);
    address internal actorAdmin = address(0xacad);
    address internal stranger = address(0x57a);
    address internal actor = vm.addr(ACTOR_KEY);
    address internal buyer = vm.addr(BUYER_KEY);

    ItemRegistry internal registry;
    StockAccount internal stock;

    function setUp() public virtual {
        deploy();
        register(BATCH, COUNT);
    }

    /// @dev The contracts stand where tests/vectors has them: the first two of `deployer`.
    function deploy() internal {
        vm.warp(START);
        vm.chainId(31_337);
        vm.startPrank(deployer);
        registry = newRegistry();
        stock = newStock();
        vm.stopPrank();
        vm.startPrank(admin);
        registry.grantRole(registry.REGISTRAR(), registrar);
        registry.grantRole(registry.GUARDIAN(), guardian);
        registry.grantRole(registry.ACTOR_ADMIN(), actorAdmin);
        stock.grantRole(stock.OPERATOR(), vm.addr(OPERATOR_KEY));
        vm.stopPrank();
        allow(actor, StepKinds.GRANTABLE);
    }

    function newRegistry() internal returns (ItemRegistry) {
        return ItemRegistry(launch("ItemRegistry", abi.encode("Assay", "ASSAY", admin, uint48(3 days))));
    }

    function newStock() internal returns (StockAccount) {
        return StockAccount(launch("StockAccount", abi.encode(admin, uint48(3 days))));
    }

    /// @dev Deploys the committed artifact: the very bytes that go to a chain are what these tests hold.
    function launch(string memory name, bytes memory arguments) internal returns (address made) {
        string memory path = string.concat("../../provenance_schemas/abi/", name, ".json");
        bytes memory code = bytes.concat(vm.parseJsonBytes(vm.readFile(path), ".bytecode"), arguments);
        assembly ("memory-safe") {
            made := create(0, add(code, 32), mload(code))
        }
        holds(made != address(0), name);
    }

    function allow(address who, uint64 kinds) internal {
        vm.prank(actorAdmin);
        registry.setActor(who, kinds, START, START + 1000 days);
    }

    function register(uint64 batchId, uint32 count) internal {
        bytes32 root = claimRoot(batchId, count);
        vm.prank(registrar);
        registry.registerBatch(batchId, count, PASSPORTS, root, address(stock));
    }

    function token(uint32 index) internal pure returns (uint256) {
        return tokenOf(BATCH, index);
    }

    function tokenOf(uint64 batchId, uint32 index) internal pure returns (uint256) {
        return uint256(batchId) << 32 | index;
    }

    function step(uint256 tokenId, uint32 kind) internal {
        vm.prank(actor);
        registry.recordStep(tokenId, kind, DOCUMENT);
    }

    // ---- Claims ----

    function cardKey(uint256 tokenId) internal pure returns (uint256) {
        return CARD_KEY + uint32(tokenId) + ((tokenId >> 32) << 40);
    }

    function card(uint256 tokenId) internal pure returns (address) {
        return vm.addr(cardKey(tokenId));
    }

    function leafOf(uint256 tokenId) internal pure returns (bytes32) {
        return keccak256(bytes.concat(keccak256(abi.encode(tokenId, card(tokenId)))));
    }

    /// @dev Sorted pairs; an odd last node moves up unpaired.
    function claimRoot(uint64 batchId, uint32 count) internal pure returns (bytes32) {
        bytes32[] memory row = leaves(batchId, count);
        while (row.length > 1) row = nextRow(row);
        return row[0];
    }

    function proofOf(uint256 tokenId, uint32 count) internal pure returns (bytes32[] memory proof) {
        bytes32[] memory row = leaves(uint64(tokenId >> 32), count);
        bytes32[] memory found = new bytes32[](16);
        uint256 place = uint32(tokenId);
        uint256 length;
        while (row.length > 1) {
            if ((place ^ 1) < row.length) found[length++] = row[place ^ 1];
            row = nextRow(row);
            place /= 2;
        }
        proof = new bytes32[](length);
        for (uint256 i = 0; i < length; ++i) {
            proof[i] = found[i];
        }
    }

    function leaves(uint64 batchId, uint32 count) private pure returns (bytes32[] memory row) {
        row = new bytes32[](count);
        for (uint32 i = 0; i < count; ++i) {
            row[i] = leafOf(tokenOf(batchId, i));
        }
    }

    function nextRow(bytes32[] memory row) private pure returns (bytes32[] memory above) {
        above = new bytes32[]((row.length + 1) / 2);
        for (uint256 i = 0; i < above.length; ++i) {
            bool paired = 2 * i + 1 < row.length;
            above[i] = paired ? pair(row[2 * i], row[2 * i + 1]) : row[2 * i];
        }
    }

    function pair(bytes32 a, bytes32 b) internal pure returns (bytes32) {
        return a < b ? keccak256(abi.encode(a, b)) : keccak256(abi.encode(b, a));
    }

    function claim(uint256 tokenId, address to) internal {
        bytes memory signature = signClaim(cardKey(tokenId), tokenId, to);
        registry.claim(tokenId, to, card(tokenId), proofOf(tokenId, COUNT), DEADLINE, signature);
    }

    /// @dev Sold, then claimed by the buyer.
    function sell(uint256 tokenId) internal {
        step(tokenId, StepKinds.SOLD);
        claim(tokenId, buyer);
    }

    // ---- Signatures ----

    function signClaim(uint256 key, uint256 tokenId, address to) internal view returns (bytes memory) {
        return sign(key, TypedRequests.claim(tokenId, to, DEADLINE));
    }

    function signTransfer(uint256 key, uint256 tokenId, address to) internal view returns (bytes memory) {
        return sign(key, TypedRequests.transfer(tokenId, to, registry.state(tokenId), DEADLINE));
    }

    function signReport(uint256 key, uint256 tokenId, uint32 kind, ReportReason reason)
        internal
        view
        returns (bytes memory)
    {
        return sign(key, TypedRequests.report(tokenId, kind, reason, registry.state(tokenId), DEADLINE));
    }

    function signStep(uint256 key, address who, uint256 tokenId, uint32 kind)
        internal
        view
        returns (bytes memory)
    {
        uint256 word = registry.state(tokenId);
        return sign(key, TypedRequests.recordStep(who, tokenId, kind, DOCUMENT, word, DEADLINE));
    }

    function sign(uint256 key, bytes32 request) internal view returns (bytes memory) {
        return signDigest(key, digestOf(domain("Assay ItemRegistry", address(registry)), request));
    }

    /// @dev What an operator signs so that the stock account stands behind `request`.
    function signForStock(uint256 key, StockAccount account, bytes32 request)
        internal
        view
        returns (bytes memory)
    {
        bytes32 digest = digestOf(domain("Assay ItemRegistry", address(registry)), request);
        bytes32 approval = keccak256(abi.encode(keccak256("Approval(bytes32 hash)"), digest));
        return signDigest(key, digestOf(domain("Assay StockAccount", address(account)), approval));
    }

    function signDigest(uint256 key, bytes32 digest) internal pure returns (bytes memory) {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(key, digest);
        return abi.encodePacked(r, s, v);
    }

    function digestOf(bytes32 separator, bytes32 request) internal pure returns (bytes32) {
        return keccak256(abi.encodePacked(hex"1901", separator, request));
    }

    function domain(string memory name, address verifyingContract) internal view returns (bytes32) {
        return keccak256(
            abi.encode(
                keccak256(
                    "EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"
                ),
                keccak256(bytes(name)),
                keccak256("1"),
                block.chainid,
                verifyingContract
            )
        );
    }
}
