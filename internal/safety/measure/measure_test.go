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
}

func TestPhones(t *testing.T) {
	t.Parallel()
	report := Phones(1)
	t.Logf("precision %.4f, recall %.4f, F1 %.4f, seen as hidden %.3f", report.Precision, report.Recall, report.F1, report.Hidden)
	for way, recall := range report.Ways {
		t.Logf("%-32s %.3f", way, recall)
	}
	shown := map[string]int{}
	for _, m := range report.Misses {
		if shown[m.Way]++; shown[m.Way] <= 4 {
			t.Logf("%s: %q holds %v, found %v", m.Way, m.Text, m.Want, m.Found)
		}
	}
}
