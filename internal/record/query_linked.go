package record

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"fairground/internal/db"
	"fairground/internal/value"
)

// chunk is how many ids one statement asks for.
const idChunk = 1_024

// complete gives records what does not lie in their own row: side tables, formulas in memory, titles, linked records.
func (k *ask) complete(records []*Record, expand []string) error {
	if len(records) == 0 {
		return nil
	}
	for _, f := range k.fields {
		if err := k.loadSide(f, records); err != nil {
			return fmt.Errorf("field %s.%s: %w", k.seen.Key, f.Key, err)
		}
	}
	k.mask(records)
	if err := k.evaluate(records); err != nil {
		return err
	}
	if err := k.titles(records); err != nil {
		return err
	}
	return k.expand(records, expand)
}

// mask empties references to objects that the asker may not see.
func (k *ask) mask(records []*Record) {
	for _, f := range k.fields {
		if f.Type != AnyReference {
			continue
		}
		for _, rec := range records {
			if ref, ok := rec.Values[f.Key].(AnyValue); ok && k.sight.seen[ref.Object] == nil {
				delete(rec.Values, f.Key)
			}
		}
	}
}

// named are the records that values of a field refer to, by object.
func (v *Sight) named(f *Field, in any, add func(object string, id value.ID)) {
	switch ref := in.(type) {
	case value.ID:
		if f.Type == Reference {
			add(f.Options.Target, ref)
		}
	case []RefValue:
		for _, one := range ref {
			add(f.Options.Target, one.ID)
		}
	case AnyValue:
		add(ref.Object, ref.ID)
	}
}

// titles finds the titles of all records that these refer to, with one statement for each object.
func (k *ask) titles(records []*Record) error {
	wanted := map[string]map[value.ID]bool{}
	for _, f := range k.fields {
		if !refers(f) {
			continue
		}
		for _, rec := range records {
			k.sight.named(f, rec.Values[f.Key], func(object string, id value.ID) {
				if wanted[object] == nil {
					wanted[object] = map[value.ID]bool{}
				}
				wanted[object][id] = true
			})
		}
	}
	if len(wanted) == 0 {
		return nil
	}
	titles, err := k.reader.titlesOf(k.asker, k.sight, wanted)
	if err != nil {
		return err
	}
	for _, rec := range records {
		rec.Titles = map[value.ID]string{}
		for _, f := range k.fields {
			k.sight.named(f, rec.Values[f.Key], func(_ string, id value.ID) {
				if title, ok := titles[id]; ok {
					rec.Titles[id] = title
				}
			})
		}
	}
	return nil
}

func refers(f *Field) bool {
	return f.Type == Reference || f.Type == References || f.Type == AnyReference
}

// titlesOf reads the titles of records, as far as the asker may see them.
func (r *Reader) titlesOf(a Asker, sight *Sight, wanted map[string]map[value.ID]bool) (map[value.ID]string, error) {
	titles := map[value.ID]string{}
	for _, object := range slices.Sorted(maps.Keys(wanted)) {
		seen := sight.seen[object]
		if seen == nil {
			continue
		}
		k := r.of(a, sight, seen)
		if f := seen.Field(seen.Title); f != nil {
			k.fields = []*Field{f}
		}
		found, err := k.byID(slices.Sorted(maps.Keys(wanted[object])))
		if err != nil {
			return nil, fmt.Errorf("titles of %s: %w", object, err)
		}
		for id, rec := range found {
			titles[id] = rec.Title()
		}
	}
	return titles, nil
}

// byID reads the records with these ids that the asker may see, without what lies in other tables.
func (k *ask) byID(ids []value.ID) (map[value.ID]*Record, error) {
	found := make(map[value.ID]*Record, len(ids))
	for part := range slices.Chunk(ids, idChunk) {
		k.ids = plainIDs(part)
		records, err := k.unordered()
		if err != nil {
			return nil, err
		}
		for _, rec := range records {
			found[rec.ID] = rec
		}
	}
	return found, nil
}

func (k *ask) unordered() ([]*Record, error) {
	s := k.statement()
	k.keys = nil
	from, err := k.from(s)
	if err != nil {
		return nil, err
	}
	where, err := k.where(s)
	if err != nil {
		return nil, err
	}
	sh := k.shape()
	text := fmt.Sprintf("select %s\nfrom %s\nwhere %s", strings.Join(sh.columns, ", "), from, where)
	records, _, err := k.scan(sh, text, s.args, len(k.ids))
	return records, err
}

// branches are what to expand: first links, each with what to expand behind it.
type branches struct {
	fields []*Field
	deeper map[*Field][]string
}

// branches checks what is to be expanded, before anything is read.
func (k *ask) branches(paths []string) (branches, error) {
	b := branches{deeper: map[*Field][]string{}}
	for _, path := range paths {
		first, rest, further := strings.Cut(path, ".")
		if strings.Contains(rest, ".") {
			return b, value.Fieldf("expand", "%q goes further than two links", value.Clip(path, 40))
		}
		f := k.seen.Field(first)
		switch {
		case f == nil:
			return b, k.seen.missing("expand", first)
		case !refers(f):
			return b, value.Fieldf("expand", "%s refers to no record", f.Key)
		case !slices.Contains(b.fields, f):
			b.fields = append(b.fields, f)
		}
		if !further {
			continue
		}
		b.deeper[f] = append(b.deeper[f], rest)
		if target := k.sight.seen[f.Options.Target]; target != nil {
			if _, err := k.reader.of(k.asker, k.sight, target).branches([]string{rest}); err != nil {
				return b, err
			}
		}
	}
	return b, nil
}

// expand reads linked records whole: for each field one statement for each object it leads to.
func (k *ask) expand(records []*Record, paths []string) error {
	b, err := k.branches(paths)
	if err != nil {
		return err
	}
	for _, f := range b.fields {
		if err := k.expandField(f, records, b.deeper[f]); err != nil {
			return err
		}
	}
	return nil
}

func (k *ask) expandField(f *Field, records []*Record, deeper []string) error {
	wanted := map[string]map[value.ID]bool{}
	for _, rec := range records {
		k.sight.named(f, rec.Values[f.Key], func(object string, id value.ID) {
			if wanted[object] == nil {
				wanted[object] = map[value.ID]bool{}
			}
			wanted[object][id] = true
		})
	}
	found := map[value.ID]*Record{}
	for _, object := range slices.Sorted(maps.Keys(wanted)) {
		seen := k.sight.seen[object]
		if seen == nil {
			continue
		}
		if err := k.reader.whole(k.asker, k.sight, seen, slices.Sorted(maps.Keys(wanted[object])), deeper, found); err != nil {
			return err
		}
	}
	for _, rec := range records {
		if rec.Linked == nil {
			rec.Linked = map[string][]*Record{}
		}
		var linked []*Record
		k.sight.named(f, rec.Values[f.Key], func(_ string, id value.ID) { linked = append(linked, found[id]) })
		rec.Linked[f.Key] = linked
	}
	return nil
}

// whole reads records with all that the asker may see of them.
func (r *Reader) whole(a Asker, sight *Sight, seen *Seen, ids []value.ID, expand []string, into map[value.ID]*Record) error {
	k := r.of(a, sight, seen)
	k.fields = seen.Fields
	found, err := k.byID(ids)
	if err != nil {
		return err
	}
	maps.Copy(into, found)
	return k.complete(slices.Collect(maps.Values(found)), expand)
}

// idsOf reads ids only.
func (k *ask) idsOf(s *statement, rest string) ([]int64, error) {
	from, err := k.from(s)
	if err != nil {
		return nil, err
	}
	return db.All(k.reader.tx, db.Column[int64], "select t."+k.seen.full.keyColumn()+"\nfrom "+from+"\n"+rest, s.args...)
}
