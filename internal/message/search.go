package message

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"fairground/internal/db"
	"fairground/internal/value"
)

// Searching reads a bounded part of one's own messages, the newest first, and compares them here: both engines then
// agree on what a capital letter is, and nobody's question costs more than that.
const (
	searchedConversations = 400 // of each inbox, and as many of its archive
	searchedMessages      = 6000
	searchedAtOnce        = 32 // conversations
	mostFound             = 30
)

// search finds conversations in which all words of a query stand in one message.
func (d *Desk) search(tx *db.Tx, m member, q Query) ([]Entry, error) {
	s := searching{wanted: strings.Fields(fold(q.Words)), found: map[value.ID]string{}}
	if len(s.wanted) == 0 {
		return nil, nil
	}
	for _, show := range []Show{ShowAll, ShowArchived} {
		for _, owner := range q.owners(m) {
			rows, err := db.All(tx, scanSide, `
				select `+sideColumns+`
				from conversation_side
				where owner = $1 and `+where[show]+`
				order by last_us desc, conversation desc
				limit $2`, owner, searchedConversations)
			if err != nil {
				return nil, err
			}
			for ; len(rows) > 0 && !s.isDone(); rows = rows[min(len(rows), searchedAtOnce):] {
				if err := s.read(tx, rows[:min(len(rows), searchedAtOnce)]); err != nil {
					return nil, err
				}
			}
		}
	}
	entries, err := d.entries(tx, s.rows)
	for i := range entries {
		entries[i].Found = s.found[entries[i].Conversation.ID]
	}
	return entries, err
}

// searching is how far a search has come.
type searching struct {
	wanted   []string
	messages int
	rows     []side
	found    map[value.ID]string // the words around, by conversation
}

func (s *searching) isDone() bool { return len(s.rows) >= mostFound || s.messages >= searchedMessages }

// read looks through some conversations.
func (s *searching) read(tx *db.Tx, rows []side) error {
	sides, ids := map[value.ID]side{}, make([]value.ID, len(rows))
	for i, row := range rows {
		sides[row.conversation], ids[i] = row, row.conversation
	}
	places, args := db.List(1, ids)
	err := db.Each(tx, func(row db.Scanner) error {
		m, err := scanMessage(row)
		of := sides[m.Conversation]
		isShown := m.At.After(of.cleared) && (m.Side == of.side || m.State == Delivered)
		if s.messages++; err == nil && isShown && s.found[m.Conversation] == "" && hasAll(fold(m.Text), s.wanted) {
			s.found[m.Conversation] = excerpt(m.Text, s.wanted[0])
		}
		return err
	}, `
		select `+messageColumns+`
		from message m
		where m.conversation in (`+places+`) and m.body <> ''
		order by m.conversation desc, m.at_us desc
		limit $`+strconv.Itoa(len(args)+1), append(args, searchedMessages)...)
	if err != nil {
		return err
	}
	for _, row := range rows {
		if s.found[row.conversation] != "" && len(s.rows) < mostFound {
			s.rows = append(s.rows, row)
		}
	}
	return nil
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
	from, to := max(0, at-12), min(len(runes), at+100) // the word is seen even where the line is short
	cut := strings.Join(strings.Fields(string(runes[from:to])), " ")
	if from > 0 {
		cut = "…" + cut
	}
	if to < len(runes) {
		cut += "…"
	}
	return cut
}
