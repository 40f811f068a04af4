package bank

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"fairground/internal/media/pdq"
)

// Row is one line of a list.
type Row struct {
	Line    int // of the file, from 1
	PDQ     *pdq.Hash
	Sha256  string
	Quality int // pdq.Unhashed when the list does not say
	Reason  string
	Removed bool // the provider has taken it back
	Wrong   Why  // why it cannot be an entry, or ""
}

const (
	longestLine = 64 << 10 // bytes
	longestNote = 500      // characters of a reason
)

// errLine is a list that goes on in one line for longer than any row.
var errLine = errors.New("a row is longer than 64 kB")

// ReadRows reads a list and calls see with each row, also with those that are wrong. It reads CSV with or without names above its columns,
// JSON lines, a JSON array, and a JSON object whose "data" is one, as hash exchanges write them. It keeps one row in memory.
// It stops at an error of see.
func ReadRows(r io.Reader, see func(Row) error) error {
	buffered := bufio.NewReaderSize(r, 1<<16)
	if mark, err := buffered.Peek(3); err == nil && bytes.Equal(mark, []byte("\ufeff")) {
		_, _ = buffered.Discard(3)
	}
	first, err := firstSign(buffered)
	switch {
	case errors.Is(err, io.EOF):
		return nil
	case err != nil:
		return fmt.Errorf("bank.ReadRows: %w", err)
	case first == '[' || first == '{':
		return readJSON(buffered, see)
	}
	return readCSV(buffered, see)
}

// firstSign looks at the first byte that is no white space, and leaves it to be read.
func firstSign(r *bufio.Reader) (byte, error) {
	for n := 1; n <= r.Size(); n++ {
		ahead, err := r.Peek(n)
		if len(ahead) < n {
			return 0, err
		}
		if sign := ahead[n-1]; !strings.ContainsRune(" \t\r\n", rune(sign)) {
			return sign, nil
		}
	}
	return 0, errLine
}

// columns are the places of what a CSV file tells; -1: it does not.
type columns struct{ pdq, sha256, quality, reason int }

func readCSV(r io.Reader, see func(Row) error) error {
	lines := bufio.NewScanner(r)
	lines.Buffer(make([]byte, 4096), longestLine)
	places, named := columns{0, -1, -1, -1}, false
	for n := 1; lines.Scan(); n++ {
		text := strings.TrimSpace(lines.Text())
		if text == "" || strings.HasPrefix(text, "#") {
			continue
		}
		cells, err := splitLine(text)
		if err == nil && !named {
			named = true
			if found, ok := columnsOf(cells); ok {
				places = found
				continue
			}
		}
		row := Row{Line: n, Quality: pdq.Unhashed, Wrong: Unreadable}
		if err == nil {
			row = rowOf(n, places.at(cells))
		}
		if err := see(row); err != nil {
			return err
		}
	}
	if errors.Is(lines.Err(), bufio.ErrTooLong) {
		return errLine
	}
	return lines.Err()
}

// splitLine reads one line, parted by comma, semicolon or tab.
func splitLine(text string) ([]string, error) {
	r := csv.NewReader(strings.NewReader(text))
	r.LazyQuotes, r.TrimLeadingSpace = true, true
	if !strings.Contains(text, ",") {
		if strings.Contains(text, ";") {
			r.Comma = ';'
		} else if strings.Contains(text, "\t") {
			r.Comma = '\t'
		}
	}
	return r.Read()
}

// columnsOf reads the names above columns; false when the line is a row.
func columnsOf(cells []string) (columns, bool) {
	places, any := columns{-1, -1, -1, -1}, false
	for i, cell := range cells {
		switch strings.ToLower(strings.TrimSpace(cell)) {
		case "pdq", "hash", "pdq_hash", "hash_pdq", "signal", "indicator", "value":
			places.pdq, any = i, true
		case "sha256", "sha-256", "hash_sha256", "sha_256":
			places.sha256, any = i, true
		case "quality", "pdq_quality":
			places.quality = i
		case "reason", "description", "tags", "note", "comment":
			places.reason = i
		}
	}
	return places, any
}

// said is a row as its list writes it.
type said struct {
	pdq, sha256, quality, reason string
	kind                         string // what the hash is, in lists that mix them
	removed                      bool
}

func (c columns) at(cells []string) said {
	cell := func(i int) string {
		if i < 0 || i >= len(cells) {
			return ""
		}
		return strings.TrimSpace(cells[i])
	}
	return said{pdq: cell(c.pdq), sha256: cell(c.sha256), quality: cell(c.quality), reason: cell(c.reason)}
}

// rowOf checks what a list says.
func rowOf(line int, s said) Row {
	row := Row{Line: line, Quality: pdq.Unhashed, Reason: clip(s.reason), Removed: s.removed}
	switch strings.ToLower(s.kind) {
	case "", "pdq", "hash_pdq", "pdq_hash":
	case "sha256", "hash_sha256", "sha-256", "raw_sha256":
		s.sha256, s.pdq = s.pdq, ""
	default:
		row.Wrong = OddKind
		return row
	}
	if s.quality != "" {
		quality, err := strconv.ParseFloat(s.quality, 64)
		if err != nil || !(quality >= 0 && quality <= 100) {
			row.Wrong = Unreadable
			return row
		}
		row.Quality = int(quality)
	}
	if s.pdq == "" && s.sha256 == "" {
		row.Wrong = NoHash
		return row
	}
	return row.withHashes(s)
}

func (row Row) withHashes(s said) Row {
	if s.sha256 != "" {
		if row.Sha256, row.Wrong = ParseSha256(s.sha256); row.Wrong != "" {
			return row
		}
	}
	if s.pdq == "" {
		return row
	}
	h, why := parsePDQ(s.pdq)
	if why == "" {
		why = Refuse(h, row.Quality)
	}
	if row.Wrong = why; why == "" {
		row.PDQ = &h
	}
	return row
}

func clip(text string) string {
	if runes := []rune(strings.Join(strings.Fields(text), " ")); len(runes) > longestNote {
		return string(runes[:longestNote])
	}
	return strings.Join(strings.Fields(strings.ToValidUTF8(text, "�")), " ")
}

// counter counts lines, and refuses to read further into one JSON value than a row may be long.
type counter struct {
	from   io.Reader
	read   int64
	ends   []int64 // places of line ends that were read and not yet passed
	line   int
	passed int64
}

// Read passes bytes on.
func (c *counter) Read(p []byte) (int, error) {
	if c.read-c.passed > 4*longestLine {
		return 0, errLine
	}
	n, err := c.from.Read(p[:min(len(p), longestLine)])
	for i, sign := range p[:n] {
		if sign == '\n' {
			c.ends = append(c.ends, c.read+int64(i))
		}
	}
	c.read += int64(n)
	return n, err
}

// at is the line of a place; places only grow.
func (c *counter) at(place int64) int {
	c.passed = place
	for len(c.ends) > 0 && c.ends[0] < place {
		c.ends = c.ends[1:]
		c.line++
	}
	return c.line + 1
}

// readJSON reads values one behind the other, and what is in their arrays.
func readJSON(r io.Reader, see func(Row) error) error {
	c := &counter{from: r}
	in := json.NewDecoder(c)
	in.UseNumber()
	for {
		switch err := readValue(in, c, see); {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return err
		}
	}
}

// readValue reads an array of rows, an object around one, or a row.
func readValue(in *json.Decoder, c *counter, see func(Row) error) error {
	sign, err := in.Token()
	if err != nil {
		return err
	}
	switch sign {
	case json.Delim('['):
		return readArray(in, c, see)
	case json.Delim('{'):
		return readObject(in, c, see)
	}
	return see(Row{Line: c.at(in.InputOffset()), Quality: pdq.Unhashed, Wrong: Unreadable})
}

func readArray(in *json.Decoder, c *counter, see func(Row) error) error {
	for in.More() {
		var one any
		if err := in.Decode(&one); err != nil {
			return broken(err)
		}
		if err := see(jsonRow(c.at(in.InputOffset()), one)); err != nil {
			return err
		}
	}
	_, err := in.Token()
	return broken(err)
}

// readObject reads what is around a list ("data" or "hashes"), or else takes the object for a row.
func readObject(in *json.Decoder, c *counter, see func(Row) error) error {
	fields, listed := map[string]any{}, false
	for in.More() {
		name, err := in.Token()
		if err != nil {
			return broken(err)
		}
		if name == "data" || name == "hashes" || name == "signals" || name == "indicators" {
			if sign, err := in.Token(); err != nil || sign != json.Delim('[') {
				return broken(errors.Join(err, errors.New("a list was expected")))
			}
			if err := readArray(in, c, see); err != nil {
				return err
			}
			listed = true
			continue
		}
		var one any
		if err := in.Decode(&one); err != nil {
			return broken(err)
		}
		fields[fmt.Sprint(name)] = one
	}
	if _, err := in.Token(); err != nil {
		return broken(err)
	}
	line := c.at(in.InputOffset())
	if listed {
		return nil
	}
	return see(jsonRow(line, fields))
}

// broken is the end of a file in the middle of a value, and any other fault.
func broken(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}

// jsonRow reads a string, which is a hash, or an object, in any of the ways that exchanges name its parts.
func jsonRow(line int, one any) Row {
	if hash, ok := one.(string); ok {
		return rowOf(line, said{pdq: strings.TrimSpace(hash)})
	}
	fields, ok := one.(map[string]any)
	if !ok {
		return Row{Line: line, Quality: pdq.Unhashed, Wrong: Unreadable}
	}
	first := func(names ...string) string {
		for _, name := range names {
			switch v := fields[name].(type) {
			case string:
				return strings.TrimSpace(v)
			case json.Number:
				return v.String()
			case []any:
				return strings.Trim(fmt.Sprint(v...), "[]")
			}
		}
		return ""
	}
	status := strings.ToLower(first("status", "action"))
	enabled, told := fields["enabled"].(bool)
	return rowOf(line, said{
		pdq:     first("pdq", "pdq_hash", "hash", "signal", "indicator", "value"),
		sha256:  first("sha256", "hash_sha256"),
		kind:    first("signal_type", "type", "hash_type", "indicator_type"),
		quality: first("quality", "pdq_quality"),
		reason:  first("reason", "description", "tags", "comment"),
		removed: status == "removed" || status == "deleted" || told && !enabled,
	})
}
