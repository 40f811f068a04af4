// Package app wires the rooms together: which tables exist, which site a request is for, which route leads to which
// handler under which permission, and what runs in the background. Features meet here and nowhere else; nothing here
// decides anything about listings, accounts or safety.
package app
