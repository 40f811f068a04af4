// Package backup writes one site into one file while it is served, and makes a site from such a file.
//
// The file is a tar archive, compressed with zstd: format.json, then tables/NAME/00001.jsonl and so on (one row a
// line, a JSON array in the order of the columns), then files/KEY (the photos), then manifest.json (the site, the
// program, the migrations that ran, the columns and number of rows of each table, a SHA-256 of each table and of all
// files), and last seal.txt, an HMAC of the manifest under a key that only the site's secret gives. Integers and
// floats are exact, bytes are base64, a text that is not UTF-8 is {"base64": …}. Nothing in it depends on the engine: a backup
// of a SQLite site restores into PostgreSQL, and the other way round.
//
// Promises:
//   - All tables are of one moment (db.DB.Snapshot); writers do not wait. Files are copied after that moment, so every
//     photo that a row names is there, unless it was deleted meanwhile; those are counted.
//   - Memory does not grow with the site, neither when writing nor when restoring.
//   - Restore reads the whole file and compares every checksum before it makes anything. It makes a new site only. The
//     rows come in one transaction, with keys and triggers in force; the site stays closed until the seals of its change
//     log, and whatever else the caller checks, hold. When it fails or is interrupted, no half site is left:
//     what is left is recognised by its mark, and the next try clears it away.
//   - A file that was cut, altered, or made to do harm (path tricks, more than it should unpack to) is refused with a
//     sentence that says so.
//
// What does not travel (LeftOut lists it in every manifest): sessions, sign-in links and mails that hold them, because
// they are secrets of the moment; the search index, because it is rebuilt; and the site's secret. Without the secret no
// clearance and no seal can be verified, so keep keys/SLUG.key apart from the backups and give it to Restore. Passwords
// travel as the argon2id hashes they are stored as, so a backup is still personal data and needs a safe place.
//
// Under another slug the seals of the change log, which name the site, are verified under the old name and then made
// anew under the new one.
//
// Table: restore_unfinished, the mark.
package backup
