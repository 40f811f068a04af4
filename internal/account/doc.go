// Package account knows who somebody is and what they may do: accounts of members and staff, signing in, sessions,
// roles and the guards that every route states.
//
// Promises:
//   - A route is open only to whom its guard names: Public, SignedIn, StaffOnly or May(permission). The zero Guard lets
//     nobody through, a role has exactly the permissions listed in permission.go, and a member has none.
//   - What lies in the database lets nobody in: passwords as argon2id, session cookies and mail links as SHA-256 of 256
//     random bits. Signing in always makes a new session, so one planted beforehand is worth nothing.
//   - Whether an address has an account cannot be found out by signing in or asking for a link: same answer, same work.
//   - Guessing is limited by address and by network, and the memory that passwords cost is bounded.
//   - A suspended account, and one whose role was taken away, is refused at its next request.
//   - Signing in, failing to, links, sessions ended, roles and suspensions are in the change log. A failed attempt is
//     logged with a keyed hash of the address, not the address.
//
// Mail links open a page with a button and work only by pressing it, once, so that programs that look into mail do not
// use them up.
//
// Door is the part that answers requests: Step finds the session of a request, once, by one indexed read; Routes
// registers the pages. From gives handlers the Session. Create, Invite, SetRole, Suspend, Restore and SetPassword are
// verbs for others' transactions: console, command line, demonstration.
//
// Tables: account, session, sign_in_token, in each site's database.
//
// Routes, all guarded by the name at the end:
//
//	GET  /sign-in                      the form; next= leads on, on this site only    Public
//	POST /sign-in                      by password                                    Public
//	POST /sign-in/link                 asks for a mail link                           Public
//	GET  /sign-in/sent                 "check your mail"                              Public
//	GET  /sign-in/link/{token}         the button that uses a link                    Public
//	POST /sign-in/link/{token}         uses it                                        Public
//	POST /sign-out                     ends this session                              Public
//	GET  /account/sessions             my sessions and my password                    SignedIn
//	POST /account/sessions/end         ends one of them                               SignedIn
//	POST /account/sessions/end-all     signs out everywhere                           SignedIn
//	POST /account/password             sets the password, ends the other sessions     SignedIn
package account
