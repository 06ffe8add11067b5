// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Entry, ReportReason} from "../../src/interfaces/ItemTypes.sol";
import {Folding} from "../../src/libraries/Folding.sol";
import {StepKinds} from "../../src/libraries/StepKinds.sol";
import {TypedRequests} from "../../src/libraries/TypedRequests.sol";
import {Fixture} from "./Fixture.sol";
import {Replay} from "./Replay.sol";

/// @dev Everything people do to pieces, at random. What is refused changes nothing, here and there.
contract Life is Fixture {
    uint256 private constant BATCHES_MAX = 5;
    uint256 private constant FIRST_SPARE_KEY = 0x57a2e;

    Replay public replay;
    bool public contradicted;
    /// @dev The last step of each lane, with the word before it: enough to void it.
    mapping(uint256 lane => uint256) private wordBefore;
    mapping(uint256 lane => Entry) private lastStep;
    /// @dev Which key its card has by now, from FIRST_SPARE_KEY on; zero while the leaf is in force.
    mapping(uint256 tokenId => uint256) private spareKey;

    function setUp() public override {
        deploy();
        replay = new Replay(address(registry));
        vm.recordLogs();
        register(BATCH, COUNT);
        replay.follow(vm.getRecordedLogs());
    }

    function where() external view returns (address) {
        return address(registry);
    }

    function holders() external view returns (address[3] memory) {
        return [address(stock), buyer, stranger];
    }

    /// @dev Replays what the call told. A contradiction must not undo the call that brought it to light.
    modifier told() {
        vm.warp(block.timestamp + 60);
        vm.recordLogs();
        _;
        try replay.follow(vm.getRecordedLogs()) {}
        catch {
            contradicted = true;
        }
    }

    function registerOne(uint64 batchId) external told {
        if (replay.batchCount() == BATCHES_MAX) batchId = BATCH; // refused: it exists
        register(batchId, COUNT);
    }

    function recordOne(uint256 seed, uint32 kind, bytes32 document) external told {
        uint256 tokenId = pick(seed);
        kind = uint32(between(kind, 1, 13));
        wordBefore[tokenId] = registry.state(tokenId);
        lastStep[tokenId] = Entry(registry.batchState(tokenId >> 32), document, Folding.metaOf(actor, kind));
        vm.prank(actor);
        registry.recordStep(tokenId, kind, document);
    }

    function recordMany(uint256 seed, bytes32 document) external told {
        uint256[] memory tokenIds = new uint256[](3);
        bytes32[] memory documents = new bytes32[](3);
        for (uint256 i = 0; i < 3; ++i) {
            (tokenIds[i], documents[i]) = (pick(seed / (i + 1)), document);
        }
        vm.prank(actor);
        registry.recordSteps(tokenIds, StepKinds.SOLD, documents);
    }

    function recordBatch(uint256 seed, uint32 kind, bytes32 document) external told {
        uint64 batchId = uint64(pick(seed) >> 32);
        kind = uint32(between(kind, 1, 6));
        if (kind == 6) kind = StepKinds.RECALLED;
        uint256 word = registry.batchState(batchId);
        wordBefore[batchId] = word;
        lastStep[batchId] = Entry(word, document, Folding.metaOf(actor, kind));
        vm.prank(actor);
        registry.recordBatchStep(batchId, kind, document);
    }

    function voidLast(uint256 seed, bool ofBatch, bytes32 document) external told {
        uint256 tokenId = pick(seed);
        uint256 lane = ofBatch ? tokenId >> 32 : tokenId;
        Entry[] memory path = new Entry[](1);
        path[0] = lastStep[lane];
        vm.prank(seed % 2 == 0 ? actor : guardian);
        if (ofBatch) registry.voidBatchStep(uint64(lane), wordBefore[lane], path, document);
        else registry.voidStep(lane, wordBefore[lane], path, document);
    }

    /// @dev Sold where it is not yet, so that claims happen often.
    function claimOne(uint256 seed, uint256 who) external told {
        uint256 tokenId = pick(seed);
        if (uint8(registry.state(tokenId)) & StepKinds.IS_SOLD == 0) step(tokenId, StepKinds.SOLD);
        uint256 key = spareKey[tokenId] == 0 ? cardKey(tokenId) : spareKey[tokenId];
        address to = holder(who);
        bytes memory signature = signClaim(key, tokenId, to);
        registry.claim(tokenId, to, vm.addr(key), proofOf(tokenId, COUNT), DEADLINE, signature);
    }

    function setKey(uint256 seed, uint256 keySeed) external told {
        uint256 tokenId = pick(seed);
        uint256 key = FIRST_SPARE_KEY + keySeed % 4; // few, so that old ones are tried again
        if (keySeed % 5 == 0) key = cardKey(tokenId);
        spareKey[tokenId] = key;
        vm.prank(registrar);
        registry.setClaimKey(tokenId, vm.addr(key));
    }

    function moveOne(uint256 seed, uint256 who, bool back) external told {
        uint256 tokenId = pick(seed);
        address owner = registry.ownerOf(tokenId);
        vm.prank(owner);
        registry.transferFrom(owner, back ? address(stock) : holder(who), tokenId);
    }

    function moveByPermit(uint256 seed, uint256 who) external told {
        uint256 tokenId = pick(seed);
        uint256 word = registry.state(tokenId);
        bytes memory signature;
        if (registry.ownerOf(tokenId) == address(stock)) {
            bytes32 request = TypedRequests.transfer(tokenId, holder(who), word, DEADLINE);
            signature = signForStock(OPERATOR_KEY, stock, request);
        } else {
            signature = signTransfer(BUYER_KEY, tokenId, holder(who));
        }
        registry.transferWithPermit(tokenId, holder(who), word, DEADLINE, signature);
    }

    function reportOne(uint256 seed, uint8 which) external told {
        uint256 tokenId = pick(seed);
        vm.prank(registry.ownerOf(tokenId));
        if (which % 3 == 0) registry.reportStolen(tokenId, ReportReason.Theft);
        else if (which % 3 == 1) registry.reportLost(tokenId, ReportReason.Mislaid);
        else registry.withdrawReport(tokenId, ReportReason.Recovered);
    }

    function guardOne(uint256 seed, uint8 which, bytes32 document) external told {
        uint256 tokenId = pick(seed);
        vm.prank(guardian);
        if (which % 5 == 0) registry.recall(tokenId, document);
        else if (which % 5 == 1) registry.retire(tokenId, document);
        else if (which % 5 == 2) registry.revoke(tokenId, document);
        else if (which % 5 == 3) registry.revokeBatch(uint64(tokenId >> 32), document);
        else registry.withdrawReport(tokenId, ReportReason.NotStated);
    }

    function pick(uint256 seed) private view returns (uint256) {
        return replay.tokenIds(seed % replay.tokenCount());
    }

    function holder(uint256 who) private view returns (address) {
        return who % 2 == 0 ? buyer : stranger;
    }
}
