// Package api is what programs see of a marketplace: tokens, a stream of changes, webhooks, a description, and the
// ground on which the records stand (problems, limits, idempotency, revisions, cursors).
//
// Promises:
//   - A token never does more than the staff account it acts for: its scopes and the account's present role must both
//     allow. Suspending the account, or revoking the token, ends it at once, in the middle of a stream too.
//   - What lies in the database lets nobody in: tokens as SHA-256 of 256 random bits, secrets of webhooks not at all
//     (they are derived from the site's secret). Why a token is refused is not told.
//   - A route has a guard and stands in the document, because both come from one Operation.
//   - A request with an Idempotency-Key takes effect once. Its answer is committed with the effect.
//   - Following the log costs nothing per follower: it is read once for all (hub), and what each may see is decided in
//     process (Sight). Nobody is shown a change of an object that no Sight knows.
//   - Webhooks reach public addresses only, whatever a name resolves to, and follow no redirects. Their messages are
//     made from the log when they are sent, so what was erased is in none. A receiver that is down costs one attempt and
//     rests, however much waits for it.
//
// App adds Step after the site's step, wraps its OnError in Errors, registers Routes, follows Readers and runs Jobs.
//
// Once. A write of the API goes through API.Write: it finds the answer kept for the key, or runs the effect and keeps
// its answer, in one transaction. What opens its own transaction calls Once in it. When an effect fails, nothing is
// kept, so a request may be repeated after it was mended.
//
// Tables: api_token, api_idempotency, webhook, webhook_delivery, in each site's database.
//
// Routes beneath /api/v1, with what the token needs at the end:
//
//	GET    /                             what there is, for people                 nothing
//	GET    /openapi.json                 the same for programs                     nothing
//	GET    /token                        what this token may do                    any token
//	DELETE /token                        revokes it                                any token
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
