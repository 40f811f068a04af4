package sheet

import (
	"strconv"
	"strings"
)

// letters names a column, counted from 0, as spreadsheet programs do: A to Z, AA, AB, ….
func letters(column int) string {
	var name []byte
	for n := column + 1; n > 0; n = (n - 1) / 26 {
		name = append([]byte{byte('A' + (n-1)%26)}, name...)
	}
	return string(name)
}

// columnOf reads the letters at the beginning of a cell's name such as AB12. It returns -1 when there are none, and no
// more than a sheet can have.
func columnOf(cell []byte) int {
	column := 0
	for _, c := range cell {
		if c < 'A' || c > 'Z' || column > 1<<20 {
			break
		}
		column = column*26 + int(c-'A') + 1
	}
	return column - 1
}

// uniqueNames gives every column a name of its own: an empty one gets its letter, one that is there already a number.
func uniqueNames(header []string) []string {
	taken := make(map[string]bool, len(header))
	for _, name := range header {
		taken[name] = true
	}
	seen := make(map[string]bool, len(header))
	unique := make([]string, len(header))
	for i, name := range header {
		if name == "" {
			name = "Column " + letters(i)
		}
		unique[i] = name
		for n := 2; seen[unique[i]] || unique[i] != header[i] && taken[unique[i]]; n++ {
			unique[i] = name + " (" + strconv.Itoa(n) + ")"
		}
		seen[unique[i]] = true
	}
	return unique
}

// trimmed returns names without the white space around them.
func trimmed(cells []string) []string {
	names := make([]string, len(cells))
	for i, cell := range cells {
		names[i] = strings.TrimSpace(cell)
	}
	return names
}

// dangerous are the characters with which a cell begins that a spreadsheet program takes for a formula, the wide forms
// of East Asian keyboards among them.
const dangerous = "=+-@\t\r\n＝＋－＠"

// risky reports whether a text begins as a formula does, after any number of apostrophes.
func risky(text string) bool {
	if text == "" || text[0] >= 'A' && text[0] < 0x80 || text[0] >= '0' && text[0] <= '9' {
		return false
	}
	rest := strings.TrimLeft(text, "'")
	for _, first := range rest {
		return strings.ContainsRune(dangerous, first)
	}
	return false
}

// guarded puts an apostrophe before a risky text; unguarded takes exactly that one away. Since a text that begins with
// apostrophes and a formula is risky too, the one undoes the other for every text.
func guarded(text string) string {
	if risky(text) {
		return "'" + text
	}
	return text
}

func unguarded(text string) string {
	if strings.HasPrefix(text, "'") && risky(text) {
		return text[1:]
	}
	return text
}
