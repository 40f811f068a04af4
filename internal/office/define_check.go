package office

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"unicode"

	"fairground/internal/db"
	"fairground/internal/expr"
	"fairground/internal/record"
	"fairground/internal/ui"
)

// scopeOf is where texts about an object are read: every field is known, whoever asks, because who defines objects
// defines them for all.
func (d *defining) scopeOf(o *record.Object) (scope *expr.Scope, err error) {
	err = d.read(func(tx *db.Tx) error {
		sight, err := d.store.Sight(tx, record.System("office"))
		if err != nil {
			return err
		}
		seen, err := sight.Object(o.Key)
		if err == nil {
			scope = seen.Scope()
		}
		return err
	})
	return scope, err
}

// blameText notes the first mistake of a text at its input. It returns what a good one yields, 0 otherwise.
func (d *defining) blameText(input string, o *record.Object, text string, want expr.Type) expr.Type {
	yields, check := d.reading(o, text, want)
	if check.Error == "" {
		return yields
	}
	said := check.Error
	if check.Suggestion != "" {
		said += " " + d.t("ui.did_you_mean") + " " + check.Suggestion
	}
	d.blame(input, said)
	return 0
}

// reading checks a text. Without a scope it says nothing, and the plan decides.
func (d *defining) reading(o *record.Object, text string, want expr.Type) (expr.Type, ui.ExpressionCheck) {
	check := ui.ExpressionCheck{Source: text}
	scope, err := d.scopeOf(o)
	if err != nil || scope == nil {
		return 0, check
	}
	if problems := scope.Problems(text, want); len(problems) > 0 {
		p := problems[0]
		check.Error, check.Line, check.Column, check.Suggestion = capital(p.Message), p.Line, p.Column, p.Suggestion
		check.Length = nameLength(text, p)
		return 0, check
	}
	condition, err := scope.Compile(text, want)
	if err != nil {
		check.Error = d.error(err)
		return 0, check
	}
	return condition.Yields(), check
}

// nameLength is how long the name is that stands where a text is wrong; 0 when no name does.
func nameLength(text string, p expr.Problem) (length int) {
	lines := strings.Split(text, "\n")
	if p.Line < 1 || p.Line > len(lines) {
		return 0
	}
	runes := []rune(lines[p.Line-1])
	for at := p.Column - 1; at >= 0 && at < len(runes) && (runes[at] == '_' || unicode.IsLetter(runes[at]) || unicode.IsDigit(runes[at])); at++ {
		length++
	}
	return length
}

// recordCount is a number of records in words.
func (d *defining) recordCount(n int, more bool) string {
	if more {
		return d.t("office.define.records_more", "count", d.words.Count(n))
	}
	return d.t("office.define.records", "count", n)
}

// check answers an ExpressionInput while one types. The query names the input and what it is for: formula, check, rule
// (of rows, which the database must be able to decide), gather (over the object of a roll-up) or default.
func (d *defining) check(w http.ResponseWriter) error {
	if err := d.send(); err != nil {
		return err
	}
	q := d.r.URL.Query()
	text := d.line(q.Get("name"))
	if text == "" {
		return d.part(w, http.StatusOK, ui.ExpressionCheck{})
	}
	o, want := d.o, expr.Bool
	switch q.Get("for") {
	case "formula", "default":
		want = 0
	case "gather":
		r := record.Options{}
		d.rollupFrom(&r)
		if r.Rollup == nil {
			return d.part(w, http.StatusOK, ui.ExpressionCheck{})
		}
		from, err := d.catalog.Object(r.Rollup.From)
		if err != nil {
			return d.part(w, http.StatusOK, ui.ExpressionCheck{Source: text, Error: d.t("office.define.fault.gather")})
		}
		o = from
	}
	yields, check := d.reading(o, text, want)
	if check.Error == "" {
		d.praise(&check, o, q.Get("for"), text, yields)
	}
	return d.part(w, http.StatusOK, check)
}

// praise says what a good text does: how many records it finds, or what it yields.
func (d *defining) praise(check *ui.ExpressionCheck, o *record.Object, purpose, text string, yields expr.Type) {
	if yields != expr.Bool || purpose == "formula" || purpose == "default" {
		check.Sound = d.t("office.define.yields", "type", d.typeName(resultOf(yields)))
		return
	}
	n, more, err := d.store.Count(d.ctx, record.System("office"), record.Query{Object: o.Key, Filter: text}, mostCounted)
	switch {
	case err == nil:
		check.Sound = d.t("office.define.finds", "records", d.recordCount(n, more))
	case purpose == "rule":
		check.Error = d.error(err)
	default:
		check.Sound = d.t("office.define.sound")
	}
}

// names are the fields and functions that texts about an object may use.
func (d *defining) names(o *record.Object) []ui.NameGroup {
	groups := []ui.NameGroup{{Title: d.t("office.define.names.fields"), Names: d.fieldNames("", o)}}
	for _, f := range o.Fields {
		target, err := d.catalog.Object(f.Options.Target)
		if f.Type == record.Reference && err == nil {
			groups = append(groups, ui.NameGroup{Title: d.t("office.define.names.through", "field", d.in(f.Labels)), Names: d.fieldNames(f.Key+".", target)})
		}
	}
	var functions []ui.ExpressionName
	for _, f := range []struct{ name, key string }{
		{"size(text)", "size"}, {"fold(text)", "fold"}, {"text.contains(part)", "contains"}, {"text.startsWith(part)", "starts"},
		{"today()", "today"}, {"days_since(date)", "days_since"}, {"days_until(date)", "days_until"}, {"within(place, km, lat, lon)", "within"},
		{"a ? b : c", "choose"}, {"x == null", "null"}, {`x in ["a", "b"]`, "in"},
	} {
		functions = append(functions, ui.ExpressionName{Name: f.name, Text: d.t("office.define.function." + f.key)})
	}
	return append(groups, ui.NameGroup{Title: d.t("office.define.names.functions"), Names: functions})
}

// mostNames bounds how many fields of one object are listed.
const mostNames = 60

func (d *defining) fieldNames(before string, o *record.Object) (names []ui.ExpressionName) {
	for _, f := range o.Fields[:min(len(o.Fields), mostNames)] {
		names = append(names, ui.ExpressionName{Name: before + f.Key, Type: d.typeName(f.Type), Text: d.in(f.Labels)})
	}
	return append(names, ui.ExpressionName{Name: before + "created", Type: d.typeName(record.DateTime), Text: d.t("office.column.created")},
		ui.ExpressionName{Name: before + "updated", Type: d.typeName(record.DateTime), Text: d.t("office.column.updated")})
}

// stamp tells whether something is as it was when a form was opened.
func stamp(v any) string {
	text, err := json.Marshal(v)
	if err != nil {
		return ""
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:8])
}

// isStale notes that somebody else changed what a form is about since it was opened. Sending it again saves it all the
// same, and nothing typed is lost.
func (d *defining) isStale(now any) bool {
	was := d.line("was")
	present := stamp(now)
	if was == "" || was == present {
		return false
	}
	d.form.set("was", present)
	d.blame("", d.t("office.define.fault.stale"))
	return true
}

// checkURL is where an input has its text checked.
func (d *defining) checkURL(name, purpose string) string {
	return d.at() + "/check?" + url.Values{"name": {name}, "for": {purpose}}.Encode()
}

// namesOf are the names for an input; none for an object that is not known yet.
func (d *defining) namesOf(o *record.Object) []ui.NameGroup {
	if o == nil {
		return nil
	}
	return d.names(o)
}
