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

// Figure counts the statements of one month with one measure, ground and source.
type Figure struct {
	Month     time.Time // its first instant, in the site's time zone
	Measure   Measure
	Ground    string
	Source    Source
	All       int
	Detected  int // a program pointed it out
	Automatic int // a program decided
	Reversed  int
}

// Month is the totals of one month.
type Month struct {
	Begins    time.Time
	All       int
	Measures  map[Measure]int
	Grounds   map[string]int
	Sources   map[Source]int
	Detected  int
	Automatic int
	Reversed  int
	Median    time.Duration // from when the site began to look until the decision; 0 without any
}

// Share is a part of all statements of the month, from 0 to 1.
func (m Month) Share(part int) float64 {
	if m.All == 0 {
		return 0
	}
	return float64(part) / float64(m.All)
}

const shownMonths = 12

// Months returns the figures of the twelve months up to the one of an instant, the oldest first, every one of them.
func Months(tx *db.Tx, now time.Time, zone *time.Location) ([]Month, []Figure, error) {
	y, m, _ := now.In(zone).Date()
	var months []Month
	var figures []Figure
	for i := range shownMonths {
		from := time.Date(y, m+time.Month(i+1-shownMonths), 1, 0, 0, 0, 0, zone)
		month, parts, err := monthOf(tx, from)
		if err != nil {
			return nil, nil, err
		}
		months, figures = append(months, month), append(figures, parts...)
	}
	return months, figures, nil
}

func monthOf(tx *db.Tx, from time.Time) (Month, []Figure, error) {
	month := Month{Begins: from, Measures: map[Measure]int{}, Grounds: map[string]int{}, Sources: map[Source]int{}}
	from_us, to_us := value.Micros(from), value.Micros(from.AddDate(0, 1, 0))
	figures, err := db.All(tx, func(row db.Scanner) (Figure, error) {
		f := Figure{Month: from}
		err := row.Scan(&f.Measure, &f.Ground, &f.Source, &f.All, &f.Detected, &f.Automatic, &f.Reversed)
		return f, err
	}, `
		select measure, ground, source, count(*), count(*) filter (where rule <> '' or automatic), count(*) filter (where automatic), count(reversed_us)
		from statement
		where made_us >= $1 and made_us < $2
		group by measure, ground, source
		order by measure, ground, source`, from_us, to_us)
	for _, f := range figures {
		month.All += f.All
		month.Measures[f.Measure] += f.All
		month.Grounds[f.Ground] += f.All
		month.Sources[f.Source] += f.All
		month.Detected, month.Automatic, month.Reversed = month.Detected+f.Detected, month.Automatic+f.Automatic, month.Reversed+f.Reversed
	}
	if err != nil || month.All == 0 {
		return month, figures, err
	}
	median_us, err := db.One(tx, db.Column[int64], "select made_us - since_us from statement where made_us >= $1 and made_us < $2 order by 1 limit 1 offset $3",
		from_us, to_us, (month.All-1)/2)
	month.Median = time.Duration(max(median_us, 0)) * time.Microsecond
	return month, figures, err
}

// WriteCSV writes figures with the median of each month, for spreadsheets.
func WriteCSV(w io.Writer, months []Month, figures []Figure) error {
	out := csv.NewWriter(w)
	median := make(map[time.Time]time.Duration)
	for _, m := range months {
		median[m.Begins] = m.Median
	}
	rows := [][]string{{"month", "measure", "ground", "source", "statements", "detected_by_program", "decided_by_program", "reversed", "median_of_month_s"}}
	for _, f := range figures {
		rows = append(rows, []string{f.Month.Format("2006-01"), string(f.Measure), f.Ground, string(f.Source), strconv.Itoa(f.All),
			strconv.Itoa(f.Detected), strconv.Itoa(f.Automatic), strconv.Itoa(f.Reversed), strconv.Itoa(int(median[f.Month].Seconds()))})
	}
	if err := out.WriteAll(rows); err != nil {
		return fmt.Errorf("legal.WriteCSV: %w", err)
	}
	return nil
}

// deliveries counts the records by state.
func deliveries(tx *db.Tx) (counts map[Delivery]int, err error) {
	counts = make(map[Delivery]int)
	_, err = db.All(tx, func(row db.Scanner) (struct{}, error) {
		var state Delivery
		var n int
		err := row.Scan(&state, &n)
		counts[state] = n
		return struct{}{}, err
	}, "select dsa_state, count(*) from statement group by dsa_state")
	return counts, err
}

func refusals(tx *db.Tx) ([]Statement, error) {
	return db.All(tx, scanStatement, "select "+statementColumns+" from statement where dsa_state = 'refused' order by id desc limit $1", 20)
}
