package value

import "fmt"

// ActorKind says in which capacity somebody acts.
type ActorKind string

// The kinds of actor. A visitor has no account; the system acts by itself, for a stated reason.
const (
	Member  ActorKind = "member"
	Staff   ActorKind = "staff"
	Visitor ActorKind = "visitor"
	System  ActorKind = "system"
)

// Actor is who is answerable for a change. The zero Actor is nobody and may not write.
type Actor struct {
	Kind ActorKind
	ID   ID     // the account, for members and staff
	Name string // the part of the program, for the system; never a person's name
}

// SystemActor names the part of the program that acts on its own.
func SystemActor(part string) Actor { return Actor{Kind: System, Name: part} }

// IsZero reports whether the actor is nobody.
func (a Actor) IsZero() bool { return a.Kind == "" }

// String is how the change log names an actor: "staff:123", "system:import", "visitor".
func (a Actor) String() string {
	switch {
	case a.ID != 0:
		return fmt.Sprintf("%s:%d", a.Kind, int64(a.ID))
	case a.Name != "":
		return string(a.Kind) + ":" + a.Name
	default:
		return string(a.Kind)
	}
}
