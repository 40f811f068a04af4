package web

import (
	"errors"
	"fmt"
	"math"
	"mime"
	"mime/multipart"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"fairground/internal/value"
)

// Form is what a visitor filled in. Its getters check one field each, return the zero value for one that is wrong, and
// keep what was wrong with it; so a handler reads all fields, then asks Err once and shows the form again.
type Form struct {
	values url.Values
	files  map[string][]*multipart.FileHeader
	errs   []*value.Error
}

const (
	mostValues = 500     // in one form
	inMemory   = 1 << 20 // bytes of uploads; the rest goes to temporary files
)

// ReadForm reads the body of a form, with or without files. Errors are of kind Invalid; a body over the route's limit
// becomes 413. The router removes the files when the handler returns.
func ReadForm(r *http.Request) (*Form, error) {
	kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil {
		return nil, unreadable(err)
	}
	switch kind {
	case "multipart/form-data":
		err = r.ParseMultipartForm(inMemory)
	case "application/x-www-form-urlencoded":
		err = r.ParseForm()
	default:
		err = fmt.Errorf("the type %q is no form", kind)
	}
	if err != nil {
		return nil, unreadable(err)
	}
	f := &Form{values: r.PostForm}
	if r.MultipartForm != nil {
		f.files = r.MultipartForm.File
	}
	return f, f.check()
}

// ReadQuery reads the query of an address with the same getters.
func ReadQuery(r *http.Request) (*Form, error) {
	values, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return nil, unreadable(err)
	}
	f := &Form{values: values}
	return f, f.check()
}

func unreadable(err error) error {
	var tooLarge *http.MaxBytesError
	if errors.As(err, &tooLarge) {
		return err
	}
	return words(value.Invalid, "web.form", "the form could not be read").Because(err)
}

func (f *Form) check() error {
	count := 0
	for name, all := range f.values {
		if count += len(all); count > mostValues {
			return words(value.Invalid, "web.too_many", "there are too many values")
		}
		if !validText(name) || slices.ContainsFunc(all, func(text string) bool { return !validText(text) }) {
			return fieldWords(strings.ToValidUTF8(strings.ReplaceAll(name, "\x00", ""), ""), "web.encoding", "this text is not valid UTF-8")
		}
	}
	for _, all := range f.files {
		for _, file := range all {
			if count++; count > mostValues {
				return words(value.Invalid, "web.too_many", "there are too many values")
			}
			if !validText(file.Filename) {
				return words(value.Invalid, "web.encoding", "this text is not valid UTF-8")
			}
		}
	}
	return nil
}

func validText(text string) bool { return utf8.ValidString(text) && strings.IndexByte(text, 0) < 0 }

// Has reports whether the field was sent, be it empty.
func (f *Form) Has(name string) bool { return f.values.Has(name) }

// Raw is the field as it was sent, for showing it again.
func (f *Form) Raw(name string) string { return f.values.Get(name) }

// All are all values of a field, such as ticked boxes of one name, trimmed, without empty ones.
func (f *Form) All(name string) []string {
	var all []string
	for _, text := range f.values[name] {
		if text = strings.TrimSpace(text); text != "" {
			all = append(all, text)
		}
	}
	return all
}

// Names are the names of all fields, sorted, for forms whose fields are not known in advance.
func (f *Form) Names() []string {
	names := make([]string, 0, len(f.values))
	for name := range f.values {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// Line is one line of at most max characters, trimmed.
func (f *Form) Line(name string, max int) string {
	text := strings.TrimSpace(f.values.Get(name))
	if strings.ContainsFunc(text, unicode.IsControl) {
		f.Add(fieldWords(name, "web.one_line", "please write this on one line"))
		return ""
	}
	return f.atMost(name, text, max)
}

// Text is several lines of at most max characters, trimmed, with \n between lines and without other control characters.
func (f *Form) Text(name string, max int) string {
	text := strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(f.values.Get(name))
	text = strings.Map(func(c rune) rune {
		if unicode.IsControl(c) && c != '\n' && c != '\t' {
			return -1
		}
		return c
	}, text)
	return f.atMost(name, strings.TrimSpace(text), max)
}

// Secret is a password or code exactly as it was typed, of at most max bytes.
func (f *Form) Secret(name string, max int) string {
	text := f.values.Get(name)
	if len(text) > max {
		f.Add(tooLong(name, max))
		return ""
	}
	return text
}

func (f *Form) atMost(name, text string, max int) string {
	if utf8.RuneCountInString(text) > max {
		f.Add(tooLong(name, max))
		return ""
	}
	return text
}

func tooLong(name string, max int) *value.Error {
	return fieldWords(name, "web.long", "please use at most %d characters", "max", max)
}

// Require notes every field of the names that is empty.
func (f *Form) Require(names ...string) {
	for _, name := range names {
		if strings.TrimSpace(f.values.Get(name)) == "" && len(f.files[name]) == 0 {
			f.Add(fieldWords(name, "web.required", "please fill this in"))
		}
	}
}

// Int is a whole number between min and max; an empty field is 0 and no error.
func (f *Form) Int(name string, min, max int64) int64 {
	text := strings.TrimSpace(f.values.Get(name))
	if text == "" {
		return 0
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n < min || n > max {
		f.Add(fieldWords(name, "web.number", "please write a whole number from %d to %d", "min", min, "max", max))
		return 0
	}
	return n
}

// Float is a finite number with a decimal point; an empty field is 0 and no error.
func (f *Form) Float(name string, min, max float64) float64 {
	text := strings.TrimSpace(f.values.Get(name))
	if text == "" {
		return 0
	}
	x, err := strconv.ParseFloat(text, 64)
	if err != nil || math.IsNaN(x) || x < min || x > max {
		f.Add(fieldWords(name, "web.number", "please write a number from %v to %v", "min", min, "max", max))
		return 0
	}
	return x
}

// Bool is whether a box is ticked: any value but "", "0", "false" and "off".
func (f *Form) Bool(name string) bool {
	switch strings.ToLower(strings.TrimSpace(f.values.Get(name))) {
	case "", "0", "false", "off":
		return false
	}
	return true
}

// Choice is one of the values allowed; an empty field is "" and no error.
func (f *Form) Choice(name string, allowed ...string) string {
	text := strings.TrimSpace(f.values.Get(name))
	if text != "" && !slices.Contains(allowed, text) {
		f.Add(fieldWords(name, "web.choice", "please choose one of the options"))
		return ""
	}
	return text
}

// Email is a mail address; an empty field is "" and no error.
func (f *Form) Email(name string) value.Email {
	return parsed(f, name, value.ParseEmail)
}

// Money is an amount in a currency; an empty field is zero and no error.
func (f *Form) Money(name, currency string) value.Money {
	return parsed(f, name, func(text string) (value.Money, error) { return value.ParseMoney(text, currency) })
}

// ID is an id of a kind such as "lst"; an empty field is 0 and no error.
func (f *Form) ID(name, kind string) value.ID {
	return parsed(f, name, func(text string) (value.ID, error) { return value.ParseID(kind, text) })
}

func parsed[T any](f *Form, name string, parse func(string) (T, error)) T {
	var zero T
	text := strings.TrimSpace(f.values.Get(name))
	if text == "" {
		return zero
	}
	v, err := parse(text)
	if err != nil {
		problem := *Public(err)
		problem.Kind, problem.Field = value.Invalid, name
		f.Add(&problem)
		return zero
	}
	return v
}

// File is an uploaded file of at most max bytes, or nil when there is none. Its name and type are what the visitor's
// machine claims.
func (f *Form) File(name string, max int64) *multipart.FileHeader {
	files := f.Files(name, max)
	if len(files) == 0 {
		return nil
	}
	return files[0]
}

// Files are all uploaded files of a field, each of at most max bytes. A field left empty has none.
func (f *Form) Files(name string, max int64) []*multipart.FileHeader {
	var files []*multipart.FileHeader
	for _, file := range f.files[name] {
		switch {
		case file.Size > max:
			f.Add(fieldWords(name, "web.file_large", "this file is larger than %d kB", "limit", max/1024))
		case file.Size > 0 || file.Filename != "":
			files = append(files, file)
		}
	}
	return files
}

// Add notes what is wrong with a field. The first error of each field stays.
func (f *Form) Add(err *value.Error) {
	if f.Error(err.Field) == nil {
		f.errs = append(f.errs, err)
	}
}

// Note is Add for an error of a feature. It returns nil when the error belongs to a field, and otherwise the error.
func (f *Form) Note(err error) error {
	var known *value.Error
	if err == nil || !errors.As(err, &known) || known.Field == "" {
		return err
	}
	f.Add(Public(err))
	return nil
}

// Error is what is wrong with a field, or nil.
func (f *Form) Error(name string) *value.Error {
	for _, err := range f.errs {
		if err.Field == name {
			return err
		}
	}
	return nil
}

// Errors are all errors, in the order in which the fields were read.
func (f *Form) Errors() []*value.Error { return slices.Clone(f.errs) }

// Valid reports whether nothing was wrong so far.
func (f *Form) Valid() bool { return len(f.errs) == 0 }

// Err is nil when nothing was wrong, and otherwise the errors of all fields, joined.
func (f *Form) Err() error {
	all := make([]error, len(f.errs))
	for i, err := range f.errs {
		all[i] = err
	}
	return errors.Join(all...)
}
