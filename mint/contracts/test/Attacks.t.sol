// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ItemRegistry} from "../src/ItemRegistry.sol";
import {IItemRegistryErrors as Errors} from "../src/interfaces/IItemRegistryErrors.sol";
import {ReportReason} from "../src/interfaces/ItemTypes.sol";
import {StepKinds} from "../src/libraries/StepKinds.sol";
import {TypedRequests} from "../src/libraries/TypedRequests.sol";
import {Fixture} from "./support/Fixture.sol";

/// @dev Frauds known from elsewhere, each tried as its author would.
/// Steps moved between lanes and bad batch documents stand in Voiding.t.sol.
contract AttacksTest is Fixture {
    uint256 private constant CURVE_ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141;

    /// @dev The first buyer kept the claim's signature. The piece comes back, gets a new card and is sold again.
    function test_AClaimReplayedAfterTheReturnToStock() public {
        step(token(0), StepKinds.SOLD);
        bytes32[] memory proof = proofOf(token(0), COUNT);
        bytes memory kept = signClaim(cardKey(token(0)), token(0), buyer);
        registry.claim(token(0), buyer, card(token(0)), proof, DEADLINE, kept);
        vm.prank(buyer);
        registry.transferFrom(buyer, address(stock), token(0));

        uint8 status = StepKinds.IS_SOLD | StepKinds.IS_CLAIMED;
        vm.expectRevert(abi.encodeWithSelector(Errors.ItemRegistryNotClaimable.selector, token(0), status));
        registry.claim(token(0), buyer, card(token(0)), proof, DEADLINE, kept);

        step(token(0), StepKinds.RETURNED);
        vm.prank(registrar);
        registry.setClaimKey(token(0), vm.addr(0x2e3));
        step(token(0), StepKinds.SOLD);
        vm.expectRevert(
            abi.encodeWithSelector(Errors.ItemRegistryClaimKeyWrong.selector, token(0), card(token(0)))
        );
        registry.claim(token(0), buyer, card(token(0)), proof, DEADLINE, kept);
    }

    /// @dev An inner node is 64 bytes, as a token number and a key are. Its halves are shown as such.
    function test_AnInnerNodeShownAsALeaf() public {
        bytes32 key = leafOf(tokenOf(BATCH, 1));
        // A batch whose root is the plain hash over (token, key), as an inner node would be: without the second
        // hash this very pair would be a valid leaf.
        bytes32 root = keccak256(abi.encode(tokenOf(9, 0), address(uint160(uint256(key)))));
        vm.prank(registrar);
        registry.registerBatch(9, 1, PASSPORTS, root, address(stock));
        step(tokenOf(9, 0), StepKinds.SOLD);
        address forged = address(uint160(uint256(key)));
        vm.expectRevert(
            abi.encodeWithSelector(Errors.ItemRegistryClaimKeyWrong.selector, tokenOf(9, 0), forged)
        );
        registry.claim(tokenOf(9, 0), stranger, forged, new bytes32[](0), DEADLINE, "");
    }

    /// @dev A bystander sees the claim on its way and sends it on for himself.
    function test_AClaimFrontRunForAnotherHolder() public {
        step(token(0), StepKinds.SOLD);
        bytes32[] memory proof = proofOf(token(0), COUNT);
        bytes memory seen = signClaim(cardKey(token(0)), token(0), buyer);
        vm.expectRevert(abi.encodeWithSelector(Errors.ItemRegistrySignatureInvalid.selector, card(token(0))));
        vm.prank(stranger);
        registry.claim(token(0), stranger, card(token(0)), proof, DEADLINE, seen);
    }

    function test_ASignatureFromAnotherChain() public {
        sell(token(0));
        uint256 word = registry.state(token(0));
        bytes memory signature = signTransfer(BUYER_KEY, token(0), stranger);
        vm.chainId(1);
        vm.expectRevert(abi.encodeWithSelector(Errors.ItemRegistrySignatureInvalid.selector, buyer));
        registry.transferWithPermit(token(0), stranger, word, DEADLINE, signature);
    }

    function test_ASignatureForAnotherRegistry() public {
        sell(token(0));
        uint256 word = registry.state(token(0));
        ItemRegistry twin = newRegistry();
        bytes32 request = TypedRequests.transfer(token(0), stranger, word, DEADLINE);
        bytes32 separator = domain("Assay ItemRegistry", address(twin));
        bytes memory signature = signDigest(BUYER_KEY, digestOf(separator, request));
        vm.expectRevert(abi.encodeWithSelector(Errors.ItemRegistrySignatureInvalid.selector, buyer));
        registry.transferWithPermit(token(0), stranger, word, DEADLINE, signature);
    }

    /// @dev For every signature there is a second one, with high s and the other v. And shorter spellings.
    function test_AMalleableSignature() public {
        step(token(0), StepKinds.SOLD);
        bytes32[] memory proof = proofOf(token(0), COUNT);
        bytes32 separator = domain("Assay ItemRegistry", address(registry));
        bytes32 digest = digestOf(separator, TypedRequests.claim(token(0), buyer, DEADLINE));
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(cardKey(token(0)), digest);
        bytes32 high = bytes32(CURVE_ORDER - uint256(s));
        bytes[3] memory variants = [
            abi.encodePacked(r, high, v == 27 ? uint8(28) : uint8(27)),
            abi.encodePacked(r, bytes32(uint256(s) | (v == 28 ? 1 << 255 : 0))),
            abi.encodePacked(r, s, v, uint8(0))
        ];
        for (uint256 i = 0; i < variants.length; ++i) {
            vm.expectRevert(
                abi.encodeWithSelector(Errors.ItemRegistrySignatureInvalid.selector, card(token(0)))
            );
            registry.claim(token(0), buyer, card(token(0)), proof, DEADLINE, variants[i]);
        }
    }

    /// @dev With a broken signature `ecrecover` answers zero, which must never be taken for a key.
    function test_AKeyOfZero() public {
        vm.prank(registrar);
        bytes32 root = keccak256(bytes.concat(keccak256(abi.encode(tokenOf(9, 0), address(0)))));
        registry.registerBatch(9, 1, PASSPORTS, root, address(stock));
        step(tokenOf(9, 0), StepKinds.SOLD);
        vm.expectRevert(abi.encodeWithSelector(Errors.ItemRegistrySignatureInvalid.selector, address(0)));
        registry.claim(tokenOf(9, 0), stranger, address(0), new bytes32[](0), DEADLINE, new bytes(65));
    }

    /// @dev A claim key is a bare key: a contract at its address cannot say yes for it.
    function test_AContractInPlaceOfTheClaimKey() public {
        address yes = address(0x1271);
        vm.etch(yes, type(AlwaysYes).runtimeCode);
        vm.prank(registrar);
        registry.setClaimKey(token(0), yes);
        step(token(0), StepKinds.SOLD);
        vm.expectRevert(abi.encodeWithSelector(Errors.ItemRegistrySignatureInvalid.selector, yes));
        registry.claim(token(0), stranger, yes, new bytes32[](0), DEADLINE, new bytes(65));
    }

    /// @dev The brand holds every role and every key of its own: it still cannot take a piece back.
    function test_TheBrandTakesAPieceBack() public {
        sell(token(0));
        vm.startPrank(address(stock));
        vm.expectRevert();
        registry.transferFrom(buyer, address(stock), token(0));
        vm.stopPrank();
        vm.startPrank(registrar);
        vm.expectRevert(abi.encodeWithSelector(Errors.ItemRegistryNotInStock.selector, token(0), buyer));
        registry.setClaimKey(token(0), vm.addr(0x2e3));
        vm.expectRevert(abi.encodeWithSelector(Errors.ItemRegistryBatchExists.selector, BATCH));
        registry.registerBatch(BATCH, COUNT, PASSPORTS, DOCUMENT, address(stock));
        vm.stopPrank();
        vm.expectRevert(abi.encodeWithSelector(Errors.ItemRegistryNotInStock.selector, token(0), buyer));
        this.claimFor(token(0), stranger);
        same(buyer, registry.ownerOf(token(0)));
    }

    /// @dev The seller signs a sale, reports the piece stolen, takes the report back and lets the sale go through.
    function test_APermitSurvivesNoReport() public {
        sell(token(0));
        uint256 word = registry.state(token(0));
        bytes memory signature = signTransfer(BUYER_KEY, token(0), stranger);
        vm.prank(buyer);
        registry.reportStolen(token(0), ReportReason.Theft);
        uint256 grown = registry.state(token(0));
        vm.expectRevert(
            abi.encodeWithSelector(Errors.ItemRegistryStateChanged.selector, token(0), word, grown)
        );
        registry.transferWithPermit(token(0), stranger, word, DEADLINE, signature);
    }

    function test_APieceIsNotBurnt() public {
        sell(token(0));
        vm.expectRevert();
        vm.prank(buyer);
        registry.transferFrom(buyer, address(0), token(0));
        uint256 word = registry.state(token(0));
        bytes memory signature = signTransfer(BUYER_KEY, token(0), address(0));
        vm.expectRevert();
        registry.transferWithPermit(token(0), address(0), word, DEADLINE, signature);
        same(buyer, registry.ownerOf(token(0)));
    }

    function claimFor(uint256 tokenId, address to) external {
        claim(tokenId, to);
    }
}

/// @dev Approves whatever it is asked (ERC-1271).
contract AlwaysYes {
    function isValidSignature(bytes32, bytes calldata) external pure returns (bytes4) {
        return 0x1626ba7e;
    }
}
