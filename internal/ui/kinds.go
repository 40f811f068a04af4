package ui

import (
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/a-h/templ"
)

// Tone is what a colour says. Colour never says it alone: words or an icon stand beside it.
type Tone string

// The tones.
const (
	Plain Tone = ""
	Safe  Tone = "safe"  // verified, cleared, done
	Paid  Tone = "paid"  // featured, waiting, needs a look
	Alarm Tone = "alarm" // blocked, overdue, wrong
)

// Look is how much a button asks to be pressed.
type Look string

// The looks. The zero Look is an ordinary outlined button.
const (
	Primary Look = "primary" // the one main action of a page
	Quiet   Look = "quiet"   // in a row of others, such as the masthead
	Danger  Look = "danger"  // restricts or destroys
)

// Link is a place to go.
type Link struct {
	Text    string
	Href    string
	Icon    string
	Current bool   // where the reader is now
	Count   string // a number beside the text, already formatted
	Hot     bool   // the count wants attention
	Lang    string // the language of the target, for language switches
	Title   string // what a screen reader hears when Text alone says too little
	Brief   bool   // on wide pages, where a masthead has little room, only its icon is seen
}

// Option is one choice of a select.
type Option struct {
	Value string
	Text  string
}

// classes joins class names and leaves out the empty ones.
func classes(names ...string) string {
	kept := names[:0:0]
	for _, name := range names {
		if name != "" {
			kept = append(kept, name)
		}
	}
	return strings.Join(kept, " ")
}

// joined joins texts and leaves out the empty ones.
func joined(between string, texts ...string) string {
	return strings.Join(slices.DeleteFunc(texts, func(text string) bool { return text == "" }), between)
}

func when(is bool, name string) string {
	if is {
		return name
	}
	return ""
}

// decimal writes a coordinate of a drawing, to a hundredth.
func decimal(n float64) string { return strconv.FormatFloat(math.Round(n*100)/100, 'f', -1, 64) }

// local keeps an address that htmx fetches from being a script, as templ keeps the addresses of links.
func local(address string) string { return string(templ.URL(address)) }

// Live is what makes a form of filters update a region of the page as it changes. The form is an ordinary GET form;
// target is the id of the region, which the answer must contain too. Without JavaScript the form is sent by its button.
func Live(action, target string) templ.Attributes {
	return templ.Attributes{
		"hx-get":      action,
		"hx-trigger":  "change delay:150ms, submit",
		"hx-target":   "#" + target,
		"hx-select":   "#" + target,
		"hx-swap":     "outerMorph",
		"hx-push-url": "true",
		"hx-sync":     "this:replace",
	}
}
