// Package transfer brings records into the program and out of it in files: imports and exports of any size, for the
// console and the API alike.
//
// # Imports
//
// Upload keeps a file and guesses what it is (package sheet) and which column belongs to which field. Configure corrects
// both: the mapping, and the key by which records are found that are there already: a unique field, or id. Try reads the
// file as the import would, up to MostTried rows, and writes nothing. Start runs it as a job, Cancel ends it between two
// chunks, and a Start after a failure or a cancellation goes on where it stopped. Undo takes everything back, except
// what was changed since. ErrorFile gives back the rows that were refused, with the reason beside each, ready to be
// mended and uploaded again.
//
// Promises:
//   - Each row counts exactly once. A chunk of rows, the refused ones among them and the checkpoint are one
//     transaction, so a job that dies at any moment is gone on with as if it had not.
//   - One bad row never ends an import.
//   - An import has no rights of its own. Every chunk asks anew what the account that started it may do, within what it
//     was allowed when it was started. Who is suspended imports nothing more.
//   - The mapping names fields by number. Renaming one while the import runs changes nothing; one that was removed,
//     hidden or locked stops the import with the reason, and what was imported before stays and can be undone.
//   - The bytes that were tried are the bytes that are imported: the file's hash is checked before each run.
//   - Memory does not grow with the file.
//
// An import is seen by the account that it belongs to and by those who may define objects, as far as they see its object.
//
// # Exports
//
// Export streams what a query finds; StartExport does so in the background, into a file that is kept for KeepExports.
// Both need the right to export. A file that was exported as it is and imported again by its id column changes nothing.
// Texts that a spreadsheet program would run as formulas are defused (package sheet), and Upload recognises our own
// files and takes that back.
//
// Layout: import.go and export.go hold the words; upload.go, suggest.go, configure.go, try.go, start.go, undo.go and
// faults.go one verb each; run.go, chunk.go, plan.go and cells.go what a job does; source.go the file; store.go the SQL;
// tidy.go what is forgotten.
//
// Tables: transfer_import, transfer_fault, transfer_export. Files: transfer/<id>/ in the site's media.
package transfer
