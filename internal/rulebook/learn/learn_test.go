package learn_test

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"

	"fairground/internal/rulebook/learn"
)

// decisions makes benign texts from a seed: listings of goods that were kept, and offers against a payment ahead that were
// refused. clear is the share of refused texts that can be told by their words.
func decisions(seed uint64, n int, clear float64) []learn.Text {
	draw := rand.New(rand.NewPCG(seed, 2))
	pick := func(from string) string { all := strings.Split(from, ","); return all[draw.IntN(len(all))] }
	goods := func() string {
		return fmt.Sprintf("%s %s in %s condition, %s, collect on %s", pick("blue,red,old,light,small"), pick("bicycle,chair,lamp,table,tent,guitar,oven"),
			pick("good,fair,perfect,used"), pick("with receipt,from a quiet home,two years old,hardly used,needs a clean"), pick("monday,friday,sunday,any evening"))
	}
	var all []learn.Text
	for i := range n {
		t := learn.Text{Words: goods(), Refused: i%2 == 0}
		if t.Refused && draw.Float64() < clear {
			t.Words += ", " + pick("send the deposit first,deposit before viewing,pay the deposit by voucher") + " and " + pick("i post the keys,i mail the goods,we ship at once")
		}
		all = append(all, t)
	}
	return all
}

func TestLearnsWhatPeopleRefused(t *testing.T) {
	t.Parallel()
	texts := decisions(7, 1200, 0.8)
	r := learn.Evaluate(texts, 1)
	if !r.Passes() || r.Recall < 0.7 || r.Precision < 0.95 {
		t.Fatalf("four of five refused texts can be told by their words, and it measured %+v", r)
	}
	m := learn.Train(texts, 1)
	bad, good := m.Score("old lamp, send the deposit first and i post the keys"), m.Score("old lamp in good condition, collect on friday")
	if bad < r.Threshold || good >= r.Threshold {
		t.Errorf("scores are %.2f and %.2f at the threshold %.2f", bad, good, r.Threshold)
	}
	refusing, keeping := m.Top(10)
	if !mentions(refusing, "deposit") || mentions(keeping, "deposit") {
		t.Errorf("the terms that speak for refusing are %v, for keeping %v", refusing, keeping)
	}
	if why := m.Explain("a lamp, the deposit first", 3); len(why) == 0 || !mentions(why, "deposit") {
		t.Errorf("explained by %v", why)
	}
}

func mentions(terms []learn.Term, word string) bool {
	for _, t := range terms {
		if strings.Contains(t.Text, word) {
			return true
		}
	}
	return false
}

func TestStaysBelowTheBar(t *testing.T) {
	t.Parallel()
	for name, texts := range map[string][]learn.Text{
		"nothing to tell by": decisions(3, 1000, 0),
		"too few":            decisions(3, 300, 1),
		"nothing":            nil,
		"one kind":           kept(decisions(3, 600, 1)),
	} {
		if r := learn.Evaluate(texts, 1); r.Passes() {
			t.Errorf("%s: %+v passes", name, r)
		}
	}
}

func kept(texts []learn.Text) (all []learn.Text) {
	for _, t := range texts {
		if !t.Refused {
			all = append(all, t)
		}
	}
	return all
}

// TestCopiesDoNotFlatter trains on one text repeated with decisions that contradict each other: copies share a fold, so it
// cannot be known by heart.
func TestCopiesDoNotFlatter(t *testing.T) {
	t.Parallel()
	var texts []learn.Text
	for i := range 1000 {
		texts = append(texts, learn.Text{Words: fmt.Sprintf("unlike %c%c anything else", 'a'+i/2%26, 'a'+i/52), Refused: i/2%2 == 0})
	}
	if r := learn.Evaluate(texts, 1); r.Passes() {
		t.Errorf("texts that share no word but their copies' pass: %+v", r)
	}
}

func TestIsTheSameForASeed(t *testing.T) {
	t.Parallel()
	texts := decisions(9, 500, 0.7)
	if a, b := learn.Train(texts, 4), learn.Train(texts, 4); !reflect.DeepEqual(a, b) {
		t.Error("two models of the same decisions differ")
	}
	if a, b := learn.Evaluate(texts, 4), learn.Evaluate(texts, 4); !reflect.DeepEqual(a, b) {
		t.Errorf("%+v and %+v of the same decisions", a, b)
	}
	m := learn.Train(texts, 4)
	encoded, err := m.Encode()
	if err != nil {
		t.Fatal(err)
	}
	if back, err := learn.Decode(encoded); err != nil || !reflect.DeepEqual(m, back) {
		t.Errorf("read back %v, %v", back, err)
	}
}

func TestNumbersAreNotLearnedByHeart(t *testing.T) {
	t.Parallel()
	for _, term := range learn.Terms("Call 0441234567 or 044 123") {
		if strings.Contains(term, "044") {
			t.Errorf("the term %q holds a number", term)
		}
	}
}
