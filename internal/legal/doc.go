// Package legal writes down what the law asks of a site when it restricts somebody: the statement of reasons for whoever
// is restricted, the record of it for the public database of the European Commission, and the duties that run until
// somebody has done them.
//
// # Statements
//
// Statements.State runs inside the transaction of a decision, so that there is no restriction without its reasons and no
// reasons without a restriction. It writes one statement for a decision, in the language of the author (English, German,
// French), mails it, and keeps the words exactly as they were sent. Everything in it comes from the decision: measure,
// scope, duration, facts, source, automation, ground with its clause, explanation, and where to appeal. Who reported
// something is not an argument of any function here, so a statement cannot say it; not even that it was a trusted flagger,
// since a site may have one only.
//
// A decision that restricts nobody (to publish, to keep, to escalate) has no statement.
//
// # Records
//
// Every statement has a Record for the DSA Transparency Database, made by RecordOf and checked by Record.Faults with
// every rule of the database's own validation. Its texts are written by this package from fixed words; what comes from
// people (title and explanation) is masked first: telephone numbers, mail addresses, links and handles are taken out.
// Deliver sends what waits, 100 at a time, every hour, through the connection that an administrator set (Connect): an
// address and a token. The token lies encrypted under the site's key and bound to that address; no page, log or export
// shows it again, and another address needs it anew. What the database refuses stands at its statement, field by field.
// Batches can be downloaded and marked as sent by hand with or without a connection.
//
// # Duties
//
// A duty is a row: what has to be done about which record, when the clock began, and the instant when it is due. Both
// are stored as instants and never computed again, so a clock of the machine that jumps does not move them. Begin and
// Discharge run inside the transaction of whatever causes or ends a duty. Alarm mails the staff when a quarter of the
// time is left, and again when a duty is overdue; each once, judged by the instants alone.
//
// Tables: statement, statement_redress, statement_database, duty.
//
// Routes:
//
//	GET  /statement/{code}                         a statement, by its code                   Public, limited
//	GET  /console/safety/statements                figures by month, measure, ground, source  staff who may duties.see
//	GET  /console/safety/statements.csv            the same as a table                        staff who may duties.see
//	GET  /console/safety/statements/{id}           one statement with its record              staff who may duties.see
//	GET  /console/safety/statements/records.json   a batch of waiting records, as the database takes it
//	GET  /console/safety/statements/records.ndjson the same, one record a line
//	POST /console/safety/statements/sent           marks a downloaded batch as sent           staff who may settings.edit
//	POST /console/safety/statements/retry          lets refused records wait again            staff who may settings.edit
//	POST /console/safety/statements/database       sets address and token, and tries them     staff who may settings.edit, limited
//	POST /console/safety/statements/database/try   tries what is set                          staff who may settings.edit, limited
//	POST /console/safety/statements/database/end   forgets it                                 staff who may settings.edit
//	POST /console/safety/statements/redress        names the out-of-court body                staff who may settings.edit
//	GET  /console/safety/duties                    the board of duties                        staff who may duties.see
//	GET  /console/safety/duties.csv                the same as a table, as it is filtered     staff who may duties.see
//	POST /console/safety/duties/{id}/owner         takes one on, or leaves it                 staff who may duties.see
//	POST /console/safety/duties/{id}/renewal       renews a preservation                      staff who may evidence.see
package legal
