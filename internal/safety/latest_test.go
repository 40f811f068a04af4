package safety_test

import (
	"context"
	"testing"

	"fairground/internal/db"
	"fairground/internal/db/dbtest"
	"fairground/internal/safety"
	"fairground/internal/value"
)

func TestTheLatestScreeningOfEachRecord(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, []db.Schema{safety.Schema()}, func(t *testing.T, d *db.DB) {
		gate, err := safety.NewGate(make([]byte, 32), d.IDs(), provided(t))
		if err != nil {
			t.Fatal(err)
		}
		latest := map[value.ID]value.ID{}
		err = d.Write(context.Background(), value.SystemActor("test"), "test", func(tx *db.Tx) error {
			for i, record := range []value.ID{7, 8, 7, 9, 7} {
				outcome := gate.Screen(context.Background(), safety.Subject{Stage: safety.StageListing, Object: "listing", Record: record, Hash: safety.ContentHash{byte(i)}, Title: "City bicycle",
					Body: "I am abroad. Pay the deposit by gift card or Western Union before viewing, then I send the bicycle."}, safety.Review{})
				if err := safety.Keep(tx, outcome); err != nil {
					return err
				}
				s, err := safety.FindScreening(tx, record)
				if err != nil {
					return err
				}
				latest[record] = s.ID
			}
			found, err := safety.FindScreenings(tx, []value.ID{7, 9, 12345})
			if len(found) != 2 || found[7].ID != latest[7] || found[9].ID != latest[9] {
				t.Errorf("%v, want %v", found, latest)
			}
			none, failed := safety.FindScreenings(tx, nil)
			if len(none) != 0 || failed != nil {
				t.Errorf("of nothing: %v %v", none, failed)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}

func provided(t *testing.T) *safety.RuleSet {
	t.Helper()
	pack, err := safety.ProviderPack()
	if err != nil {
		t.Fatal(err)
	}
	rules, err := safety.Compile(pack, safety.Pack{})
	if err != nil {
		t.Fatal(err)
	}
	return rules
}
