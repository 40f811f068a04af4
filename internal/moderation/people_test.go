package moderation_test

import (
	"errors"
	"math"
	"strings"
	"testing"
	"time"

	"fairground/internal/db"
	"fairground/internal/moderation"
	"fairground/internal/safety"
	"fairground/internal/value"
)

func photo(c string) string { return strings.Repeat(c, 64) }

func (o *office) see(by value.ID, looks ...moderation.Look) ([]value.ID, error) {
	return o.desk.See(ctx, person(by), looks)
}

func TestOneLookAPhotoAndPerson(t *testing.T) {
	eachOffice(t, func(o *office) {
		ids, err := o.see(7, moderation.Look{Sha256: photo("a"), Object: "listing", Record: 1}, moderation.Look{Sha256: photo("b"), Object: "listing", Record: 1})
		o.ok(err)
		_, err = o.see(7, moderation.Look{Sha256: photo("c")}, moderation.Look{Sha256: photo("a")})
		if !errors.Is(err, moderation.ErrSeen) || !moderation.IsVeiled(err) {
			o.Errorf("a second look: %v", err)
		}
		_, err = o.see(7, moderation.Look{Sha256: photo("a"), Again: true})
		o.ok(err)
		_, err = o.see(8, moderation.Look{Sha256: photo("a")})
		o.ok(err)
		_, err = o.see(7, moderation.Look{Sha256: "../../etc"})
		o.kind("no photo", err, value.Invalid)
		_, err = o.desk.See(ctx, visitor, []moderation.Look{{Sha256: photo("a")}})
		o.kind("a visitor", err, value.Forbidden)
		o.ok(o.desk.Looked(ctx, person(8), ids, time.Second)) // another's looks
		o.ok(o.desk.Looked(ctx, person(7), ids, 3*time.Second))
		o.ok(o.desk.Looked(ctx, person(7), ids, 5*time.Hour)) // only the first time counts
		o.read(func(tx *db.Tx) error {
			people, looks, err := moderation.Views(tx, photo("a"))
			if err != nil || people != 2 || looks != 3 {
				o.Errorf("%d people, %d looks, %v", people, looks, err)
			}
			if people, _, err := moderation.Views(tx, photo("c")); people != 0 || err != nil {
				o.Errorf("a look that was refused was counted: %d, %v", people, err)
			}
			w, err := moderation.Work(tx)
			if len(w.People) != 2 || w.People[0].Looks != 3 || w.People[0].Looking != 6*time.Second {
				o.Errorf("%+v", w.People)
			}
			return err
		})
	})
}

func TestTheDaysCap(t *testing.T) {
	eachOffice(t, func(o *office) {
		o.ok(o.desk.SaveReviewer(ctx, person(7), moderation.Reviewer{Account: 7, DailyLooks: 2, BreakMinutes: 50}))
		for _, c := range []string{"a", "b"} {
			_, err := o.see(7, moderation.Look{Sha256: photo(c), Severe: true})
			o.ok(err)
		}
		_, err := o.see(7, moderation.Look{Sha256: photo("c"), Severe: true})
		if !errors.Is(err, moderation.ErrEnough) {
			o.Errorf("beyond the cap: %v", err)
		}
		_, err = o.see(7, moderation.Look{Sha256: photo("d")})
		o.ok(err) // an ordinary photo does not count
		o.clock.At = o.clock.At.Add(-time.Hour)
		_, err = o.see(7, moderation.Look{Sha256: photo("c"), Severe: true})
		if !errors.Is(err, moderation.ErrEnough) {
			o.Errorf("a clock that was set back gave more: %v", err)
		}
		o.clock.At = o.clock.At.Add(24 * time.Hour)
		_, err = o.see(7, moderation.Look{Sha256: photo("c"), Severe: true})
		o.ok(err)
	})
}

func TestTheStretchOfWorkEndsWithAPause(t *testing.T) {
	eachOffice(t, func(o *office) {
		look := func(minutes int) {
			o.clock.At = o.clock.At.Add(time.Duration(minutes) * time.Minute)
			_, err := o.see(7, moderation.Look{Sha256: photo("a"), Again: true})
			o.ok(err)
		}
		look(0)
		look(30) // a pause before it
		look(8)
		look(9)
		o.read(func(tx *db.Tx) error {
			worked, err := moderation.WorkingFor(tx, 7)
			if worked != 17*time.Minute {
				o.Errorf("worked %s", worked)
			}
			return err
		})
	})
}

func TestSamplesAreDecidedBlindBySomebodyElse(t *testing.T) {
	eachOffice(t, func(o *office) {
		o.desk.Sampling = moderation.Sampling{Percent: 100}
		o.held(1, safety.Hold)
		o.ok(o.decide(7, 1, moderation.ToRemove))
		_, err := o.desk.Next(ctx, person(7))
		o.kind("one's own sample", err, value.NotFound)
		c, err := o.desk.Next(ctx, person(8))
		if err != nil || c.Kind != moderation.SampleCase || c.Queue != moderation.QualityQueue || c.Policy != "provider/7" {
			o.Fatalf("%v %+v", err, c)
		}
		o.kind("by whoever decided", o.desk.Judge(ctx, person(7), c.ID, moderation.ToRemove, ""), value.Conflict)
		o.ok(o.desk.Judge(ctx, person(8), c.ID, moderation.ToPublish, "It looks honest to me."))
		o.kind("twice", o.desk.Judge(ctx, person(8), c.ID, moderation.ToPublish, ""), value.Conflict)
		if o.stateOf(1) != "rejected" {
			o.Error("a second look had an effect")
		}
		o.read(func(tx *db.Tx) error {
			all, by, apart, err := moderation.Quality(tx, o.clock.At.Add(-time.Hour))
			if err != nil || all.Pairs != 1 || all.Raw != 0 || len(by) != 1 || by[0].Policy != "provider/7" || len(apart) != 1 || apart[0].Second != 8 {
				o.Errorf("%v %+v %+v %+v", err, all, by, apart)
			}
			return nil
		})
	})
}

func TestSamplingIsSeeded(t *testing.T) {
	t.Parallel()
	picked := func(seed string, percent float64) (ids []value.ID) {
		s := moderation.Sampling{Percent: percent, Seed: []byte(seed)}
		for id := value.ID(1); id <= 20_000; id++ {
			if s.Picks(id) {
				ids = append(ids, id)
			}
		}
		return ids
	}
	first := picked("one", 0)
	if n := len(first); n < 850 || n > 1150 {
		t.Errorf("%d of 20,000 are no 5 %%", n)
	}
	again, other := picked("one", 0), picked("two", 0)
	same := 0
	for i := range first {
		if i < len(other) && first[i] == other[i] {
			same++
		}
	}
	if len(again) != len(first) || same > len(first)/2 {
		t.Errorf("%d and %d picked, %d the same with another seed", len(first), len(again), same)
	}
	if len(picked("one", -1)) != 0 || len(picked("one", 100)) != 20_000 {
		t.Error("none is not none, or all not all")
	}
}

func TestAgreement(t *testing.T) {
	t.Parallel()
	pairs := func(counts map[[2]moderation.Measure]int) (all []moderation.Pair) {
		for pair, n := range counts {
			for range n {
				all = append(all, moderation.Pair{First: pair[0], Second: pair[1]})
			}
		}
		return all
	}
	yes, no := moderation.ToPublish, moderation.ToRemove
	for name, test := range map[string]struct {
		pairs      []moderation.Pair
		raw, kappa float64
	}{
		"nothing":       {nil, 0, 0},
		"all the same":  {pairs(map[[2]moderation.Measure]int{{yes, yes}: 9}), 1, 1},
		"the textbook":  {pairs(map[[2]moderation.Measure]int{{yes, yes}: 20, {yes, no}: 5, {no, yes}: 10, {no, no}: 15}), .7, .4},
		"as by chance":  {pairs(map[[2]moderation.Measure]int{{yes, yes}: 5, {yes, no}: 5, {no, yes}: 5, {no, no}: 5}), .5, 0},
		"never the one": {pairs(map[[2]moderation.Measure]int{{yes, no}: 5, {no, yes}: 5}), 0, -1},
	} {
		a := moderation.Agree(test.pairs)
		if math.Abs(a.Raw-test.raw) > 1e-9 || math.Abs(a.Kappa-test.kappa) > 1e-9 || a.Pairs != len(test.pairs) {
			t.Errorf("%s: %+v", name, a)
		}
	}
}

func TestSavedReplies(t *testing.T) {
	eachOffice(t, func(o *office) {
		r, err := o.desk.SaveReply(ctx, person(7), moderation.Reply{Name: "Advance", Language: "de", Measure: moderation.ToRemove, Ground: moderation.Scam, Body: "{title} verlangt Geld im Voraus, {name}. {other}"})
		o.ok(err)
		_, err = o.desk.SaveReply(ctx, person(7), moderation.Reply{Name: "Advance", Language: "de", Body: "Another text"})
		o.kind("its name is taken", err, value.Conflict)
		r.Body = "{title}: neu, {other}"
		_, err = o.desk.SaveReply(ctx, person(7), r)
		o.ok(err)
		o.read(func(tx *db.Tx) error {
			all, err := moderation.Replies(tx, "de")
			if len(all) != 1 || all[0].Fill(map[string]string{"title": "Velo {name}", "name": "Mina", "other": ""}) != "Velo {name}: neu, {other}" {
				o.Errorf("%+v", all)
			}
			if none, _ := moderation.Replies(tx, "fr"); len(none) != 0 {
				o.Errorf("in French: %+v", none)
			}
			return err
		})
		for field, wrong := range map[string]moderation.Reply{
			"name": {Language: "de", Body: "a text"}, "language": {Name: "n", Language: "deutsch", Body: "a text"}, "body": {Name: "n", Language: "de"},
			"ground": {Name: "n", Language: "de", Body: "a text", Ground: "whim"}, "measure": {Name: "n", Language: "de", Body: "a text", Measure: "burn"},
		} {
			_, err := o.desk.SaveReply(ctx, person(7), wrong)
			if known := (*value.Error)(nil); !asError(err, &known) || known.Field != field {
				o.Errorf("%s: %v", field, err)
			}
		}
		o.ok(o.desk.ForgetReply(ctx, person(7), r.ID))
		o.kind("twice", o.desk.ForgetReply(ctx, person(7), r.ID), value.NotFound)
	})
}
