package main

import (
	"bufio"
	"database/sql"
	"errors"
	"fmt"
	"iter"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	_ "github.com/go-sql-driver/mysql"
)

// sphinx is searchd with a plain index on disk, asked over its MySQL protocol. Choices are numbers in its memory.
type sphinx struct {
	dir     string
	db      *sql.DB
	daemon  *exec.Cmd
	choices map[string]map[string]int // by attribute: the number of each choice
}

// attributes are those with choices.
var attributes = []string{"brand", "color", "condition", "material", "size", "warranty", "delivery", "$seller"}

// column is an attribute's column; "condition" and the like are free of SphinxQL's own words this way.
func column(attribute string) string { return "a_" + plain(attribute) }

func (s *sphinx) config() string {
	var columns strings.Builder
	for _, a := range attributes {
		fmt.Fprintf(&columns, "\ttsvpipe_attr_uint = %s\n", column(a))
	}
	return fmt.Sprintf(`source listings
{
	type = tsvpipe
	tsvpipe_command = cat %[1]s/listings.tsv
	tsvpipe_field = title
	tsvpipe_field = body
	tsvpipe_attr_multi = path
	tsvpipe_attr_float = year
	tsvpipe_attr_uint = price
	tsvpipe_attr_float = lat
	tsvpipe_attr_float = lon
%[2]s}
index listings
{
	source = listings
	path = %[1]s/listings
	docinfo = extern
	dict = keywords
	min_prefix_len = 3
	charset_table = 0..9, a..z
}
indexer
{
	mem_limit = 512M
}
searchd
{
	listen = %[1]s/socket:mysql41
	pid_file = %[1]s/pid
	log = %[1]s/log
	binlog_path =
	workers = threads
	dist_threads = 2
	expansion_limit = 0
}
`, s.dir, columns.String())
}

// build writes the listings as Sphinx reads them, lets its indexer work, and starts the daemon. Writing the file is not
// counted.
func (s *sphinx) build(all iter.Seq2[listing, error]) (time.Duration, error) {
	dir, err := filepath.Abs(s.dir)
	if err != nil {
		return 0, err
	}
	s.dir, s.choices = dir, make(map[string]map[string]int)
	if err := s.write(all); err != nil {
		return 0, err
	}
	config := filepath.Join(dir, "sphinx.conf")
	if err := os.WriteFile(config, []byte(s.config()), 0o600); err != nil {
		return 0, err
	}
	began := time.Now()
	if out, err := exec.Command("indexer", "--config", config, "--all").CombinedOutput(); err != nil {
		return 0, fmt.Errorf("indexer: %w: %s", err, out)
	}
	took := time.Since(began)
	if err := os.Remove(filepath.Join(dir, "listings.tsv")); err != nil {
		return 0, err
	}
	s.daemon = exec.Command("searchd", "--nodetach", "--config", config)
	if err := s.daemon.Start(); err != nil {
		return 0, err
	}
	return took, s.connect()
}

func (s *sphinx) write(all iter.Seq2[listing, error]) (err error) {
	file, err := os.Create(filepath.Join(s.dir, "listings.tsv"))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	to := bufio.NewWriterSize(file, 1<<20)
	for l, err := range all {
		if err != nil {
			return err
		}
		fmt.Fprintf(to, "%d\t%s\t%s\t%s\t%g\t%d\t%.9g\t%.9g", l.ID, l.Title, l.Body, joined(l.Path), l.Year, l.Price, l.Lat, l.Lon)
		for _, a := range attributes {
			fmt.Fprintf(to, "\t%d", s.number(a, l.Choices[a]))
		}
		to.WriteByte('\n')
	}
	return to.Flush()
}

func joined[T any](all []T) string {
	return strings.Trim(strings.ReplaceAll(fmt.Sprint(all), " ", ","), "[]")
}

// number is the number of a choice, from 1.
func (s *sphinx) number(attribute, choice string) int {
	numbers := s.choices[attribute]
	if numbers == nil {
		numbers = make(map[string]int)
		s.choices[attribute] = numbers
	}
	if numbers[choice] == 0 {
		numbers[choice] = len(numbers) + 1
	}
	return numbers[choice]
}

func (s *sphinx) connect() error {
	var err error
	s.db, err = sql.Open("mysql", "root@unix("+filepath.Join(s.dir, "socket")+")/?multiStatements=true&interpolateParams=true")
	if err != nil {
		return err
	}
	s.db.SetMaxOpenConns(1)
	for range 300 {
		if _, err = s.read("show status"); err == nil {
			return nil
		}
		time.Sleep(100 * time.Millisecond)
	}
	return fmt.Errorf("searchd does not answer: %w", err)
}

// ask sends one batch: the hits with all counts that ignore no filter, then the counts of filtered attributes.
func (s *sphinx) ask(q query) (answer, error) {
	var facets string
	for _, attribute := range q.Facets {
		if _, had := q.without(attribute); !had {
			facets += " facet " + column(attribute) + " order by count(*) desc limit 200"
		}
	}
	for _, attribute := range append([]string{"$price"}, q.Facets...) {
		rest, had := q.without(attribute)
		if attribute == "$price" {
			if !had {
				facets += fmt.Sprintf(" facet price div %d as bucket order by bucket asc limit 500", bucketWidth)
				continue
			}
			if _, err := s.read(s.statement(rest, fmt.Sprintf("price div %d as bucket, count(*)", bucketWidth), " group by bucket order by bucket asc limit 500", "ranker=none")); err != nil {
				return answer{}, err
			}
		} else if had {
			if _, err := s.read(s.statement(rest, column(attribute)+", count(*)", " group by "+column(attribute)+" limit 200", "ranker=none")); err != nil {
				return answer{}, err
			}
		}
	}
	order, ranker := "id desc", "ranker=none"
	switch q.Sort {
	case "price_up":
		order = "price asc, id desc"
	case "price_down":
		order = "price desc, id desc"
	case "distance":
		order = "km asc, id desc"
	case "relevance":
		order, ranker = "weight() desc, id desc", "ranker=bm25, field_weights=(title=3, body=1)"
	}
	ids, err := s.read(s.statement(q, "id", " order by "+order+" limit 24", ranker+", max_matches=1000") + facets)
	if err != nil {
		return answer{}, err
	}
	total, err := s.total()
	return answer{Listings: ids, Total: total}, err
}

// statement selects what a query finds.
func (s *sphinx) statement(q query, what, tail, options string) string {
	var where []string
	if words := match(q); words != "" {
		where = append(where, "match('"+words+"')")
	}
	if q.Within_km > 0 {
		what += fmt.Sprintf(", geodist(lat, lon, %g, %g, {in=degrees, out=km, method=haversine}) as km", q.Lat, q.Lon)
		where = append(where, fmt.Sprintf("km <= %f", q.Within_km))
	}
	if q.Category != 0 {
		where = append(where, fmt.Sprintf("path = %d", q.Category))
	}
	names := make([]string, 0, len(q.Choices))
	for name := range q.Choices {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		numbers := make([]int, len(q.Choices[name]))
		for i, choice := range q.Choices[name] {
			numbers[i] = s.number(name, choice)
		}
		where = append(where, column(name)+" in ("+joined(numbers)+")")
	}
	if q.Year != nil {
		where = append(where, fmt.Sprintf("year between %f and %f", q.Year[0], q.Year[1]))
	}
	if q.Price != nil {
		where = append(where, fmt.Sprintf("price between %d and %d", max(q.Price[0], 0), min(q.Price[1], math.MaxUint32)))
	}
	if q.Box != nil {
		where = append(where, fmt.Sprintf("lat between %f and %f", q.Box.South, q.Box.North), fmt.Sprintf("lon between %f and %f", q.Box.West, q.Box.East))
	}
	text := "select " + what + " from listings"
	if len(where) > 0 {
		text += " where " + strings.Join(where, " and ")
	}
	return text + tail + " option " + options
}

func match(q query) string {
	var all []string
	for _, ways := range q.Clauses {
		var any []string
		for _, w := range ways {
			text := strings.Join(w.Terms, " ")
			if w.Prefix {
				text += "*"
			}
			if len(w.Terms) > 1 {
				text = `"` + text + `"`
			}
			any = append(any, text)
		}
		all = append(all, "("+strings.Join(any, "|")+")")
	}
	return strings.Join(all, " ")
}

// read returns the first column of the first result, if it is a number, and reads all others to their end.
func (s *sphinx) read(text string) (first []int64, err error) {
	rows, err := s.db.Query(text)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", text, err)
	}
	defer rows.Close()
	for result := 0; result == 0 || rows.NextResultSet(); result++ {
		names, err := rows.Columns()
		if err != nil {
			return nil, err
		}
		row := make([]any, len(names))
		for i := range row {
			row[i] = new(sql.RawBytes)
		}
		for rows.Next() {
			if err := rows.Scan(row...); err != nil {
				return nil, err
			}
			var id int64
			if _, err := fmt.Sscan(string(*row[0].(*sql.RawBytes)), &id); err == nil && result == 0 {
				first = append(first, id)
			}
		}
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("%s: %w", text, err)
	}
	return first, nil
}

// total is what the last batch found in its first statement.
func (s *sphinx) total() (total int, err error) {
	rows, err := s.db.Query("show meta like 'total_found'")
	if err != nil {
		return 0, err
	}
	defer rows.Close()
	for rows.Next() {
		var name string
		if err := rows.Scan(&name, &total); err != nil {
			return 0, err
		}
	}
	return total, rows.Err()
}

func (s *sphinx) bytes() int64 { return size(s.dir) }

func (s *sphinx) close() error {
	if s.db != nil {
		s.db.Close()
	}
	if s.daemon == nil {
		return nil
	}
	err := s.daemon.Process.Signal(syscall.SIGTERM)
	s.daemon.Wait() // it was told to end
	return err
}
