package copies

import (
	"fmt"
	"strings"
	"testing"

	"fairground/internal/value"
)

func TestATemplateHasSlotsAndTheirValues(t *testing.T) {
	t.Parallel()
	x := New(Options{})
	towns := []string{"Ashford", "Millbrook", "Northwick", "Hazelby"}
	for i, town := range towns {
		x.Add(Doc{
			ID: value.ID(i + 1), Account: value.ID(i + 1), Place: town,
			Text: fmt.Sprintf("Helpers wanted in %s for kitchen and garden, travel is paid and the work is arranged, rooms are shared, call 079 555 12 3%d today", town, i),
		})
	}
	template, found := x.Template(1)
	if !found {
		t.Fatal("no template")
	}
	want := "helpers wanted in [1] for kitchen and garden travel is paid and the work is arranged rooms are shared call [2] today"
	if template.Text != want {
		t.Fatalf("template %q", template.Text)
	}
	if template.Parts[3].Slot != 2 || template.Parts[3].Kind != "phone" || template.Coverage < .9 {
		t.Errorf("parts %+v, coverage %.2f", template.Parts, template.Coverage)
	}
	for i, member := range template.Members {
		if got := strings.Join(member.Values, "|"); got != fmt.Sprintf("%s|+4179555123%d", strings.ToLower(towns[i]), i) {
			t.Errorf("member %v has %q", member.ID, got)
		}
	}
}

func TestTheTemplateIsTheTextThatDescribesMost(t *testing.T) {
	t.Parallel()
	x := New(Options{})
	x.Add(Doc{ID: 1, Account: 5, Text: "An oak table with four chairs stands in the cellar and must go"})
	for i := range 5 {
		x.Add(Doc{ID: value.ID(i + 2), Account: 5, Text: work3})
	}
	template, _ := x.Template(1)
	if !strings.HasPrefix(template.Text, "helpers wanted for the harvest") {
		t.Errorf("template %q", template.Text)
	}
	if template.Members[0].Coverage > .35 || template.Members[1].Coverage != 1 {
		t.Errorf("coverage %+v", template.Members)
	}
}

// slowAlign is the length of the longest common subsequence, by trying everything.
func slowAlign(a, b []uint32) int {
	if len(a) == 0 || len(b) == 0 {
		return 0
	}
	best := max(slowAlign(a[1:], b), slowAlign(a, b[1:]))
	if a[0] == b[0] {
		best = max(best, 1+slowAlign(a[1:], b[1:]))
	}
	return best
}

func FuzzAlign(f *testing.F) {
	f.Add([]byte("abcbdab"), []byte("bdcaba"))
	f.Add([]byte(""), []byte("x"))
	f.Add([]byte("aaaa"), []byte("aa"))
	f.Fuzz(func(t *testing.T, left, right []byte) {
		left, right = left[:min(len(left), 9)], right[:min(len(right), 9)]
		a, b := numbersOf(left), numbersOf(right)
		var work aligner
		places := work.align(a, b)
		matched, last := 0, -1
		for i, place := range places {
			if place < 0 {
				continue
			}
			if place <= last || a[i] != b[place] {
				t.Fatalf("%q and %q: places %v", left, right, places)
			}
			last = place
			matched++
		}
		if want := slowAlign(a, b); len(places) != len(a) || matched != want {
			t.Fatalf("%q and %q: %d matched, want %d", left, right, matched, want)
		}
		words := 0
		for i, g := range gaps(places, len(b)) {
			if g.from > g.to || i < len(a) && g.matched && a[i] != b[g.to] {
				t.Fatalf("gap %d of %v is %+v", i, places, g)
			}
			words += g.to - g.from
		}
		if words+matched != len(b) {
			t.Fatalf("%d words between, %d matched, %d in all", words, matched, len(b))
		}
	})
}

func numbersOf(text []byte) []uint32 {
	all := make([]uint32, len(text))
	for i, c := range text {
		all[i] = uint32(c % 4)
	}
	return all
}
