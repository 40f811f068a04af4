package safety

import "testing"

func TestProviderPackLoads(t *testing.T) {
	t.Parallel()
	pack, err := ProviderPack()
	if err != nil {
		t.Fatal(err)
	}
	set, err := Compile(pack, Pack{})
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range set.Rules() {
		if r.Mandatory != (r.Outcome > Label) || r.Title["de"] == "" || r.Ground["de"] == "" {
			t.Errorf("rule %s is not mandatory, or lacks German words", r.ID)
		}
	}
}
