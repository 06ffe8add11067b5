// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC721} from "@openzeppelin/contracts/token/ERC721/IERC721.sol";
import {IItemRegistryEvents as Events} from "../../src/interfaces/IItemRegistryEvents.sol";
import {Folding} from "../../src/libraries/Folding.sol";
import {StepKinds} from "../../src/libraries/StepKinds.sol";
import {Checks, Vm} from "./Vm.sol";

/// @dev A reader who knows only the events, and keeps the whole registry from them alone.
/// Stops the moment the events contradict each other.
contract Replay is Checks {
    address private immutable registry;

    uint256 public issuance;
    uint256[] public tokenIds;
    uint64[] public batchIds;
    mapping(uint256 tokenId => uint256) public state;
    mapping(uint256 batchId => uint256) public batchState;
    mapping(uint256 tokenId => address) public ownerOf;
    mapping(address owner => uint256) public balanceOf;
    mapping(uint256 tokenId => mapping(address claimKey => bool)) private usedKeys;

    constructor(address registry_) {
        registry = registry_;
    }

    function tokenCount() external view returns (uint256) {
        return tokenIds.length;
    }

    function batchCount() external view returns (uint256) {
        return batchIds.length;
    }

    function follow(Vm.Log[] calldata logs) external {
        for (uint256 i = 0; i < logs.length; ++i) {
            if (logs[i].emitter == registry) read(logs[i]);
        }
    }

    function read(Vm.Log calldata log) private {
        bytes32 topic = log.topics[0];
        if (topic == IERC721.Transfer.selector) return readOwner(log);
        if (log.topics.length < 2) return;
        uint256 id = uint256(log.topics[1]);
        if (topic == Events.BatchRegistered.selector) readRegistration(id, log.data);
        else if (topic == Events.StepRecorded.selector) readStep(id, log.data);
        else if (topic == Events.BatchStepRecorded.selector) readBatchStep(id, log.data);
        else if (topic == Events.StepVoided.selector) readVoid(id, log.data);
        else if (topic == Events.BatchStepVoided.selector) readBatchVoid(id, log.data);
        else if (topic == Events.TransferRecorded.selector) readTransfer(id, log.data);
        else if (topic == Events.Claimed.selector) readClaim(id, log.data);
        else if (topic == Events.ClaimKeySet.selector) readClaimKey(id, log.data);
        else if (topic == Events.LabelReplaced.selector) readLabel(id, log.data);
    }

    function readOwner(Vm.Log calldata log) private {
        address from = address(uint160(uint256(log.topics[1])));
        address to = address(uint160(uint256(log.topics[2])));
        uint256 tokenId = uint256(log.topics[3]);
        same(ownerOf[tokenId], from); // zero only once: no id twice
        holds(to != address(0), "nothing is burnt");
        holds(state[tokenId] & StepKinds.IS_STOLEN == 0, "no stolen piece moves");
        if (from == address(0)) tokenIds.push(tokenId);
        else --balanceOf[from];
        ++balanceOf[to];
        ownerOf[tokenId] = to;
    }

    function readRegistration(uint256 batchId, bytes calldata data) private {
        (uint32 count, address stockAccount, bytes32 passports, bytes32 root, uint256 meta) =
            abi.decode(data, (uint32, address, bytes32, bytes32, uint256));
        same(0, batchState[batchId]);
        batchIds.push(uint64(batchId));
        bytes32 digest =
            keccak256(abi.encode(block.chainid, registry, batchId, count, stockAccount, passports, root));
        batchState[batchId] = Folding.fold(0, 0, digest, meta);
        issuance = Folding.fold(issuance, batchState[batchId], bytes32(batchId), meta);
    }

    function readStep(uint256 tokenId, bytes calldata data) private {
        (bytes32 document, uint256 meta) = abi.decode(data, (bytes32, uint256));
        grow(tokenId, document, meta);
    }

    function readBatchStep(uint256 batchId, bytes calldata data) private {
        (bytes32 document, uint256 meta) = abi.decode(data, (bytes32, uint256));
        growBatch(batchId, document, meta);
    }

    function readVoid(uint256 tokenId, bytes calldata data) private {
        (uint32 entry, bytes32 document, uint256 meta) = abi.decode(data, (uint32, bytes32, uint256));
        holds(entry > 0 && entry <= Folding.length_(state[tokenId]), "the entry exists");
        grow(tokenId, keccak256(abi.encode(uint256(entry), document)), meta);
    }

    function readBatchVoid(uint256 batchId, bytes calldata data) private {
        (uint32 entry, bytes32 document, uint256 meta) = abi.decode(data, (uint32, bytes32, uint256));
        holds(entry > 1 && entry <= Folding.length_(batchState[batchId]), "the entry is no registration");
        growBatch(batchId, keccak256(abi.encode(uint256(entry), document)), meta);
    }

    function readTransfer(uint256 tokenId, bytes calldata data) private {
        (address from, address to, uint256 meta) = abi.decode(data, (address, address, uint256));
        same(to, ownerOf[tokenId]);
        grow(tokenId, keccak256(abi.encode(from, to)), meta);
    }

    function readClaim(uint256 tokenId, bytes calldata data) private {
        (address from, address to, address claimKey, uint256 meta) =
            abi.decode(data, (address, address, address, uint256));
        same(to, ownerOf[tokenId]);
        holds(!usedKeys[tokenId][claimKey], "a claim key is used at most once");
        usedKeys[tokenId][claimKey] = true;
        holds(state[tokenId] & StepKinds.IS_SOLD != 0, "claimed after the sale");
        grow(tokenId, keccak256(abi.encode(from, to, claimKey)), meta);
    }

    function readClaimKey(uint256 tokenId, bytes calldata data) private {
        (address claimKey, uint256 meta) = abi.decode(data, (address, uint256));
        grow(tokenId, bytes32(uint256(uint160(claimKey))), meta);
    }

    function readLabel(uint256 tokenId, bytes calldata data) private {
        (uint256 word, bytes32 document, uint256 meta) = abi.decode(data, (uint256, bytes32, uint256));
        same(state[tokenId], word);
        issuance = Folding.fold(issuance, word, keccak256(abi.encode(tokenId, document)), meta);
    }

    function grow(uint256 tokenId, bytes32 digest, uint256 meta) private {
        state[tokenId] = Folding.fold(state[tokenId], batchState[tokenId >> 32], digest, meta);
    }

    function growBatch(uint256 batchId, bytes32 digest, uint256 meta) private {
        batchState[batchId] = Folding.fold(batchState[batchId], batchState[batchId], digest, meta);
    }
}
