// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC7572} from "./IERC7572.sol";
import {IItemRegistryErrors} from "./IItemRegistryErrors.sol";
import {IItemRegistryEvents} from "./IItemRegistryEvents.sol";
import {Entry, Item, ReportReason} from "./ItemTypes.sol";

/// @title The register of one brand's pieces: who they are, what happened to them, whose they are
/// @notice A token is `batchId << 32 | index`. Each piece and each batch has a history word,
/// head 216 | length 32 | status 8, into which every entry is folded:
/// `head' = keccak256(word, batchWord, digest, meta) >> 40`. So one word proves a history complete.
/// Status bits: stolen 1, lost 2, revoked 4, recalled 8, retired 16, sold 32, claimed 64. What counts for a
/// piece is its own status together with its batch's.
/// Signed requests are EIP-712 in the domain "Assay ItemRegistry", version "1".
interface IItemRegistry is IItemRegistryErrors, IItemRegistryEvents, IERC7572 {
    // ---- Registration ----

    /// @notice Registers `count` pieces, owned by `stockAccount` until each one's first transfer. REGISTRAR only.
    /// @dev Folds keccak256(abi.encode(chainId, registry, batchId, count, stockAccount, passports, claimRoot))
    /// as entry 1 of the batch, and the batch's number into the issuance word.
    /// @param batchId Any unused number but zero; drawn at random so that documents can name it beforehand
    /// @param count 1 to 4,096
    /// @param passports SHA-256 digest of the directory with the passports; never zero
    /// @param claimRoot Merkle root over the claim keys, or zero
    /// @param stockAccount A contract; it is never called here
    function registerBatch(
        uint64 batchId,
        uint32 count,
        bytes32 passports,
        bytes32 claimRoot,
        address stockAccount
    ) external;

    // ---- Steps ----

    /// @notice Records one step of a piece. The caller must be an actor allowed that kind.
    /// @dev `returned` only while the piece is back with its stock account; it clears what `sold` set.
    function recordStep(uint256 tokenId, uint32 kind, bytes32 document) external;

    /// @notice Records one step of the same kind for each of 1 to 1,024 pieces, each with its own document.
    function recordSteps(uint256[] calldata tokenIds, uint32 kind, bytes32[] calldata documents) external;

    /// @notice Records one step for a whole batch: sourced, manufactured, inspected, shipped, received or
    /// recalled. A batch is never sold.
    function recordBatchStep(uint64 batchId, uint32 kind, bytes32 document) external;

    /// @notice Records one step that `actor` signed; anyone may bring it, once.
    /// @dev RecordStep(address actor,uint256 tokenId,uint32 kind,bytes32 document,uint256 expectedState,
    /// uint256 deadline). The piece's word must still be `expectedState`; a word never comes back.
    /// @param signature By an account, or whatever the actor's contract accepts (ERC-1271)
    function recordStepFor(
        address actor,
        uint256 tokenId,
        uint32 kind,
        bytes32 document,
        uint256 expectedState,
        uint256 deadline,
        bytes calldata signature
    ) external;

    /// @notice Voids an earlier step of a piece; `document` says why.
    /// @dev The word hides its entries, so the caller shows them: from `wordBefore` the `path` must refold to the
    /// word in force. Only who recorded the step, while still allowed its kind, or a GUARDIAN.
    /// Steps that moved something else stay: transfers, claims, keys and reports; sold and returned (the status
    /// byte); recalled and retired (status); label_replaced (the issuance word would disagree). They are answered
    /// by a further step. Voiding one entry twice is allowed: it says nothing new and costs only its sender.
    /// @param wordBefore The piece's word just before the entry to void; that entry has number length + 1
    /// @param path The entry to void and all entries after it, 1 to 1,024
    function voidStep(uint256 tokenId, uint256 wordBefore, Entry[] calldata path, bytes32 document) external;

    /// @notice Voids an earlier step of a whole batch. Rules and path as in {voidStep}; the registration and a
    /// recall can never be voided.
    function voidBatchStep(uint64 batchId, uint256 wordBefore, Entry[] calldata path, bytes32 document)
        external;

    // ---- Status ----

    /// @notice Marks a piece as called back by its maker. GUARDIAN only; nothing clears it.
    function recall(uint256 tokenId, bytes32 document) external;

    /// @notice Marks a piece as out of life: destroyed, taken apart. GUARDIAN only; nothing clears it.
    function retire(uint256 tokenId, bytes32 document) external;

    /// @notice Withdraws the maker's word for a piece. GUARDIAN only; nothing clears it.
    function revoke(uint256 tokenId, bytes32 document) external;

    /// @notice Withdraws the maker's word for every piece of a batch. GUARDIAN only; nothing clears it.
    function revokeBatch(uint64 batchId, bytes32 document) external;

    /// @notice Reports the caller's piece stolen. It cannot change hands until the report is withdrawn.
    function reportStolen(uint256 tokenId, ReportReason reason) external;

    /// @notice Reports the caller's piece lost.
    function reportLost(uint256 tokenId, ReportReason reason) external;

    /// @notice Takes back whatever is reported of a piece, stolen and lost alike. The owner, or a GUARDIAN.
    function withdrawReport(uint256 tokenId, ReportReason reason) external;

    /// @notice Brings a report, or its withdrawal, that the owner signed.
    /// @dev Report(uint256 tokenId,uint32 kind,uint8 reason,uint256 expectedState,uint256 deadline)
    /// @param kind reported_stolen 20, reported_lost 21 or report_withdrawn 22
    function reportWithPermit(
        uint256 tokenId,
        uint32 kind,
        ReportReason reason,
        uint256 expectedState,
        uint256 deadline,
        bytes calldata signature
    ) external;

    // ---- Ownership ----

    /// @notice Moves a piece as its owner signed; anyone may bring it, once.
    /// @dev Transfer(uint256 tokenId,address to,uint256 expectedState,uint256 deadline)
    function transferWithPermit(
        uint256 tokenId,
        address to,
        uint256 expectedState,
        uint256 deadline,
        bytes calldata signature
    ) external;

    /// @notice Hands a sold piece from stock to `to`, as the hidden claim key signed; anyone may bring it.
    /// @dev Claim(uint256 tokenId,address to,uint256 deadline), signed by the claim key itself (never ERC-1271).
    /// Leaf: keccak256(bytes.concat(keccak256(abi.encode(tokenId, claimKey)))), pairs sorted. Hashing the leaf
    /// twice keeps an inner node, which is 64 bytes too, from passing as a leaf.
    /// Only out of stock: so no key of the brand can take a piece back from whoever holds it.
    /// @param proof From the leaf to the batch's claimRoot, at most 16 nodes; ignored once {setClaimKey} was used
    function claim(
        uint256 tokenId,
        address to,
        address claimKey,
        bytes32[] calldata proof,
        uint256 deadline,
        bytes calldata signature
    ) external;

    /// @notice Replaces the claim key of a piece in stock for ever: lost card, or piece returned. REGISTRAR only.
    /// @dev Clears `claimed`. A key that was set or used for this piece before is refused, so that old cards and
    /// old signatures stay dead. A leaf that was never used is not known here: never set it again.
    function setClaimKey(uint256 tokenId, address claimKey) external;

    // ---- Actors ----

    /// @notice Lets `actor` record `kinds` from `validFrom` until before `validUntil`, Unix seconds. Replaces what
    /// was set before, but never a dispute. ACTOR_ADMIN only.
    /// @param kinds Bit k is kind k; only 1 to 11 and 13. Bit 11, recalled, counts for whole batches only
    function setActor(address actor, uint64 kinds, uint64 validFrom, uint64 validUntil) external;

    /// @notice Ends what `actor` may record, now. What it recorded stays valid. ACTOR_ADMIN only.
    function removeActor(address actor) external;

    /// @notice Disputes everything `account` recorded from `since` on: its key was stolen. ACTOR_ADMIN only.
    /// @dev Once and for ever, and never further back than 90 days. Also takes REGISTRAR and GUARDIAN from the
    /// account; it can be given no role again.
    function dispute(address account, uint64 since) external;

    // ---- Views ----

    /// @notice Everything about one piece.
    function item(uint256 tokenId) external view returns (Item memory);

    /// @notice One registration; all zero where there is none.
    function batches(uint256 batchId)
        external
        view
        returns (
            uint64 registeredAt,
            uint32 count,
            address stockAccount,
            bytes32 passports,
            bytes32 claimRoot
        );

    /// @notice The history word of a piece; zero until its first entry.
    function state(uint256 tokenId) external view returns (uint256);

    /// @notice The history word of a batch.
    function batchState(uint256 batchId) external view returns (uint256);

    /// @notice The word into which every registration and every replaced label is folded, over the whole registry:
    /// head 216 | length 32 | zero 8. Who holds a list of all of them proves it complete with this one word.
    function issuance() external view returns (uint256);

    /// @notice What `account` may record, and since when it is disputed.
    function actors(address account)
        external
        view
        returns (uint64 disputedSince, uint64 validUntil, uint64 validFrom, uint64 kinds);

    /// @notice The key that replaced the leaf of a piece; zero while the leaf is in force.
    function claimKeys(uint256 tokenId) external view returns (address);

    /// @notice Replaces the text behind contractURI, at most 512 bytes. Default admin only.
    function setContractURI(string calldata uri) external;
}
