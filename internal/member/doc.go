// Package member is what somebody decides for themselves: what they are told and where, whom they do not want to hear
// from, taking their records with them, and leaving.
//
// # Alerts
//
// Desk is the account.Teller of the program: nobody else queues mail to members, except account its own letters. Tell
// stores an alert for the list on the site and queues a mail, in the recipient's language, as their preferences say.
//
//   - On the site every kind is shown unless it was switched off. By mail go service alerts unless switched off; other
//     kinds only to those who asked (promise 6). Duties go everywhere and cannot be switched off.
//   - Every mail that is no duty carries one click that stops its kind, or what it is about (account.Alert.Stop): a List-Unsubscribe address that takes a POST
//     without signing in, and the same address as a page with a button for people. It is sealed with a key of the site
//     for one account and one kind, so it cannot be made up, and it can do nothing but stop that mail. Opening
//     the page changes nothing, because programs open the addresses in mails.
//   - An account that is suspended, or whose address was never proven, gets no mail but duties. One that is not there
//     is told nothing, which is no error.
//   - An alert about a Record takes the place of the one of its kind about the same Record that was not seen yet, and
//     counts how many it stands for. Of these at most one mail goes out in ten minutes. What comes in between waits and
//     goes out as one mail, the newest, at the end of the ten minutes, unless it was seen on the site by then. So nothing
//     is lost and nobody is flooded.
//   - Two sorts are mailed each by each: duties, and alerts that can be answered by mail (ReplyTo), since their mail is
//     how people take part in a conversation. How many of those one may cause is bounded where they are written.
//
// Alerts are forgotten after 90 days.
//
// # Devices
//
// A browser can be told through its push service (package push). Nothing is pushed unless somebody pressed the button on
// the page of preferences in that browser and allowed it there (promise 6). The first device of an account switches the
// kinds on that somebody waits for, as the page says; all others are off until switched on. Duties are never pushed:
// what concerns an account does not stand on a locked screen.
//
//   - A device ends with the session in which it was added: whoever signs out, or ends that session from elsewhere, or
//     stays away for so long that it ends, is not told there any more.
//   - A push holds the subject of the alert as the list shows it, its kind, and the address of the alert, which marks it
//     as seen. It is encrypted for the browser; its service sees a sealed topic and a length in steps of 512 bytes.
//   - Pushes about the same are bundled as mails are, and take each other's place on the screen.
//   - The address of a push service comes from a stranger, so it goes through web.Outbound when it is taken in, and with
//     each message. A device whose service says that it is over, or refuses five times in a row, is forgotten.
//
// Calls(site) is the handler of pushes, member.push, for a queue of its own. /sw.js is worker.ts: it shows what is pushed
// and a page for when there is no connection, and keeps nothing else.
//
// # Blocks
//
// A block keeps two people apart in both directions, whoever of them made it; Blocked asks. The blocked person is not
// told. The list of blocks shows the name under which the member knew the other, which the page they came from hands
// over. It is never looked up, so that nobody finds out by blocking who stands behind an id, or whether anybody does.
//
// # My records, and leaving
//
// An export is a ZIP file of all that the Estates of the features hold about somebody: JSON and files. It is made by a
// job, kept for seven days, fetched by its owner only, who proves afresh who they are, and asked for at most once a day.
//
// Erasure says first, in full, what the law makes us keep and for how long: it runs the whole erasure and takes it
// back. It asks for a fresh proof of who somebody is, waits seven days in which one click stops it, and then erases in
// one transaction through all Estates: everything or nothing, so a crash leaves nothing half done, and a job that runs
// twice does nothing the second time. An Estate refuses with a value.Conflict, such as for the last owner of a shop, and a
// suspended account is not erased: whoever is suspected cannot remove what there is to look at. What
// stays behind is the number of the account, the times, and how many sorts of records were kept; no name, no address.
//
// Jobs(site) are the handlers of the site's queue: member.alert_mail, member.export, member.erase, member.tidy.
//
// Tables: member_preference, member_alert, member_block, member_export, member_erasure, member_push.
//
// Routes, all guarded by the name at the end:
//
//	GET  /account/alerts                       what happened, newest first            SignedIn
//	GET  /account/alerts/{alert}               marks one as seen and leads to it      SignedIn
//	POST /account/alerts/seen                  marks all as seen                      SignedIn
//	GET  /account/preferences                  kinds by channels                      SignedIn
//	POST /account/preferences                  sets them                              SignedIn
//	POST /account/devices                      remembers this browser                 SignedIn
//	POST /account/devices/{device}/end         forgets one                            SignedIn
//	POST /account/devices/{device}/test        has it show something                  SignedIn
//	GET  /sw.js                                the service worker                     Public
//	GET  /offline                              what it shows without a connection     Public
//	GET  /unsubscribe/{token}                  the button that stops a kind of mail   Public
//	POST /unsubscribe/{token}                  stops it                               Public
//	GET  /account/blocked                      whom I blocked                         SignedIn
//	POST /account/blocked                      blocks account=, name=; next= leads on SignedIn
//	POST /account/blocked/{account}/end        unblocks; next= leads on               SignedIn
//	GET  /account/my-data                      exports, and the way out               SignedIn
//	POST /account/my-data/exports              asks for an export                     SignedIn
//	GET  /account/my-data/exports/{export}     the ZIP file                           SignedIn
//	GET  /account/my-data/progress             how far it is, for the page            SignedIn
//	GET  /account/my-data/erasure              what goes, what stays                  SignedIn
//	POST /account/my-data/erasure              asks to be erased                      SignedIn
//	POST /account/my-data/erasure/end          stops it                               SignedIn
package member
