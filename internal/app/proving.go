package app

import (
	"net/http"

	"fairground/internal/account"
	"fairground/internal/audit"
	"fairground/internal/audit/proof"
	"fairground/internal/site"
)

// proofs are the pages on which outsiders check that history is not rewritten.
func (a *App) proofs() *proof.Pages {
	return &proof.Pages{Guard: account.Public, Clock: a.clock, Shell: a.publicShell, Of: func(r *http.Request) proof.Log {
		s := site.From(r.Context())
		rooms := a.Rooms(s)
		return proof.Log{DB: s.DB, Key: rooms.SealKey, Codes: rooms.Codes}
	}}
}

// codesOf makes the addresses at which people ask for proofs of what affects them.
func codesOf(s *site.Site) audit.Codes {
	codes, err := audit.NewCodes(s.Key("receipts"))
	if err != nil {
		panic(err) // the secret's length is fixed
	}
	return codes
}

// witness shows a site's checkpoints to the provider, who remembers them.
func (a *App) witness(s *site.Site, key audit.Key) audit.Watch {
	return audit.Watch{Provider: a.Registry.Provider(), Log: s.Slug, Site: s.DB, Key: key, Sealer: a.providerSealer}
}
