package main

import (
	"bufio"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"fairground/internal/demo"
	"fairground/internal/safety"
	"fairground/internal/value"
)

// screen measures the gate with the provider's pack on one core: real texts when they are here, made-up ones otherwise.
func (b *bench) screen() error {
	gate, rules, err := benchGate()
	if err != nil {
		return err
	}
	subjects, what, err := b.subjects()
	if err != nil {
		return err
	}
	length := b.length(10*time.Second, 4*time.Second)
	verdicts := make(map[safety.Verdict]int)
	for _, s := range subjects { // warms up, and tells how they come out
		verdicts[gate.Screen(b.ctx, s, safety.Review{}).Verdict]++
	}
	n, began := 0, time.Now()
	for time.Since(began) < length && b.ctx.Err() == nil {
		for _, s := range subjects[:min(len(subjects), 1000)] {
			gate.Screen(b.ctx, s, safety.Review{})
		}
		n += min(len(subjects), 1000)
		subjects = append(subjects[min(len(subjects), 1000):], subjects[:min(len(subjects), 1000)]...)
	}
	perSecond := float64(n) / time.Since(began).Seconds()
	b.row("\nScreening %s, on one core, with %d rules of the provider's pack", what, rules)
	b.row("  %10.0f listings/s   %.1f µs a listing   %.0f rules/s", perSecond, 1e6/perSecond, perSecond*float64(rules))
	for _, verdict := range []safety.Verdict{safety.Allow, safety.Label, safety.Challenge, safety.Hold, safety.Reject, safety.Escalate} {
		if verdicts[verdict] > 0 {
			b.row("  %10d come out as %s", verdicts[verdict], verdict)
		}
	}
	b.figure("listings_per_s", perSecond)
	b.figure("rules_per_s", perSecond*float64(rules))
	return b.ctx.Err()
}

func benchGate() (*safety.Gate, int, error) {
	pack, err := safety.ProviderPack()
	if err != nil {
		return nil, 0, err
	}
	set, err := safety.Compile(pack, safety.Pack{})
	if err != nil {
		return nil, 0, err
	}
	gate, err := safety.NewGate(make([]byte, 32), value.NewIDs(value.SystemClock{}, 1), set)
	return gate, len(set.Rules()), err
}

// subjects are the texts of the public data set, or of the demonstration.
func (b *bench) subjects() ([]safety.Subject, string, error) {
	file, err := os.Open(filepath.Join(b.Shared, "craigslist.jsonl.gz"))
	if os.IsNotExist(err) {
		return b.madeUp(), "made-up listings", nil
	}
	if err != nil {
		return nil, "", err
	}
	defer file.Close()
	unpacked, err := gzip.NewReader(file)
	if err != nil {
		return nil, "", err
	}
	var all []safety.Subject
	lines := bufio.NewScanner(unpacked)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var l struct {
			Category, Title, Description string
			Price                        float64
			Attributes                   map[string]string
		}
		if err := json.Unmarshal(lines.Bytes(), &l); err != nil {
			return nil, "", fmt.Errorf("line %d: %w", len(all)+1, err)
		}
		all = append(all, benchSubject(len(all), l.Category, l.Title, l.Description, value.Money{Minor: int64(l.Price * 100), Currency: "USD"}, l.Attributes))
	}
	return all, fmt.Sprintf("%d real listings", len(all)), lines.Err()
}

func (b *bench) madeUp() (all []safety.Subject) {
	for l := range demo.Generate(b.Seed, time.Now(), 8000) {
		attributes := make(map[string]string)
		for _, a := range l.Attributes {
			attributes[a.Slug] = a.Value
		}
		all = append(all, benchSubject(len(all), l.Category, l.Title, l.Description, l.Price, attributes))
	}
	return all
}

func benchSubject(i int, category, title, body string, price value.Money, attributes map[string]string) safety.Subject {
	return safety.Subject{
		Stage: safety.StageListing, Object: "listing", Record: value.ID(i + 1), Hash: safety.ContentHash{1},
		Category: category, Title: title, Body: body, Price: price, Attributes: attributes,
	}
}
