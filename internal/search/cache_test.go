package search

import (
	"context"
	"strings"
	"testing"
	"time"

	"fairground/internal/value"
)

func TestCacheHoldsNoMoreThanItMay(t *testing.T) {
	t.Parallel()
	c := newCache[int](10, 0, &value.FixedClock{At: time.Unix(0, 0)})
	c.weigh = func(n int) int { return n }
	for _, step := range []struct {
		key    string
		weight int
		left   string
	}{
		{"a", 4, "a"}, {"b", 4, "ab"}, {"a", 4, "ab"}, {"c", 3, "ac"}, {"d", 10, "d"}, {"e", 11, ""}, {"f", 1, "f"},
	} {
		_, err := c.get(t.Context(), step.key, 1, func(context.Context) (int, error) { return step.weight, nil })
		if err != nil {
			t.Fatal(err)
		}
		sum := 0
		for _, key := range "abcdef" {
			element, kept := c.entries[string(key)]
			if kept {
				sum += element.Value.(*entry[int]).kept
			}
			if wanted := strings.ContainsRune(step.left, key); kept != wanted {
				t.Errorf("after %s of weight %d: %c is kept: %t, want %t", step.key, step.weight, key, kept, wanted)
			}
		}
		if c.weight != sum {
			t.Errorf("after %s: weight %d, want %d", step.key, c.weight, sum)
		}
	}
}

func TestOnlyWhatIsDearMayBeOld(t *testing.T) {
	t.Parallel()
	c := newCache[int](10, time.Minute, &value.FixedClock{At: time.Unix(0, 0)})
	c.cheap = func(n int) bool { return n < 100 }
	for key, want := range map[string]int{"few": 0, "many": 1_000} {
		first := want
		for version, fresh := range []int{first, first + 1} {
			got, err := c.get(t.Context(), key, int64(version), func(context.Context) (int, error) { return fresh, nil })
			if err != nil {
				t.Fatal(err)
			}
			if old := version == 1 && got == first; old != (key == "many" && version == 1) {
				t.Errorf("%s at version %d: got %d", key, version, got)
			}
		}
	}
}
