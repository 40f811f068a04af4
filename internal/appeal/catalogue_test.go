package appeal_test

import (
	"strings"
	"testing"

	"fairground/internal/ui/text"
)

func TestTheCatalogueIsWhole(t *testing.T) {
	t.Parallel()
	problems, err := text.Check(".", "en", "de")
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range problems {
		if strings.HasPrefix(p.Key, "appeal.") {
			t.Error(p)
		}
	}
}
