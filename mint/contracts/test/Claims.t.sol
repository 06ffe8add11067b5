// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IAccessControl} from "@openzeppelin/contracts/access/IAccessControl.sol";
import {IERC721Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";
import {IItemRegistryErrors as Errors} from "../src/interfaces/IItemRegistryErrors.sol";
import {IItemRegistryEvents as Events} from "../src/interfaces/IItemRegistryEvents.sol";
import {ReportReason} from "../src/interfaces/ItemTypes.sol";
import {Folding} from "../src/libraries/Folding.sol";
import {StepKinds} from "../src/libraries/StepKinds.sol";
import {Fixture} from "./support/Fixture.sol";
import {Vm} from "./support/Vm.sol";

/// @dev A buyer takes a sold piece out of stock with the hidden key of its card, once.
contract ClaimsTest is Fixture {
    uint256 private constant NEW_KEY = 0x2e3;
    bytes32[] private none;

    function test_AClaimMovesThePieceAndUsesTheKeyUp() public {
        step(token(0), StepKinds.SOLD);
        uint256 word = registry.state(token(0));
        uint256 meta = Folding.metaOf(card(token(0)), StepKinds.CLAIMED);
        vm.recordLogs();
        claim(token(0), buyer);
        Vm.Log[] memory logs = vm.getRecordedLogs();

        same(buyer, registry.ownerOf(token(0)));
        bytes32 digest = keccak256(abi.encode(address(stock), buyer, card(token(0))));
        same(Folding.fold(word, registry.batchState(BATCH), digest, meta), registry.state(token(0)));
        same(StepKinds.IS_SOLD | StepKinds.IS_CLAIMED, uint8(registry.state(token(0))));
        same(2, logs.length); // Transfer and Claimed: one entry, not a transfer beside it
        same(Events.Claimed.selector, logs[1].topics[0]);
        same(keccak256(abi.encode(address(stock), buyer, card(token(0)), meta)), keccak256(logs[1].data));
    }

    function test_AnyoneMayBringTheClaim() public {
        step(token(0), StepKinds.SOLD);
        vm.prank(stranger);
        claim(token(0), buyer);
        same(buyer, registry.ownerOf(token(0)));
    }

    function test_NoClaimBeforeTheSale() public {
        vm.expectRevert(notClaimable(0));
        this.claimFor(token(0), buyer);
    }

    function test_NoClaimAfterTheSaleWasTakenBack() public {
        step(token(0), StepKinds.SOLD);
        step(token(0), StepKinds.RETURNED);
        vm.expectRevert(notClaimable(0));
        this.claimFor(token(0), buyer);
    }

    function test_NoClaimOfWhatIsNotInStock() public {
        sell(token(0));
        vm.expectRevert(abi.encodeWithSelector(Errors.ItemRegistryNotInStock.selector, token(0), buyer));
        this.claimFor(token(0), stranger);
    }

    function test_NoClaimForTheStockAccountOrNobody() public {
        step(token(0), StepKinds.SOLD);
        vm.expectRevert(abi.encodeWithSelector(Errors.ItemRegistryClaimantInvalid.selector, address(stock)));
        this.claimFor(token(0), address(stock));
        vm.expectRevert(abi.encodeWithSelector(Errors.ItemRegistryClaimantInvalid.selector, address(0)));
        this.claimFor(token(0), address(0));
    }

    function test_NoClaimOfAStolenPiece() public {
        step(token(0), StepKinds.SOLD);
        vm.prank(address(stock));
        registry.reportStolen(token(0), ReportReason.Theft);
        vm.expectRevert(abi.encodeWithSelector(Errors.ItemRegistryStolen.selector, token(0)));
        this.claimFor(token(0), buyer);
    }

    function test_NoClaimOfNoPiece() public {
        vm.expectRevert(abi.encodeWithSelector(IERC721Errors.ERC721NonexistentToken.selector, token(COUNT)));
        registry.claim(token(COUNT), buyer, card(token(0)), none, DEADLINE, "");
    }

    function test_AnotherPiecesCardDoesNotClaim() public {
        step(token(0), StepKinds.SOLD);
        bytes32[] memory proof = proofOf(token(1), COUNT);
        bytes memory signature = signClaim(cardKey(token(1)), token(0), buyer);
        vm.expectRevert(wrongKey(card(token(1))));
        registry.claim(token(0), buyer, card(token(1)), proof, DEADLINE, signature);
    }

    function test_TheSignatureNamesTheClaimant() public {
        step(token(0), StepKinds.SOLD);
        bytes32[] memory proof = proofOf(token(0), COUNT);
        bytes memory signature = signClaim(cardKey(token(0)), token(0), buyer);
        vm.expectRevert(notSigned(card(token(0))));
        registry.claim(token(0), stranger, card(token(0)), proof, DEADLINE, signature);
    }

    function test_ALateClaimIsRefused() public {
        step(token(0), StepKinds.SOLD);
        vm.warp(DEADLINE + 1);
        vm.expectRevert(abi.encodeWithSelector(Errors.ItemRegistryDeadlinePassed.selector, DEADLINE));
        this.claimFor(token(0), buyer);
        vm.warp(DEADLINE);
        claim(token(0), buyer);
    }

    function test_AProofBeyond16NodesIsRefused() public {
        step(token(0), StepKinds.SOLD);
        bytes32[] memory proof = new bytes32[](17);
        vm.expectRevert(abi.encodeWithSelector(Errors.ItemRegistryLengthInvalid.selector, 17, 16));
        registry.claim(token(0), buyer, card(token(0)), proof, DEADLINE, "");
    }

    function test_WithoutAClaimRootNoLeafCounts() public {
        vm.prank(registrar);
        registry.registerBatch(7, 1, PASSPORTS, 0, address(stock));
        step(tokenOf(7, 0), StepKinds.SOLD);
        vm.expectRevert(
            abi.encodeWithSelector(Errors.ItemRegistryClaimKeyWrong.selector, tokenOf(7, 0), address(0))
        );
        registry.claim(tokenOf(7, 0), buyer, address(0), none, DEADLINE, "");
    }

    // ---- Replaced keys ----

    function test_ASetKeyClaimsWithoutProof() public {
        setKey(token(0), NEW_KEY);
        step(token(0), StepKinds.SOLD);
        claimWith(NEW_KEY);
        same(buyer, registry.ownerOf(token(0)));
    }

    function test_ASetKeyReplacesTheLeafForEver() public {
        setKey(token(0), NEW_KEY);
        step(token(0), StepKinds.SOLD);
        vm.expectRevert(wrongKey(card(token(0))));
        this.claimFor(token(0), buyer);
    }

    function test_SettingAKeyFoldsTellsAndClearsClaimed() public {
        sell(token(0));
        giveBack(token(0));
        uint256 word = registry.state(token(0));
        uint256 meta = Folding.metaOf(registrar, StepKinds.CLAIM_KEY_SET);
        vm.expectEmit();
        emit Events.ClaimKeySet(token(0), vm.addr(NEW_KEY), meta);
        setKey(token(0), NEW_KEY);

        bytes32 digest = bytes32(uint256(uint160(vm.addr(NEW_KEY))));
        same(Folding.fold(word, registry.batchState(BATCH), digest, meta), registry.state(token(0)));
        same(StepKinds.IS_SOLD, uint8(registry.state(token(0))));
    }

    function test_NoKeyIsSetOnceThePieceLeftStock() public {
        sell(token(0));
        vm.expectRevert(abi.encodeWithSelector(Errors.ItemRegistryNotInStock.selector, token(0), buyer));
        setKey(token(0), NEW_KEY);
    }

    function test_OnlyARegistrarSetsKeys() public {
        vm.expectRevert(
            abi.encodeWithSelector(
                IAccessControl.AccessControlUnauthorizedAccount.selector, stranger, registry.REGISTRAR()
            )
        );
        vm.prank(stranger);
        registry.setClaimKey(token(0), vm.addr(NEW_KEY));
    }

    function test_AZeroKeyIsRefused() public {
        vm.expectRevert(spent(address(0)));
        vm.prank(registrar);
        registry.setClaimKey(token(0), address(0));
    }

    function test_TheKeyInForceIsNotSetAgain() public {
        setKey(token(0), NEW_KEY);
        vm.expectRevert(spent(vm.addr(NEW_KEY)));
        setKey(token(0), NEW_KEY);
    }

    function test_AnEarlierKeyIsNotSetAgain() public {
        setKey(token(0), NEW_KEY);
        setKey(token(0), NEW_KEY + 1);
        vm.expectRevert(spent(vm.addr(NEW_KEY)));
        setKey(token(0), NEW_KEY);
    }

    function test_AUsedLeafIsNotSetAgain() public {
        sell(token(0));
        giveBack(token(0));
        vm.expectRevert(spent(card(token(0))));
        setKey(token(0), cardKey(token(0)));
    }

    // ---- Helpers ----

    /// @dev From outside, so that only the registry's refusal is awaited.
    function claimFor(uint256 tokenId, address to) external {
        claim(tokenId, to);
    }

    function claimWith(uint256 key) private {
        bytes memory signature = signClaim(key, token(0), buyer);
        registry.claim(token(0), buyer, vm.addr(key), none, DEADLINE, signature);
    }

    function setKey(uint256 tokenId, uint256 key) private {
        vm.prank(registrar);
        registry.setClaimKey(tokenId, vm.addr(key));
    }

    function giveBack(uint256 tokenId) private {
        vm.prank(buyer);
        registry.safeTransferFrom(buyer, address(stock), tokenId);
    }

    function notClaimable(uint8 status) private pure returns (bytes memory) {
        return abi.encodeWithSelector(Errors.ItemRegistryNotClaimable.selector, token(0), status);
    }

    function wrongKey(address key) private pure returns (bytes memory) {
        return abi.encodeWithSelector(Errors.ItemRegistryClaimKeyWrong.selector, token(0), key);
    }

    function spent(address key) private pure returns (bytes memory) {
        return abi.encodeWithSelector(Errors.ItemRegistryClaimKeySpent.selector, token(0), key);
    }

    function notSigned(address key) private pure returns (bytes memory) {
        return abi.encodeWithSelector(Errors.ItemRegistrySignatureInvalid.selector, key);
    }
}
