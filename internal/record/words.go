package record

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"fairground/internal/db"
	"fairground/internal/value"
)

// The table s_N holds one document for each record, those in the trash too: the words of its searchable fields, each
// with the number of its field before it, as in 12_bike. A query asks for every word with the numbers of the fields that
// its asker may see, so the words of hidden fields cannot be found. Words are folded here, the same on both engines;
// the databases' own dictionaries have no part in it.

const (
	longestWord = 40    // letters; the rest is cut off, of what is stored and of what is asked
	mostWords   = 3_000 // of one record
	mostAsked   = 12    // of one query
)

// worded is a record whose words changed: all its values, not only those that were written.
type worded struct {
	id     value.ID
	values Values
	fresh  bool // it was made just now, so there are no words to take away
}

// wordsDDL are the statements that make an object's table of words.
func wordsDDL(o *Object, engine db.Engine) []string {
	if engine == db.SQLite {
		return []string{fmt.Sprintf(`create virtual table %s using fts5 (words, content = '', contentless_delete = 1,
			detail = none, tokenize = "ascii tokenchars '_'")`, o.words())}
	}
	return []string{
		fmt.Sprintf("create table %s (id bigint primary key, words tsvector not null)", o.words()),
		fmt.Sprintf("create index %s_words on %s using gin (words) with (gin_pending_list_limit = 256)", o.words(), o.words()),
	}
}

// wordsDrop are the statements that remove it.
func wordsDrop(o *Object, _ db.Engine) []string { return []string{"drop table " + o.words()} }

// searched reports whether a field's words are kept. The title's always are, where it has any.
func (o *Object) searched(f *Field) bool {
	if o.Owned != nil || !f.Stored() || !f.Searchable && f.Key != o.Title {
		return false
	}
	switch f.Type {
	case Text, LongText, Mail, Phone, Link, Place, Choice, Choices, Autonumber, Integer, Formula:
		return true
	default:
		return false
	}
}

// reword writes what the records' searchable fields hold into the object's table of words, in few statements.
func reword(tx *db.Tx, o *Object, records []worded) error {
	var stale []value.ID
	var rows [][]any
	for _, rec := range records {
		if !rec.fresh {
			stale = append(stale, rec.id)
		}
		if words := o.document(rec.values); len(words) > 0 {
			rows = append(rows, []any{int64(rec.id), packWords(tx.Engine(), words)})
		}
	}
	if err := unword(tx, o, stale); err != nil {
		return err
	}
	return tx.Insert(o.words(), []string{wordsKey(tx.Engine()), "words"}, rows)
}

// unword forgets the words of records that were purged.
func unword(tx *db.Tx, o *Object, ids []value.ID) error {
	for part := range slices.Chunk(plainIDs(ids), idChunk) {
		s := &statement{engine: tx.Engine()}
		text := fmt.Sprintf("delete from %s where %s in %s", o.words(), wordsKey(tx.Engine()), s.ids(part))
		if _, err := tx.Exec(text, s.args...); err != nil {
			return err
		}
	}
	return nil
}

func wordsKey(engine db.Engine) string {
	if engine == db.SQLite {
		return "rowid"
	}
	return "id"
}

func packWords(engine db.Engine, words []string) string {
	if engine == db.SQLite {
		return strings.Join(words, " ")
	}
	return "'" + strings.Join(words, "' '") + "'"
}

// document is the words of a record, each once, with the numbers of their fields.
func (o *Object) document(values Values) []string {
	var all []string
	seen := map[string]bool{}
	for _, f := range o.Fields {
		v := values[f.Key]
		if v == nil || !o.searched(f) {
			continue
		}
		before := strconv.Itoa(f.Number) + "_"
		for _, word := range searchWords(f.wording(v), mostWords) {
			if token := before + word; !seen[token] && len(all) < mostWords {
				seen[token] = true
				all = append(all, token)
			}
		}
	}
	return all
}

// wording is what a value can be found by: choices by their labels in all languages.
func (f *Field) wording(v any) string {
	switch v := v.(type) {
	case PlaceValue:
		return v.Name
	case string:
		if f.Type == Choice {
			return f.labels(v)
		}
		return v
	case []string:
		texts := make([]string, len(v))
		for i, key := range v {
			texts[i] = f.labels(key)
		}
		return strings.Join(texts, " ")
	default:
		return f.Show(v)
	}
}

func (f *Field) labels(key string) string {
	option, _ := f.Option(key)
	texts := []string{key}
	for _, locale := range sortedKeys(option.Labels) {
		texts = append(texts, option.Labels[locale])
	}
	return strings.Join(texts, " ")
}

// searchWords takes a text apart into words without case and accents, at most so many. A sign of a script without spaces is
// a word of its own.
func searchWords(text string, most int) []string { return splitWords(withoutAccents(fold(text)), most) }

func withoutAccents(text string) string {
	if plainASCII(text) {
		return text
	}
	return strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Mn, r) {
			return -1
		}
		return r
	}, norm.NFKD.String(text))
}

func splitWords(text string, most int) []string {
	var all []string
	start, length := -1, 0
	end := func(at int) {
		if start >= 0 && len(all) < most {
			all = append(all, text[start:at])
		}
		start, length = -1, 0
	}
	for at, r := range text {
		switch {
		case standsAlone(r):
			end(at)
			start = at
			end(at + len(string(r)))
		case !unicode.IsLetter(r) && !unicode.IsNumber(r):
			end(at)
		case start < 0:
			start, length = at, 1
		case length == longestWord:
			end(at)
		default:
			length++
		}
	}
	end(len(text))
	return all
}

func standsAlone(r rune) bool {
	return r >= 0x2E80 && unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana)
}

// asked are the words of a question. The tables of features keep accents.
func (s *Seen) asked(text string) []string {
	if s.Owned != nil {
		return splitWords(fold(text), mostAsked)
	}
	return searchWords(text, mostAsked)
}

// search is the condition that records hold all the words in fields that the asker may see; the last word may be the
// beginning of one. streamed tells that the table of words is read beside the object's, as f.
func (s *Seen) search(in *statement, words []string, streamed bool) string {
	if s.Owned != nil {
		return s.searchLent(in, words)
	}
	var numbers []int
	for _, f := range s.Fields {
		if s.full.searched(f) {
			numbers = append(numbers, f.Number)
		}
	}
	if len(numbers) == 0 {
		return "1 = 0"
	}
	table := s.full.words()
	if streamed {
		return fmt.Sprintf("f.%s match %s and t.id = f.rowid", table, in.arg(askWords(words, numbers, " OR ", " AND ", `"`, "*")))
	}
	if in.engine == db.SQLite {
		return fmt.Sprintf("t.id in (select rowid from %s where %s match %s)", table, table, in.arg(askWords(words, numbers, " OR ", " AND ", `"`, "*")))
	}
	return fmt.Sprintf("t.id in (select id from %s where words @@ %s::tsquery)", table, in.arg(askWords(words, numbers, " | ", " & ", "'", ":*")))
}

// askWords writes the question in an engine's own language of search.
func askWords(words []string, numbers []int, or, and, quote, begins string) string {
	all := make([]string, len(words))
	for i, word := range words {
		ways := make([]string, len(numbers))
		for j, number := range numbers {
			ways[j] = quote + strconv.Itoa(number) + "_" + word + quote
			if i == len(words)-1 {
				ways[j] += begins
			}
		}
		all[i] = "(" + strings.Join(ways, or) + ")"
	}
	return strings.Join(all, and)
}

// searchLent looks into the texts of a feature's table, which has no table of words here.
func (s *Seen) searchLent(in *statement, words []string) string {
	find := map[db.Engine]string{db.SQLite: "instr", db.Postgres: "strpos"}[in.engine]
	var columns []string
	for _, f := range s.Fields {
		if folded := s.full.describe(f).Folded; folded != "" && (f.Searchable || f.Key == s.Title) {
			columns = append(columns, over("t", folded))
		}
	}
	if len(columns) == 0 {
		return "1 = 0"
	}
	var all []string
	for _, word := range words {
		mark := in.arg(word)
		var ways []string
		for _, column := range columns {
			ways = append(ways, fmt.Sprintf("%s(%s, %s) > 0", find, column, mark))
		}
		all = append(all, "("+strings.Join(ways, " or ")+")")
	}
	return strings.Join(all, " and ")
}

// rewordFrom writes the words of up to limit records after an id anew. It returns the last id and how many there were;
// fewer than limit means that it is done.
func (s *Store) rewordFrom(tx *db.Tx, c *Catalog, o *Object, after value.ID, limit int) (value.ID, int, error) {
	k, err := s.In(tx).searchable(c, o)
	if err != nil {
		return 0, 0, err
	}
	k.keys = []key{{name: "id+", sql: "t.id"}}
	k.indexed = true
	records, _, err := k.rows(cursor{int64(after)}, limit)
	if err != nil || len(records) == 0 {
		return after, 0, err
	}
	return records[len(records)-1].ID, len(records), k.reword(records)
}

// searchable asks for what a table of words is made of.
func (r *Reader) searchable(c *Catalog, o *Object) (*ask, error) {
	a := System("search")
	sight, err := sightOf(c, a, r.tx.Engine())
	if err != nil {
		return nil, err
	}
	seen, err := sight.Object(o.Key)
	if err != nil {
		return nil, err
	}
	k := r.of(a, sight, seen)
	k.both = true
	for _, f := range o.Fields {
		if o.searched(f) {
			k.fields = append(k.fields, f)
		}
	}
	return k, nil
}

func (k *ask) reword(records []*Record) error {
	all := make([]worded, len(records))
	for _, f := range k.fields {
		if err := k.loadSide(f, records); err != nil {
			return err
		}
	}
	for i, rec := range records {
		all[i] = worded{id: rec.ID, values: rec.Values}
	}
	return reword(k.reader.tx, k.seen.full, all)
}
