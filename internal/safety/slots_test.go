package safety

import (
	"fmt"
	"strings"
	"testing"
)

func describe(s Slots) string {
	var all []string
	mark := func(hidden bool) string {
		if hidden {
			return "!"
		}
		return ""
	}
	for _, p := range s.Phones {
		number := string(p.Number)
		if number == "" {
			number = "?" + p.Digits
		}
		all = append(all, "phone"+mark(p.Hidden)+" "+number)
	}
	for _, m := range s.Mails {
		all = append(all, "mail"+mark(m.Hidden)+" "+m.Address)
	}
	for _, l := range s.Links {
		all = append(all, "link"+mark(l.Hidden)+" "+l.Host)
	}
	for _, h := range s.Handles {
		all = append(all, strings.TrimSpace("handle "+h.Name+" "+h.Network))
	}
	for _, a := range s.Amounts {
		all = append(all, fmt.Sprintf("amount %s %s", a.Money.Decimal(), a.Money.Currency))
	}
	return strings.Join(all, "; ")
}

func TestExtract(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"call 044 668 18 00 now":     "phone +41446681800",
		"+41 (0)44 668-18-00":        "phone +41446681800",
		"0041446681800":              "phone +41446681800",
		"+49 30 901820":              "phone +4930901820",
		"tel. 030/901820-5":          "phone +49309018205",
		"call (415) 701-2311":        "phone +14157012311",
		"415.701.2311 or 4157012311": "phone +14157012311; phone +14157012311",
		"1-415-701-2311":             "phone +14157012311",
		"zero four four, six six eight, one eight zero zero":  "phone! +41446681800",
		"null vier vier sechs sechs acht eins acht null null": "phone! +41446681800",
		"0 4 4 6 6 8 1 8 0 0":                                 "phone! +41446681800",
		"o44 668 l8 oo":                                       "phone! +41446681800",
		"zéro quatre quatre six six huit un huit zéro zéro":   "phone! +41446681800",
		"nullviervier sechssechsacht EINSACHTnullnull":        "phone! +41446681800",
		"0️⃣4️⃣4️⃣6️⃣6️⃣8️⃣1️⃣8️⃣0️⃣0️⃣":                      "phone! +41446681800",
		"⓿➍❹➏6B➊8 OO":                                         "phone! +41446681800",
		"ОЗІ 562 ОО ОО":                                       "phone! +41315620000",
		"un deux trois":                                       "",
		"six chairs, un lit, neuf":                            "",
		"bands (1/2/3/4/5/7/8/12/13/25)":                      "",
		"+41→44→668→18→00":                                    "phone +41446681800",
		"Lic#01791769":                                        "",
		"07/01/2017\n2828 College":                            "",
		"05/24/17\n1812 Trinity, plate 08/2017\n202463 miles": "",
		"06/12/34/56/78 or 044/668/18/00":                     "phone +41446681800",
		"pets 1 lbs - 35 lbs, 36 lbs - 60 lbs":                "",
		"LS1 LS2 LS3 LS6 LS7 LS9 LSX":                         "",
		"o44 668 eighteen hundred":                            "",
		"044 double six eight one eight double oh":            "phone! +41446681800",
		"four one five 7o1 twenty three eleven":               "phone! +14157012311",
		"f0ur one five":                                       "",
		"０４４ ６６８ １８ ００":                                       "phone +41446681800",
		"2010 Ford, 120000 miles, $4500":                      "amount 4500.00 USD",
		"sizes 100 200 1500 2000":                             "",
		"1998-2004, part 4157012":                             "",
		"+41 44 668 18 00 +41446681801":                       "phone +41446681800; phone +41446681801",
		"044 668 18 00 / 044 668 18 01":                       "phone +41446681800; phone +41446681801",
		"2 044 668 18 00":                                     "phone +41446681800",
		"415-701-2311 415-701-2312":                           "phone +14157012311; phone +14157012312",
		"1200 415 701 2311":                                   "phone +14157012311",
		"write to anna.b+x@example.org":                       "mail anna.b+x@example.org",
		"anna (at) example (dot) org":                         "mail! anna@example.org",
		"anna at gmail dot com":                               "mail! anna@gmail.com",
		"anna ät example punkt ch":                            "mail! anna@example.ch",
		"anna @ example . org":                                "",
		"meet at example.com":                                 "link example.com",
		"look at the end.it is good":                          "",
		"see https://www.example.org/a?b":                     "link www.example.org",
		"example dot com":                                     "link! example.com",
		"pay.example-shop.co.uk":                              "link pay.example-shop.co.uk",
		"t.me/anna":                                           "link t.me",
		"great condition.call me":                             "",
		"telegram: anna_b, insta @anna.b":                     "handle anna_b telegram; handle anna.b insta",
		"2 @ 50 each, @ home":                                 "",
		"CHF 1'200.- or 1.150,50 € or 99.5 dollars":           "amount 1200.00 CHF; amount 1150.50 EUR; amount 99.50 USD",
		"": "",
	} {
		if got := describe(Extract(text, "CH", "DE", "US")); got != want {
			t.Errorf("%q holds %q, want %q", text, got, want)
		}
	}
}

func TestExtractMarksTheOriginal(t *testing.T) {
	t.Parallel()
	text := "Grüße!  Call  ZERO four four 668  18 00, now"
	phones := Extract(text, "CH").Phones
	if len(phones) != 1 || text[phones[0].Span.From:phones[0].Span.To] != "ZERO four four 668  18 00" {
		t.Errorf("found %+v", phones)
	}
}

func FuzzExtract(f *testing.F) {
	for _, seed := range []string{"+41 44 668 18 00", "null vier vier double", "a at b dot com www.", "$1.2.3,4", "telegram:@x_", "@", "00000000000000000000000"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		found := Extract(text, "CH", "US")
		var spans []Span
		for _, p := range found.Phones {
			spans = append(spans, p.Span)
		}
		for _, m := range found.Mails {
			spans = append(spans, m.Span)
		}
		for _, l := range found.Links {
			spans = append(spans, l.Span)
		}
		for _, h := range found.Handles {
			spans = append(spans, h.Span)
		}
		for _, a := range found.Amounts {
			spans = append(spans, a.Span)
		}
		for _, span := range spans {
			if span.From < 0 || span.From >= span.To || span.To > len(text) {
				t.Errorf("%q: %+v is not in it", text, span)
			}
		}
	})
}

func containsFold(text, part string) bool {
	return strings.Contains(strings.ToLower(text), strings.ToLower(part))
}
