// Package change holds the change log: what happened to which record, by whom, in one order for a whole database.
//
// Every write appends to the log in its own transaction (db.Tx.Log), so a change and its trace exist together or not
// at all. Whatever follows from a change is a Reader with a cursor of its own: the search index, the sealer,
// notices. A Reader sees every change at least once, in order; what it writes and its cursor move in one transaction.
//
// Order. Each change has a number, Seq, counting from 1 without a gap. SQLite has one writer, so the number is given
// at the insert. PostgreSQL commits in an order that is not that of any number taken during a transaction, and a
// reader that followed such a number would pass by what commits late. There the number is given after the commit, by
// whoever reads, one process at a time, to the entries that can be seen and have none. So no reader can pass a change
// by, writers never wait for each other, and a long transaction holds nobody back: its entries come when it ends.
//
// Proof and erasure. Digest is a commitment, HMAC-SHA256 of the diff under a random salt kept beside it. The sealer
// (package audit) hashes the digest, not the diff, so a diff can be erased with its salt and the seal still holds.
//
// Tables: change, change_reader.
package change
