package console

import (
	"strconv"
	"strings"

	"fairground/internal/account"
	"fairground/internal/db"
	"fairground/internal/value"
)

// people names the authors of changes on one page.
type people struct {
	v     *visit
	names map[value.ID]string
}

// people reads the names of the staff at once; members follow as they occur.
func (v *visit) people(tx *db.Tx) (*people, error) {
	staff, err := account.Staff(tx)
	p := &people{v: v, names: make(map[value.ID]string, len(staff))}
	for _, a := range staff {
		p.names[a.ID] = a.Name
	}
	return p, err
}

// name turns an actor as the change log writes it into words.
func (p *people) name(tx *db.Tx, actor string) (string, error) {
	kind, rest, _ := strings.Cut(actor, ":")
	switch value.ActorKind(kind) {
	case value.Visitor:
		return p.v.t("console.actor.visitor"), nil
	case value.System:
		return p.v.t("console.actor.system", "part", p.v.orRaw("console.part."+rest, rest)), nil
	case value.Staff, value.Member:
		n, err := strconv.ParseInt(rest, 10, 64)
		if err != nil {
			return actor, nil
		}
		return p.account(tx, value.ID(n), value.ActorKind(kind))
	}
	return actor, nil
}

func (p *people) account(tx *db.Tx, id value.ID, kind value.ActorKind) (string, error) {
	if name, known := p.names[id]; known {
		return name, nil
	}
	name := p.v.t("console.actor.former")
	if kind == value.Member {
		name = p.v.t("console.actor.member")
	}
	a, err := account.Find(tx, id)
	if err != nil && value.KindOf(err) != value.NotFound {
		return "", err
	}
	if err == nil {
		name = a.Name
	}
	p.names[id] = name
	return name, nil
}
