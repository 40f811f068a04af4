package member

import "fairground/internal/ui/text"

// size writes a number of bytes as people read it.
func size(words *text.Printer, bytes int64) string {
	const kB, MB = 1000, 1000 * 1000
	switch {
	case bytes >= MB:
		return words.Decimal(float64(bytes)/MB, 1) + " MB"
	case bytes >= kB:
		return words.Count(int(bytes/kB)) + " kB"
	default:
		return "1 kB"
	}
}
