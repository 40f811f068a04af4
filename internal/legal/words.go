package legal

import (
	"embed"
	"slices"
	"strings"
	"sync"
	"time"

	"fairground/internal/site"
	"fairground/internal/ui/text"
	"fairground/internal/value"
)

// Parts are the words of a statement, one sentence or paragraph each, in its language.
type Parts struct {
	Measure     string `json:"measure"`
	Scope       string `json:"scope"`
	Duration    string `json:"duration"`
	Facts       string `json:"facts"`
	Source      string `json:"source"`
	Automation  string `json:"automation"`
	Ground      string `json:"ground"`
	Clause      string `json:"clause"`
	Explanation string `json:"explanation"`
	Appeal      string `json:"appeal"`
	Body        string `json:"body"`  // the out-of-court body
	Court       string `json:"court"` // the way to a court
}

//go:embed messages.*.json
var spoken embed.FS

// catalogue has the words of statements in every language they are written in.
var catalogue = sync.OnceValue(func() *text.Catalogue {
	c, err := text.New(spoken)
	if err != nil {
		panic("legal: the words of statements cannot be read: " + err.Error()) // a test reads them
	}
	return c
})

// Languages are those that statements are written in, the one used for all others first.
var Languages = []string{"en", "de", "fr"}

// localeFor chooses the language of a statement: the author's, else the site's, else English.
func localeFor(wanted ...value.Locale) value.Locale {
	for _, locale := range wanted {
		if slices.Contains(Languages, locale.Language()) {
			return locale
		}
	}
	return value.Locale(Languages[0])
}

// speaker writes the words of one statement.
type speaker struct {
	*text.Printer
	site  string
	title string
}

func newSpeaker(locale value.Locale, zone *time.Location, site, title string) speaker {
	p := catalogue().Printer(text.Settings{Locale: locale, Zone: zone})
	if title = strings.TrimSpace(title); title == "" {
		title = p.T("legal.say.untitled")
	}
	return speaker{Printer: p, site: site, title: title}
}

// grounds are those that have words; any other is "other".
var grounds = []string{"scam", "prohibited", "exploitation", "counterfeit", "rights", "privacy", "duplicate", "category", "other"}

func groundOf(name string) string {
	if slices.Contains(grounds, name) {
		return name
	}
	return "other"
}

// parts writes what a statement says. Links lead to origin.
func (s speaker) parts(st Statement, about About, reason, origin string, redress Redress) Parts {
	ground := groundOf(st.Ground)
	p := Parts{
		Measure:     s.T("legal.say.measure."+measureKey(st), "title", s.title, "site", s.site),
		Scope:       s.T("legal.say.scope", "site", s.site),
		Duration:    s.duration(st),
		Facts:       s.facts(st, about),
		Source:      s.T("legal.say.source." + string(st.Source)),
		Automation:  s.T("legal.say.automation." + automationOf(st)),
		Ground:      s.T("legal.say.ground." + ground),
		Clause:      s.T("legal.say.clause." + ground),
		Explanation: reason,
		Appeal:      s.T("legal.say.appeal", "date", s.DateLong(AppealUntil(st.Made, s.Zone())), "address", origin+"/appeal/"+st.Code),
		Body:        s.T("legal.say.body_any"),
		Court:       s.T("legal.say.court"),
	}
	if redress.Body != "" {
		p.Body = s.T("legal.say.body", "body", redress.Body, "address", redress.Address)
	}
	return p
}

func measureKey(st Statement) string {
	if st.Taken {
		return "suspend_remove"
	}
	return string(st.Measure)
}

func (s speaker) duration(st Statement) string {
	switch {
	case !st.Until.IsZero():
		return s.T("legal.say.duration.until", "date", s.DateLong(st.Until))
	case st.Measure == Change:
		return s.T("legal.say.duration.change")
	default:
		return s.T("legal.say.duration.open")
	}
}

func (s speaker) facts(st Statement, about About) string {
	date := s.DateLong(st.Content)
	switch {
	case len(about.Photos) > 0:
		return s.T("legal.say.facts", "count", len(about.Photos), "title", s.title, "date", date)
	case len(about.Texts) > 0:
		return s.T("legal.say.facts_text", "title", s.title, "date", date)
	default:
		return s.T("legal.say.facts_bare", "title", s.title, "date", date)
	}
}

// automationOf says which part programs had.
func automationOf(st Statement) string {
	switch {
	case st.Automatic:
		return "decided"
	case st.Detected():
		return "found"
	default:
		return "person"
	}
}

// Detected reports whether a program found it, whoever decided.
func (s Statement) Detected() bool { return s.Rule != "" || s.Automatic }

// Paragraph is a part of a statement under its heading.
type Paragraph struct{ Heading, Text string }

// paragraphs are the parts in the order in which they are read.
func (s speaker) paragraphs(p Parts) []Paragraph {
	return []Paragraph{
		{s.T("legal.say.head.measure"), p.Measure},
		{s.T("legal.say.head.ground"), p.Ground},
		{s.T("legal.say.head.clause"), p.Clause},
		{s.T("legal.say.head.explanation"), p.Explanation},
		{s.T("legal.say.head.facts"), p.Facts},
		{s.T("legal.say.head.source"), p.Source},
		{s.T("legal.say.head.automation"), p.Automation},
		{s.T("legal.say.head.scope"), p.Scope},
		{s.T("legal.say.head.duration"), p.Duration},
		{s.T("legal.say.head.redress"), p.Appeal + "\n\n" + p.Body + "\n\n" + p.Court},
	}
}

// Paragraphs are the parts of a statement under their headings, in its language and in the order in which they are read;
// none when its words were erased.
func (s Statement) Paragraphs(of *site.Site) []Paragraph {
	if s.Parts.Measure == "" {
		return nil
	}
	settings := of.Settings()
	return newSpeaker(s.Locale, settings.Location(), settings.Name, s.Title).paragraphs(s.Parts)
}

// letter is a statement as a mail.
func (s speaker) letter(st Statement, name, origin string) (subject, body string) {
	subject = s.T("legal.say.subject."+string(st.Measure), "title", value.Clip(s.title, 80))
	hello := s.T("legal.say.hello_nobody")
	if name = strings.TrimSpace(name); name != "" {
		hello = s.T("legal.say.hello", "name", name)
	}
	blocks := []string{hello, s.T("legal.say.lead", "date", s.DateLong(st.Made), "site", s.site)}
	for _, p := range s.paragraphs(st.Parts) {
		blocks = append(blocks, strings.ToUpper(p.Heading)+"\n"+p.Text)
	}
	blocks = append(blocks, s.T("legal.say.read", "address", origin+st.Path()), s.T("legal.say.sign", "site", s.site))
	return subject, strings.Join(blocks, "\n\n") + "\n"
}
