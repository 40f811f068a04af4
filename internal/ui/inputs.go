package ui

import "github.com/a-h/templ"

// Input is what all inputs of a form have in common. Bare leaves the label to screen readers, for cells and toolbars.
// Focus puts the cursor there when the input appears.
type Input struct {
	Name     string
	ID       string // Name when empty; two forms on one page need different ids
	Label    string
	Hint     string
	Error    string
	Required bool
	Bare     bool
	Focus    bool
}

func (i Input) id() string { return firstOf(i.ID, i.Name) }

// about joins what describes and binds the control.
func (i Input) about() templ.Attributes {
	attrs := about(i.id(), i.Hint, i.Error, i.Required)
	if i.Focus {
		attrs["autofocus"] = true
	}
	return attrs
}

// InputKind is what a TextInput takes.
type InputKind string

// The kinds. The zero InputKind is a line of text.
const (
	LineInput     InputKind = ""
	LongInput     InputKind = "long"     // several lines
	WholeInput    InputKind = "whole"    // a whole number
	DecimalInput  InputKind = "decimal"  // a number with decimals, in the reader's notation
	DateInput     InputKind = "date"     // value 2006-01-02
	DateTimeInput InputKind = "datetime" // value 2006-01-02T15:04
	PhoneInput    InputKind = "phone"
	EmailInput    InputKind = "email"
	URLInput      InputKind = "url"
	CodeInput     InputKind = "code" // one line in figures of one width
)

// kindAttributes are what a browser needs to offer the right keyboard and picker.
var kindAttributes = map[InputKind]templ.Attributes{
	LineInput:     {"type": "text"},
	WholeInput:    {"type": "text", "inputmode": "numeric", "autocomplete": "off"},
	DecimalInput:  {"type": "text", "inputmode": "decimal", "autocomplete": "off"},
	DateInput:     {"type": "date"},
	DateTimeInput: {"type": "datetime-local"},
	PhoneInput:    {"type": "tel", "autocomplete": "off"},
	EmailInput:    {"type": "email", "autocomplete": "off"},
	URLInput:      {"type": "url", "inputmode": "url", "autocomplete": "off"},
	CodeInput:     {"type": "text", "spellcheck": "false", "autocapitalize": "off", "autocomplete": "off"},
}

func (t TextInput) class() string {
	isFigure := t.Kind == WholeInput || t.Kind == DecimalInput
	return classes("input", when(t.Kind == CodeInput, "code"), when(isFigure, "num"))
}

// Yes and No are the values of a YesNoInput; the empty one is not known.
const (
	Yes = "yes"
	No  = "no"
)
