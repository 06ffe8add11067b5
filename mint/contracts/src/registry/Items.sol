// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {
    AccessControlDefaultAdminRules
} from "@openzeppelin/contracts/access/extensions/AccessControlDefaultAdminRules.sol";
import {ERC721} from "@openzeppelin/contracts/token/ERC721/ERC721.sol";
import {IERC165} from "@openzeppelin/contracts/utils/introspection/IERC165.sol";
import {Batch, Item} from "../interfaces/ItemTypes.sol";
import {IItemRegistry} from "../interfaces/IItemRegistry.sol";
import {Folding} from "../libraries/Folding.sol";
import {PassportUri} from "../libraries/PassportUri.sol";
import {StepKinds} from "../libraries/StepKinds.sol";
import {Actors} from "./Actors.sol";

/// @title The pieces: registered in batches, owned from the first moment, each with its history word
/// @dev Ownership is implicit until the first transfer. There is no burn: a burnt token would fall back to stock.
/// Invariants: `balanceOf(a)` is the number of pieces `a` owns; a word only ever grows; a stolen piece never moves.
abstract contract Items is ERC721, Actors {
    uint256 private constant INDEX_BITS = 32;
    uint32 private constant COUNT_MAX = 4096;

    /// @inheritdoc IItemRegistry
    mapping(uint256 batchId => Batch) public override batches;
    /// @inheritdoc IItemRegistry
    mapping(uint256 tokenId => uint256) public override state;
    /// @inheritdoc IItemRegistry
    mapping(uint256 batchId => uint256) public override batchState;
    /// @inheritdoc IItemRegistry
    uint256 public override issuance;
    /// @inheritdoc IItemRegistry
    mapping(uint256 tokenId => address) public override claimKeys;

    /// @inheritdoc IItemRegistry
    function registerBatch(
        uint64 batchId,
        uint32 count,
        bytes32 passports,
        bytes32 claimRoot,
        address stockAccount
    ) external onlyRole(REGISTRAR) {
        if (batchId == 0) revert ItemRegistryBatchIdZero();
        if (count == 0 || count > COUNT_MAX) revert ItemRegistryCountOutOfRange(count, COUNT_MAX);
        if (batches[batchId].count != 0) revert ItemRegistryBatchExists(batchId);
        if (passports == 0) revert ItemRegistryDocumentZero();
        if (stockAccount.code.length == 0) revert ItemRegistryStockAccountInvalid(stockAccount);

        batches[batchId] = Batch(uint64(block.timestamp), count, stockAccount, passports, claimRoot);
        _increaseBalance(stockAccount, count);
        uint256 first = uint256(batchId) << INDEX_BITS;
        for (uint256 tokenId = first; tokenId < first + count; ++tokenId) {
            emit Transfer(address(0), stockAccount, tokenId);
        }
        bytes32 digest = keccak256(
            abi.encode(block.chainid, address(this), batchId, count, stockAccount, passports, claimRoot)
        );
        uint256 meta = Folding.metaOf(msg.sender, StepKinds.REGISTERED);
        uint256 word = Folding.fold(0, 0, digest, meta);
        batchState[batchId] = word;
        issuance = Folding.fold(issuance, word, bytes32(uint256(batchId)), meta);
        emit BatchRegistered(batchId, count, stockAccount, passports, claimRoot, meta);
    }

    /// @inheritdoc IItemRegistry
    function item(uint256 tokenId) external view returns (Item memory) {
        Batch memory batch = batches[tokenId >> INDEX_BITS];
        return Item({
            owner: _requireOwned(tokenId),
            state: state[tokenId],
            batchState: batchState[tokenId >> INDEX_BITS],
            batchId: uint64(tokenId >> INDEX_BITS),
            index: uint32(tokenId),
            count: batch.count,
            registeredAt: batch.registeredAt,
            stockAccount: batch.stockAccount,
            passports: batch.passports,
            claimRoot: batch.claimRoot,
            claimKey: claimKeys[tokenId]
        });
    }

    /// @notice Where the passport of a piece is found: ipfs://<CIDv1>/<index div 64>/<index mod 64>.json
    function tokenURI(uint256 tokenId) public view override returns (string memory) {
        return PassportUri.locate(_batchOf(tokenId).passports, uint32(tokenId));
    }

    /// @inheritdoc IERC165
    function supportsInterface(bytes4 interfaceId)
        public
        view
        override(ERC721, AccessControlDefaultAdminRules)
        returns (bool)
    {
        return interfaceId == type(IItemRegistry).interfaceId || super.supportsInterface(interfaceId);
    }

    /// @dev Folds one entry into a piece's history; `wordBefore` is its word as just read.
    function _record(uint256 tokenId, uint256 wordBefore, uint32 kind, bytes32 digest, address actor)
        internal
        returns (uint256 meta, uint256 word)
    {
        meta = Folding.metaOf(actor, kind);
        word = Folding.fold(wordBefore, batchState[tokenId >> INDEX_BITS], digest, meta);
        state[tokenId] = word;
    }

    /// @dev Folds one entry into a batch's history.
    function _recordBatch(uint64 batchId, uint32 kind, bytes32 digest, address actor)
        internal
        returns (uint256 meta)
    {
        meta = Folding.metaOf(actor, kind);
        uint256 word = batchState[batchId];
        batchState[batchId] = Folding.fold(word, word, digest, meta);
    }

    /// @dev Every move but a claim comes through here. The actor is who called, or the owner who signed.
    function _update(address to, uint256 tokenId, address auth) internal override returns (address from) {
        uint256 word = state[tokenId];
        if (uint8(word) & StepKinds.IS_STOLEN != 0) revert ItemRegistryStolen(tokenId);
        from = super._update(to, tokenId, auth);
        address actor = auth == address(0) ? from : auth;
        bytes32 digest = keccak256(abi.encode(from, to));
        (uint256 meta,) = _record(tokenId, word, StepKinds.TRANSFERRED, digest, actor);
        emit TransferRecorded(tokenId, from, to, meta);
    }

    /// @dev The owner on record, or the stock account while the piece never moved; zero for no such piece.
    /// Looked up under the whole upper part of the number, so that no number beyond 96 bits is an alias.
    function _ownerOf(uint256 tokenId) internal view override returns (address owner) {
        owner = super._ownerOf(tokenId);
        if (owner == address(0)) {
            Batch storage batch = batches[tokenId >> INDEX_BITS];
            if (uint32(tokenId) < batch.count) owner = batch.stockAccount;
        }
    }

    /// @dev The batch of a piece that exists.
    function _batchOf(uint256 tokenId) internal view returns (Batch storage batch) {
        batch = batches[tokenId >> INDEX_BITS];
        if (uint32(tokenId) >= batch.count) revert ERC721NonexistentToken(tokenId);
    }

    /// @dev Passes only for a registered batch.
    function _requireBatch(uint64 batchId) internal view {
        if (batches[batchId].count == 0) revert ItemRegistryBatchUnknown(batchId);
    }

    /// @dev Passes only while the piece is with its batch's stock account, which it returns.
    function _requireInStock(uint256 tokenId) internal view returns (address owner) {
        owner = _requireOwned(tokenId);
        if (owner != batches[tokenId >> INDEX_BITS].stockAccount) {
            revert ItemRegistryNotInStock(tokenId, owner);
        }
    }

    /// @dev Passes for anything but the zero digest.
    function _requireDocument(bytes32 document) internal pure {
        if (document == 0) revert ItemRegistryDocumentZero();
    }
}
