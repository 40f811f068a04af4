package appeal

import (
	"fmt"
	"time"

	"fairground/internal/db"
	"fairground/internal/value"
)

// Found is what a code opens: an appeal, or a decision that can be appealed.
type Found struct {
	Appeal Appeal // zero ID: there is none yet
	Ruling Ruling
	Party  Party
	Key    string    // of the party
	Until  time.Time // when the time to appeal is over
	// Statement is the code of the statement of what took the decision's place; for its author only.
	Statement string
	Early     bool // it is the code of a notice that was not answered yet; nothing else is set
}

// Late reports whether the time to appeal is over.
func (f Found) Late(now time.Time) bool { return now.After(f.Until) }

// unknown is the one answer to every code that opens nothing.
func unknown() error {
	return wrong(value.NotFound, "appeal.unknown", "there is nothing under this code")
}

// Look finds what a code opens. Every look-up is made whatever the ones before found, so that a wrong code takes the same
// time as a right one; a wrong one is an error of kind NotFound that says nothing more.
func (d *Desk) Look(tx *db.Tx, code string) (Found, error) {
	own, ownErr := byCode(tx, code)
	pass, passErr := passByCode(tx, code)
	statement, statementErr := d.Rulings.ByStatement(tx, code)
	notice, noticeErr := d.Rulings.ByNotice(tx, code)
	for _, err := range []error{ownErr, passErr, statementErr, noticeErr} {
		if kind := value.KindOf(err); err != nil && kind != value.NotFound && kind != value.Conflict {
			return Found{}, fmt.Errorf("appeal.Look: %w", err)
		}
	}
	switch {
	case ownErr == nil:
		return d.shown(tx, own)
	case passErr == nil:
		ruling, err := d.Rulings.ByDecision(tx, pass.decision)
		ruling.Statement, ruling.Email, ruling.Account = nil, "", 0 // those are the author's
		return d.open(tx, ruling, Named, "pass "+pass.id.String(), err)
	case statementErr == nil:
		return d.open(tx, statement, Author, "author", nil)
	case value.KindOf(noticeErr) == value.Conflict:
		return Found{Early: true}, nil
	case noticeErr == nil:
		return d.open(tx, notice, Notifier, "notice "+markOf(code)[:16], nil)
	default:
		return Found{}, unknown()
	}
}

// open adds the appeal that a party has made already.
func (d *Desk) open(tx *db.Tx, r Ruling, party Party, key string, err error) (Found, error) {
	if err != nil {
		return Found{}, fmt.Errorf("appeal.Look(%s): %w", r.Decision, err)
	}
	if party != Author {
		r.Account = 0
	}
	f := Found{Ruling: r, Party: party, Key: key, Until: Until(r.Made, d.zone())}
	f.Appeal, err = byParty(tx, r.Decision, key)
	if value.KindOf(err) == value.NotFound {
		err = nil
	}
	return f, err
}

// shown is an appeal with its decision. A decision that is gone leaves the appeal alone.
func (d *Desk) shown(tx *db.Tx, a Appeal) (Found, error) {
	f := Found{Appeal: a, Party: a.Party, Key: a.PartyKey}
	ruling, err := d.Rulings.ByDecision(tx, a.Decision)
	if value.KindOf(err) == value.NotFound {
		return f, nil
	}
	if a.Party != Author {
		ruling.Statement = nil
	}
	f.Ruling, f.Until = ruling, Until(ruling.Made, d.zone())
	if err == nil && a.Successor != 0 && a.Party == Author && d.Replacer != nil {
		f.Statement, err = d.Replacer.Statement(tx, a.Successor)
	}
	return f, err
}

func (d *Desk) zone() *time.Location { return d.Site.Settings().Location() }
