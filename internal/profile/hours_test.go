package profile

import (
	"testing"
	"time"
)

func TestHoursAreReadAsPeopleWriteThem(t *testing.T) {
	t.Parallel()
	for written, want := range map[string]string{
		"":                              "",
		"9:00–12:00, 13:30–18:30":       "09:00–12:00, 13:30–18:30",
		"9-12":                          "09:00–12:00",
		"09.00 - 12.30 ; 14-18":         "09:00–12:30, 14:00–18:00",
		"14-18, 9-12":                   "09:00–12:00, 14:00–18:00",
		"9am–5 pm":                      "09:00–17:00",
		"12pm to 12am":                  "12:00–24:00",
		"8h30 bis 12 Uhr":               "08:30–12:00",
		"0-24":                          "00:00–24:00",
		"18–2":                          "18:00–02:00",
		"22:00-0:00":                    "22:00–24:00",
		"closed":                        "!",
		"25-26":                         "!",
		"9:75-10":                       "!",
		"9-12, 11-13":                   "!",
		"9-9":                           "!",
		"13pm-14":                       "!",
		"1-2,3-4,5-6,7-8,9-10":          "!",
		"９-12":                          "!",
		"9-12 <script>alert()</script>": "!",
	} {
		day, err := parseDay("hours_monday", written)
		got := dayText(day)
		if err != nil {
			got = "!"
		}
		if got != want {
			t.Errorf("%q reads as %q (%v), want %q", written, got, err, want)
		}
	}
}

func TestWhatIsShownCanBeReadAgain(t *testing.T) {
	t.Parallel()
	for from := 0; from < dayMinutes; from += 95 {
		for length := 30; length <= dayMinutes; length += 245 {
			span := Span{from, from + length}
			day, err := parseDay("x", span.String())
			if err != nil || len(day) != 1 || day[0] != span {
				t.Errorf("%v is written as %q and read as %v: %v", span, span, day, err)
			}
		}
	}
}

func zone(t *testing.T) *time.Location {
	t.Helper()
	z, err := time.LoadLocation("Europe/Zurich")
	if err != nil {
		t.Fatal(err)
	}
	return z
}

func TestOpenNow(t *testing.T) {
	t.Parallel()
	z := zone(t)
	var shop Hours
	for day := time.Monday; day <= time.Friday; day++ {
		shop.Week[day] = []Span{{9 * 60, 12 * 60}, {13*60 + 30, 18*60 + 30}}
	}
	shop.Closed = []Closed{{From: "2026-12-24", To: "2027-01-03", Note: "Holidays"}}
	bar := Hours{}
	bar.Week[time.Saturday] = []Span{{18 * 60, 26 * 60}}
	bar.Week[time.Sunday] = []Span{{2 * 60, 3 * 60}}
	always := Hours{}
	for day := range always.Week {
		always.Week[day] = []Span{{0, dayMinutes}}
	}
	early := Hours{} // 1:00 to 5:00 on Sundays, when clocks change
	early.Week[time.Sunday] = []Span{{1 * 60, 5 * 60}}
	for _, test := range []struct {
		name        string
		hours       Hours
		at          string // on the wall in Zurich, or with an offset
		open        bool
		until, next string
	}{
		{"in the morning", shop, "2026-11-23 10:00", true, "2026-11-23 12:00", ""},
		{"to the minute", shop, "2026-11-23 09:00", true, "2026-11-23 12:00", ""},
		{"at the minute it closes", shop, "2026-11-23 12:00", false, "", "2026-11-23 13:30"},
		{"at noon", shop, "2026-11-23 12:30", false, "", "2026-11-23 13:30"},
		{"in the afternoon", shop, "2026-11-23 14:00", true, "2026-11-23 18:30", ""},
		{"in the evening", shop, "2026-11-23 20:00", false, "", "2026-11-24 09:00"},
		{"at the weekend", shop, "2026-11-28 10:00", false, "", "2026-11-30 09:00"},
		{"on holiday", shop, "2026-12-28 10:00", false, "", "2027-01-04 09:00"},
		{"past midnight, with what follows at once", bar, "2026-11-29 01:30", true, "2026-11-29 03:00", ""},
		{"always", always, "2026-11-29 01:30", true, "", ""},
		{"the night the clocks go forward", early, "2026-03-29 01:30", true, "2026-03-29 05:00", ""},
		{"the night they go back", early, "2026-10-25 01:30", true, "2026-10-25 05:00", ""},
		{"the Monday after the clocks went forward", shop, "2026-03-30 08:59", false, "", "2026-03-30 09:00"},
		{"the Monday after they went back", shop, "2026-10-26 18:29", true, "2026-10-26 18:30", ""},
	} {
		at, err := time.ParseInLocation("2006-01-02 15:04", test.at, z)
		if err != nil {
			t.Fatal(err)
		}
		now := test.hours.At(at.UTC(), z) // the site's zone counts, not the moment's
		if now.Open != test.open || written(now.Until) != test.until || written(now.Opens) != test.next {
			t.Errorf("%s: open %v until %q, opens %q; want %v %q %q", test.name, now.Open, written(now.Until), written(now.Opens), test.open, test.until, test.next)
		}
	}
	if now := shop.At(time.Date(2026, 12, 28, 9, 30, 0, 0, z), z); now.Closed.Note != "Holidays" {
		t.Errorf("nothing says why the shop is closed: %+v", now)
	}
	if now := (Hours{}).At(time.Now(), z); now.Known || now.Open {
		t.Error("hours that nobody stated are known")
	}
}

// A stretch over the change of clocks lasts as long as it does on the wall: four hours become three or five.
func TestHoursOnTheWallWhenClocksChange(t *testing.T) {
	t.Parallel()
	z := zone(t)
	h := Hours{}
	h.Week[time.Sunday] = []Span{{1 * 60, 5 * 60}}
	for day, want := range map[int]time.Duration{29: 3 * time.Hour, 22: 4 * time.Hour} {
		from := time.Date(2026, 3, day, 1, 0, 0, 0, z)
		if got := h.At(from, z).Until.Sub(from); got != want {
			t.Errorf("on March %d it is open for %s, want %s", day, got, want)
		}
	}
	from := time.Date(2026, 10, 25, 1, 0, 0, 0, z)
	if got := h.At(from, z).Until.Sub(from); got != 5*time.Hour {
		t.Errorf("when clocks go back it is open for %s, want 5h", got)
	}
}

func written(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.Format("2006-01-02 15:04")
}

func TestClosedDaysThatAreOverAreLeftOut(t *testing.T) {
	t.Parallel()
	h := Hours{Closed: []Closed{{From: "2026-12-24", To: "2026-12-26"}, {From: "2026-11-01", To: "2026-11-02"}, {From: "2026-12-01", To: "2026-12-01"}}}
	got := h.tidy("2026-11-20").Closed
	if len(got) != 2 || got[0].From != "2026-12-01" || got[1].From != "2026-12-24" {
		t.Errorf("%v", got)
	}
	if _, err := parseClosed("x", "2026-12-24", "2026-12-20", ""); err == nil {
		t.Error("a stretch may end before it begins")
	}
	if c, err := parseClosed("x", "2026-12-24", "", "Eve"); err != nil || c.To != "2026-12-24" {
		t.Errorf("one day: %+v %v", c, err)
	}
}

// FuzzHours reads whatever comes, and what it took is written so that it reads the same.
func FuzzHours(f *testing.F) {
	for _, seed := range []string{"9-12", "9:00–12:00, 13:30–18:30", "18–2", "12pm to 12am", ",,;", "0-24", "24-25", "99-99"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, written string) {
		day, err := parseDay("x", written)
		if err != nil {
			return
		}
		again, err := parseDay("x", dayText(day))
		if err != nil || dayText(again) != dayText(day) {
			t.Errorf("%q became %q, which reads as %q: %v", written, dayText(day), dayText(again), err)
		}
		for _, span := range day {
			if span.From < 0 || span.From >= dayMinutes || span.To <= span.From || span.To > 2*dayMinutes {
				t.Errorf("%q has the stretch %+v", written, span)
			}
		}
	})
}
