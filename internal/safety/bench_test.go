package safety

import (
	"context"
	"strings"
	"testing"
)

// BenchmarkScreen screens real listings when they are on the machine, sample texts otherwise.
func BenchmarkScreen(b *testing.B) {
	gate := providerGate(b)
	subjects := benchSubjects(b)
	bytes := 0
	for _, s := range subjects {
		bytes += len(s.Title) + len(s.Body)
	}
	b.ReportAllocs()
	n := 0
	for b.Loop() {
		gate.Screen(context.Background(), subjects[n%len(subjects)], Review{})
		n++
	}
	b.ReportMetric(float64(bytes)/float64(len(subjects)), "B/text")
	b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "listings/s")
	b.ReportMetric(float64(n*len(gate.Rules().Rules()))/b.Elapsed().Seconds(), "rules/s")
}

func BenchmarkCheck(b *testing.B) {
	gate := providerGate(b)
	hash := ContentHash{1}
	seal := gate.seals.seal(7, "listing", 8, hash)
	b.ReportAllocs()
	for b.Loop() {
		if err := gate.Check("listing", 8, hash, 7, seal[:]); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkRule measures one condition that is really evaluated.
func BenchmarkRule(b *testing.B) {
	gate := providerGate(b)
	set := gate.Rules()
	work := newScreening(set)
	subject := Subject{Stage: StageListing, Title: "Hunting rifle", Body: "Call zero four four six six eight one eight zero zero"}
	work.begin(context.Background(), &subject, gateSource{gate, plugins{}, &Memory{}})
	b.ReportAllocs()
	n := 0
	for b.Loop() {
		if _, err := set.rules[n%len(set.rules)].program.Bool(work.ctx, work); err != nil {
			b.Fatal(err)
		}
		n++
	}
}

// benchSubjects are the real listings, or a dozen of their kind.
func benchSubjects(b *testing.B) []Subject {
	if real := realSubjects(b); len(real) > 0 {
		return real
	}
	text := strings.Repeat("Well kept, always serviced, collected from the second floor; price is open to fair offers. ", 6)
	var all []Subject
	for _, title := range []string{"Town bicycle", "Oak table, 160 x 90", "Flat with balcony", "Estate car, 2014", "Telephone, 64 GB"} {
		all = append(all, listing(title, text+"Call 044 668 18 00."))
	}
	return all
}
