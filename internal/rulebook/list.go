package rulebook

import (
	"context"
	"encoding/csv"
	"fmt"
	"io"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"fairground/internal/db"
	"fairground/internal/safety"
	"fairground/internal/value"
)

const (
	mostLists    = 200
	mostImported = 20_000 // entries of one import
	mostWords    = 5_000  // entries of a list of words, which are compiled
	longestEntry = 200
	longestAbout = 200
)

var listName = regexp.MustCompile(`^[a-z][a-z0-9_]{1,39}$`)

// folded is the form in which values of a kind are compared; "" for one that cannot be one.
func folded(kind ListKind, text string) string {
	text = strings.TrimSpace(text)
	switch kind {
	case PhoneList:
		return phoneDigits(text)
	case MailList:
		return strings.ToLower(text)
	case LinkList:
		return hostOf(text)
	case AccountList:
		if id, err := value.ParseID("acc", text); err == nil {
			return id.String()
		}
		return text
	default:
		return safety.Normalise(text).String()
	}
}

// phoneDigits is a number in international form without anything but its plus and digits.
func phoneDigits(text string) string {
	digits := strings.Map(func(c rune) rune {
		if c >= '0' && c <= '9' || c == '+' {
			return c
		}
		return -1
	}, text)
	if rest, ok := strings.CutPrefix(digits, "00"); ok {
		return "+" + rest
	}
	return digits
}

func hostOf(text string) string {
	text = strings.ToLower(text)
	if strings.Contains(text, "//") {
		address, err := url.Parse(text)
		if err != nil {
			return ""
		}
		text = address.Hostname()
	}
	text, _, _ = strings.Cut(text, "/")
	return strings.Trim(strings.TrimPrefix(text, "www."), ".")
}

// mistyped says whether a value cannot be one of its kind.
func mistyped(kind ListKind, text string) bool {
	plain := folded(kind, text)
	if plain == "" || utf8.RuneCountInString(text) > longestEntry || !utf8.ValidString(text) || strings.ContainsRune(text, 0) {
		return true
	}
	switch kind {
	case PhoneList:
		return len(plain) < 6 || !strings.HasPrefix(plain, "+")
	case MailList:
		_, err := value.ParseEmail(plain)
		return err != nil
	case LinkList:
		return !strings.Contains(plain, ".") || strings.ContainsAny(plain, " @")
	case AccountList:
		return strings.Trim(plain, "0123456789") != ""
	}
	return false
}

// MakeList adds an empty list. Its name is what rules call it.
func (b *Book) MakeList(ctx context.Context, actor value.Actor, l List) (List, error) {
	l.Name, l.About = strings.TrimSpace(l.Name), strings.TrimSpace(l.About)
	faults := Faults{}
	if !listName.MatchString(l.Name) {
		faults.add("name", "rulebook.fault.list_name", "use 2 to 40 small letters, digits and underscores, beginning with a letter")
	}
	if !slices.Contains(ListKinds(), l.Kind) {
		faults.add("kind", "rulebook.fault.kind", "choose what the list holds")
	}
	if l.About == "" || utf8.RuneCountInString(l.About) > longestAbout {
		faults.add("about", "rulebook.fault.about", "say in a sentence what the list is for")
	}
	if _, theirs := b.compiler.provider.Lists[l.Name]; theirs {
		faults.add("name", "rulebook.fault.list_taken", "there is a list of this name already")
	}
	if len(faults) > 0 {
		return l, faults
	}
	err := b.db.Write(ctx, actor, "rulebook.make_list", func(tx *db.Tx) error {
		if err := touch(tx, true, true, false); err != nil {
			return err
		}
		return makeList(tx, &l)
	})
	if err != nil {
		return l, err
	}
	return l, b.Load(ctx)
}

func makeList(tx *db.Tx, l *List) error {
	all, err := ValueLists(tx)
	if err != nil {
		return err
	}
	if slices.ContainsFunc(all, func(other List) bool { return other.Name == l.Name }) {
		return fielded("name", "rulebook.fault.list_taken", "there is a list of this name already")
	}
	if len(all) >= mostLists {
		return worded(value.Limited, "rulebook.fault.many_lists", "there are as many lists as there may be", "most", mostLists)
	}
	l.ID, l.Author, l.Made = tx.NewID(), tx.Actor().String(), tx.Now()
	tx.Log(db.Change{Object: "value_list", Record: l.ID, Diff: map[string]any{"name": l.Name, "kind": l.Kind, "about": l.About}})
	return tx.Insert("value_list", []string{"id", "name", "kind", "about", "author", "made_us"},
		[][]any{{int64(l.ID), l.Name, string(l.Kind), l.About, l.Author, value.Micros(l.Made)}})
}

// Added is what came of adding entries.
type Added struct {
	New     int
	Known   int      // were there already; their reason and end are now the new ones
	Refused []string // lines that are no such value, as typed, at most 20
	Skipped int      // how many were refused
}

// Entering is what somebody adds to a list: one value a line, or CSV whose first column is the value and whose second and
// third, if any, are the reason and the last day.
type Entering struct {
	Text    string
	Reason  string // of lines without their own
	Expires time.Time
	Zone    *time.Location // of days in the CSV; nil is UTC
}

// AddEntries adds to a list what can be read and tells what cannot.
func (b *Book) AddEntries(ctx context.Context, actor value.Actor, name string, typed Entering) (added Added, err error) {
	reason := strings.TrimSpace(typed.Reason)
	faults := Faults{}
	if reason == "" || utf8.RuneCountInString(reason) > longestReason {
		faults.add("reason", "rulebook.fault.entry_reason", "say why these belong here")
	}
	if strings.TrimSpace(typed.Text) == "" {
		faults.add("text", "rulebook.fault.no_entries", "write one value a line, or choose a CSV file")
	}
	if len(faults) > 0 {
		return added, faults
	}
	err = b.db.Write(ctx, actor, "rulebook.add_entries", func(tx *db.Tx) error {
		l, err := FindList(tx, name)
		if err != nil {
			return err
		}
		if err := touch(tx, l.Kind == WordList, true, false); err != nil {
			return err
		}
		var entries []Entry
		if entries, added, err = readEntries(l, typed, reason); err != nil {
			return err
		}
		if l.Kind == WordList && l.Entries+len(entries) > mostWords {
			return fielded("text", "rulebook.fault.many_words", "a list of words has at most so many", "most", mostWords)
		}
		if added.Known, err = putEntries(tx, l, entries); err != nil {
			return err
		}
		added.New = len(entries) - added.Known
		if l.Kind == WordList {
			return b.allSound(tx)
		}
		return nil
	})
	if err != nil {
		return added, err
	}
	return added, b.Load(ctx)
}

// readEntries reads what was pasted. The last of several equal values counts.
func readEntries(l List, typed Entering, reason string) (entries []Entry, added Added, err error) {
	at := map[string]int{}
	reader := csv.NewReader(strings.NewReader(strings.TrimPrefix(normalLines(typed.Text), "\ufeff")))
	reader.FieldsPerRecord, reader.LazyQuotes, reader.TrimLeadingSpace = -1, true, true
	if first, _, _ := strings.Cut(typed.Text, "\n"); strings.Count(first, ";") > strings.Count(first, ",") {
		reader.Comma = ';'
	}
	for {
		cells, err := reader.Read()
		if err == io.EOF {
			return entries, added, nil
		}
		if err != nil {
			return nil, added, fielded("text", "rulebook.fault.csv", "this cannot be read as lines or CSV").Because(err)
		}
		e, ok := readEntry(l, cells, typed, reason)
		switch i, twice := at[e.Value]; {
		case !ok && isHeading(cells) && len(entries)+added.Skipped == 0:
		case !ok:
			if added.Skipped++; len(added.Refused) < 20 {
				added.Refused = append(added.Refused, value.Clip(strings.Join(cells, ", "), 80))
			}
		case twice:
			entries[i] = e
		case len(entries) == mostImported:
			return nil, added, fielded("text", "rulebook.fault.many_entries", "add at most so many at once", "most", mostImported)
		default:
			at[e.Value], entries = len(entries), append(entries, e)
		}
	}
}

func isHeading(cells []string) bool {
	return slices.Contains([]string{"value", "wert", "phone", "telefon", "mail", "e-mail", "email", "link", "host", "account", "konto", "text", "word", "wort"},
		strings.ToLower(strings.TrimSpace(cells[0])))
}

func readEntry(l List, cells []string, typed Entering, reason string) (Entry, bool) {
	e := Entry{List: l.ID, Shown: strings.TrimSpace(cells[0]), Reason: reason, Expires: typed.Expires}
	e.Value = folded(l.Kind, e.Shown)
	if mistyped(l.Kind, e.Shown) {
		return e, false
	}
	if len(cells) > 1 && strings.TrimSpace(cells[1]) != "" {
		e.Reason = value.Clip(strings.TrimSpace(cells[1]), longestReason)
	}
	if len(cells) > 2 && strings.TrimSpace(cells[2]) != "" {
		day, err := lastDay(strings.TrimSpace(cells[2]), typed.Zone)
		if err != nil {
			return e, false
		}
		e.Expires = day
	}
	return e, true
}

// lastDay is the end of a day that somebody wrote.
func lastDay(text string, zone *time.Location) (time.Time, error) {
	if zone == nil {
		zone = time.UTC
	}
	day, err := time.ParseInLocation(time.DateOnly, text, zone)
	if err != nil {
		return time.Time{}, fmt.Errorf("rulebook.lastDay(%s): %w", text, err)
	}
	return day.AddDate(0, 0, 1), nil
}

// putEntries writes entries and returns how many were there already.
func putEntries(tx *db.Tx, l List, entries []Entry) (known int, err error) {
	author, now := tx.Actor().String(), value.Micros(tx.Now())
	for _, e := range entries {
		n, err := tx.Exec(`
			update value_list_entry
			set shown = $1, reason = $2, author = $3, expires_us = $4
			where list = $5 and value = $6`, e.Shown, e.Reason, author, nullable(e.Expires), int64(l.ID), e.Value)
		if err != nil {
			return known, fmt.Errorf("rulebook.putEntries(%s): %w", l.Name, err)
		}
		if n > 0 {
			known++
			continue
		}
		err = tx.Insert("value_list_entry", []string{"list", "value", "shown", "reason", "author", "made_us", "expires_us"},
			[][]any{{int64(l.ID), e.Value, e.Shown, e.Reason, author, now, nullable(e.Expires)}})
		if err != nil {
			return known, fmt.Errorf("rulebook.putEntries(%s): %w", l.Name, err)
		}
	}
	tx.Log(db.Change{Object: "value_list", Record: l.ID, Diff: map[string]any{"name": l.Name, "added": len(entries) - known, "changed": known}})
	return known, nil
}

// RemoveEntry takes a value out of a list.
func (b *Book) RemoveEntry(ctx context.Context, actor value.Actor, name, text string) error {
	err := b.db.Write(ctx, actor, "rulebook.remove_entry", func(tx *db.Tx) error {
		l, err := FindList(tx, name)
		if err != nil {
			return err
		}
		if err := touch(tx, l.Kind == WordList, true, false); err != nil {
			return err
		}
		n, err := tx.Exec(`delete from value_list_entry where list = $1 and value = $2`, int64(l.ID), text)
		if err != nil {
			return fmt.Errorf("rulebook.RemoveEntry(%s): %w", name, err)
		}
		if n == 0 {
			return value.Errorf(value.NotFound, "this is not in the list any more")
		}
		tx.Log(db.Change{Object: "value_list", Record: l.ID, Diff: map[string]any{"name": name, "removed": 1}})
		if l.Kind == WordList {
			return b.allSound(tx)
		}
		return nil
	})
	if err != nil {
		return err
	}
	return b.Load(ctx)
}

// DropList deletes a list and its entries. A list that a rule asks for stays: the error is of kind Conflict and names the
// rule.
func (b *Book) DropList(ctx context.Context, actor value.Actor, name string) error {
	err := b.db.Write(ctx, actor, "rulebook.drop_list", func(tx *db.Tx) error {
		if err := touch(tx, true, true, false); err != nil {
			return err
		}
		l, err := FindList(tx, name)
		if err != nil {
			return err
		}
		rules, err := Rules(tx)
		if err != nil {
			return err
		}
		for _, r := range rules {
			if slices.Contains(listsIn(r.Draft.When), name) {
				return worded(value.Conflict, "rulebook.fault.in_use", "a rule reads this list", "rule", r.Draft.Name)
			}
		}
		for _, statement := range []string{`delete from value_list_entry where list = $1`, `delete from value_list where id = $1`} {
			if _, err := tx.Exec(statement, int64(l.ID)); err != nil {
				return fmt.Errorf("rulebook.DropList(%s): %w", name, err)
			}
		}
		tx.Log(db.Change{Object: "value_list", Record: l.ID, Diff: map[string]any{"name": name, "dropped": l.Entries}})
		return b.allSound(tx)
	})
	if err != nil {
		return err
	}
	return b.Load(ctx)
}
