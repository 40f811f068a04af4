package record

import (
	"fmt"
	"slices"

	"fairground/internal/db"
	"fairground/internal/value"
)

// checkWords finds records that cannot be found by words that they hold.
func (w *Writer) checkWords(m *form, found map[value.ID]*Record, note func(value.ID, *Field, string, ...any)) error {
	table, key := m.object.words(), wordsKey(w.tx.Engine())
	for _, id := range sortedIDs(found) {
		for _, f := range m.object.Fields {
			v := found[id].Values[f.Key]
			if v == nil || !m.object.searched(f) {
				continue
			}
			words := searchWords(f.wording(v), mostWords)
			for part := range slices.Chunk(words, mostAsked) {
				s := &statement{engine: w.tx.Engine()}
				match := fmt.Sprintf("words @@ %s::tsquery", s.arg(exactly(part, f.Number, " & ", "'")))
				if w.tx.Engine() == db.SQLite {
					s.args = nil
					match = fmt.Sprintf("%s match %s", table, s.arg(exactly(part, f.Number, " AND ", `"`)))
				}
				n, err := db.One(w.tx, db.Column[int], fmt.Sprintf("select count(*) from %s where %s and %s = %s", table, match, key, s.arg(id)), s.args...)
				if err != nil {
					return err
				}
				if n == 0 {
					note(id, f, "its words cannot be searched")
					break
				}
			}
		}
	}
	return nil
}

// exactly asks for words of one field, none of them a beginning.
func exactly(words []string, number int, and, quote string) string {
	return askWords(words, []int{number}, "", and, quote, "")
}
