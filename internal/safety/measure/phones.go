package measure

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"

	"github.com/nyaruka/phonenumbers"

	"fairground/internal/safety"
)

// Miss is a text in which not exactly the numbers it holds were found.
type Miss struct {
	Text  string
	Way   string // how the number was disguised; "none" for a text without one
	Want  []string
	Found []string
}

// PhoneReport is how well telephone numbers are found.
type PhoneReport struct {
	Texts     int
	Precision float64
	Recall    float64
	F1        float64
	Hidden    float64            // share of the disguised numbers found that are also seen to be disguised
	Ways      map[string]float64 // recall by way of disguise
	Misses    []Miss
}

// PhoneTexts is how many texts Phones makes: half hold a number, half hold numbers that are none.
const PhoneTexts = 12_000

// Phones makes texts from a seed, in which numbers of four countries are written in all the ways of ways, and texts with
// prices, years, measures and part numbers, and extracts numbers from both.
func Phones(seed uint64) PhoneReport {
	r := rand.New(rand.NewPCG(seed, 1))
	report := PhoneReport{Texts: PhoneTexts, Ways: map[string]float64{}}
	var right, wrong, missed, hidden, disguised int
	of, got := map[string]int{}, map[string]int{}
	for i := range PhoneTexts {
		text, way, want := decoyText(r), "none", []string(nil)
		if i%2 == 0 {
			way = ways[i/2%len(ways)].name
			text, want = phoneText(r, ways[i/2%len(ways)])
			of[way]++
		}
		var found []string
		for _, p := range safety.Extract(text, "CH", "DE", "US", "FR").Phones {
			number := string(p.Number)
			if number == "" {
				number = p.Digits
			}
			found = append(found, number)
			if way != "none" && way != "plain" && slices.Contains(want, number) {
				disguised++
				if p.Hidden {
					hidden++
				}
			}
		}
		for _, number := range found {
			if slices.Contains(want, number) {
				right++
				got[way]++
			} else {
				wrong++
			}
		}
		for _, number := range want {
			if !slices.Contains(found, number) {
				missed++
			}
		}
		if !slices.Equal(found, want) {
			report.Misses = append(report.Misses, Miss{text, way, want, found})
		}
	}
	report.Precision = share(right, right+wrong)
	report.Recall = share(right, right+missed)
	if right > 0 {
		report.F1 = 2 * report.Precision * report.Recall / (report.Precision + report.Recall)
	}
	report.Hidden = share(hidden, disguised)
	for way, n := range of {
		report.Ways[way] = share(got[way], n)
	}
	return report
}

func share(n, of int) float64 {
	if of == 0 {
		return 0
	}
	return float64(n) / float64(of)
}

// way is one way to write a number so that programs shall not see it.
type way struct {
	name  string
	write func(r *rand.Rand, digits string) string
}

var ways = []way{
	{"plain", grouped},
	{"words en", func(r *rand.Rand, d string) string { return spoken(r, d, "en", 1) }},
	{"words de", func(r *rand.Rand, d string) string { return spoken(r, d, "de", 1) }},
	{"words fr", func(r *rand.Rand, d string) string { return spoken(r, d, "fr", 1) }},
	{"words in all languages", func(r *rand.Rand, d string) string { return spoken(r, d, "", 1) }},
	{"half in words", func(r *rand.Rand, d string) string { return spoken(r, d, "", 0.6) }},
	{"words joined", func(r *rand.Rand, d string) string {
		language := pick(r, "en", "de", "fr")
		return strings.ReplaceAll(strings.ReplaceAll(spokenWith(r, d, language, 1, "~"), " ", ""), "~", "")
	}},
	{"words with signs", func(r *rand.Rand, d string) string {
		return spokenWith(r, d, "", 1, pick(r, "-", ".", ", ", "/", "_", "*"))
	}},
	{"doubled", doubled},
	{"spaced", func(_ *rand.Rand, d string) string { return strings.Join(strings.Split(d, ""), " ") }},
	{"signs", func(r *rand.Rand, d string) string {
		return strings.Join(strings.Split(d, ""), pick(r, "-", ".", "/", "_", "*", "~", "|", "•", "·", "→", " - ", "...", "–"))
	}},
	{"letters for digits", leet},
	{"emoji digits", emoji},
	{"circled digits", circled},
	{"digits of other scripts", scripts},
	{"lookalike letters", lookalike},
	{"zero width", func(r *rand.Rand, d string) string { return invisible(r, grouped(r, d)) }},
	{"zero width in words", func(r *rand.Rand, d string) string { return invisible(r, spoken(r, d, "", 1)) }},
	{"signs and words and lookalikes", func(r *rand.Rand, d string) string {
		return lookalikeWords(r, spokenWith(r, d, "", 0.7, pick(r, " ", " - ", ". ")))
	}},
}

func pick(r *rand.Rand, all ...string) string { return all[r.IntN(len(all))] }

// plan is how the numbers of a country begin and how many digits follow.
var plans = []struct {
	region string
	starts []string
	more   int
}{
	{"CH", []string{"044", "031", "061", "076", "077", "078", "079"}, 7},
	{"DE", []string{"0151", "0160", "0170", "0176"}, 7},
	{"DE", []string{"030", "040", "089"}, 7},
	{"FR", []string{"01", "04", "06", "07"}, 8},
	{"US", []string{"415", "212", "646", "510", "925", "206"}, 7},
}

// number draws a valid number: as it is dialled at home and as E.164 writes it.
func number(r *rand.Rand) (national, international string) {
	for {
		plan := plans[r.IntN(len(plans))]
		digits := plan.starts[r.IntN(len(plan.starts))]
		for range plan.more {
			digits += string(rune('0' + r.IntN(10)))
		}
		parsed, err := phonenumbers.Parse(digits, plan.region)
		if err != nil || !phonenumbers.IsValidNumber(parsed) || !first(digits, plan.region) {
			continue
		}
		return digits, phonenumbers.Format(parsed, phonenumbers.E164)
	}
}

// first reports whether no plan tried before takes the digits for a number of its own; a reader could not know better.
func first(digits, region string) bool {
	for _, other := range []string{"CH", "DE", "US", "FR"} {
		if other == region {
			return true
		}
		parsed, err := phonenumbers.Parse(digits, other)
		if err == nil && phonenumbers.IsValidNumber(parsed) {
			return false
		}
	}
	return true
}

// phoneText is a text with one number, sometimes in its international form.
func phoneText(r *rand.Rand, w way) (text string, want []string) {
	national, international := number(r)
	written := ""
	if r.IntN(5) == 0 && !strings.HasPrefix(w.name, "words joined") {
		written = pick(r, "+", "00") + w.write(r, international[1:])
		if strings.HasPrefix(written, "00") {
			written = w.write(r, "00"+international[1:])
		}
	} else {
		written = w.write(r, national)
	}
	before := pick(r, "Call ", "Text me at ", "Tel. ", "Ruf an: ", "Appelez le ", "my number: ", "Well kept table, 2 chairs. Call ", "Erreichbar unter ", "Bike, 28 inch, 21 gears.\n", "")
	after := pick(r, "", ".", " after six", ", please", " anytime", "\nThank you", " (evenings)", " - ask for Kim", "!")
	return before + written + after, []string{international}
}

// decoyText is a text with numbers that are none to dial.
func decoyText(r *rand.Rand) string {
	n := func(least, most int) string { return fmt.Sprint(least + r.IntN(most-least)) }
	lines := []string{
		"Price " + n(1000, 99000) + ", was " + n(1000, 99000), "Year " + n(1980, 2026) + ", " + n(10000, 250000) + " miles", n(40, 300) + " x " + n(40, 300) + " x " + n(10, 90) + " cm",
		"Built " + n(1900, 2020) + "-" + n(2021, 2026), "Part no. " + n(1000000, 9999999), "Serial A" + n(10000000, 99999999), "Tyres 205/55 R16, " + n(4, 8) + " mm",
		"Open 9-12 and 14-18", "Two bedrooms, three beds, one bath, four windows", n(2, 5) + " rooms, " + n(40, 180) + " m2, floor " + n(1, 9), "$" + n(1000, 9000) + " or best offer",
		"On " + n(1, 28) + "." + n(1, 12) + ".2026 from " + n(8, 12) + ":00 to " + n(13, 19) + ":30", "ISBN 978" + n(100000000, 999999999) + n(0, 9), "Bands (1/2/3/4/5/7/8/12/13/25)",
		"Sizes 36 37 38 39 40 41 42", "six chairs, one table, two lamps for " + n(100, 900), "Zimmer eins bis drei, je " + n(10, 30) + " m2", "un lit, deux chaises et trois lampes",
		"Ref. " + n(10, 99) + "-" + n(1000, 9999) + "-" + n(10, 99), "16 GB, 512 GB SSD, i7-" + n(1000, 9999) + "H", "CHF " + n(1, 9) + "'" + n(100, 999) + ".-", "ZIP 94538, lot " + n(100, 999),
	}
	r.Shuffle(len(lines), func(i, j int) { lines[i], lines[j] = lines[j], lines[i] })
	return strings.Join(lines[:3], pick(r, ". ", "\n", ", "))
}
