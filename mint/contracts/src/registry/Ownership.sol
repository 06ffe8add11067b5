// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ERC721} from "@openzeppelin/contracts/token/ERC721/ERC721.sol";
import {MerkleProof} from "@openzeppelin/contracts/utils/cryptography/MerkleProof.sol";
import {ReportReason} from "../interfaces/ItemTypes.sol";
import {IItemRegistry} from "../interfaces/IItemRegistry.sol";
import {StepKinds} from "../libraries/StepKinds.sol";
import {TypedRequests} from "../libraries/TypedRequests.sol";
import {Requests} from "./Requests.sol";

/// @title Whose a piece is: transfers, claims, and the owner's reports
abstract contract Ownership is Requests {
    /// @dev More than enough for the 4,096 leaves of the largest batch.
    uint256 private constant PROOF_NODES_MAX = 16;

    /// @dev Keys that were set or used for a piece, and so can never be set again.
    mapping(uint256 tokenId => mapping(address claimKey => bool)) private _spentClaimKeys;

    /// @inheritdoc IItemRegistry
    function transferWithPermit(
        uint256 tokenId,
        address to,
        uint256 expectedState,
        uint256 deadline,
        bytes calldata signature
    ) external {
        address owner = _requireOwned(tokenId);
        _requireState(tokenId, expectedState);
        bytes32 request = TypedRequests.transfer(tokenId, to, expectedState, deadline);
        _requireSigned(owner, request, deadline, signature);
        _transfer(owner, to, tokenId);
    }

    /// @inheritdoc IItemRegistry
    function claim(
        uint256 tokenId,
        address to,
        address claimKey,
        bytes32[] calldata proof,
        uint256 deadline,
        bytes calldata signature
    ) external {
        address from = _requireInStock(tokenId);
        _requireClaimable(tokenId);
        if (to == address(0) || to == from) revert ItemRegistryClaimantInvalid(to);
        _spendClaimKey(tokenId, claimKey, proof);
        _requireSignedByKey(claimKey, TypedRequests.claim(tokenId, to, deadline), deadline, signature);

        // Past this contract's own _update: a claim is one entry, not a transfer beside it.
        ERC721._update(to, tokenId, address(0));
        bytes32 digest = keccak256(abi.encode(from, to, claimKey));
        (uint256 meta,) = _record(tokenId, state[tokenId], StepKinds.CLAIMED, digest, claimKey);
        emit Claimed(tokenId, from, to, claimKey, meta);
    }

    /// @inheritdoc IItemRegistry
    function setClaimKey(uint256 tokenId, address claimKey) external onlyRole(REGISTRAR) {
        _requireInStock(tokenId);
        if (claimKey == address(0) || _spentClaimKeys[tokenId][claimKey]) {
            revert ItemRegistryClaimKeySpent(tokenId, claimKey);
        }
        _spentClaimKeys[tokenId][claimKey] = true;
        claimKeys[tokenId] = claimKey;
        bytes32 digest = bytes32(uint256(uint160(claimKey)));
        (uint256 meta,) = _record(tokenId, state[tokenId], StepKinds.CLAIM_KEY_SET, digest, msg.sender);
        emit ClaimKeySet(tokenId, claimKey, meta);
    }

    /// @inheritdoc IItemRegistry
    function reportStolen(uint256 tokenId, ReportReason reason) external {
        _requireOwner(tokenId);
        _report(msg.sender, tokenId, StepKinds.REPORTED_STOLEN, reason);
    }

    /// @inheritdoc IItemRegistry
    function reportLost(uint256 tokenId, ReportReason reason) external {
        _requireOwner(tokenId);
        _report(msg.sender, tokenId, StepKinds.REPORTED_LOST, reason);
    }

    /// @inheritdoc IItemRegistry
    function withdrawReport(uint256 tokenId, ReportReason reason) external {
        if (!hasRole(GUARDIAN, msg.sender)) _requireOwner(tokenId);
        _report(msg.sender, tokenId, StepKinds.REPORT_WITHDRAWN, reason);
    }

    /// @inheritdoc IItemRegistry
    function reportWithPermit(
        uint256 tokenId,
        uint32 kind,
        ReportReason reason,
        uint256 expectedState,
        uint256 deadline,
        bytes calldata signature
    ) external {
        address owner = _requireOwned(tokenId);
        _requireState(tokenId, expectedState);
        bytes32 request = TypedRequests.report(tokenId, kind, reason, expectedState, deadline);
        _requireSigned(owner, request, deadline, signature);
        _report(owner, tokenId, kind, reason);
    }

    /// @dev Passes only for the key in force: the one set last, or else the leaf, which is then spent.
    function _spendClaimKey(uint256 tokenId, address claimKey, bytes32[] calldata proof) private {
        address set = claimKeys[tokenId];
        if (set != address(0)) {
            if (claimKey != set) revert ItemRegistryClaimKeyWrong(tokenId, claimKey);
            return;
        }
        if (proof.length > PROOF_NODES_MAX) revert ItemRegistryLengthInvalid(proof.length, PROOF_NODES_MAX);
        bytes32 leaf = keccak256(bytes.concat(keccak256(abi.encode(tokenId, claimKey))));
        if (!MerkleProof.verifyCalldata(proof, _batchOf(tokenId).claimRoot, leaf)) {
            revert ItemRegistryClaimKeyWrong(tokenId, claimKey);
        }
        _spentClaimKeys[tokenId][claimKey] = true;
    }

    function _report(address actor, uint256 tokenId, uint32 kind, ReportReason reason) private {
        _requireReason(kind, reason);
        uint256 word = state[tokenId];
        uint8 status = uint8(word);
        if (StepKinds.nextStatus(status, kind) == status) revert ItemRegistryReportUnchanged(tokenId, kind);
        bytes32 digest = bytes32(uint256(reason));
        (uint256 meta,) = _record(tokenId, word, kind, digest, actor);
        emit StepRecorded(tokenId, digest, meta);
    }

    function _requireOwner(uint256 tokenId) private view {
        if (_requireOwned(tokenId) != msg.sender) revert ItemRegistryNotOwner(tokenId, msg.sender);
    }

    /// @dev Sold, its key not used up, and not stolen.
    function _requireClaimable(uint256 tokenId) private view {
        uint8 status = uint8(state[tokenId]);
        if (status & StepKinds.IS_STOLEN != 0) revert ItemRegistryStolen(tokenId);
        if (status & (StepKinds.IS_SOLD | StepKinds.IS_CLAIMED) != StepKinds.IS_SOLD) {
            revert ItemRegistryNotClaimable(tokenId, status);
        }
    }

    function _requireReason(uint32 kind, ReportReason reason) private pure {
        bool fits;
        if (kind == StepKinds.REPORTED_STOLEN) {
            fits = reason <= ReportReason.Fraud;
        } else if (kind == StepKinds.REPORTED_LOST) {
            fits = reason == ReportReason.NotStated || reason == ReportReason.Mislaid
                || reason == ReportReason.LostInTransit;
        } else if (kind == StepKinds.REPORT_WITHDRAWN) {
            fits = reason == ReportReason.NotStated || reason >= ReportReason.Recovered;
        }
        if (!fits) revert ItemRegistryReasonInvalid(kind, reason);
    }
}
