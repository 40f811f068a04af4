package trick

import (
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"

	"fairground/internal/media/pdq"
	"fairground/internal/safety"
)

func TestTheSameSeedMakesTheSame(t *testing.T) {
	t.Parallel()
	options := Options{Documents: 300, Replacement: .2, Shuffle: .5, Padding: .2, Homoglyphs: .1, SpeltPhones: .5, Tied: true}
	a, b := Campaigns(5, options), Campaigns(5, options)
	if !reflect.DeepEqual(a, b) {
		t.Error("two runs differ")
	}
	if reflect.DeepEqual(a, Campaigns(6, options)) {
		t.Error("two seeds make the same")
	}
}

func TestCampaignsAreAsLargeAsAsked(t *testing.T) {
	t.Parallel()
	members, of := 0, map[int]int{}
	for _, d := range Campaigns(5, Options{Documents: 5000, CampaignShare: .3, Largest: 20}) {
		if d.Campaign != 0 {
			members++
			of[d.Campaign]++
		}
	}
	if members < 1350 || members > 1650 {
		t.Errorf("%d of 5000 are of campaigns", members)
	}
	for number, n := range of {
		if n > 20 {
			t.Errorf("campaign %d has %d", number, n)
		}
	}
}

func TestDisguisesAreReadAsThePlainText(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(1, 9))
	const text = "the quick brown fox jumps over the lazy dog"
	for name, disguised := range map[string]string{"homoglyph": Homoglyph(text, rng), "zero width": ZeroWidth(text, rng)} {
		if disguised == text {
			t.Errorf("%s: not disguised", name)
		}
		if got := safety.Normalise(disguised).String(); got != text {
			t.Errorf("%s is read as %q", name, got)
		}
	}
	if got := Leet("a bicycle to let"); got != "4 b1cyc13 70 137" {
		t.Errorf("leet %q", got)
	}
	if got := Apart("room"); got != "r.o.o.m" {
		t.Errorf("apart %q", got)
	}
	if got := Stretch("room", rng); len(got) <= 4 || got[:1] != "r" || !strings.HasSuffix(got, "m") {
		t.Errorf("stretched %q", got)
	}
}

func TestPhones(t *testing.T) {
	t.Parallel()
	if got := Spell("+41 79"); got != "plus four one seven nine" {
		t.Errorf("spelt %q", got)
	}
	if got := Spaced("079 55", "-"); got != "0-7-9-5-5" {
		t.Errorf("spaced %q", got)
	}
	rng := rand.New(rand.NewPCG(1, 9))
	for range 200 {
		photo := Photo(rng)
		if d := photo.Distance(Cropped(photo, rng)); d > pdq.Near {
			t.Fatalf("a cropped photo is %d bits away", d)
		}
	}
}
