package console

import (
	"fmt"
	"strings"

	"fairground/internal/db"
	"fairground/internal/listing"
	"fairground/internal/safety"
	"fairground/internal/ui"
)

// why is one screening as staff read it.
type why struct {
	safety.Screening
	tag     ui.Tag
	present bool // it was about the content the listing has now
	reasons []reason
}

// reason is one rule that fired.
type reason struct {
	tag         ui.Tag
	title       string
	rule        string // id and version
	ground      string
	failure     string // why the rule could not be answered
	shadow      bool
	explanation string // the parts of its condition and their values, a line each
}

func (v *visit) whys(tx *db.Tx, l listing.Listing) ([]why, error) {
	screenings, err := safety.Screenings(tx, l.ID)
	if err != nil {
		return nil, err
	}
	all := make([]why, len(screenings))
	hash := l.Content.Hash()
	for i, s := range screenings {
		all[i] = why{Screening: s, tag: v.verdictTag(s.Verdict), present: s.Hash == hash}
		for _, f := range s.Firings {
			all[i].reasons = append(all[i].reasons, v.reason(f))
		}
	}
	return all, nil
}

func (v *visit) reason(f safety.Firing) reason {
	r := reason{
		tag: v.verdictTag(f.Outcome), title: f.Title.In(v.words.Locale()), rule: fmt.Sprintf("%s v%d", f.Rule, f.Version),
		ground: f.Ground.In(v.words.Locale()), failure: f.Error, shadow: f.Shadow,
	}
	if r.ground == r.title {
		r.ground = ""
	}
	var lines []string
	for _, part := range f.Explanation {
		lines = append(lines, part.Text+" → "+part.Value)
	}
	r.explanation = strings.Join(lines, "\n")
	return r
}

// final reports whether something fired on the present content that nobody on this site overrules.
func final(whys []why) bool {
	for _, w := range whys {
		if !w.present {
			continue
		}
		for _, f := range w.Firings {
			if f.Final && !f.Shadow {
				return true
			}
		}
		return false // only the newest screening counts
	}
	return false
}

// spans are what the newest screening of the present content fired on.
func spans(whys []why) []safety.Span {
	for _, w := range whys {
		if !w.present {
			continue
		}
		var all []safety.Span
		for _, f := range w.Firings {
			all = append(all, f.Spans...)
		}
		return all
	}
	return nil
}

func (v *visit) verdictTag(verdict safety.Verdict) ui.Tag {
	tag := ui.Tag{Text: v.t("console.verdict." + verdict.String())}
	switch verdict {
	case safety.Reject, safety.Escalate:
		tag.Tone = ui.Alarm
	case safety.Hold, safety.Challenge:
		tag.Tone = ui.Paid
	case safety.Allow:
		tag.Tone = ui.Safe
	}
	return tag
}

// traces names what contact details the text holds.
func (v *visit) traces(whys []why) []ui.Fact {
	if len(whys) == 0 || !whys[0].present {
		return nil
	}
	slots := whys[0].Slots
	var found []ui.Fact
	add := func(key string, texts []string) {
		if len(texts) > 0 {
			found = append(found, ui.Fact{Name: v.t(key), Value: strings.Join(texts, ", ")})
		}
	}
	hidden := func(text string, is bool) string {
		if is {
			return text + " " + v.t("console.trace.hidden")
		}
		return text
	}
	var phones, mails, links, handles []string
	for _, p := range slots.Phones {
		number := string(p.Number)
		if number == "" {
			number = p.Digits
		}
		phones = append(phones, hidden(number, p.Hidden))
	}
	for _, m := range slots.Mails {
		mails = append(mails, hidden(m.Address, m.Hidden))
	}
	for _, l := range slots.Links {
		links = append(links, hidden(l.Host, l.Hidden))
	}
	for _, h := range slots.Handles {
		handles = append(handles, dotted(h.Name, h.Network))
	}
	add("console.trace.phones", phones)
	add("console.trace.mails", mails)
	add("console.trace.links", links)
	add("console.trace.handles", handles)
	return found
}
