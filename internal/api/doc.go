// Package api is what programs see of a marketplace: its records and how they are defined, a stream of changes, webhooks,
// tokens, a description; and the ground these stand on (problems, limits, idempotency, revisions, cursors).
//
// Promises:
//   - A token never does more than the staff account it acts for: its scopes and the account's present role must both
//     allow. Revoking the token ends it at once, and suspending the account within half a second (callers.go); in the middle of a
//     stream both end it at once.
//   - What lies in the database lets nobody in: tokens as SHA-256 of 256 random bits, secrets of webhooks not at all
//     (they are derived from the site's secret). Why a token is refused is not told.
//   - A route has a guard and stands in the document, because both come from one Operation.
//   - Objects that a token's scopes do not name do not exist for it (record.Asker.Only): no field leads to them, no filter,
//     error, formula, document or change tells of them. A token that may write and not read learns ids and revisions only.
//   - A request with an Idempotency-Key takes effect once. Its answer is committed with the effect.
//   - Following the log costs nothing per follower: it is read once for all (hub), and what each may see is decided in
//     process (Sight). Nobody is shown a change of an object that no Sight knows. Hidden fields are cut out of changes of
//     records. Whoever sees only some rows of an object is told of the changes that show by themselves that the record is
//     among them, and of no others; of objects that features own it is told that a record changed, not how (lookout.go).
//   - Webhooks reach public addresses only, whatever a name resolves to, and follow no redirects. Their messages are
//     made from the log when they are sent, so what was erased is in none. A receiver that is down costs one attempt and
//     rests, however much waits for it.
//
// Records are written {"id", "rev", "created", "updated", "values": {…}}. References are outside ids, amounts
// {"amount": "12.50", "currency": "CHF"}, decimals texts; the diffs of changes have decimals as numbers, as the log does.
// If-Match names the revision; 412 brings the present one. An ETag that was read also names the catalog's revision, so
// that If-None-Match notices a new field. Exports are streamed and break off when something goes wrong.
//
// App adds Step after the site's step, wraps its OnError in Errors, registers Routes, follows Readers and runs Jobs.
//
// Once. A write of the API goes through API.Write: it finds the answer kept for the key, or runs the effect and keeps
// its answer, in one transaction. What opens its own transaction calls Once in it. When an effect fails, nothing is
// kept, so a request may be repeated after it was mended. Merges, undoing and plans open transactions of their own: their
// answers are kept just after them, and repeating one that was done changes nothing.
//
// Imports and exports in files are those of package transfer, under the token's scopes: an object that they do not name
// has no imports and no exports. Their jobs act for the account, also when the token was revoked meanwhile; suspending
// the account stops them. An export's columns are settled when it is asked for, and a token that sees less than the one
// that asked does not get the file.
//
// Tables: api_token, api_idempotency, webhook, webhook_delivery, in each site's database.
//
// Routes beneath /api/v1, with what the token needs at the end:
//
//	GET    /                             what there is, for people                 nothing
//	GET    /openapi.json                 the same for programs                     nothing
//	GET    /token                        what this token may do                    any token
//	DELETE /token                        revokes it                                any token
//	GET    /records/{object}             a page of records                         records:read
//	POST   /records/{object}             makes one                                 records:write
//	POST   /records/{object}/query       a page, or groups                         records:read
//	POST   /records/{object}/batch       up to 10,000 writes                       records:write
//	GET    /records/{object}/export      all of them as CSV, NDJSON or XLSX        export
//	GET    /records/{object}/{id}        one record                                records:read
//	PATCH  /records/{object}/{id}        changes it                                records:write
//	DELETE /records/{object}/{id}        puts it into the trash                    records:write
//	POST   /records/{object}/{id}/restore  takes it out of the trash               records:write
//	POST   /records/{object}/{id}/merge  makes one record of several               records:write
//	GET    /records/{object}/{id}/history  what happened to it                     records:read
//	GET    /records/{object}/{id}/why    why one may, or may not                   records:read
//	POST   /records/batches/{id}/undo    takes a batch or a merge back             records:write
//	POST   /imports                      keeps a file that is to become records    import
//	GET    /imports                      imports                                   import
//	GET    /imports/{id}                 how far one is                            import
//	PUT    /imports/{id}/settings        where its columns go                      import
//	POST   /imports/{id}/trial           what it would do                          import
//	POST   /imports/{id}/start           lets it run, or go on                     import
//	POST   /imports/{id}/cancel          stops it                                  import
//	POST   /imports/{id}/undo            takes it back                             import
//	GET    /imports/{id}/errors          the rows that were refused, as CSV        import
//	POST   /exports                      lets a file be made                       export
//	GET    /exports/{id}                 how far it is                             export
//	GET    /exports/{id}/file            the file                                  export
//	GET    /schema                       what is defined, in JSON or YAML          schema:read
//	POST   /schema/plan                  what a change would do                    schema:read
//	POST   /schema/apply                 changes it                                schema:write
//	GET    /schema/plans                 what was changed                          schema:read
//	POST   /schema/plans/{rev}/undo      takes a change back                       schema:write
//	GET    /changes                      the stream, or a page of it               changes:read
//	GET    /webhooks                     all webhooks                              webhooks:write
//	POST   /webhooks                     makes one                                 webhooks:write
//	GET    /webhooks/{id}                one of them                               webhooks:write
//	PATCH  /webhooks/{id}                changes it                                webhooks:write
//	DELETE /webhooks/{id}                removes it                                webhooks:write
//	POST   /webhooks/{id}/rotation       gives it a new secret                     webhooks:write
//	POST   /webhooks/{id}/ping           tries it                                  webhooks:write
//	GET    /webhooks/{id}/deliveries     what was sent to it                       webhooks:write
//	POST   /webhooks/{id}/replay         sends again                               webhooks:write
package api
