"""Every fraud we know of, and the files that mount it. Read by tests/architecture/test_attack_catalogue.py.

A file first lets a weaker rule accept the very bytes, then shows what ours says of them. An attack reaches the
verifier over JSON-RPC and HTTP (`mount.py`), the command line (`tests/fakes/street.py`), the site's HTTP, or as bytes
that a reader is given.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

FRAUDS: Final[Mapping[str, tuple[str, ...]]] = {
    # ---- labels
    "copied label": ("copied_label",),
    "invented label": ("invented_label",),
    "label of another company": ("label_of_another_company",),
    "old label after its replacement": ("label_replaced_old_label",),
    "serial enumeration from public data": ("serial_enumeration_from_public_data",),
    "serial read from a bundle": ("forged_certificate_serial_read",),
    "serial read from a log or share link": ("serial_read_from_a_log_or_share_link",),
    "look-alike host": ("look_alike_host",),
    "open redirect": ("open_redirect",),
    "XSS through label or metadata": ("xss_through_metadata",),
    "SSRF through label or metadata": ("ssrf_through_metadata",),
    "decoder bomb": ("decoder_bomb",),
    "file of two kinds": ("file_of_two_kinds",),
    "several codes in one picture": ("several_codes_in_one_picture",),
    # ---- tags
    "dynamic tag URL checked without its counter": ("dynamic_tag_url_without_its_counter",),
    "replayed tag message": ("replayed_tag_message",),
    "rolled-back tag counter": ("rolled_back_tag_counter",),
    "message of another piece's tag": ("message_of_another_pieces_tag",),
    "forged MAC of a tag": ("forged_tag_mac",),
    "tag keys of another brand": ("tag_keys_of_another_brand",),
    "brute force of a tag's MAC": ("brute_force_of_a_tag_mac",),
    # ---- claims
    "brute force of a claim code": ("brute_force_of_a_claim_code",),
    "claim by a bystander": ("claim_by_a_bystander",),
    "claim before the sale": ("claim_before_the_sale",),
    "claim replayed after a return to stock": ("claim_replayed_after_a_return_to_stock",),
    "claim front-run": ("claim_front_run",),
    "Merkle leaf passed as a node": ("merkle_leaf_passed_as_a_node",),
    # ---- content
    "gateway serves other bytes": ("gateway_serves_other_bytes",),
    "content withheld": ("content_withheld",),
    "poisoned second copy": ("poisoned_second_copy",),
    "backup with foreign blocks": ("backup_with_foreign_blocks",),
    "bad document on a whole batch": ("bad_document_on_a_whole_batch",),
    "extra fields": ("extra_fields",),
    "duplicate fields": ("duplicate_fields",),
    "nested brackets": ("nested_brackets",),
    "Unicode tricks": ("unicode_tricks",),
    "schema swap": ("schema_swap",),
    "silent rewrite": ("silent_rewrite",),
    # ---- nodes
    "RPC lies": ("rpc_lies", "lying_proxy"),
    "RPC omits a log": ("rpc_omits_a_log",),
    "nodes disagree": ("nodes_disagree",),
    "eclipse by one node of three": ("eclipse_by_one_node_of_three",),
    "two nodes at different blocks": ("two_nodes_at_different_blocks",),
    "stale node": ("stale_node",),
    "reorganisation": ("reorg",),
    "rewritten ledger": ("rewritten_ledger",),
    "hidden stolen": ("hidden_stolen",),
    "future-dated proof": ("future_dated_proof",),
    "cross-chain replay": ("cross_chain_replay", "forged_certificate_cross_chain"),
    "other contract or code hash": ("other_contract_or_code_hash",),
    # ---- insiders and stolen keys
    "disputed actor": ("disputed_actor",),
    "forged batch by a stolen registrar key": ("forged_batch_by_a_stolen_registrar_key",),
    "insider mints twice the same piece": ("insider_mints_twice_the_same_piece",),
    "id reuse": ("id_reuse",),
    "passport of another piece": ("passport_of_another_piece",),
    "passport swapped in a batch": ("passport_swapped_in_batch",),
    "forged service step": ("forged_service_step",),
    "future-dated step": ("future_dated_step",),
    "signer signs something else": ("signer_signs_something_else",),
    "stolen trust key": ("stolen_trust_key",),
    "rolled-back trust file": ("rolled_back_trust",),
    "frozen trust file": ("frozen_trust",),
    # ---- papers
    "forged certificate or screenshot": ("forged_certificate",),
    "certificate from before a theft": ("forged_certificate_stale_bundle",),
    # ---- accounts
    "replayed ownership proof, or one that outlives a sale": ("replayed_ownership_proof",),
    "replayed assertion of a passkey": ("replayed_assertion",),
    "brute force of a recovery code": ("brute_force_of_a_recovery_code",),
    "session fixation": ("session_fixation",),
    "account enumeration": ("account_enumeration",),
    "owner enumeration, linking one owner's pieces": ("owner_enumeration",),
    "points theft after account takeover": ("points_theft_after_account_takeover",),
    # ---- points and scans
    "replayed or raced award": ("replayed_or_raced_award",),
    "scan farming on unsold pieces": ("scan_farming_on_unsold_pieces",),
    "strangers exhausting a piece's rewarded slots": ("strangers_exhausting_a_pieces_rewarded_slots",),
    "referral ring": ("referral_ring",),
    "false clone alarms by a rival": ("false_clone_alarms_by_a_rival",),
    "action on a GET": ("action_on_a_get",),
}
"""By name."""
