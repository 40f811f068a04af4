package measure

import (
	"bufio"
	"compress/gzip"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"

	"fairground/internal/safety"
	"fairground/internal/value"
)

// Listing is one real listing that was held or refused.
type Listing struct {
	Number  int // line in the file, from 1 on
	Title   string
	Body    string
	Verdict safety.Verdict
	Firings []safety.Firing
}

// HeldReport is what the pack does to real listings.
type HeldReport struct {
	Read    int
	Held    []Listing // everything that would not be public at once
	Rules   map[string]int
	Percent float64 // of Read
}

// Held screens the real listings of a file of JSON lines, compressed by gzip, under the whole provider's pack with a memory
// that has seen nothing. People must read what it holds to say what was a false alarm.
func Held(path string) (HeldReport, error) {
	subjects, err := Subjects(path)
	if err != nil {
		return HeldReport{}, err
	}
	gate, err := freshGate()
	if err != nil {
		return HeldReport{}, err
	}
	report := HeldReport{Read: len(subjects), Rules: map[string]int{}}
	for i, s := range subjects {
		out := gate.Screen(context.Background(), s, safety.Review{})
		if out.Verdict < safety.Challenge {
			continue
		}
		report.Held = append(report.Held, Listing{i + 1, s.Title, s.Body, out.Verdict, out.Firings})
		for _, f := range out.Firings {
			report.Rules[f.Rule]++
		}
	}
	report.Percent = 100 * float64(len(report.Held)) / float64(max(report.Read, 1))
	return report, nil
}

// Subjects reads real listings as what the gate would see.
func Subjects(path string) ([]safety.Subject, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("measure.Subjects: %w", err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		return nil, fmt.Errorf("measure.Subjects(%s): %w", path, err)
	}
	var all []safety.Subject
	lines := json.NewDecoder(bufio.NewReader(z))
	for {
		var l struct {
			Category, Title, Description string
			Price                        float64
			Attributes                   map[string]string
		}
		if err := lines.Decode(&l); err == io.EOF {
			return all, nil
		} else if err != nil {
			return nil, fmt.Errorf("measure.Subjects(%s): %w", path, err)
		}
		id := value.ID(len(all) + 1)
		all = append(all, safety.Subject{
			Stage: safety.StageListing, Object: "listing", Record: id, Hash: safety.NewContent(fmt.Sprint(id)).Hash(), Category: l.Category,
			Title: l.Title, Body: l.Description, Attributes: l.Attributes, Price: value.Money{Minor: int64(l.Price * 100), Currency: "USD"},
			Author: safety.Author{Kind: value.Member, ID: id, Age_days: 30},
		})
	}
}
