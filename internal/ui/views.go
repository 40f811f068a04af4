package ui

import (
	"fmt"
	"strings"
)

// list names the datalist of a field's values.
func (f FilterForm) list(n int) string { return fmt.Sprintf("filter-values-%d", n) }

// cut divides a text around a part given in characters. A part at the very end is a space, so that the mark is seen.
func cut(text string, at, length int) (before, part, after string) {
	letters := []rune(text)
	at = min(max(at, 0), len(letters))
	end := min(at+max(length, 1), len(letters))
	if at == end {
		return text, " ", ""
	}
	return string(letters[:at]), string(letters[at:end]), string(letters[end:])
}

// offset finds the character a line and column stand for, both from 1. Columns count characters.
func offset(text string, line, column int) int {
	at := 0
	for _, row := range strings.SplitAfter(text, "\n")[:max(0, min(line-1, strings.Count(text, "\n")))] {
		at += len([]rune(row))
	}
	return at + max(0, column-1)
}
