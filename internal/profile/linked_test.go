package profile

import (
	"encoding/json"
	"strings"
	"testing"
	"time"
)

func TestAShopForMachines(t *testing.T) {
	t.Parallel()
	s := Shown{Seller: Seller{Business: true, Name: "plain"}, HasProfile: true, Content: Content{Name: "Spoke & Lantern", Street: "Quai 7", Town: "Nyon", Website: "https://example.org",
		Hours: Hours{Closed: []Closed{{From: "2026-12-24", To: "2027-01-03"}}}}}
	s.Hours.Week[time.Saturday] = []Span{{18 * 60, 26 * 60}}
	s.Hours.Week[time.Monday] = []Span{{0, dayMinutes}}
	b, ok := s.Linked("https://lake.example.org/s/1", "https://lake.example.org", "CH")
	text, err := json.Marshal(b)
	if err != nil || !ok {
		t.Fatal(err, ok)
	}
	for _, want := range []string{`"@type":"LocalBusiness"`, `"addressLocality":"Nyon"`, `"dayOfWeek":"https://schema.org/Monday","opens":"00:00","closes":"23:59"`,
		`"opens":"18:00","closes":"02:00"`, `"validFrom":"2026-12-24"`} {
		if !strings.Contains(string(text), want) {
			t.Errorf("%s lacks %s", text, want)
		}
	}
	for name, other := range map[string]Shown{"private": {HasProfile: true}, "not cleared": {Seller: Seller{Business: true}}} {
		if _, ok := other.Linked("", "", ""); ok {
			t.Errorf("machines learn of a seller that is %s", name)
		}
	}
}
