// Package office is the staff's generic screens over any object of package record: lists with saved views, boards,
// calendars, record pages, forms, merging, and the palette that finds anything. It knows fields and their types, and no
// object by name but one: the object "activity", when there is one, holds notes and what was done about a record.
//
// Promises:
//   - What the asker may not see is in no page: every read goes through record with the session's Asker, and pages show
//     only fields of what came back. What one may not do has no button, and the route refuses it all the same.
//   - A change is about the revision its author saw. When somebody was faster, both values are shown and nothing is lost.
//   - Every page is a page without JavaScript. With it, the same addresses answer with parts of themselves.
//   - No page waits for an exact count: beyond a thousand stands "1,000+".
//   - Whatever is deleted goes to the trash; what was changed in bulk can be taken back from where it was done.
//
// Office answers for all sites; visit is one request. An address describes a list whole: view, filter, search, sort,
// columns and place; type place reads and writes it. The shell of a page (rail, search, account) is the console's: app
// gives it as Shell, and gives the console what Rail returns.
//
// Tables: none. All routes ask for records.see; what else they need is asked of record for the object at hand.
//
//	GET  /console/palette                                 finds records, objects and actions for q
//	GET  /console/records/{object}                        the list; layout=board or calendar shows it otherwise
//	POST /console/records/{object}                        makes a record
//	GET  /console/records/{object}/new                    the form for it
//	GET  /console/records/{object}/trash                  what was deleted
//	POST /console/records/{object}/trash                  restores, or deletes for good
//	GET  /console/records/{object}/suggest                records by words, for links
//	GET  /console/records/{object}/export                 the list as CSV, XLSX or JSON lines, by format
//	GET  /console/records/{object}/bulk                   the form that changes many
//	POST /console/records/{object}/bulk                   changes or deletes what is selected, or all that matches
//	POST /console/records/{object}/undo                   takes a bulk change back
//	GET  /console/records/{object}/merge                  two or more records side by side
//	POST /console/records/{object}/merge                  makes one of them
//	POST /console/views/{object}                          saves a view
//	POST /console/views/{object}/{view}                   renames, shares or changes it
//	POST /console/views/{object}/{view}/removal           removes it
//	GET  /console/records/{object}/{id}                   the record's page
//	POST /console/records/{object}/{id}                   saves it
//	GET  /console/records/{object}/{id}/edit              the whole form
//	GET  /console/records/{object}/{id}/peek              the record in short
//	POST /console/records/{object}/{id}/deletion          to the trash
//	POST /console/records/{object}/{id}/restoration       back from it
//	POST /console/records/{object}/{id}/move              another column of a board
//	POST /console/records/{object}/{id}/notes             writes a note about it
//	POST /console/records/{object}/{id}/files             adds files to a field, or takes one away
//	GET  /console/records/{object}/{id}/files/{sha256}    one of its files, as an attachment
//	GET  /console/records/{object}/{id}/cells/{field}     the editor of one value
//	POST /console/records/{object}/{id}/cells/{field}     saves it
//
// Imports ask for records.edit, and for the right to make records of the object:
//
//	GET  /console/records/{object}/import                 asks for a file; earlier imports
//	POST /console/records/{object}/import                 takes it
//	GET  /console/imports/{import}                        leads to the step that the import is at
//	GET  /console/imports/{import}/mapping                how it is read, and where its columns go
//	POST /console/imports/{import}/reading                reads it in another way
//	POST /console/imports/{import}/mapping                settles the mapping
//	GET  /console/imports/{import}/check                  what would become of each row
//	POST /console/imports/{import}/start                  lets it run, or go on
//	GET  /console/imports/{import}/progress               how far it is; a fragment each second
//	POST /console/imports/{import}/cancellation           stops it
//	GET  /console/imports/{import}/result                 what came of it
//	GET  /console/imports/{import}/errors                 the refused rows as CSV
//	POST /console/imports/{import}/undo                   takes it back
package office
