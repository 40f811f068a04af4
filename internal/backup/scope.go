package backup

import (
	"regexp"

	"fairground/internal/db"
)

// staying is what a backup leaves out, with the reason that its manifest gives.
var staying = []struct {
	table  string
	column string // empty: the whole table
	unless string // condition of the rows that travel after all; empty: none does
	why    string
}{
	{"migration", "", "", "the manifest names the migrations"},
	{"restore_unfinished", "", "", "it marks a restore under way"},
	{"session", "", "", "secrets do not travel: everybody signs in again"},
	{"sign_in_token", "", "", "secrets do not travel: sign-in links are asked for again"},
	{"mail_message", "", "not secret", "secrets do not travel: mails with sign-in links"},
	{"search_document", "", "", "the search index is rebuilt from the listings"},
	{"search_state", "", "", "the search index is rebuilt from the listings"},
	{"api_idempotency", "", "", "answers of the moment"},
	{"change_reader", "", "name <> 'search'", "the search index begins anew"},
	{"change", "xid", "", "it counts the transactions of one server"},
}

// words are the tables of package record that hold what its records are searched by.
var words = regexp.MustCompile(`^s_[0-9]+$`)

// orders are the tables whose rows do not come in the order of their primary key.
var orders = map[string]string{
	// Rows without a number are the newest; SQLite numbers them in the order in which they come.
	"change": "seq nulls last, id",
}

// copied is a table as far as it travels.
type copied struct {
	Table
	where string
	order string
}

// travelling is what of a table travels; nil when nothing does.
func travelling(t db.Table) *copied {
	if words.MatchString(t.Name) {
		return nil
	}
	c := &copied{Table: Table{Name: t.Name}, order: orders[t.Name]}
	without := make(map[string]bool)
	for _, s := range staying {
		switch {
		case s.table != t.Name:
		case s.column != "":
			without[s.column] = true
		case s.unless == "":
			return nil
		default:
			c.where = s.unless
		}
	}
	for _, column := range t.Columns {
		if !without[column.Name] {
			c.Columns = append(c.Columns, Column{Name: column.Name, Kind: column.Kind})
		}
	}
	if c.order == "" {
		c.order = list(t.Key)
	}
	return c
}

func leftOut() []LeftOut {
	all := []LeftOut{{What: "the site's secret", Why: "keep keys/SLUG.key apart from the backups; a restore needs it"}}
	all = append(all, LeftOut{What: "s_N", Why: "the words that records are searched by are gathered anew"})
	for _, s := range staying {
		what := s.table
		if s.column != "" {
			what += "." + s.column
		}
		if s.unless != "" {
			what += ", rows without: " + s.unless
		}
		all = append(all, LeftOut{What: what, Why: s.why})
	}
	return all
}

// list writes names one after the other.
func list(names []string) string {
	text := ""
	for i, name := range names {
		if i > 0 {
			text += ", "
		}
		text += name
	}
	return text
}
