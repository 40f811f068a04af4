// Package message is where buyers and sellers talk: conversations about listings, offers, the inbox with its live
// updates, and what messages mean when they travel as mail.
//
// A Conversation is about one listing, between one buyer (an account) and one seller. Everybody with a seat of the
// seller shares that side: its inbox, what is unread, what was archived. The team sees which of them wrote; the buyer
// sees the seller.
//
// Promises:
//   - A conversation is read by its two sides and by nobody else: pages, photos and events answer strangers as if it did
//     not exist. Staff read it only after somebody reported it, and every look is in the change log.
//   - A message that the site's rules have to read is screened before it is delivered. An error holds it (promise 1 in
//     spirit); whoever wrote it is told, and nobody else sees it. Where a site has chosen not to read messages, rules
//     read nothing until a report, and then the whole conversation.
//   - No mail address and no telephone number of one side reaches the other unless its owner types it (promise 8). Mail
//     is answered to an alias of 128 random bits, which works for one side of one conversation, from the verified
//     address of somebody of that side alone, and dies when the conversation is closed, blocked, its listing is removed
//     or it has been quiet for 90 days.
//   - An offer is decided once, whoever else decides at the same moment; accepting it and agreeing on the deal
//     (Config.Agreed) are one write.
//   - A form sent twice, and a mail that arrives twice, is one message.
//   - The change log has sizes and states of messages, never their words.
//   - Nobody begins a conversation who is blocked, or has not proven what the seller asks for (Need): a conversation is
//     stored only with an admission, which admit alone makes (contact.go). What exists goes on.
//   - A safety note (note.go) follows from facts about conduct here alone: the same facts give the same note. It is stored
//     with its reasons, shown to one side, never names who reported anything, and its author is not told at that moment.
//     There is no score behind it. Its subject sees it in what is held about them, and can contest it.
//
// What stands in a message that may cost its reader money (links, numbers, addresses, payment away from the site) is
// pointed out to the reader in plain words. It does not hold a message by itself.
//
// Text is cleaned when it comes in: signs that turn the direction of reading or cannot be seen are taken out.
//
// Live updates: a page of the inbox opens one stream. It asks the database only after something changed for its reader,
// which the verbs of this package tell it within the process, and every quarter of a minute for what other processes did.
//
// Tables: conversation, conversation_side, conversation_mute, conversation_report, message, message_offer,
// message_alias, message_draft, message_contact, message_note.
//
// Routes, all guarded by the name at the end:
//
//	GET  /messages                             the inbox; show=, shop=, q=, after=          SignedIn
//	GET  /messages/events                      the stream of live updates                   SignedIn
//	GET  /messages/about/{listing}             the form to write about a listing; draft=    SignedIn
//	POST /messages/about/{listing}             begins a conversation, or keeps the draft    Public, limited
//	GET  /messages/{id}                        one conversation                             SignedIn
//	POST /messages/{id}                        writes into it                               SignedIn, limited
//	GET  /messages/{id}/report                 the form to report it                        SignedIn
//	POST /messages/{id}/{verb}                 offer, archive, unarchive, mute, unmute,
//	                                           delete, block, unblock, dismiss, report              SignedIn, limited
//	POST /messages/{id}/offers/{offer}/{verb}  accept, decline, withdraw                    SignedIn, limited
//	GET  /messages/{id}/photos/{message}/{file} a photo of a message                         SignedIn
//	GET  /account/contact                      who may write to the sellers I lead          SignedIn
//	POST /account/contact                      sets it; seller=, need=                      SignedIn, limited
//	GET  /safety/notes                         what safety notes rest on                    Public
//	GET  /console/conversations/{id}           a reported conversation; the look is logged  staff who may conversations.see
//	GET  /console/messages                     messages that are held                       staff who may conversations.see
//	POST /console/messages/{id}/{verb}         release or refuse one, with a reason         staff who may listings.decide
package message
