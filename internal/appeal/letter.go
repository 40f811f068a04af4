package appeal

import (
	"embed"
	"slices"
	"strings"
	"sync"

	"fairground/internal/db"
	"fairground/internal/ui/text"
	"fairground/internal/value"
)

//go:embed messages.*.json
var spoken embed.FS

// catalogue has the words of letters in every language they are written in.
var catalogue = sync.OnceValue(func() *text.Catalogue {
	c, err := text.New(spoken)
	if err != nil {
		panic("appeal: the words of letters cannot be read: " + err.Error()) // a test reads them
	}
	return c
})

// words are those of whoever appealed, else of the site, else English.
func (d *Desk) words(wanted value.Locale) *text.Printer {
	settings := d.Site.Settings()
	for _, locale := range []value.Locale{wanted, settings.Locale(), "en"} {
		if slices.Contains([]string{"en", "de", "fr"}, locale.Language()) {
			return catalogue().Printer(text.Settings{Locale: locale, Zone: settings.Location()})
		}
	}
	return catalogue().Printer(text.Settings{Locale: "en", Zone: settings.Location()})
}

// acknowledge mails the receipt.
func (d *Desk) acknowledge(tx *db.Tx, a Appeal) error {
	w := d.words(a.Locale)
	return d.mail(tx, a, w, w.T("appeal.letter.received"), w.T("appeal.letter.received_text", "date", w.DateLong(a.Made)))
}

// tell mails the answer.
func (d *Desk) tell(tx *db.Tx, a Appeal) error {
	w := d.words(a.Locale)
	outcome := w.T("appeal.letter.outcome." + string(a.State))
	if a.State == Partly {
		outcome += " " + insteadWords(w, "appeal.letter.instead."+a.Instead.Measure, a)
	}
	return d.mail(tx, a, w, w.T("appeal.letter.answered"), outcome, a.Answer, w.T("appeal.letter.beyond"))
}

// insteadWords say what took the decision's place; a suspension has the day of its end.
func insteadWords(w *text.Printer, key string, a Appeal) string {
	if !a.Instead.Until.IsZero() {
		return w.T(key, "date", w.DateLong(a.Instead.Until))
	}
	return w.T(key)
}

func (d *Desk) mail(tx *db.Tx, a Appeal, w *text.Printer, subject string, paragraphs ...string) error {
	if d.Post == nil || a.Email == "" {
		return nil
	}
	hello := w.T("appeal.letter.hello")
	if a.Name != "" {
		hello = w.T("appeal.letter.hello_name", "name", a.Name)
	}
	origin := ""
	if d.Origin != nil {
		origin = d.Origin(d.Site)
	}
	all := append([]string{hello}, paragraphs...)
	all = append(all, w.T("appeal.letter.read", "address", origin+"/appeal/"+a.Code), w.T("appeal.letter.sign", "site", d.Site.Settings().Name))
	return d.Post(tx, a.Email, a.Locale, subject, strings.Join(all, "\n\n")+"\n")
}
