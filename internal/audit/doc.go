// Package audit seals the change log, so that nobody, staff with database access included, can rewrite history
// unnoticed.
//
// Sealer is a reader of the change log. It makes one leaf of each change, in order, and appends it to a Merkle tree
// (RFC 6962). After each batch it signs the tree's size and root: the seal, a C2SP checkpoint with the origin line
// "fairground/SITE". A leaf holds who did what to which record and when, and the digest of the diff, not the diff;
// so a diff can be erased and every seal still holds.
//
// What can be checked, and by whom:
//   - Verify compares the database with its seals; VerifyExport does the same with files, without a database. Both
//     find a change that was altered, removed, inserted or moved, a diff that does not fit its digest, a stored hash
//     that was altered, a log shorter than its seal, a seal with a wrong signature, and, given a checkpoint that
//     somebody remembered, a history that was rolled back or forked.
//   - Export writes the log as C2SP tiles: any monitor of such logs can follow it.
//   - Proof is a receipt (C2SP tlog-proof) for one change. CheckProof needs nothing but the receipt and the key.
//
// A whole database put back to an earlier day agrees with itself. Only a remembered checkpoint shows that, so the
// provider keeps each site's newest one.
//
// Tables: audit_tile (hashes, 256 to a row), audit_seal (checkpoints).
package audit
