package api

import (
	"testing"

	"fairground/internal/ui/text"
)

func TestWordsAreComplete(t *testing.T) {
	t.Parallel()
	problems, err := text.Check(".", "en", "de")
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range problems {
		t.Error(p)
	}
}
