package legal

import (
	"encoding/csv"
	"fmt"
	"io"
	"strconv"
	"time"

	"fairground/internal/db"
	"fairground/internal/value"
)

// Punctual is how many duties were done in one month, and how many of them too late. Those that are done in the instant
// in which they begin do not count: they cannot be late.
type Punctual struct {
	Begins time.Time // of the month, in the site's time zone
	InTime int
	Late   int
}

// Punctuality returns the twelve months up to the one of an instant, the oldest first, for one kind of duty or, for "", all.
func Punctuality(tx *db.Tx, kind string, now time.Time, zone *time.Location) ([]Punctual, error) {
	y, m, _ := now.In(zone).Date()
	var all []Punctual
	for i := range shownMonths {
		from := time.Date(y, m+time.Month(i+1-shownMonths), 1, 0, 0, 0, 0, zone)
		p := Punctual{Begins: from}
		err := tx.Row(`
			select count(*) filter (where discharged_us <= due_us), count(*) filter (where discharged_us > due_us)
			from duty
			where discharged_us >= $1 and discharged_us < $2 and began_us < due_us and ($3 = '' or kind = $3)`,
			value.Micros(from), value.Micros(from.AddDate(0, 1, 0)), kind).Scan(&p.InTime, &p.Late)
		if err != nil {
			return nil, fmt.Errorf("legal.Punctuality: %w", err)
		}
		all = append(all, p)
	}
	return all, nil
}

// WriteDuties writes duties for spreadsheets. names are of the accounts that own some; an actor in By is as the log has it.
func WriteDuties(w io.Writer, all []Duty, now time.Time, names map[value.ID]string) error {
	out := csv.NewWriter(w)
	rows := [][]string{{"id", "duty", "law", "object", "record", "began", "due", "done", "done_by", "owner", "late_s", "log"}}
	for _, d := range all {
		done, late := "", time.Duration(0)
		if d.Overdue(now) {
			late = now.Sub(d.Due)
		}
		if !d.Open() {
			done, late = stamp(d.Discharged), max(0, d.Discharged.Sub(d.Due))
		}
		rows = append(rows, []string{d.ID.Text(DutyKind), d.Kind, lawOf(d), d.Object, d.Record.String(), stamp(d.Began), stamp(d.Due), done, d.By,
			spared(names[d.Owner]), strconv.Itoa(int(late.Seconds())), strconv.FormatInt(d.Seq, 10)})
	}
	if err := out.WriteAll(rows); err != nil {
		return fmt.Errorf("legal.WriteDuties: %w", err)
	}
	return nil
}

func stamp(at time.Time) string { return at.UTC().Format(time.RFC3339) }

// spared keeps a spreadsheet from taking a name for a formula.
func spared(name string) string {
	if name != "" && (name[0] == '=' || name[0] == '+' || name[0] == '-' || name[0] == '@') {
		return "'" + name
	}
	return name
}
