package market

import (
	"strings"

	"fairground/internal/search"
)

// corrected is the words as they were looked for, where some that find nothing were taken for others.
func (r *results) corrected() string {
	words := r.get("q")
	for _, c := range r.found.Corrected {
		words = replaceWord(words, c)
	}
	return words
}

// replaceWord exchanges a word for another wherever it stands by itself, in any case.
func replaceWord(words string, c search.Correction) string {
	parts := strings.Fields(words)
	for i, part := range parts {
		bare := strings.Trim(part, `"'.,;:!?()-`)
		if strings.EqualFold(bare, c.Typed) {
			parts[i] = strings.Replace(part, bare, c.Meant, 1)
		}
	}
	return strings.Join(parts, " ")
}

// literally is the search for exactly what was typed.
func (r *results) literally() string { return r.with("literal", "1").address() }

// meant is the search that was perhaps meant; "" for none.
func (r *results) meant() string {
	if r.found.Meant == "" || strings.EqualFold(r.found.Meant, r.get("q")) {
		return ""
	}
	return r.with("q", r.found.Meant).address()
}
