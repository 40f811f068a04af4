package measure

import (
	"context"
	"testing"

	"fairground/internal/safety"
)

// BenchmarkTwoHundredRules screens real listings under the whole pack and rules of a site, 200 in all.
func BenchmarkTwoHundredRules(b *testing.B) {
	subjects, err := Subjects(real)
	if err != nil {
		subjects = Samples()
	}
	gate, err := gateUnder(safety.Pack{})
	if err == nil {
		gate, err = gateUnder(siteRules(200 - len(gate.Rules().Rules())))
	}
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	n := 0
	for b.Loop() {
		gate.Screen(context.Background(), subjects[n%len(subjects)], safety.Review{})
		n++
	}
	b.ReportMetric(float64(len(gate.Rules().Rules())), "rules")
}
