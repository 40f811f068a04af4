package safety

import (
	"context"
	"fmt"
	"slices"
	"strings"
)

// exampleSource answers what an example states, and nothing and zero beyond it.
type exampleSource struct {
	example Example
	facts   Facts
}

// newExampleSource checks that an example states only what a rule can ask.
func newExampleSource(e Example) (exampleSource, error) {
	source := exampleSource{e, Facts{}}
	for text, n := range e.Counts {
		f, err := parseBrief(text)
		if err != nil || !f.counts() {
			return source, fmt.Errorf("counts: %q is no count, such as \"distinct phone author 7d\" (%v)", text, err)
		}
		source.facts[f.brief] = float64(n)
	}
	for _, text := range e.Labels {
		f, err := parseBrief("label " + text)
		if err != nil {
			return source, fmt.Errorf("labels: %w", err)
		}
		source.facts[f.brief] = 1
	}
	for _, bank := range e.Matches {
		if err := checkName("bank", bank, true); err != nil {
			return source, fmt.Errorf("photo_matches: %w", err)
		}
		source.facts[strings.TrimSpace("photo_match "+bank)] = 1
	}
	return source, nil
}

func (e exampleSource) score(_ context.Context, name string, _ *Subject) (float64, error) {
	return e.example.Signals[name], nil
}

// fact is zero where the example has nothing to count by, as it would be for a real subject.
func (e exampleSource) fact(w *screening, f *fact) (float64, error) {
	if f.kind == factPhoto && w.subject.Photos == 0 || f.kind != factPhoto && len(entityValues(w.subject, &w.scan.found, f.entity)) == 0 {
		return 0, nil
	}
	return e.facts[f.brief], nil
}

func (e exampleSource) listed(_ *screening, list, text string) (bool, error) {
	return slices.ContainsFunc(e.example.Lists[list], func(in string) bool { return foldValue(in) == foldValue(text) }), nil
}

func (e exampleSource) cluster(*screening) (Cluster, error) { return e.example.Cluster, nil }
