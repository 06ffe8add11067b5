// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Entry} from "../interfaces/ItemTypes.sol";
import {IItemRegistry} from "../interfaces/IItemRegistry.sol";
import {Folding} from "../libraries/Folding.sol";
import {StepKinds} from "../libraries/StepKinds.sol";
import {TypedRequests} from "../libraries/TypedRequests.sol";
import {Requests} from "./Requests.sol";

/// @title What happened to a piece: steps, and the voiding of steps
abstract contract Steps is Requests {
    using StepKinds for uint32;

    /// @dev Pieces of one call, and entries of one path.
    uint256 private constant ENTRIES_MAX = 1024;

    /// @inheritdoc IItemRegistry
    function recordStep(uint256 tokenId, uint32 kind, bytes32 document) external {
        _requireRecordable(msg.sender, kind);
        _recordStep(msg.sender, tokenId, kind, document);
    }

    /// @inheritdoc IItemRegistry
    function recordSteps(uint256[] calldata tokenIds, uint32 kind, bytes32[] calldata documents) external {
        uint256 count = tokenIds.length;
        if (count != documents.length) revert ItemRegistryLengthInvalid(documents.length, count);
        _requireLength(count);
        _requireRecordable(msg.sender, kind);
        for (uint256 i = 0; i < count; ++i) {
            _recordStep(msg.sender, tokenIds[i], kind, documents[i]);
        }
    }

    /// @inheritdoc IItemRegistry
    function recordBatchStep(uint64 batchId, uint32 kind, bytes32 document) external {
        if (!kind.isIn(StepKinds.BATCH_RECORDABLE)) revert ItemRegistryKindNotRecordable(kind);
        _requireActor(msg.sender, kind);
        _recordBatchEntry(batchId, kind, document);
    }

    /// @inheritdoc IItemRegistry
    function recordStepFor(
        address actor,
        uint256 tokenId,
        uint32 kind,
        bytes32 document,
        uint256 expectedState,
        uint256 deadline,
        bytes calldata signature
    ) external {
        _requireRecordable(actor, kind);
        _requireState(tokenId, expectedState);
        bytes32 request = TypedRequests.recordStep(actor, tokenId, kind, document, expectedState, deadline);
        _requireSigned(actor, request, deadline, signature);
        _recordStep(actor, tokenId, kind, document);
    }

    /// @inheritdoc IItemRegistry
    function voidStep(uint256 tokenId, uint256 wordBefore, Entry[] calldata path, bytes32 document) external {
        _batchOf(tokenId);
        uint256 word = state[tokenId];
        (uint32 entry, bytes32 digest) = _requireVoidable(word, wordBefore, path, document);
        (uint256 meta,) = _record(tokenId, word, StepKinds.VOIDED, digest, msg.sender);
        emit StepVoided(tokenId, entry, document, meta);
    }

    /// @inheritdoc IItemRegistry
    function voidBatchStep(uint64 batchId, uint256 wordBefore, Entry[] calldata path, bytes32 document)
        external
    {
        _requireBatch(batchId);
        (uint32 entry, bytes32 digest) = _requireVoidable(batchState[batchId], wordBefore, path, document);
        uint256 meta = _recordBatch(batchId, StepKinds.VOIDED, digest, msg.sender);
        emit BatchStepVoided(batchId, entry, document, meta);
    }

    /// @inheritdoc IItemRegistry
    function recall(uint256 tokenId, bytes32 document) external onlyRole(GUARDIAN) {
        _recordEntry(msg.sender, tokenId, StepKinds.RECALLED, document);
    }

    /// @inheritdoc IItemRegistry
    function retire(uint256 tokenId, bytes32 document) external onlyRole(GUARDIAN) {
        _recordEntry(msg.sender, tokenId, StepKinds.RETIRED, document);
    }

    /// @inheritdoc IItemRegistry
    function revoke(uint256 tokenId, bytes32 document) external onlyRole(GUARDIAN) {
        _recordEntry(msg.sender, tokenId, StepKinds.REVOKED, document);
    }

    /// @inheritdoc IItemRegistry
    function revokeBatch(uint64 batchId, bytes32 document) external onlyRole(GUARDIAN) {
        _recordBatchEntry(batchId, StepKinds.REVOKED, document);
    }

    /// @dev One step of an actor already found allowed.
    function _recordStep(address actor, uint256 tokenId, uint32 kind, bytes32 document) private {
        // Else a boutique could make a piece in private hands look unsold.
        if (kind == StepKinds.RETURNED) _requireInStock(tokenId);
        (uint256 meta, uint256 word) = _recordEntry(actor, tokenId, kind, document);
        if (kind == StepKinds.LABEL_REPLACED) {
            issuance = Folding.fold(issuance, word, keccak256(abi.encode(tokenId, document)), meta);
            emit LabelReplaced(tokenId, word, document, meta);
        }
    }

    function _recordEntry(address actor, uint256 tokenId, uint32 kind, bytes32 document)
        private
        returns (uint256 meta, uint256 word)
    {
        _requireDocument(document);
        uint256 wordBefore = state[tokenId];
        // A word that ever grew belongs to a piece that exists: later steps need not read the batch again.
        if (wordBefore == 0) _batchOf(tokenId);
        (meta, word) = _record(tokenId, wordBefore, kind, document, actor);
        emit StepRecorded(tokenId, document, meta);
    }

    function _recordBatchEntry(uint64 batchId, uint32 kind, bytes32 document) private {
        _requireDocument(document);
        _requireBatch(batchId);
        uint256 meta = _recordBatch(batchId, kind, document, msg.sender);
        emit BatchStepRecorded(batchId, document, meta);
    }

    function _requireRecordable(address actor, uint32 kind) private view {
        if (!kind.isIn(StepKinds.RECORDABLE)) revert ItemRegistryKindNotRecordable(kind);
        _requireActor(actor, kind);
    }

    /// @dev Passes only when the path proves the entry and the caller may void it.
    /// Returns the entry's number in its lane and the digest of the voiding entry.
    function _requireVoidable(uint256 word, uint256 wordBefore, Entry[] calldata path, bytes32 document)
        private
        view
        returns (uint32 entry, bytes32 digest)
    {
        _requireDocument(document);
        _requireLength(path.length);
        uint256 refolded = wordBefore;
        for (uint256 i = 0; i < path.length; ++i) {
            refolded = Folding.fold(refolded, path[i].batchWord, path[i].digest, path[i].meta);
        }
        if (refolded != word) revert ItemRegistryPathWrong(refolded, word);

        uint32 kind = Folding.kindOf(path[0].meta);
        if (!kind.isIn(StepKinds.VOIDABLE)) revert ItemRegistryKindNotVoidable(kind);
        if (!hasRole(GUARDIAN, msg.sender)) {
            address actor = Folding.actorOf(path[0].meta);
            if (msg.sender != actor) revert ItemRegistryNotRecorder(msg.sender, actor);
            _requireActor(actor, kind);
        }
        entry = Folding.length_(wordBefore) + 1;
        digest = keccak256(abi.encode(entry, document));
    }

    function _requireLength(uint256 length) private pure {
        if (length == 0 || length > ENTRIES_MAX) revert ItemRegistryLengthInvalid(length, ENTRIES_MAX);
    }
}
