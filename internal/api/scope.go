package api

import (
	"regexp"
	"slices"
	"strings"

	"fairground/internal/account"
	"fairground/internal/value"
)

// Scope is one thing a token may do. It is a verb, such as records:read, alone or limited to one object, such as
// records:read:person.
type Scope string

// The verbs.
const (
	RecordsRead   Scope = "records:read"
	RecordsWrite  Scope = "records:write"
	SchemaRead    Scope = "schema:read"
	SchemaWrite   Scope = "schema:write"
	Import        Scope = "import"
	Export        Scope = "export"
	ChangesRead   Scope = "changes:read"
	WebhooksWrite Scope = "webhooks:write"
)

// needs is the permission that a token's account must have for a verb. A token never does more than its account may.
var needs = map[Scope]account.Permission{
	RecordsRead:   account.RecordsSee,
	RecordsWrite:  account.RecordsEdit,
	SchemaRead:    account.RecordsSee,
	SchemaWrite:   account.SettingsEdit,
	Import:        account.RecordsEdit,
	Export:        account.RecordsExport,
	ChangesRead:   account.RecordsSee,
	WebhooksWrite: account.SettingsEdit,
}

// limitable are the verbs that can be limited to one object.
var limitable = []Scope{RecordsRead, RecordsWrite, Import, Export, ChangesRead}

// Verbs lists all scopes that are not limited to an object, in the order of the documents.
func Verbs() []Scope {
	return []Scope{RecordsRead, RecordsWrite, SchemaRead, SchemaWrite, Import, Export, ChangesRead, WebhooksWrite}
}

// Permission is what an account needs for a scope; the zero Permission, which nobody has, when there is no such scope.
func (s Scope) Permission() account.Permission {
	verb, _ := s.split()
	return needs[verb]
}

// split returns the verb and the object, which is empty when the scope is not limited to one.
func (s Scope) split() (verb Scope, object string) {
	if _, whole := needs[s]; whole {
		return s, ""
	}
	if i := strings.LastIndexByte(string(s), ':'); i > 0 {
		return s[:i], string(s[i+1:])
	}
	return s, ""
}

// objectName is how objects are called in addresses, events and scopes.
var objectName = regexp.MustCompile(`^[a-z][a-z0-9_]{0,62}$`)

// Scopes is all that a token may do.
type Scopes []Scope

// mostScopes bounds a token's list; whoever needs more objects takes the verb without an object.
const mostScopes = 100

// ParseScopes checks scopes as they were written, and returns them sorted, each once. The error of kind Invalid is on
// the field "scopes".
func ParseScopes(texts []string) (Scopes, error) {
	if len(texts) == 0 || len(texts) > mostScopes {
		return nil, value.Fieldf("scopes", "choose at least one scope, and at most %d", mostScopes)
	}
	var all Scopes
	for _, text := range texts {
		verb, object := Scope(text).split()
		if needs[verb] == "" || strings.HasSuffix(text, ":") || object != "" && (!slices.Contains(limitable, verb) || !objectName.MatchString(object)) {
			return nil, value.Fieldf("scopes", "there is no scope %q; choose from %s", short(text), verbList())
		}
		all = append(all, Scope(text))
	}
	slices.Sort(all)
	return slices.Compact(all), nil
}

func verbList() string {
	names := make([]string, 0, len(needs))
	for _, verb := range Verbs() {
		names = append(names, string(verb))
	}
	return strings.Join(names, ", ")
}

// May reports whether the scopes include a verb for an object. An empty object asks for the verb for every object.
func (s Scopes) May(verb Scope, object string) bool {
	return slices.Contains(s, verb) || object != "" && slices.Contains(s, verb+":"+Scope(object))
}

// some reports whether the scopes include a verb for at least one object.
func (s Scopes) some(verb Scope) bool {
	return slices.ContainsFunc(s, func(one Scope) bool {
		mine, _ := one.split()
		return mine == verb
	})
}

// Texts are the scopes as they are written.
func (s Scopes) Texts() []string {
	texts := make([]string, len(s))
	for i, one := range s {
		texts[i] = string(one)
	}
	return texts
}

// short cuts a text from outside to what fits into a message.
func short(text string) string {
	const enough = 60
	if len(text) > enough {
		return strings.ToValidUTF8(text[:enough], "") + "…"
	}
	return text
}

// Limitable reports whether a verb can be limited to one object.
func (s Scope) Limitable() bool { return slices.Contains(limitable, s) }
