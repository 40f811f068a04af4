package record

import (
	"fmt"
	"slices"
	"strings"

	"fairground/internal/db"
	"fairground/internal/value"
)

// loadSide reads what a field has in a table of its own, for a whole page at once.
func (k *ask) loadSide(f *Field, records []*Record) error {
	if k.seen.Owned != nil || f.side() == "" && f.Type != File {
		return nil
	}
	byID := make(map[value.ID]*Record, len(records))
	ids := make([]int64, len(records))
	for i, rec := range records {
		byID[rec.ID], ids[i] = rec, int64(rec.ID)
	}
	for part := range slices.Chunk(ids, idChunk) {
		if err := k.loadPart(f, part, byID); err != nil {
			return err
		}
	}
	return nil
}

func (k *ask) loadPart(f *Field, ids []int64, byID map[value.ID]*Record) error {
	switch f.Type {
	case Choices:
		return k.loadChoices(f, ids, byID)
	case References:
		return k.loadReferences(f, ids, byID)
	default:
		return k.loadFiles(f, ids, byID)
	}
}

func (k *ask) loadChoices(f *Field, ids []int64, byID map[value.ID]*Record) error {
	chosen := map[value.ID]map[int64]bool{}
	s := k.statement()
	err := db.Each(k.reader.tx, func(row db.Scanner) error {
		var id value.ID
		var code int64
		if err := row.Scan(&id, &code); err != nil {
			return err
		}
		if chosen[id] == nil {
			chosen[id] = map[int64]bool{}
		}
		chosen[id][code] = true
		return nil
	}, fmt.Sprintf("select record, code from %s where record in %s", f.side(), s.ids(ids)), s.args...)
	for id, codes := range chosen {
		var keys []string
		for _, option := range f.Options.Choices {
			if codes[int64(option.Code)] {
				keys = append(keys, option.Key)
			}
		}
		if keys != nil {
			byID[id].Values[f.Key] = keys
		}
	}
	return err
}

func (k *ask) loadReferences(f *Field, ids []int64, byID map[value.ID]*Record) error {
	columns := []string{"record", "target"}
	spans := make([]int, len(f.Options.Attributes)+1)
	for i, a := range f.Options.Attributes {
		spans[i] = len(columns)
		for _, c := range kindOf(a.Type).columns(a) {
			columns = append(columns, a.attributeColumn(c.suffix))
		}
	}
	spans[len(f.Options.Attributes)] = len(columns)
	cells, into := make([]any, len(columns)), make([]any, len(columns))
	for i := range cells {
		into[i] = &cells[i]
	}
	s := k.statement()
	text := fmt.Sprintf("select %s from %s where record in %s order by record, place", strings.Join(columns, ", "), f.side(), s.ids(ids))
	return db.Each(k.reader.tx, func(row db.Scanner) error {
		if err := row.Scan(into...); err != nil {
			return err
		}
		ref := RefValue{ID: value.ID(cellInt(cells[1]))}
		for i, a := range f.Options.Attributes {
			v, err := span{field: a}.load(cells[spans[i]:spans[i+1]])
			if err != nil {
				return err
			}
			if v == nil {
				continue
			}
			if ref.Attributes == nil {
				ref.Attributes = Values{}
			}
			ref.Attributes[a.Key] = v
		}
		rec := byID[value.ID(cellInt(cells[0]))]
		refs, _ := rec.Values[f.Key].([]RefValue)
		rec.Values[f.Key] = append(refs, ref)
		return nil
	}, text, s.args...)
}

func (k *ask) loadFiles(f *Field, ids []int64, byID map[value.ID]*Record) error {
	s := k.statement()
	text := fmt.Sprintf(`select record, sha256, name, type, bytes from record_file
		where object = %s and field = %s and record in %s
		order by record, place`, s.arg(k.seen.full.Number), s.arg(f.Number), s.ids(ids))
	return db.Each(k.reader.tx, func(row db.Scanner) error {
		var id value.ID
		var file FileValue
		if err := row.Scan(&id, &file.Sha256, &file.Name, &file.Type, &file.Bytes); err != nil {
			return err
		}
		rec := byID[id]
		files, _ := rec.Values[f.Key].([]FileValue)
		rec.Values[f.Key] = append(files, file)
		return nil
	}, text, s.args...)
}
