// Package proof shows the seals of a site's change log to the public, and gives people the receipts of what concerns
// them. Nobody needs an account.
//
// Promises:
//   - A receipt is shown to whoever has its code (audit.Codes), and to nobody else; a code cannot be guessed. These pages are
//     never kept by caches or search engines, and codes do not stand in the log of requests.
//   - A page names no member and no member of staff. The file that can be downloaded holds the entry as it was sealed,
//     and with it the number of its author; what the entry says is in it only for objects that app discloses.
//   - What is checked here is checked by us. So every page says how to check without us.
//   - Tiles of hashes are public and reveal nothing. The entries are not: they say which account did something to
//     which record and when. Auditors get them by fairground audit export.
//
// Routes, all Public and limited by network:
//
//	GET  /proof                       what is sealed, and the form that checks a receipt
//	POST /proof                       checks one
//	GET  /proof/checkpoint            the newest seal, a C2SP checkpoint
//	GET  /proof/key                   the public key of the log
//	GET  /proof/tile/{path...}        a tile of hashes, C2SP tlog-tiles; kept for ever by caches
//	GET  /proof/receipt/{code}        the receipts of one record
//	GET  /proof/receipt/{code}/{seq}  one of them, as a file
//
// It has no tables: codes are made, not stored, and the rest belongs to package audit.
package proof
