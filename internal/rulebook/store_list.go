package rulebook

import (
	"strings"
	"time"

	"fairground/internal/db"
	"fairground/internal/value"
)

// ListKind says what a list holds.
type ListKind string

// The kinds of list.
const (
	PhoneList   ListKind = "phone"
	MailList    ListKind = "mail"
	LinkList    ListKind = "link"
	AccountList ListKind = "account"
	TextList    ListKind = "text"
	WordList    ListKind = "word" // compiled, and read as terms.NAME
)

// ListKinds are all of them.
func ListKinds() []ListKind {
	return []ListKind{PhoneList, MailList, LinkList, WordList, TextList, AccountList}
}

// List is a named list of values.
type List struct {
	ID      value.ID
	Name    string
	Kind    ListKind
	About   string
	Author  string
	Made    time.Time
	Entries int // also those that have expired
}

// Entry is one value of a list.
type Entry struct {
	List    value.ID
	Value   string // in compared form
	Shown   string // as typed
	Reason  string
	Author  string
	Made    time.Time
	Expires time.Time // the zero Time: never
}

func scanList(row db.Scanner) (l List, err error) {
	var made int64
	err = row.Scan(&l.ID, &l.Name, &l.Kind, &l.About, &l.Author, &made, &l.Entries)
	l.Made = value.FromMicros(made)
	return l, err
}

const listQuery = `
	select l.id, l.name, l.kind, l.about, l.author, l.made_us, (select count(*) from value_list_entry e where e.list = l.id)
	from value_list l`

// ValueLists returns all lists, by name.
func ValueLists(tx *db.Tx) ([]List, error) {
	return db.All(tx, scanList, listQuery+`
	order by l.name`)
}

// FindList returns one list. It returns an error of kind NotFound.
func FindList(tx *db.Tx, name string) (List, error) {
	return db.One(tx, scanList, listQuery+`
	where l.name = $1`, name)
}

func scanEntry(row db.Scanner) (e Entry, err error) {
	var made, expires int64
	err = row.Scan(&e.List, &e.Value, &e.Shown, &e.Reason, &e.Author, &made, &expires)
	e.Made = value.FromMicros(made)
	if expires != 0 {
		e.Expires = value.FromMicros(expires)
	}
	return e, err
}

const entryColumns = `list, value, shown, reason, author, made_us, coalesce(expires_us, 0)`

// Entries returns entries of a list whose text contains some words, the newest first.
func Entries(tx *db.Tx, list value.ID, words string, limit int) ([]Entry, error) {
	return db.All(tx, scanEntry, `
		select `+entryColumns+`
		from value_list_entry
		where list = $1 and lower(shown || ' ' || reason) like $2 escape '\'
		order by made_us desc, value
		limit $3`, int64(list), "%"+likely(strings.ToLower(words))+"%", limit)
}

// likely escapes what LIKE reads as a sign.
func likely(text string) string {
	return strings.NewReplacer(`\`, `\\`, "%", `\%`, "_", `\_`).Replace(text)
}

func allEntries(tx *db.Tx, each func(Entry)) error {
	return db.Each(tx, func(row db.Scanner) error {
		e, err := scanEntry(row)
		each(e)
		return err
	}, `
		select `+entryColumns+`
		from value_list_entry`)
}

// EntityLabel is a note on somebody or something, such as "trusted" on an account.
type EntityLabel struct {
	Entity  string
	Value   string // in compared form
	Name    string
	Reason  string
	Author  string
	Made    time.Time
	Expires time.Time // the zero Time: never
}

// EntityLabels returns the newest labels.
func EntityLabels(tx *db.Tx, limit int) ([]EntityLabel, error) {
	return db.All(tx, scanEntityLabel, `
		select `+entityLabelColumns+`
		from entity_label
		order by made_us desc, entity, value, name
		limit $1`, limit)
}
