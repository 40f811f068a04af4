package account

import (
	"embed"
	"io/fs"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"fairground/internal/db"
	"fairground/internal/value"
)

//go:embed schema
var files embed.FS

//go:embed messages.*.json
var messages embed.FS

// Schema returns the package's tables, for each site's database.
func Schema() db.Schema { return db.Schema{Feature: "account", Files: files} }

// Messages are the words of this package in all languages, for text.New.
func Messages() fs.FS { return messages }

// State says whether an account can be used.
type State string

// The states of an account.
const (
	Active    State = "active"
	Suspended State = "suspended"
)

// Account is somebody who can sign in to one site.
type Account struct {
	ID       value.ID
	Kind     value.ActorKind // value.Member or value.Staff
	Email    value.Email
	Name     string
	Role     Role         // of staff; empty for members
	Locale   value.Locale // empty: whatever the browser asks for
	State    State
	Created  time.Time
	Verified time.Time   // when the address was proven by a mail link; zero when it never was
	Phone    value.Phone // proven by a code; empty when there is none
	Erased   time.Time   // when its owner had it erased; zero while it is theirs
	Password string      // the hash Passwords.Hash made, for Create; never filled when an account is read
}

// IDKind is the kind of an account's id in addresses: value.ID.Text(account.IDKind).
const IDKind = "acc"

// Actor is the account as the author of changes.
func (a Account) Actor() value.Actor { return value.Actor{Kind: a.Kind, ID: a.ID} }

// check returns an account fit to be stored, or an error of kind Invalid on the field that is wrong.
func (a Account) check() (Account, error) {
	var err error
	if a.Email, err = value.ParseEmail(string(a.Email)); err != nil {
		return a, err
	}
	if a.Name, err = checkName(a.Name); err != nil {
		return a, err
	}
	if a.Locale != "" {
		if a.Locale, err = value.ParseLocale(string(a.Locale)); err != nil {
			return a, err
		}
	}
	switch {
	case a.Kind == value.Staff && !a.Role.Known():
		return a, unknownRole(a.Role)
	case a.Kind == value.Member && a.Role != "":
		return a, value.Fieldf("role", "a member has no role")
	case a.Kind != value.Staff && a.Kind != value.Member:
		return a, value.Fieldf("kind", "an account is a member's or the staff's")
	}
	return a, nil
}

func checkName(name string) (string, error) {
	name = strings.Join(strings.Fields(name), " ")
	n := utf8.RuneCountInString(name)
	if n < 1 || n > 80 || !utf8.ValidString(name) || strings.ContainsFunc(name, unicode.IsControl) {
		err := value.Fieldf("name", "write a name of 1 to 80 characters")
		err.Key = "account.name_wrong"
		return "", err
	}
	return name, nil
}

func unknownRole(role Role) error {
	return value.Fieldf("role", "there is no role %q; choose admin, safety, support, sales, marketing, finance or viewer", role)
}
