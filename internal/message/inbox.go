package message

import (
	"cmp"
	"encoding/base64"
	"encoding/binary"
	"slices"

	"fairground/internal/db"
	"fairground/internal/value"
)

// Show is which conversations a page of the inbox lists.
type Show string

// The filters.
const (
	ShowAll      Show = ""
	ShowUnread   Show = "unread"
	ShowBuying   Show = "buying"
	ShowSelling  Show = "selling"
	ShowArchived Show = "archived"
)

var shows = []Show{ShowAll, ShowUnread, ShowBuying, ShowSelling, ShowArchived}

// Query is what somebody asks of the inbox.
type Query struct {
	Show  Show
	Shop  value.ID // one seller; 0 for all
	Words string
	After string // Next of the page before
}

// Entry is one conversation in the inbox.
type Entry struct {
	Conversation Conversation
	Side         Side
	Listing      Listing
	With         string // the name of the other side; empty when it was erased
	Last         Message
	By           string // who of a shop wrote it
	Unread       int
	Archived     bool
	Found        string // the words around what was searched
}

// Inbox is one page of it.
type Inbox struct {
	Entries []Entry
	Next    string // of the page that follows; empty on the last
	Unread  int    // conversations with something unread, mostCounted at most
	At      int64  // the newest moment in any of the inboxes; see news
}

const (
	pageSize    = 30
	mostCounted = 100
)

// where are the conditions of the lists; each has a partial index.
var where = map[Show]string{
	ShowAll:      `not archived and not hidden`,
	ShowBuying:   `not archived and not hidden`,
	ShowSelling:  `not archived and not hidden`,
	ShowUnread:   `unread > 0 and not archived and not hidden`,
	ShowArchived: `archived and not hidden`,
}

// owners are the inboxes a query looks into.
func (q Query) owners(m member) []value.ID {
	all := m.owners()
	switch {
	case q.Shop != 0:
		if i := slices.Index(all[1:], q.Shop); i >= 0 {
			return []value.ID{q.Shop}
		}
		return nil
	case q.Show == ShowBuying:
		return all[:1]
	case q.Show == ShowSelling:
		return all[1:]
	}
	return all
}

// inbox reads one page: a few rows of each inbox from its index, merged.
func (d *Desk) inbox(tx *db.Tx, m member, q Query) (box Inbox, err error) {
	now, err := newsOf(tx, m)
	if err != nil {
		return box, err
	}
	box.Unread, box.At = now.Unread, now.At
	if q.Words != "" {
		box.Entries, err = d.search(tx, m, q)
		return box, err
	}
	from, err := parseCursor(q.After)
	if err != nil {
		return box, err
	}
	var rows []side
	for _, owner := range q.owners(m) {
		some, err := db.All(tx, scanSide, `
			select `+sideColumns+`
			from conversation_side
			where owner = $1 and `+where[q.Show]+` and (last_us, conversation) < ($2, $3)
			order by last_us desc, conversation desc
			limit $4`, owner, from.at_us, from.id, pageSize+1)
		if err != nil {
			return box, err
		}
		rows = append(rows, some...)
	}
	slices.SortFunc(rows, func(a, b side) int {
		return cmp.Or(b.last.Compare(a.last), cmp.Compare(b.conversation, a.conversation))
	})
	if len(rows) > pageSize {
		rows = rows[:pageSize]
		box.Next = cursor{micros(rows[pageSize-1].last), rows[pageSize-1].conversation}.text()
	}
	box.Entries, err = d.entries(tx, rows)
	return box, err
}

// unread counts conversations with something unread, as far as a badge tells.
func unread(tx *db.Tx, m member) (int, error) {
	total := 0
	for _, owner := range m.owners() {
		n, err := db.One(tx, db.Column[int], `
			select count(*)
			from (
				select 1
				from conversation_side
				where owner = $1 and unread > 0 and not archived and not hidden
				limit $2) waiting`, owner, mostCounted-total)
		if err != nil {
			return 0, err
		}
		if total += n; total >= mostCounted {
			break
		}
	}
	return total, nil
}

// Unread is the number beside "Messages" in the navigation: conversations with something unread, 100 at most.
func (d *Desk) Unread(tx *db.Tx, account value.ID) (int, error) {
	m, err := d.member(tx, account)
	if err != nil {
		return 0, err
	}
	return unread(tx, m)
}

// entries fills in what a page shows of each row, with one statement for each kind of thing.
func (d *Desk) entries(tx *db.Tx, rows []side) ([]Entry, error) {
	if len(rows) == 0 {
		return nil, nil
	}
	var ids, last []value.ID
	for _, row := range rows {
		ids, last = append(ids, row.conversation), append(last, row.lastMessage)
	}
	conversations, err := byID(tx, scanConversation, `select `+conversationColumns+` from conversation where id in `, ids, func(c Conversation) value.ID { return c.ID })
	if err != nil {
		return nil, err
	}
	messages, err := byID(tx, scanMessage, `select `+messageColumns+` from message m where m.id in `, last, func(m Message) value.ID { return m.ID })
	if err != nil {
		return nil, err
	}
	var listings, people []value.ID
	for _, c := range conversations {
		listings, people = append(listings, c.Listing), append(people, c.Buyer)
	}
	for _, m := range messages {
		people = append(people, m.Author)
	}
	known, err := d.config.Listings(tx, unique(listings))
	if err != nil {
		return nil, err
	}
	persons, err := d.config.Persons(tx, unique(people))
	if err != nil {
		return nil, err
	}
	entries := make([]Entry, len(rows))
	for i, row := range rows {
		c := conversations[row.conversation]
		e := Entry{Conversation: c, Side: row.side, Last: messages[row.lastMessage], Unread: row.unread, Archived: row.archived}
		e.By = persons[e.Last.Author].Name
		if l, ok := known[c.Listing]; ok {
			e.Listing = l
		} else {
			e.Listing = Listing{ID: c.Listing, Status: "removed", Removed: true}
		}
		if e.With = e.Listing.Seller.Name; row.side == SellerSide {
			e.With = persons[c.Buyer].Name
		}
		entries[i] = e
	}
	return entries, nil
}

// byID reads rows by their ids in one statement.
func byID[T any](tx *db.Tx, scan func(db.Scanner) (T, error), statement string, ids []value.ID, key func(T) value.ID) (map[value.ID]T, error) {
	places, args := db.List(1, ids)
	all, err := db.All(tx, scan, statement+"("+places+")", args...)
	found := make(map[value.ID]T, len(all))
	for _, one := range all {
		found[key(one)] = one
	}
	return found, err
}

func unique(ids []value.ID) []value.ID {
	slices.Sort(ids)
	return slices.Compact(ids)
}

// text writes a place so that an address can carry it.
func (c cursor) text() string {
	bs := binary.BigEndian.AppendUint64(nil, uint64(c.at_us))
	return base64.RawURLEncoding.EncodeToString(binary.BigEndian.AppendUint64(bs, uint64(c.id)))
}

func parseCursor(text string) (cursor, error) {
	if text == "" {
		return endOfTime, nil
	}
	bs, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil || len(bs) != 16 {
		return cursor{}, value.Errorf(value.NotFound, "there is no such page")
	}
	return cursor{int64(binary.BigEndian.Uint64(bs)), value.ID(binary.BigEndian.Uint64(bs[8:]))}, nil
}
