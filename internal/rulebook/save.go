package rulebook

import (
	"context"
	"errors"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"fairground/internal/db"
	"fairground/internal/safety"
	"fairground/internal/value"
)

// Save stores a rule as its next version and puts it in force. base is the version that was edited, 0 for a new rule; when
// it is not the present one any more, the error is of kind Conflict. What is wrong with the draft comes back as Faults,
// by field.
func (b *Book) Save(ctx context.Context, actor value.Actor, d Draft, base int, reason string) (Rule, error) {
	d.tidy()
	faults := Faults{}
	d.look(faults)
	reason = checkReason(faults, reason)
	if len(faults) == 0 {
		b.lookLive(ctx, d, faults)
	}
	if len(faults) > 0 {
		return Rule{}, faults
	}
	return b.write(ctx, actor, "rulebook.save", d, base, reason)
}

// Restore makes an earlier version of a rule its newest.
func (b *Book) Restore(ctx context.Context, actor value.Actor, name string, version int, reason string) (Rule, error) {
	var old, present Rule
	err := b.db.Read(ctx, func(tx *db.Tx) (err error) {
		if present, err = FindRule(tx, name); err != nil {
			return err
		}
		old, err = findVersion(tx, name, version)
		return err
	})
	if err != nil {
		return Rule{}, err
	}
	return b.Save(ctx, actor, old.Draft, present.Version, reason)
}

func findVersion(tx *db.Tx, name string, version int) (Rule, error) {
	all, err := Versions(tx, name)
	if err != nil {
		return Rule{}, err
	}
	for _, r := range all {
		if r.Version == version {
			return r, nil
		}
	}
	return Rule{}, value.Errorf(value.NotFound, "there is no version %d of %s", version, name)
}

func checkReason(faults Faults, reason string) string {
	reason = strings.TrimSpace(reason)
	if n := utf8.RuneCountInString(reason); n == 0 || n > longestReason {
		faults.add("reason", "rulebook.fault.reason", "say in a sentence why you change this")
	}
	return reason
}

// write compiles the draft with everything else in the tables and stores it.
func (b *Book) write(ctx context.Context, actor value.Actor, action string, d Draft, base int, reason string) (saved Rule, err error) {
	err = b.db.Write(ctx, actor, action, func(tx *db.Tx) error {
		if err := touch(tx, true, false, false); err != nil {
			return err
		}
		present, err := FindRule(tx, d.Name)
		if err != nil && value.KindOf(err) != value.NotFound {
			return err
		}
		if present.Version != base {
			return conflict(base)
		}
		saved = Rule{ID: present.ID, Draft: d, Version: base + 1, Author: actor.String(), Reason: reason, Made: tx.Now()}
		if saved.ID == 0 {
			saved.ID = tx.NewID()
		}
		if err := b.sound(tx, saved); err != nil {
			return err
		}
		return insertVersion(tx, saved)
	})
	if err != nil {
		return Rule{}, err
	}
	return saved, b.Load(ctx)
}

func conflict(base int) error {
	if base == 0 {
		return &value.Error{Kind: value.Conflict, Field: "name", Key: "rulebook.fault.taken", Message: "there is a rule of this name already"}
	}
	return &value.Error{Kind: value.Conflict, Key: "rulebook.fault.changed", Message: "somebody else changed this rule meanwhile; look at it again"}
}

// sound reports whether a rule compiles with what else is in force. What is broken already does not count against it.
func (b *Book) sound(tx *db.Tx, r Rule) error {
	p, err := readParts(tx, tx.Now())
	if err != nil {
		return err
	}
	_, before, err := b.compiler.compileSound(p.pieces())
	if err != nil {
		return err
	}
	_, after, err := b.compiler.compileSound(p.with(r).pieces())
	if err != nil {
		return err
	}
	for _, broken := range after {
		if broken.Name == r.Draft.Name {
			return Faults{}.compiling(broken.Why, r.Draft.Name)
		}
		if !slices.ContainsFunc(before, func(b Broken) bool { return b.Name == broken.Name }) {
			return fielded("when", "rulebook.fault.breaks", "with this change another rule no longer works", "rule", broken.Name)
		}
	}
	return nil
}

var conditionPrefix = regexp.MustCompile(`^rule \S+: `)

// compiling puts what the compiler says at the field it is about.
func (f Faults) compiling(why, name string) Faults {
	line, _, _ := strings.Cut(why, "\n")
	field := "when"
	switch {
	case strings.Contains(line, "does not fire on its example"), strings.HasPrefix(line, "fires: "):
		field = "fires"
	case strings.Contains(line, ", which must pass"), strings.HasPrefix(line, "passes: "):
		field = "passes"
	case strings.Contains(line, "needs an id of its own"):
		field = "name"
	}
	line = conditionPrefix.ReplaceAllString(strings.ReplaceAll(line, `"`+name+`"`, name), "")
	f[field] = value.Fieldf(field, "%s", line)
	return f
}

// Tighten makes a rule of the provider stricter on this site; the outcome 0 takes that back.
func (b *Book) Tighten(ctx context.Context, actor value.Actor, rule string, outcome safety.Verdict, reason string) error {
	faults := Faults{}
	if reason = checkReason(faults, reason); len(faults) > 0 {
		return faults
	}
	provided := slices.IndexFunc(b.compiler.provider.Rules, func(r safety.Rule) bool { return r.ID == rule })
	if provided < 0 {
		return value.Errorf(value.NotFound, "there is no rule %q of the provider", rule)
	}
	if was := b.compiler.provider.Rules[provided].Outcome; outcome != 0 && outcome <= was {
		return fielded("outcome", "rulebook.fault.looser", "the provider's outcome can only become stricter")
	}
	err := b.db.Write(ctx, actor, "rulebook.tighten", func(tx *db.Tx) error {
		if err := touch(tx, true, false, false); err != nil {
			return err
		}
		if err := setTightening(tx, Tightening{Rule: rule, Outcome: outcome, Author: actor.String(), Reason: reason}); err != nil {
			return err
		}
		return b.allSound(tx)
	})
	if err != nil {
		return err
	}
	return b.Load(ctx)
}

// allSound refuses a change of a list or a tightening after which something stored no longer compiles that did before.
func (b *Book) allSound(tx *db.Tx) error {
	p, err := readParts(tx, tx.Now())
	if err != nil {
		return err
	}
	_, broken, err := b.compiler.compileSound(p.pieces())
	if err != nil {
		return err
	}
	for _, one := range broken {
		if !slices.ContainsFunc(b.Broken(), func(known Broken) bool { return known.Name == one.Name }) {
			return &value.Error{Kind: value.Invalid, Key: "rulebook.fault.breaks", Message: "with this change a rule no longer works",
				Args: []any{"rule", one.Name}, Err: errors.New(one.Why)}
		}
	}
	return nil
}
