// Package trade keeps what two people agreed on and what they say of each other afterwards: the trade, the reviews of
// both sides, and the ratings that follow from them. (In code the agreement is a trade; the word deal is the CRM's. On
// the screen it is a deal, in German "Handel".)
//
// # A trade
//
// One side is the seller of a listing, for whom whoever has a seat may act; the other is the account of the buyer. An
// offer that is accepted in a conversation makes one (Agree); so does "we made a deal", which one side says (Propose) and
// the other confirms within 14 days (Confirm). Its states:
//
//	proposed → agreed | declined | lapsed (14 days without an answer)
//	agreed   → done (one side says it happened, the other confirms or is silent for 14 days)
//	         → fell_through (one side says it came to nothing) | lapsed (75 days without a word)
//
// The listing is reserved at the agreement, sold when the trade is done, and free again when it fell through. Who says so
// may have no right to touch the listing, so the program does it, by a job that is enqueued in the same write.
//
// # Reviews
//
// Promises:
//   - A review exists only between the two sides of a trade that is done, or stood agreed for a day; once each, within 60
//     days. Nobody reviews themselves, their own shop, or a member who has left. The table holds the "once".
//   - Both reviews appear at the same moment: when both sides have written, or 14 days after the first. When one has
//     appeared alone, the other side may answer it, but not review any more: nobody writes with the other's words in hand.
//   - A review, and the answer to it, is public only under a safety.Clearance for exactly its content (promise 1), kept as
//     for listings: by the type (only settle gives the statuses that show), the table (foreign key, content hash, trigger)
//     and the reading (Visible computes the hash anew and checks the seal).
//   - What the rules hold waits for staff (Release, Refuse). A refused review keeps its text for staff; its author is told
//     why, and may appeal once.
//   - A review can be changed within 24 hours of writing and only before it appears.
//
// # Ratings
//
// rating.go says how they are computed and why. Only reviews of trades count; a pair of people counts once in 90 days,
// with its newest review; pairs that are linked when they agree or when the review appears never count; those of
// suspended accounts fall out and come back with them. A rating is shown from three different counterparties on. A block
// made after the trade does not unlink a review: else whoever got a bad one would only have to block its author.
//
// Tables: trade, trade_review, trade_rating.
//
// Change-log objects: trade, trade_review. The words of reviews are not in the log.
//
// Routes, all for account.SignedIn:
//
//	GET  /trades                        mine: as buyer, as seller, of each shop; of=SELLER or buyer, before=TRADE
//	POST /trades                        "we made a deal": conversation, price; asks the other side
//	GET  /trades/{id}                   one of them, with its reviews and what can be done
//	POST /trades/{id}/confirmation      agrees to what the other side proposed
//	POST /trades/{id}/refusal           does not
//	POST /trades/{id}/completion        it happened
//	POST /trades/{id}/failure           it came to nothing
//	POST /trades/{id}/review            writes or changes the own review
//	POST /trades/{id}/answer            answers the review of the other side
//	POST /trades/{id}/appeal            appeals against a refusal; part=review or part=answer
package trade
