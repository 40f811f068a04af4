package record

import (
	"maps"
	"slices"
	"strings"

	"fairground/internal/value"
)

// base is the language of a locale without its region.
func base(locale value.Locale) string {
	language, _, _ := strings.Cut(string(locale), "-")
	return language
}

func sortedKeys[K ~string, V any](m map[K]V) []K { return slices.Sorted(maps.Keys(m)) }
