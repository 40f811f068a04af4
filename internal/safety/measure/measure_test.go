package measure

import (
	"os"
	"testing"
)

const real = "/work/shared/data/craigslist.jsonl.gz"

// TestHeld keeps the pack's false alarms on real listings below half a per cent.
func TestHeld(t *testing.T) {
	t.Parallel()
	if _, err := os.Stat(real); err != nil {
		t.Skip("the real listings are not on this machine")
	}
	report, err := Held(real)
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range report.Held {
		for _, f := range l.Firings {
			t.Logf("%d %s %s %q", l.Number, l.Verdict, f.Rule, l.Title)
			for _, span := range f.Spans {
				text := map[string]string{"title": l.Title, "body": l.Body}[span.Field]
				t.Logf("    …%q…", text[max(0, span.From-60):min(len(text), span.To+60)])
			}
		}
	}
	t.Logf("%d of %d are held, %.2f %%: %v", len(report.Held), report.Read, report.Percent, report.Rules)
	if report.Percent >= 0.5 || report.Read < 8000 {
		t.Errorf("%.2f %% of %d are held", report.Percent, report.Read)
	}
}

// TestPhones is the bar of spelt numbers, on texts of two seeds that nobody looked at while the search was written.
func TestPhones(t *testing.T) {
	t.Parallel()
	for _, seed := range []uint64{1, 20261122} {
		report := Phones(seed)
		t.Logf("seed %d: precision %.4f, recall %.4f, F1 %.4f, seen as hidden %.3f", seed, report.Precision, report.Recall, report.F1, report.Hidden)
		if report.F1 < 0.99 {
			t.Errorf("seed %d: F1 is %.4f", seed, report.F1)
		}
		for way, recall := range report.Ways {
			if recall < 0.95 {
				t.Errorf("seed %d: %s: recall is %.3f", seed, way, recall)
			}
		}
		for i, m := range report.Misses {
			if i < 10 {
				t.Logf("%s: %q holds %v, found %v", m.Way, m.Text, m.Want, m.Found)
			}
		}
	}
}

func TestPhonesAreReproducible(t *testing.T) {
	t.Parallel()
	a, b := Phones(7), Phones(7)
	if a.F1 != b.F1 || len(a.Misses) != len(b.Misses) {
		t.Errorf("one seed gives %v and %v", a.F1, b.F1)
	}
}

// TestScreen: 200 rules are in force and the median of a screening is below a millisecond by far. It is no benchmark.
func TestScreen(t *testing.T) {
	t.Parallel()
	report, err := Screen(nil, 2000, 200)
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%+v", report)
	if report.Rules < 200 || report.PerSecond == 0 || report.Median_us > 1000 {
		t.Errorf("%+v", report)
	}
}

func TestSubjectsOfABadFile(t *testing.T) {
	t.Parallel()
	if _, err := Subjects("/nowhere"); err == nil {
		t.Error("a file that is not there is read")
	}
	name := t.TempDir() + "/plain"
	if err := os.WriteFile(name, []byte("no gzip"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Subjects(name); err == nil {
		t.Error("a file that is not compressed is read")
	}
}
