package record

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"golang.org/x/text/language"

	"fairground/internal/db"
	"fairground/internal/value"
)

// resolve reads the values that cannot be read from the field alone.
func (s *sheet) resolve() error { return s.settleBare(s.entries) }

// settleBare reads amounts without a currency, numbers without a country and references by text.
func (s *sheet) settleBare(entries []*entry) error {
	pending := map[int]map[string]value.ID{}
	for _, e := range entries {
		for _, i := range e.given {
			switch v := e.now[i].(type) {
			case bare:
				if s.form.fields[i].Type == Reference {
					note(pending, i, v.text)
					continue
				}
				s.readBare(e, i, v)
			case []pendingRef:
				for _, r := range v {
					note(pending, i, r.text)
				}
			}
		}
	}
	for _, i := range slices.Sorted(maps.Keys(pending)) {
		if err := s.byText(s.form.fields[i], pending[i]); err != nil {
			return err
		}
	}
	if len(pending) > 0 {
		for _, e := range entries {
			s.placeLinks(e, pending)
		}
	}
	return nil
}

func note(pending map[int]map[string]value.ID, i int, text string) {
	if text == "" {
		return
	}
	if pending[i] == nil {
		pending[i] = map[string]value.ID{}
	}
	pending[i][text] = 0
}

func (s *sheet) readBare(e *entry, i int, v bare) {
	f := s.form.fields[i]
	var read any
	var err error
	if f.Type == MoneyType {
		read, err = moneyKind{}.amount(f, v.text, s.w.store.config.Currency())
	} else {
		read, err = readPhone(v.text, s.w.store.config.region())
	}
	if err != nil {
		e.fault(f, err)
		read = nil
	}
	e.now[i] = read
}

// region is the site's country, as far as its locale tells.
func (c Config) region() string {
	region, sure := language.Make(string(c.Locale())).Region()
	if sure < language.Low {
		return ""
	}
	return region.String()
}

// ambiguous stands for a text that names several records.
const ambiguous = value.ID(-1)

// byText finds the records that texts name, among those the asker may see: by a unique field, or by their title.
func (s *sheet) byText(f *Field, texts map[string]value.ID) error {
	target, err := s.w.sight.Object(f.Options.Target)
	if err != nil {
		return nil // nothing is found in an object that is hidden
	}
	byKey := map[string][]string{}
	for text := range texts {
		byKey[fold(text)] = append(byKey[fold(text)], text)
	}
	for _, by := range target.nameFields() {
		keys := make([]any, 0, len(byKey))
		for key := range byKey {
			keys = append(keys, key)
		}
		for part := range slices.Chunk(keys, keyChunk) {
			if err := s.namedBy(target, by, part, byKey, texts); err != nil {
				return err
			}
		}
	}
	return nil
}

// nameFields are the fields by whose texts a record can be named: unique ones, and the title.
func (s *Seen) nameFields() []*Field {
	var all []*Field
	for _, f := range s.Fields {
		switch f.Type {
		case Text, Mail, Phone, Link:
			if f.Unique || f.Key == s.Title {
				all = append(all, f)
			}
		}
	}
	return all
}

func (s *sheet) namedBy(target *Seen, by *Field, keys []any, byKey map[string][]string, texts map[string]value.ID) error {
	k := s.w.store.In(s.w.tx).of(s.w.asker, s.w.sight, target)
	st := k.statement()
	where, err := k.where(st)
	if err != nil {
		return err
	}
	columns := target.full.columnsOf(by, "t")
	column := columns[len(columns)-1] // the folded key of a text
	var in []string
	for _, key := range padded(keys) {
		in = append(in, st.arg(key))
	}
	text := fmt.Sprintf("select t.%s, %s from %s t where %s and %s in (%s)",
		target.full.keyColumn(), column, quoted(target.full.table()), where, column, strings.Join(in, ", "))
	return db.Each(s.w.tx, func(row db.Scanner) error {
		var id value.ID
		var key string
		if err := row.Scan(&id, &key); err != nil {
			return err
		}
		for _, text := range byKey[fold(key)] {
			if texts[text] != 0 && texts[text] != id {
				id = ambiguous
			}
			texts[text] = id
		}
		return nil
	}, text, st.args...)
}

// placeLinks puts the records that were found into an entry.
func (s *sheet) placeLinks(e *entry, found map[int]map[string]value.ID) {
	for _, i := range e.given {
		f := s.form.fields[i]
		switch v := e.now[i].(type) {
		case bare:
			e.now[i] = nil
			if id := s.textLink(e, f, v.text, found[i]); id != 0 {
				e.now[i] = id
			}
		case []pendingRef:
			for n := range v {
				if v[n].text != "" {
					v[n].id = s.textLink(e, f, v[n].text, found[i])
				}
			}
			e.now[i] = resolvedRefs(v)
		}
	}
}

func (s *sheet) textLink(e *entry, f *Field, text string, found map[string]value.ID) value.ID {
	switch id := found[text]; id {
	case 0:
		e.fault(f, f.noSuch(text))
		return 0
	case ambiguous:
		e.fault(f, invalid("several records are called %q; write the id", value.Clip(text, 40)))
		return 0
	default:
		return id
	}
}

// checkLinks makes sure that the records which fields newly refer to are there, alive, and visible to the asker.
func (s *sheet) checkLinks() error {
	if len(s.form.links) == 0 {
		return nil
	}
	wanted := map[string]map[value.ID]bool{}
	each := func(fn func(e *entry, f *Field, object string, id value.ID)) {
		for _, e := range s.entries {
			if e.failed() || e.op == DoDelete || e.op == doRestore {
				continue
			}
			for _, i := range s.form.links {
				s.newLinks(e, i, func(object string, id value.ID) { fn(e, s.form.fields[i], object, id) })
			}
		}
	}
	each(func(_ *entry, _ *Field, object string, id value.ID) {
		if wanted[object] == nil {
			wanted[object] = map[value.ID]bool{}
		}
		wanted[object][id] = true
	})
	for _, object := range slices.Sorted(maps.Keys(wanted)) {
		if err := s.visible(object, wanted[object]); err != nil {
			return err
		}
	}
	each(func(e *entry, f *Field, object string, id value.ID) {
		if !wanted[object][id] {
			e.fault(f, f.noSuch(f.Show(linkTo(f, object, id))))
		}
	})
	return nil
}

func linkTo(f *Field, object string, id value.ID) any {
	switch f.Type {
	case References:
		return []RefValue{{ID: id}}
	case AnyReference:
		return AnyValue{Object: object, ID: id}
	default:
		return id
	}
}

// newLinks calls fn for every record that a field did not refer to before.
func (s *sheet) newLinks(e *entry, i int, fn func(object string, id value.ID)) {
	had := map[value.ID]bool{}
	if !e.made() {
		if same(e.old[i], e.now[i]) {
			return
		}
		s.w.whole.named(s.form.fields[i], e.old[i], func(_ string, id value.ID) { had[id] = true })
	}
	s.w.whole.named(s.form.fields[i], e.now[i], func(object string, id value.ID) {
		if !had[id] {
			fn(object, id)
		}
	})
}

// visible marks which of the records are not there for the asker: false.
func (s *sheet) visible(object string, ids map[value.ID]bool) error {
	seen, err := s.sightOf().Object(object)
	there := map[value.ID]bool{}
	if err == nil {
		for part := range slices.Chunk(slices.Sorted(maps.Keys(ids)), keyChunk) {
			k := s.w.store.In(s.w.tx).of(s.w.asker, s.sightOf(), seen)
			k.ids = plainIDs(part)
			found, err := k.matching(nil)
			if err != nil {
				return err
			}
			maps.Copy(there, found)
		}
	}
	for id := range ids {
		ids[id] = there[id]
	}
	return nil
}

// sightOf is what the sheet's author sees: the asker, or the program.
func (s *sheet) sightOf() *Sight { return s.seen.sight }
