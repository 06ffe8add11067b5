// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {MerkleProof} from "@openzeppelin/contracts/utils/cryptography/MerkleProof.sol";
import {Entry, ReportReason} from "../src/interfaces/ItemTypes.sol";
import {Folding} from "../src/libraries/Folding.sol";
import {PassportUri} from "../src/libraries/PassportUri.sol";
import {StepKinds} from "../src/libraries/StepKinds.sol";
import {TypedRequests} from "../src/libraries/TypedRequests.sol";
import {Fixture} from "./support/Fixture.sol";

/// @dev The files of tests/vectors, which every language reads: all must come to the same bytes.
contract VectorsTest is Fixture {
    string private json;
    uint256 private tokenId;
    uint64 private batchId;
    uint256 private told_;

    function setUp() public override {
        deploy();
    }

    /// @dev Every kind, every status pattern, the longest history but one.
    function test_BareFolds() public {
        json = vm.readFile("../../tests/vectors/folding.json");
        uint256[] memory words = vm.parseJsonUintArray(json, ".folds.word");
        uint256[] memory batchWords = vm.parseJsonUintArray(json, ".folds.batch_word");
        bytes32[] memory digests = vm.parseJsonBytes32Array(json, ".folds.digest");
        uint256[] memory metas = vm.parseJsonUintArray(json, ".folds.meta");
        uint256[] memory folded = vm.parseJsonUintArray(json, ".folds.folded");

        holds(words.length > 70, "vectors read");
        for (uint256 i = 0; i < words.length; ++i) {
            same(folded[i], Folding.fold(words[i], batchWords[i], digests[i], metas[i]));
        }
    }

    /// @dev A piece's life told through the contract's own calls gives word for word what Python folds.
    function test_History() public {
        json = vm.readFile("../../tests/vectors/folding.json");
        tokenId = vm.parseJsonUint(json, ".token_id");
        batchId = uint64(tokenId >> 32);
        same(vm.parseJsonAddress(json, ".contract"), address(registry));
        vm.prank(registrar);
        registry.registerBatch(
            batchId,
            uint32(vm.parseJsonUint(json, ".registration.count")),
            vm.parseJsonBytes32(json, ".registration.passports"),
            vm.parseJsonBytes32(json, ".registration.claim_root"),
            address(stock)
        );
        same(vm.parseJsonUint(json, ".registration.batch_word"), registry.batchState(batchId));
        same(vm.parseJsonUint(json, ".registration.issuance"), registry.issuance());

        tellFirstHalf();
        tellSecondHalf();
        same(vm.parseJsonUintArray(json, ".history.kind").length, told_);
    }

    function test_ClaimTrees() public {
        json = vm.readFile("../../tests/vectors/claim_tree.json");
        for (uint256 i = 0; i < 6; ++i) {
            string memory tree = string.concat(".trees[", digit(i), "]");
            uint256[] memory ids = vm.parseJsonUintArray(json, string.concat(tree, ".token_ids"));
            address[] memory keys = vm.parseJsonAddressArray(json, string.concat(tree, ".claim_keys"));
            bytes32 root = vm.parseJsonBytes32(json, string.concat(tree, ".root"));
            for (uint256 k = 0; k < ids.length; ++k) {
                bytes32 leaf = keccak256(bytes.concat(keccak256(abi.encode(ids[k], keys[k]))));
                bytes32[] memory proof =
                    vm.parseJsonBytes32Array(json, string.concat(tree, ".proofs[", digit(k), "]"));

                holds(MerkleProof.verify(proof, root, leaf), "proof of the vector");
            }
        }
    }

    /// @dev The leaves of the vector are accepted by the contract itself.
    function test_ClaimByVectorProof() public {
        json = vm.readFile("../../tests/vectors/claim_tree.json");
        tokenId = vm.parseJsonUintArray(json, ".trees[4].token_ids")[7];
        bytes32 root = vm.parseJsonBytes32(json, ".trees[4].root");
        bytes32[] memory proof = vm.parseJsonBytes32Array(json, ".trees[4].proofs[7]");
        uint256 key = 0xca4d0000 + 807;
        vm.prank(registrar);
        registry.registerBatch(uint64(tokenId >> 32), 8, PASSPORTS, root, address(stock));
        step(tokenId, StepKinds.SOLD);
        registry.claim(tokenId, buyer, vm.addr(key), proof, DEADLINE, signClaim(key, tokenId, buyer));

        same(buyer, registry.ownerOf(tokenId));
    }

    function test_TypedRequests() public {
        json = vm.readFile("../../tests/vectors/eip712.json");
        uint256 id = number("Claim", "tokenId");
        uint256 deadline = number("Claim", "deadline");
        check("Claim", TypedRequests.claim(id, account("Claim", "to"), deadline), false);
        uint256 word = number("Transfer", "expectedState");
        check("Transfer", TypedRequests.transfer(id, account("Transfer", "to"), word, deadline), false);
        check("Report", TypedRequests.report(id, 20, ReportReason.Burglary, word, deadline), false);
        bytes32 document = vm.parseJsonBytes32(json, ".requests.RecordStep.message.document");
        address who = account("RecordStep", "actor");
        check("RecordStep", TypedRequests.recordStep(who, id, 8, document, word, deadline), false);
        bytes32 approved = vm.parseJsonBytes32(json, ".requests.Approval.message.hash");
        bytes32 approval = keccak256(abi.encode(keccak256("Approval(bytes32 hash)"), approved));
        check("Approval", approval, true);
        bytes memory signature = vm.parseJsonBytes(json, ".requests.Approval.signature");

        holds(stock.isValidSignature(approved, signature) == 0x1626ba7e, "the vector's approval counts");
    }

    /// @dev The all-zero digest and one with every bit set, as `ContentId` spells them.
    function test_ContentIds() public pure {
        same("bafybeiaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", PassportUri.cid(bytes32(0)));
        same(
            "bafybeih777777777777777777777777777777777777777777777777774",
            PassportUri.cid(bytes32(type(uint256).max))
        );
    }

    // ---- The history, call by call ----

    function tellFirstHalf() private {
        Entry[] memory path = new Entry[](1);
        (bytes32 document, uint256 word) = next(actor);
        registry.recordBatchStep(batchId, SHIPPED, document);
        told();
        (document,) = next(actor);
        registry.recordStep(tokenId, SOURCED, document);
        told();
        path[0] = entryOf(1);
        (document,) = next(actor);
        registry.voidStep(tokenId, 0, path, document);
        told();
        path[0] = entryOf(0);
        word = vm.parseJsonUint(json, ".registration.batch_word");
        (document,) = next(guardian);
        registry.voidBatchStep(batchId, word, path, document);
        told();
        next(registrar);
        registry.setClaimKey(tokenId, vm.parseJsonAddress(json, ".claim_key"));
        told();
        (document,) = next(actor);
        registry.recordStep(tokenId, StepKinds.SOLD, document);
        told();
    }

    function tellSecondHalf() private {
        bytes memory signature = signClaim(0xca4d, tokenId, buyer);
        next(stranger);
        registry.claim(tokenId, buyer, vm.addr(0xca4d), new bytes32[](0), DEADLINE, signature);
        told();
        (bytes32 document,) = next(actor);
        registry.recordStep(tokenId, StepKinds.LABEL_REPLACED, document);
        told();
        next(buyer);
        registry.reportStolen(tokenId, ReportReason.Burglary);
        told();
        next(guardian);
        registry.withdrawReport(tokenId, ReportReason.Recovered);
        told();
        next(buyer);
        registry.transferFrom(buyer, stranger, tokenId);
        told();
        (document,) = next(actor);
        registry.recordBatchStep(batchId, StepKinds.RECALLED, document);
        told();
        (document,) = next(guardian);
        registry.retire(tokenId, document);
        told();
    }

    /// @dev Sets time and caller for the entry to come; gives its document and the piece's word before it.
    function next(address caller) private returns (bytes32 document, uint256 word) {
        document = vm.parseJsonBytes32Array(json, ".history.document")[told_];
        word = registry.state(tokenId);
        vm.warp(vm.parseJsonUintArray(json, ".history.time_s")[told_]);
        vm.prank(caller);
    }

    function told() private {
        same(vm.parseJsonUintArray(json, ".history.item_word")[told_], registry.state(tokenId));
        same(vm.parseJsonUintArray(json, ".history.batch_word")[told_], registry.batchState(batchId));
        same(vm.parseJsonUintArray(json, ".history.issuance")[told_], registry.issuance());
        ++told_;
    }

    /// @dev Entry `index` of the history, as shown on a path; its batch word is the one after entry 0, except
    /// for entry 0 itself.
    function entryOf(uint256 index) private view returns (Entry memory entry) {
        entry.batchWord = index == 0
            ? vm.parseJsonUint(json, ".registration.batch_word")
            : vm.parseJsonUintArray(json, ".history.batch_word")[index - 1];
        entry.digest = vm.parseJsonBytes32Array(json, ".history.digest")[index];
        entry.meta = vm.parseJsonUintArray(json, ".history.meta")[index];
    }

    // ---- Reading eip712.json ----

    function check(string memory name, bytes32 request, bool ofStock) private view {
        string memory place = string.concat(".requests.", name);
        bytes32 separator = ofStock
            ? domain("Assay StockAccount", address(stock))
            : domain("Assay ItemRegistry", address(registry));
        bytes32 digest = digestOf(separator, request);
        uint256 key = vm.parseJsonUint(json, string.concat(place, ".signer_key"));

        same(vm.parseJsonBytes32(json, string.concat(place, ".struct_hash")), request);
        same(vm.parseJsonBytes32(json, string.concat(place, ".digest")), digest);
        same(
            keccak256(vm.parseJsonBytes(json, string.concat(place, ".signature"))),
            keccak256(signDigest(key, digest))
        );
    }

    function number(string memory request, string memory field) private view returns (uint256) {
        return vm.parseJsonUint(json, string.concat(".requests.", request, ".message.", field));
    }

    function account(string memory request, string memory field) private view returns (address) {
        return vm.parseJsonAddress(json, string.concat(".requests.", request, ".message.", field));
    }

    function digit(uint256 value) private pure returns (string memory) {
        bytes memory text = new bytes(value < 10 ? 1 : 2);
        if (value >= 10) text[0] = bytes1(uint8(48 + value / 10));
        text[text.length - 1] = bytes1(uint8(48 + value % 10));
        return string(text);
    }
}
