package job

import (
	"testing"

	"fairground/internal/db"
)

// ClaimForTest claims the next job as a worker that then dies.
func ClaimForTest(t testing.TB, d *db.DB, kind string) Claim {
	t.Helper()
	var claims []Claim
	err := d.Maintain(t.Context(), "test", func(tx *db.Tx) (err error) {
		claims, err = claim(tx, d.IDs().Next(), []string{kind}, 1)
		return err
	})
	if err != nil || len(claims) != 1 {
		t.Fatalf("claimed %d, %v", len(claims), err)
	}
	return claims[0]
}
