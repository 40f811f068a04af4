// Package audit seals the change log, so that nobody, staff with database access included, can rewrite history
// unnoticed.
//
// Sealer is a reader of the change log. It makes one leaf of each change, in order, and appends it to a Merkle tree
// (RFC 6962). After each batch it signs the tree's size and root: the seal, a C2SP checkpoint with the origin line
// "fairground/SITE". A leaf holds who did what to which record and when, and the digest of the diff, not the diff;
// so a diff can be erased and every seal still holds.
//
// What can be checked, and by whom:
//
//   - Verify compares the database with its seals; VerifyExport does the same with files, without a database. Both
//     find a change that was altered, removed, inserted or moved, a diff that does not fit its digest, a stored hash
//     that was altered, a log shorter than its seal, a seal with a wrong signature, and, given a checkpoint that
//     somebody remembered, a history that was rolled back or forked.
//
//   - Export writes the log as C2SP tiles: any monitor of such logs can follow it.
//
//   - Tile serves single tiles of hashes to whoever follows the log (package audit/proof has the pages).
//
//   - Proof is a receipt (C2SP tlog-proof) for one change. CheckProof needs nothing but the receipt and the key.
//
//   - Receipts are the proofs of all changes of one record, for whom they affect; Codes makes the addresses at which
//     those people ask for them; a Disclosure adds what the change says.
//
// A whole database put back to an earlier day agrees with itself. Only a remembered checkpoint shows that. So the
// provider is a witness: Watch shows it each site's newest checkpoint, Witness accepts only what continues the one
// before and writes it into the provider's own change log, which has a Sealer of its own. A rollback, a fork, another
// key or a wrong signature is refused, logged, and raises an Alarm that stands until somebody settles it. The provider's
// Watchers are mailed through the provider's own outbox, which whoever tampers with a site does not reach; the site's
// people too, at once and daily.
//
// Order comes from the size of a seal alone. The time at which it was made is for people; a clock that is wrong or put
// back changes nothing.
//
// Job: audit.witness, every five minutes in each site's queue.
//
// Tables: audit_tile (hashes, 256 to a row), audit_seal (checkpoints); in the provider's database also audit_witness
// (what it remembers of each log), audit_alarm (what it refused), audit_watcher (who is mailed then).
package audit
