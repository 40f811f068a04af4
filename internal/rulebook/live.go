package rulebook

import (
	"context"

	"fairground/internal/db"
	"fairground/internal/safety"
	"fairground/internal/value"
)

const (
	quickLook  = 400 // inputs of the look that every restricting rule gets
	fewInputs  = 50  // below it, everyday texts stand in
	percentage = 100
)

// lookLive refuses to put a rule in force that restricts a great part of everything, or that rejects untested.
func (b *Book) lookLive(ctx context.Context, d Draft, faults Faults) {
	if problem, ok := b.CheckCondition(d.When); !ok {
		if list := b.unknownList(d.When); list != "" {
			faults.add("when", "rulebook.fault.unknown_list", "there is no such list", "list", list)
		} else {
			faults.add("when", "rulebook.fault.compile", problem.String(), "problem", problem.String())
		}
		return
	}
	if d.Outcome >= safety.Reject && b.learnedAlone(d.When) {
		faults.add("when", "rulebook.fault.learned", "what was learned never rejects by itself")
	}
	for _, t := range b.Try(d) {
		lookTrial(t, faults)
	}
	if len(faults) > 0 || !d.restricts() {
		return
	}
	set, err := b.setWith(ctx, d)
	if err != nil {
		faults.compiling(reasonOf(err), d.Name)
		return
	}
	inputs, trial, tested, err := b.evidence(ctx, d)
	if err != nil {
		faults.add("mode", "rulebook.fault.unread", "what came in before could not be read; try again")
		return
	}
	share := b.shareOf(ctx, set, d, inputs)
	if tested {
		share = max(share, trial.Result.Share())
	}
	switch {
	case share > safety.MostShare:
		faults.add("when", "rulebook.fault.always", "this would restrict too much of what comes in", "percent", int(share*percentage), "most", int(safety.MostShare*percentage))
	case d.rejects() && !tested:
		faults.add("mode", "rulebook.fault.untested", "a rule that rejects goes live after a back-test of exactly this condition")
	}
}

// learnedAlone reports whether a condition may be true on what was learned alone.
func (b *Book) learnedAlone(when string) bool {
	site := safety.Pack{Lists: map[string]safety.List{}, Signals: []string{LearnedSignal}}
	for name, l := range b.memory.Load().lists {
		if l.kind == WordList {
			site.Lists[name] = safety.List{}
		}
	}
	return learnedAlone(b.compiler.provider, site, when)
}

// lookTrial puts an example that disagrees, or cannot be tried, at its field.
func lookTrial(t Trial, faults Faults) {
	field := "passes"
	if t.Fires {
		field = "fires"
	}
	switch text := value.Clip(t.Text, 60); {
	case t.Right:
	case t.Error != "":
		faults.add(field, "rulebook.fault.compile", t.Error, "problem", t.Error)
	case t.Fires:
		faults.add(field, "rulebook.fault.silent", "the rule does not fire on "+text, "text", text)
	default:
		faults.add(field, "rulebook.fault.fires_on", "the rule fires on "+text, "text", text)
	}
}

// evidence is what is known about a draft before it goes live: the latest inputs, and its back-test, if there is one.
func (b *Book) evidence(ctx context.Context, d Draft) (inputs []safety.Input, trial Backtest, tested bool, err error) {
	err = b.db.Read(ctx, func(tx *db.Tx) error {
		if inputs, err = b.past.Inputs(tx, tx.Now().Add(-recent), quickLook); err != nil {
			return err
		}
		trial, err = vouching(tx, d)
		tested = err == nil
		if value.KindOf(err) == value.NotFound {
			return nil
		}
		return err
	})
	return inputs, trial, tested, err
}

// shareOf is how much of some inputs a draft fires on, by weight. A site without a past is looked at with everyday texts.
func (b *Book) shareOf(ctx context.Context, set *safety.RuleSet, d Draft, inputs []safety.Input) float64 {
	var staged []safety.Input
	for _, in := range inputs {
		for _, stage := range d.Stages {
			if in.Subject.Stage == stage {
				staged = append(staged, in)
			}
		}
	}
	if len(staged) < fewInputs {
		staged = append(staged, everyday(d.Stages[0])...)
	}
	var r Result
	for _, in := range staged {
		after := b.replay(ctx, set, in)
		r.add(d.Name, in, after, after, nil)
	}
	return r.Share()
}

// everyday are harmless texts of many kinds, so that a rule that always fires is found out on a site that has no past.
func everyday(stage safety.Stage) (all []safety.Input) {
	for i, e := range []struct {
		category, title, body string
		price                 int64
		photos                int
	}{
		{"vehicles/bicycles", "City bicycle with basket", "Eight gears, new tyres, can be tried on any evening.", 280, 4},
		{"home/furniture", "Oak table for six", "A few scratches on one side. Must be collected on the ground floor.", 150, 3},
		{"home/furniture", "Kleiderschrank, drei Türen", "Gut erhalten, zerlegt, Abholung am Wochenende.", 90, 2},
		{"jobs/kitchen", "Cook for a lunch kitchen", "Monday to Friday, 42 hours, contract after a trial day. Write to us with your papers.", 0, 0},
		{"housing/flats", "Two rooms near the station", "Third floor with lift, from March, viewings on Thursday at six.", 1450, 8},
		{"housing/flats", "Helle Wohnung am Park", "Besichtigung nach Absprache, Haustiere erlaubt.", 1800, 6},
		{"electronics/phones", "Phone, 128 GB, with box", "Battery at 91 percent. No scratches. Receipt is there.", 260, 5},
		{"services/lessons", "Guitar lessons", "For beginners of any age, first hour free, at my place or yours.", 50, 1},
		{"pets/supplies", "Aquarium 120 l with stand", "Pump and lamp work. Fish have moved already.", 70, 2},
		{"vehicles/cars", "Estate car, 2014, serviced", "148000 km, two owners, winter wheels included, test until May.", 5400, 9},
		{"home/garden", "Tomato plants", "About twenty, different sorts, two each.", 2, 0},
		{"toys", "Wooden railway", "Complete box and a bridge.", 35, 1},
	} {
		all = append(all, safety.Input{Verdict: safety.Hold, Subject: safety.Subject{
			Stage: stage, Object: "example", Record: value.ID(i + 1), Hash: safety.ContentHash{1, byte(i)}, Category: e.category, Title: e.title,
			Body: e.body, Price: value.MoneyFromUnits(e.price, "EUR"), Photos: e.photos, Place: "Lakeside",
			Author: safety.Author{Kind: value.Member, ID: value.ID(i + 100), Age_days: 30 * i},
		}})
	}
	return all
}
