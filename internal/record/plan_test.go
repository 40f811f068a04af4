package record

import "testing"

func TestSmoke(t *testing.T) {
	world(t, func(t *testing.T, s *Store) {
		problems, err := s.CheckCatalog(t.Context())
		if err != nil || len(problems) > 0 {
			t.Fatal(problems, err)
		}
	})
}
