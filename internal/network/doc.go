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
// A cluster of at least three accounts whose score reaches the bar becomes a network: a row, a case, an event. Its members are screened again,
// so that rules see it whole, and again when it has doubled. What one process settled another finds settled: doing it twice changes nothing.
// A network keeps its id when clusters merge (the older id stays, the other becomes an event), and when the index is made anew.
// When a decided network gets a new member, it is open again; a dismissed one when its accounts have doubled.
//
// # Promises
//
//   - Association alone decides nothing. A network is a reason for a person to look; no code here refuses or removes anything.
//   - Numbers and addresses that tie listings are stored masked, and as hashes under the site's key.
//   - What a member wrote goes with them (Estate). The map shows coarse points.
//   - Cluster does no more than look up in memory when the index is loaded, and gives the database five milliseconds before.
//
// Tables: network, network_member, network_link, network_event.
// Files: <Config.Directory>/<database's name>.copies, and the same with .part while it is written.
//
// Routes, all for account.NetworksSee, the last for account.ListingsDecide: GET /console/safety/networks ·
// GET /console/safety/networks/{id} · GET /console/safety/networks/{id}/map · POST /console/safety/networks/{id}/decision
package network
