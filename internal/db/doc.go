// Package db is the one door to the databases: SQLite files or schemas of a PostgreSQL server, behind the same calls.
//
// A Cluster is where databases live; a DB is one of them: a site's, or the provider's. Code that uses them writes one
// SQL text, in PostgreSQL's style with $1 placeholders, in the subset both engines understand.
//
// Promises:
//   - Every write has an author and an action, and leaves at least one row in the change log, in the same transaction.
//     A write that changed rows and logged nothing fails. Maintain is for bookkeeping that has no author: cursors,
//     leases, counters; a test holds the list of packages that may call it.
//   - A write that returned nil is on disk (SQLite: WAL, synchronous=FULL; PostgreSQL: synchronous_commit) and
//     survives kill -9 and the loss of power.
//   - Writes are serialisable. SQLite has one writer, and writes that wait together share one commit (group commit).
//     PostgreSQL runs them concurrently and repeats those that collide, so a write function may run more than once
//     and must not touch anything but its Tx; Tx.After is for what follows.
//   - A read sees committed rows only and never waits for a writer.
//
// Migrations are files schema/NNNN_name.sql in the feature that owns the tables, forward only, recorded with their
// SHA-256. A database newer than the program, or a migration that changed after it ran, is refused.
//
// Table: migration.
package db
