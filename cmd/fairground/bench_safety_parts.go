package main

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"fairground/internal/media/pdq"
	"fairground/internal/safety"
	"fairground/internal/safety/measure"
)

// rulesMeasured is under how many rules screening is measured.
const rulesMeasured = 200

// safetyGate measures the gate under many rules, and what it holds of real listings when they are on this machine.
func (b *bench) safetyGate() error {
	path := filepath.Join(b.Shared, "craigslist.jsonl.gz")
	subjects, err := measure.Subjects(path)
	if errors.Is(err, fs.ErrNotExist) {
		subjects, err = measure.Samples(), nil
	}
	if err != nil {
		return err
	}
	n := 40_000
	if b.Quick {
		n = 10_000
	}
	report, err := measure.Screen(subjects, n, rulesMeasured)
	if err != nil {
		return err
	}
	b.row("\nScreening under %d rules: %.0f listings/s on one core, median %.0f µs, p99 %.0f µs, longest %.0f µs",
		report.Rules, report.PerSecond, report.Median_us, report.P99_us, report.Longest_us)
	b.figure("screen_per_s", report.PerSecond)
	b.figure("screen_p99_ms", report.P99_us/1000)
	return b.safetyHeld(path)
}

// safetyHeld tells how much of the real listings is held. Which of it is a false alarm, only a person can say.
func (b *bench) safetyHeld(path string) error {
	report, err := measure.Held(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	b.row("  of %d real listings %d (%.2f %%) are held", report.Read, len(report.Held), report.Percent)
	verdicts := make(map[safety.Verdict]int)
	for _, held := range report.Held {
		verdicts[held.Verdict]++
	}
	for verdict, n := range verdicts {
		b.row("  %10d come out as %s", n, verdict)
	}
	b.figure("held_pct", report.Percent)
	return nil
}

func (b *bench) safetyPhones() error {
	report := measure.Phones(b.Seed)
	b.row("\nTelephone numbers in %d texts: precision %.4f, recall %.4f, F1 %.4f", report.Texts, report.Precision, report.Recall, report.F1)
	b.figure("phone_f1", report.F1)
	return nil
}

// safetyPhotos checks the hash of photos against the reference vectors when they are on this machine.
func (b *bench) safetyPhotos() error {
	checked, bad, err := pdq.Vectors(filepath.Join(b.Shared, "pdq"))
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	b.row("\nPhotos: %d of %d reference hashes of good quality are too far off", bad, checked)
	b.figure("pdq_bad", float64(bad))
	return nil
}

func (b *bench) safetyStatements() error { return nil }
