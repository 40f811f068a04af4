package legal_test

import (
	"testing"
	"time"

	"fairground/internal/legal"
)

// BenchmarkRecord makes and checks the record of one statement, masking included.
func BenchmarkRecord(b *testing.B) {
	s := aStatement()
	s.Parts.Explanation = "The text asks for a deposit of 800 before a viewing, and to write to anna@example.org or call 079 123 45 67."
	for b.Loop() {
		if r := legal.RecordOf(s, "lake", time.UTC, "", legal.About{Name: "Anna Muster"}); len(r.Faults()) > 0 {
			b.Fatal(r.Faults())
		}
	}
}
