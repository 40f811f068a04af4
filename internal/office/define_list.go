package office

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"fairground/internal/db"
	"fairground/internal/record"
	"fairground/internal/ui"
	"fairground/internal/value"
)

// defined is an object as a card.
type defined struct {
	o      *record.Object
	fields int
	count  string // of its records, as far as the reader may see them
	tag    ui.Tag
}

// removedThing is an object or field that was removed and can come back.
type removedThing struct {
	number int
	name   string
	when   time.Time
	why    string // why it cannot; "" when it can
}

type definedList struct {
	*defining
	all     []defined
	removed []removedThing
}

// list shows all objects.
func (d *defining) list(w http.ResponseWriter) error {
	l := &definedList{defining: d}
	if err := l.count(); err != nil {
		return err
	}
	if d.mayDefine() {
		var err error
		if l.removed, err = d.removedObjects(); err != nil {
			return err
		}
	}
	d.planToast()
	page, err := d.shell(d.t("office.define.objects"), d.tabs(defineRoot))
	if err != nil {
		return err
	}
	page.Actions = l.actions()
	return d.show(w, http.StatusOK, page, l.view())
}

// count counts fields and records. No count goes beyond a thousand.
func (l *definedList) count() error {
	return l.read(func(tx *db.Tx) error {
		sight, err := l.store.Sight(tx, l.asker)
		if err != nil {
			return err
		}
		reader := l.store.In(tx)
		for _, o := range l.catalog.Objects() {
			card := defined{o: o, fields: len(o.Fields), tag: l.origin(o)}
			if _, err := sight.Object(o.Key); err == nil {
				n, more, err := reader.Count(l.asker, record.Query{Object: o.Key}, mostCounted)
				if err != nil {
					return err
				}
				card.count = l.recordCount(n, more)
			}
			l.all = append(l.all, card)
		}
		slices.SortStableFunc(l.all, func(a, b defined) int {
			return strings.Compare(strings.ToLower(l.in(a.o.Plural)), strings.ToLower(l.in(b.o.Plural)))
		})
		return nil
	})
}

// origin says whose an object is.
func (d *defining) origin(o *record.Object) ui.Tag {
	switch {
	case o.Owned != nil:
		return ui.Tag{Text: d.t("office.define.owned"), Icon: "key-round"}
	case o.Declared != "":
		return ui.Tag{Text: d.t("office.define.declared"), Icon: "package"}
	default:
		return ui.Tag{Text: d.t("office.define.own"), Tone: ui.Safe}
	}
}

// mostRemoved bounds how many removed things are listed.
const mostRemoved = 30

// eachRemoval walks the steps that would bring removed things back, the newest first.
func (d *defining) eachRemoval(op record.Op, fn func(p record.Plan, s record.Step)) error {
	plans, err := d.history(1000)
	if err != nil {
		return err
	}
	for _, p := range plans {
		if d.now.Sub(p.At) > record.KeepRetired {
			break
		}
		for _, s := range p.Inverse {
			if s.Op == op && s.Number != 0 {
				fn(p, s)
			}
		}
	}
	return nil
}

// removedObjects are those that can be restored.
func (d *defining) removedObjects() (all []removedThing, err error) {
	seen := map[int]bool{}
	err = d.eachRemoval(record.RestoreObject, func(p record.Plan, s record.Step) {
		if seen[s.Number] || d.catalog.ByNumber(s.Number) != nil || len(all) >= mostRemoved {
			return
		}
		seen[s.Number] = true
		name := p.Title
		for _, step := range p.Steps {
			if step.Op == record.RemoveObject && step.Object != "" {
				name = step.Object
			}
		}
		all = append(all, removedThing{number: s.Number, name: name, when: p.At})
	})
	return all, err
}

// restoreObject brings a removed object back.
func (d *defining) restoreObject(w http.ResponseWriter) error {
	number, err := d.sentNumber()
	if err != nil {
		return err
	}
	c := &change{
		defining: d, title: d.t("office.define.did.restore_object"), steps: []record.Step{{Op: record.RestoreObject, Number: number}},
		done: defineRoot, quiet: true, again: d.list,
	}
	return c.orBack(w, defineRoot)
}

// sentNumber is the number of the thing that a form is about.
func (d *defining) sentNumber() (int, error) {
	if err := d.send(); err != nil {
		return 0, err
	}
	n := 0
	d.takeWhole("number", &n)
	if n == 0 {
		return 0, value.Errorf(value.NotFound, "there is nothing of this number")
	}
	return n, nil
}

// orBack does a change that has no form of its own; what is wrong is told on the page it came from.
func (c *change) orBack(w http.ResponseWriter, page string) error {
	c.again = func(w http.ResponseWriter) error {
		return c.goBack(w, page, value.Errorf(value.Invalid, "%s", c.wrong()))
	}
	return c.run(w)
}
