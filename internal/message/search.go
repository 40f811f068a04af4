package message

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"fairground/internal/db"
	"fairground/internal/value"
)

// Searching reads a bounded part of one's own messages, the newest first, and compares them here: both engines then
// agree on what a capital letter is, and nobody's question costs more than that.
const (
	searchedConversations = 400 // of each inbox
	searchedMessages      = 6000
	mostFound             = 30
)

// search finds conversations in which all words of a query stand in one message.
func (d *Desk) search(tx *db.Tx, m member, q Query) ([]Entry, error) {
	wanted := strings.Fields(fold(q.Words))
	if len(wanted) == 0 {
		return nil, nil
	}
	var rows []side
	found := map[value.ID]string{}
	read := 0
	for _, owner := range q.owners(m) {
		some, err := db.All(tx, scanFound, `
			select s.conversation, s.side, s.owner, s.last_us, s.last_message, s.unread, s.seen_us, s.shown_us, s.cleared_us, s.archived, s.hidden, s.blocked_us, m.body
			from (
				select `+sideColumns+`
				from conversation_side
				where owner = $1 and not hidden
				order by last_us desc, conversation desc
				limit $2) s
			join message m on m.conversation = s.conversation
			where m.at_us > s.cleared_us and m.body <> '' and not m.erased and (m.side = s.side or m.state = 'delivered')
			order by s.last_us desc, s.conversation desc, m.at_us desc
			limit $3`, owner, searchedConversations, searchedMessages-read)
		if err != nil {
			return nil, err
		}
		for _, f := range some {
			if read++; found[f.conversation] != "" || !hasAll(fold(f.body), wanted) {
				continue
			}
			found[f.conversation] = excerpt(f.body, wanted[0])
			if rows = append(rows, f.side); len(rows) == mostFound {
				break
			}
		}
		if len(rows) == mostFound || read >= searchedMessages {
			break
		}
	}
	entries, err := d.entries(tx, rows)
	for i := range entries {
		entries[i].Found = found[entries[i].Conversation.ID]
	}
	return entries, err
}

// foundRow is a message of a side.
type foundRow struct {
	side
	body string
}

func scanFound(row db.Scanner) (f foundRow, err error) {
	f.side, err = scanSide(trailing{row, []any{&f.body}})
	return f, err
}

func hasAll(text string, wanted []string) bool {
	for _, word := range wanted {
		if !strings.Contains(text, word) {
			return false
		}
	}
	return true
}

func fold(text string) string { return strings.Map(unicode.ToLower, text) }

// excerpt is about a line of a text around a word.
func excerpt(text, word string) string {
	runes := []rune(text)
	at := 0
	if i := strings.Index(fold(text), word); i >= 0 {
		at = utf8.RuneCountInString(fold(text)[:i])
	}
	from, to := max(0, at-40), min(len(runes), at+100)
	cut := strings.Join(strings.Fields(string(runes[from:to])), " ")
	if from > 0 {
		cut = "…" + cut
	}
	if to < len(runes) {
		cut += "…"
	}
	return cut
}
