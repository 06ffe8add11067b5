// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ReportReason} from "./ItemTypes.sol";

/// @notice Every way the registry itself refuses. Nothing was changed when one of these is thrown.
/// Missing roles are OpenZeppelin's AccessControlUnauthorizedAccount, unknown tokens its ERC721NonexistentToken.
interface IItemRegistryErrors {
    /// @notice Thrown when a batch is to be registered under number zero.
    error ItemRegistryBatchIdZero();

    /// @notice Thrown when `batchId` is registered already. Ids are never used twice.
    error ItemRegistryBatchExists(uint64 batchId);

    /// @notice Thrown when no batch `batchId` was registered.
    error ItemRegistryBatchUnknown(uint256 batchId);

    /// @notice Thrown when a batch has no piece or more than `countMax`.
    error ItemRegistryCountOutOfRange(uint256 count, uint256 countMax);

    /// @notice Thrown when a document, or the passports directory, is named by the zero digest.
    error ItemRegistryDocumentZero();

    /// @notice Thrown when `account` has no code: stock is held by a contract, so that its keys can rotate.
    error ItemRegistryStockAccountInvalid(address account);

    /// @notice Thrown when `kind` cannot be recorded by this call.
    error ItemRegistryKindNotRecordable(uint32 kind);

    /// @notice Thrown when `kinds` is empty or has a bit that no actor may hold.
    error ItemRegistryKindsInvalid(uint64 kinds);

    /// @notice Thrown when an actor's time would be empty.
    error ItemRegistryValidityInvalid(uint64 validFrom, uint64 validUntil);

    /// @notice Thrown when `actor` may not record `kind` at this block, or was never set (kind 0).
    error ItemRegistryActorNotAllowed(address actor, uint32 kind);

    /// @notice Thrown when `actor` is disputed: it can record nothing more and cannot be disputed again.
    error ItemRegistryActorDisputed(address actor, uint64 disputedSince);

    /// @notice Thrown when a dispute would begin in the future, or more than 90 days before `timestamp`.
    error ItemRegistryDisputeOutOfRange(uint64 since, uint256 timestamp);

    /// @notice Thrown when lists that belong together differ in length, or one call asks for too much.
    error ItemRegistryLengthInvalid(uint256 length, uint256 lengthExpectedOrMax);

    /// @notice Thrown when the piece is not owned by its batch's stock account.
    error ItemRegistryNotInStock(uint256 tokenId, address owner);

    /// @notice Thrown when `account` is neither the owner nor allowed otherwise.
    error ItemRegistryNotOwner(uint256 tokenId, address account);

    /// @notice Thrown when a stolen piece is to change hands.
    error ItemRegistryStolen(uint256 tokenId);

    /// @notice Thrown when a claim comes before the sale, or after the key was used up.
    error ItemRegistryNotClaimable(uint256 tokenId, uint8 status);

    /// @notice Thrown when a piece would be claimed for its stock account or for nobody.
    error ItemRegistryClaimantInvalid(address to);

    /// @notice Thrown when `claimKey` is not the key in force for this piece.
    error ItemRegistryClaimKeyWrong(uint256 tokenId, address claimKey);

    /// @notice Thrown when a new claim key is zero, or was in force or used for this piece before.
    error ItemRegistryClaimKeySpent(uint256 tokenId, address claimKey);

    /// @notice Thrown when `signature` is not `signer`'s over this request on this registry and chain.
    error ItemRegistrySignatureInvalid(address signer);

    /// @notice Thrown when a signed request came too late.
    error ItemRegistryDeadlinePassed(uint256 deadline);

    /// @notice Thrown when the history grew after the request was signed; each signature works once.
    error ItemRegistryStateChanged(uint256 tokenId, uint256 expectedState, uint256 state);

    /// @notice Thrown when `reason` does not go with `kind`, or `kind` is no report.
    error ItemRegistryReasonInvalid(uint32 kind, ReportReason reason);

    /// @notice Thrown when a report changes nothing: made already, or nothing to withdraw.
    error ItemRegistryReportUnchanged(uint256 tokenId, uint32 kind);

    /// @notice Thrown when the path does not lead from `wordBefore` to the history word in force.
    error ItemRegistryPathWrong(uint256 refolded, uint256 word);

    /// @notice Thrown when an entry of `kind` can never be voided.
    error ItemRegistryKindNotVoidable(uint32 kind);

    /// @notice Thrown when `account` neither recorded the entry nor is a guardian.
    error ItemRegistryNotRecorder(address account, address actor);
}
