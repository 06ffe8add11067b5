// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ItemRegistry} from "../../src/ItemRegistry.sol";
import {StockAccount} from "../../src/StockAccount.sol";
import {StepKinds} from "../../src/libraries/StepKinds.sol";
import {TypedRequests} from "../../src/libraries/TypedRequests.sol";
import {Vm} from "../support/Vm.sol";

/// @dev The one cheat code that only proofs use.
interface Store {
    function store(address account, bytes32 slot, bytes32 value) external;
}

/// @dev Proved by halmos on a registry with one batch of two pieces. Any caller, any word of the piece, any claim
/// key, receiver, deadline and signature of 65 bytes; a claim tree of two leaves, so a proof of one node.
/// ecrecover counts as some function: what is proved is that a claim passes only when it gives the claim key.
contract ClaimProofs {
    Vm private constant VM = Vm(address(uint160(uint256(keccak256("hevm cheat code")))));
    uint64 private constant BATCH = 7;
    uint256 private constant TOKEN = uint256(BATCH) << 32;
    address private constant ADMIN = address(0xad);
    address private constant LEAF_KEY = address(0xca4d);
    /// @dev Of `state` in the storage layout of the artifact.
    uint256 private constant STATE_SLOT = 11;
    bytes32 private constant SISTER = keccak256("sister");

    ItemRegistry private registry;
    StockAccount private stock;

    function setUp() public {
        stock = new StockAccount(ADMIN, 0);
        registry = new ItemRegistry("Assay", "ASSAY", ADMIN, 0);
        bytes32 role = registry.REGISTRAR();
        VM.prank(ADMIN);
        registry.grantRole(role, address(this));
        bytes32 leaf = keccak256(bytes.concat(keccak256(abi.encode(TOKEN, LEAF_KEY))));
        bytes32 root = leaf < SISTER ? keccak256(abi.encode(leaf, SISTER)) : keccak256(abi.encode(SISTER, leaf));
        registry.registerBatch(BATCH, 2, bytes32(uint256(1)), root, address(stock));
    }

    struct Claim {
        address caller;
        address to;
        address key;
        uint256 deadline;
        bytes32 r;
        bytes32 s;
        uint8 v;
    }

    /// @dev A claim that passes had every right to, and did what it says.
    function check_AClaimPassesOnlyWithEveryRight(uint256 word, Claim memory asked) external {
        put(word);
        if (!tryClaim(asked)) return;

        uint8 status = uint8(word);
        assert(status & StepKinds.IS_SOLD != 0);
        assert(status & StepKinds.IS_CLAIMED == 0);
        assert(status & StepKinds.IS_STOLEN == 0);
        assert(asked.to != address(0) && asked.to != address(stock));
        assert(asked.key == LEAF_KEY);
        assert(block.timestamp <= asked.deadline);
        assert(uint256(asked.s) <= 0x7FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF5D576E7357A4501DDFE92F46681B20A0);
        assert(ecrecover(digestOf(asked), asked.v, asked.r, asked.s) == LEAF_KEY);
        assert(registry.ownerOf(TOKEN) == asked.to);
        assert(uint8(registry.state(TOKEN)) == status | StepKinds.IS_CLAIMED);
        assert(uint32(registry.state(TOKEN) >> 8) == uint32(word >> 8) + 1);
    }

    /// @dev Whoever brings a second one: the piece has left the stock, and its key is used up.
    function check_ACardIsUsedOnce(uint256 word, Claim memory first, Claim memory second) external {
        put(word);
        if (!tryClaim(first)) return;
        assert(!tryClaim(second));
    }

    /// @dev Once another key was set, the leaf's opens nothing any more.
    function check_AReplacedCardIsDead(uint256 word, address key, Claim memory asked) external {
        if (key == LEAF_KEY) return;
        registry.setClaimKey(TOKEN, key);
        put(word);
        asked.key = LEAF_KEY;
        assert(!tryClaim(asked));
    }

    /// @dev A claim of one piece moves no other.
    function check_AClaimTouchesNoOtherPiece(uint256 word, Claim memory asked) external {
        put(word);
        if (!tryClaim(asked)) return;
        assert(registry.ownerOf(TOKEN + 1) == address(stock));
        assert(registry.state(TOKEN + 1) == 0);
        assert(registry.balanceOf(address(stock)) == 1);
    }

    function put(uint256 word) private {
        Store(address(VM)).store(address(registry), keccak256(abi.encode(TOKEN, STATE_SLOT)), bytes32(word));
    }

    function tryClaim(Claim memory asked) private returns (bool passed) {
        bytes32[] memory proof = new bytes32[](1);
        proof[0] = SISTER;
        bytes memory signature = abi.encodePacked(asked.r, asked.s, asked.v);
        VM.prank(asked.caller);
        try registry.claim(TOKEN, asked.to, asked.key, proof, asked.deadline, signature) {
            passed = true;
        } catch {}
    }

    function digestOf(Claim memory asked) private view returns (bytes32) {
        bytes32 domain = keccak256(
            abi.encode(
                keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"),
                keccak256("Assay ItemRegistry"),
                keccak256("1"),
                block.chainid,
                address(registry)
            )
        );
        bytes32 request = TypedRequests.claim(TOKEN, asked.to, asked.deadline);
        return keccak256(abi.encodePacked(hex"1901", domain, request));
    }
}
