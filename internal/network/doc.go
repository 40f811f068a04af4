// Package network brings linked listings and accounts to people, as networks.
//
// # Finding
//
// Desk holds a copies.Index of one site in the memory of this process and answers the gate (safety.Networks). A listing is put into the
// index while it is being screened, before anything of it is public: the second copy of a template sees the first, and of
// four that are posted at the same moment the last sees three. One whose write is rolled back is taken out again when no
// listing of its id is found a minute later; an id that is put in twice is one document.
//
// # Keeping in step
//
// Every process follows the change log from a number that it keeps in memory (Step): listings that changed are read again through
// Documents. At start the index comes from a snapshot, or else it is made from Documents in the background. Until then Cluster answers from what is
// there and from the networks that are stored, looked up by hashes of what they share, and State says how far it is.
// Nothing here starts a goroutine: the caller runs Step and Save, and calls Close.
//
// # Bringing to people
//
// A cluster of at least three accounts whose score reaches the bar, and of which anything is seen or waits, becomes a network: a row with a
// number, a case, an event. Its members are screened again, so that rules see it whole, and again when it has doubled. What one process
// settled another finds settled: doing it twice changes nothing.
//
// # Its life
//
// A network follows its cluster: listings join, end, or leave it when they are erased or rewritten. What the index does not tie
// to most of it is split off, as a network of its own if it is organised, with what was ruled about the whole. Clusters that merge are
// one network with the older id. An open network ends when nothing of it is left, too few accounts are, or its score has fallen well below
// the bar; it comes back when it is one again. All of this is told as events, with time and author.
//
// A decision is about all listings but the excepted ones. What the desk says needs two people waits (Pending) until the log tells of
// an answer; until then nothing else is decided and the network does not end. Undo takes the whole last decision back: its
// author within a quarter of an hour, somebody else later and with a reason. A decided network is open again when somebody joins.
//
// To dismiss one is to pardon its ties: at the gate its accounts count as one from then on, so it holds nobody by what was
// known. Somebody new counts, and so do two of them with a new telephone, mail address, link or handle between them. With three accounts of
// new ties, and half as many as were judged, the network is open again, or when an open one merges into it.
//
// # Promises
//
//   - Association alone decides nothing. A network is a reason for a person to look; no code here refuses or removes anything.
//   - Numbers and addresses that tie listings are stored masked, and as hashes under the site's key.
//   - What a member wrote goes with them (Estate). The map shows coarse points.
//   - Cluster does no more than look up in memory when the index is loaded, and gives the database five milliseconds before.
//
// Tables: network, network_member, network_link, network_event, network_pardon.
// Files: <Config.Directory>/<database's name>.copies, and the same with .part while it is written.
//
// Routes, those with GET for account.NetworksSee, those with POST for account.ListingsDecide, all below /console/safety/networks:
//
//	GET  ?state= &after= &q=          the list by state, in pages; a search by number, listing, account, telephone, mail, link
//	GET  /{id}                        why, template, graph, map, time, listings; ?all=yes has the whole table
//	GET  /{id}/map                    its coarse points
//	GET  /{id}/statements/{listing}   leads to the reasons that a listing's author was given
//	POST /{id}/decision, /{id}/undo
//	POST /{id}/looks, /{id}/looks/end the photos that tie, given with their recorded look
package network
