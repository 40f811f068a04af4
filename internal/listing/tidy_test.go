package listing_test

import (
	"fmt"
	"strings"
	"testing"

	"fairground/internal/listing"
)

func TestHiddenLettersAreTakenOut(t *testing.T) {
	eachWorld(t, func(w *world) {
		for written, want := range map[string]string{
			"ci\u200bty bi\u00adcy\u2060cle":                        "city bicycle",
			"gift\u202e drac\u202c card":                            "gift drac card",
			"\ufeffcity\u200d bike\u200c":                           "city bike",
			"b\u200di\u200dk\u200de":                                "bike",
			"bike\u3164\u2800\u115f":                                "bike",
			"bike \U000e0062\U000e0069":                             "bike",
			"zalgo a" + strings.Repeat("\u0301", 40):                "zalgo a" + strings.Repeat("\u0301", 4),
			"\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645 bike": "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645 bike", // Persian needs it
			"family \U0001F468\u200d\U0001F469\u200d\U0001F467":     "family \U0001F468\u200d\U0001F469\u200d\U0001F467",
			"café Zürich":                                           "café Zürich",
		} {
			c := w.bicycle(written)
			c.Body = written
			l, _ := w.submit(c)
			if l.Title != want || l.Body != want {
				w.Errorf("%q became %q and %q, want %q", written, l.Title, l.Body, want)
			}
		}
		for _, nothing := range []string{"\u200b\u200b\u200b\u200b", "\u3164\u3164\u3164", "\u202e\u202d\u2066"} {
			if _, _, err := w.desk.Submit(ctx, tester, listing.Submission{Content: w.bicycle(nothing), Seller: w.seller}); err == nil {
				w.Errorf("%q is a title", nothing)
			}
		}
	})
}

func TestTooMuchIsRefusedWithTheCount(t *testing.T) {
	eachWorld(t, func(w *world) {
		pages := w.bicycle("City bicycle")
		pages.Body = strings.Repeat("A page of text. ", 18_750) // 100 pages
		photos := w.bicycle("City bicycle")
		for i := range 21 {
			photos.Photos = append(photos.Photos, photo(fmt.Sprintf("%x", i%16)))
		}
		for want, c := range map[string]listing.Content{"this one has 299999": pages, "at most 20 photos; these are 21": photos} {
			_, _, err := w.desk.Submit(ctx, tester, listing.Submission{Content: c, Seller: w.seller})
			if err == nil || !strings.Contains(err.Error(), want) {
				w.Errorf("%v, want %q", err, want)
			}
		}
	})
}
