// Package account knows who somebody is and what they may do: accounts of members and staff, joining, signing in,
// sessions, roles and the guards that every route states.
//
// Promises:
//   - A route is open only to whom its guard names: Public, SignedIn, StaffOnly or May(permission). The zero Guard lets
//     nobody through, a role has exactly the permissions listed in permission.go, and a member has none.
//   - What lies in the database lets nobody in: passwords as argon2id, session cookies and mail links as SHA-256 of 256
//     random bits, recovery codes and codes of texts as keyed hashes, the secrets of second factors sealed under a key
//     that is no row. Of a passkey only the public half is here. Signing in always makes a new session, so one planted
//     beforehand is worth nothing.
//   - Whether an address has an account cannot be found out by signing in, joining, or asking for a link, a new
//     password or another address: same answer, same work. The owner of the address learns more, by mail.
//   - An account begins when its address was proven; who asked before the owner did leaves nothing behind. A password
//     chosen at joining counts only if the link is used in the same browser.
//   - Who switched on a second factor is asked for it after a password, a mail link and another house's sign-in, and
//     not after a passkey that checked the person. A code and a passkey's answer work once.
//   - Guessing is limited by address, account and network, and the memory that passwords cost is bounded.
//   - A suspended account, and one whose role was taken away, is refused at its next request.
//   - Signing in, failing to, links, sessions ended, roles and suspensions are in the change log. A failed attempt is
//     logged with a keyed hash of the address, not the address. Changes of somebody's security are told to them.
//   - What can lock an owner out (address, second factor, passkeys, phone, password) can be changed only within
//     FreshFor after signing in; whoever sits down at an open browser later must sign in again.
//
// Mail links open a page with a button and work only by pressing it, once, so that programs that look into mail do not
// use them up.
//
// Door is the part that answers requests: Step finds the session of a request, once, by one indexed read; Routes
// registers the pages. From gives handlers the Session. Create, Invite, SetRole, Suspend, Restore and SetPassword are
// verbs for others' transactions: console, command line, demonstration. Verified tells which contacts of an account
// are proven; Estate is what package member exports and erases of it; Confirm is for others' pages that cannot be taken
// back; Tidy forgets what is over and is for a daily job.
//
// A passkey belongs to the host under which it was made: a site that answers to several asks for one at each.
//
// Tables: account, session, sign_in_token, joining, ceremony, proof_link, passkey, second_factor, recovery_code,
// open_id, phone_check, in each site's database.
//
// Routes, all guarded by the name at the end:
//
//	GET  /join                         the form; next= leads on                       Public
//	POST /join                         asks to join                                   Public
//	GET  /join/sent                    "check your mail"                              Public
//	GET  /join/confirm/{token}         the button that makes the account              Public
//	POST /join/confirm/{token}         makes it                                       Public
//	GET  /account/welcome              first steps: a passkey, a password, or neither SignedIn
//	GET  /sign-in                      the form; next= leads on, on this site only    Public
//	POST /sign-in                      by password                                    Public
//	POST /sign-in/link                 asks for a mail link                           Public
//	GET  /sign-in/sent                 "check your mail"                              Public
//	GET  /sign-in/link/{token}         the button that uses a link                    Public
//	POST /sign-in/link/{token}         uses it                                        Public
//	POST /sign-in/passkey/start        what a browser needs to use a passkey, JSON    Public
//	POST /sign-in/passkey              by passkey, JSON                               Public
//	GET  /sign-in/code                 asks for the second factor                     Public
//	POST /sign-in/code                 takes its code, or a recovery code             Public
//	GET  /sign-in/reset                asks for a new password                        Public
//	POST /sign-in/reset                mails a link for it                            Public
//	GET  /sign-in/reset/{token}        the form for the new password                  Public
//	POST /sign-in/reset/{token}        sets it                                        Public
//	GET  /sign-in/with/{provider}      leads to another house's sign-in               Public
//	GET  /sign-in/with/{provider}/return   and back                                   Public
//	POST /sign-out                     ends this session                              Public
//	GET  /account/security             everything about my sign-in                    SignedIn
//	POST /account/name                 sets my name                                   SignedIn
//	POST /account/language             sets the language of my letters and pages      SignedIn
//	POST /account/email                mails a link to another address                SignedIn
//	GET  /account/email/{token}        the button that takes the address              SignedIn
//	POST /account/email/{token}        takes it                                       SignedIn
//	POST /account/password             sets the password, ends the other sessions     SignedIn
//	POST /account/passkeys/start       what a browser needs to make a passkey, JSON   SignedIn
//	POST /account/passkeys             keeps it, JSON                                 SignedIn
//	POST /account/passkeys/name        names one                                      SignedIn
//	POST /account/passkeys/remove      takes one away                                 SignedIn
//	POST /account/second-factor/start  makes a secret                                 SignedIn
//	GET  /account/second-factor        shows it, asks for a first code                SignedIn
//	GET  /account/second-factor/qr.svg the same as a picture                          SignedIn
//	POST /account/second-factor        switches it on, shows the recovery codes       SignedIn
//	POST /account/second-factor/off    switches it off                                SignedIn
//	POST /account/recovery-codes       makes new ones, shows them                     SignedIn
//	POST /account/phone                texts a code to a number; next= leads on       SignedIn
//	POST /account/phone/code           takes the code; next= leads on                 SignedIn
//	POST /account/phone/remove         takes the number away                          SignedIn
//	POST /account/open-id/remove       ends the link to another house                 SignedIn
//	GET  /account/sessions             where I am signed in                           SignedIn
//	POST /account/sessions/end         ends one of them                               SignedIn
//	POST /account/sessions/end-all     signs out everywhere                           SignedIn
package account
