package profile

import (
	"slices"
	"strings"
	"testing"

	"fairground/internal/db"
	"fairground/internal/site/sitetest"
	"fairground/internal/value"
)

func TestEverythingIsTakenAwayAndErased(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		c := private("Mina R.")
		c.Photo = Photo{Sha256: strings.Repeat("cd", 32), Width: 900, Height: 900, Colour: "#3a7d5c"}
		p := w.mustSave(0, c)
		shop := w.shop("Spoke & Lantern")
		w.post(w.mina, shopPath(shop, "team"), "email", "new@example.net", "role", "agent")
		estate := Estate{Desk: w.desk}
		var names []string
		w.read(func(tx *db.Tx) error {
			return estate.Export(tx, w.mina.ID, func(name string, rows any) error {
				names = append(names, name)
				if name == "profiles" && (len(rows.([]exported)) != 2 || !strings.Contains(toJSON(rows), "I mend bicycles")) {
					t.Errorf("profiles: %s", toJSON(rows))
				}
				return nil
			})
		})
		slices.Sort(names)
		if len(names) != 2 || !strings.HasPrefix(names[0], "photos/") || names[1] != "profiles" {
			t.Errorf("exported %v", names)
		}
		var kept []string
		erase := func() {
			w.write(value.SystemActor("erasure"), func(tx *db.Tx) error {
				tx.Log(db.Change{Object: "account", Record: w.mina.ID, Diff: map[string]any{"erased": true}})
				return estate.Erase(tx, w.mina.ID, func(what, _, _ string) { kept = append(kept, what) })
			})
		}
		erase()
		if s := w.shown(p.Seller); s.HasProfile || strings.Contains(s.DisplayName(), "Mina") {
			t.Errorf("after erasure: %+v", s)
		}
		if s := w.shown(shop); !s.HasProfile || len(kept) != 1 {
			t.Errorf("the shop: %+v, kept %v", s, kept)
		}
		for _, row := range sitetest.History(t, w.Site, Object, p.Seller) {
			if strings.Contains(row.Diff, "Mina") {
				t.Errorf("the log still says %s", row.Diff)
			}
		}
		erase() // a second time is no error
	})
}
