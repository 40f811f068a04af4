package db_test

import (
	"errors"
	"testing"

	"fairground/internal/db"
)

func TestAPartOfAWriteFailsByItself(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, d *db.DB) {
		mistake := errors.New("mistake")
		done := map[string]bool{}
		err := write(t, d, func(tx *db.Tx) error {
			if _, err := addBike(tx, "red"); err != nil {
				return err
			}
			part := func(name string, end error) error {
				return tx.Try(func() error {
					tx.After(func() { done[name] = true })
					if _, err := addBike(tx, name); err != nil {
						return err
					}
					return end
				})
			}
			if err := part("blue", mistake); !errors.Is(err, mistake) {
				t.Errorf("a part that fails returned %v", err)
			}
			if err := part("red", nil); err == nil { // its name is taken: a statement fails
				t.Error("a part whose statement fails returned nil")
			}
			nested := tx.Try(func() error {
				if _, err := addBike(tx, "green"); err != nil {
					return err
				}
				if err := part("black", mistake); !errors.Is(err, mistake) {
					t.Errorf("a part within a part returned %v", err)
				}
				return nil
			})
			if nested != nil {
				t.Errorf("a part with a part that failed returned %v", nested)
			}
			return part("white", nil)
		})
		if err != nil {
			t.Fatalf("the write returned %v", err)
		}
		for name, want := range map[string]int64{"red": 1, "blue": 0, "green": 1, "black": 0, "white": 1} {
			if n := count(t, d, "select count(*) from bike where name = $1", name); n != want {
				t.Errorf("%d %s bikes, want %d", n, name, want)
			}
		}
		if n := count(t, d, "select count(*) from change where object = 'bike'"); n != 3 {
			t.Errorf("%d entries of the log, want 3", n)
		}
		if !done["white"] || done["blue"] || done["black"] || done["red"] {
			t.Errorf("done after the commit: %v", done)
		}
	})
}

func TestAPartThatFailedAloneIsNoWrite(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, d *db.DB) {
		err := write(t, d, func(tx *db.Tx) error {
			_ = tx.Try(func() error {
				_, _ = addBike(tx, "red")
				return errors.New("mistake")
			})
			return nil
		})
		if err != nil || count(t, d, "select count(*) from bike") != 0 {
			t.Errorf("%v", err)
		}
	})
}
