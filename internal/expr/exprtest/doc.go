// Package exprtest holds the language of conditions against the conformance files that the makers of CEL publish in the
// module cel.dev/expr: in process, and with their answers as the oracle for the SQL that is written for the databases.
//
// A test passes when the answer is the expected one. It is refused when the language or the database form declines it,
// which is allowed for SQL. It is wrong when an answer differs; there must be none. An expected error is NULL in SQL.
package exprtest
